//! What a prediction service tells of its models.

use std::sync::Arc;
use std::time::Duration;

use predictor_wire::{ModelList, ModelMetadata, Problem};
use serde::de::DeserializeOwned;

use super::super::gate::Answer as Asked;
use super::super::problem::own;
use super::Predictor;
use crate::model::prediction::Answer;
use crate::model::{ApiProblem, Catalog, PredictionRequest, ProblemKind};
use crate::text::clean;

impl Predictor {
    /// All models. A service that does not know the route is an answer too: it is of an older version.
    pub(crate) async fn models(&self, base: &str, timeout: Duration) -> Asked<Catalog> {
        let call = "predictor:ListModels";
        let answer = self.get(call, format!("{base}/v1/models"), timeout).await?;
        match answer.status {
            200 => Ok(match read::<ModelList>(&answer) {
                Ok(list) if list.models.is_empty() => Catalog::Untold("it has no model in memory".to_owned()),
                Ok(list) => Catalog::Listed(Arc::new(list)),
                Err(words) => Catalog::Untold(words),
            }),
            404 | 405 | 501 => Ok(Catalog::Untold(format!("it answers {} to GET /v1/models", answer.status))),
            _ => Err(refused(call, &answer)),
        }
    }

    /// One model.
    pub(crate) async fn model(
        &self,
        base: &str,
        (name, version): (&str, Option<&str>),
        timeout: Duration,
    ) -> Asked<ModelMetadata> {
        let call = "predictor:GetModel";
        let url = format!("{base}{}", crate::fields::model_path(name, version));
        let answer = self.get(call, url, timeout).await?;
        if answer.status != 200 {
            return Err(refused(call, &answer));
        }
        read(&answer).map_err(|words| own(ProblemKind::Service, call, words, None))
    }

    async fn get(&self, call: &str, url: String, timeout: Duration) -> Asked<Answer> {
        let headers = vec![("accept".to_owned(), "application/json".to_owned())];
        let request = PredictionRequest { method: "GET".to_owned(), url, headers, body: String::new() };
        self.send(&request, timeout).await.map_err(|words| {
            let late = words.starts_with("no answer within");
            let kind = if late { ProblemKind::Timeout } else { ProblemKind::Unreachable };
            own(kind, call, clean(&words).into_owned(), None)
        })
    }
}

fn read<T: DeserializeOwned>(answer: &Answer) -> Result<T, String> {
    let read = serde_json::from_slice(&answer.body);
    read.map_err(|error| format!("what it tells of its models is not readable: {}", clean(&error.to_string())))
}

/// What an answer that is none says, in a line.
pub(super) fn words_of(answer: &Answer) -> String {
    let problem = serde_json::from_slice::<Problem>(&answer.body).ok();
    let said = problem.map(|problem| {
        let fields = problem.errors.iter().map(|error| format!("{} {}", error.pointer, error.detail));
        let all: Vec<String> = fields.collect();
        if all.is_empty() { problem.detail.unwrap_or(problem.title) } else { all.join("; ") }
    });
    clean(&said.unwrap_or_else(|| format!("status {}", answer.status))).into_owned()
}

fn refused(call: &str, answer: &Answer) -> ApiProblem {
    let kind = match answer.status {
        401 | 403 => ProblemKind::Denied,
        404 => ProblemKind::NotFound,
        429 => ProblemKind::Throttled,
        _ => ProblemKind::Service,
    };
    let mut problem = own(kind, call, words_of(answer), None);
    problem.code = format!("HTTP {}", answer.status);
    problem
}
