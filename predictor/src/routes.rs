//! Which request is answered where. One file for each family of paths, with its handlers.
//!
//! [`ROUTES`] is the one list of paths and methods: it leads to handlers, words 404 and 405, and names routes in metrics.

mod answer;
mod batch;
mod cache;
mod call;
mod compress;
mod drift;
mod health;
mod input;
mod judge;
mod metrics;
mod models;
mod object;
mod oip;
mod openapi;
mod page;
mod predict;
mod ready;
mod repository;
mod stream;

pub use call::Call;

use crate::problem::Problem;
use crate::service::Service;
use futures_util::future::BoxFuture;
use std::sync::Arc;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::http::{HeaderName, Method};
use warp::path::FullPath;
use warp::reply::Response;

/// What answers a call.
pub type Handler = fn(Call) -> BoxFuture<'static, Result<Response, Problem>>;

/// A path and what it answers.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    /// The path; `{name}` stands for one segment.
    pub path: &'static str,
    /// What answers GET, and HEAD, whose answer loses its body on the way out.
    pub get: Option<Handler>,
    /// What answers POST.
    pub post: Option<Handler>,
}

/// Every path. The first that fits answers.
pub const ROUTES: &[Route] = &[
    Route { path: "/", get: Some(page::index), post: None },
    Route { path: "/assets/{file}", get: Some(page::asset), post: None },
    Route { path: "/predict", get: Some(predict::get), post: Some(predict::post) },
    Route { path: "/predict/batch", get: None, post: Some(batch::plain) },
    Route { path: "/v1/models/{model}/predict", get: None, post: Some(predict::general) },
    Route { path: "/v1/models/{model}/predict/batch", get: None, post: Some(batch::general) },
    Route { path: "/v1/models/{model}/versions/{version}/predict", get: None, post: Some(predict::general) },
    Route { path: "/v1/models/{model}/versions/{version}/predict/batch", get: None, post: Some(batch::general) },
    Route { path: "/v1/models", get: Some(models::list), post: None },
    Route { path: "/v1/models/{model}", get: Some(models::one), post: None },
    Route { path: "/v1/models/{model}/metrics", get: Some(models::figures), post: None },
    Route { path: "/v1/models/{model}/drift", get: Some(drift::get), post: None },
    Route { path: "/v1/models/{model}/versions/{version}", get: Some(models::one), post: None },
    Route { path: "/v1/models/{model}/versions/{version}/drift", get: Some(drift::get), post: None },
    Route { path: "/v1/models/{model}/versions/{version}/metrics", get: Some(models::figures), post: None },
    Route { path: "/model/info", get: Some(models::info), post: None },
    Route { path: "/model/metrics", get: Some(models::figures), post: None },
    Route { path: "/v2", get: Some(oip::server), post: None },
    Route { path: "/v2/health/live", get: Some(oip::live), post: None },
    Route { path: "/v2/health/ready", get: Some(oip::ready), post: None },
    Route { path: "/v2/models/{model}", get: Some(oip::model), post: None },
    Route { path: "/v2/models/{model}/ready", get: Some(oip::model_ready), post: None },
    Route { path: "/v2/models/{model}/infer", get: None, post: Some(oip::infer) },
    Route { path: "/v2/models/{model}/versions/{version}", get: Some(oip::model), post: None },
    Route { path: "/v2/models/{model}/versions/{version}/ready", get: Some(oip::model_ready), post: None },
    Route { path: "/v2/models/{model}/versions/{version}/infer", get: None, post: Some(oip::infer) },
    Route { path: "/v2/repository/index", get: None, post: Some(repository::index) },
    Route { path: "/v2/repository/models/{model}/load", get: None, post: Some(repository::load) },
    Route { path: "/v2/repository/models/{model}/unload", get: None, post: Some(repository::unload) },
    Route { path: "/openapi.json", get: Some(openapi::get), post: None },
    Route { path: "/health", get: Some(health::get), post: None },
    Route { path: "/ready", get: Some(ready::get), post: None },
    Route { path: "/metrics", get: Some(metrics::get), post: None },
];

/// Name of all other paths in metrics.
pub const UNMATCHED: &str = "unmatched";

/// Header that tells which model answered.
pub const MODEL_NAME: HeaderName = HeaderName::from_static("x-model");

/// Header that tells which version of the model answered.
pub const MODEL_VERSION: HeaderName = HeaderName::from_static("x-model-version");

/// All routes. Answers every request: what no route takes becomes a problem.
#[must_use]
pub fn all(service: &Arc<Service>) -> BoxedFilter<(Response,)> {
    let service = Arc::clone(service);
    warp::method()
        .and(warp::path::full())
        .and(call::raw_query())
        .and(warp::header::headers_cloned())
        .and(warp::body::stream())
        .then(move |method, path, query, headers, body| {
            let asks_gzip = compress::accepts_gzip(&headers);
            let call = Call::new(&service, query, headers, body);
            async move {
                let response = dispatch(&method, &path, call).await;
                let response = response.unwrap_or_else(|problem| problem.into_response_to(path.as_str()));
                if compress::is_worth_it(&response) {
                    compress::compressed(asks_gzip, response).await
                } else {
                    response
                }
            }
        })
        .boxed()
}

/// The path of the route that a request's path belongs to, or [`UNMATCHED`].
#[must_use]
pub fn name_of(path: &str) -> &'static str {
    ROUTES.iter().find(|route| route.fits(path)).map_or(UNMATCHED, |route| route.path)
}

async fn dispatch(method: &Method, path: &FullPath, mut call: Call) -> Result<Response, Problem> {
    let Some(route) = ROUTES.iter().find(|route| route.fits(path.as_str())) else {
        return Err(Problem::unknown_path());
    };
    if let Some(response) = call.service.cors.preflight(method, &call.headers, route.allow()) {
        return Ok(response);
    }
    let handler = match *method {
        Method::GET | Method::HEAD => route.get,
        Method::POST => route.post,
        _ => None,
    };
    let handler = handler.ok_or_else(|| Problem::wrong_method(route.allow()))?;
    call.place = route.segments(path.as_str())?;
    handler(call).await
}

impl Route {
    /// Compared byte by byte, since most routes differ from a path early.
    fn fits(&self, path: &str) -> bool {
        let (mut mine, mut given) = (self.path.as_bytes(), path.as_bytes());
        loop {
            (mine, given) = match (mine, given) {
                ([], []) => return true,
                ([b'{', rest @ ..], [first, ..]) if *first != b'/' => (after(rest, b'}', 1), after(given, b'/', 0)),
                ([one, mine @ ..], [other, given @ ..]) if one == other && *one != b'{' => (mine, given),
                _ => return false,
            };
        }
    }

    /// The segments that stand for something, with their percent-encoding undone.
    fn segments(&self, path: &str) -> Result<Vec<(&'static str, String)>, Problem> {
        if !self.path.contains('{') {
            return Ok(Vec::new());
        }
        let pairs = self.path.split('/').zip(path.split('/')).filter(|(mine, _)| mine.starts_with('{'));
        pairs.map(|(mine, given)| Ok((mine.trim_matches(['{', '}']), input::decode_segment(given)?))).collect()
    }

    /// Its methods, as an `Allow` header has them.
    #[must_use]
    pub fn allow(&self) -> &'static str {
        match (self.get.is_some(), self.post.is_some()) {
            (true, true) => "GET, HEAD, POST",
            (true, false) => "GET, HEAD",
            _ => "POST",
        }
    }
}

/// What is left of `bytes` from the first `end` on, without so many bytes of it; nothing if there is none.
fn after(bytes: &[u8], end: u8, without: usize) -> &[u8] {
    let at = bytes.iter().position(|byte| *byte == end).map_or(bytes.len(), |at| at + without);
    bytes.get(at..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_listed_paths_have_a_name_in_metrics() {
        assert_eq!(name_of("/predict"), "/predict");
        assert_eq!(name_of("/v1/models/any/predict"), "/v1/models/{model}/predict");
        assert_eq!(name_of("/v1/models/{model}"), "/v1/models/{model}");
        assert_eq!(name_of("/v2/models/a/versions/1"), "/v2/models/{model}/versions/{version}");
        for other in [
            "/predict/",
            "/Predict",
            "/predict?",
            "//",
            "",
            "/%70redict",
            "/v1/models/",
            "/v1/models//predict",
            "/v1/models/{model/",
        ] {
            assert_eq!(name_of(other), UNMATCHED, "{other}");
        }
    }

    #[test]
    fn paths_are_listed_once_and_answer_something() {
        for (index, route) in ROUTES.iter().enumerate() {
            assert!(route.get.is_some() || route.post.is_some(), "{}", route.path);
            assert!(!ROUTES[..index].iter().any(|before| before.fits(route.path)), "{} is hidden", route.path);
        }
    }
}
