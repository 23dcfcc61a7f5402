//! A line of little bars: the last values of a series in a few cells.

use crate::model::Series;

const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const ASCII: [char; 8] = ['_', '.', '-', '~', '=', '+', '*', '#'];

/// The last `cells` periods; a gap is a blank. Scaled to 0…`top`, or to the highest value if that is more.
#[must_use]
pub fn spark(series: &Series, cells: usize, top: f64, ascii: bool) -> String {
    let Some(last) = series.points.last() else { return " ".repeat(cells) };
    let period = series.period.max(1);
    let highest = series.points.iter().map(|p| p.value).fold(top, f64::max);
    let bars = if ascii { ASCII } else { BARS };
    let mut line = vec![' '; cells];
    for point in &series.points {
        let back = usize::try_from((last.at.0 - point.at.0) / period).unwrap_or(usize::MAX);
        if let Some(cell) = cells.checked_sub(back.saturating_add(1)).and_then(|at| line.get_mut(at)) {
            *cell = bars[level(point.value, highest)];
        }
    }
    line.into_iter().collect()
}

fn level(value: f64, highest: f64) -> usize {
    let share = if highest > 0.0 { (value / highest).clamp(0.0, 1.0) } else { 0.0 };
    (0..7_u8).rev().find(|step| share >= (f64::from(*step) + 0.5) / 7.0).map_or(0, |step| usize::from(step) + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Point, Timestamp};

    #[test]
    fn a_gap_is_a_blank_and_the_newest_is_on_the_right() {
        let point = |minute: i64, value| Point { at: Timestamp(minute * 60_000), value };
        let series = Series {
            period: 60_000,
            points: vec![point(0, 0.0), point(1, 50.0), point(3, 100.0)],
            ..Series::default()
        };
        assert_eq!(spark(&series, 5, 100.0, false), " ▁▅ █");
        assert_eq!(spark(&Series::default(), 3, 1.0, false), "   ");
    }
}
