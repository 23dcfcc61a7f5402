//! Columns of the list of images.

use super::row::{Tag, size};
use crate::flows::short_digest;
use crate::state::Scope;
use crate::table::{Cell, Column, SortKey, Width};
use crate::theme::{Meaning, Status};
use crate::widgets::clock;

/// By the time of the push, newest first.
pub(super) const NEWEST_FIRST: (usize, bool) = (2, true);

/// Severities as ECR words them, gravest first, with the letter that stands for each.
const SEVERITIES: [(&str, char, Meaning); 4] = [
    ("CRITICAL", 'C', Meaning::Danger),
    ("HIGH", 'H', Meaning::Warning),
    ("MEDIUM", 'M', Meaning::Text),
    ("LOW", 'L', Meaning::Muted),
];

pub(super) fn columns() -> Vec<Column<Tag>> {
    vec![
        Column {
            title: "TAG",
            width: Width::Grow(14),
            right: false,
            drop: 0,
            cell: |tag, _| {
                let meaning = if tag.image.tags.is_empty() { Meaning::Muted } else { Meaning::Text };
                Cell::of(tag.name(), meaning)
            },
            sort: |tag, _| SortKey::text(&tag.name()),
        },
        Column {
            title: "RUNNING",
            width: Width::Grow(18),
            right: false,
            drop: 0,
            cell: running,
            sort: |tag, _| SortKey::number(u32::try_from(tag.runs.iter().map(|r| r.tasks).sum::<usize>()).ok()),
        },
        Column {
            title: "AGE",
            width: Width::Fixed(6),
            right: true,
            drop: 0,
            cell: |tag, scope| match tag.image.pushed_at {
                Some(at) => Cell::text(scope.now.since(at).to_string()),
                None => Cell::of("-", Meaning::Muted),
            },
            // The distance from 1970 in days keeps the order and fits a float.
            #[allow(clippy::cast_precision_loss, reason = "milliseconds since 1970 fit 53 bits")]
            sort: |tag, _| SortKey::number(tag.image.pushed_at.map(|at| at.0 as f64)),
        },
        Column {
            title: "PUSHED",
            width: Width::Fixed(11),
            right: false,
            drop: 3,
            cell: |tag, scope| {
                let time = tag.image.pushed_at.map(|at| clock::short(at, &scope.zone));
                Cell::of(time.unwrap_or_default(), Meaning::Muted)
            },
            #[allow(clippy::cast_precision_loss, reason = "milliseconds since 1970 fit 53 bits")]
            sort: |tag, _| SortKey::number(tag.image.pushed_at.map(|at| at.0 as f64)),
        },
        Column {
            title: "SIZE",
            width: Width::Fixed(8),
            right: true,
            drop: 1,
            cell: |tag, _| tag.image.size.map_or_else(|| Cell::of("-", Meaning::Muted), |b| Cell::text(size(b))),
            #[allow(clippy::cast_precision_loss, reason = "only the order matters")]
            sort: |tag, _| SortKey::number(tag.image.size.map(|bytes| bytes as f64)),
        },
        Column {
            title: "FINDINGS",
            width: Width::Fixed(11),
            right: false,
            drop: 2,
            cell: findings,
            sort: |tag, _| SortKey::Number(f64::from(weight(tag))),
        },
        Column {
            title: "DIGEST",
            width: Width::Fixed(12),
            right: false,
            drop: 4,
            cell: |tag, _| Cell::of(short_digest(&tag.image.digest), Meaning::Muted),
            sort: |tag, _| SortKey::text(&tag.image.digest),
        },
    ]
}

/// Tasks that run it, by revision; else who wants it; a tag that was pushed again under running tasks is said.
fn running(tag: &Tag, scope: &Scope) -> Cell {
    let times = if scope.theme.ascii { 'x' } else { '×' };
    let runs: Vec<String> = tag.runs.iter().map(|run| format!("{} {times}{}", run.revision, run.tasks)).collect();
    let glyph = |status| scope.theme.glyph(status);
    let mut pieces = Vec::new();
    if !runs.is_empty() {
        pieces.push((format!("{} {}", glyph(Status::Running), runs.join(", ")), Meaning::Good));
    }
    match &tag.moved_from {
        Some(_) => pieces.push((format!("{} tag moved", glyph(Status::Warning)), Meaning::Warning)),
        None if runs.is_empty() && !tag.wanted_by.is_empty() => {
            let words = format!("{} {} wants it", glyph(Status::Progressing), tag.wanted_by.join(", "));
            pieces.push((words, Meaning::Busy));
        }
        None => {}
    }
    Cell(pieces)
}

fn findings(tag: &Tag, scope: &Scope) -> Cell {
    let count = |severity: &str| tag.image.findings.iter().find(|(s, _)| s == severity).map_or(0, |(_, n)| *n);
    let mut pieces: Vec<(String, Meaning)> = Vec::new();
    for (severity, letter, meaning) in SEVERITIES {
        match count(severity) {
            0 => {}
            n => pieces.push((format!("{}{n}{letter}", if pieces.is_empty() { "" } else { " " }), meaning)),
        }
    }
    match tag.image.scan_status.as_deref() {
        _ if !pieces.is_empty() => Cell(pieces),
        Some("COMPLETE" | "ACTIVE") => Cell::of(format!("{} none", scope.theme.glyph(Status::Ok)), Meaning::Good),
        Some(status) => Cell::of(format!("scan {}", crate::text::clean(status).to_lowercase()), Meaning::Muted),
        None => Cell::of("not scanned", Meaning::Muted),
    }
}

fn weight(tag: &Tag) -> u32 {
    let each = |(at, (severity, ..)): (usize, &(&str, char, Meaning))| {
        let count = tag.image.findings.iter().find(|(s, _)| s == severity).map_or(0, |(_, n)| *n).min(999);
        count.saturating_mul(1_000_u32.pow(u32::try_from(2_usize.saturating_sub(at)).unwrap_or(0)))
    };
    SEVERITIES.iter().enumerate().take(3).map(each).fold(0, u32::saturating_add)
}
