//! `GET /ready`: whether new requests should be sent here, and which model would answer them.

use super::{MODEL_VERSION, at, get_or_head, json, with};
use crate::service::Service;
use predictor_wire::Readiness;
use std::sync::Arc;
use warp::http::StatusCode;
use warp::reply::Response;
use warp::{Filter, Rejection};

pub(super) fn get(service: &Arc<Service>) -> impl Filter<Extract = (Response,), Error = Rejection> + Clone + use<> {
    at("/ready").and(get_or_head()).and(with(service)).map(|service: Arc<Service>| readiness(&service))
}

fn readiness(service: &Service) -> Response {
    let draining = service.is_draining();
    let manifest = service.model.manifest();
    let mut response = json(&Readiness {
        status: if draining { "draining" } else { "ready" }.to_owned(),
        model_loaded: true,
        model: Some(manifest.name.clone()),
        model_version: Some(manifest.version.clone()),
    });
    response.headers_mut().insert(MODEL_VERSION, service.model.version_header());
    if draining {
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    }
    response
}
