//! Whether the cases that arrive still look like those that a model was judged on.

use serde::{Deserialize, Serialize};

/// What can be said of a model's window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DriftState {
    /// Nothing is more unlike the reference than chance allows.
    Stable,
    /// Something is.
    Drifted,
    /// Too few rows have come to say anything.
    TooFewRows,
    /// The model has no reference, or watching is switched off.
    Unwatched,
}

/// Answer to `GET /v1/models/NAME[/versions/VERSION]/drift`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DriftReport {
    /// Name of the model.
    pub model: String,
    /// Its version.
    pub version: String,
    /// What can be said.
    pub state: DriftState,
    /// The same for people.
    pub detail: String,
    /// Rows in the window now.
    pub rows: u64,
    /// Most rows that the window holds.
    pub window: u64,
    /// Fewest rows of which something is said.
    pub least_rows: u64,
    /// Rows in the reference.
    pub reference_rows: u64,
    /// How probable it is that a window without drift is called drifted, over all features together, 0 to 1.
    pub false_alarm: f64,
    /// The highest of all thresholds: an index above it is drift, whatever the feature.
    pub threshold: Option<f64>,
    /// Whether anything has drifted.
    pub drifted: bool,
    /// The inputs.
    pub features: Vec<FeatureDrift>,
    /// The predictions; absent if unwatched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<FeatureDrift>,
}

/// One watched feature.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FeatureDrift {
    /// Its name.
    pub name: String,
    /// Population stability index of window and reference; `null` while there are too few rows.
    pub psi: Option<f64>,
    /// The index that chance alone exceeds rarely; `null` while there are too few rows.
    pub threshold: Option<f64>,
    /// Whether the index exceeds the threshold.
    pub drifted: bool,
    /// The bins that were compared.
    pub bins: Vec<BinShare>,
}

/// One bin of a feature.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BinShare {
    /// What it holds: a range, a word, `other` or `missing`.
    pub bin: String,
    /// Share of the reference's rows, 0 to 1.
    pub reference: f64,
    /// Share of the window's rows, 0 to 1.
    pub window: f64,
}
