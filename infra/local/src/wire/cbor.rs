//! rpc-v2-cbor: trees from and to CBOR. Timestamps are tag 1 on the wire.

use ciborium::Value as Cbor;
use serde_json::{Map, Number, Value as Json};

use super::{AwsError, Value};

/// The tag of an epoch-based date and time (RFC 8949).
const EPOCH_TIME: u64 = 1;

/// Reads a body as the JSON it stands for; timestamps become epoch seconds. An empty body is `{}`.
pub(super) fn read(body: &[u8]) -> Result<Json, AwsError> {
    if body.is_empty() {
        return Ok(Json::Object(Map::new()));
    }
    let tree: Cbor = ciborium::from_reader(body)
        .map_err(|error| AwsError::serialization(format!("The body is not CBOR: {error}")))?;
    json(tree)
}

/// Writes an answer.
pub(super) fn write(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    // Writing to memory cannot fail.
    let _ = ciborium::into_writer(&cbor(value), &mut bytes);
    bytes
}

fn json(tree: Cbor) -> Result<Json, AwsError> {
    Ok(match tree {
        Cbor::Null => Json::Null,
        Cbor::Bool(value) => Json::Bool(value),
        Cbor::Text(text) => Json::String(text),
        Cbor::Float(value) => float(value),
        Cbor::Integer(value) => i64::try_from(value)
            .map(Json::from)
            .map_err(|_| AwsError::serialization("An integer of the body is too large."))?,
        Cbor::Tag(EPOCH_TIME, time) => json(*time)?,
        Cbor::Array(items) => Json::Array(items.into_iter().map(json).collect::<Result<_, _>>()?),
        Cbor::Map(members) => Json::Object(members.into_iter().map(member).collect::<Result<_, _>>()?),
        other => return Err(AwsError::serialization(format!("The body holds an unexpected value: {other:?}"))),
    })
}

fn member((name, value): (Cbor, Cbor)) -> Result<(String, Json), AwsError> {
    match name {
        Cbor::Text(name) => Ok((name, json(value)?)),
        other => Err(AwsError::serialization(format!("A member's name is not text: {other:?}"))),
    }
}

/// JSON has no NaN or infinity; AWS's JSON spells them as strings.
fn float(value: f64) -> Json {
    let spelled = if value.is_nan() {
        "NaN"
    } else if value > 0.0 {
        "Infinity"
    } else {
        "-Infinity"
    };
    Number::from_f64(value).map_or_else(|| Json::String(spelled.to_owned()), Json::Number)
}

fn cbor(value: &Value) -> Cbor {
    match value {
        Value::Bool(value) => Cbor::Bool(*value),
        Value::Int(value) => Cbor::Integer((*value).into()),
        Value::Float(value) => Cbor::Float(*value),
        Value::Text(text) => Cbor::Text(text.clone()),
        Value::Time(milliseconds) => {
            Cbor::Tag(EPOCH_TIME, Box::new(Cbor::Float(super::value::epoch_seconds(*milliseconds))))
        }
        Value::List(items) => Cbor::Array(items.iter().map(cbor).collect()),
        Value::Dict(entries) => {
            Cbor::Map(entries.iter().map(|(name, value)| (Cbor::Text(name.clone()), cbor(value))).collect())
        }
        Value::Map(members) => {
            Cbor::Map(members.iter().map(|(name, value)| (Cbor::Text((*name).to_owned()), cbor(value))).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_carry_their_tag() {
        let bytes = write(&Value::Map(vec![("At", Value::Time(1_500))]));
        let tree: Cbor = ciborium::from_reader(bytes.as_slice()).unwrap();
        let at = Cbor::Tag(1, Box::new(Cbor::Float(1.5)));
        assert_eq!(tree, Cbor::Map(vec![(Cbor::Text("At".into()), at)]));
        assert_eq!(read(&bytes).unwrap(), serde_json::json!({"At": 1.5}));
    }

    #[test]
    fn bad_bodies() {
        for body in [b"\xff".as_slice(), b"\x41a", b"\xa1\x01\x02", b"{}"] {
            assert_eq!(read(body).unwrap_err().code, "SerializationException", "{body:?}");
        }
        assert_eq!(read(b"").unwrap(), serde_json::json!({}));
    }

    proptest::proptest! {
        #[test]
        fn no_body_panics(body: Vec<u8>) {
            let _ = read(&body);
        }
    }
}
