//! A chart of one or a few series over time: axis with units, gaps as gaps, thresholds, markers, a crosshair.
//!
//! Drawn in braille dots, or in ASCII. Holds no state and asks for nothing; what it is given is what it shows.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::model::{Point, Series, Timestamp};
use crate::state::Scope;
use crate::theme::Meaning;
use crate::widgets::words;

mod canvas;
pub mod scale;

use canvas::Canvas;
pub use scale::{Unit, Window};

/// Cells left of the plot: five for a label, one for the axis.
pub const MARGIN: u16 = 6;
/// A newest value older than this many periods is not "now" any more.
const FRESH_PERIODS: i64 = 4;
/// A threshold this many times above the highest value would press the line flat: it is told, not drawn.
const OUT_OF_REACH: f64 = 6.0;

/// One line of a chart.
#[derive(Debug, Clone)]
pub struct Curve<'a> {
    /// Word for the legend: `avg`, `p99`.
    pub name: &'static str,
    /// The points, in the unit of the chart.
    pub series: &'a Series,
    /// How it is coloured.
    pub meaning: Meaning,
    /// Filled down to the ground: for sums.
    pub filled: bool,
}

/// An alarm's threshold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Threshold {
    /// In the unit of the chart.
    pub value: f64,
    /// The alarm is in alarm.
    pub ringing: bool,
}

/// Something that happened at one time: a deploy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Marker {
    /// When.
    pub at: Timestamp,
    /// How it is coloured.
    pub meaning: Meaning,
}

/// What one chart shows. The first curve is the one whose values the legend tells.
#[derive(Debug, Clone)]
pub struct Chart<'a> {
    /// Heading: `CPU`, `requests/min`.
    pub title: &'a str,
    /// Unit of all values.
    pub unit: Unit,
    /// What is drawn, most important first.
    pub curves: Vec<Curve<'a>>,
    /// From when to when.
    pub window: Window,
    /// Lines across.
    pub thresholds: &'a [Threshold],
    /// Lines from top to bottom.
    pub markers: &'a [Marker],
    /// The crosshair.
    pub cursor: Option<Timestamp>,
    /// The facts are old or their refresh failed: drawn in grey.
    pub doubtful: bool,
}

/// The value of a series at a time: that of the period which holds it. `None` in a gap.
#[must_use]
pub fn value_at(series: &Series, at: Timestamp) -> Option<f64> {
    let next = series.points.partition_point(|point| point.at <= at);
    let point = series.points.get(next.checked_sub(1)?)?;
    (at.0 - point.at.0 < series.period.max(1)).then_some(point.value)
}

/// The newest value, unless it is too old to be called that at `now`.
#[must_use]
pub fn newest(series: &Series, now: Timestamp) -> Option<f64> {
    let last = series.points.last()?;
    (now.since(last.at).0 <= FRESH_PERIODS * series.period.max(1)).then_some(last.value)
}

/// Draws the chart: a legend, the plot, the times.
pub fn draw(scope: &Scope, frame: &mut Frame, area: Rect, chart: &Chart<'_>) {
    if area.height < 3 || area.width < MARGIN + 8 {
        return;
    }
    frame.render_widget(legend(scope, chart, usize::from(area.width)), Rect { height: 1, ..area });
    let plot = Rect { x: area.x + MARGIN, y: area.y + 1, width: area.width - MARGIN, height: area.height - 2 };
    let top = scale::top(highest(chart), chart.unit);
    draw_axis(scope, frame, plot, chart, top);
    draw_plot(scope, frame, plot, chart, top);
    draw_times(scope, frame, plot, chart);
}

fn highest(chart: &Chart<'_>) -> f64 {
    let values = chart.curves.iter().flat_map(|curve| shown(curve.series, chart.window)).map(|point| point.value);
    let highest = values.filter(|value| value.is_finite()).fold(0.0, f64::max);
    let reachable = |t: &&Threshold| t.value.is_finite() && (t.ringing || t.value <= highest * OUT_OF_REACH);
    let lines = chart.thresholds.iter().filter(reachable).map(|threshold| threshold.value);
    // A little room above a threshold, so that it can be seen to be crossed.
    lines.map(|value| value * 1.05).fold(highest, f64::max)
}

fn shown(series: &Series, window: Window) -> &[Point] {
    let from = series.points.partition_point(|point| point.at.0 + series.period <= window.from.0);
    let until = series.points.partition_point(|point| point.at <= window.until);
    series.points.get(from..until).unwrap_or_default()
}

fn style(scope: &Scope, chart: &Chart<'_>, meaning: Meaning) -> Style {
    scope.theme.style(if chart.doubtful { Meaning::Muted } else { meaning })
}

// ---- legend -----------------------------------------------------------------------------------------------------

fn legend(scope: &Scope, chart: &Chart<'_>, room: usize) -> Line<'static> {
    let theme = scope.theme;
    let mut spans = vec![Span::styled(chart.title.to_owned(), theme.style(Meaning::Title))];
    let mut left = room.saturating_sub(words::width(chart.title));
    let pieces = if let Some(at) = chart.cursor { at_cursor(chart, at) } else { summary(chart) };
    for (label, value, meaning) in pieces {
        let cells = words::width(&label) + words::width(&value) + 2;
        if cells > left {
            break;
        }
        left -= cells;
        let gap = if label.is_empty() { " " } else { "  " };
        let label = if label.is_empty() { String::new() } else { label };
        spans.push(Span::styled(format!("{gap}{label}"), theme.style(Meaning::Muted)));
        spans.push(Span::styled(value, style(scope, chart, meaning)));
    }
    Line::from(spans)
}

/// Label, value, meaning; what matters most first.
type Piece = (String, String, Meaning);

fn at_cursor(chart: &Chart<'_>, at: Timestamp) -> Vec<Piece> {
    let piece = |curve: &Curve<'_>| {
        let value = value_at(curve.series, at);
        let words = value.map_or_else(|| "gap".to_owned(), |value| chart.unit.words(value));
        (format!("{} ", curve.name), words, calm(curve.meaning, value))
    };
    chart.curves.iter().map(piece).collect()
}

/// A count of nothing is no danger.
fn calm(meaning: Meaning, value: Option<f64>) -> Meaning {
    if meaning == Meaning::Danger && value.is_none_or(|value| value == 0.0) { Meaning::Text } else { meaning }
}

fn summary(chart: &Chart<'_>) -> Vec<Piece> {
    let Some(first) = chart.curves.first() else { return Vec::new() };
    let points = shown(first.series, chart.window);
    if points.is_empty() {
        return Vec::new();
    }
    let words = |value: f64| chart.unit.words(value);
    let value = newest(first.series, chart.window.until);
    let now = value.map_or_else(|| "no news".to_owned(), words);
    #[allow(clippy::cast_precision_loss, reason = "counts of points are small")]
    let mean = points.iter().map(|point| point.value).sum::<f64>() / points.len() as f64;
    let peaks = chart.curves.iter().filter(|curve| curve.name == first.name || curve.name == "max");
    let all = peaks.flat_map(|curve| shown(curve.series, chart.window));
    let peak = all.map(|point| point.value).fold(f64::NEG_INFINITY, f64::max);
    let ringing = chart.thresholds.iter().any(|threshold| threshold.ringing);
    let now_meaning = if ringing { Meaning::Danger } else { calm(first.meaning, value) };
    vec![
        (String::new(), now, now_meaning),
        ("peak ".to_owned(), words(peak), Meaning::Text),
        ("mean ".to_owned(), words(mean), Meaning::Text),
    ]
}

// ---- axes -------------------------------------------------------------------------------------------------------

fn draw_axis(scope: &Scope, frame: &mut Frame, plot: Rect, chart: &Chart<'_>, top: f64) {
    let (line, tick) = if scope.theme.ascii { ("|", "+") } else { ("│", "┤") };
    let empty = chart.curves.iter().all(|curve| shown(curve.series, chart.window).is_empty());
    let ticks = if empty { Vec::new() } else { scale::ticks(plot.height, top) };
    for row in 0..plot.height {
        let y = plot.y + row;
        let label = ticks.iter().find(|(at, _)| *at == row).map(|(_, value)| chart.unit.words(*value));
        let marked = thresholds_in(chart, top, plot.height).find(|(at, _)| *at == row);
        let (text, meaning) = match (&marked, label) {
            (Some((_, threshold)), _) => {
                let sign = if scope.theme.ascii { "^" } else { "▲" };
                let above = if threshold.value > top { sign } else { "" };
                (format!("{above}{}", chart.unit.words(threshold.value)), threshold_meaning(threshold))
            }
            (None, Some(text)) => (text, Meaning::Muted),
            (None, None) => (String::new(), Meaning::Muted),
        };
        let mark = if text.is_empty() { line } else { tick };
        let buffer = frame.buffer_mut();
        let blank = usize::from(MARGIN - 1).saturating_sub(words::width(&text));
        let text = words::cut_end(&format!("{}{text}", " ".repeat(blank)), usize::from(MARGIN - 1));
        buffer.set_string(plot.x - MARGIN, y, text, style(scope, chart, meaning));
        buffer.set_string(plot.x - 1, y, mark, scope.theme.style(Meaning::Border));
    }
}

fn threshold_meaning(threshold: &Threshold) -> Meaning {
    if threshold.ringing { Meaning::Danger } else { Meaning::Warning }
}

/// Thresholds with their rows; one above the plot stands in the first row. One that rings wins its row.
fn thresholds_in<'a>(chart: &'a Chart<'_>, top: f64, rows: u16) -> impl Iterator<Item = (u16, &'a Threshold)> {
    let mut sorted: Vec<&Threshold> = chart.thresholds.iter().filter(|t| t.value.is_finite()).collect();
    sorted.sort_by_key(|threshold| !threshold.ringing);
    sorted.into_iter().map(move |threshold| (scale::row(threshold.value, top, rows), threshold))
}

fn draw_times(scope: &Scope, frame: &mut Frame, plot: Rect, chart: &Chart<'_>) {
    let y = plot.bottom();
    let buffer = frame.buffer_mut();
    let mut free_from = plot.x - MARGIN;
    for (at, text) in scale::times(chart.window, plot.width, &scope.zone) {
        let Some(x) = column(chart.window, plot, at) else { continue };
        let cells = u16::try_from(words::width(&text)).unwrap_or(u16::MAX);
        let start = x.saturating_sub(cells / 2).max(free_from).min(plot.right().saturating_sub(cells));
        if start < free_from {
            continue;
        }
        buffer.set_string(start, y, &text, scope.theme.style(Meaning::Muted));
        free_from = start + cells + 1;
    }
    let mark = if scope.theme.ascii { "^" } else { "▲" };
    for marker in chart.markers {
        // A label is worth more than the foot of a line that is seen above it.
        if let Some(x) = column(chart.window, plot, marker.at).filter(|x| buffer[(*x, y)].symbol() == " ") {
            buffer.set_string(x, y, mark, style(scope, chart, marker.meaning));
        }
    }
}

/// The column of a time; `None` outside the window.
fn column(window: Window, plot: Rect, at: Timestamp) -> Option<u16> {
    let share = window.share(at).filter(|share| (0.0..=1.0).contains(share))?;
    Some(plot.x + scale::step(share, plot.width))
}

// ---- plot -------------------------------------------------------------------------------------------------------

fn draw_plot(scope: &Scope, frame: &mut Frame, plot: Rect, chart: &Chart<'_>, top: f64) {
    let buffer = frame.buffer_mut();
    let (dash, post, cross) = if scope.theme.ascii { ("-", ":", "|") } else { ("╌", "┊", "│") };
    for (row, threshold) in thresholds_in(chart, top, plot.height).filter(|(_, t)| t.value <= top) {
        let style = style(scope, chart, threshold_meaning(threshold));
        buffer.set_string(plot.x, plot.y + row, dash.repeat(usize::from(plot.width)), style);
    }
    let mut upright = |at: Timestamp, symbol: &str, meaning: Meaning| {
        let Some(x) = column(chart.window, plot, at) else { return };
        (plot.y..plot.bottom()).for_each(|y| buffer.set_string(x, y, symbol, style(scope, chart, meaning)));
    };
    chart.markers.iter().for_each(|marker| upright(marker.at, post, marker.meaning));
    if let Some(at) = chart.cursor {
        upright(at, cross, Meaning::Title);
    }
    let canvas = curves(scope, plot, chart, top);
    if canvas.is_empty() {
        let words = words::cut_end("no data in this window", usize::from(plot.width));
        buffer.set_string(plot.x + 1, plot.y + plot.height / 2, words, scope.theme.style(Meaning::Muted));
    }
    for (x, y, symbol, layer, on_ground) in canvas.cells() {
        let meaning = chart.curves.get(layer).map_or(Meaning::Text, |curve| curve.meaning);
        // A count of nothing is no danger.
        let meaning = if on_ground && meaning == Meaning::Danger { Meaning::Muted } else { meaning };
        let (x, y) = (plot.x + x, plot.y + y);
        let crossed = chart.cursor.and_then(|at| column(chart.window, plot, at)) == Some(x);
        let style = style(scope, chart, meaning);
        let style = if crossed { style.patch(scope.theme.style(Meaning::Selected)) } else { style };
        buffer[(x, y)].set_char(symbol).set_style(style);
    }
}

fn curves(scope: &Scope, plot: Rect, chart: &Chart<'_>, top: f64) -> Canvas {
    let mut canvas = Canvas::new(plot.width, plot.height, scope.theme.ascii);
    // The first curve is drawn last, so that it lies on top.
    for (layer, curve) in chart.curves.iter().enumerate().rev() {
        let points = shown(curve.series, chart.window);
        let period = curve.series.period.max(1);
        let mut before: Option<(i64, (u16, u16))> = None;
        for point in points.iter().filter(|point| point.value.is_finite()) {
            // The value holds for its whole period; its middle stands for it.
            let share = chart.window.share(point.at.plus(period / 2)).unwrap_or(0.0).clamp(0.0, 1.0);
            let dot = (canvas.dot_x(share), canvas.dot_y(point.value / top));
            match before {
                Some((at, from)) if point.at.0 - at <= period * 3 / 2 => canvas.line(from, dot, curve.filled, layer),
                _ => canvas.line(dot, dot, curve.filled, layer),
            }
            before = Some((point.at.0, dot));
        }
    }
    canvas
}

#[cfg(test)]
mod tests;
