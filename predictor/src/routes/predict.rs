//! `/predict`: POST judges a JSON body by the model that the query names or that answers for all; GET judges `?text=` or
//! the model's example, and answers the score alone.

use super::call::input_of;
use super::{Call, MODEL_NAME, MODEL_VERSION, json};
use crate::model::Outcome;
use crate::problem::Problem;
use crate::schema::{Cell, Input};
use crate::served::Served;
use futures_util::future::BoxFuture;
use predictor_wire::{Explanation, Prediction, Probabilities, ScoreAnswer, Sentiment, SentimentAnswer};
use serde::Serialize;
use std::sync::Arc;
use warp::reply::Response;

/// Longer texts take milliseconds and are judged away from the threads that serve connections.
const SHORT_TEXT: usize = 32 << 10;

/// What a model said.
pub(super) struct Judgement {
    pub(super) outcome: Outcome,
    pub(super) explanation: Option<Explanation>,
}

/// The general answer with the names that clients of other services know.
#[derive(Serialize)]
struct PlainAnswer<'a> {
    #[serde(flatten)]
    prediction: Prediction<'a>,
    model_version: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    probability: Option<Probabilities<'a>>,
}

pub(super) fn post(mut call: Call) -> BoxFuture<'static, Result<Response, Problem>> {
    Box::pin(async move {
        let (served, most) = (call.answering_model()?, call.explained()?);
        let body = call.json_body().await?;
        let judgement = judge(&served, input_of(&served, &body)?, most).await?;
        Ok(stamped(&served, plain(&served, judgement)))
    })
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
        let score = match judge(&served, input.into_owned(), 0).await?.outcome {
            Outcome::Class { probabilities, .. } => probabilities.last().copied().unwrap_or_default(),
            Outcome::Number { value, .. } => value,
        };
        Ok(stamped(&served, json(&ScoreAnswer { score })))
    })
}

/// Judges a case and counts the outcome.
pub(super) async fn judge(served: &Arc<Served>, input: Input<'_>, most: usize) -> Result<Judgement, Problem> {
    if is_short(&input) {
        return Ok(say(served, &input, most));
    }
    let (served, input) = (Arc::clone(served), input.into_owned());
    let judged = tokio::task::spawn_blocking(move || say(&served, &input, most));
    judged.await.map_err(|_| Problem::internal())
}

fn say(served: &Served, input: &Input<'_>, most: usize) -> Judgement {
    let outcome = served.judge(input);
    Judgement { outcome, explanation: (most > 0).then(|| served.model.explain(input, most)) }
}

/// Says which model and version answered.
pub(super) fn stamped(served: &Served, mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(MODEL_NAME, served.model.name_header());
    headers.insert(MODEL_VERSION, served.model.version_header());
    response
}

/// The answer of `/predict`: the sentiment's own form, or the general one.
fn plain(served: &Served, judgement: Judgement) -> Response {
    let manifest = served.model.manifest();
    if let (true, Outcome::Class { label, probabilities }) = (is_text_model(served), &judgement.outcome) {
        let sentiment = if *label == 1 { Sentiment::Positive } else { Sentiment::Negative };
        let score = probabilities.last().copied().unwrap_or_default();
        let (model, version) = (manifest.name.clone(), manifest.version.clone());
        return json(&SentimentAnswer { sentiment, score, model, version, explanation: judgement.explanation });
    }
    let prediction = served.model.answer(&judgement.outcome, judgement.explanation);
    let probability = prediction.probabilities.clone();
    json(&PlainAnswer { prediction, model_version: &manifest.version, probability })
}

fn is_text_model(served: &Served) -> bool {
    served.model.manifest().kind == crate::artifact::Kind::Sentiment
}

fn is_short(input: &Input<'_>) -> bool {
    let length = |cell: &Cell<'_>| if let Cell::Text(text) = cell { text.len() } else { 0 };
    input.cells.iter().map(length).sum::<usize>() <= SHORT_TEXT
}
