//! Test predictions over HTTP: what was sent, what came back, how fast.
//!
//! No redirect is followed (an answer must come from the address that was asked), no proxy is used for loopback, and
//! no more of a body is kept than the screen can show.

pub(crate) mod batch;
mod models;

use std::error::Error;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use reqwest::{Client, Method, Response, Url, redirect};

use super::now;
use crate::model::prediction::{Answer, Outcome};
use crate::model::{Prediction, PredictionRequest};
use crate::text::clean;

/// Longest body that is kept, in bytes.
const LONGEST_BODY: usize = 10 * 1024 * 1024;

/// See the module. The clients are made at the first prediction: reading the trust store takes time.
#[derive(Debug, Default)]
pub(crate) struct Predictor {
    remote: OnceLock<Client>,
    loopback: OnceLock<Client>,
}

impl Predictor {
    /// Sends one request. A failure is an outcome, not an error.
    pub(crate) async fn predict(&self, request: PredictionRequest, timeout: Duration) -> Prediction {
        let at = now();
        let outcome = match self.send(&request, timeout).await {
            Ok(answer) => Outcome::Answered(answer),
            Err(words) => Outcome::Failed(clean(&words).into_owned()),
        };
        Prediction { request, at, outcome }
    }

    async fn send(&self, request: &PredictionRequest, timeout: Duration) -> Result<Answer, String> {
        let url = parse(&request.url)?;
        let method = Method::from_bytes(request.method.to_ascii_uppercase().as_bytes());
        let method = method.map_err(|_| format!("{:?} is no HTTP method", request.method))?;
        let client = self.client(&url)?;
        let mut call = client.request(method, url).timeout(timeout);
        for (name, value) in &request.headers {
            call = call.header(name, value);
        }
        if !request.body.is_empty() {
            call = call.body(request.body.clone());
        }
        let begun = Instant::now();
        let response = call.send().await.map_err(|error| words(&error, timeout))?;
        let first_byte_ms = milliseconds(begun);
        let status = response.status().as_u16();
        let headers = headers(&response);
        let (body, truncated) = read(response).await.map_err(|error| words(&error, timeout))?;
        Ok(Answer { status, headers, body, truncated, first_byte_ms, total_ms: milliseconds(begun) })
    }

    fn client(&self, url: &Url) -> Result<&Client, String> {
        let is_loopback = match url.host_str() {
            Some("localhost" | "[::1]") => true,
            Some(host) => host.starts_with("127."),
            None => false,
        };
        let kept = if is_loopback { &self.loopback } else { &self.remote };
        if let Some(client) = kept.get() {
            return Ok(client);
        }
        let agent = concat!("quarterdeck/", env!("CARGO_PKG_VERSION"));
        let builder = Client::builder().redirect(redirect::Policy::none()).user_agent(agent);
        let builder = if is_loopback { builder.no_proxy() } else { builder };
        let client = builder.build().map_err(|error| format!("no HTTP client: {error}"))?;
        Ok(kept.get_or_init(|| client))
    }
}

fn parse(url: &str) -> Result<Url, String> {
    let parsed = Url::parse(url).map_err(|error| format!("{url:?} is no URL: {error}"))?;
    match parsed.scheme() {
        "http" | "https" => Ok(parsed),
        other => Err(format!("{other}: is no scheme for predictions; use http or https")),
    }
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1_000.0
}

fn headers(response: &Response) -> Vec<(String, String)> {
    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    response.headers().iter().map(|(name, value)| (name.to_string(), text(value.as_bytes()))).collect()
}

async fn read(mut response: Response) -> Result<(Bytes, bool), reqwest::Error> {
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await? {
        let room = LONGEST_BODY - body.len();
        body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if chunk.len() > room {
            return Ok((body.freeze(), true));
        }
    }
    Ok((body.freeze(), false))
}

/// A failure in a person's words, with the innermost cause.
fn words(error: &reqwest::Error, timeout: Duration) -> String {
    if error.is_timeout() {
        return format!("no answer within {} s", timeout.as_secs());
    }
    let causes = std::iter::successors(Some(error as &(dyn Error + 'static)), |&error| error.source());
    let innermost = causes.last().map(ToString::to_string).unwrap_or_default();
    let lower = innermost.to_lowercase();
    let what = if error.is_builder() {
        "the request is not valid"
    } else if lower.contains("refused") {
        "connection refused: nothing listens there"
    } else if lower.contains("reset") || lower.contains("closed") || lower.contains("incomplete") {
        "the connection broke before the answer was complete"
    } else if lower.contains("dns") || lower.contains("resolve") || lower.contains("lookup") {
        "the host name is not known"
    } else if lower.contains("certificate") || lower.contains("tls") {
        "TLS failed"
    } else if error.is_connect() {
        "no connection"
    } else {
        "the request failed"
    };
    format!("{what} ({innermost})")
}
