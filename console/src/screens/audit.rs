//! Every change made from this console, newest first: the audit file's last lines and those of this run.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::{Intent, PromptKind, Room, Screen, services};
use crate::action::Action;
use crate::effect::{Effect, Request};
use crate::event::AuditEntry;
use crate::keymap::Place;
use crate::poll::Want;
use crate::screens::text::{Text, TextLine};
use crate::state::Scope;
use crate::table::{Cell, Column, Row, SortKey, Table, Width};
use crate::text::clean;
use crate::theme::{Meaning, Status};
use crate::widgets::{pane, table};

/// Rows of the strip below the list.
const STRIP: u16 = 5;

/// Every change made from this console.
#[derive(Debug)]
pub struct Audit {
    table: Table,
}

impl Default for Audit {
    fn default() -> Self {
        Self { table: Table::sorted(0, true) }
    }
}

/// A line of the audit file, with its place among equal ones.
#[derive(Debug, Clone, Copy)]
struct AuditRow<'a> {
    entry: &'a AuditEntry,
    ordinal: usize,
}

impl Row for AuditRow<'_> {
    fn id(&self) -> String {
        let AuditEntry { time, call, object, result, .. } = self.entry;
        format!("{time} {call} {object} {result} {}", self.ordinal)
    }

    fn status(&self) -> Status {
        match self.entry.result.as_str() {
            "ok" => Status::Ok,
            "begun" => Status::Progressing,
            _ => Status::Failed,
        }
    }
}

/// The file's lines, then those of this run that it did not hold when it was read; newest first.
fn rows(scope: &Scope) -> Vec<AuditRow<'_>> {
    let file = scope.facts.audit.value.as_deref().unwrap_or_default();
    let is_new = |entry: &&AuditEntry| !file.contains(entry);
    let mut rows: Vec<AuditRow<'_>> = Vec::new();
    for entry in file.iter().chain(scope.audit.iter().filter(is_new)) {
        let same = rows.iter().rev().take_while(|row| row.entry.time == entry.time);
        let ordinal = same.filter(|row| row.entry == entry).count();
        rows.push(AuditRow { entry, ordinal });
    }
    rows.reverse();
    rows
}

fn columns<'a>() -> Vec<Column<AuditRow<'a>>> {
    let column = |title, width, drop, cell, sort| Column { title, width, right: false, drop, cell, sort };
    vec![
        column(
            "TIME",
            Width::Fixed(20),
            0,
            |r: &AuditRow<'_>, _| Cell::of(clean(&r.entry.time), Meaning::Muted),
            |r, _| SortKey::text(&r.entry.time),
        ),
        column(
            "CALL",
            Width::Fixed(22),
            0,
            |r, _| Cell::text(clean(r.entry.call.trim_start_matches("ecs:"))),
            |r, _| SortKey::text(&r.entry.call),
        ),
        column(
            "OBJECT",
            Width::Grow(14),
            0,
            |r, _| Cell::text(clean(&r.entry.object)),
            |r, _| SortKey::text(&r.entry.object),
        ),
        column("RESULT", Width::Prose(12), 0, result, |r, _| SortKey::text(&r.entry.result)),
        column(
            "PARAMETERS",
            Width::Prose(24),
            2,
            |r, _| Cell::text(clean(&r.entry.parameters)),
            |r, _| SortKey::text(&r.entry.parameters),
        ),
        column(
            "WHO",
            Width::Grow(14),
            3,
            |r, _| Cell::text(clean(&r.entry.identity)),
            |r, _| SortKey::text(&r.entry.identity),
        ),
    ]
}

fn result(row: &AuditRow<'_>, scope: &Scope) -> Cell {
    let status = row.status();
    Cell::of(format!("{} {}", scope.theme.glyph(status), clean(&row.entry.result)), status.meaning())
}

fn facts(entry: &AuditEntry) -> Vec<(&'static str, String, Meaning)> {
    let who = format!("{} in {} {}", entry.identity, entry.account, entry.region);
    let mut facts = vec![
        ("sent", clean(&entry.parameters).into_owned(), Meaning::Text),
        ("who", clean(&who).into_owned(), Meaning::Text),
    ];
    facts.push(("result", clean(&entry.result).into_owned(), Meaning::Text));
    facts.extend(entry.request_id.as_deref().map(|id| ("request", clean(id).into_owned(), Meaning::Muted)));
    facts
}

fn whole(entry: &AuditEntry) -> Text {
    let mut lines = vec![
        TextLine::pair("time", &entry.time),
        TextLine::pair("call", &entry.call),
        TextLine::pair("object", &entry.object),
    ];
    lines.extend(facts(entry).into_iter().map(|(label, words, meaning)| TextLine::pair_of(label, &words, meaning)));
    Text::of_lines("audit entry", lines)
}

impl Room for Audit {
    fn places(&self) -> &'static [Place] {
        &[Place::List]
    }

    fn crumb(&self) -> String {
        "audit".to_owned()
    }

    fn wants(&self, _: &Scope) -> Vec<Want> {
        vec![Want::once(Request::Audit)]
    }

    fn update(&mut self, action: Action, scope: &Scope) -> Vec<Intent> {
        let rows = self.table.arrange(rows(scope), &columns(), scope);
        if action == Action::Filter {
            return vec![Intent::Prompt(PromptKind::Filter, self.table.filter.clone())];
        }
        let page = services::strip_page(scope.body_rows(), STRIP);
        if self.table.update(action, &rows, &columns(), page) {
            return Vec::new();
        }
        let Some(entry) = self.table.selection(&rows).map(|row| row.entry) else { return Vec::new() };
        match action {
            Action::Open | Action::Describe => vec![Intent::open(Screen::Text(whole(entry)))],
            Action::CopyName => {
                let words = [&entry.time, &entry.call, &entry.object, &entry.parameters, &entry.result];
                let words: Vec<&str> = words.into_iter().map(String::as_str).collect();
                vec![Intent::Do(Effect::Copy(words.join(" ")))]
            }
            _ => Vec::new(),
        }
    }

    fn prompted(&mut self, _: PromptKind, text: &str, _: bool, _: &Scope) -> Vec<Intent> {
        text.clone_into(&mut self.table.filter);
        Vec::new()
    }

    fn clear(&mut self) -> bool {
        !std::mem::take(&mut self.table.filter).is_empty()
    }

    fn view(&self, scope: &Scope, frame: &mut Frame, area: Rect) {
        let all = rows(scope);
        let total = all.len();
        let rows = self.table.arrange(all, &columns(), scope);
        let title = table::title("changes made from here", &self.table, rows.len(), total);
        let inside = pane::draw(scope, frame, area, &title, None);
        if rows.is_empty() {
            let lines = match total {
                0 => pane::explain(Some(&scope.facts.audit), "Nothing has been changed from this console."),
                _ => vec![("No change matches. esc clears the filter.".to_owned(), Meaning::Muted)],
            };
            pane::empty(scope, frame, inside, &lines);
            return;
        }
        let (list, below) = services::split_strip(inside, STRIP);
        table::draw(scope, frame, list, &self.table, &columns(), &rows, false);
        if let Some(row) = self.table.selection(&rows) {
            let title = format!("{} {}", clean(&row.entry.call), clean(&row.entry.object));
            services::draw_strip(scope, frame, below, &title, &facts(row.entry));
        }
    }
}
