//! `POST /v2/models/{model}/infer`: rows across tensors, all judged or, if any is at fault, none.

use super::columns::{self, refuse_wrong_count};
use super::outputs::{self, Written};
use super::request::{self, Bounds};
use crate::body;
use crate::problem::Problem;
use crate::routes::answer::{json_bytes, stamped};
use crate::routes::batch::{Gone, apart};
use crate::routes::call::Call;
use crate::routes::judge::judge_here;
use crate::served::Served;
use futures_util::future::BoxFuture;
use std::sync::Arc;
use std::time::Instant;
use warp::http::header::CONTENT_TYPE;
use warp::http::{HeaderMap, HeaderValue};
use warp::reply::Response;

/// Length of the JSON where bytes of tensors follow it.
const HEAD: &str = "inference-header-content-length";

pub(in crate::routes) fn infer(call: Call) -> BoxFuture<'static, Result<Response, Problem>> {
    Box::pin(answer(call))
}

async fn answer(mut call: Call) -> Result<Response, Problem> {
    let (served, head) = (call.answering_model()?, head_of(&call.headers)?);
    if head.is_none() {
        body::require_json(&call.headers)?;
    }
    let body = call.batch_body().await?;
    let limit = call.service.limits.rows;
    let started = Instant::now();
    let judging = Arc::clone(&served);
    let written = apart(body, move |body, gone| judge(&judging, body, head, limit, gone)).await?;
    let mut response = json_bytes(written.bytes);
    if let Some(head) = written.head {
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
        response.headers_mut().insert(HEAD, HeaderValue::from(head));
    }
    Ok(stamped(&served, started.elapsed(), response))
}

fn judge(served: &Served, body: &[u8], head: Option<usize>, limit: usize, gone: &Gone) -> Result<Written, Problem> {
    let schema = served.model.schema();
    let tensors = schema.forms().iter().map(|form| form.inputs.len()).sum();
    let mut request = request::read(body, head, Bounds { rows: limit, tensors })?;
    refuse_wrong_count(&request)?;
    let chosen = outputs::chosen(&request, served.model.manifest().task)?;
    let inputs = columns::rows(std::mem::take(&mut request.inputs), schema, limit)?;
    let mut outcomes = Vec::with_capacity(inputs.len());
    for (index, input) in inputs.iter().enumerate() {
        gone.look(index)?;
        outcomes.push(judge_here(served, input, 0).outcome);
    }
    Ok(outputs::write(&served.model, request.id.as_deref(), &outcomes, &chosen))
}

/// # Errors
/// 400 for what is not a length.
fn head_of(headers: &HeaderMap) -> Result<Option<usize>, Problem> {
    let Some(value) = headers.get(HEAD) else { return Ok(None) };
    let length = value.to_str().ok().filter(|value| value.bytes().all(|byte| byte.is_ascii_digit()));
    let length = length.and_then(|value| value.parse().ok());
    length.map(Some).ok_or_else(|| Problem::malformed("Inference-Header-Content-Length must be a number of bytes."))
}
