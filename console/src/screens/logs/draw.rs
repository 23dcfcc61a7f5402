//! Draws the pane. The cost follows from the rows in view, never from the lines held.

use std::collections::BTreeMap;
use std::sync::Arc;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::buffer::{Held, LineKey};
use super::look::Layout;
use super::position::Position;
use super::{Logs, empty, row, status};
use crate::model::time::MINUTE;
use crate::model::{Point, Series, Timestamp};
use crate::state::Scope;
use crate::text::clean;
use crate::theme::{Meaning, TINTS};
use crate::widgets::{clock, pane, spark, words};

/// Cells of a task column.
pub(super) const TASK: usize = 8;
/// Cells of a container and task column.
pub(super) const CONTAINER_AND_TASK: usize = 19;

/// Colour of a stream: by its name, so that it is the same tomorrow; the next free one when two would look alike.
#[must_use]
pub(super) fn tint(stream: &str, known: &BTreeMap<Arc<str>, usize>) -> usize {
    let hash = stream.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    let first = hash as usize % TINTS;
    let free = (0..TINTS).map(|step| (first + step) % TINTS).find(|tint| !known.values().any(|taken| taken == tint));
    free.unwrap_or(first)
}

/// Draws frame, lines and words.
pub(super) fn draw(logs: &Logs, scope: &Scope, frame: &mut Frame, area: Rect) {
    let note = status::note(logs, scope);
    let room = usize::from(area.width).saturating_sub(note.width() + 6);
    let inside = pane::draw(scope, frame, area, &words::cut_end(&status::title(logs), room), None);
    let width = u16::try_from(note.width()).unwrap_or(area.width).min(area.width.saturating_sub(2));
    frame.render_widget(note, Rect { x: area.right() - 1 - width, y: area.y, width, height: 1 });
    if inside.height == 0 || inside.width < 10 {
        return;
    }
    if logs.store.shown() == 0 {
        pane::empty(scope, frame, inside, &empty::words(logs, scope));
    } else {
        lines(logs, scope, frame, inside);
    }
    if area.height > 2 {
        let cells = inside.width.saturating_sub(1);
        let foot = status::foot(logs, scope, usize::from(cells));
        let width = u16::try_from(foot.width()).unwrap_or(cells).min(cells);
        frame.render_widget(foot, Rect { x: inside.x + 1, y: area.bottom() - 1, width, height: 1 });
    }
}

fn lines(logs: &Logs, scope: &Scope, frame: &mut Frame, inside: Rect) {
    let layout = logs.layout(scope, (usize::from(inside.width), usize::from(inside.height)));
    let mut y = inside.y;
    if layout.histogram {
        frame.render_widget(histogram(logs, scope, usize::from(inside.width)), Rect { height: 1, ..inside });
        y += 1;
    }
    let ((top, mut skip), cursor) =
        logs.sight(&layout, |sight| (sight.top(&logs.position), sight.cursor(&logs.position)));
    for rank in top..logs.store.shown() {
        let Some(held) = logs.store.line(rank) else { break };
        let selected = matches!(logs.position, Position::Held(_)) && cursor == Some(rank);
        for line in rows(logs, scope, &layout, held, selected).into_iter().skip(std::mem::take(&mut skip)) {
            if y >= inside.bottom() {
                return;
            }
            frame.render_widget(line, Rect { y, height: 1, ..inside });
            y += 1;
        }
    }
}

fn rows(logs: &Logs, scope: &Scope, layout: &Layout, held: &Held, selected: bool) -> Vec<Line<'static>> {
    let (bodies, out_of_view) = row::draw(held, layout, logs.store.sieve(), scope.theme);
    let mut lines = Vec::with_capacity(bodies.len());
    for (at, body) in bodies.into_iter().enumerate() {
        let mut spans = vec![gutter(logs, scope, held, selected, out_of_view)];
        spans.extend(columns(logs, scope, layout, held, at == 0));
        spans.extend(body);
        let mut line = Line::from(spans);
        if selected {
            let ground = scope.theme.style(Meaning::Selected);
            line = line.style(ground);
            for span in &mut line.spans {
                if span.style != scope.theme.style(Meaning::Match) {
                    span.style = span.style.patch(ground);
                }
            }
        }
        lines.push(line);
    }
    lines
}

/// Marked, selected, or found where it cannot be seen.
fn gutter(logs: &Logs, scope: &Scope, held: &Held, selected: bool, out_of_view: bool) -> Span<'static> {
    let marked = !logs.marks.is_empty() && logs.marks.contains(&LineKey::of(&held.line));
    let (sign, meaning) = match (marked, selected, out_of_view) {
        (true, _, _) => ("*", Meaning::Accent),
        (_, true, _) => (if scope.theme.ascii { ">" } else { "▌" }, Meaning::Accent),
        (_, _, true) => (if scope.theme.ascii { "/" } else { "›" }, Meaning::Match),
        _ => (" ", Meaning::Text),
    };
    Span::styled(sign, scope.theme.style(meaning))
}

fn columns(logs: &Logs, scope: &Scope, layout: &Layout, held: &Held, first: bool) -> Vec<Span<'static>> {
    let mut spans = Vec::new();
    let zone = logs.look.zone(scope);
    let stamp = if first { layout.stamp.words(held.line.at, scope.now, &zone) } else { String::new() };
    let cells = layout.stamp.width();
    spans.push(Span::styled(format!("{stamp:<cells$}"), scope.theme.style(Meaning::Muted)));
    if layout.task > 0 {
        let name = if first { task(&held.line.stream, layout.task) } else { String::new() };
        let blank = " ".repeat((layout.task + 1).saturating_sub(words::width(&name)));
        let tint = logs.tints.get(&held.line.stream).copied().unwrap_or(0);
        spans.push(Span::styled(format!("{name}{blank}"), scope.theme.tint(tint)));
    }
    spans
}

/// `a1b2c3d4`, or `container/a1b2c3d4`, of a stream `prefix/container/task-id`.
fn task(stream: &str, cells: usize) -> String {
    let mut parts = stream.rsplit('/');
    let id = clean(parts.next().unwrap_or_default());
    let id = words::cut_end(id.get(..TASK).unwrap_or(&id), TASK);
    match parts.next() {
        Some(container) if cells > TASK => {
            format!("{}/{id}", words::cut_middle(&clean(container), cells - TASK - 1))
        }
        _ => id,
    }
}

/// Lines per minute of what is held, the newest on the right; minutes with errors stand out.
fn histogram(logs: &Logs, scope: &Scope, width: usize) -> Line<'static> {
    let minutes = logs.store.buffer().minutes();
    let Some((newest, _)) = minutes.last_key_value() else { return Line::default() };
    let label = " lines/min ";
    let highest = minutes.values().map(|minute| minute.lines).max().unwrap_or(0);
    let end =
        format!(" {} max {} ", clock::format(Timestamp(newest * MINUTE), &logs.look.zone(scope), "%H:%M"), highest);
    let cells = width.saturating_sub(label.len() + end.len());
    let first = newest + 1 - i64::try_from(cells).unwrap_or(0);
    let point = |(minute, count): (&i64, &super::buffer::Minute)| Point {
        at: Timestamp(*minute),
        value: as_float(count.lines),
    };
    let points: Vec<Point> = minutes.range(first..).map(point).collect();
    let bars = spark::spark(&Series { period: 1, points, ..Series::default() }, cells, 1.0, scope.theme.ascii);
    let mut line = Line::from(Span::styled(label, scope.theme.style(Meaning::Muted)));
    for (minute, bar) in (first..).zip(bars.chars()) {
        let ill = minutes.get(&minute).is_some_and(|count| count.errors > 0);
        let meaning = if ill { Meaning::Danger } else { Meaning::Muted };
        line.push_span(Span::styled(bar.to_string(), scope.theme.style(meaning)));
    }
    line.push_span(Span::styled(end, scope.theme.style(Meaning::Muted)));
    line
}

fn as_float(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
}
