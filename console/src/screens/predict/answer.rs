//! What came back, made fit to read: status, reading in words, problem, body, headers. Made once, when it comes.

use predictor_wire::{Predicted, Problem};

use super::form::REQUEST_ID;
use super::json;
use crate::deploy::is_secret_header;
use crate::model::Prediction;
use crate::model::prediction::{Answer, Outcome};
use crate::predicted;
use crate::text::clean;
use crate::theme::{Meaning, Status};

/// Headers that are shown above the body: what finds the request in logs, and which model answered.
const FIRST_HEADERS: [&str; 2] = [REQUEST_ID, "x-model-version"];
/// Lines of a body that are shown; the rest is for an editor.
const MOST_LINES: usize = 5_000;
/// Longest line of a text body that is shown, in bytes.
const LONGEST_LINE: usize = 4_096;
/// Bytes of a binary body that are shown.
const HEX_BYTES: usize = 512;
/// Up to this size a body is proved to be JSON before it is coloured; beyond it its first character is believed.
const PROVED: usize = 1 << 20;

/// An answer, ready to draw.
#[derive(Debug)]
pub(super) struct Shown {
    /// What it is about.
    pub prediction: Prediction,
    /// The answer of a model, if it is one: drawn above the lines.
    pub read: Option<predictor_wire::Prediction<'static>>,
    /// Line by line.
    pub lines: Vec<json::Pieces>,
}

impl Shown {
    /// Makes a prediction fit to draw.
    pub(super) fn new(prediction: Prediction) -> Self {
        let (read, lines) = match &prediction.outcome {
            Outcome::Failed(words) => {
                let words = clean(words).into_owned();
                (None, vec![vec![("no answer: ".to_owned(), Meaning::Danger), (words, Meaning::Text)]])
            }
            Outcome::Answered(answer) => (predicted::read(&answer.body), lines(answer)),
        };
        Self { prediction, read, lines }
    }

    /// The id under which the service logged the request.
    pub(super) fn request_id(&self) -> Option<&str> {
        let answered = match &self.prediction.outcome {
            Outcome::Answered(answer) => header(&answer.headers, REQUEST_ID),
            Outcome::Failed(_) => None,
        };
        answered.or_else(|| header(&self.prediction.request.headers, REQUEST_ID))
    }

    /// The body as text, whole.
    pub(super) fn text(&self) -> String {
        match &self.prediction.outcome {
            Outcome::Answered(answer) => String::from_utf8_lossy(&answer.body).into_owned(),
            Outcome::Failed(words) => words.clone(),
        }
    }
}

/// A header's value; names are compared without case.
pub(super) fn header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// `✔ 200 OK`, with what it means.
pub(super) fn status_word(status: u16) -> (Status, &'static str) {
    let word = match status {
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        204 => "No Content",
        301 => "Moved Permanently",
        302 => "Found",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        409 => "Conflict",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        422 => "Unprocessable Content",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "",
    };
    let meaning = match status {
        200..=299 => Status::Ok,
        300..=499 => Status::Warning,
        _ => Status::Failed,
    };
    (meaning, word)
}

/// What a person wants to know of the answer, in one line: `positive, 0.93, sentiment@2`.
pub(super) fn reading(answer: &Answer) -> Option<(String, Meaning)> {
    if let Some(found) = predicted::read(&answer.body) {
        return Some((predicted::words(&found), meaning_of(&found.prediction)));
    }
    if let Some(score) = predicted::read_score(&answer.body) {
        return Some((format!("score {score:.2}"), Meaning::Text));
    }
    let problem = problem(answer)?;
    Some((clean(&problem.title).into_owned(), Meaning::Danger))
}

/// Only labels that say so themselves are good or not.
pub(super) fn meaning_of(predicted: &Predicted<'_>) -> Meaning {
    match predicted {
        Predicted::Label(label) if label == "positive" => Meaning::Good,
        Predicted::Label(label) if label == "negative" => Meaning::Warning,
        _ => Meaning::Title,
    }
}

fn problem(answer: &Answer) -> Option<Problem> {
    let is_one = header(&answer.headers, "content-type").is_some_and(|kind| kind.contains("problem+json"));
    let body = answer.body.get(..answer.body.len().min(PROVED))?;
    is_one.then(|| serde_json::from_slice(body).ok()).flatten()
}

fn lines(answer: &Answer) -> Vec<json::Pieces> {
    let mut lines = Vec::new();
    if let Some(problem) = problem(answer) {
        lines.extend(problem_lines(&problem));
    } else if let Some(score) = predicted::read_score(&answer.body).filter(|_| predicted::read(&answer.body).is_none())
    {
        lines.push(vec![(format!("score {score:.2}"), Meaning::Text)]);
    }
    let rank = |name: &str| FIRST_HEADERS.iter().position(|known| name.eq_ignore_ascii_case(known));
    let (mut first, others): (Vec<_>, Vec<_>) = answer.headers.iter().partition(|(name, _)| rank(name).is_some());
    first.sort_by_key(|(name, _)| rank(name));
    lines.extend(first.into_iter().map(header_line));
    lines.push(Vec::new());
    lines.extend(body(answer));
    lines.push(Vec::new());
    lines.extend(others.into_iter().map(header_line));
    lines
}

fn header_line((name, value): &(String, String)) -> json::Pieces {
    let value = if is_secret_header(name) { "(hidden)".into() } else { clean(value) };
    vec![(format!("{}: ", clean(name)), Meaning::Muted), (value.into_owned(), Meaning::Text)]
}

fn problem_lines(problem: &Problem) -> Vec<json::Pieces> {
    let mut lines = vec![vec![(clean(&problem.title).into_owned(), Meaning::Danger)]];
    if let Some(detail) = &problem.detail {
        lines.push(vec![(clean(detail).into_owned(), Meaning::Title)]);
    }
    for field in &problem.errors {
        let pointer = if field.pointer.is_empty() { "(body)".into() } else { clean(&field.pointer) };
        let detail = clean(&field.detail).into_owned();
        lines.push(vec![(format!("  {pointer} "), Meaning::Warning), (detail, Meaning::Text)]);
    }
    lines
}

fn body(answer: &Answer) -> Vec<json::Pieces> {
    let bytes = &answer.body[..];
    if bytes.is_empty() {
        return vec![vec![("no body".to_owned(), Meaning::Muted)]];
    }
    let cut = answer.truncated;
    let (mut lines, whole) = match text_of(bytes, cut) {
        None => (hex(bytes), bytes.len() <= HEX_BYTES),
        Some(text) if is_json(text, cut) => json::pretty(text, MOST_LINES),
        Some(text) => plain(text),
    };
    if !whole {
        lines.push(vec![(format!("… of {}; E shows all in $EDITOR", size(bytes.len())), Meaning::Warning)]);
    }
    if cut {
        lines.push(vec![("… the body was longer; the rest was not kept".to_owned(), Meaning::Warning)]);
    }
    lines
}

/// The body as text; `None` when it is none. One that was cut may end within a character.
fn text_of(bytes: &[u8], cut: bool) -> Option<&str> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) if cut && error.error_len().is_none() => std::str::from_utf8(&bytes[..error.valid_up_to()]).ok()?,
        Err(_) => return None,
    };
    (!text.contains('\0')).then_some(text)
}

fn is_json(text: &str, cut: bool) -> bool {
    let looks = text.trim_start().starts_with(['{', '[', '"']);
    if text.len() > PROVED || cut {
        return looks;
    }
    serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

fn plain(text: &str) -> (Vec<json::Pieces>, bool) {
    let mut whole = true;
    let mut line = |line: &str| {
        let end = (0..=LONGEST_LINE.min(line.len())).rev().find(|at| line.is_char_boundary(*at)).unwrap_or(0);
        whole &= end == line.len();
        vec![(clean(&line[..end]).into_owned(), Meaning::Text)]
    };
    let lines: Vec<_> = text.lines().take(MOST_LINES).map(&mut line).collect();
    let all = text.lines().nth(MOST_LINES).is_none();
    (lines, whole && all)
}

/// Offset, sixteen bytes, the printable ones of them.
fn hex(bytes: &[u8]) -> Vec<json::Pieces> {
    let row = |(index, chunk): (usize, &[u8])| {
        let digits: Vec<String> = chunk.iter().map(|byte| format!("{byte:02x}")).collect();
        let printable = |byte: &u8| if byte.is_ascii_graphic() { char::from(*byte) } else { '.' };
        vec![
            (format!("{:08x}  ", index * 16), Meaning::Muted),
            (format!("{:<48} ", digits.join(" ")), Meaning::Text),
            (chunk.iter().map(printable).collect(), Meaning::Accent),
        ]
    };
    bytes[..bytes.len().min(HEX_BYTES)].chunks(16).enumerate().map(row).collect()
}

/// `142 B`, `3.4 kB`, `10.0 MB`
pub(super) fn size(bytes: usize) -> String {
    #[allow(clippy::cast_precision_loss, reason = "shown with one decimal")]
    let count = bytes as f64;
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} kB", count / 1e3),
        _ => format!("{:.1} MB", count / 1e6),
    }
}

/// `0.42 ms`, `12.3 ms`, `1.20 s`
pub(in crate::screens) fn duration(milliseconds: f64) -> String {
    match milliseconds {
        ms if ms < 1.0 => format!("{ms:.2} ms"),
        ms if ms < 1_000.0 => format!("{ms:.1} ms"),
        ms => format!("{:.2} s", ms / 1_000.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(kind: &str, body: &[u8]) -> String {
        let headers = vec![("content-type".to_owned(), kind.to_owned()), ("set-cookie".to_owned(), "s=1".to_owned())];
        let answer = Answer { status: 200, headers, body: body.to_vec().into(), ..Answer::default() };
        let line = |pieces: &json::Pieces| pieces.iter().map(|(text, _)| text.as_str()).collect::<String>();
        let head = Shown::new(Prediction { outcome: Outcome::Answered(answer.clone()), ..Prediction::default() });
        let head = head.read.map(|read| predicted::words(&read)).unwrap_or_default();
        std::iter::once(head).chain(lines(&answer).iter().map(line)).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn bodies_of_every_kind_are_safe_to_read() {
        for (kind, body, part) in [
            ("application/json", &br#"{"sentiment":"positive","score":0.931,"model":"sentiment","version":"2"}"#[..],
             "positive, 0.93, sentiment@2"),
            ("application/json", br#"{"score":0.5}"#, "score 0.50"),
            ("application/problem+json",
             br#"{"title":"Invalid input","status":422,"detail":"no text","errors":[{"pointer":"/text","detail":"is missing"}]}"#,
             "/text is missing"),
            ("text/html", b"<b>\x1b[2Jx</b>", "<b>x</b>"),
            ("application/octet-stream", b"\xff\xd8\x00abc", "ff d8 00 61 62 63"),
            ("application/json", b"{not json", "{not json"),
            ("text/plain", b"", "no body"),
        ] {
            let text = shown(kind, body);
            assert!(text.contains(part), "{text}");
            assert!(!text.contains("s=1") && text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
        }
    }

    #[test]
    fn ten_megabytes_cost_no_more_than_what_is_shown() {
        for body in ["{\"a\":[1,2]},".repeat(900_000), "x".repeat(10_000_000), "line\n".repeat(2_000_000)] {
            let answer = Answer { body: format!("[{body}").into_bytes().into(), truncated: true, ..Answer::default() };
            let made = lines(&answer);
            assert!(made.len() <= MOST_LINES + 10, "{}", made.len());
            assert!(made.iter().flatten().all(|(text, _)| text.len() < 2 * LONGEST_LINE));
        }
    }
}
