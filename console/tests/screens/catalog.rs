//! Models as a service tells of them, for the screens of predictions.

use std::sync::Arc;

use quarterdeck::effect::Request;
use quarterdeck::event::Facts;
use quarterdeck::model::Catalog;
use serde_json::{Value, json};

use crate::stage::Stage;

pub const BASE: &str = "http://127.0.0.1:8080";

fn field(name: &str, kind: &str, example: Value, more: Value) -> Value {
    let mut field = json!({"name": name, "type": kind, "description": format!("{name}, as the data set has it."),
        "required": true, "example": example});
    for (name, value) in more.as_object().unwrap() {
        field[name] = value.clone();
    }
    field
}

fn model(name: &str, version: &str, task: &str, target: Value, inputs: Vec<Value>) -> Value {
    json!({
        "name": name, "version": version, "kind": "table", "task": task, "title": format!("The {name} model"),
        "description": "For tests.", "state": "ready", "default": name == "sentiment", "target": target,
        "inputs": inputs, "example": {}, "metrics": {"accuracy": 0.9, "rmse": 48_123.4, "r2": 0.83},
        "created": "2026-11-01T10:00:00Z", "digest": "ab", "library": {"name": "smartcore", "version": "0.7.0"},
        "data": [],
    })
}

pub fn sentiment(version: &str) -> Value {
    let text = "The food was great and the service was friendly.";
    let inputs = vec![field("text", "text", json!(text), json!({}))];
    let labels = json!({"name": "sentiment", "labels": ["negative", "positive"]});
    model("sentiment", version, "classification", labels, inputs)
}

pub fn housing(version: &str) -> Value {
    let inputs = vec![
        field("longitude", "number", json!(-122.23), json!({"unit": "degrees", "minimum": -125, "maximum": -113})),
        field("latitude", "number", json!(37.88), json!({"unit": "degrees", "minimum": 32, "maximum": 43})),
        field("housing_median_age", "number", json!(41), json!({"unit": "years", "minimum": 0})),
        field("total_rooms", "integer", json!(880), json!({"minimum": 1})),
        field("total_bedrooms", "integer", json!(129), json!({"required": false, "nullable": true, "minimum": 1})),
        field("population", "integer", json!(322), json!({"minimum": 0})),
        field("households", "integer", json!(126), json!({"minimum": 1})),
        field(
            "median_income",
            "number",
            json!(8.3252),
            json!({"unit": "10,000 USD", "minimum": 0, "exclusive_minimum": true}),
        ),
        field(
            "ocean_proximity",
            "category",
            json!("NEAR BAY"),
            json!({"required": false, "default": "INLAND",
            "choices": ["<1H OCEAN", "INLAND", "ISLAND", "NEAR BAY", "NEAR OCEAN"]}),
        ),
    ];
    let derived =
        ["med_inc", "house_age", "avg_rooms", "lat", "lon"].map(|name| field(name, "number", json!(1.5), json!({})));
    let target = json!({"name": "median_house_value", "unit": "USD"});
    let mut housing = model("housing", version, "regression", target, inputs);
    housing["alternatives"] =
        json!([{"name": "derived", "description": "Features worked out beforehand.", "inputs": derived}]);
    housing
}

pub fn listed(models: &[Value]) -> Catalog {
    let list = json!({"models": models, "default_model": "sentiment"});
    Catalog::Listed(Arc::new(serde_json::from_value(list).unwrap()))
}

pub fn tell(stage: &mut Stage, catalog: Catalog) {
    stage.answer(Request::Models { base: BASE.into() }, Facts::Models(catalog));
}

pub const HOUSE: &str = r#"{"model":"housing","version":"1","prediction":412345.6,"unit":"USD",
 "interval":{"level":0.9,"low":301234.5,"high":523456.7},
 "explanation":{"unit":"USD","baseline":206855.8,"rest":-3210.5,"contributions":[
 {"feature":"median_income","value":8.3252,"contribution":171234.1},
 {"feature":"ocean_proximity","value":"NEAR BAY","contribution":31234.9},
 {"feature":"rooms_per_household","value":6.984,"contribution":18123.2},
 {"feature":"latitude","value":37.88,"contribution":-11891.9}]}}"#;
