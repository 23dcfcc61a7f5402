//! A property selector by itself, as metric filters use it for values and dimensions: `$.latency_ms`.

use serde_json::Value;

use super::PatternError;
use super::cursor::Cursor;
use super::json::{Path, path};

/// Where an event's JSON holds a value.
#[derive(Clone, Debug)]
pub struct Selector {
    path: Path,
}

impl Selector {
    /// Reads a selector.
    ///
    /// # Errors
    /// The text is none.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let mut cursor = Cursor::new(text);
        let path = path(&mut cursor)?;
        if cursor.at_end() { Ok(Self { path }) } else { Err(PatternError::Syntax("it goes on".to_owned())) }
    }

    /// The selected value of a message as text, unless the message is not JSON or holds no text, number or boolean there.
    #[must_use]
    pub fn text(&self, message: &str) -> Option<String> {
        let message: Value = serde_json::from_str(message).ok()?;
        match *self.path.find(&message).first()? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(flag) => Some(flag.to_string()),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selected_values() {
        let check = |selector: &str, message: &str, expect: Option<&str>| {
            let selector = Selector::parse(selector).expect("a selector");
            assert_eq!(selector.text(message).as_deref(), expect, "{selector:?} on {message}");
        };
        check("$.latency_ms", r#"{"latency_ms": 2.5}"#, Some("2.5"));
        check("$.model.name", r#"{"model": {"name": "retail"}}"#, Some("retail"));
        check("$.rows[1]", r#"{"rows": [1, true]}"#, Some("true"));
        check("$.absent", r#"{"latency_ms": 2.5}"#, None);
        check("$.model", r#"{"model": {}}"#, None);
        check("$.model", "not JSON", None);
        for text in ["", "latency", "$", "$.a b"] {
            assert!(Selector::parse(text).is_err(), "{text}");
        }
    }
}
