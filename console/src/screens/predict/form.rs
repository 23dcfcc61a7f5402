//! The request being written: a text for the sentiment model, or method, path, headers and body.

use predictor_wire::TextRequest;

use super::area::Area;
use super::route::path_of;
use crate::deploy::is_secret_header;
use crate::model::PredictionRequest;

/// Something to send at once.
const SAMPLE: &str = "The food was great and the service was friendly.";
/// Where the sentiment contract is answered.
const PREDICT: &str = "/predict";
/// What the history shows for a secret value.
const HIDDEN: &str = "(hidden)";
/// Header under which one request is found again in logs.
pub(super) const REQUEST_ID: &str = "x-request-id";

/// A part of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Method,
    Path,
    Headers,
    Body,
}

impl Field {
    /// In the order of the form.
    pub(super) const ALL: [Self; 4] = [Self::Method, Self::Path, Self::Headers, Self::Body];

    /// Label.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Method => "method",
            Self::Path => "path",
            Self::Headers => "headers",
            Self::Body => "body",
        }
    }
}

/// The form.
#[derive(Debug, Clone)]
pub(super) struct Form {
    /// The whole request, instead of a text alone.
    pub raw: bool,
    /// The text of the sentiment contract.
    pub text: Area,
    method: Area,
    path: Area,
    headers: Area,
    body: Area,
    /// The field that is edited next.
    pub field: Field,
}

impl Form {
    /// A form with a sample in it.
    pub(super) fn new() -> Self {
        Self {
            raw: false,
            text: Area::new(SAMPLE),
            method: Area::line("POST"),
            path: Area::line(PREDICT),
            headers: Area::new(""),
            body: Area::new(&json(SAMPLE)),
            field: Field::Body,
        }
    }

    /// A field of the raw form.
    pub(super) fn area(&self, field: Field) -> &Area {
        match field {
            Field::Method => &self.method,
            Field::Path => &self.path,
            Field::Headers => &self.headers,
            Field::Body => &self.body,
        }
    }

    /// What is edited now.
    pub(super) fn current(&mut self) -> &mut Area {
        match (self.raw, self.field) {
            (false, _) => &mut self.text,
            (true, Field::Method) => &mut self.method,
            (true, Field::Path) => &mut self.path,
            (true, Field::Headers) => &mut self.headers,
            (true, Field::Body) => &mut self.body,
        }
    }

    /// The body, or the text it is made of.
    pub(super) fn payload(&mut self) -> &mut Area {
        if self.raw { &mut self.body } else { &mut self.text }
    }

    /// To another field of the raw form.
    pub(super) fn turn(&mut self, forward: bool) {
        let at = Field::ALL.iter().position(|field| *field == self.field).unwrap_or(0);
        let step = if forward { 1 } else { Field::ALL.len() - 1 };
        self.field = Field::ALL[(at + step) % Field::ALL.len()];
    }

    /// Changes between the two forms. What stands in the text goes into the raw body, so that nothing is lost.
    pub(super) fn toggle(&mut self) {
        self.raw = !self.raw;
        if self.raw {
            self.body.set(&json(self.text.text()));
        } else if let Ok(request) = serde_json::from_str::<TextRequest>(self.body.text()) {
            self.text.set(&request.text);
        }
    }

    /// Takes up a request that was sent before; `true` when a secret header could not come with it.
    pub(super) fn take_up(&mut self, request: &PredictionRequest) -> bool {
        let path = path_of(&request.url);
        let kept = request.headers.iter().filter(|(name, _)| !is_automatic(name));
        let (secret, kept): (Vec<_>, Vec<_>) = kept.partition(|(_, value)| value == HIDDEN);
        let text = serde_json::from_str::<TextRequest>(&request.body).ok().filter(|_| only_text(&request.body));
        self.raw = text.is_none() || !kept.is_empty() || request.method != "POST" || path != PREDICT;
        self.method.set(&request.method);
        self.path.set(&path);
        let headers: Vec<String> = kept.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        self.headers.set(&headers.join("\n"));
        self.body.set(&request.body);
        if let Some(text) = text {
            self.text.set(&text.text);
        }
        !secret.is_empty()
    }

    /// Why it cannot be sent as it is, or what is odd about it.
    pub(super) fn objection(&self) -> Option<String> {
        if !self.raw {
            return None;
        }
        let method = self.method.text().trim();
        if method.is_empty() || !method.chars().all(|c| c.is_ascii_alphabetic()) {
            return Some(format!("{method:?} is no HTTP method"));
        }
        if !self.path.text().trim().starts_with('/') {
            return Some("a path begins with /".to_owned());
        }
        headers(self.headers.text()).err()
    }

    /// Whether the body is JSON; `None` when there is no body.
    pub(super) fn validity(&self) -> Option<Result<(), String>> {
        let body = self.body.text();
        if body.trim().is_empty() {
            return None;
        }
        let read = serde_json::from_str::<serde::de::IgnoredAny>(body);
        Some(read.map(drop).map_err(|error| format!("not JSON: {error}")))
    }

    /// The request as it is sent.
    ///
    /// # Errors
    /// In words, when the form is not complete.
    pub(super) fn request(&self, base: &str, id: &str) -> Result<PredictionRequest, String> {
        if let Some(objection) = self.objection() {
            return Err(objection);
        }
        let (method, path, body) = match self.raw {
            true => {
                (self.method.text().trim().to_ascii_uppercase(), self.path.text().trim(), self.body.text().to_owned())
            }
            false => ("POST".to_owned(), PREDICT, json(self.text.text())),
        };
        let mut headers = if self.raw { headers(self.headers.text())? } else { Vec::new() };
        let mut default = |name: &str, value: &str| {
            if !headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name)) {
                headers.push((name.to_owned(), value.to_owned()));
            }
        };
        if !body.trim().is_empty() {
            default("content-type", "application/json");
        }
        default("accept", "application/json");
        default(REQUEST_ID, id);
        let body = if body.trim().is_empty() { String::new() } else { body };
        Ok(PredictionRequest { method, url: format!("{base}{path}"), headers, body })
    }
}

/// The body of the sentiment contract.
fn json(text: &str) -> String {
    serde_json::to_string(&TextRequest { text: text.to_owned() }).unwrap_or_default()
}

/// The body has no other member than `text`.
fn only_text(body: &str) -> bool {
    let read = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(body);
    read.is_ok_and(|members| members.len() == 1)
}

/// Headers that every request gets by itself.
fn is_automatic(name: &str) -> bool {
    ["content-type", "accept", REQUEST_ID].iter().any(|known| name.eq_ignore_ascii_case(known))
}

/// `name: value`, one a line.
fn headers(text: &str) -> Result<Vec<(String, String)>, String> {
    let header = |line: &str| {
        let (name, value) = line.split_once(':').ok_or_else(|| format!("header {line:?} is not name: value"))?;
        let name = name.trim();
        let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
        if name.is_empty() || !name.chars().all(is_token) {
            return Err(format!("{name:?} is no header name"));
        }
        Ok((name.to_owned(), value.trim().to_owned()))
    };
    text.lines().filter(|line| !line.trim().is_empty()).map(header).collect()
}

/// The headers as they may be shown while nobody edits them.
pub(super) fn masked(text: &str) -> String {
    let line = |line: &str| match line.split_once(':') {
        Some((name, _)) if is_secret_header(name.trim()) => format!("{name}: {HIDDEN}"),
        _ => line.to_owned(),
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_becomes_the_sentiment_contract() {
        let mut form = Form::new();
        form.text.set("a \"b\"\nc");
        let request = form.request("http://h", "id-1").unwrap();
        assert_eq!((request.method.as_str(), request.url.as_str()), ("POST", "http://h/predict"));
        assert_eq!(request.body, r#"{"text":"a \"b\"\nc"}"#);
        assert!(request.headers.contains(&("x-request-id".into(), "id-1".into())));
    }

    #[test]
    fn a_raw_request_is_sent_as_written_and_objected_to_in_words() {
        let mut form = Form::new();
        form.toggle();
        for (method, path, headers, objection) in [
            ("get", "/health", "X-A: b", None),
            ("", "/", "", Some("method")),
            ("POST", "predict", "", Some("path")),
            ("POST", "/", "no colon", Some("name: value")),
            ("POST", "/", "a b: c", Some("header name")),
        ] {
            form.method.set(method);
            form.path.set(path);
            form.headers.set(headers);
            form.body.set("");
            match (form.request("http://h", "1"), objection) {
                (Ok(request), None) => {
                    assert_eq!((request.method.as_str(), request.body.as_str()), ("GET", ""));
                    assert_eq!(request.headers[0], ("X-A".into(), "b".into()));
                }
                (Err(words), Some(expected)) => assert!(words.contains(expected), "{words}"),
                other => unreachable!("{other:?}"),
            }
        }
    }

    #[test]
    fn what_was_sent_is_taken_up_again_without_its_secrets() {
        let mut form = Form::new();
        form.text.set("again");
        let sent = form.request("http://old:1", "1").unwrap();
        let mut other = Form::new();
        assert!(!other.take_up(&sent));
        assert_eq!((other.raw, other.text.text()), (false, "again"));
        let mut secret = sent.clone();
        secret.headers.push(("authorization".into(), HIDDEN.into()));
        secret.headers.push(("x-a".into(), "b".into()));
        assert!(other.take_up(&secret));
        assert_eq!((other.raw, other.headers.text()), (true, "x-a: b"));
        assert_eq!(other.request("http://new", "2").unwrap().url, "http://new/predict");
    }

    #[test]
    fn both_forms_hold_the_same_text() {
        let mut form = Form::new();
        form.text.set("one");
        form.toggle();
        assert_eq!(form.body.text(), r#"{"text":"one"}"#);
        form.body.set(r#"{"text":"two"}"#);
        form.toggle();
        assert_eq!(form.text.text(), "two");
        form.toggle();
        form.body.set("{");
        assert!(form.validity().unwrap().is_err());
    }

    #[test]
    fn secret_headers_are_masked() {
        assert_eq!(masked("Authorization: Bearer x\na: b"), "Authorization: (hidden)\na: b");
    }
}
