//! `/v1/models/{model}/drift`: whether the last cases look like those that the model was judged on.

use super::answer::{json, versioned};
use super::call::Call;
use crate::drift::{Window, window};
use crate::problem::Problem;
use futures_util::future::BoxFuture;
use warp::reply::Response;

pub(super) fn get(call: Call) -> BoxFuture<'static, Result<Response, Problem>> {
    Box::pin(async move {
        let served = call.model()?;
        let model = &served.model;
        let report = served.window().map_or_else(|| window::unwatched(model), |window: &Window| window.report(model));
        Ok(versioned(&served, json(&report)))
    })
}
