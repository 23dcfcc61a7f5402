//! Lays out and draws charts above alarms, and the table of alarms.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};

use crate::model::AlarmState;
use crate::model::time::{DAY, HOUR, MINUTE};
use crate::state::Scope;
use crate::text::clean;
use crate::theme::Meaning;
use crate::widgets::chart::{self, Chart, MARGIN};
use crate::widgets::{clock, pane, table, words};

use super::panels::{Deploy, Panel};
use super::{Metrics, Mode, alarms as rows_of_alarms, panels};

/// Rows of the smallest chart that can be read: legend, five rows of plot, times.
const LOWEST_CHART: u16 = 7;
/// Rows of alarms below the charts, heading and rule included, where there is room for no more.
const FEWEST_ALARM_ROWS: u16 = 5;

/// Charts across, charts down, rows for the alarms.
struct Grid {
    across: u16,
    down: u16,
    alarm_rows: u16,
}

/// Shares out the inside of the pane.
fn grid(width: u16, height: u16, charts: usize, alarms: usize) -> Grid {
    let charts = u16::try_from(charts.max(1)).unwrap_or(u16::MAX);
    let across = match width {
        0..72 => 1,
        72..140 => 2,
        _ => 3,
    };
    let across = across.min(charts);
    // The line on top, the line of deploys.
    let room = height.saturating_sub(2);
    let alarms = u16::try_from(alarms).unwrap_or(u16::MAX).saturating_add(2);
    let most_for_alarms = (room / 3).max(FEWEST_ALARM_ROWS);
    let alarm_rows = alarms.clamp(3, most_for_alarms).min(room);
    let down = ((room - alarm_rows) / LOWEST_CHART).clamp(1, charts.div_ceil(across));
    Grid { across, down, alarm_rows }
}

/// Inside of the body's border: width and height.
fn inside(scope: &Scope) -> (u16, u16) {
    (scope.size.0.saturating_sub(2), u16::try_from(scope.body_rows()).unwrap_or(u16::MAX))
}

fn grid_of(metrics: &Metrics, scope: &Scope) -> (Grid, usize) {
    let (width, height) = inside(scope);
    let charts = match metrics.held(scope).and_then(|held| held.value.as_ref().zip(held.at)) {
        Some((values, at)) => panels::panels(values, at, &[]).len().max(1),
        None => panels::expected(scope, metrics.service.as_ref()),
    };
    (grid(width, height, charts, metrics.rows(scope).len()), charts)
}

/// How many pages the charts make at this size.
pub(super) fn pages(metrics: &Metrics, scope: &Scope) -> usize {
    let (grid, charts) = grid_of(metrics, scope);
    charts.div_ceil(usize::from(grid.across * grid.down).max(1))
}

/// Cells across one plot at this size.
pub(super) fn plot_cells(metrics: &Metrics, scope: &Scope) -> u16 {
    let (width, _) = inside(scope);
    let across = if metrics.mode == Mode::Charts { grid_of(metrics, scope).0.across } else { 1 };
    (width / across).saturating_sub(MARGIN + 1).max(1)
}

/// Alarms in view at once.
pub(super) fn alarm_page(metrics: &Metrics, scope: &Scope) -> usize {
    match metrics.shows_charts() {
        true => usize::from(grid_of(metrics, scope).0.alarm_rows.saturating_sub(2)),
        false => scope.body_rows().saturating_sub(1),
    }
}

/// The table of alarms.
pub(super) fn alarms(metrics: &Metrics, scope: &Scope, frame: &mut Frame, area: Rect) {
    let held = &scope.facts.alarms;
    let every = Metrics::alarms_every(scope);
    let total = rows_of_alarms::rows(scope, metrics.service.as_ref()).len();
    let rows = metrics.rows(scope);
    let noun = match &metrics.service {
        Some(service) => format!("alarms of {}", clean(&service.service)),
        None => "alarms".to_owned(),
    };
    let title = table::title(&noun, &metrics.table, rows.len(), total);
    let area = pane::draw(scope, frame, area, &title, pane::freshness(held, scope, every));
    if rows.is_empty() {
        pane::empty(scope, frame, area, &pane::explain(Some(held), &no_alarms(metrics, total)));
        return;
    }
    let columns = rows_of_alarms::columns(metrics.service.is_some());
    table::draw(scope, frame, area, &metrics.table, &columns, &rows, pane::is_doubtful(held, scope, every));
}

fn no_alarms(metrics: &Metrics, total: usize) -> String {
    match (&metrics.service, total) {
        (_, 1..) => "No alarm matches.".to_owned(),
        (None, 0) => "There are no alarms in this Region.".to_owned(),
        (Some(service), 0) => format!(
            "No alarm watches {}: none has its ClusterName and ServiceName or its target group as dimensions, none \
             guards its deployments.",
            clean(&service.service)
        ),
    }
}

/// Charts above alarms.
pub(super) fn charts(metrics: &Metrics, scope: &Scope, frame: &mut Frame, area: Rect) {
    let (grid, count) = grid_of(metrics, scope);
    let held = metrics.held(scope);
    let name = metrics.service.as_ref().map(|id| clean(&id.service).into_owned()).unwrap_or_default();
    let note = match &metrics.frozen {
        Some(_) => Some(Span::styled("FROZEN, space goes on", scope.theme.style(Meaning::Warning))),
        None => held.and_then(|held| pane::freshness(held, scope, metrics.every(scope))),
    };
    let area = pane::draw(scope, frame, area, &format!("metrics of {name}"), note);
    let window = metrics.window(scope);
    let deploys = metrics.service.as_ref().map(|id| panels::deploys(scope, id, window)).unwrap_or_default();
    let deploy_rows = u16::from(!deploys.is_empty());
    let [top, middle, below, bottom] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Min(3),
        Constraint::Length(deploy_rows),
        Constraint::Length(grid.alarm_rows),
    ])
    .areas(area);
    let per_page = usize::from(grid.across * grid.down).max(1);
    let page = page(metrics.page, count.div_ceil(per_page));
    frame.render_widget(headline(metrics, scope, (page, per_page, count), usize::from(top.width)), top);
    frame.render_widget(deploy_line(scope, &deploys, usize::from(below.width)), below);
    match held.and_then(|held| held.value.as_ref().zip(held.at)) {
        Some((values, at)) => {
            let panels = panels::panels(values, at, &panels::watching(scope, metrics.service.as_ref()));
            let shown: Vec<&Panel> = panels.iter().skip(page * per_page).take(per_page).collect();
            let doubtful = held
                .is_some_and(|held| metrics.frozen.is_none() && pane::is_doubtful(held, scope, metrics.every(scope)));
            tiles(metrics, scope, frame, middle, (&grid, &shown, &deploys, doubtful));
        }
        None => {
            let lines = pane::explain(held, "CloudWatch has no metrics of this service.");
            pane::empty(scope, frame, middle, &lines);
        }
    }
    alarm_list(metrics, scope, frame, bottom);
}

fn page(wanted: usize, pages: usize) -> usize {
    // Going back from the first page leads to the last: the counter wraps round at zero.
    let pages = pages.max(1);
    if wanted > usize::MAX / 2 { pages - 1 - (usize::MAX - wanted) % pages } else { wanted % pages }
}

type Tiles<'a> = (&'a Grid, &'a [&'a Panel], &'a [Deploy], bool);

fn tiles(metrics: &Metrics, scope: &Scope, frame: &mut Frame, area: Rect, (grid, shown, deploys, doubtful): Tiles<'_>) {
    let markers: Vec<_> = deploys.iter().map(|deploy| deploy.marker).collect();
    let down = u16::try_from(shown.len()).unwrap_or(u16::MAX).div_ceil(grid.across).max(1);
    let rows = Layout::vertical(vec![Constraint::Fill(1); usize::from(down)]).split(area);
    for (row, panels) in rows.iter().zip(shown.chunks(usize::from(grid.across))) {
        let cells = Layout::horizontal(vec![Constraint::Fill(1); usize::from(grid.across)]).spacing(1).split(*row);
        for (cell, panel) in cells.iter().zip(panels) {
            let chart = Chart {
                title: panel.title,
                unit: panel.unit,
                curves: panel.curves(),
                window: metrics.window(scope),
                thresholds: &panel.thresholds,
                markers: &markers,
                cursor: metrics.cursor,
                doubtful,
            };
            chart::draw(scope, frame, *cell, &chart);
        }
    }
}

/// The window, the crosshair, which charts these are.
fn headline(
    metrics: &Metrics,
    scope: &Scope,
    (page, per_page, count): (usize, usize, usize),
    room: usize,
) -> Line<'static> {
    let theme = scope.theme;
    let window = metrics.window(scope);
    let span = format!(" last {} ", zoom_words(metrics.minutes()));
    let mut spans = vec![Span::styled(span, theme.style(Meaning::Badge))];
    let times = format!(" until {}", clock::time_with_zone(window.until, &scope.zone));
    spans.push(Span::styled(times, theme.style(Meaning::Muted)));
    if let Some(at) = metrics.cursor {
        let pattern = if window.length() > DAY { "%b %d %H:%M" } else { "%H:%M:%S" };
        let words = format!("  crosshair {}", clock::format(at, &scope.zone, pattern));
        spans.push(Span::styled(words, theme.style(Meaning::Title)));
        spans.push(Span::styled(format!(" ({} ago)", scope.now.since(at)), theme.style(Meaning::Muted)));
    }
    let pages = count.div_ceil(per_page);
    if pages > 1 {
        let words = format!("tab: charts {}/{pages}", page + 1);
        let used: usize = spans.iter().map(Span::width).sum();
        let blank = room.saturating_sub(used + words::width(&words) + 1);
        spans.push(Span::raw(" ".repeat(blank)));
        spans.push(Span::styled(words, theme.style(Meaning::Accent)));
    }
    Line::from(spans)
}

fn zoom_words(minutes: u32) -> String {
    let milliseconds = i64::from(minutes) * MINUTE;
    match milliseconds {
        DAY.. => format!("{}d", milliseconds / DAY),
        HOUR.. => format!("{}h", milliseconds / HOUR),
        _ => format!("{minutes}m"),
    }
}

fn deploy_line(scope: &Scope, deploys: &[Deploy], room: usize) -> Line<'static> {
    let theme = scope.theme;
    let sign = if theme.ascii { "^" } else { "▲" };
    let mut spans = vec![Span::raw(" ")];
    let mut left = room.saturating_sub(1);
    for deploy in deploys {
        let today = scope.now.since(deploy.marker.at).0 < DAY / 2;
        let time = clock::format(deploy.marker.at, &scope.zone, if today { "%H:%M" } else { "%b %d %H:%M" });
        let words = format!("{sign} {time} {}  ", deploy.words);
        if words::width(&words) > left {
            break;
        }
        left -= words::width(&words);
        spans.push(Span::styled(words, theme.style(deploy.marker.meaning)));
    }
    Line::from(spans)
}

fn alarm_list(metrics: &Metrics, scope: &Scope, frame: &mut Frame, area: Rect) {
    let held = &scope.facts.alarms;
    let every = Metrics::alarms_every(scope);
    let total = rows_of_alarms::rows(scope, metrics.service.as_ref()).len();
    let rows = metrics.rows(scope);
    let ringing = rows.iter().filter(|row| row.alarm.state == AlarmState::Alarm).count();
    let mut title = table::title("alarms", &metrics.table, rows.len(), total);
    if ringing > 0 {
        title.push_str(&format!(", {ringing} in alarm"));
    }
    let note = pane::freshness(held, scope, every);
    let meaning = if ringing > 0 { Meaning::Danger } else { Meaning::Title };
    rule(scope, frame, area, (&title, meaning), note);
    let below = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    if rows.is_empty() {
        let lines = pane::explain(Some(held), &no_alarms(metrics, total));
        let (text, meaning) = lines.first().cloned().unwrap_or_default();
        let more = lines.get(1).map(|(text, _)| format!(" {text}")).unwrap_or_default();
        let text: Vec<Line<'static>> =
            words::wrap(&format!("{text}{more}"), usize::from(below.width).saturating_sub(2))
                .into_iter()
                .map(|line| Line::styled(format!(" {line}"), scope.theme.style(meaning)))
                .collect();
        frame.render_widget(ratatui::widgets::Paragraph::new(text), below);
        return;
    }
    let columns = rows_of_alarms::columns(true);
    table::draw(scope, frame, below, &metrics.table, &columns, &rows, pane::is_doubtful(held, scope, every));
}

/// A line across with a title, between two parts of one pane.
pub(super) fn rule(
    scope: &Scope,
    frame: &mut Frame,
    area: Rect,
    (title, meaning): (&str, Meaning),
    note: Option<Span<'static>>,
) {
    let theme = scope.theme;
    let dash = if theme.ascii { "-" } else { "─" };
    let width = usize::from(area.width);
    let note = note.map(|note| Span::styled(format!(" {} ", note.content), note.style));
    let title = format!("{dash} {title} ");
    let used = words::width(&title) + note.as_ref().map_or(0, Span::width);
    let blank = dash.repeat(width.saturating_sub(used + 1));
    let mut spans = vec![Span::styled(title, theme.style(meaning)), Span::styled(blank, theme.style(Meaning::Border))];
    spans.extend(note);
    frame.render_widget(Line::from(spans), Rect { height: area.height.min(1), ..area });
}
