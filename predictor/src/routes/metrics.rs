//! `GET /metrics`: counters for a scraper, in OpenMetrics if it asks for it, else in Prometheus' text format.

use super::Call;
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
    let unseen = service.log.dropped().saturating_sub(metrics.dropped_log_lines.get());
    metrics.dropped_log_lines.inc_by(unseen);
    let openmetrics = headers
        .get_all(ACCEPT)
        .iter()
        .any(|value| value.to_str().is_ok_and(|value| value.contains("application/openmetrics-text")));
    let (content_type, text) = match openmetrics {
        true => (OPENMETRICS_TEXT, metrics.openmetrics()),
        false => (PROMETHEUS_TEXT, metrics.prometheus_text()),
    };
    let mut response = Response::new(text.map_err(|_| Problem::internal())?.into());
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    Ok(response)
}
