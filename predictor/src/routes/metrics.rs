//! `GET /metrics`: counters for a scraper, in OpenMetrics if it asks for it, else in Prometheus' text format.

use super::call::Call;
use crate::metrics::prometheus_text;
use crate::problem::Problem;
use crate::service::Service;
use futures_util::future::BoxFuture;
use warp::http::header::{ACCEPT, CONTENT_TYPE};
use warp::http::{HeaderMap, HeaderValue};
use warp::reply::Response;

const PROMETHEUS_TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";
const OPENMETRICS_TEXT: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

pub(super) fn get(call: Call) -> BoxFuture<'static, Result<Response, Problem>> {
    Box::pin(async move { exposition(&call.service, &call.headers) })
}

fn exposition(service: &Service, headers: &HeaderMap) -> Result<Response, Problem> {
    let metrics = &service.metrics;
    service.note_drift();
    let shelf = service.models.now();
    let text =
        metrics.exposition(&shelf, &service.admission, service.log.dropped()).map_err(|_| Problem::internal())?;
    let openmetrics = headers
        .get_all(ACCEPT)
        .iter()
        .any(|value| value.to_str().is_ok_and(|value| value.contains("application/openmetrics-text")));
    let (content_type, text) = match openmetrics {
        true => (OPENMETRICS_TEXT, text),
        false => (PROMETHEUS_TEXT, prometheus_text(&text)),
    };
    let mut response = Response::new(text.into());
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    Ok(response)
}
