//! Errors of this run, newest first: what failed, AWS's own words, what to do. Nothing that failed is only a passing note.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::{Intent, PromptKind, Room, Screen, services};
use crate::action::Action;
use crate::effect::Effect;
use crate::keymap::Place;
use crate::model::{ApiProblem, ProblemKind};
use crate::poll::Want;
use crate::screens::text::{Text, TextLine};
use crate::state::Scope;
use crate::table::{Cell, Column, Row, SortKey, Table, Width};
use crate::text::clean;
use crate::theme::{Meaning, Status};
use crate::widgets::{clock, pane, table};

/// Rows of the strip below the list.
const STRIP: u16 = 6;

/// Errors of this run.
#[derive(Debug)]
pub struct Errors {
    table: Table,
}

impl Default for Errors {
    fn default() -> Self {
        Self { table: Table::sorted(0, true) }
    }
}

/// An error, with its place among equal ones: two may come in the same millisecond.
#[derive(Debug, Clone, Copy)]
struct ErrorRow<'a> {
    problem: &'a ApiProblem,
    ordinal: usize,
}

impl Row for ErrorRow<'_> {
    fn id(&self) -> String {
        let ApiProblem { at, call, code, message, .. } = self.problem;
        format!("{} {call} {code} {message} {}", at.0, self.ordinal)
    }

    fn status(&self) -> Status {
        match self.problem.kind {
            ProblemKind::Throttled | ProblemKind::Timeout | ProblemKind::ReadOnly => Status::Warning,
            _ => Status::Failed,
        }
    }
}

fn rows(scope: &Scope) -> Vec<ErrorRow<'_>> {
    let mut rows: Vec<ErrorRow<'_>> = Vec::with_capacity(scope.errors.len());
    for problem in &scope.errors {
        let same = rows.iter().rev().take_while(|row| row.problem.at == problem.at);
        let ordinal = same.filter(|row| row.problem == problem).count();
        rows.push(ErrorRow { problem, ordinal });
    }
    // Newest first also within one millisecond, for the sort by time is stable.
    rows.reverse();
    rows
}

fn columns<'a>() -> Vec<Column<ErrorRow<'a>>> {
    #[allow(clippy::cast_precision_loss, reason = "a sort key")]
    fn time(row: &ErrorRow<'_>, _: &Scope) -> SortKey {
        SortKey::Number(row.problem.at.0 as f64)
    }
    let column = |title, width, drop, cell, sort| Column { title, width, right: false, drop, cell, sort };
    vec![
        column(
            "TIME",
            Width::Fixed(8),
            0,
            |r, scope| Cell::of(clock::time(r.problem.at, &scope.zone), Meaning::Muted),
            time,
        ),
        column(
            "CALL",
            Width::Grow(26),
            0,
            |r, _| Cell::text(clean(&r.problem.call)),
            |r, _| SortKey::text(&r.problem.call),
        ),
        column("CODE", Width::Grow(14), 0, code, |r, _| SortKey::text(&r.problem.code)),
        column(
            "REQUEST ID",
            Width::Fixed(36),
            4,
            |r, _| optional(r.problem.request_id.as_deref()),
            |r, _| r.problem.request_id.as_deref().map_or(SortKey::Missing, SortKey::text),
        ),
        column(
            "MESSAGE",
            Width::Prose(18),
            0,
            |r, _| Cell::text(clean(&r.problem.message)),
            |r, _| SortKey::text(&r.problem.message),
        ),
        column(
            "HINT",
            Width::Prose(24),
            3,
            |r, _| optional(r.problem.hint.as_deref()),
            |r, _| r.problem.hint.as_deref().map_or(SortKey::Missing, SortKey::text),
        ),
    ]
}

fn code(row: &ErrorRow<'_>, scope: &Scope) -> Cell {
    let status = row.status();
    let code = if row.problem.code.is_empty() { format!("{:?}", row.problem.kind) } else { row.problem.code.clone() };
    let short = clean(&code);
    let short = short.strip_suffix("Exception").unwrap_or(&short);
    Cell::of(format!("{} {short}", scope.theme.glyph(status)), status.meaning())
}

fn optional(text: Option<&str>) -> Cell {
    text.map_or_else(|| Cell::of("-", Meaning::Muted), |text| Cell::text(clean(text)))
}

/// Everything about one error.
fn facts(problem: &ApiProblem) -> Vec<(&'static str, String, Meaning)> {
    let said = [problem.code.as_str(), problem.message.as_str()];
    let said: Vec<&str> = said.into_iter().filter(|text| !text.is_empty()).collect();
    let mut facts = vec![("error", clean(&said.join(": ")).into_owned(), Meaning::Text)];
    facts.extend(problem.hint.as_deref().map(|hint| ("do", clean(hint).into_owned(), Meaning::Accent)));
    facts.extend(problem.request_id.as_deref().map(|id| ("request", clean(id).into_owned(), Meaning::Muted)));
    facts
}

fn whole(problem: &ApiProblem, scope: &Scope) -> Text {
    let mut lines = vec![
        TextLine::pair("time", &clock::format(problem.at, &scope.zone, "%Y-%m-%d %H:%M:%S %Z")),
        TextLine::pair("call", &problem.call),
    ];
    lines.extend(facts(problem).into_iter().map(|(label, words, meaning)| TextLine::pair_of(label, &words, meaning)));
    Text::of_lines("error", lines)
}

fn page(scope: &Scope) -> usize {
    services::strip_page(scope.body_rows(), STRIP)
}

impl Room for Errors {
    fn places(&self) -> &'static [Place] {
        &[Place::List]
    }

    fn crumb(&self) -> String {
        "errors".to_owned()
    }

    fn wants(&self, _: &Scope) -> Vec<Want> {
        Vec::new()
    }

    fn update(&mut self, action: Action, scope: &Scope) -> Vec<Intent> {
        let rows = self.table.arrange(rows(scope), &columns(), scope);
        if action == Action::Filter {
            return vec![Intent::Prompt(PromptKind::Filter, self.table.filter.clone())];
        }
        if self.table.update(action, &rows, &columns(), page(scope)) {
            return Vec::new();
        }
        let Some(problem) = self.table.selection(&rows).map(|row| row.problem) else { return Vec::new() };
        match action {
            Action::Open | Action::Describe => vec![Intent::open(Screen::Text(whole(problem, scope)))],
            Action::CopyName => vec![Intent::Do(Effect::Copy(problem.line()))],
            Action::CopyArn => {
                let id = problem.request_id.clone();
                let none = || Intent::Say("this error came without a request id".to_owned());
                vec![id.map_or_else(none, |id| Intent::Do(Effect::Copy(id)))]
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
        let title = table::title("errors of this run", &self.table, rows.len(), total);
        let inside = pane::draw(scope, frame, area, &title, None);
        if rows.is_empty() {
            let words =
                if total == 0 { "No call has failed in this run." } else { "No error matches. esc clears the filter." };
            pane::empty(scope, frame, inside, &[(words.to_owned(), Meaning::Muted)]);
            return;
        }
        let (list, below) = services::split_strip(inside, STRIP);
        table::draw(scope, frame, list, &self.table, &columns(), &rows, false);
        if let Some(row) = self.table.selection(&rows) {
            services::draw_strip(scope, frame, below, &clean(&row.problem.call), &facts(row.problem));
        }
    }
}
