//! The table of rows: place, answer, values.

use predictor_wire::Predicted;

use crate::batch::BatchLine;
use crate::predicted::{interval_words, value_words};
use crate::state::Scope;
use crate::table::{Cell, Column, Row, SortKey, Width};
use crate::text::clean;
use crate::theme::{Meaning, Status};

/// One row of the file.
#[derive(Debug, Clone, Copy)]
pub(super) struct LineRow<'a>(pub &'a BatchLine);

impl Row for LineRow<'_> {
    fn id(&self) -> String {
        self.0.line.to_string()
    }

    fn status(&self) -> Status {
        if self.0.answer.is_ok() { Status::Ok } else { Status::Failed }
    }
}

/// The columns. Refused rows come first, as everywhere.
pub(super) fn columns<'a>() -> Vec<Column<LineRow<'a>>> {
    vec![
        Column {
            title: "LINE",
            width: Width::Fixed(9),
            right: true,
            drop: 0,
            cell: |row, _| Cell::text(row.0.line.to_string()),
            #[allow(clippy::cast_precision_loss, reason = "no file has so many lines")]
            sort: |row, _| SortKey::Number(row.0.line as f64),
        },
        Column {
            title: "ANSWER",
            width: Width::Prose(26),
            right: false,
            drop: 0,
            cell: |row, scope| answer(row, scope),
            sort: |row, _| match &row.0.answer {
                Ok(answer) => match &answer.prediction {
                    Predicted::Number(number) => SortKey::Number(*number),
                    Predicted::Label(label) => SortKey::text(label),
                },
                Err(_) => SortKey::Missing,
            },
        },
        Column {
            title: "ROW",
            width: Width::Prose(20),
            right: false,
            drop: 1,
            cell: |row, _| Cell::of(clean(&row.0.row), Meaning::Muted),
            sort: |row, _| SortKey::text(&row.0.row),
        },
    ]
}

fn answer(row: &LineRow<'_>, scope: &Scope) -> Cell {
    match &row.0.answer {
        Err(words) => Cell::of(format!("{} {}", scope.theme.glyph(Status::Failed), clean(words)), Meaning::Danger),
        Ok(found) => {
            let mut pieces = vec![(value_words(found), Meaning::Text)];
            if let Some(interval) = &found.interval {
                pieces.push((format!("  {}", interval_words(interval, None)), Meaning::Muted));
            }
            Cell(pieces)
        }
    }
}
