//! The document has every route, and nothing that no route has; its parts refer to what is there.

use super::*;
use std::collections::BTreeSet;

fn models() -> Vec<ModelMetadata> {
    let sentiment = |version: &str| {
        let wanted = format!("sentiment@{version}");
        crate::catalog::load(&wanted).expect("an embedded model").metadata(false)
    };
    let mut housing = sentiment("1");
    let field = |more: Value| {
        let mut field = json!({"type": "number", "description": "A number.", "required": true, "example": 1});
        for (name, value) in more.as_object().expect("an object") {
            field[name] = value.clone();
        }
        serde_json::from_value(field).expect("a field")
    };
    housing.name = "housing".to_owned();
    housing.kind = "table".to_owned();
    housing.task = predictor_wire::Task::Regression;
    housing.target = serde_json::from_value(json!({"name": "value", "unit": "USD"})).expect("a target");
    housing.inputs = vec![
        field(json!({"name": "age", "minimum": 0.0, "exclusive_minimum": true, "maximum": 99.5, "unit": "years"})),
        field(json!({"name": "rooms", "type": "integer", "minimum": 0.0, "required": false, "nullable": true})),
        field(
            json!({"name": "sea", "type": "category", "choices": ["near", "far"], "required": false, "default": "far"}),
        ),
    ];
    let inputs = vec![field(json!({"name": "ratio"}))];
    housing.alternatives =
        vec![predictor_wire::Form { name: "derived".to_owned(), description: String::new(), inputs }];
    vec![sentiment("1"), sentiment("2"), housing]
}

/// All places that are pointed at, with all ids of operations.
fn gather(value: &Value, references: &mut Vec<String>, ids: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                match (name.as_str(), value.as_str()) {
                    ("$ref", Some(reference)) => references.push(reference.to_owned()),
                    ("operationId", Some(id)) => ids.push(id.to_owned()),
                    _ => gather(value, references, ids),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| gather(value, references, ids)),
        _ => {}
    }
}

#[test]
fn every_route_is_described_and_nothing_else_is() {
    let name = |method: &str, path: &str| format!("{} {path}", method.to_uppercase());
    let mut routed = BTreeSet::new();
    for route in ROUTES {
        routed.extend(route.get.map(|_| name("get", route.path)));
        routed.extend(route.post.map(|_| name("post", route.path)));
    }
    let told: Vec<_> = described().map(|operation| name(operation.method, operation.path)).collect();
    let said: BTreeSet<_> = told.iter().cloned().collect();
    assert_eq!(told.len(), said.len(), "something is described twice");
    let lacking: Vec<_> = routed.difference(&said).collect();
    assert!(lacking.is_empty(), "these routes are not described in src/openapi/operations.rs: {lacking:?}");
    let invented: Vec<_> = said.difference(&routed).collect();
    assert!(invented.is_empty(), "these are described and not routed: {invented:?}");

    let document = document(&models(), 10);
    let paths = document["paths"].as_object().expect("paths");
    let mut found = BTreeSet::new();
    for (path, item) in paths {
        let route = crate::routes::name_of(path);
        assert_ne!(route, crate::routes::UNMATCHED, "{path}");
        let methods = item.as_object().expect("an item").keys().filter(|key| *key != "parameters");
        found.extend(methods.map(|method| name(method, route)));
    }
    assert_eq!(found, routed);
}

#[test]
fn every_reference_leads_somewhere_and_every_id_is_used_once() {
    for models in [models(), Vec::new()] {
        let document = document(&models, 10);
        let (mut references, mut ids) = (Vec::new(), Vec::new());
        gather(&document, &mut references, &mut ids);
        for reference in references {
            let pointer = reference.strip_prefix('#').expect("within the document");
            assert!(document.pointer(pointer).is_some(), "{reference}");
        }
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{ids:?}");
    }
}

#[test]
fn fields_become_schemas() {
    let document = document(&models(), 10);
    let schemas = &document["components"]["schemas"];
    assert_eq!(schemas["HousingInput"]["anyOf"][1], json!({"$ref": "#/components/schemas/HousingInputDerived"}));
    let expect = json!({
        "age": {"type": "number", "description": "A number. Unit: years.", "exclusiveMinimum": 0, "maximum": 99.5, "examples": [1]},
        "rooms": {"type": ["integer", "null"], "description": "A number.", "minimum": 0, "examples": [1]},
        "sea": {"type": ["string", "null"], "description": "A number.", "enum": ["near", "far", null], "default": "far", "examples": [1]},
    });
    let main = &schemas["HousingInputMain"];
    assert_eq!((&main["properties"], &main["required"]), (&expect, &json!(["age"])));
    assert_eq!(schemas["SentimentInput"]["required"], json!(["text"]));
    assert!(schemas.get("Sentiment1Input").is_none(), "both versions ask for the same");
    assert_eq!(schemas["Case"]["anyOf"].as_array().map(Vec::len), Some(2));
    assert_eq!(schemas["HousingPrediction"]["properties"]["unit"]["const"], "USD");
    let path = &document["paths"]["/v1/models/housing/predict"]["post"];
    let schema = &path["requestBody"]["content"]["application/json"]["schema"];
    assert_eq!(schema, &json!({"$ref": "#/components/schemas/HousingInput"}));
}

#[test]
fn fields_become_tensors() {
    let document = document(&models(), 10);
    let schemas = &document["components"]["schemas"];
    let tensors = schemas["HousingInferenceRequest"]["properties"]["inputs"]["items"]["anyOf"].as_array().expect("all");
    let check = |index: usize, name: &str, datatypes: Value, cell: Value| {
        let tensor = &tensors[index]["properties"];
        let found = (&tensor["name"]["const"], &tensor["datatype"]["enum"], &tensor["data"]["items"]["anyOf"][0]);
        assert_eq!(found, (&json!(name), &datatypes, &cell));
    };
    let numbers = || json!(["FP64", "FP32", "INT64", "INT32"]);
    check(0, "age", numbers(), json!({"type": "number", "exclusiveMinimum": 0, "maximum": 99.5}));
    check(1, "rooms", numbers(), json!({"type": ["integer", "null"], "minimum": 0}));
    check(2, "sea", json!(["BYTES"]), json!({"type": ["string", "null"], "enum": ["near", "far", null, ""]}));
    check(3, "ratio", numbers(), json!({"type": "number"}));
    assert_eq!(schemas["TensorShape"]["prefixItems"][0]["maximum"], 10);
    let sentiment = &document["paths"]["/v2/models/sentiment/infer"]["post"]["requestBody"]["content"];
    let example = &sentiment["application/json"]["examples"]["Sentiment"]["value"]["inputs"][0];
    let found = (&example["name"], &example["datatype"], &example["shape"]);
    assert_eq!(found, (&json!("text"), &json!("BYTES"), &json!([1])));
}

#[test]
fn names_become_parts_of_names_and_paths() {
    let mut models = models();
    models[2].name = "a model/{x}".to_owned();
    let document = document(&models, 10);
    assert!(document["components"]["schemas"].get("AModelXInput").is_some());
    assert!(document["paths"].get("/v1/models/a%20model%2F%7Bx%7D/predict").is_some());
}
