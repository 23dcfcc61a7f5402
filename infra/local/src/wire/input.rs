//! The body of a call, whatever protocol brought it. Timestamps of the CBOR and query protocols have become numbers
//! (epoch seconds) by now, as they are in JSON, so that one shape reads all three.

use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::AwsError;

/// A call's input: JSON text as it came, or a tree made from another protocol.
#[derive(Clone, Debug)]
pub struct Input {
    body: Body,
}

#[derive(Clone, Debug)]
enum Body {
    Json(Bytes),
    Tree(serde_json::Value),
}

impl Input {
    /// Input that arrived as JSON text; an empty body counts as `{}`.
    #[must_use]
    pub fn from_json(text: Bytes) -> Self {
        let text = if text.is_empty() { Bytes::from_static(b"{}") } else { text };
        Self { body: Body::Json(text) }
    }

    /// Input that arrived in another protocol, as the JSON it stands for.
    #[must_use]
    pub fn from_tree(tree: serde_json::Value) -> Self {
        Self { body: Body::Tree(tree) }
    }

    /// The input as JSON text.
    #[must_use]
    pub fn json(&self) -> Bytes {
        match &self.body {
            Body::Json(text) => text.clone(),
            Body::Tree(tree) => Bytes::from(tree.to_string()),
        }
    }

    /// Reads the input as `T`.
    ///
    /// # Errors
    /// `SerializationException` when the body is not JSON or does not have the shape of `T`.
    pub fn parse<T: DeserializeOwned>(self) -> Result<T, AwsError> {
        let parsed = match self.body {
            Body::Json(text) => serde_json::from_slice(&text),
            Body::Tree(tree) => serde_json::from_value(tree),
        };
        parsed.map_err(|error| AwsError::serialization(error.to_string()))
    }
}
