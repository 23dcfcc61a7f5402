//! Two answers side by side: the one before and the one of now, what differs marked.

use std::collections::BTreeSet;

use predictor_wire::{Predicted, Prediction};

use super::answer::{Shown, duration};
use super::json::Pieces;
use crate::model::prediction::Outcome;
use crate::predicted::{amount, model_words, number, signed};
use crate::state::Scope;
use crate::text::clean;
use crate::theme::Meaning;
use crate::widgets::clock;
use crate::widgets::words::{cut_end, cut_middle, width as cells_of};

/// Changes smaller than this share of the numbers are noise of arithmetic.
const NOISE: f64 = 1e-9;

/// One line: what, before, now, the change in words.
struct Row {
    what: String,
    before: String,
    now: String,
    change: Option<String>,
}

/// Both answers, line by line; `width` cells wide.
pub(super) fn lines(before: &Shown, now: &Shown, width: usize, scope: &Scope) -> Vec<Pieces> {
    let mut rows = vec![
        Row { change: None, ..texts("", at(before, scope), at(now, scope)) },
        texts("model", model(before), model(now)),
    ];
    rows.extend(requests(before, now));
    match (&before.read, &now.read) {
        (Some(old), Some(new)) => rows.extend(answers(old, new, scope.theme.ascii)),
        _ => rows.push(texts("answer", state(before), state(now))),
    }
    rows.push(Row { change: None, ..texts("took", took(before), took(now)) });
    let column = width.saturating_sub(2) / 4;
    let head = ["", "before", "now", "change"].map(str::to_owned);
    let mut lines = vec![line(&head, column, Meaning::Muted, scope)];
    for row in rows {
        let meaning = if row.change.is_some() { Meaning::Warning } else { Meaning::Text };
        let cells = [row.what, row.before, row.now, row.change.unwrap_or_default()];
        lines.push(line(&cells, column, meaning, scope));
    }
    lines.push(Vec::new());
    lines
}

fn line(cells: &[String; 4], column: usize, meaning: Meaning, scope: &Scope) -> Pieces {
    let mut pieces = Vec::new();
    for (index, cell) in cells.iter().enumerate() {
        let cut = if index == 0 { cut_middle(cell, column) } else { cut_end(cell, column.saturating_sub(1)) };
        let cut = if scope.theme.ascii { cut.replace('…', "~") } else { cut };
        let padding = " ".repeat(column.saturating_sub(cells_of(&cut)));
        pieces.push((format!("{cut}{padding}"), if index == 0 { Meaning::Muted } else { meaning }));
    }
    pieces
}

fn texts(what: &str, before: String, now: String) -> Row {
    let change = (before != now).then(|| "differs".to_owned());
    Row { what: what.to_owned(), before, now, change }
}

fn numbers(what: &str, before: Option<f64>, now: Option<f64>, unit: Option<&str>, ascii: bool) -> Row {
    let written = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| amount(value, unit));
    let change = match (before, now) {
        (Some(old), Some(new)) if (new - old).abs() <= NOISE * old.abs().max(new.abs()) => None,
        (Some(old), Some(new)) => Some(signed(new - old, ascii)),
        (None, None) => None,
        _ => Some("differs".to_owned()),
    };
    Row { what: what.to_owned(), before: written(before), now: written(now), change }
}

fn answers(old: &Prediction<'_>, new: &Prediction<'_>, ascii: bool) -> Vec<Row> {
    let unit = new.unit.as_deref();
    let mut rows = match (&old.prediction, &new.prediction) {
        (Predicted::Number(before), Predicted::Number(now)) => {
            vec![numbers("prediction", Some(*before), Some(*now), unit, ascii)]
        }
        _ => vec![texts("prediction", predicted(old), predicted(new))],
    };
    let share = |read: &Prediction<'_>, label: &str| {
        let all = read.probabilities.as_ref()?;
        all.0.iter().find(|(known, _)| known == label).map(|(_, share)| *share)
    };
    let labels = |read: &Prediction<'_>| -> Vec<String> {
        read.probabilities.iter().flat_map(|all| &all.0).map(|(label, _)| label.to_string()).collect()
    };
    for label in union(labels(old), labels(new)) {
        rows.push(numbers(&clean(&label), share(old, &label), share(new, &label), None, ascii));
    }
    let ends = |read: &Prediction<'_>| (read.interval.map(|i| i.low), read.interval.map(|i| i.high));
    if old.interval.is_some() || new.interval.is_some() {
        rows.push(numbers("interval from", ends(old).0, ends(new).0, unit, ascii));
        rows.push(numbers("interval to", ends(old).1, ends(new).1, unit, ascii));
    }
    let moved = |read: &Prediction<'_>, feature: &str| {
        let all = &read.explanation.as_ref()?.contributions;
        all.iter().find(|c| c.feature == feature).map(|c| c.contribution)
    };
    let features = |read: &Prediction<'_>| -> Vec<String> {
        read.explanation.iter().flat_map(|e| &e.contributions).map(|c| c.feature.clone()).collect()
    };
    for feature in union(features(old), features(new)) {
        rows.push(numbers(&format!("by {}", clean(&feature)), moved(old, &feature), moved(new, &feature), None, ascii));
    }
    rows
}

/// What is in either, in the order of the first.
fn union(first: Vec<String>, second: Vec<String>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    first.into_iter().chain(second).filter(|name| seen.insert(name.clone())).collect()
}

fn predicted(read: &Prediction<'_>) -> String {
    match &read.prediction {
        Predicted::Label(label) => clean(label).into_owned(),
        Predicted::Number(value) => number(*value),
    }
}

/// Members of the two requests that differ; nothing when they asked the same.
fn requests(before: &Shown, now: &Shown) -> Vec<Row> {
    let read = |shown: &Shown| {
        serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(&shown.prediction.request.body).ok()
    };
    let (Some(old), Some(new)) = (read(before), read(now)) else { return Vec::new() };
    let names = union(old.keys().cloned().collect(), new.keys().cloned().collect());
    let written = |value: Option<&serde_json::Value>| {
        value.map_or_else(|| "-".to_owned(), |v| clean(&crate::fields::written(v).replace('\n', " ")).into_owned())
    };
    let differs = names.into_iter().filter(|name| old.get(name) != new.get(name));
    differs
        .map(|name| texts(&format!("asked {}", clean(&name)), written(old.get(&name)), written(new.get(&name))))
        .collect()
}

fn model(shown: &Shown) -> String {
    shown.read.as_ref().map_or_else(|| "-".to_owned(), model_words)
}

fn state(shown: &Shown) -> String {
    match (&shown.read, &shown.prediction.outcome) {
        (Some(read), _) => predicted(read),
        (None, Outcome::Answered(answer)) => format!("status {}", answer.status),
        (None, Outcome::Failed(_)) => "no answer".to_owned(),
    }
}

fn took(shown: &Shown) -> String {
    match &shown.prediction.outcome {
        Outcome::Answered(answer) => duration(answer.total_ms),
        Outcome::Failed(_) => "-".to_owned(),
    }
}

fn at(shown: &Shown, scope: &Scope) -> String {
    clock::time(shown.prediction.at, &scope.zone)
}
