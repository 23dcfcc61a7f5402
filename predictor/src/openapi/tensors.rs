//! What each model takes as tensors (Open Inference Protocol), as a JSON schema made from its fields.
//!
//! That all tensors are equally long, that each is given once, and that a form is whole, no schema can say: its
//! description does, and what breaks it is answered by 422.

use super::answers::object;
use super::inference::nullable;
use super::shapes::{property, reference};
use predictor_wire::{Field, FieldType, ModelMetadata, Task};
use serde_json::{Map, Value, json};

/// All outputs of all models.
pub(super) const OUTPUTS: [&str; 5] = ["label", "probabilities", "prediction", "low", "high"];

/// All that are known here.
pub(super) const DATATYPES: [&str; 5] = ["BYTES", "FP64", "FP32", "INT64", "INT32"];

const ABOUT: &str = "Rows across tensors: a tensor for each field that is given, each once, all with the same number of \
    rows, and all required fields of one form among them. NaN and the empty text mean unknown where null may be given.";

/// The request of a model, for at most so many rows.
pub(super) fn request(model: &ModelMetadata, most_rows: usize) -> Value {
    let fields = fields(model);
    let tensors: Vec<_> = fields.iter().map(|(name, fields)| tensor(name, fields, most_rows)).collect();
    let outputs: &[&str] = match model.task {
        Task::Classification => &["label", "probabilities"],
        Task::Regression => &["prediction", "low", "high"],
    };
    let inputs = json!({"type": "array", "minItems": 1, "maxItems": tensors.len(), "items": {"anyOf": tensors}});
    let mut schema = whole(inputs, outputs);
    schema["title"] = format!("{} as tensors", model.title).into();
    schema["description"] = ABOUT.into();
    schema
}

/// The request of any model: the metadata of each tell its tensors, and so does the schema of each.
pub(super) fn any_request(most_rows: usize) -> Value {
    let cell = json!({"type": ["string", "number", "null"]});
    let name = json!({"type": "string", "minLength": 1, "description": "As the metadata of the model have it"});
    let tensor = tensor_of(name, &DATATYPES, &[cell], most_rows);
    let mut schema = whole(json!({"type": "array", "minItems": 1, "items": tensor}), &OUTPUTS);
    schema["description"] = ABOUT.into();
    schema
}

fn whole(inputs: Value, outputs: &[&str]) -> Value {
    let flag = |description: &str| json!({"type": ["boolean", "null"], "description": description});
    let parameters = object([
        ("?binary_data", flag("Behind the JSON, as bytes")),
        ("?classification", refused("ask for label and probabilities")),
        ("?shared_memory_region", refused("")),
    ]);
    let wanted = object([("name", json!({"type": "string", "enum": outputs})), ("?parameters", nullable(parameters))]);
    let all = flag("All outputs behind the JSON, as bytes");
    object([
        ("?id", json!({"type": ["string", "null"], "description": "Comes back in the answer"})),
        ("?parameters", nullable(object([("?binary_data_output", all)]))),
        ("inputs", inputs),
        ("?outputs", json!({"type": ["array", "null"], "maxItems": outputs.len(), "items": wanted})),
    ])
}

/// The shape of a tensor with at most so many rows.
pub(super) fn shape(most_rows: usize) -> Value {
    let rows = json!({"type": "integer", "minimum": 0, "maximum": most_rows, "description": "Rows"});
    let pair = json!([rows, {"type": "integer", "minimum": 1, "maximum": 1}]);
    json!({"type": "array", "prefixItems": pair, "minItems": 1, "maxItems": 2, "description": "[n] or [n, 1]"})
}

/// A request for the model's example.
pub(super) fn example(model: &ModelMetadata) -> Value {
    let fields = fields(model);
    let given = model.example.iter().filter(|(_, value)| !value.is_null()).filter_map(|(name, value)| {
        let (_, fields) = fields.iter().find(|(known, _)| known == name)?;
        let datatype = match fields.first()?.field_type {
            FieldType::Text | FieldType::Category => "BYTES",
            FieldType::Number => "FP64",
            FieldType::Integer => "INT64",
        };
        Some(json!({"name": name, "datatype": datatype, "shape": [1], "data": [value]}))
    });
    json!({"inputs": given.collect::<Vec<_>>()})
}

/// The fields of each name, over all forms.
fn fields(model: &ModelMetadata) -> Vec<(&str, Vec<&Field>)> {
    let mut fields = Vec::<(&str, Vec<&Field>)>::new();
    for field in model.inputs.iter().chain(model.alternatives.iter().flat_map(|form| &form.inputs)) {
        match fields.iter_mut().find(|(name, _)| *name == field.name) {
            Some((_, known)) => known.push(field),
            None => fields.push((&field.name, vec![field])),
        }
    }
    fields
}

fn tensor(name: &str, fields: &[&Field], most_rows: usize) -> Value {
    let is_text = fields.iter().any(|field| matches!(field.field_type, FieldType::Text | FieldType::Category));
    let fitting: Vec<_> = DATATYPES.into_iter().filter(|datatype| (*datatype == "BYTES") == is_text).collect();
    let mut cells: Vec<_> = fields.iter().map(|field| cell(field)).collect();
    cells.dedup();
    let description = fields.first().map_or("", |field| &field.description);
    let name = json!({"type": "string", "const": name, "description": description});
    tensor_of(name, &fitting, &cells, most_rows)
}

fn tensor_of(name: Value, datatypes: &[&str], cells: &[Value], most_rows: usize) -> Value {
    let nested = json!({"type": "array", "items": {"anyOf": cells}});
    let elements: Vec<_> = cells.iter().chain([&nested]).collect();
    let parameters = object([
        ("?binary_data_size", refused("bytes come with application/octet-stream")),
        ("?shared_memory_region", refused("send the data")),
    ]);
    object([
        ("name", name),
        ("shape", reference("TensorShape")),
        ("datatype", json!({"type": "string", "enum": datatypes})),
        ("?parameters", nullable(parameters)),
        ("data", json!({"type": "array", "maxItems": most_rows, "items": {"anyOf": elements}})),
    ])
}

/// One element, as the field itself has it in a case.
fn cell(field: &Field) -> Value {
    let mut cell = property(field);
    let kept = ["type", "minimum", "exclusiveMinimum", "maximum", "enum"];
    let kept: Map<_, _> = kept.iter().filter_map(|key| Some(((*key).to_owned(), cell.get(*key)?.clone()))).collect();
    cell = Value::Object(kept);
    let may_be_null = field.nullable || !field.required;
    if let Some(choices) = cell.get_mut("enum").and_then(Value::as_array_mut).filter(|_| may_be_null) {
        choices.push("".into());
    }
    cell
}

/// What must not be given.
fn refused(instead: &str) -> Value {
    json!({"type": "null", "description": format!("Not here; {instead}").trim_end_matches("; ")})
}
