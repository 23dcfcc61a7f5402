//! What was sent, newest first: the local history and what this screen adds to it.

use crate::model::Prediction;
use crate::model::prediction::Outcome;
use crate::state::Scope;
use crate::table::{Cell, Column, Row, SortKey, Width};
use crate::text::clean;
use crate::theme::{Meaning, Status};
use crate::widgets::clock;

use super::answer::{duration, header, reading, status_word};
use super::form::{REQUEST_ID, named};
use super::route::path_of;

/// One prediction in the list.
#[derive(Debug, Clone, Copy)]
pub(super) struct SentRow<'a>(pub &'a Prediction);

impl SentRow<'_> {
    /// The request's id and time: what tells two alike requests apart.
    fn key(&self) -> (Option<&str>, i64) {
        (header(&self.0.request.headers, REQUEST_ID), self.0.at.0)
    }
}

impl Row for SentRow<'_> {
    fn id(&self) -> String {
        let (id, at) = self.key();
        format!("{at} {}", id.unwrap_or_default())
    }

    fn status(&self) -> Status {
        // The newest stays on top, whatever came of it.
        Status::Unknown
    }
}

/// The history that was read, and what was sent since; newest first.
pub(super) fn rows<'a>(scope: &'a Scope, sent: &'a [Prediction]) -> Vec<SentRow<'a>> {
    let kept = scope.facts.predictions.value.iter().flatten().map(SentRow);
    let mut rows: Vec<SentRow<'a>> = kept.collect();
    let known: std::collections::BTreeSet<String> = rows.iter().map(Row::id).collect();
    rows.extend(sent.iter().map(SentRow).filter(|row| !known.contains(&row.id())));
    rows.sort_by_key(|row| std::cmp::Reverse(row.0.at));
    rows
}

/// The columns.
pub(super) fn columns<'a>() -> Vec<Column<SentRow<'a>>> {
    vec![
        Column {
            title: "TIME",
            width: Width::Fixed(11),
            right: false,
            drop: 0,
            cell: |row, scope| Cell::text(clock::short(row.0.at, &scope.zone)),
            #[allow(clippy::cast_precision_loss, reason = "milliseconds of this century fit")]
            sort: |row, _| SortKey::Number(row.0.at.0 as f64),
        },
        Column {
            title: "STATUS",
            width: Width::Fixed(9),
            right: false,
            drop: 0,
            cell: |row, scope| status_cell(row, scope),
            sort: |row, _| SortKey::number(status(row.0)),
        },
        Column {
            title: "TOOK",
            width: Width::Fixed(8),
            right: true,
            drop: 0,
            cell: |row, _| took(row.0).map_or_else(|| Cell::of("-", Meaning::Muted), |ms| Cell::text(duration(ms))),
            sort: |row, _| SortKey::number(took(row.0)),
        },
        Column {
            title: "REQUEST",
            width: Width::Prose(10),
            right: false,
            drop: 0,
            cell: |row, _| Cell::text(what(row.0)),
            sort: |row, _| SortKey::text(&what(row.0)),
        },
        Column {
            title: "ANSWER",
            width: Width::Prose(12),
            right: false,
            drop: 1,
            cell: |row, _| answer_cell(row.0),
            sort: |row, _| SortKey::text(&answer_cell(row.0).plain()),
        },
    ]
}

fn status(prediction: &Prediction) -> Option<u16> {
    match &prediction.outcome {
        Outcome::Answered(answer) => Some(answer.status),
        Outcome::Failed(_) => None,
    }
}

fn took(prediction: &Prediction) -> Option<f64> {
    match &prediction.outcome {
        Outcome::Answered(answer) => Some(answer.total_ms),
        Outcome::Failed(_) => None,
    }
}

fn status_cell(row: &SentRow<'_>, scope: &Scope) -> Cell {
    match status(row.0) {
        Some(code) => {
            let (status, _) = status_word(code);
            Cell::of(format!("{} {code}", scope.theme.glyph(status)), status.meaning())
        }
        None => Cell::of(format!("{} none", scope.theme.glyph(Status::Failed)), Meaning::Danger),
    }
}

/// `POST /predict The food was…`
fn what(prediction: &Prediction) -> String {
    let request = &prediction.request;
    if let (Some((name, version)), Ok(row)) = (named(&path_of(&request.url)), serde_json::from_str(&request.body)) {
        let version = version.map_or_else(String::new, |version| format!("@{version}"));
        let values: String = crate::batch::rows::summary(&row).chars().take(120).collect();
        return clean(&format!("{name}{version}: {}", values.replace('\n', " "))).into_owned();
    }
    let body = match serde_json::from_str::<predictor_wire::TextRequest>(&request.body) {
        Ok(text) => text.text,
        Err(_) => request.body.clone(),
    };
    let body: String = body.chars().take(120).collect();
    let route = match (request.method.as_str(), path_of(&request.url).as_str()) {
        ("POST", "/predict") => String::new(),
        (method, path) => format!("{method} {path} "),
    };
    clean(&format!("{route}{}", body.replace('\n', " "))).into_owned()
}

fn answer_cell(prediction: &Prediction) -> Cell {
    match &prediction.outcome {
        Outcome::Failed(words) => Cell::of(clean(words), Meaning::Danger),
        Outcome::Answered(answer) => match reading(answer) {
            Some((words, meaning)) => Cell::of(words, meaning),
            None => {
                let head = String::from_utf8_lossy(&answer.body[..answer.body.len().min(120)]).replace('\n', " ");
                Cell::of(clean(&head), Meaning::Muted)
            }
        },
    }
}
