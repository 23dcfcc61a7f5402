//! What a call answers when it succeeds: JSON text for the services that speak only JSON, a value tree for those that
//! speak several protocols, or a stream of event frames.

use bytes::Bytes;
use serde::Serialize;
use tokio::sync::mpsc;

use super::{AwsError, Value};

/// A successful answer.
#[derive(Debug)]
pub enum Output {
    /// Finished JSON text.
    Json(Bytes),
    /// A tree that is written as JSON, CBOR or XML, as the caller asked.
    Tree(Value),
    /// Encoded event-stream frames, sent as they come. The stream ends when the sender is dropped; the sender sees a
    /// closed channel when the caller hangs up.
    Events(mpsc::Receiver<Bytes>),
}

impl Output {
    /// Writes `value` as JSON.
    ///
    /// # Errors
    /// `InternalFailure` when `value` cannot be written as JSON.
    pub fn json(value: &impl Serialize) -> Result<Self, AwsError> {
        serde_json::to_vec(value)
            .map(|text| Self::Json(Bytes::from(text)))
            .map_err(|error| AwsError::server("InternalFailure", format!("The answer could not be written: {error}")))
    }

    /// Writes a JSON tree; members that are null, at any depth, are left out, as AWS never sends null.
    #[must_use]
    pub fn members(mut tree: serde_json::Value) -> Self {
        drop_nulls(&mut tree);
        Self::Json(Bytes::from(tree.to_string()))
    }

    /// The answer of an operation without output members.
    #[must_use]
    pub fn empty() -> Self {
        Self::Tree(Value::Map(Vec::new()))
    }

    /// The answer of an operation whose model has an output, without any members: awsQuery writes it as an empty element.
    #[must_use]
    pub fn empty_result() -> Self {
        Self::Tree(Value::Dict(Vec::new()))
    }
}

fn drop_nulls(tree: &mut serde_json::Value) {
    match tree {
        serde_json::Value::Object(members) => {
            members.retain(|_, value| !value.is_null());
            members.values_mut().for_each(drop_nulls);
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}
