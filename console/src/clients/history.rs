//! Local history of test predictions, without secrets.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::deploy::{is_secret_header, names_a_secret};
use crate::model::prediction::{Answer, Outcome};
use crate::model::{Prediction, PredictionRequest, Timestamp};

/// Longest body that is kept, in bytes.
const LONGEST_BODY: usize = 64 * 1024;
/// Stands for a secret value.
const HIDDEN: &str = "(hidden)";

/// One line of the file.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Line {
    at: i64,
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    failure: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    answer: Option<AnswerLine>,
}

#[derive(Debug, Serialize, Deserialize)]
struct AnswerLine {
    status: u16,
    headers: Vec<(String, String)>,
    /// Text, or base64 when it is none.
    body: String,
    #[serde(default)]
    base64: bool,
    truncated: bool,
    first_byte_ms: f64,
    total_ms: f64,
}

impl Line {
    /// What is kept of a prediction.
    pub(crate) fn of(prediction: &Prediction) -> Self {
        let request = &prediction.request;
        let (failure, answer) = match &prediction.outcome {
            Outcome::Failed(words) => (Some(words.clone()), None),
            Outcome::Answered(answer) => (None, Some(AnswerLine::of(answer))),
        };
        Self {
            at: prediction.at.0,
            method: request.method.clone(),
            url: without_secrets(&request.url),
            headers: without_secret_headers(&request.headers),
            body: cut(&request.body).to_owned(),
            failure,
            answer,
        }
    }

    /// The prediction as it is shown again.
    pub(crate) fn prediction(self) -> Prediction {
        let outcome = match self.answer {
            Some(answer) => Outcome::Answered(answer.answer()),
            None => Outcome::Failed(self.failure.unwrap_or_default()),
        };
        let request = PredictionRequest { method: self.method, url: self.url, headers: self.headers, body: self.body };
        Prediction { request, at: Timestamp(self.at), outcome }
    }
}

impl AnswerLine {
    fn of(answer: &Answer) -> Self {
        let kept = &answer.body[..answer.body.len().min(LONGEST_BODY)];
        let text = match std::str::from_utf8(kept) {
            Ok(text) => Some(text),
            // The cut may have gone through a character.
            Err(error) if error.error_len().is_none() => std::str::from_utf8(&kept[..error.valid_up_to()]).ok(),
            Err(_) => None,
        };
        Self {
            status: answer.status,
            headers: without_secret_headers(&answer.headers),
            base64: text.is_none(),
            body: text.map_or_else(|| STANDARD.encode(kept), str::to_owned),
            truncated: answer.truncated || kept.len() < answer.body.len(),
            first_byte_ms: answer.first_byte_ms,
            total_ms: answer.total_ms,
        }
    }

    fn answer(self) -> Answer {
        let body = if self.base64 { STANDARD.decode(&self.body).unwrap_or_default() } else { self.body.into_bytes() };
        Answer {
            status: self.status,
            headers: self.headers,
            body: body.into(),
            truncated: self.truncated,
            first_byte_ms: self.first_byte_ms,
            total_ms: self.total_ms,
        }
    }
}

fn cut(body: &str) -> &str {
    let end = (0..=LONGEST_BODY.min(body.len())).rev().find(|at| body.is_char_boundary(*at));
    &body[..end.unwrap_or(0)]
}

fn without_secret_headers(headers: &[(String, String)]) -> Vec<(String, String)> {
    let hidden = |(name, value): &(String, String)| {
        let value = if is_secret_header(name) { HIDDEN } else { value };
        (name.clone(), value.to_owned())
    };
    headers.iter().map(hidden).collect()
}

/// A URL with user name, password and telling query values hidden.
fn without_secrets(url: &str) -> String {
    let Ok(mut parsed) = reqwest::Url::parse(url) else { return url.to_owned() };
    let has_user = !parsed.username().is_empty() || parsed.password().is_some();
    let pairs: Vec<(String, String)> = parsed.query_pairs().into_owned().collect();
    let has_secret = pairs.iter().any(|(name, _)| names_a_secret(name) || name.eq_ignore_ascii_case("key"));
    if !has_user && !has_secret {
        return url.to_owned();
    }
    let _ = parsed.set_username("");
    let _ = parsed.set_password(None);
    if has_secret {
        let hide = |(name, value): (String, String)| {
            let secret = names_a_secret(&name) || name.eq_ignore_ascii_case("key");
            (name, if secret { HIDDEN.to_owned() } else { value })
        };
        parsed.query_pairs_mut().clear().extend_pairs(pairs.into_iter().map(hide));
    }
    parsed.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prediction(outcome: Outcome) -> Prediction {
        let request = PredictionRequest {
            method: "POST".into(),
            url: "http://user:pw@h/predict?api_key=abc&text=x".into(),
            headers: vec![("Authorization".into(), "Bearer abc".into()), ("accept".into(), "*/*".into())],
            body: "{}".into(),
        };
        Prediction { request, at: Timestamp(7), outcome }
    }

    #[test]
    fn secrets_do_not_reach_the_file() {
        let answer = Answer { headers: vec![("set-cookie".into(), "sid=abc".into())], ..Answer::default() };
        let line = serde_json::to_string(&Line::of(&prediction(Outcome::Answered(answer)))).expect("JSON");
        assert!(!line.contains("abc") && !line.contains("pw@"), "{line}");
        assert!(line.contains("text=x") && line.contains("*/*"));
    }

    #[test]
    fn what_was_kept_comes_back() {
        for body in [&b"{\"a\": 1}"[..], b"\xff\xfe binary", b""] {
            let answer = Answer { status: 200, body: body.to_vec().into(), total_ms: 1.5, ..Answer::default() };
            let kept = Line::of(&prediction(Outcome::Answered(answer.clone()))).prediction();
            assert_eq!(kept.outcome, Outcome::Answered(answer));
        }
        let failed = Line::of(&prediction(Outcome::Failed("refused".into()))).prediction();
        assert_eq!((failed.at, failed.outcome), (Timestamp(7), Outcome::Failed("refused".into())));
    }

    #[test]
    fn long_bodies_are_cut_between_characters() {
        let text = "ä".repeat(LONGEST_BODY);
        assert!(cut(&text).len() <= LONGEST_BODY);
        let answer = Answer { body: format!("a{text}").into_bytes().into(), ..Answer::default() };
        let line = AnswerLine::of(&answer);
        assert!(line.truncated && !line.base64);
    }
}
