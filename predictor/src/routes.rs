//! Which request is answered where. One file for each route, with its tests.
//!
//! [`PATHS`] is the one list of paths and methods: it words 404 and 405, and names routes in metrics.

mod health;
mod metrics;
mod predict;
mod ready;

use crate::problem::Problem;
use crate::service::Service;
use serde::Serialize;
use std::convert::Infallible;
use std::sync::Arc;
use warp::filters::BoxedFilter;
use warp::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use warp::http::{HeaderValue, Method};
use warp::path::FullPath;
use warp::reply::Response;
use warp::{Filter, Rejection};

/// Every path with the methods that it answers, as an `Allow` header has them.
pub const PATHS: &[(&str, &str)] =
    &[("/predict", "GET, HEAD, POST"), ("/health", "GET, HEAD"), ("/ready", "GET, HEAD"), ("/metrics", "GET, HEAD")];

/// Name of all other paths in metrics.
pub const UNMATCHED: &str = "unmatched";

/// Header that tells which version of the model answered.
pub const MODEL_VERSION: &str = "x-model-version";

/// All routes. Answers every request: what no route takes becomes a problem.
#[must_use]
pub fn all(service: &Arc<Service>) -> BoxedFilter<(Response,)> {
    predict::post(service)
        .or(predict::get(service))
        .unify()
        .or(health::get())
        .unify()
        .or(ready::get(service))
        .unify()
        .or(metrics::get(service))
        .unify()
        .or(anything_else())
        .unify()
        .boxed()
}

/// The entry of [`PATHS`] for a request's path, or [`UNMATCHED`].
#[must_use]
pub fn name_of(path: &str) -> &'static str {
    PATHS.iter().map(|(name, _)| *name).find(|name| *name == path).unwrap_or(UNMATCHED)
}

fn anything_else() -> impl Filter<Extract = (Response,), Error = Infallible> + Clone {
    warp::path::full().map(|path: FullPath| {
        let known = PATHS.iter().find(|(name, _)| *name == path.as_str());
        let problem = known.map_or_else(Problem::unknown_path, |(_, allow)| Problem::wrong_method(allow));
        problem.into_response()
    })
}

/// Takes requests whose path is exactly `path`: no other spelling of it, no slash behind it.
fn at(path: &'static str) -> impl Filter<Extract = (), Error = Rejection> + Copy {
    let exact = move |full: FullPath| async move {
        if full.as_str() == path { Ok(()) } else { Err(warp::reject::not_found()) }
    };
    warp::path::full().and_then(exact).untuple_one()
}

/// Takes GET, and HEAD, whose answer loses its body on the way out.
fn get_or_head() -> impl Filter<Extract = (), Error = Rejection> + Copy {
    let taken = |method: Method| async move {
        if method == Method::GET || method == Method::HEAD { Ok(()) } else { Err(warp::reject::not_found()) }
    };
    warp::method().and_then(taken).untuple_one()
}

/// Hands the service to a handler.
fn with(service: &Arc<Service>) -> impl Filter<Extract = (Arc<Service>,), Error = Infallible> + Clone + use<> {
    let service = Arc::clone(service);
    warp::any().map(move || Arc::clone(&service))
}

/// A JSON answer of status 200.
fn json(body: &impl Serialize) -> Response {
    let Ok(bytes) = serde_json::to_vec(body) else { return Problem::internal().into_response() };
    let mut response = Response::new(bytes.into());
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Either outcome of a handler as an answer.
fn answer(outcome: Result<Response, Problem>) -> Response {
    outcome.unwrap_or_else(Problem::into_response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_listed_paths_have_a_name_in_metrics() {
        assert_eq!(name_of("/predict"), "/predict");
        for other in ["/predict/", "/Predict", "/predict?", "/", "", "/%70redict"] {
            assert_eq!(name_of(other), UNMATCHED, "{other}");
        }
    }
}
