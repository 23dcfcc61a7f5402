//! What is said about the Open Inference Protocol, version 2 (`/v2`), and the model repository extension.

use super::answers::object;
use super::operation::{Answer, Body, Operation};
use super::shapes::reference;
use serde_json::{Value, json};

/// The group of these operations.
pub(super) const TAG: &str = "inference";

const ANY: &[u16] = &[500, 503];
const NAMED: &[u16] = &[400, 404, 500, 503];
const SENT: &[u16] = &[400, 404, 408, 413, 415, 422, 500, 503];
const LISTED: &[u16] = &[400, 408, 413, 415, 422, 500, 503];
const ADMIN: &[u16] = &[400, 401, 403, 404, 408, 409, 413, 415, 422, 500, 503];

const fn get(
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    answer: Answer,
    failures: &'static [u16],
) -> Operation {
    Operation { path, method: "get", id, tag: TAG, summary, parameters: &[], body: Body::None, answer, failures }
}

const fn post(
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    body: Body,
    answer: Answer,
    failures: &'static [u16],
) -> Operation {
    Operation { method: "post", body, ..get(path, id, summary, answer, failures) }
}

const INFER: Body = Body::Json("InferenceRequest");

pub(super) const OPERATIONS: &[Operation] = &[
    get("/v2", "getServer", "Name, version and extensions of the server", Answer::Json("ServerMetadata"), ANY),
    get("/v2/health/live", "getServerLive", "The process lives", Answer::Empty, ANY),
    get("/v2/health/ready", "getServerReady", "All wanted models answer", Answer::Empty, ANY),
    get(
        "/v2/models/{model}",
        "getTensors",
        "The tensors that a model takes and gives",
        Answer::Json("TensorMetadata"),
        NAMED,
    ),
    get(
        "/v2/models/{model}/versions/{version}",
        "getVersionTensors",
        "The tensors that a version takes and gives",
        Answer::Json("TensorMetadata"),
        NAMED,
    ),
    get("/v2/models/{model}/ready", "getModelReady", "The model answers", Answer::Empty, NAMED),
    get("/v2/models/{model}/versions/{version}/ready", "getVersionReady", "The version answers", Answer::Empty, NAMED),
    post(
        "/v2/models/{model}/infer",
        "infer",
        "Predict rows given as tensors",
        INFER,
        Answer::Json("InferenceAnswer"),
        SENT,
    ),
    post(
        "/v2/models/{model}/versions/{version}/infer",
        "inferByVersion",
        "Predict rows given as tensors",
        INFER,
        Answer::Json("InferenceAnswer"),
        SENT,
    ),
    post(
        "/v2/repository/index",
        "listRepository",
        "All models and whether they answer",
        Body::Optional("RepositoryRequest"),
        Answer::Json("RepositoryIndex"),
        LISTED,
    ),
    post(
        "/v2/repository/models/{model}/load",
        "loadModel",
        "Load a model",
        Body::Optional("RepositoryParameters"),
        Answer::Empty,
        ADMIN,
    ),
    post(
        "/v2/repository/models/{model}/unload",
        "unloadModel",
        "Take a model out of memory",
        Body::Optional("RepositoryParameters"),
        Answer::Empty,
        ADMIN,
    ),
];

pub(super) fn schemas() -> Value {
    let text = || json!({"type": "string"});
    let list = |items: Value| json!({"type": "array", "items": items});
    let (any, datatype) =
        (|| json!({"type": "object"}), json!({"type": "string", "examples": ["BYTES", "FP64", "INT64"]}));
    let shape = list(json!({"type": "integer", "minimum": 0}));
    let meta = object([
        ("name", text()),
        ("datatype", datatype.clone()),
        ("shape", list(json!({"type": "integer", "minimum": -1}))),
    ]);
    let tensor = |data: &str| {
        object([
            ("name", text()),
            ("shape", shape.clone()),
            ("datatype", datatype.clone()),
            ("?parameters", any()),
            (data, json!({"type": "array"})),
        ])
    };
    let wanted = object([("name", text()), ("?parameters", any())]);
    json!({
        "ServerMetadata": object([("name", text()), ("version", text()), ("extensions", list(text()))]),
        "TensorMetadata": object([
            ("name", text()),
            ("?versions", list(text())),
            ("platform", text()),
            ("inputs", list(meta.clone())),
            ("outputs", list(meta)),
        ]),
        "InferenceRequest": object([
            ("?id", text()),
            ("?parameters", any()),
            ("inputs", list(tensor("?data"))),
            ("?outputs", list(wanted)),
        ]),
        "InferenceAnswer": object([
            ("model_name", text()),
            ("?model_version", text()),
            ("?id", text()),
            ("?parameters", any()),
            ("outputs", list(tensor("?data"))),
        ]),
        "RepositoryRequest": object([("?ready", json!({"type": "boolean", "description": "Only what answers"}))]),
        "RepositoryIndex": list(reference("RepositoryEntry")),
        "RepositoryEntry": object([("name", text()), ("?version", text()), ("state", text()), ("?reason", text())]),
        "RepositoryParameters": object([("?parameters", any())]),
    })
}
