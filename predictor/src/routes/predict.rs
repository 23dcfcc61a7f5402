//! `/predict`: POST judges a JSON body by the model that the query names or that answers for all; GET judges `?text=` or
//! the model's example, and answers the score alone.

use super::answer::{json, json_bytes, stamped};
use super::call::{Call, input_of};
use super::judge::{Judgement, Voice, is_text_model, judge};
use crate::model::Outcome;
use crate::problem::Problem;
use crate::schema::Input;
use futures_util::future::BoxFuture;
use predictor_wire::ScoreAnswer;
use warp::reply::Response;

pub(super) fn post(call: Call) -> BoxFuture<'static, Result<Response, Problem>> {
    Box::pin(one(call, Voice::Plain))
}

/// The same under `/v1/models`.
pub(super) fn general(call: Call) -> BoxFuture<'static, Result<Response, Problem>> {
    Box::pin(one(call, Voice::General))
}

async fn one(mut call: Call, voice: Voice) -> Result<Response, Problem> {
    let (served, most) = (call.answering_model()?, call.explained()?);
    let body = call.json_body().await?;
    let judgement = judge(&served, input_of(&served, &body)?, most).await?;
    let time = judgement.time;
    let mut bytes = Vec::with_capacity(256);
    voice.write(&mut bytes, &served, judgement);
    Ok(stamped(&served, time, json_bytes(bytes)))
}

pub(super) fn get(call: Call) -> BoxFuture<'static, Result<Response, Problem>> {
    Box::pin(async move {
        let served = call.answering_model()?;
        let text = call.query_value("text")?;
        let example = served.model.schema().forms().first().map(predictor_wire::Form::example).unwrap_or_default();
        let input = match text {
            Some(text) if is_text_model(&served) => Input::of_text(text),
            _ => served.model.schema().check_map(&example).map_err(|_| Problem::internal())?,
        };
        let Judgement { outcome, time, .. } = judge(&served, input.into_owned(), 0).await?;
        let score = match outcome {
            Outcome::Class { probabilities, .. } => probabilities.last().copied().unwrap_or_default(),
            Outcome::Number { value, .. } => value,
        };
        Ok(stamped(&served, time, json(&ScoreAnswer { score })))
    })
}
