//! Synthetic traffic: a few invented sentences a second through the balancer, so that a fresh stack has something to
//! show. It is named in its user agent, and can be switched off at any time.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::config::DEFAULT_TRAFFIC;

/// What the requests call themselves.
pub const USER_AGENT: &str = "quarterdeck-synthetic-traffic";

/// No more than this many requests a second, whatever is asked.
pub const MOST_PER_SECOND: f64 = 200.0;

const PATIENCE: Duration = Duration::from_secs(30);

/// Requests that may be under way at once; above it, turns are skipped.
const MOST_UNDER_WAY: usize = 64;

const SENTENCES: [&str; 16] = [
    "The crew was friendly and the food was wonderful.",
    "I waited an hour and nobody came, what a waste of time.",
    "Great sound, easy to set up, works exactly as promised.",
    "The battery died after two days and the case broke.",
    "A beautiful film with a brilliant cast.",
    "The plot was boring and the acting was terrible.",
    "Best coffee in the harbour, I will be back.",
    "The soup was cold and the bill was wrong.",
    "It fits well and looks even better than in the picture.",
    "Poor quality, I would not buy this again.",
    "An honest story, told with a lot of heart.",
    "I could not hear anything on this phone.",
    "Fast service and a lovely view over the water.",
    "The screen is awful and the buttons do not work.",
    "I loved every minute of it.",
    "Not worth the money, very disappointing.",
];

/// The switch of the synthetic traffic. Clones turn the same switch.
#[derive(Clone, Debug)]
pub struct Traffic {
    per_second: watch::Sender<Option<f64>>,
}

impl Traffic {
    /// A switch that starts at this many requests per second, or off.
    #[must_use]
    pub fn new(per_second: Option<f64>) -> Self {
        Self { per_second: watch::Sender::new(per_second.and_then(sensible)) }
    }

    /// Sends this many requests per second from now on; `None` or nothing above zero sends none.
    pub fn set(&self, per_second: Option<f64>) {
        self.per_second.send_replace(per_second.and_then(sensible));
    }

    /// Requests per second now; `None` when switched off.
    #[must_use]
    pub fn per_second(&self) -> Option<f64> {
        *self.per_second.borrow()
    }

    /// Answers `GET` and `POST /_local/traffic`: the body is `{"enabled": bool, "per_second": number}`, both optional.
    pub(crate) fn answer(&self, method: &str, path: &str, body: &[u8]) -> Option<(u16, Value)> {
        match (method, path) {
            ("GET", "traffic") => {}
            ("POST", "traffic") => {
                let order: Order = match serde_json::from_slice(body) {
                    Ok(order) => order,
                    Err(error) => {
                        return Some((400, json!({"message": format!("The order could not be read: {error}")})));
                    }
                };
                let per_second = order.per_second.or(self.per_second()).unwrap_or(DEFAULT_TRAFFIC);
                self.set(order.enabled.then_some(per_second));
            }
            _ => return None,
        }
        let now = self.per_second();
        Some((200, json!({"enabled": now.is_some(), "per_second": now.unwrap_or(0.0)})))
    }

    /// Sends requests to the balancer at `url` for ever, as the switch says.
    pub async fn run(&self, url: &str) {
        let client: Client<HttpConnector, Full<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
        let mut switch = self.per_second.subscribe();
        let mut under_way = tokio::task::JoinSet::new();
        loop {
            let Some(per_second) = *switch.borrow_and_update() else {
                // The sender lives in `self`, so the channel cannot close.
                let _ = switch.changed().await;
                continue;
            };
            let pause = Duration::from_secs_f64((0.5 + fastrand::f64()) / per_second);
            if tokio::time::timeout(pause, switch.changed()).await.is_ok() {
                continue;
            }
            while under_way.try_join_next().is_some() {}
            if under_way.len() < MOST_UNDER_WAY
                && let Some(request) = request(url)
            {
                under_way.spawn(send(client.clone(), request));
            }
        }
    }
}

/// What `POST /_local/traffic` asks for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Order {
    #[serde(default = "enabled")]
    enabled: bool,
    per_second: Option<f64>,
}

fn enabled() -> bool {
    true
}

fn sensible(per_second: f64) -> Option<f64> {
    (per_second.is_finite() && per_second > 0.0).then(|| per_second.min(MOST_PER_SECOND))
}

fn request(url: &str) -> Option<Request<Full<Bytes>>> {
    let sentence = SENTENCES[fastrand::usize(..SENTENCES.len())];
    let body = serde_json::json!({ "text": sentence }).to_string();
    Request::post(format!("{url}/predict"))
        .header("user-agent", USER_AGENT)
        .header("content-type", "application/json")
        .body(Full::new(Bytes::from(body)))
        .ok()
}

/// Sends one request and reads its answer, so that the connection can be used again. Whether it went well is for the
/// balancer's metrics to say.
async fn send(client: Client<HttpConnector, Full<Bytes>>, request: Request<Full<Bytes>>) {
    let _ = tokio::time::timeout(PATIENCE, async {
        if let Ok(response) = client.request(request).await {
            let _ = response.into_body().collect().await;
        }
    })
    .await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_switch_takes_only_sensible_rates() {
        let check = |given: Option<f64>, expect: Option<f64>| {
            let traffic = Traffic::new(None);
            traffic.set(given);
            assert_eq!(traffic.per_second(), expect, "{given:?}");
        };
        check(Some(2.0), Some(2.0));
        check(Some(1e9), Some(MOST_PER_SECOND));
        check(Some(0.0), None);
        check(Some(f64::NAN), None);
        check(None, None);
    }

    #[test]
    fn the_switch_is_turned_over_http() {
        let traffic = Traffic::new(Some(3.0));
        let check = |body: &str, status: u16, expect: Option<f64>| {
            let answer = traffic.answer("POST", "traffic", body.as_bytes());
            assert_eq!(answer.map(|(status, _)| status), Some(status), "{body}");
            assert_eq!(traffic.per_second(), expect, "{body}");
        };
        check(r#"{"enabled": false}"#, 200, None);
        check(r#"{"enabled": true}"#, 200, Some(DEFAULT_TRAFFIC));
        check(r#"{"per_second": 5}"#, 200, Some(5.0));
        check(r#"{"enabled": true}"#, 200, Some(5.0));
        check(r#"{"enabled": "perhaps"}"#, 400, Some(5.0));
        assert_eq!(traffic.answer("GET", "elsewhere", b""), None);
    }
}
