//! What a model answers: a label with probabilities or a number with an interval, and what moved it.

use serde::de::{MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use std::borrow::Cow;
use std::fmt;

/// Answer to `POST /v1/models/NAME/predict`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Prediction<'a> {
    /// Name of the model that answered.
    pub model: Cow<'a, str>,
    /// Version of that model.
    pub version: Cow<'a, str>,
    /// The most probable label, or the number.
    pub prediction: Predicted<'a>,
    /// Unit of the number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Cow<'a, str>>,
    /// Probability of the label, 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<f64>,
    /// Probability of each label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probabilities: Option<Probabilities<'a>>,
    /// Where the true number is expected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<Interval>,
    /// What moved the answer, if it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Explanation>,
}

/// A label or a number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Predicted<'a> {
    /// Answer of a classification.
    Label(Cow<'a, str>),
    /// Answer of a regression.
    Number(f64),
}

/// Probabilities by label, in the order of the model's labels; an object in JSON.
#[derive(Debug, Clone, PartialEq)]
pub struct Probabilities<'a>(pub Vec<(Cow<'a, str>, f64)>);

/// A prediction interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Share of cases whose true number lies within, 0 to 1.
    pub level: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// How the answer came about: `baseline` + all contributions + `rest` is the model's raw output.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    /// Unit of all numbers here: `log odds`, `probability`, or the target's unit.
    pub unit: String,
    /// Raw output without knowing anything of the case.
    pub baseline: f64,
    /// The greatest contributions, greatest first.
    pub contributions: Vec<Contribution>,
    /// Sum of the contributions that are not listed.
    pub rest: f64,
}

/// What one feature did to the answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Contribution {
    /// The feature: a field, something derived from fields, or words of the text.
    pub feature: String,
    /// Its value in this case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// What it added to the raw output.
    pub contribution: f64,
}

/// Answer to `POST /v1/models/NAME/predict/batch`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BatchPrediction<'a> {
    /// Name of the model that answered.
    pub model: Cow<'a, str>,
    /// Version of that model.
    pub version: Cow<'a, str>,
    /// One answer a row, in the order of the rows.
    pub predictions: Vec<Prediction<'a>>,
    /// How many.
    pub count: usize,
}

impl Serialize for Probabilities<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (label, probability) in &self.0 {
            map.serialize_entry(label, probability)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Probabilities<'_> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Vec<(String, f64)>;

            fn expecting(&self, words: &mut fmt::Formatter<'_>) -> fmt::Result {
                words.write_str("an object of probabilities")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(pairs)
            }
        }
        let pairs = deserializer.deserialize_map(Pairs)?;
        Ok(Self(pairs.into_iter().map(|(label, probability)| (Cow::Owned(label), probability)).collect()))
    }
}
