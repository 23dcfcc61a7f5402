//! JSON lines: one top-level field without parsing the line, and the fields that are worth a place on screen.

use serde_json::Value;

use super::level::Level;

/// Longest line that is taken apart for drawing; longer ones are drawn as they are.
const LONGEST_PARSED: usize = 64 * 1024;
/// Fields drawn in this order before all others.
const FIRST: &[&str] = &["method", "path", "uri", "url", "status", "latency_ms", "duration_ms", "request_id", "error"];

/// The longest prefix of at most `bytes` that ends between two characters.
#[must_use]
pub(super) fn prefix(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

/// Looks like a JSON object.
#[must_use]
pub(super) fn is_object(text: &str) -> bool {
    text.trim_start().starts_with('{')
}

/// Name of a level field.
#[must_use]
pub(super) fn is_level(key: &str) -> bool {
    matches!(key, "level" | "severity" | "lvl" | "levelname" | "log.level" | "loglevel" | "Level" | "SeverityText")
}

fn is_time(key: &str) -> bool {
    matches!(key, "ts" | "time" | "timestamp" | "@timestamp" | "t" | "date" | "datetime" | "Timestamp")
}

fn is_message(key: &str) -> bool {
    matches!(key, "message" | "msg" | "Message" | "Body" | "body")
}

/// The value of the first top-level field whose name is wanted: a string without its quotes, anything else as written.
/// The text may be cut off.
#[must_use]
pub(super) fn field(text: &str, wanted: impl Fn(&str) -> bool) -> Option<&str> {
    let bytes = text.as_bytes();
    let mut at = text.find('{')? + 1;
    loop {
        at += bytes[at..].iter().take_while(|b| b.is_ascii_whitespace() || **b == b',').count();
        let key_end = string_end(bytes, at)?;
        let key = text.get(at + 1..key_end)?;
        at = key_end + 1;
        at += bytes[at..].iter().take_while(|b| b.is_ascii_whitespace() || **b == b':').count();
        let end = value_end(bytes, at)?;
        if wanted(key) {
            return Some(text.get(at..end)?.trim_end().trim_matches('"'));
        }
        at = end;
    }
}

/// Index of the quote that closes the string opening at `at`.
fn string_end(bytes: &[u8], at: usize) -> Option<usize> {
    if bytes.get(at) != Some(&b'"') {
        return None;
    }
    let mut at = at + 1;
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

fn value_end(bytes: &[u8], at: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut at = at;
    loop {
        match bytes.get(at)? {
            b'"' => {
                at = string_end(bytes, at)?;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth <= 1 => return Some(if depth == 1 { at + 1 } else { at }),
            b'}' | b']' => depth -= 1,
            b',' if depth == 0 => return Some(at),
            _ => {}
        }
        at += 1;
    }
}

/// What of a JSON line is shown: its time is in its own column.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Fields {
    /// Its level.
    pub(super) level: Option<Level>,
    /// Its message.
    pub(super) message: String,
    /// The rest, most telling first: name and value.
    pub(super) rest: Vec<(String, String)>,
}

/// Takes a JSON line apart; `None` when it is none, or too long.
#[must_use]
pub(super) fn fields(text: &str) -> Option<Fields> {
    if !is_object(text) || text.len() > LONGEST_PARSED {
        return None;
    }
    let Ok(Value::Object(object)) = serde_json::from_str::<Value>(text) else { return None };
    let mut fields = Fields::default();
    for (key, value) in object {
        if is_level(&key) && fields.level.is_none() {
            fields.level = Level::named(&plain(&value));
        } else if is_message(&key) && fields.message.is_empty() {
            fields.message = plain(&value);
        } else if !is_time(&key) && !value.is_null() {
            fields.rest.push((key, plain(&value)));
        }
    }
    let place = |key: &str| FIRST.iter().position(|first| *first == key).unwrap_or(FIRST.len());
    fields.rest.sort_by_key(|(key, _)| place(key));
    Some(fields)
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_found_at_the_top_level_only() {
        for (text, value) in [
            (r#"{"a":1,"b":"x"}"#, Some("x")),
            (r#" { "a" : [1,{"b":2}] , "b" : true }"#, Some("true")),
            (r#"{"a":"\"b\":7","b":{"c":1}}"#, Some(r#"{"c":1}"#)),
            (r#"{"a":{"b":1}}"#, None),
            (r#"{"a":1,"b":"cut o"#, None),
            (r#"{"b":3"#, None),
            ("{", None),
            ("{\"a\\", None),
            ("no json", None),
        ] {
            assert_eq!(field(text, |key| key == "b"), value, "{text}");
        }
    }

    #[test]
    fn the_telling_fields_come_first_and_the_time_is_left_out() {
        let line = r#"{"ts":"2026","level":"warn","x":{"y":[1]},"status":503,"msg":"slow","path":"/p","nothing":null}"#;
        let fields = fields(line).unwrap();
        assert_eq!((fields.level, fields.message.as_str()), (Some(Level::Warning), "slow"));
        let rest: Vec<String> = fields.rest.iter().map(|(k, v)| format!("{k}={v}")).collect();
        assert_eq!(rest, ["path=/p", "status=503", r#"x={"y":[1]}"#]);
        assert_eq!(super::fields("[1]"), None);
        assert_eq!(super::fields("{broken"), None);
    }
}
