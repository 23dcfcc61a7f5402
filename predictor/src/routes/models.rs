//! Which models there are, what they ask for and how good they are: `/v1/models…`, and `/model/…` for the one that
//! answers for all.

use super::answer::versioned;
use super::cache::json_with_tag;
use super::call::Call;
use crate::problem::Problem;
use futures_util::future::BoxFuture;
use predictor_wire::{ModelFigures, ModelMetadata};
use serde::Serialize;
use warp::reply::Response;

/// A model's description with the names that clients of other services know.
#[derive(Serialize)]
struct Info<'a> {
    model_name: &'a str,
    model_version: &'a str,
    #[serde(flatten)]
    metadata: &'a ModelMetadata,
}

pub(super) fn list(call: Call) -> BoxFuture<'static, Result<Response, Problem>> {
    Box::pin(async move { Ok(json_with_tag(&call, &call.service.models.now().list())) })
}

pub(super) fn one(call: Call) -> BoxFuture<'static, Result<Response, Problem>> {
    Box::pin(async move {
        let served = call.model()?;
        let metadata = call.service.models.now().metadata(&served);
        Ok(versioned(&served, json_with_tag(&call, &metadata)))
    })
}

pub(super) fn info(call: Call) -> BoxFuture<'static, Result<Response, Problem>> {
    Box::pin(async move {
        let served = call.model()?;
        let metadata = call.service.models.now().metadata(&served);
        let info = Info { model_name: &metadata.name, model_version: &metadata.version, metadata: &metadata };
        Ok(versioned(&served, json_with_tag(&call, &info)))
    })
}

pub(super) fn figures(call: Call) -> BoxFuture<'static, Result<Response, Problem>> {
    Box::pin(async move {
        let served = call.model()?;
        let manifest = served.model.manifest();
        let figures = ModelFigures {
            model: manifest.name.clone(),
            version: manifest.version.clone(),
            model_version: manifest.version.clone(),
            metrics: manifest.metrics.figures.clone(),
            test_rows: manifest.metrics.rows,
            confusion: manifest.metrics.confusion.clone(),
        };
        Ok(versioned(&served, json_with_tag(&call, &figures)))
    })
}
