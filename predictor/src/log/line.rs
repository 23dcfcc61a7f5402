//! The two forms of a log line, and their JSON.

use crate::time::{Stamp, now_ms, rfc3339};
use crate::trace::{Trace, span_id_text};
use serde::Serialize;
use serde_json::{Map, Value};
use std::borrow::Cow;
use warp::http::HeaderValue;

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
#[expect(
    clippy::large_enum_variant,
    reason = "nearly all lines are of the large kind; a box would be freed by another thread"
)]
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
    /// The caller's id of it, cleaned; the trace's id stands for it if there is none.
    pub request_id: Option<String>,
    /// Its place in a trace.
    pub trace: Trace,
    /// What other tracing systems left, if it follows the grammar.
    pub trace_state: Option<String>,
    /// The load balancer's `X-Amzn-Trace-Id`, cleaned.
    pub amazon_trace: Option<String>,
    /// Its method.
    pub method: warp::http::Method,
    /// The route that its path belongs to.
    pub route: &'static str,
    /// Its path, shortened.
    pub path: Cow<'static, str>,
    /// The answer's status; 499 if the caller left before it.
    pub status: u16,
    /// From the end of its headers to the beginning of the answer.
    pub latency_ms: f64,
    /// Length of its body as declared; unknown for one in chunks.
    pub bytes_in: Option<u64>,
    /// Length of the answer's body; as far as it was sent for one that is made on the way.
    pub bytes_out: Option<u64>,
    /// The model that answered.
    pub model: Option<HeaderValue>,
    /// Version of the model that answered.
    pub model_version: Option<HeaderValue>,
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
        match self {
            Self::Message(line) => value(out, line),
            Self::Access(access) => access.write(out),
        }
        out.push(b'\n');
    }
}

impl Access {
    /// Failures of this program are errors; everything else is the course of things.
    #[must_use]
    pub fn level(&self) -> Level {
        if self.status >= 500 { Level::Error } else { Level::Info }
    }

    /// Name by name: of all lines nearly every one is of this kind, and serialising it as a structure takes twice as long.
    fn write(&self, out: &mut Vec<u8>) {
        let trace_id = self.trace.trace_id_text();
        out.extend_from_slice(b"{\"ts\":\"");
        out.extend_from_slice(Stamp::of(self.epoch_ms).as_str().as_bytes());
        out.extend_from_slice(b"\",\"level\":");
        value(out, &self.level());
        out.extend_from_slice(b",\"message\":\"request\",\"request_id\":");
        text(out, self.request_id.as_deref().unwrap_or(trace_id.as_str()));
        out.extend_from_slice(b",\"trace_id\":\"");
        out.extend_from_slice(trace_id.as_bytes());
        out.extend_from_slice(b"\",\"span_id\":\"");
        out.extend_from_slice(span_id_text(self.trace.span_id).as_bytes());
        out.push(b'"');
        optional(out, b",\"parent_id\":", self.trace.parent_id.map(span_id_text).as_ref());
        optional(out, b",\"tracestate\":", self.trace_state.as_deref());
        optional(out, b",\"amzn_trace_id\":", self.amazon_trace.as_deref());
        out.extend_from_slice(b",\"method\":");
        text(out, self.method.as_str());
        out.extend_from_slice(b",\"route\":");
        text(out, self.route);
        out.extend_from_slice(b",\"path\":");
        text(out, &self.path);
        out.extend_from_slice(b",\"status\":");
        value(out, &self.status);
        out.extend_from_slice(b",\"latency_ms\":");
        milliseconds(out, self.latency_ms);
        optional(out, b",\"bytes_in\":", self.bytes_in.as_ref());
        optional(out, b",\"bytes_out\":", self.bytes_out.as_ref());
        for (name, given) in [(",\"model\":", &self.model), (",\"model_version\":", &self.model_version)] {
            if let Some(given) = given {
                out.extend_from_slice(name.as_bytes());
                text(out, &String::from_utf8_lossy(given.as_bytes()));
            }
        }
        out.push(b'}');
    }
}

fn value<T: Serialize + ?Sized>(out: &mut Vec<u8>, value: &T) {
    // Writing JSON of these types to memory cannot fail.
    let _ = serde_json::to_writer(out, value);
}

/// A text, copied as it is if nothing in it has to be escaped.
fn text(out: &mut Vec<u8>, text: &str) {
    let is_special = |byte: u8| byte < b' ' || byte == b'"' || byte == b'\\' || byte == 0x7f;
    // All of it is looked at: processors do that faster than to stop at the first.
    if text.bytes().fold(false, |any, byte| any | is_special(byte)) {
        return value(out, text);
    }
    out.push(b'"');
    out.extend_from_slice(text.as_bytes());
    out.push(b'"');
}

/// A value with its name and what stands around that, if there is one.
fn optional<T: Serialize + ?Sized>(out: &mut Vec<u8>, name: &[u8], given: Option<&T>) {
    if let Some(given) = given {
        out.extend_from_slice(name);
        value(out, given);
    }
}

/// With three digits after the point; a time that is no number or below zero is zero.
fn milliseconds(out: &mut Vec<u8>, time: f64) {
    let micros = (time * 1e3).round() as u64;
    value(out, &(micros / 1000));
    let [tens, ones] = [micros / 10 % 10, micros % 10].map(|digit| b'0' + digit as u8);
    out.extend_from_slice(&[b'.', b'0' + (micros / 100 % 10) as u8, tens, ones]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_access_line_has_its_fields_and_escapes_what_it_is_given() {
        let access = Access {
            epoch_ms: 1_767_225_600_123,
            request_id: Some("abc".to_owned()),
            trace: Trace { trace_id: 0xabc, parent_id: Some(1), span_id: 2, flags: 1 },
            trace_state: Some("a=1".to_owned()),
            amazon_trace: None,
            method: warp::http::Method::POST,
            route: "unmatched",
            path: "/a\"b\u{1b}[31m\n".into(),
            status: 503,
            latency_ms: 0.123_456,
            bytes_in: Some(17),
            bytes_out: None,
            model: Some(HeaderValue::from_static("sentiment")),
            model_version: Some(HeaderValue::from_static("2")),
        };
        let mut out = Vec::new();
        Line::Access(access).write(&mut out);
        assert_eq!(
            String::from_utf8(out).expect("UTF-8"),
            concat!(
                r#"{"ts":"2026-01-01T00:00:00.123Z","level":"error","message":"request","request_id":"abc","#,
                r#""trace_id":"00000000000000000000000000000abc","span_id":"0000000000000002","#,
                r#""parent_id":"0000000000000001","tracestate":"a=1","method":"POST","route":"unmatched","#,
                r#""path":"/a\"b\u001b[31m\n","status":503,"latency_ms":0.123,"bytes_in":17,"#,
                r#""model":"sentiment","model_version":"2"}"#,
                "\n"
            )
        );
    }

    #[test]
    fn times_have_three_digits_after_the_point() {
        let check = |time: f64, expect: &str| {
            let mut out = Vec::new();
            milliseconds(&mut out, time);
            assert_eq!(String::from_utf8_lossy(&out), expect);
        };
        check(0.0, "0.000");
        check(0.010_4, "0.010");
        check(0.999_9, "1.000");
        check(12_345.678_9, "12345.679");
        check(f64::NAN, "0.000");
        check(-1.0, "0.000");
    }

    #[test]
    fn a_message_line_has_its_fields_in_order() {
        let mut out = Vec::new();
        Line::message(Level::Warn, "odd", &[("port", 8000.into())]).write(&mut out);
        let text = String::from_utf8(out).expect("UTF-8");
        assert!(text.ends_with("\"level\":\"warn\",\"message\":\"odd\",\"port\":8000}\n"), "{text}");
    }
}
