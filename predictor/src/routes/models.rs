//! `/v1/models…`: which models there are, what they ask for, and their predictions in the one form for all kinds.

use super::call::input_of;
use super::predict::{Judgement, judge, stamped};
use super::{Call, json};
use crate::problem::Problem;
use futures_util::future::BoxFuture;
use warp::reply::Response;

pub(super) fn list(call: Call) -> BoxFuture<'static, Result<Response, Problem>> {
    Box::pin(async move { Ok(json(&call.service.models.now().list())) })
}

pub(super) fn one(call: Call) -> BoxFuture<'static, Result<Response, Problem>> {
    Box::pin(async move {
        let served = call.model()?;
        Ok(stamped(&served, json(&call.service.models.now().metadata(&served))))
    })
}

pub(super) fn predict(mut call: Call) -> BoxFuture<'static, Result<Response, Problem>> {
    Box::pin(async move {
        let (served, most) = (call.answering_model()?, call.explained()?);
        let body = call.json_body().await?;
        let Judgement { outcome, explanation } = judge(&served, input_of(&served, &body)?, most).await?;
        Ok(stamped(&served, json(&served.model.answer(&outcome, explanation))))
    })
}
