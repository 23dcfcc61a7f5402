//! One alarm in full: its condition, value, reason, chart and history.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::model::time::MINUTE;
use crate::model::{Alarm, AlarmHistoryItem};
use crate::state::Scope;
use crate::table::{Cell, Column, Row, SortKey, Width};
use crate::text::clean;
use crate::theme::{Meaning, Status};
use crate::widgets::chart::{self, Chart};
use crate::widgets::{clock, pane, table, words};

use super::{Metrics, alarms, draw as layout, panels, state_status};

/// Rows that the chart has at least.
const LOWEST_CHART: u16 = 6;

/// One line of an alarm's history.
#[derive(Debug, Clone)]
pub(super) struct HistoryRow {
    pub item: AlarmHistoryItem,
}

impl Row for HistoryRow {
    fn id(&self) -> String {
        format!("{} {} {}", self.item.at.0, self.item.kind, self.item.summary)
    }

    fn status(&self) -> Status {
        Status::Unknown
    }
}

/// The history that is known of an alarm, newest first.
pub(super) fn history(scope: &Scope, name: &str) -> Vec<HistoryRow> {
    let held = scope.facts.alarm_history.get(name).and_then(|held| held.value.as_ref());
    held.into_iter().flatten().map(|item| HistoryRow { item: item.clone() }).collect()
}

/// Columns of the history.
pub(super) fn columns() -> Vec<Column<HistoryRow>> {
    vec![
        Column {
            title: "TIME",
            width: Width::Fixed(19),
            right: false,
            drop: 0,
            cell: |row, scope| Cell::text(clock::date_time(row.item.at, &scope.zone)),
            #[allow(clippy::cast_precision_loss, reason = "milliseconds of this century fit")]
            sort: |row, _| SortKey::Number(row.item.at.0 as f64),
        },
        Column {
            title: "KIND",
            width: Width::Fixed(19),
            right: false,
            drop: 1,
            cell: |row, _| Cell::of(clean(&row.item.kind), Meaning::Muted),
            sort: |row, _| SortKey::text(&row.item.kind),
        },
        Column {
            title: "WHAT",
            width: Width::Grow(30),
            right: false,
            drop: 0,
            cell: |row, _| Cell::of(clean(&row.item.summary), meaning(&row.item.summary)),
            sort: |row, _| SortKey::text(&row.item.summary),
        },
    ]
}

/// A change is coloured by the state it led to: "Alarm updated from OK to ALARM".
fn meaning(summary: &str) -> Meaning {
    let after = summary.rsplit(" to ").next().unwrap_or_default().trim_end_matches('.');
    match after {
        "ALARM" | "In alarm" => Meaning::Danger,
        "OK" => Meaning::Good,
        _ => Meaning::Text,
    }
}

/// Draws the alarm.
pub(super) fn draw(metrics: &Metrics, name: &str, scope: &Scope, frame: &mut Frame, area: Rect) {
    let held = &scope.facts.alarms;
    let note = pane::freshness(held, scope, Metrics::alarms_every(scope));
    let inside = pane::draw(scope, frame, area, &format!("alarm {}", clean(name)), note);
    let Some(alarm) = metrics.alarm(scope) else {
        let gone = "This alarm does not exist any more.";
        pane::empty(scope, frame, inside, &pane::explain(Some(held), gone));
        return;
    };
    let facts = facts(metrics, alarm, scope, usize::from(inside.width).saturating_sub(2));
    let lines = u16::try_from(facts.len()).unwrap_or(u16::MAX);
    let panel = panel(metrics, alarm, scope);
    let spare = inside.height.saturating_sub(lines);
    let chart_rows = if panel.is_some() && spare >= LOWEST_CHART + 4 { (spare / 2).max(LOWEST_CHART) } else { 0 };
    let [top, middle, bottom] = Layout::vertical([
        Constraint::Length(lines.min(inside.height.saturating_sub(3))),
        Constraint::Length(chart_rows),
        Constraint::Min(3),
    ])
    .areas(inside);
    frame.render_widget(Paragraph::new(facts), Rect { x: top.x + 1, width: top.width.saturating_sub(2), ..top });
    if let Some(panel) = panel {
        draw_chart(metrics, &panel, scope, frame, middle);
    }
    draw_history(metrics, name, scope, frame, bottom);
}

fn panel(metrics: &Metrics, alarm: &Alarm, scope: &Scope) -> Option<panels::Panel> {
    let held = metrics.held(scope)?;
    panels::panel_of(alarm, held.value.as_ref()?, held.at?)
}

fn draw_chart(metrics: &Metrics, panel: &panels::Panel, scope: &Scope, frame: &mut Frame, area: Rect) {
    let window = metrics.window(scope);
    let deploys = metrics.service.as_ref().map(|id| panels::deploys(scope, id, window)).unwrap_or_default();
    let markers: Vec<_> = deploys.iter().map(|deploy| deploy.marker).collect();
    let chart = Chart {
        title: panel.title,
        unit: panel.unit,
        curves: panel.curves(),
        window,
        thresholds: &panel.thresholds,
        markers: &markers,
        cursor: metrics.cursor,
        doubtful: metrics.held(scope).is_some_and(|held| pane::is_doubtful(held, scope, metrics.every(scope))),
    };
    chart::draw(scope, frame, area, &chart);
}

fn draw_history(metrics: &Metrics, name: &str, scope: &Scope, frame: &mut Frame, area: Rect) {
    let held = scope.facts.alarm_history.get(name);
    let rows = metrics.table.arrange(history(scope, name), &columns(), scope);
    let title =
        table::title("history", &metrics.table, rows.len(), held.and_then(|h| h.value.as_ref()).map_or(0, Vec::len));
    let note = held.and_then(|held| pane::freshness(held, scope, MINUTE));
    layout::rule(scope, frame, area, (&title, Meaning::Title), note);
    let below = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    if rows.is_empty() {
        let lines = pane::explain(held, "Nothing has been recorded; AWS keeps 30 days.");
        pane::empty(scope, frame, below, &lines);
        return;
    }
    let doubtful = held.is_some_and(|held| pane::is_doubtful(held, scope, MINUTE));
    table::draw(scope, frame, below, &metrics.table, &columns(), &rows, doubtful);
}

/// What there is to say, label and words, wrapped.
fn facts(metrics: &Metrics, alarm: &Alarm, scope: &Scope, cells: usize) -> Vec<Line<'static>> {
    const LABEL: usize = 11;
    let theme = scope.theme;
    let mut lines = vec![state_line(alarm, scope)];
    let mut add = |label: &str, text: &str, meaning: Meaning| {
        let text = clean(text);
        for (index, line) in words::wrap(&text, cells.saturating_sub(LABEL)).into_iter().take(4).enumerate() {
            let label = if index == 0 { label } else { "" };
            let label = Span::styled(format!("{label:<LABEL$}"), theme.style(Meaning::Muted));
            lines.push(Line::from(vec![label, Span::styled(line, theme.style(meaning))]));
        }
    };
    match &alarm.rule {
        Some(rule) => add("rule", rule, Meaning::Text),
        None => add("alarm if", &condition(alarm, theme.ascii), Meaning::Text),
    }
    if let Some(value) = alarms::value_now(alarm, scope) {
        let ringing = alarm.state == crate::model::AlarmState::Alarm;
        let meaning = if ringing { Meaning::Danger } else { Meaning::Text };
        add("now", &alarms::unit(alarm).words(value), meaning);
    }
    add("reason", &alarm.reason, Meaning::Text);
    if !alarm.dimensions.is_empty() {
        let dimensions: Vec<String> = alarm.dimensions.iter().map(|(name, value)| format!("{name}={value}")).collect();
        add(
            "watches",
            &format!("{} {}", alarm.namespace.as_deref().unwrap_or(""), dimensions.join(" ")),
            Meaning::Text,
        );
    }
    if let Some(words) = &alarm.description {
        add("says", words, Meaning::Text);
    }
    if let Some(words) = guards(metrics, alarm, scope) {
        add("deploys", &words, Meaning::Busy);
    }
    if !alarm.actions_enabled {
        add("actions", "switched off: the state changes, nobody is told", Meaning::Warning);
    }
    lines.extend(alarms::children(alarm).iter().take(8).map(|child| child_line(child, scope)));
    lines
}

fn state_line(alarm: &Alarm, scope: &Scope) -> Line<'static> {
    let theme = scope.theme;
    let (status, _) = state_status(alarm.state);
    let word = alarms::state_cell(alarm.state, scope).plain();
    let since =
        alarm.since.map(|at| format!("  since {} ({})", clock::date_time(at, &scope.zone), scope.now.since(at)));
    Line::from(vec![
        Span::styled(word, theme.style(status.meaning())),
        Span::styled(since.unwrap_or_default(), theme.style(Meaning::Muted)),
    ])
}

/// `CPUUtilization Average > 80% in 3 of 3 periods of 60s; missing data: notBreaching`
fn condition(alarm: &Alarm, ascii: bool) -> String {
    let metric = alarm.metric.as_deref().unwrap_or("metric expression");
    let statistic = alarm.statistic.as_deref().unwrap_or("");
    let of = alarm.evaluation_periods.unwrap_or(1);
    let must = alarm.datapoints_to_alarm.unwrap_or(of);
    let mut words = format!("{metric} {statistic} {} in {must} of {of} periods", alarms::condition(alarm, ascii));
    if let Some(period) = alarm.period {
        words.push_str(&format!(" of {period}s"));
    }
    if let Some(missing) = &alarm.treat_missing {
        words.push_str(&format!("; missing data: {missing}"));
    }
    words
}

fn guards(metrics: &Metrics, alarm: &Alarm, scope: &Scope) -> Option<String> {
    let service = scope.facts.service(metrics.service.as_ref()?)?;
    let configuration = &service.deployment_configuration;
    configuration.alarms.contains(&alarm.name).then(|| {
        let then = if configuration.alarm_rollback { "and rolls them back" } else { "and fails them" };
        format!("guards deployments of {} {then}", service.id.service)
    })
}

fn child_line(name: &str, scope: &Scope) -> Line<'static> {
    let theme = scope.theme;
    let found = scope.facts.alarms.value.iter().flatten().find(|alarm| alarm.name == name);
    let (word, meaning) = match found {
        Some(alarm) => (alarms::state_cell(alarm.state, scope).plain(), state_status(alarm.state).0.meaning()),
        None => ("not found".to_owned(), Meaning::Warning),
    };
    let branch = if theme.ascii { "  `- " } else { "  └ " };
    Line::from(vec![
        Span::styled(branch, theme.style(Meaning::Muted)),
        Span::styled(format!("{word:<10}"), theme.style(meaning)),
        Span::styled(clean(name).into_owned(), theme.style(Meaning::Text)),
    ])
}
