//! The description of this service for programs: OpenAPI 3.1, made from the routes and from the models in memory.
//!
//! A route without an operation here fails a test, and so does an operation without a route. Nothing here answers a
//! request; what a model asks for comes from its own fields, never from here.

mod answers;
mod inference;
mod operation;
mod operations;
mod parts;
mod shapes;
mod tensors;

use crate::routes::{ROUTES, Route};
use operation::{Operation, Use};
use predictor_wire::ModelMetadata;
use serde_json::{Map, Value, json};
use shapes::Shapes;

const ABOUT: &str = "Predictions of small models, and everything that is known about those models. Where a path has \
    GET, HEAD gives the same headers. Failures are problems (RFC 9457) whose errors point at the fields at fault. \
    Bodies may be sent with content-encoding: gzip; answers of a kilobyte and more are compressed for those who accept \
    it. A name that is nearly that of a field which is missing is refused as a slip; other additional names are \
    passed over. The schemas follow the models that are loaded now.";

/// The document, for the models that are loaded (of equal names the last answers) and at most so many rows in a batch.
#[must_use]
pub fn document(models: &[ModelMetadata], most_rows: usize) -> Value {
    let shapes = Shapes::of(models, most_rows);
    let mut paths = Map::new();
    for route in ROUTES {
        let found: Vec<_> = operations_of(route).collect();
        paths.insert(route.path.to_owned(), item(route.path, &found, &Use { shapes: &shapes, shape: None }));
        if !is_described_by_model(route.path) {
            continue;
        }
        for shape in shapes.latest() {
            let path = route.path.replace("{model}", &shapes::segment(&shape.model));
            let item = item(&path, &found, &Use { shapes: &shapes, shape: Some(shape) });
            paths.insert(path, item);
        }
    }
    let mut schemas = answers::schemas();
    schemas.append(&mut shapes.schemas.clone());
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Quarterdeck predictor",
            "version": env!("CARGO_PKG_VERSION"),
            "description": ABOUT,
            "license": {"name": env!("CARGO_PKG_LICENSE"), "identifier": env!("CARGO_PKG_LICENSE")},
        },
        "servers": [{"url": "/"}],
        "tags": operations::tags(),
        "paths": paths,
        "components": {
            "schemas": schemas,
            "parameters": parts::parameters(models),
            "headers": parts::headers(),
            "responses": parts::responses(),
            "securitySchemes": parts::security(),
        },
    })
}

/// Whether each model has an operation of its own beside this one, with the types of its fields.
fn is_described_by_model(path: &str) -> bool {
    path.starts_with("/v1/models/{model}/predict") || path == "/v2/models/{model}/infer"
}

fn described() -> impl Iterator<Item = &'static Operation> {
    operations::OPERATIONS.iter().chain(inference::OPERATIONS)
}

/// What is said about a route's methods.
fn operations_of(route: &Route) -> impl Iterator<Item = &'static Operation> {
    let (path, has_get, has_post) = (route.path, route.get.is_some(), route.post.is_some());
    let answers = move |method: &str| if method == "get" { has_get } else { has_post };
    described().filter(move |operation| operation.path == path && answers(operation.method))
}

fn item(path: &str, operations: &[&Operation], used: &Use<'_>) -> Value {
    let mut item: Map<String, Value> =
        operations.iter().map(|operation| (operation.method.to_owned(), operation.value(used))).collect();
    let named = path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
    let parameters = named.chain(["x-request-id", "traceparent"]).map(parts::parameter).collect();
    item.insert("parameters".to_owned(), Value::Array(parameters));
    Value::Object(item)
}

#[cfg(test)]
mod tests;
