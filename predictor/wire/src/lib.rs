//! What travels between the prediction service and those who call it: requests, answers, problems.
//!
//! Plain data for both sides of the wire. No transport, no model, no validation beyond the shape.

mod drift;
mod model;
mod prediction;

pub use drift::{BinShare, DriftReport, DriftState, FeatureDrift};
pub use model::{
    AbsentModel, DataSource, Field, FieldType, Form, Library, ModelFigures, ModelList, ModelMetadata, ModelState,
    Target, Task,
};
pub use prediction::{BatchPrediction, Contribution, Explanation, Interval, Predicted, Prediction, Probabilities};

use serde::{Deserialize, Serialize};

/// `POST /predict` of the sentiment model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextRequest {
    /// The text to judge, any language and length.
    pub text: String,
}

/// Which way a text leans.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sentiment {
    /// The probability of a favourable text is at least one half.
    Positive,
    /// It is below one half.
    Negative,
}

/// Answer to [`TextRequest`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SentimentAnswer {
    /// The more probable label.
    pub sentiment: Sentiment,
    /// Probability that the text is positive, 0 to 1.
    pub score: f64,
    /// Name of the model that answered.
    pub model: String,
    /// Version of that model.
    pub version: String,
    /// What moved the answer, if it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Explanation>,
}

/// Answer to `GET /predict`: the probability alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScoreAnswer {
    /// Probability that the text is positive, 0 to 1.
    pub score: f64,
}

/// Answer to `GET /health`: the process lives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// Always `ok`; a process that is not well does not answer.
    pub status: String,
}

/// Answer to `GET /ready`: whether predictions can be answered, and by which model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Readiness {
    /// `ready`, `starting` or `draining`.
    pub status: String,
    /// A model is in memory.
    pub model_loaded: bool,
    /// Why it is not ready, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Name of the loaded model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Version of the loaded model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model_version: Option<String>,
}

/// A failure as RFC 9457 words it (`application/problem+json`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// URI reference that names the kind of failure.
    #[serde(rename = "type", default = "about_blank")]
    pub kind: String,
    /// The kind in a few words, the same each time.
    pub title: String,
    /// HTTP status code.
    pub status: u16,
    /// What is wrong with this request and what to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// JSON pointers to the fields at fault.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldProblem>,
}

/// One field at fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldProblem {
    /// JSON pointer (RFC 6901) into the request body.
    pub pointer: String,
    /// What is wrong with it.
    pub detail: String,
}

fn about_blank() -> String {
    "about:blank".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn answers_have_the_published_shapes() {
        let answer = SentimentAnswer {
            sentiment: Sentiment::Positive,
            score: 0.75,
            model: "sentiment".to_owned(),
            version: "2".to_owned(),
            explanation: None,
        };
        let written = serde_json::to_value(answer).expect("JSON");
        assert_eq!(written, json!({"sentiment": "positive", "score": 0.75, "model": "sentiment", "version": "2"}));
        assert_eq!(serde_json::to_value(ScoreAnswer { score: 0.75 }).expect("JSON"), json!({"score": 0.75}));
        assert_eq!(serde_json::to_value(Health { status: "ok".to_owned() }).expect("JSON"), json!({"status": "ok"}));
    }

    #[test]
    fn a_prediction_keeps_the_order_of_its_labels() {
        let text = r#"{"model":"retail","version":"1","prediction":"Low","confidence":0.5,"probabilities":{"Low":0.5,"Medium":0.3,"High":0.2}}"#;
        let read: Prediction<'_> = serde_json::from_str(text).expect("a prediction");
        assert_eq!(serde_json::to_string(&read).expect("JSON"), text);
        let text = r#"{"model":"housing","version":"1","prediction":2.5,"unit":"USD","interval":{"level":0.9,"low":1.0,"high":3.0}}"#;
        let read: Prediction<'_> = serde_json::from_str(text).expect("a prediction");
        assert_eq!(serde_json::to_string(&read).expect("JSON"), text);
    }

    #[test]
    fn problems_of_other_services_are_read_too() {
        let problem: Problem = serde_json::from_value(json!({"title": "Teapot", "status": 418})).expect("a problem");
        assert_eq!((problem.kind.as_str(), problem.detail, problem.errors.len()), ("about:blank", None, 0));
        let ready: Readiness =
            serde_json::from_value(json!({"status": "starting", "model_loaded": false})).expect("readiness");
        assert_eq!((ready.model, ready.model_version), (None, None));
    }
}
