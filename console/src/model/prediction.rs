//! Test predictions: what was sent, what came back, how fast.

use std::sync::Arc;

use predictor_wire::{ModelList, ModelMetadata};

use super::Timestamp;

/// A request to a prediction service, exactly as it is sent.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct PredictionRequest {
    /// `POST`, `GET`, …
    pub method: String,
    /// Absolute URL.
    pub url: String,
    /// Header names and values. Values of secret headers never reach the history.
    pub headers: Vec<(String, String)>,
    /// Body, empty for none.
    pub body: String,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Prediction {
    /// What was sent.
    pub request: PredictionRequest,
    /// When it was sent.
    pub at: Timestamp,
    /// The answer, or why there is none in words.
    pub outcome: Outcome,
}

/// What a prediction service tells of its models.
#[derive(Debug, Clone, PartialEq)]
pub enum Catalog {
    /// Its models, with the fields that they ask for.
    Listed(Arc<ModelList>),
    /// It tells nothing, as services of older versions do; why that is thought, in words.
    Untold(String),
}

impl Default for Catalog {
    fn default() -> Self {
        Self::Untold(String::new())
    }
}

impl Catalog {
    /// All models that it tells of; several may be versions of one.
    #[must_use]
    pub fn models(&self) -> &[ModelMetadata] {
        match self {
            Self::Listed(list) => &list.models,
            Self::Untold(_) => &[],
        }
    }

    /// The model with this name, and with this version if one is named; otherwise the one that answers for the name.
    #[must_use]
    pub fn model(&self, name: &str, version: Option<&str>) -> Option<&ModelMetadata> {
        let named = || self.models().iter().filter(|model| model.name == name);
        match version {
            Some(version) => named().find(|model| model.version == version),
            None => named().find(|model| model.default).or_else(|| named().max_by(|a, b| by_version(a, b))),
        }
    }

    /// The model to begin with: the one that answers where none is named, else the first.
    #[must_use]
    pub fn first(&self) -> Option<&ModelMetadata> {
        let Self::Listed(list) = self else { return None };
        let default = list.models.iter().find(|model| model.default);
        let named = || self.model(list.default_model.as_deref()?, None);
        default.or_else(named).or_else(|| list.models.first())
    }

    /// More than one version of this name is there.
    #[must_use]
    pub fn has_versions(&self, name: &str) -> bool {
        self.models().iter().filter(|model| model.name == name).count() > 1
    }
}

/// Versions are mostly numbers.
fn by_version(left: &ModelMetadata, right: &ModelMetadata) -> std::cmp::Ordering {
    let number = |model: &ModelMetadata| model.version.parse::<u64>().ok();
    number(left).cmp(&number(right)).then_with(|| left.version.cmp(&right.version))
}

/// Longest body of an answer that a history keeps, in bytes.
const LONGEST_KEPT: usize = 64 * 1024;

impl Prediction {
    /// The same with no more of the answer's body than a history keeps.
    #[must_use]
    pub fn for_keeping(&self) -> Self {
        let mut kept = self.clone();
        if let Outcome::Answered(answer) = &mut kept.outcome
            && answer.body.len() > LONGEST_KEPT
        {
            // A slice would hold on to the whole.
            answer.body = bytes::Bytes::copy_from_slice(&answer.body[..LONGEST_KEPT]);
            answer.truncated = true;
        }
        kept
    }
}

/// End of a prediction request.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The service answered, whatever the status.
    Answered(Answer),
    /// No answer: refused, reset, timeout, DNS, TLS, cancelled.
    Failed(String),
}

impl Default for Outcome {
    fn default() -> Self {
        Self::Failed(String::new())
    }
}

/// An HTTP answer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers as received.
    pub headers: Vec<(String, String)>,
    /// Body, at most 10 MB of it.
    pub body: bytes::Bytes,
    /// The body was longer and was cut.
    pub truncated: bool,
    /// Milliseconds until the head of the answer arrived (connection included).
    pub first_byte_ms: f64,
    /// Milliseconds until the last byte.
    pub total_ms: f64,
}
