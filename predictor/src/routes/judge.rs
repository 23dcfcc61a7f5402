//! From a checked case to the words of an answer. Single requests, batches and streams all come through here, so that
//! they count and say the same.

use crate::artifact::Kind;
use crate::model::Outcome;
use crate::problem::Problem;
use crate::schema::{Cell, Input};
use crate::served::Served;
use predictor_wire::{Explanation, Prediction, Probabilities, Sentiment, SentimentAnswer};
use serde::Serialize;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Longer inputs take milliseconds and are judged away from the threads that serve connections.
pub(super) const SHORT: usize = 32 << 10;

/// What a model said.
pub(super) struct Judgement {
    pub(super) outcome: Outcome,
    pub(super) explanation: Option<Explanation>,
    /// Time that it took.
    pub(super) time: Duration,
}

/// In which words an answer is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Voice {
    /// As the clients of `/predict` know them: a sentiment has its own form.
    Plain,
    /// The one form for all models.
    General,
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

/// Judges a case and counts the outcome.
pub(super) async fn judge(served: &Arc<Served>, input: Input<'_>, most: usize) -> Result<Judgement, Problem> {
    if is_short(&input) {
        return Ok(judge_here(served, &input, most));
    }
    let (served, input) = (Arc::clone(served), input.into_owned());
    let judged = tokio::task::spawn_blocking(move || judge_here(&served, &input, most));
    judged.await.map_err(|_| Problem::internal())
}

/// The same on the thread of the caller.
pub(super) fn judge_here(served: &Served, input: &Input<'_>, most: usize) -> Judgement {
    let started = Instant::now();
    let outcome = served.judge(input);
    let explanation = (most > 0).then(|| served.model.explain(input, most));
    Judgement { outcome, explanation, time: started.elapsed() }
}

impl Voice {
    /// Appends an answer in JSON.
    pub(super) fn write(self, out: &mut Vec<u8>, served: &Served, judgement: Judgement) {
        let manifest = served.model.manifest();
        let Judgement { outcome, explanation, .. } = judgement;
        // Writing JSON of these types to memory cannot fail.
        let _ = match (self, &outcome) {
            (Self::Plain, Outcome::Class { label, probabilities }) if is_text_model(served) => {
                let sentiment = if *label == 1 { Sentiment::Positive } else { Sentiment::Negative };
                let score = probabilities.last().copied().unwrap_or_default();
                let (model, version) = (manifest.name.clone(), manifest.version.clone());
                serde_json::to_writer(out, &SentimentAnswer { sentiment, score, model, version, explanation })
            }
            (Self::Plain, _) => {
                let prediction = served.model.answer(&outcome, explanation);
                let probability = prediction.probabilities.clone();
                serde_json::to_writer(out, &PlainAnswer { prediction, model_version: &manifest.version, probability })
            }
            (Self::General, _) => serde_json::to_writer(out, &served.model.answer(&outcome, explanation)),
        };
    }
}

/// Whether a model takes one text.
pub(super) fn is_text_model(served: &Served) -> bool {
    served.model.manifest().kind == Kind::Sentiment
}

fn is_short(input: &Input<'_>) -> bool {
    let length = |cell: &Cell<'_>| if let Cell::Text(text) = cell { text.len() } else { 0 };
    input.cells.iter().map(length).sum::<usize>() <= SHORT
}
