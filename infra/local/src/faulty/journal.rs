//! Log lines in the predictor's manner: one JSON object a line on standard output.

use std::io::Write;

use serde_json::{Map, Value};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    Info,
    Warn,
    Error,
}

impl Level {
    fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

/// Writes one line. A log that nobody reads any more is no reason to fail.
pub(super) fn note(level: Level, message: &str, fields: &[(&str, &str)]) {
    let mut line = Map::new();
    let mut set = |name: &str, value: &str| line.insert(name.to_owned(), Value::from(value));
    set("ts", &predictor::time::rfc3339(predictor::time::now_ms()));
    set("level", level.as_str());
    set("message", message);
    for (name, value) in fields {
        set(name, value);
    }
    let _ = writeln!(std::io::stdout(), "{}", Value::Object(line));
}
