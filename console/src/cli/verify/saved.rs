//! Saved predictions: a file of JSON objects, one a line, each with what is sent and what is expected. All or nothing.

use serde::Deserialize;
use serde_json::Value;

use super::super::failure::Failure;
use super::super::predict::{named, to};
use crate::fields::model_path;
use crate::model::PredictionRequest;

/// A prediction to send.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Saved {
    /// Line of the file, the first is 1.
    pub(super) line: usize,
    /// What it is called: a name of its own, else the model, else the path.
    pub(super) name: String,
    path: String,
    method: Option<String>,
    body: String,
    /// What must come back.
    pub(super) expect: Expect,
}

impl Saved {
    /// The request to the predictor at this base URL.
    pub(super) fn request(&self, base: &str) -> PredictionRequest {
        to(base, &self.path, self.method.as_deref(), Vec::new(), self.body.clone())
    }
}

/// What must come back.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Expect {
    /// HTTP status; any of 200 to 299 if not given.
    pub(super) status: Option<u16>,
    /// The label.
    pub(super) label: Option<String>,
    /// Least probability of that label, 0 to 1.
    pub(super) probability: Option<f64>,
    /// The number, in the model's unit.
    pub(super) number: Option<f64>,
    /// How far the number may be away, in the same unit.
    pub(super) tolerance: Option<f64>,
    /// `NAME` or `NAME@VERSION` that must have answered.
    pub(super) model: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: Option<String>,
    model: Option<String>,
    path: Option<String>,
    method: Option<String>,
    body: Option<Value>,
    expect: Expect,
}

/// Reads a file of saved predictions.
///
/// # Errors
/// When it cannot be read, holds none, or a line is not one; all such lines are told.
pub(super) fn read(file: &str) -> Result<Vec<Saved>, Failure> {
    let text = std::fs::read_to_string(file).map_err(|error| {
        let hint = "Saved predictions are a text file with a JSON object a line.";
        Failure::usage(format!("{file}: {error}; nothing was sent")).with_hint(hint)
    })?;
    let (saved, faults) = parse(&text);
    if !faults.is_empty() {
        let told: Vec<&str> = faults.iter().take(5).map(String::as_str).collect();
        let more =
            if faults.len() > told.len() { format!("; and {} more", faults.len() - told.len()) } else { String::new() };
        let hint =
            r#"A line is like {"model": "housing", "body": {…}, "expect": {"number": 412000, "tolerance": 1000}}."#;
        return Err(Failure::usage(format!("{file}: {}{more}; nothing was sent", told.join("; "))).with_hint(hint));
    }
    if saved.is_empty() {
        return Err(Failure::usage(format!("{file} holds no prediction; nothing was sent")));
    }
    Ok(saved)
}

/// The predictions, and what is wrong with the other lines. Empty lines are none.
fn parse(text: &str) -> (Vec<Saved>, Vec<String>) {
    let mut all = (Vec::new(), Vec::new());
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        match one(index + 1, line) {
            Ok(saved) => all.0.push(saved),
            Err(words) => all.1.push(format!("line {}: {words}", index + 1)),
        }
    }
    all
}

fn one(line: usize, text: &str) -> Result<Saved, String> {
    let written: Written = serde_json::from_str(text).map_err(|error| {
        let words = error.to_string();
        words.split(" at line ").next().unwrap_or_default().to_owned()
    })?;
    let (path, called) = match (&written.model, &written.path) {
        (Some(model), None) => (path_of(model)?, model.clone()),
        (None, Some(path)) if path.starts_with('/') => (path.clone(), path.clone()),
        (None, Some(path)) => return Err(format!("path {path:?} must begin with /")),
        _ => return Err("either model or path must be given".to_owned()),
    };
    sound(&written.expect)?;
    let method = written.method.or_else(|| written.model.is_some().then(|| "POST".to_owned()));
    let body = match (written.body, written.model.is_some()) {
        (Some(body), _) => body.to_string(),
        (None, true) => return Err("body must be given with model".to_owned()),
        (None, false) => String::new(),
    };
    Ok(Saved { line, name: written.name.unwrap_or(called), path, method, body, expect: written.expect })
}

fn path_of(model: &str) -> Result<String, String> {
    let (name, version) = named(model);
    if name.is_empty() || version.is_some_and(str::is_empty) {
        return Err(format!("model {model:?} is not NAME or NAME@VERSION"));
    }
    Ok(format!("{}/predict", model_path(name, version)))
}

/// An expectation that nothing could fail is none.
fn sound(expect: &Expect) -> Result<(), String> {
    let Expect { status, label, probability, number, tolerance, model } = expect;
    match (label, number) {
        (Some(_), Some(_)) => return Err("expect has label and number; an answer has one of them".to_owned()),
        (None, None) if status.is_none() && model.is_none() => {
            return Err("expect names neither label, number, model nor status".to_owned());
        }
        _ => {}
    }
    if number.is_some() != tolerance.is_some() {
        return Err("expect needs number and tolerance together".to_owned());
    }
    if tolerance.is_some_and(|tolerance| tolerance < 0.0) {
        return Err("tolerance must not be below 0".to_owned());
    }
    match probability {
        Some(_) if label.is_none() => Err("probability is that of a label, which is missing".to_owned()),
        Some(share) if !(0.0..=1.0).contains(share) => Err("probability must be between 0 and 1".to_owned()),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_requests() {
        for (line, expected) in [
            (
                r#"{"model":"housing","body":{"a":1},"expect":{"number":2,"tolerance":0.5}}"#,
                "housing: POST http://h/v1/models/housing/predict {\"a\":1}",
            ),
            (
                r#"{"model":"a b@2","body":{},"expect":{"label":"x"}}"#,
                "a b@2: POST http://h/v1/models/a%20b/versions/2/predict {}",
            ),
            (
                r#"{"name":"text","path":"/predict","body":{"text":"é"},"expect":{"label":"x","probability":0.5}}"#,
                "text: POST http://h/predict {\"text\":\"é\"}",
            ),
            (r#"{"path":"/health","expect":{"status":200}}"#, "/health: GET http://h/health "),
            (r#"{"path":"/x","method":"PUT","expect":{"status":405}}"#, "/x: PUT http://h/x "),
        ] {
            let saved = one(1, line).unwrap();
            let sent = saved.request("http://h/");
            assert_eq!(format!("{}: {} {} {}", saved.name, sent.method, sent.url, sent.body), expected);
            assert_eq!(sent.headers.len(), usize::from(!sent.body.is_empty()));
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        for (line, said) in [
            ("nonsense", "expected"),
            ("[]", "invalid length"),
            ("{}", "missing field `expect`"),
            (r#"{"path":"/x","expect":{"status":200},"bdy":1}"#, "unknown field `bdy`"),
            (r#"{"path":"/x","expect":{"lable":"a"}}"#, "unknown field `lable`"),
            (r#"{"expect":{"status":200}}"#, "either model or path"),
            (r#"{"path":"/x","model":"m","expect":{"status":200}}"#, "either model or path"),
            (r#"{"path":"x","expect":{"status":200}}"#, "must begin with /"),
            (r#"{"model":"m@","body":{},"expect":{"status":200}}"#, "is not NAME or NAME@VERSION"),
            (r#"{"model":"m","expect":{"status":200}}"#, "body must be given"),
            (r#"{"path":"/x","expect":{}}"#, "neither label, number, model nor status"),
            (r#"{"path":"/x","expect":{"number":1}}"#, "number and tolerance together"),
            (r#"{"path":"/x","expect":{"status":200,"tolerance":1}}"#, "number and tolerance together"),
            (r#"{"path":"/x","expect":{"number":1,"tolerance":-1}}"#, "must not be below 0"),
            (r#"{"path":"/x","expect":{"number":1,"tolerance":1,"label":"a"}}"#, "an answer has one of them"),
            (r#"{"path":"/x","expect":{"status":200,"probability":0.5}}"#, "which is missing"),
            (r#"{"path":"/x","expect":{"label":"a","probability":1.5}}"#, "between 0 and 1"),
        ] {
            let (saved, faults) = parse(&format!("\n{line}\n"));
            assert!(saved.is_empty() && faults.len() == 1, "{line}: {faults:?}");
            assert!(faults[0].starts_with("line 2: ") && faults[0].contains(said), "{line}: {faults:?}");
        }
    }
}
