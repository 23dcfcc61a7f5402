//! The answers that are the same for all models, as JSON schemas of the wire's types.

use super::shapes::reference;
use serde_json::{Map, Value, json};

pub(super) fn schemas() -> Map<String, Value> {
    let mut all = Map::new();
    for part in [process(), predictions(), models(), drift(), super::inference::schemas()] {
        if let Value::Object(mut part) = part {
            all.append(&mut part);
        }
    }
    all
}

fn text(description: &str) -> Value {
    json!({"type": "string", "description": description})
}

fn count(description: &str) -> Value {
    json!({"type": "integer", "minimum": 0, "description": description})
}

fn number(description: &str) -> Value {
    json!({"type": "number", "description": description})
}

fn share(description: &str) -> Value {
    json!({"type": "number", "minimum": 0, "maximum": 1, "description": description})
}

fn list(name: &str, description: &str) -> Value {
    json!({"type": "array", "items": reference(name), "description": description})
}

/// An object; names that begin with a question mark may be absent.
pub(super) fn object<const N: usize>(properties: [(&str, Value); N]) -> Value {
    let required: Vec<_> = properties.iter().map(|(name, _)| *name).filter(|name| !name.starts_with('?')).collect();
    let name_of = |name: &str| name.trim_start_matches('?').to_owned();
    let properties: Map<_, _> = properties.iter().map(|(name, schema)| (name_of(name), schema.clone())).collect();
    json!({"type": "object", "properties": properties, "required": required})
}

fn process() -> Value {
    let problem = object([
        ("type", json!({"type": "string", "format": "uri-reference"})),
        ("title", text("The kind in a few words, the same each time")),
        ("status", json!({"type": "integer", "minimum": 400, "maximum": 599})),
        ("?detail", text("What is wrong with this request and what to do about it")),
        ("?errors", list("FieldProblem", "Fields at fault")),
    ]);
    let mut inference = problem.clone();
    inference["properties"]["error"] = text("The detail under the name that clients of this protocol read");
    if let Some(required) = inference["required"].as_array_mut() {
        required.push("error".into());
    }
    json!({
        "Description": object([("openapi", text("Version of OpenAPI")), ("info", json!({"type": "object"})),
            ("paths", json!({"type": "object"}))]),
        "Health": object([("status", json!({"const": "ok"}))]),
        "Readiness": object([
            ("status", json!({"type": "string", "enum": ["ready", "starting", "draining"]})),
            ("model_loaded", json!({"type": "boolean", "description": "All wanted models are in memory"})),
            ("?model", text("Model that answers requests which name none")),
            ("?model_version", text("Its version")),
        ]),
        "Problem": problem,
        "InferenceProblem": inference,
        "FieldProblem": object([
            ("pointer", json!({"type": "string", "format": "json-pointer", "description": "Into the body (RFC 6901)"})),
            ("detail", text("What is wrong with it")),
        ]),
    })
}

fn predictions() -> Value {
    json!({
        "ScoreAnswer": object([("score", number("Probability of the last label, or the number"))]),
        "SentimentAnswer": object([
            ("sentiment", json!({"type": "string", "enum": ["positive", "negative"]})),
            ("score", share("Probability that the text is positive")),
            ("model", text("Model that answered")),
            ("version", text("Its version")),
            ("?explanation", reference("Explanation")),
        ]),
        "Explanation": object([
            ("unit", text("Unit of all numbers here: log odds, probability, or the target's unit")),
            ("baseline", number("Raw output without knowing anything of the case")),
            ("contributions", list("Contribution", "The greatest, greatest first")),
            ("rest", number("Sum of those that are not listed")),
        ]),
        "Contribution": object([
            ("feature", text("A field, something derived from fields, or words of the text")),
            ("?value", json!({"description": "Its value in this case"})),
            ("contribution", number("What it added to the raw output")),
        ]),
        "Interval": object([
            ("level", share("Share of cases whose true number lies within")),
            ("low", number("Lower end")),
            ("high", number("Upper end")),
        ]),
    })
}

fn models() -> Value {
    let metadata = metadata();
    let mut info = metadata.clone();
    for name in ["model_name", "model_version"] {
        info["properties"][name] = text("The same under the name that clients of other services know");
        if let Some(required) = info["required"].as_array_mut() {
            required.push(name.into());
        }
    }
    let state = json!({"type": "string", "enum": ["ready", "loading", "failed", "unloaded"]});
    let row = json!({"type": "array", "items": count("Rows")});
    json!({
        "ModelMetadata": metadata,
        "ModelInfo": info,
        "Field": field(),
        "Form": object([
            ("name", text("Its name")),
            ("description", text("When to use it")),
            ("inputs", list("Field", "Its fields")),
        ]),
        "AbsentModel": object([
            ("reference", text("NAME or NAME@VERSION")),
            ("state", state),
            ("detail", text("Why it does not answer")),
        ]),
        "ModelList": object([
            ("models", list("ModelMetadata", "All versions in memory")),
            ("?absent", list("AbsentModel", "What is wanted and does not answer")),
            ("default_model", json!({"type": ["string", "null"], "description": "Answers requests that name none"})),
        ]),
        "ModelFigures": object([
            ("model", text("Name of the model")),
            ("version", text("Its version")),
            ("model_version", text("The same under the name that clients of other services know")),
            ("test_rows", count("Rows that were judged")),
            ("metrics", json!({"type": "object", "additionalProperties": number("A figure")})),
            ("?confusion", json!({"type": "array", "items": row,
                "description": "Rows by true label (outer) and predicted label (inner)"})),
        ]),
    })
}

fn metadata() -> Value {
    let source = object([("file", text("Name")), ("sha256", text("Digest")), ("rows", count("Labelled rows"))]);
    let labels = json!({"type": "array", "items": {"type": "string"}, "description": "In the order of probabilities"});
    object([
        ("name", text("Its name")),
        ("version", text("Its version")),
        ("kind", text("Kind of its weights")),
        ("task", json!({"type": "string", "enum": ["classification", "regression"]})),
        ("title", text("Its name for people")),
        ("description", text("What it does, for people")),
        ("state", json!({"type": "string", "enum": ["ready", "loading", "failed", "unloaded"]})),
        ("default", json!({"type": "boolean", "description": "Whether it answers requests that name no model"})),
        ("target", object([("name", text("What is predicted")), ("?unit", text("Unit")), ("?labels", labels)])),
        ("inputs", list("Field", "Fields of its main form")),
        ("?alternatives", list("Form", "Other forms that it understands")),
        ("example", json!({"type": "object", "description": "A case that it answers"})),
        ("metrics", json!({"type": "object", "additionalProperties": number("A figure on the test fold")})),
        ("created", json!({"type": "string", "format": "date-time"})),
        ("digest", text("SHA-256 of its weights")),
        ("library", object([("name", text("The library that learnt it")), ("version", text("Its version"))])),
        ("data", json!({"type": "array", "items": source, "description": "What it was learnt from"})),
    ])
}

fn field() -> Value {
    object([
        ("name", text("Its name")),
        ("type", json!({"type": "string", "enum": ["text", "number", "integer", "category"]})),
        ("description", text("What it means")),
        ("?unit", text("Unit of a number")),
        ("required", json!({"type": "boolean"})),
        ("?nullable", json!({"type": "boolean", "description": "Null means unknown"})),
        ("?default", json!({"description": "Taken if it is not given"})),
        ("?minimum", number("Least value")),
        ("?maximum", number("Greatest value")),
        ("?exclusive_minimum", json!({"type": "boolean", "description": "The least value itself is refused"})),
        ("?choices", json!({"type": "array", "items": {"type": "string"}})),
        ("example", json!({"description": "A value that fills in a form"})),
    ])
}

fn drift() -> Value {
    let maybe = |description: &str| json!({"type": ["number", "null"], "description": description});
    json!({
        "DriftReport": object([
            ("model", text("Name of the model")),
            ("version", text("Its version")),
            ("state", json!({"type": "string", "enum": ["stable", "drifted", "too_few_rows", "unwatched"]})),
            ("detail", text("The same for people")),
            ("rows", count("Rows in the window")),
            ("window", count("Most rows that it holds")),
            ("least_rows", count("Fewest rows of which something is said")),
            ("reference_rows", count("Rows in the reference")),
            ("false_alarm", share("How probable it is that a window without drift is called drifted")),
            ("threshold", maybe("An index above it is drift, whatever the feature")),
            ("drifted", json!({"type": "boolean"})),
            ("features", list("FeatureDrift", "The inputs")),
            ("?output", reference("FeatureDrift")),
        ]),
        "FeatureDrift": object([
            ("name", text("Its name")),
            ("psi", maybe("Population stability index of window and reference")),
            ("threshold", maybe("What chance alone exceeds rarely")),
            ("drifted", json!({"type": "boolean"})),
            ("bins", list("BinShare", "What was compared")),
        ]),
        "BinShare": object([
            ("bin", text("A range, a word, other or missing")),
            ("reference", share("Share of the reference's rows")),
            ("window", share("Share of the window's rows")),
        ]),
    })
}
