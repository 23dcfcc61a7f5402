//! The two forms of a log line, and their JSON.

use crate::time::{now_ms, rfc3339};
use serde::Serialize;
use serde_json::{Map, Value};
use std::borrow::Cow;

/// Importance of a line; the greater is the less important.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Something failed.
    Error,
    /// Something is not as it should be.
    Warn,
    /// The course of things, each request included.
    Info,
    /// Details.
    Debug,
}

/// One line, not yet written.
#[derive(Debug)]
pub enum Line {
    /// Something worth saying.
    Message(Map<String, Value>),
    /// A request that was answered.
    Access(Access),
}

/// What is written about a request: never its query or body, which hold the text.
#[derive(Debug, Clone)]
pub struct Access {
    /// When it was answered, in milliseconds since the epoch.
    pub epoch_ms: u64,
    /// Its id.
    pub request_id: String,
    /// Its method.
    pub method: warp::http::Method,
    /// Its path, shortened.
    pub path: Cow<'static, str>,
    /// The answer's status; 499 if the caller left before it.
    pub status: u16,
    /// From the end of its headers to the beginning of the answer.
    pub latency_ms: f64,
    /// Version of the model that answered.
    pub model_version: Option<warp::http::HeaderValue>,
}

#[derive(Serialize)]
struct AccessJson<'a> {
    ts: String,
    level: Level,
    message: &'static str,
    request_id: &'a str,
    method: &'a str,
    path: &'a str,
    status: u16,
    latency_ms: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    model_version: Option<Cow<'a, str>>,
}

impl Line {
    /// A message with fields, stamped now.
    #[must_use]
    pub fn message(level: Level, message: &str, fields: &[(&'static str, Value)]) -> Self {
        let mut line = Map::new();
        line.insert("ts".to_owned(), rfc3339(now_ms()).into());
        line.insert("level".to_owned(), serde_json::to_value(level).unwrap_or_default());
        line.insert("message".to_owned(), message.into());
        line.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        Self::Message(line)
    }

    /// Appends the line and its end.
    pub fn write(&self, out: &mut Vec<u8>) {
        // Writing JSON of these types to memory cannot fail.
        let _ = match self {
            Self::Message(line) => serde_json::to_writer(&mut *out, line),
            Self::Access(access) => serde_json::to_writer(&mut *out, &access.json()),
        };
        out.push(b'\n');
    }
}

impl Access {
    /// Failures of this program are errors; everything else is the course of things.
    #[must_use]
    pub fn level(&self) -> Level {
        if self.status >= 500 { Level::Error } else { Level::Info }
    }

    fn json(&self) -> AccessJson<'_> {
        AccessJson {
            ts: rfc3339(self.epoch_ms),
            level: self.level(),
            message: "request",
            request_id: &self.request_id,
            method: self.method.as_str(),
            path: &self.path,
            status: self.status,
            latency_ms: (self.latency_ms * 1e3).round() / 1e3,
            model_version: self.model_version.as_ref().map(|value| String::from_utf8_lossy(value.as_bytes())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_access_line_has_its_fields_and_escapes_what_it_is_given() {
        let access = Access {
            epoch_ms: 1_767_225_600_123,
            request_id: "abc".to_owned(),
            method: warp::http::Method::POST,
            path: "/a\"b\u{1b}[31m\n".into(),
            status: 503,
            latency_ms: 0.123_456,
            model_version: Some(warp::http::HeaderValue::from_static("2")),
        };
        let mut out = Vec::new();
        Line::Access(access).write(&mut out);
        assert_eq!(
            String::from_utf8(out).expect("UTF-8"),
            concat!(
                r#"{"ts":"2026-01-01T00:00:00.123Z","level":"error","message":"request","request_id":"abc","#,
                r#""method":"POST","path":"/a\"b\u001b[31m\n","status":503,"latency_ms":0.123,"model_version":"2"}"#,
                "\n"
            )
        );
    }

    #[test]
    fn a_message_line_has_its_fields_in_order() {
        let mut out = Vec::new();
        Line::message(Level::Warn, "odd", &[("port", 8000.into())]).write(&mut out);
        let text = String::from_utf8(out).expect("UTF-8");
        assert!(text.ends_with("\"level\":\"warn\",\"message\":\"odd\",\"port\":8000}\n"), "{text}");
    }
}
