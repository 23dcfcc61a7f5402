//! What a manifest says about its weights. Plain data; the checks are in the parent.

use crate::evaluation::Evaluation;
use predictor_wire::Form;
pub use predictor_wire::{DataSource, Library, Target, Task};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The description of a learned model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of the artifact format.
    pub format: u32,
    /// What kind of model the weights are.
    pub kind: Kind,
    /// Name under which the model is served.
    pub name: String,
    /// Version under which it is served.
    pub version: String,
    /// Its name for people.
    pub title: String,
    /// What it does, for people.
    pub description: String,
    /// When it was trained, RFC 3339 in UTC.
    pub created: String,
    /// The commit of the program that trained it, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub git_commit: Option<String>,
    /// The library that learnt it.
    pub library: Library,
    /// What kind of answer it gives.
    pub task: Task,
    /// What it predicts.
    pub target: Target,
    /// Level of the intervals around predicted numbers, 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval_level: Option<f64>,
    /// What a request must contain: one or more forms, the main one first.
    pub forms: Vec<Form>,
    /// How it was learnt.
    pub recipe: Recipe,
    /// The data that it was learnt from.
    pub data: Vec<DataSource>,
    /// Figures on the test fold, which was not learnt from.
    pub metrics: Evaluation,
    /// Mean figures of the cross-validation inside the training folds that chose the settings.
    pub validation: Evaluation,
    /// How inputs and predictions were distributed in training, for drift.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<Reference>,
    /// Size and digest of the weights.
    pub weights: Weights,
    /// Inputs with the outputs that the model must give for them.
    pub examples: Vec<Example>,
}

/// Kinds of models; each is learnt and read by its own room in [`crate::model`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Text to the probability that it is favourable.
    Sentiment,
    /// Fields of a table to a number or a label.
    Table,
}

impl Kind {
    /// Its name in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sentiment => "sentiment",
            Self::Table => "table",
        }
    }
}

/// The settings of a training run; with the data they determine the weights, byte for byte.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recipe {
    /// What the inner cross-validation was split by, and all else that is drawn at random.
    pub seed: u64,
    /// The fold of the data that was not learnt from.
    pub test_fold: u64,
    /// What else the kind has to set.
    #[serde(flatten)]
    pub settings: Map<String, Value>,
}

/// Distributions in the training data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reference {
    /// Rows that were counted.
    pub rows: u64,
    /// One for each feature that is watched.
    pub inputs: Vec<Distribution>,
    /// The predictions: the number, or the label.
    pub output: Distribution,
}

/// A histogram. Of numbers: `edges` ascend and bin `i` holds values from `edges[i - 1]` inclusive to `edges[i]`
/// exclusive, so there is one more bin than edges. Of words: one bin for each of `labels`, and one more for all others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Distribution {
    /// The feature.
    pub name: String,
    /// Inner edges of the bins of numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub edges: Vec<f64>,
    /// The words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
    /// Rows in each bin.
    pub counts: Vec<u64>,
    /// Rows without a value.
    pub missing: u64,
}

/// Identity of the weights.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weights {
    /// Size of `weights.bin`.
    pub bytes: u64,
    /// Its digest.
    pub sha256: String,
}

/// A golden example.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Example {
    /// The fields of a request; invented, never taken from the data.
    pub input: Map<String, Value>,
    /// The outcome at training time: all probabilities, or the number with the ends of its interval.
    pub output: Vec<f64>,
}

#[cfg(test)]
impl Manifest {
    /// A manifest of a text model for tests that fits the given weights.
    pub(crate) fn sample(weights: &[u8]) -> Self {
        let figures = Evaluation::of_binary(&[(true, 0.9), (false, 0.2)]).expect("two rows");
        Self {
            format: super::FORMAT,
            kind: Kind::Sentiment,
            name: "sentiment".to_owned(),
            version: "7".to_owned(),
            title: "Sentiment".to_owned(),
            description: String::new(),
            created: "2026-01-01T00:00:00.000Z".to_owned(),
            git_commit: None,
            library: Library { name: "smartcore".to_owned(), version: super::SMARTCORE.to_owned() },
            task: Task::Classification,
            target: crate::model::sentiment::target(),
            interval_level: None,
            forms: crate::model::sentiment::forms(),
            recipe: Recipe { seed: 0, test_fold: 0, settings: Map::new() },
            data: Vec::new(),
            metrics: figures.clone(),
            validation: figures,
            reference: None,
            weights: Weights { bytes: weights.len() as u64, sha256: super::hex_sha256(weights) },
            examples: Vec::new(),
        }
    }
}
