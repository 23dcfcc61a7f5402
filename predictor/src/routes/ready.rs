//! `GET /ready`: whether new requests should be sent here, and which model would answer them.

use super::answer::{json, versioned};
use super::call::Call;
use crate::problem::Problem;
use crate::service::Service;
use futures_util::future::BoxFuture;
use predictor_wire::Readiness;
use warp::http::StatusCode;
use warp::reply::Response;

pub(super) fn get(call: Call) -> BoxFuture<'static, Result<Response, Problem>> {
    Box::pin(async move { Ok(readiness(&call.service)) })
}

fn readiness(service: &Service) -> Response {
    let shelf = service.models.now();
    let (draining, loaded) = (service.is_draining(), shelf.is_ready());
    let answering = shelf.unnamed().ok().or_else(|| shelf.entries().first().and_then(|entry| shelf.primary(entry)));
    let manifest = answering.map(|served| served.model.manifest());
    let status = match (draining, loaded) {
        (true, _) => "draining",
        (false, true) => "ready",
        (false, false) => "starting",
    };
    let response = json(&Readiness {
        status: status.to_owned(),
        model_loaded: loaded,
        detail: shelf.waits_for(),
        model: manifest.map(|manifest| manifest.name.clone()),
        model_version: manifest.map(|manifest| manifest.version.clone()),
    });
    let mut response = match answering {
        Some(served) => versioned(served, response),
        None => response,
    };
    if status != "ready" {
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    }
    response
}
