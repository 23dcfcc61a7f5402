//! `GET /health`: the process lives. Says nothing of models; that is readiness.

use super::answer::json;
use super::call::Call;
use crate::problem::Problem;
use futures_util::future::BoxFuture;
use predictor_wire::Health;
use warp::reply::Response;

pub(super) fn get(_: Call) -> BoxFuture<'static, Result<Response, Problem>> {
    Box::pin(async { Ok(json(&Health { status: "ok".to_owned() })) })
}
