//! Around every request: its id, its time, its line in the log, its place in the metrics, and an answer even when a
//! handler panics.

use crate::log::Access;
use crate::problem::Problem;
use crate::request_id;
use crate::routes::{MODEL_VERSION, name_of};
use crate::service::Service;
use crate::time::now_ms;
use futures_util::FutureExt;
use hyper::body::Incoming;
use hyper::service::Service as HyperService;
use std::borrow::Cow;
use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;
use warp::http::header::CONNECTION;
use warp::http::{HeaderValue, Method, Request};
use warp::reply::Response;

/// Longest part of a path that is logged, in characters.
const LONGEST_PATH: usize = 200;
/// Status in the log of a request whose caller left before the answer, as nginx has it.
const CALLER_LEFT: u16 = 499;

/// Answers one request through `routes`.
pub(super) async fn answer<R>(
    service: Arc<Service>,
    routes: R,
    request: Request<Incoming>,
) -> Result<Response, Infallible>
where
    R: HyperService<Request<Incoming>, Response = Response, Error = Infallible>,
{
    let mut exchange = Exchange::begin(service, &request);
    let outcome = AssertUnwindSafe(routes.call(request)).catch_unwind().await;
    let mut response = match outcome {
        Ok(Ok(response)) => response,
        Ok(Err(never)) => match never {},
        Err(_) => Problem::internal().into_response(),
    };
    exchange.finish(&mut response);
    Ok(response)
}

/// One request under way. Dropping it is what counts and logs it, so that a caller who leaves is seen as well.
struct Exchange {
    service: Arc<Service>,
    started: Instant,
    request_id: String,
    method: Method,
    path: Cow<'static, str>,
    route: &'static str,
    status: u16,
    model_version: Option<HeaderValue>,
}

impl Exchange {
    fn begin(service: Arc<Service>, request: &Request<Incoming>) -> Self {
        service.metrics.in_flight.inc();
        let path = request.uri().path();
        let route = name_of(path);
        Self {
            service,
            started: Instant::now(),
            request_id: request_id::accept(request.headers().get(request_id::HEADER)),
            method: request.method().clone(),
            path: if route == path { route.into() } else { path.chars().take(LONGEST_PATH).collect() },
            route,
            status: CALLER_LEFT,
            model_version: None,
        }
    }

    fn finish(&mut self, response: &mut Response) {
        self.status = response.status().as_u16();
        let headers = response.headers_mut();
        self.model_version = headers.get(MODEL_VERSION).cloned();
        if let Ok(id) = HeaderValue::from_str(&self.request_id) {
            headers.insert(request_id::HEADER, id);
        }
        if self.service.is_draining() {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        let elapsed = self.started.elapsed();
        let metrics = &self.service.metrics;
        metrics.in_flight.dec();
        metrics.observe_request(label_of(&self.method), self.route, self.status, elapsed);
        self.service.log.access(Access {
            epoch_ms: now_ms(),
            request_id: std::mem::take(&mut self.request_id),
            method: self.method.clone(),
            path: std::mem::take(&mut self.path),
            status: self.status,
            latency_ms: elapsed.as_secs_f64() * 1e3,
            model_version: self.model_version.take(),
        });
    }
}

/// A caller may invent methods; metrics know only these.
fn label_of(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "DELETE" => "DELETE",
        "PATCH" => "PATCH",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}
