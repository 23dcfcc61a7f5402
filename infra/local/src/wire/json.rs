//! awsJson: answers as JSON; timestamps are epoch seconds.

use serde_json::{Map, Number, Value as Json};

use super::Value;
use super::value::epoch_seconds;

/// An answer as JSON.
pub(super) fn write(value: &Value) -> Vec<u8> {
    json(value).to_string().into_bytes()
}

fn json(value: &Value) -> Json {
    match value {
        Value::Bool(value) => Json::Bool(*value),
        Value::Int(value) => Json::from(*value),
        Value::Float(value) => Number::from_f64(*value).map_or(Json::Null, Json::Number),
        Value::Text(text) => Json::String(text.clone()),
        Value::Time(milliseconds) => Json::from(epoch_seconds(*milliseconds)),
        Value::List(items) => Json::Array(items.iter().map(json).collect()),
        Value::Dict(entries) => Json::Object(entries.iter().map(|(name, value)| (name.clone(), json(value))).collect()),
        Value::Map(members) => {
            Json::Object(members.iter().map(|(name, value)| ((*name).to_owned(), json(value))).collect::<Map<_, _>>())
        }
    }
}
