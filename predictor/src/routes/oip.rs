//! The Open Inference Protocol, version 2, under `/v2`: health, metadata, inference. A field is a tensor, a row of fields
//! is a row across the tensors, and rows come through the same checks and the same judge as everywhere else.

mod columns;
mod infer;
mod outputs;
mod request;
mod tensors;

pub(super) use infer::infer;

use super::answer::{json, versioned};
use super::cache::json_with_tag;
use super::call::Call;
use crate::problem::Problem;
use futures_util::future::BoxFuture;
use serde::Serialize;
use serde_json::json;
use tensors::TensorMetadata;
use warp::reply::Response;

#[derive(Serialize)]
struct ServerMetadata {
    name: &'static str,
    version: &'static str,
    extensions: Vec<&'static str>,
}

#[derive(Serialize)]
struct Metadata<'a> {
    name: &'a str,
    versions: Vec<&'a str>,
    platform: String,
    inputs: Vec<TensorMetadata<'a>>,
    outputs: Vec<TensorMetadata<'a>>,
}

pub(super) fn server(call: Call) -> BoxFuture<'static, Result<Response, Problem>> {
    Box::pin(async move {
        let mut extensions = vec!["binary_tensor_data"];
        if call.service.admin.is_on() {
            extensions.push("model_repository");
        }
        let metadata = ServerMetadata { name: "predictor", version: env!("CARGO_PKG_VERSION"), extensions };
        Ok(json_with_tag(&call, &metadata))
    })
}

pub(super) fn live(_: Call) -> BoxFuture<'static, Result<Response, Problem>> {
    Box::pin(async { Ok(json(&json!({ "live": true }))) })
}

pub(super) fn ready(call: Call) -> BoxFuture<'static, Result<Response, Problem>> {
    Box::pin(async move {
        let service = &call.service;
        if service.is_draining() || !service.models.now().is_ready() {
            return Err(Problem::starting());
        }
        Ok(json(&json!({ "ready": true })))
    })
}

pub(super) fn model(call: Call) -> BoxFuture<'static, Result<Response, Problem>> {
    Box::pin(async move {
        let (served, shelf) = (call.model()?, call.service.models.now());
        let manifest = served.model.manifest();
        let entries = shelf.entries().iter().filter(|entry| entry.name == manifest.name);
        let versions = entries.flat_map(|entry| &entry.versions);
        let metadata = Metadata {
            name: &manifest.name,
            versions: versions.map(|served| served.model.manifest().version.as_str()).collect(),
            platform: format!("predictor_{}", manifest.kind.name()),
            inputs: tensors::inputs(&served.model),
            outputs: tensors::outputs(&served.model),
        };
        Ok(versioned(&served, json_with_tag(&call, &metadata)))
    })
}

pub(super) fn model_ready(call: Call) -> BoxFuture<'static, Result<Response, Problem>> {
    Box::pin(async move {
        let served = call.model()?;
        Ok(versioned(&served, json(&json!({ "name": served.model.manifest().name, "ready": true }))))
    })
}
