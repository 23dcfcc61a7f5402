//! From values and times to rows, columns and labels.

use jiff::tz::TimeZone;

use crate::model::Timestamp;
use crate::model::time::{DAY, HOUR, MINUTE};
use crate::widgets::clock;

/// What the values of a chart measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Unit {
    /// 0 to 100.
    Percent,
    /// Seconds, shown as milliseconds where that reads better.
    Seconds,
    /// Things.
    Count,
    /// Unknown: the bare number.
    #[default]
    Bare,
}

impl Unit {
    /// The unit as CloudWatch names it.
    #[must_use]
    pub fn named(word: &str) -> Self {
        match word {
            "Percent" => Self::Percent,
            "Seconds" => Self::Seconds,
            "Count" => Self::Count,
            _ => Self::Bare,
        }
    }

    /// A value in at most six cells: `61%`, `120ms`, `1.2k`.
    #[must_use]
    pub fn words(self, value: f64) -> String {
        if !value.is_finite() {
            return "?".to_owned();
        }
        match self {
            Self::Percent => format!("{}%", short(value)),
            Self::Seconds if value == 0.0 => "0ms".to_owned(),
            Self::Seconds if value.abs() < 0.9995 => format!("{}ms", short(value * 1_000.0)),
            Self::Seconds => format!("{}s", short(value)),
            Self::Count | Self::Bare => short(value),
        }
    }
}

/// Three significant digits at most, thousands as `k`, `M`, `G`.
fn short(value: f64) -> String {
    let size = value.abs();
    for (limit, unit, sign) in [(999_500.0 * 1e3, 1e9, "G"), (999_500.0, 1e6, "M"), (9_999.5, 1e3, "k")] {
        if size >= limit {
            return format!("{}{sign}", digits(value / unit));
        }
    }
    digits(value)
}

fn digits(value: f64) -> String {
    let text = match value.abs() {
        size if size < 0.9995 => format!("{value:.2}"),
        size if size < 9.995 => format!("{value:.1}"),
        _ => return format!("{value:.0}"),
    };
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text.is_empty() || text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// From when to when a chart goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Left edge.
    pub from: Timestamp,
    /// Right edge.
    pub until: Timestamp,
}

impl Window {
    /// So many minutes up to `until`.
    #[must_use]
    pub fn ending(until: Timestamp, minutes: u32) -> Self {
        Self { from: until.plus(-i64::from(minutes) * MINUTE), until }
    }

    /// Length in milliseconds.
    #[must_use]
    pub fn length(self) -> i64 {
        (self.until.0 - self.from.0).max(1)
    }

    /// Where a time lies: 0 at the left edge, 1 at the right one.
    #[must_use]
    pub fn share(self, at: Timestamp) -> Option<f64> {
        #[allow(clippy::cast_precision_loss, reason = "windows are far shorter than 2^52 ms")]
        let share = at.0.checked_sub(self.from.0)? as f64 / self.length() as f64;
        Some(share)
    }
}

/// Index of the step that a share falls into; steps share the length evenly.
#[must_use]
pub fn step(share: f64, steps: u16) -> u16 {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the steps")]
    let index = (share.clamp(0.0, 1.0) * f64::from(steps)).floor() as u16;
    index.min(steps.saturating_sub(1))
}

/// Index of the step whose middle is nearest; the first stands for 0, the last for 1.
#[must_use]
pub fn nearest(share: f64, steps: u16) -> u16 {
    let last = f64::from(steps.saturating_sub(1));
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the steps")]
    let index = (share.clamp(0.0, 1.0) * last).round() as u16;
    index
}

/// Row of a value, from the top.
#[must_use]
pub fn row(value: f64, top: f64, rows: u16) -> u16 {
    let share = if top > 0.0 { value / top } else { 0.0 };
    rows.saturating_sub(1).saturating_sub(nearest(share, rows))
}

/// The value at the top of the axis: a round number not below `highest`. A percentage never goes past 100 needlessly.
#[must_use]
pub fn top(highest: f64, unit: Unit) -> f64 {
    if unit == Unit::Percent && (50.0..=100.0).contains(&highest) {
        return 100.0;
    }
    let least = match unit {
        Unit::Seconds => 0.001,
        _ => 1.0,
    };
    let highest = highest.max(least);
    let magnitude = 10_f64.powf(highest.log10().floor());
    let steps = [1.0, 2.0, 4.0, 6.0, 8.0, 10.0];
    // The comparison forgives what the logarithm rounds.
    steps.into_iter().map(|step| step * magnitude).find(|top| *top >= highest * 0.999_999).unwrap_or(10.0 * magnitude)
}

/// Rows that carry a label, with their values: top, ground, and between them as many as fit evenly.
#[must_use]
pub fn ticks(rows: u16, top: f64) -> Vec<(u16, f64)> {
    let parts: u16 = match rows {
        0..=1 => return vec![(0, top)],
        2..=4 => 1,
        5..=10 => 2,
        _ => 4,
    };
    let tick = |part: u16| {
        let value = top * f64::from(part) / f64::from(parts);
        (row(value, top, rows), value)
    };
    (0..=parts).map(tick).collect()
}

/// Times for the axis, at round local times, at most one in eight cells.
#[must_use]
pub fn times(window: Window, cells: u16, zone: &TimeZone) -> Vec<(Timestamp, String)> {
    const STEPS: [i64; 12] = [
        MINUTE,
        5 * MINUTE,
        10 * MINUTE,
        15 * MINUTE,
        30 * MINUTE,
        HOUR,
        2 * HOUR,
        3 * HOUR,
        6 * HOUR,
        12 * HOUR,
        DAY,
        2 * DAY,
    ];
    let most = i64::from((cells / 9).max(1));
    let step = STEPS.into_iter().find(|step| window.length() / step <= most).unwrap_or(7 * DAY);
    let pattern = if step >= DAY { "%b %d" } else { "%H:%M" };
    let offset = offset(window.from, zone);
    let first = (window.from.0 + offset + step - 1).div_euclid(step) * step - offset;
    (0..=most)
        .map(|n| Timestamp(first.saturating_add(n * step)))
        .take_while(|at| *at <= window.until)
        .map(|at| (at, clock::format(at, zone, pattern)))
        .collect()
}

/// Milliseconds by which the zone is ahead of UTC.
fn offset(at: Timestamp, zone: &TimeZone) -> i64 {
    let moment = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default();
    i64::from(zone.to_offset(moment).seconds()) * 1_000
}
