//! The request being written: the fields of a model, or a text where the service tells of no fields, or method, path,
//! headers and body.

use predictor_wire::{ModelMetadata, TextRequest};
use serde_json::{Map, Value};

use super::area::Area;
use super::asked::Asked;
use super::route::path_of;
use crate::deploy::is_secret_header;
use crate::model::{Catalog, PredictionRequest};

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
    /// The whole request, instead of fields or a text alone.
    pub raw: bool,
    /// The fields of the chosen model, where the service tells of them.
    pub asked: Option<Asked>,
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
            asked: None,
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

    /// What is edited now; `None` where it is chosen, not written.
    pub(super) fn current(&mut self) -> Option<&mut Area> {
        match (self.raw, &mut self.asked, self.field) {
            (false, Some(asked), _) => {
                asked.entry_mut().filter(|entry| !entry.is_choice()).map(|entry| &mut entry.area)
            }
            (false, None, _) => Some(&mut self.text),
            (true, _, Field::Method) => Some(&mut self.method),
            (true, _, Field::Path) => Some(&mut self.path),
            (true, _, Field::Headers) => Some(&mut self.headers),
            (true, _, Field::Body) => Some(&mut self.body),
        }
    }

    /// The fields of a model, when they are what is edited.
    pub(super) fn fields(&mut self) -> Option<&mut Asked> {
        self.asked.as_mut().filter(|_| !self.raw)
    }

    /// The text that an editor gets, and its ending: a text alone, or JSON.
    pub(super) fn payload(&self) -> (String, &'static str) {
        match (&self.asked, self.raw) {
            (_, true) => (self.body.text().to_owned(), "json"),
            (Some(asked), _) => (serde_json::to_string_pretty(&asked.body()).unwrap_or_default(), "json"),
            (None, _) => (self.text.text().to_owned(), "txt"),
        }
    }

    /// Takes back what an editor left. What does not fit the fields goes into the raw form, so that nothing is lost.
    pub(super) fn set_payload(&mut self, text: &str) {
        match &mut self.asked {
            Some(asked) if !self.raw => {
                if !members(text).is_some_and(|body| asked.fill(&body)) {
                    self.toggle();
                    self.body.set(text);
                }
            }
            _ if self.raw => self.body.set(text),
            _ => self.text.set(text),
        }
    }

    /// To another field.
    pub(super) fn turn(&mut self, forward: bool) {
        if let Some(asked) = self.fields() {
            return asked.turn(forward);
        }
        let at = Field::ALL.iter().position(|field| *field == self.field).unwrap_or(0);
        let step = if forward { 1 } else { Field::ALL.len() - 1 };
        self.field = Field::ALL[(at + step) % Field::ALL.len()];
    }

    /// Takes in what the service tells of its models: the chosen one stays chosen while it is there. Answers what the
    /// user should know.
    pub(super) fn adopt(&mut self, catalog: &Catalog) -> Option<String> {
        let chosen = self.asked.as_ref().and_then(|asked| catalog.model(&asked.name, Some(&asked.version)));
        let lost = self.asked.as_ref().filter(|_| chosen.is_none()).map(|old| format!("{}@{}", old.name, old.version));
        let next = self.asked.as_ref().and_then(|asked| catalog.model(&asked.name, None));
        match chosen.or(next).or_else(|| catalog.first()) {
            Some(model) => self.choose(model, catalog),
            None => {
                let typed = self.asked.take().and_then(|asked| asked.typed_text());
                typed.into_iter().for_each(|text| self.text.set(&text));
            }
        }
        let now = self.asked.as_ref().map(|asked| format!("{}@{}", asked.name, asked.version));
        lost.map(|lost| format!("{lost} is no longer served; now {}", now.as_deref().unwrap_or("a plain text")))
    }

    /// Changes to a model; what stands in fields that it has too is kept.
    pub(super) fn choose(&mut self, model: &ModelMetadata, catalog: &Catalog) {
        let mut next = Asked::of(model, catalog);
        match &self.asked {
            Some(old) if old.is_like(&next) => return,
            Some(old) => next.keep(old),
            None if self.text.text() != SAMPLE => next.put_text(self.text.text()),
            None => {}
        }
        self.asked = Some(next);
    }

    /// Changes between the two forms. What stands in one goes into the other, so that nothing is lost.
    pub(super) fn toggle(&mut self) {
        self.raw = !self.raw;
        match (&mut self.asked, self.raw) {
            (Some(asked), true) => {
                self.body.set(&serde_json::to_string_pretty(&asked.body()).unwrap_or_default());
                if is_predict(self.path.text()) {
                    self.method.set("POST");
                    self.path.set(&asked.path(false));
                }
            }
            (Some(asked), false) => {
                if let Some(body) = members(self.body.text()) {
                    asked.fill(&body);
                }
            }
            (None, true) => self.body.set(&json(self.text.text())),
            (None, false) => {
                if let Ok(request) = serde_json::from_str::<TextRequest>(self.body.text()) {
                    self.text.set(&request.text);
                }
            }
        }
    }

    /// Takes up a request that was sent before; `true` when a secret header could not come with it.
    pub(super) fn take_up(&mut self, request: &PredictionRequest, catalog: Option<&Catalog>) -> bool {
        let path = path_of(&request.url);
        let kept = request.headers.iter().filter(|(name, _)| !is_automatic(name));
        let (secret, kept): (Vec<_>, Vec<_>) = kept.partition(|(_, value)| value == HIDDEN);
        let plain = kept.is_empty() && request.method == "POST" && self.fits(&path, &request.body, catalog);
        self.raw = !plain;
        self.method.set(&request.method);
        self.path.set(&path);
        let headers: Vec<String> = kept.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        self.headers.set(&headers.join("\n"));
        self.body.set(&request.body);
        !secret.is_empty()
    }

    /// Puts a body into the fields of the model that the path names, or into the text; `false` when it does not fit.
    fn fits(&mut self, path: &str, body: &str, catalog: Option<&Catalog>) -> bool {
        let Some(body) = members(body) else { return false };
        match (named(path), catalog) {
            (Some((name, version)), Some(catalog)) => {
                // The version of then may be gone; the same question to its successor is what is wanted.
                let model = catalog.model(&name, version.as_deref()).or_else(|| catalog.model(&name, None));
                let Some(model) = model else { return false };
                let mut next = Asked::of(model, catalog);
                let fits = next.fill(&body);
                if fits {
                    self.asked = Some(next);
                }
                fits
            }
            (None, _) if path == PREDICT => match (&mut self.asked, body.get("text").and_then(Value::as_str)) {
                (Some(asked), _) => asked.fill(&body),
                (None, Some(text)) if body.len() == 1 => {
                    self.text.set(text);
                    true
                }
                _ => false,
            },
            _ => false,
        }
    }

    /// Why it cannot be sent as it is, or what is odd about it.
    pub(super) fn objection(&self) -> Option<String> {
        if let (false, Some(asked)) = (self.raw, &self.asked) {
            return asked.faults().first().map(|(name, words)| format!("{name} {words}"));
        }
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
    pub(super) fn request(&self, base: &str, id: &str, explain: bool) -> Result<PredictionRequest, String> {
        if let Some(objection) = self.objection() {
            return Err(objection);
        }
        let (method, path, body) = match (self.raw, &self.asked) {
            (true, _) => {
                let method = self.method.text().trim().to_ascii_uppercase();
                (method, self.path.text().trim().to_owned(), self.body.text().to_owned())
            }
            (false, Some(asked)) => ("POST".to_owned(), asked.path(explain), Value::Object(asked.body()).to_string()),
            (false, None) => ("POST".to_owned(), PREDICT.to_owned(), json(self.text.text())),
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

/// The members of a JSON object.
fn members(body: &str) -> Option<Map<String, Value>> {
    serde_json::from_str(body).ok()
}

/// The path is one to which predictions are sent.
fn is_predict(path: &str) -> bool {
    path.split('?').next() == Some(PREDICT) || named(path).is_some()
}

/// Name and version of the model in `/v1/models/NAME[/versions/VERSION]/predict`.
pub(super) fn named(path: &str) -> Option<(String, Option<String>)> {
    let path = path.split('?').next()?.strip_prefix("/v1/models/")?.strip_suffix("/predict")?;
    match path.split_once("/versions/") {
        Some((name, version)) => Some((name.to_owned(), Some(version.to_owned()))),
        None => (!path.contains('/')).then(|| (path.to_owned(), None)),
    }
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
        let request = form.request("http://h", "id-1", false).unwrap();
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
            match (form.request("http://h", "1", false), objection) {
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
        let sent = form.request("http://old:1", "1", false).unwrap();
        let mut other = Form::new();
        assert!(!other.take_up(&sent, None));
        assert_eq!((other.raw, other.text.text()), (false, "again"));
        let mut secret = sent.clone();
        secret.headers.push(("authorization".into(), HIDDEN.into()));
        secret.headers.push(("x-a".into(), "b".into()));
        assert!(other.take_up(&secret, None));
        assert_eq!((other.raw, other.headers.text()), (true, "x-a: b"));
        assert_eq!(other.request("http://new", "2", false).unwrap().url, "http://new/predict");
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
