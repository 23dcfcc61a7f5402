//! What is said about the Open Inference Protocol, version 2 (`/v2`), and the model repository extension. What models take
//! as tensors is said in `tensors`.

use super::answers::object;
use super::operation::{Answer, Body, Operation};
use super::shapes::reference;
use super::tensors::{DATATYPES, OUTPUTS};
use serde_json::{Value, json};

/// The group of these operations.
pub(super) const TAG: &str = "inference";

const ANY: &[u16] = &[500, 503];
const NAMED: &[u16] = &[400, 404, 500, 503];
const SENT: &[u16] = &[400, 404, 408, 413, 415, 422, 500, 503];
const LISTED: &[u16] = &[400, 408, 413, 415, 500, 503];
const ADMIN: &[u16] = &[400, 401, 403, 404, 408, 409, 413, 415, 500, 503];

const KEPT: &[&str] = &["if-none-match"];

const fn get(path: &'static str, id: &'static str, summary: &'static str, answer: Answer) -> Operation {
    let (parameters, failures): (&[&str], _) = match answer {
        Answer::Kept(_) => (KEPT, ANY),
        Answer::KeptOfModel(_) => (KEPT, NAMED),
        Answer::OfModel(_) => (&[], NAMED),
        _ => (&[], ANY),
    };
    Operation { path, method: "get", id, tag: TAG, summary, parameters, body: Body::None, answer, failures }
}

const fn post(
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    body: Body,
    answer: Answer,
    failures: &'static [u16],
) -> Operation {
    Operation { path, method: "post", id, tag: TAG, summary, parameters: &[], body, answer, failures }
}

const fn infer(path: &'static str, id: &'static str, parameters: &'static [&'static str]) -> Operation {
    Operation { parameters, ..post(path, id, "Predict rows given as tensors", Body::Tensors, Answer::Tensors, SENT) }
}

const fn change(path: &'static str, id: &'static str, summary: &'static str) -> Operation {
    post(path, id, summary, Body::Optional("ChangeRequest"), Answer::Json("RepositoryChange"), ADMIN)
}

pub(super) const OPERATIONS: &[Operation] = &[
    get("/v2", "getServer", "Name, version and extensions of the server", Answer::Kept("ServerMetadata")),
    get("/v2/health/live", "getServerLive", "The process lives", Answer::Json("ServerLive")),
    get("/v2/health/ready", "getServerReady", "All wanted models answer", Answer::Json("ServerReady")),
    get(
        "/v2/models/{model}",
        "getTensors",
        "The tensors that a model takes and gives",
        Answer::KeptOfModel("TensorMetadata"),
    ),
    get(
        "/v2/models/{model}/versions/{version}",
        "getVersionTensors",
        "The tensors that a version takes and gives",
        Answer::KeptOfModel("TensorMetadata"),
    ),
    get("/v2/models/{model}/ready", "getModelReady", "The model answers", Answer::OfModel("ModelReady")),
    get(
        "/v2/models/{model}/versions/{version}/ready",
        "getVersionReady",
        "The version answers",
        Answer::OfModel("ModelReady"),
    ),
    infer("/v2/models/{model}/infer", "infer", &["inference-header-content-length", "x-split-key"]),
    infer("/v2/models/{model}/versions/{version}/infer", "inferByVersion", &["inference-header-content-length"]),
    post(
        "/v2/repository/index",
        "listRepository",
        "All models and whether they answer",
        Body::Optional("IndexRequest"),
        Answer::Json("RepositoryIndex"),
        LISTED,
    ),
    change("/v2/repository/models/{model}/load", "loadModel", "Load a model"),
    change("/v2/repository/models/{model}/unload", "unloadModel", "Take a model out of memory"),
];

pub(super) fn schemas() -> Value {
    let text = || json!({"type": "string"});
    let list = |items: Value| json!({"type": "array", "items": items});
    let state = || json!({"type": "string", "enum": ["READY", "LOADING", "UNAVAILABLE"]});
    let version =
        json!({"type": ["string", "null"], "description": "The newest (load) or all (unload) if none is named"});
    json!({
        "ServerMetadata": object([("name", text()), ("version", text()), ("extensions", list(text()))]),
        "ServerLive": object([("live", json!({"const": true}))]),
        "ServerReady": object([("ready", json!({"const": true}))]),
        "ModelReady": object([("name", text()), ("ready", json!({"const": true}))]),
        "TensorMetadata": object([
            ("name", text()),
            ("versions", list(text())),
            ("platform", json!({"type": "string", "description": "What kind of model it is"})),
            ("inputs", list(described())),
            ("outputs", list(described())),
        ]),
        "InferenceAnswer": object([
            ("model_name", text()),
            ("model_version", text()),
            ("?id", json!({"type": "string", "description": "That of the request, if it has one"})),
            ("outputs", list(answered())),
        ]),
        "IndexRequest": object([("?ready", json!({"type": "boolean", "description": "Only what answers"}))]),
        "RepositoryIndex": list(reference("RepositoryEntry")),
        "RepositoryEntry": object([
            ("name", text()),
            ("version", text()),
            ("state", state()),
            ("reason", json!({"type": "string", "description": "Why it does not answer; empty if it does"})),
        ]),
        "ChangeRequest": object([("?parameters", nullable(object([("?version", version)])))]),
        "RepositoryChange": object([
            ("name", text()),
            ("version", json!({"type": ["string", "null"], "description": "Null if none was named"})),
            ("state", state()),
        ]),
    })
}

/// The schema of an object, or null.
pub(super) fn nullable(mut object: Value) -> Value {
    object["type"] = json!(["object", "null"]);
    object
}

/// A tensor as metadata describe it.
fn described() -> Value {
    object([
        ("name", json!({"type": "string"})),
        ("datatype", json!({"type": "string", "enum": DATATYPES})),
        (
            "shape",
            json!({"type": "array", "items": {"type": "integer", "minimum": -1}, "description": "-1: any length"}),
        ),
        (
            "?parameters",
            object([
                ("?optional", json!({"type": "boolean", "description": "Whether it may be left out"})),
                ("?unit", json!({"type": "string", "description": "Unit of its numbers"})),
                ("?labels", json!({"type": "array", "items": {"type": "string"}, "description": "One a column"})),
            ]),
        ),
    ])
}

/// A tensor that a model gave.
fn answered() -> Value {
    let size = json!({"type": "integer", "minimum": 0, "description": "Its bytes behind the JSON"});
    object([
        ("name", json!({"type": "string", "enum": OUTPUTS})),
        ("datatype", json!({"type": "string", "enum": ["BYTES", "FP64"]})),
        ("shape", json!({"type": "array", "items": {"type": "integer", "minimum": 0}, "minItems": 1, "maxItems": 2})),
        ("?parameters", object([("binary_data_size", size)])),
        ("?data", json!({"type": "array", "items": {"type": ["string", "number"]}, "description": "Row by row"})),
    ])
}
