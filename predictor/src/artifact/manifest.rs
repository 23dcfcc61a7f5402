//! What a manifest says about its weights. Plain data; the checks are in the parent.

use crate::evaluation::Evaluation;
use serde::{Deserialize, Serialize};

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
    /// When it was trained, RFC 3339 in UTC.
    pub created: String,
    /// The library that learnt it.
    pub library: Library,
    /// What a request must contain.
    pub inputs: Vec<Input>,
    /// How it was learnt.
    pub recipe: Recipe,
    /// The data that it was learnt from.
    pub data: Vec<DataSource>,
    /// Figures on the test fold, which was not learnt from.
    pub metrics: Evaluation,
    /// Mean figures of the cross-validation inside the training folds that chose the settings.
    pub validation: Evaluation,
    /// Size and digest of the weights.
    pub weights: Weights,
    /// Inputs with the scores that the model must give for them.
    pub examples: Vec<Example>,
}

/// Kinds of models; each is learnt and read by its own room in [`crate::model`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Text to the probability that it is favourable.
    Sentiment,
}

/// A library and its exact version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Library {
    /// The crate's name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// One field of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// The field's name.
    pub name: String,
    /// Its JSON type.
    #[serde(rename = "type")]
    pub json_type: String,
    /// Whether a request without it is refused.
    pub required: bool,
    /// What it means, for people.
    pub description: String,
}

/// The settings of a training run; with the data they determine the weights, byte for byte.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recipe {
    /// Longest n-gram, in tokens.
    pub ngrams: u8,
    /// Features kept at most, by chi².
    pub features: usize,
    /// Pseudo-count of the naive-Bayes log-count ratio; chosen by cross-validation.
    pub smoothing: f64,
    /// Weight of the L2 penalty; chosen by cross-validation.
    pub penalty: f64,
    /// What the inner cross-validation was split by.
    pub seed: u64,
    /// The fold of the data that was not learnt from.
    pub test_fold: u64,
}

/// Identity of one training file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataSource {
    /// File name without directories.
    pub file: String,
    /// Digest of its bytes.
    pub sha256: String,
    /// Labelled rows in it, test fold included.
    pub rows: usize,
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
    /// The input; invented, never taken from the data.
    pub text: String,
    /// The score at training time.
    pub score: f64,
}

#[cfg(test)]
impl Manifest {
    /// A manifest for tests that fits the given weights.
    pub(crate) fn sample(weights: &[u8]) -> Self {
        let figures = Evaluation::of(&[(true, 0.9), (false, 0.2)]).expect("two rows");
        Self {
            format: super::FORMAT,
            kind: Kind::Sentiment,
            name: "sentiment".to_owned(),
            version: "7".to_owned(),
            created: "2026-01-01T00:00:00.000Z".to_owned(),
            library: Library { name: "smartcore".to_owned(), version: super::SMARTCORE.to_owned() },
            inputs: Vec::new(),
            recipe: Recipe { ngrams: 2, features: 10, smoothing: 1.0, penalty: 1.0, seed: 0, test_fold: 0 },
            data: Vec::new(),
            metrics: figures.clone(),
            validation: figures,
            weights: Weights { bytes: weights.len() as u64, sha256: super::hex_sha256(weights) },
            examples: Vec::new(),
        }
    }
}
