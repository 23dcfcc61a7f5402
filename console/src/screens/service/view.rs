//! Draws one service: summary, tabs, and the tab in front with the lines that explain its selected row.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::{CONFIGURATION, DEPLOYMENTS, EVENTS, ServiceScreen, TASKS, deployments, events, summary, tasks};
use crate::model::{Fetched, ServiceId};
use crate::screens::services::{draw_strip, split_strip, strip_page};
use crate::screens::text::{TextLine, Window, inset};
use crate::state::Scope;
use crate::table::{Column, Row, Table};
use crate::text::clean;
use crate::theme::Meaning;
use crate::widgets::{pane, table, words};

/// Rows of the strip below a list, its rule included.
const STRIP: u16 = 6;
/// Rows of summary and tabs.
const HEAD: u16 = 4;
/// Rows of a body below which the summary shrinks to one line.
const LEAST_BODY: usize = 14;

/// Rows that summary and tabs take.
fn head(rows: usize) -> u16 {
    if rows >= LEAST_BODY { HEAD } else { 2 }
}

/// Rows of a list on this screen.
pub(super) fn page(scope: &Scope) -> usize {
    let rows = scope.body_rows();
    strip_page(rows.saturating_sub(usize::from(head(rows))), STRIP)
}

/// Columns and rows of the configuration's text.
pub(super) fn text_window(scope: &Scope) -> Window {
    let rows = scope.body_rows();
    (usize::from(scope.size.0.saturating_sub(4)), rows.saturating_sub(usize::from(head(rows))))
}

/// The lines of the configuration tab.
pub(super) fn configuration(id: &ServiceId, scope: &Scope) -> Vec<TextLine> {
    match scope.facts.service(id) {
        Some(service) => super::describe(service, scope),
        None => pane::explain(scope.facts.services.get(&id.cluster), "There is no such service.")
            .into_iter()
            .map(|(words, meaning)| TextLine::of(&words, meaning))
            .collect(),
    }
}

/// Draws everything.
pub(super) fn draw(screen: &ServiceScreen, scope: &Scope, frame: &mut Frame, area: Rect) {
    let inside = pane::draw(scope, frame, area, &title(screen, scope), freshness(screen, scope));
    let taken = head(usize::from(inside.height)).min(inside.height);
    summary::draw(scope, &screen.service, frame, Rect { height: taken.saturating_sub(1), ..inside });
    let bar = Rect { y: inside.y + taken.saturating_sub(1), height: taken.min(1), ..inside };
    frame.render_widget(tabs(screen, scope), bar);
    let body = Rect { y: inside.y + taken, height: inside.height - taken, ..inside };
    match screen.tab {
        TASKS => draw_tasks(screen, scope, frame, body),
        DEPLOYMENTS => draw_deployments(screen, scope, frame, body),
        EVENTS => draw_events(screen, scope, frame, body),
        _ => screen.reader.view(scope, frame, inset(body), &configuration(&screen.service, scope)),
    }
}

fn freshness(screen: &ServiceScreen, scope: &Scope) -> Option<Span<'static>> {
    let (id, refresh) = (&screen.service, scope.config.refresh);
    match screen.tab {
        TASKS => scope.facts.tasks.get(id).and_then(|held| pane::freshness(held, scope, refresh)),
        DEPLOYMENTS => scope.facts.deployments.get(id).and_then(|held| pane::freshness(held, scope, refresh)),
        _ => scope.facts.rows.get(id).and_then(|held| pane::freshness(held, scope, refresh)),
    }
}

fn title(screen: &ServiceScreen, scope: &Scope) -> String {
    let name = clean(&screen.service.service);
    let id = &screen.service;
    let of = |noun: &str, table: &Table, shown: usize, total: usize| {
        format!("{name}: {}", table::title(noun, table, shown, total))
    };
    match screen.tab {
        TASKS => {
            let rows = tasks::rows(id, screen.shown, scope);
            let total = rows.len();
            let shown = screen.tasks.arrange(rows, &tasks::columns(), scope).len();
            of(screen.shown.noun(), &screen.tasks, shown, total)
        }
        DEPLOYMENTS => {
            let rows = deployments::rows(id, scope);
            let total = rows.len();
            let shown = screen.deployments.arrange(rows, &deployments::columns(), scope).len();
            of("deployments", &screen.deployments, shown, total)
        }
        EVENTS => {
            let rows = events::rows(id, scope);
            let total = rows.len();
            let shown = screen.events.arrange(rows, &events::columns(scope), scope).len();
            of("events", &screen.events, shown, total)
        }
        _ => {
            let place = screen.reader.place(&configuration(id, scope), text_window(scope));
            format!("{name}: configuration {place}")
        }
    }
}

fn tabs(screen: &ServiceScreen, scope: &Scope) -> Line<'static> {
    let names = [(TASKS, "tasks"), (DEPLOYMENTS, "deployments"), (EVENTS, "events"), (CONFIGURATION, "configuration")];
    let mut spans = Vec::new();
    for (tab, name) in names {
        let meaning = if tab == screen.tab { Meaning::Selected } else { Meaning::Muted };
        spans.push(Span::raw(" "));
        spans.push(Span::styled(format!(" {tab} {name} "), scope.theme.style(meaning)));
    }
    let used: usize = spans.iter().map(|span| words::width(&span.content)).sum();
    let bar = if scope.theme.ascii { "-" } else { "─" };
    let rest = usize::from(scope.size.0).saturating_sub(used + 3);
    spans.push(Span::styled(format!(" {}", bar.repeat(rest)), scope.theme.style(Meaning::Border)));
    Line::from(spans)
}

fn draw_tasks(screen: &ServiceScreen, scope: &Scope, frame: &mut Frame, area: Rect) {
    let held = scope.facts.tasks.get(&screen.service);
    let rows = tasks::rows(&screen.service, screen.shown, scope);
    let empty = match screen.shown {
        tasks::Shown::Stopped => "No stopped task is known. x shows the others.",
        tasks::Shown::Running => "No task runs. x shows the stopped ones, e the events.",
        tasks::Shown::All => "No task runs and none has stopped lately. e shows the events.",
    };
    let columns = tasks::columns();
    draw_list(scope, frame, area, (&screen.tasks, &columns, rows), held, empty, |row| {
        (format!("task {}", clean(&row.task.id)), tasks::facts(row, scope))
    });
}

fn draw_deployments(screen: &ServiceScreen, scope: &Scope, frame: &mut Frame, area: Rect) {
    let held = scope.facts.deployments.get(&screen.service);
    let rows = deployments::rows(&screen.service, scope);
    let columns = deployments::columns();
    let empty = "ECS remembers no deployment of this service.";
    draw_list(scope, frame, area, (&screen.deployments, &columns, rows), held, empty, |row| {
        let id = row.deployment.arn.rsplit('/').next().unwrap_or_default();
        (format!("deployment {}", clean(id)), deployments::facts(row))
    });
}

fn draw_events(screen: &ServiceScreen, scope: &Scope, frame: &mut Frame, area: Rect) {
    let held = scope.facts.rows.get(&screen.service);
    let rows = events::rows(&screen.service, scope);
    let columns = events::columns(scope);
    let empty = "ECS has said nothing about this service.";
    draw_list(scope, frame, area, (&screen.events, &columns, rows), held, empty, |row| {
        (crate::widgets::clock::time_with_zone(row.0.at, &scope.zone), events::facts(row))
    });
}

type Facts = Vec<(&'static str, String, Meaning)>;

/// Draws a list with the strip of its selected row, or why there is none.
fn draw_list<R: Row, T>(
    scope: &Scope,
    frame: &mut Frame,
    area: Rect,
    (table, columns, rows): (&Table, &[Column<R>], Vec<R>),
    held: Option<&Fetched<T>>,
    empty: &str,
    facts: impl Fn(&R) -> (String, Facts),
) {
    let total = rows.len();
    let rows = table.arrange(rows, columns, scope);
    if rows.is_empty() {
        let lines = match total {
            0 => pane::explain(held, empty),
            _ => vec![("Nothing matches. esc clears the filter.".to_owned(), Meaning::Muted)],
        };
        pane::empty(scope, frame, area, &lines);
        return;
    }
    let (list, below) = split_strip(area, STRIP);
    let doubtful = held.is_some_and(|held| pane::is_doubtful(held, scope, scope.config.refresh));
    table::draw(scope, frame, list, table, columns, &rows, doubtful);
    if let Some(row) = table.selection(&rows) {
        let (title, facts) = facts(row);
        draw_strip(scope, frame, below, &title, &facts);
    }
}
