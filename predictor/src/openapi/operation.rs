//! One method of one path, and how it reads in the document.

use super::parts;
use super::shapes::{Shape, Shapes, reference};
use serde_json::{Map, Value, json};

/// What is said about one method of one path.
#[derive(Debug)]
pub(super) struct Operation {
    pub(super) path: &'static str,
    /// In small letters.
    pub(super) method: &'static str,
    /// Unique name, for generated clients.
    pub(super) id: &'static str,
    pub(super) tag: &'static str,
    pub(super) summary: &'static str,
    /// Parameters beside those in the path.
    pub(super) parameters: &'static [&'static str],
    pub(super) body: Body,
    pub(super) answer: Answer,
    /// Statuses of the problems that it may answer.
    pub(super) failures: &'static [u16],
}

/// The binary tensor data extension.
const BYTES: &str = "JSON as in application/json, of as many bytes as inference-header-content-length says, in which \
    tensors may have parameters.binary_data_size in place of data; then the bytes of these tensors, in their order. \
    Numbers are little endian, a text is 4 bytes of length and UTF-8.";

/// What is sent.
#[derive(Debug, Clone, Copy)]
pub(super) enum Body {
    None,
    /// One case of a model.
    Case,
    /// Many cases, as JSON or as lines.
    Batch,
    /// Many cases as tensors.
    Tensors,
    /// A schema of this name, and nothing at all will do as well.
    Optional(&'static str),
}

/// What is answered.
#[derive(Debug, Clone, Copy)]
pub(super) enum Answer {
    /// A schema of this name.
    Json(&'static str),
    /// The same, about a model.
    OfModel(&'static str),
    /// The same, and how long the model took.
    Timed(&'static str),
    /// A schema of this name with an entity tag.
    Kept(&'static str),
    /// The same with an entity tag, about a model.
    KeptOfModel(&'static str),
    /// A file of one of these media types, with an entity tag.
    File(&'static [&'static str]),
    /// Words of one of these media types.
    Text(&'static [&'static str]),
    /// Whether predictions can be answered; 503 has the same form.
    Readiness(&'static str),
    /// A prediction, plain or in the general form.
    Prediction { plain: bool },
    /// One prediction a row.
    Predictions { plain: bool },
    /// One prediction a row, as tensors.
    Tensors,
}

/// Where an operation is described: for all models, or for one.
pub(super) struct Use<'a> {
    pub(super) shapes: &'a Shapes,
    pub(super) shape: Option<&'a Shape>,
}

impl Use<'_> {
    fn input(&self) -> &str {
        self.shape.map_or("Case", |shape| &shape.input)
    }

    fn answer(&self, plain: bool) -> &str {
        match (self.shape, plain) {
            (Some(shape), true) => &shape.plain,
            (Some(shape), false) => &shape.answer,
            (None, true) => "PlainPrediction",
            (None, false) => "Prediction",
        }
    }
}

impl Operation {
    pub(super) fn value(&self, used: &Use<'_>) -> Value {
        let parameters: Vec<_> = self.parameters.iter().map(|name| parts::parameter(name)).collect();
        let mut value = Map::new();
        let (id, summary) = match used.shape {
            Some(shape) => (format!("{}{}", self.id, shape.title), format!("{} ({})", self.summary, shape.model)),
            None => (self.id.to_owned(), self.summary.to_owned()),
        };
        value.insert("operationId".to_owned(), id.into());
        value.insert("summary".to_owned(), summary.into());
        value.insert("tags".to_owned(), json!([self.tag]));
        if !parameters.is_empty() {
            value.insert("parameters".to_owned(), parameters.into());
        }
        if let Some(body) = self.body.value(used) {
            value.insert("requestBody".to_owned(), body);
        }
        if self.failures.contains(&401) {
            value.insert("security".to_owned(), json!([{parts::TOKEN: []}, {parts::KEY: []}]));
        }
        value.insert("responses".to_owned(), self.responses(used));
        Value::Object(value)
    }

    fn responses(&self, used: &Use<'_>) -> Value {
        let mut responses = self.answer.responses(used);
        for status in self.failures {
            let name = parts::problem_name(*status, self.tag == super::inference::TAG);
            let problem = json!({"$ref": format!("#/components/responses/{name}")});
            responses.entry(status.to_string()).or_insert(problem);
        }
        Value::Object(responses)
    }
}

impl Body {
    fn value(self, used: &Use<'_>) -> Option<Value> {
        let json_body = |content: Value| json!({"required": true, "content": content});
        let shapes = used.shapes.all_or(used.shape);
        Some(match self {
            Self::None => return None,
            Self::Optional(name) => json!({"content": {"application/json": {"schema": reference(name)}}}),
            Self::Case => {
                let examples: Map<_, _> =
                    shapes.map(|shape| (shape.title.clone(), json!({"value": shape.example}))).collect();
                json_body(json!({"application/json": {"schema": reference(used.input()), "examples": examples}}))
            }
            Self::Tensors => {
                let examples: Map<_, _> =
                    shapes.map(|shape| (shape.title.clone(), json!({"value": shape.tensor_example}))).collect();
                let name = used.shape.map_or("InferenceRequest", |shape| &shape.tensors);
                json_body(json!({
                    "application/json": {"schema": reference(name), "examples": examples},
                    "application/octet-stream": {"schema": {"description": BYTES}},
                }))
            }
            Self::Batch => {
                let rows = |shape: &Shape| json!({"value": {"rows": [shape.example, shape.example]}});
                let lines = |shape: &Shape| json!({"value": format!("{0}\n{0}\n", shape.example)});
                let of = |make: &dyn Fn(&Shape) -> Value| -> Map<String, Value> {
                    used.shapes.all_or(used.shape).map(|shape| (shape.title.clone(), make(shape))).collect()
                };
                json_body(json!({
                    "application/json": {"schema": used.shapes.batch_of(used.input()), "examples": of(&rows)},
                    "application/x-ndjson": {"schema": {
                        "description": "One case a line, any number of lines; each is answered while the next ones \
                            arrive. The stream itself is never refused: a bad line is answered by a problem in its place.",
                    }, "examples": of(&lines)},
                }))
            }
        })
    }
}

impl Answer {
    fn responses(self, used: &Use<'_>) -> Map<String, Value> {
        let mut responses = Map::new();
        let mut good = |content: Value, headers: &[&str]| {
            responses.insert("200".to_owned(), parts::response("Answered.", content, headers));
        };
        let json_of = |name: &str| json!({"application/json": {"schema": reference(name)}});
        let words = |types: &[&str]| -> Value {
            types.iter().map(|kind| ((*kind).to_owned(), json!({"schema": {"type": "string"}}))).collect()
        };
        const OF_MODEL: &[&str] = &["x-model", "x-model-version"];
        const TIMED: &[&str] = &["x-model", "x-model-version", "server-timing"];
        const TENSORS: &[&str] = &["x-model", "x-model-version", "server-timing", "inference-header-content-length"];
        match self {
            Self::Json(name) => good(json_of(name), &[]),
            Self::OfModel(name) => good(json_of(name), OF_MODEL),
            Self::Timed(name) => good(json_of(name), TIMED),
            Self::Kept(name) => good(json_of(name), &["etag"]),
            Self::KeptOfModel(name) => good(json_of(name), &["x-model", "x-model-version", "etag"]),
            Self::File(types) => good(words(types), &["etag"]),
            Self::Text(types) => good(words(types), &[]),
            Self::Prediction { plain } => good(json_of(used.answer(plain)), TIMED),
            Self::Predictions { plain } => {
                let answer = used.answer(plain);
                let whole = parts::batch_answer(answer);
                let lines = json!({"type": "string", "description": format!(
                    "One line a case, in their order: a {answer}, or {{\"line\", \"problem\"}} in its place.")});
                let content = json!({"application/json": {"schema": whole}, "application/x-ndjson": {"schema": lines}});
                good(content, OF_MODEL);
            }
            Self::Readiness(name) => {
                good(json_of(name), &[]);
                let problem = json!({"schema": reference("Problem")});
                let both =
                    json!({"application/json": {"schema": reference(name)}, "application/problem+json": problem});
                responses.insert("503".to_owned(), parts::response("Not ready, or draining.", both, &[]));
            }
            Self::Tensors => {
                let bytes = json!({"schema": {"description": "The same, and behind it the bytes of its tensors"}});
                let content = json!({"application/json": {"schema": reference("InferenceAnswer")},
                    "application/octet-stream": bytes});
                good(content, TENSORS);
            }
        }
        if matches!(self, Self::Kept(_) | Self::KeptOfModel(_) | Self::File(_)) {
            let kept = parts::response("The caller has it already.", Value::Null, &["etag"]);
            responses.insert("304".to_owned(), kept);
        }
        responses
    }
}
