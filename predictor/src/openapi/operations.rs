//! What is said about each route of this service's own conventions.

use super::operation::{Answer, Body, Operation};
use serde_json::{Value, json};

const PREDICT: &str = "predictions";
const MODELS: &str = "models";
const LIFE: &str = "life";
const PAGE: &str = "page";

/// What may go wrong with any request that is not about the process itself.
const ANY: &[u16] = &[500, 503];
/// Where the path names a model.
const NAMED: &[u16] = &[400, 404, 500, 503];
/// Where the query may name a model.
const ASKED: &[u16] = &[400, 404, 422, 500, 503];
/// Where a body is read.
const SENT: &[u16] = &[400, 404, 408, 413, 415, 422, 500, 503];

const KEPT: &[&str] = &["if-none-match"];
const KEPT_ASKED: &[&str] = &["model_asked", "if-none-match"];
const CASE: &[&str] = &["explain", "x-split-key"];
const CASE_ASKED: &[&str] = &["model_asked", "explain", "x-split-key"];
const CASE_OF_VERSION: &[&str] = &["explain"];

pub(super) fn tags() -> Value {
    let tag = |name: &str, description: &str| json!({"name": name, "description": description});
    json!([
        tag(PREDICT, "Cases in, predictions out"),
        tag(MODELS, "Which models there are, what they ask for, how good they are, whether their cases drift"),
        tag(super::inference::TAG, "The Open Inference Protocol, version 2"),
        tag(LIFE, "Health, readiness, metrics"),
        tag(PAGE, "The web page and this document"),
    ])
}

const fn get(
    path: &'static str,
    id: &'static str,
    tag: &'static str,
    summary: &'static str,
    parameters: &'static [&'static str],
    answer: Answer,
    failures: &'static [u16],
) -> Operation {
    Operation { path, method: "get", id, tag, summary, parameters, body: Body::None, answer, failures }
}

const fn one(path: &'static str, id: &'static str, parameters: &'static [&'static str], plain: bool) -> Operation {
    Operation {
        path,
        method: "post",
        id,
        tag: PREDICT,
        summary: "Predict one case",
        parameters,
        body: Body::Case,
        answer: Answer::Prediction { plain },
        failures: SENT,
    }
}

const fn many(path: &'static str, id: &'static str, parameters: &'static [&'static str], plain: bool) -> Operation {
    let (body, answer) = (Body::Batch, Answer::Predictions { plain });
    Operation { summary: "Predict many cases", body, answer, ..one(path, id, parameters, plain) }
}

pub(super) const OPERATIONS: &[Operation] = &[
    get("/", "getPage", PAGE, "The web page to try the models", KEPT, Answer::File(&["text/html"]), ANY),
    get(
        "/assets/{file}",
        "getPageFile",
        PAGE,
        "A file of the web page",
        KEPT,
        Answer::File(&["text/javascript", "text/css", "image/svg+xml"]),
        NAMED,
    ),
    get("/openapi.json", "getDescription", PAGE, "This document", KEPT, Answer::Kept("Description"), ANY),
    get(
        "/predict",
        "getScore",
        PREDICT,
        "Score of a text, or of the model's example",
        &["model_asked", "text", "x-split-key"],
        Answer::Timed("ScoreAnswer"),
        ASKED,
    ),
    one("/predict", "predict", CASE_ASKED, true),
    many("/predict/batch", "predictBatch", CASE_ASKED, true),
    one("/v1/models/{model}/predict", "predictByModel", CASE, false),
    many("/v1/models/{model}/predict/batch", "predictBatchByModel", CASE, false),
    one("/v1/models/{model}/versions/{version}/predict", "predictByVersion", CASE_OF_VERSION, false),
    many("/v1/models/{model}/versions/{version}/predict/batch", "predictBatchByVersion", CASE_OF_VERSION, false),
    get("/v1/models", "listModels", MODELS, "All models in memory", KEPT, Answer::Kept("ModelList"), ANY),
    get(
        "/v1/models/{model}",
        "getModel",
        MODELS,
        "What a model asks for and answers",
        KEPT,
        Answer::KeptOfModel("ModelMetadata"),
        NAMED,
    ),
    get(
        "/v1/models/{model}/versions/{version}",
        "getVersion",
        MODELS,
        "What a version of a model asks for and answers",
        KEPT,
        Answer::KeptOfModel("ModelMetadata"),
        NAMED,
    ),
    get(
        "/v1/models/{model}/metrics",
        "getModelFigures",
        MODELS,
        "How good a model is on rows that it has not learnt from",
        KEPT,
        Answer::KeptOfModel("ModelFigures"),
        NAMED,
    ),
    get(
        "/v1/models/{model}/versions/{version}/metrics",
        "getVersionFigures",
        MODELS,
        "How good a version is on rows that it has not learnt from",
        KEPT,
        Answer::KeptOfModel("ModelFigures"),
        NAMED,
    ),
    get(
        "/v1/models/{model}/drift",
        "getModelDrift",
        MODELS,
        "Whether the last cases look like those that the model was judged on",
        &[],
        Answer::OfModel("DriftReport"),
        NAMED,
    ),
    get(
        "/v1/models/{model}/versions/{version}/drift",
        "getVersionDrift",
        MODELS,
        "Whether the last cases look like those that the version was judged on",
        &[],
        Answer::OfModel("DriftReport"),
        NAMED,
    ),
    get(
        "/model/info",
        "getInfo",
        MODELS,
        "The model that answers requests which name none",
        KEPT_ASKED,
        Answer::KeptOfModel("ModelInfo"),
        ASKED,
    ),
    get(
        "/model/metrics",
        "getFigures",
        MODELS,
        "How good the model is that answers requests which name none",
        KEPT_ASKED,
        Answer::KeptOfModel("ModelFigures"),
        ASKED,
    ),
    get("/health", "getHealth", LIFE, "The process lives", &[], Answer::Json("Health"), ANY),
    get(
        "/ready",
        "getReadiness",
        LIFE,
        "Whether new requests should be sent here",
        &[],
        Answer::Readiness("Readiness"),
        ANY,
    ),
    get(
        "/metrics",
        "getMetrics",
        LIFE,
        "Counters for a scraper, as OpenMetrics if that is accepted",
        &[],
        Answer::Text(&["text/plain", "application/openmetrics-text"]),
        ANY,
    ),
];
