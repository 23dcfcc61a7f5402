//! What operations share: parameters, headers, problems, the administrator's token.

use super::shapes::reference;
use predictor_wire::ModelMetadata;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Name of the security scheme.
pub(super) const TOKEN: &str = "adminToken";

/// Name of the other one.
pub(super) const KEY: &str = "adminKey";

const PROBLEMS: [(u16, &str, &str); 13] = [
    (400, "Malformed", "The request is not what its form claims: broken JSON, UTF-8, gzip or percent-encoding."),
    (401, "TokenMissing", "The administrator's token is missing."),
    (403, "Forbidden", "The administrator's token is wrong, or administration is switched off."),
    (404, "NotFound", "There is no such model, version or file; the detail lists the models."),
    (405, "WrongMethod", "The path answers other methods."),
    (408, "TooSlow", "The body did not arrive in time."),
    (409, "Conflict", "Something else happened in the meantime."),
    (413, "TooLarge", "The body or the batch is above its limit."),
    (415, "WrongType", "The media type or the content encoding is not understood."),
    (422, "Invalid", "Fields are at fault, or it is not clear which model is meant; errors point at the fields."),
    (500, "Failed", "The service is at fault; its log has more under the request id."),
    (501, "NotOffered", "The service does not offer this."),
    (503, "Unavailable", "Loading, overloaded or out of time; try again later."),
];

/// Name of the response for a status, as the service's own conventions or as the Open Inference Protocol have it.
pub(super) fn problem_name(status: u16, is_inference: bool) -> String {
    let name = PROBLEMS.iter().find(|(known, ..)| *known == status).map_or("Failed", |(_, name, _)| name);
    format!("{}{name}", if is_inference { INFERENCE } else { "" })
}

/// What names of the Open Inference Protocol's own begin with.
const INFERENCE: &str = "Inference";

pub(super) fn responses() -> Value {
    let one = |prefix: &str, (status, name, description): &(u16, &str, &str)| {
        let problem = json!({"application/problem+json": {"schema": reference(&format!("{prefix}Problem"))}});
        let more: &[&str] = match status {
            401 => &["www-authenticate"],
            405 => &["allow"],
            503 => &["retry-after"],
            _ => &[],
        };
        (format!("{prefix}{name}"), response(description, problem, more))
    };
    ["", INFERENCE].iter().flat_map(|prefix| PROBLEMS.iter().map(|problem| one(prefix, problem))).collect()
}

/// A response with the headers that all have, and more; `content` may be null.
pub(super) fn response(description: &str, content: Value, more: &[&str]) -> Value {
    let header = |name: &str| (name.to_owned(), json!({"$ref": format!("#/components/headers/{name}")}));
    let headers: Map<_, _> = ["x-request-id", "traceresponse"].iter().chain(more).map(|name| header(name)).collect();
    let mut value = json!({"description": description, "headers": headers});
    if !content.is_null() {
        value["content"] = content;
    }
    value
}

pub(super) fn headers() -> Value {
    let header = |description: &str, required: bool, schema: Value| json!({"description": description, "required": required, "schema": schema});
    let text = |pattern: &str| json!({"type": "string", "pattern": pattern});
    json!({
        "x-request-id": header("The caller's id of the request, cleaned, or a new one", true, text("^[!-~]{1,128}$")),
        "traceresponse":
            header("The trace, this service's own span, the flags", false, text("^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$")),
        "x-model": header("Model that answered", true, text("^[ -~]+$")),
        "x-model-version": header("Version that answered", true, text("^[ -~]+$")),
        "server-timing": header("Time that the model took, in milliseconds", true, text("^predict;dur=[0-9]+\\.[0-9]{3}$")),
        "etag": header("Changes with the answer; send it as if-none-match", true, text("^\"[0-9a-f]{32}(-gzip)?\"$")),
        "allow": header("Methods that the path answers", true, text("^[A-Z]+(, [A-Z]+)*$")),
        "www-authenticate": header("How to say who one is", true, json!({"const": "Bearer"})),
        "inference-header-content-length":
            header("Length of the JSON, if bytes of tensors are behind it", false, json!({"type": "integer", "minimum": 0})),
        "retry-after": header("Seconds to wait", false, json!({"type": "integer", "minimum": 1})),
    })
}

/// A parameter by name.
pub(super) fn parameter(name: &str) -> Value {
    json!({"$ref": format!("#/components/parameters/{name}")})
}

pub(super) fn parameters(models: &[ModelMetadata]) -> Value {
    let given = |place: &str, name: &str, description: &str, schema: Value| json!({"in": place, "name": name, "description": description, "required": place == "path", "schema": schema});
    let text = || json!({"type": "string"});
    let names = one_of(models.iter().map(|model| model.name.as_str()));
    let versions = one_of(models.iter().map(|model| model.version.as_str()));
    let explain = json!({"anyOf": [{"type": "boolean"}, {"type": "integer", "minimum": 0, "maximum": 100}]});
    json!({
        "model": given("path", "model", "Name of a model", names.clone()),
        "version": given("path", "version", "Version of the model", versions),
        "file": given("path", "file", "Name of the file", json!({"type": "string", "examples": ["script.js"]})),
        "model_asked": given("query", "model", "Name of a model; without it the one that answers for all", names),
        "text": given("query", "text", "The text to judge; without it the model's example is judged", text()),
        "explain": given("query", "explain", "How many contributions to explain the answer by; true means 10", explain),
        "x-request-id": given("header", "x-request-id", "The caller's id of the request", text()),
        "traceparent": given("header", "traceparent", "The caller's place in a trace (W3C Trace Context)", text()),
        "x-split-key":
            given("header", "x-split-key", "Who asks: the same key is always answered by the same version", text()),
        "inference-header-content-length": given("header", "inference-header-content-length",
            "Length of the JSON at the body's beginning; bytes of tensors are behind it", json!({"type": "integer", "minimum": 0})),
        "if-none-match": given("header", "if-none-match", "Entity tags of answers that the caller has", text()),
    })
}

pub(super) fn security() -> Value {
    json!({
        TOKEN: {"type": "http", "scheme": "bearer", "description": "The administrator's token (ADMIN_TOKEN)"},
        KEY: {"type": "apiKey", "in": "header", "name": "x-api-key", "description": "The same token"},
    })
}

/// The answer to a batch of which each row is answered by a schema of this name.
pub(super) fn batch_answer(name: &str) -> Value {
    json!({
        "type": "object",
        "required": ["model", "version", "predictions", "count"],
        "properties": {
            "model": {"type": "string", "description": "Model that answered"},
            "version": {"type": "string", "description": "Its version"},
            "predictions": {"type": "array", "items": reference(name), "description": "One a row, in their order"},
            "count": {"type": "integer", "minimum": 0, "description": "How many"},
        },
    })
}

/// One of the words, or any if there are none.
fn one_of<'a>(words: impl Iterator<Item = &'a str>) -> Value {
    let words: BTreeSet<_> = words.collect();
    if words.is_empty() { json!({"type": "string"}) } else { json!({"type": "string", "enum": words}) }
}
