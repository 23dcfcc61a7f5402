//! `GET /openapi.json`: the description of this service for programs, as the loaded models make it.

use super::cache::json_with_tag;
use super::call::Call;
use crate::openapi;
use crate::problem::Problem;
use futures_util::future::BoxFuture;
use warp::reply::Response;

pub(super) fn get(call: Call) -> BoxFuture<'static, Result<Response, Problem>> {
    Box::pin(async move {
        let models = call.service.models.now().list().models;
        Ok(json_with_tag(&call, &openapi::document(&models, call.service.limits.rows)))
    })
}
