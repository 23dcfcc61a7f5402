//! What a model is and what it asks for: fields with types, units and ranges; the target; figures; state.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FieldType {
    /// A text of any language and length.
    Text,
    /// A finite number.
    Number,
    /// A whole number.
    Integer,
    /// One word of a set; of a closed set if the field names its choices.
    Category,
}

/// One field of a request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// Its name in JSON and in the header of a CSV file.
    pub name: String,
    /// What it holds.
    #[serde(rename = "type")]
    pub field_type: FieldType,
    /// What it means, for people.
    pub description: String,
    /// Unit of a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Whether a request without it is refused.
    pub required: bool,
    /// Whether it may be given as `null`, which means unknown.
    #[serde(default, skip_serializing_if = "is_false")]
    pub nullable: bool,
    /// What is taken if it is not given; without a default, unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    /// Least value that is accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum: Option<f64>,
    /// Greatest value that is accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maximum: Option<f64>,
    /// Whether the least value itself is refused.
    #[serde(default, skip_serializing_if = "is_false")]
    pub exclusive_minimum: bool,
    /// The closed set of a category; empty if any word is accepted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
    /// A value that fills in a form.
    pub example: Value,
}

/// One way to describe a case: a set of fields.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Form {
    /// Its name.
    pub name: String,
    /// When to use it.
    pub description: String,
    /// Its fields.
    pub inputs: Vec<Field>,
}

impl Form {
    /// A request made of the fields' examples.
    #[must_use]
    pub fn example(&self) -> Map<String, Value> {
        self.inputs.iter().map(|field| (field.name.clone(), field.example.clone())).collect()
    }
}

/// What kind of answer a model gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Task {
    /// One of several labels.
    Classification,
    /// A number.
    Regression,
}

/// What a model predicts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Its name.
    pub name: String,
    /// Unit of a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// The labels, in the order of probabilities; empty for a number.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
}

/// Whether a model can answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ModelState {
    /// It answers.
    Ready,
    /// It is being fetched or checked.
    Loading,
    /// It was refused or could not be fetched.
    Failed,
    /// It was taken out of memory.
    Unloaded,
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

/// A library and its exact version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Library {
    /// The crate's name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// Answer to `GET /v1/models/NAME[/versions/VERSION]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelMetadata {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Kind of its weights.
    pub kind: String,
    /// What kind of answer it gives.
    pub task: Task,
    /// Its name for people.
    pub title: String,
    /// What it does, for people.
    pub description: String,
    /// Whether it answers.
    pub state: ModelState,
    /// Whether it answers requests that name no model.
    pub default: bool,
    /// What it predicts.
    pub target: Target,
    /// Fields of its main form.
    pub inputs: Vec<Field>,
    /// Other forms that it understands.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alternatives: Vec<Form>,
    /// A request that it answers.
    pub example: Map<String, Value>,
    /// Figures on the test fold; names as scikit-learn has them.
    pub metrics: BTreeMap<String, f64>,
    /// When it was trained, RFC 3339 in UTC.
    pub created: String,
    /// SHA-256 of its weights.
    pub digest: String,
    /// The library that learnt it.
    pub library: Library,
    /// The data that it was learnt from.
    pub data: Vec<DataSource>,
}

/// A model that was wanted and does not answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AbsentModel {
    /// What was asked for: `NAME` or `NAME@VERSION`.
    pub reference: String,
    /// Why it does not answer: loading, failed or unloaded.
    pub state: ModelState,
    /// The same for people.
    pub detail: String,
}

/// Answer to `GET /v1/models/NAME/metrics`: figures on rows that were not learnt from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelFigures {
    /// Name of the model.
    pub model: String,
    /// Its version.
    pub version: String,
    /// The same, under the name that clients of other services know.
    pub model_version: String,
    /// How many rows were judged.
    pub test_rows: usize,
    /// The figures; names as scikit-learn has them.
    pub metrics: BTreeMap<String, f64>,
    /// Rows by true label (outer) and predicted label (inner), in the order of the labels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub confusion: Vec<Vec<usize>>,
}

/// Answer to `GET /v1/models`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelList {
    /// All versions in memory.
    pub models: Vec<ModelMetadata>,
    /// What is wanted but does not answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub absent: Vec<AbsentModel>,
    /// Which model answers requests that name none.
    pub default_model: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde demands a reference")]
fn is_false(value: &bool) -> bool {
    !value
}
