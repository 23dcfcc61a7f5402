//! Answers requests: spoils predictions as the fault says, and passes everything else on.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{Either, Full};
use hyper::body::Incoming;
use hyper::header::CONTENT_TYPE;
use hyper::{Request, Response, StatusCode, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use super::Fault;
use super::journal::{Level, note};

type Answer = Response<Either<Incoming, Full<Bytes>>>;

/// The fault, and the predictor behind it.
#[derive(Debug)]
pub(super) struct Front {
    fault: Fault,
    behind: SocketAddr,
    client: Client<HttpConnector, Incoming>,
}

impl Front {
    pub(super) fn new(fault: Fault, behind: SocketAddr) -> Self {
        Self { fault, behind, client: Client::builder(TokioExecutor::new()).build_http() }
    }

    pub(super) async fn answer(&self, request: Request<Incoming>) -> Answer {
        let path = request.uri().path();
        let predicts = path.starts_with("/predict") || path.ends_with("/predict");
        match self.fault {
            Fault::Unhealthy => return unhealthy(request.uri().path()),
            Fault::Errors(rate) if predicts && fastrand::f64() < rate => return failed(&request),
            Fault::Slow(latency) if predicts => tokio::time::sleep(vary(latency)).await,
            _ => {}
        }
        self.pass_on(request).await
    }

    async fn pass_on(&self, mut request: Request<Incoming>) -> Answer {
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        let Ok(uri) = format!("http://{}{path}", self.behind).parse::<Uri>() else {
            return problem(StatusCode::BAD_REQUEST, "the path cannot be read");
        };
        *request.uri_mut() = uri;
        match self.client.request(request).await {
            Ok(response) => response.map(Either::Left),
            Err(_) => problem(StatusCode::SERVICE_UNAVAILABLE, "the model is still loading"),
        }
    }
}

/// Between half and one and a half times the latency.
fn vary(latency: Duration) -> Duration {
    latency.mul_f64(0.5 + fastrand::f64())
}

fn unhealthy(path: &str) -> Answer {
    let detail = "the feature store is not reachable";
    note(Level::Warn, "not healthy: cannot connect to the feature store", &[("path", path), ("status", "503")]);
    problem(StatusCode::SERVICE_UNAVAILABLE, detail)
}

fn failed(request: &Request<Incoming>) -> Answer {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or("-");
    note(
        Level::Error,
        "prediction failed: the model expects 4096 features, the vectorizer gave 3872",
        &[("path", request.uri().path()), ("status", "500"), ("trace_id", header("x-amzn-trace-id"))],
    );
    problem(StatusCode::INTERNAL_SERVER_ERROR, "the model could not score this text")
}

fn problem(status: StatusCode, detail: &str) -> Answer {
    let title = status.canonical_reason().unwrap_or("Error");
    let body = serde_json::json!({
        "type": "about:blank", "title": title, "status": status.as_u16(), "detail": detail,
    });
    let mut response = Response::new(Either::Right(Full::new(Bytes::from(body.to_string()))));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, hyper::header::HeaderValue::from_static("application/problem+json"));
    response
}
