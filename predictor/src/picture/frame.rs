//! Axes: a rectangle with ticks, and the way from values to places in it.

use super::canvas::{Anchor, Canvas};

/// Ticks wanted on an axis, about.
const TICKS: f64 = 5.0;

/// A drawing area with a range of values along each side.
#[derive(Debug, Clone, Copy)]
pub struct Frame {
    /// Left, top, right and bottom edge.
    pub edges: [f64; 4],
    /// Values at the left and right edge.
    pub across: (f64, f64),
    /// Values at the bottom and top edge.
    pub up: (f64, f64),
}

impl Frame {
    /// Where a pair of values lies; values outside lie on the edge.
    #[must_use]
    pub fn place(&self, x: f64, y: f64) -> (f64, f64) {
        let [left, top, right, bottom] = self.edges;
        (left + share(x, self.across) * (right - left), bottom - share(y, self.up) * (bottom - top))
    }

    /// Draws edges, ticks, grid and names of the axes.
    pub fn draw(&self, canvas: &mut Canvas, across: &str, up: &str) {
        let [left, top, right, bottom] = self.edges;
        for tick in ticks(self.across) {
            let (x, _) = self.place(tick, self.up.0);
            canvas.line((x, top), (x, bottom), "grid");
            canvas.text((x, bottom + 16.0), Anchor::Middle, "faint", &short(tick));
        }
        for tick in ticks(self.up) {
            let (_, y) = self.place(self.across.0, tick);
            canvas.line((left, y), (right, y), "grid");
            canvas.text((left - 6.0, y + 4.0), Anchor::End, "faint", &short(tick));
        }
        canvas.line((left, bottom), (right, bottom), "axis");
        canvas.line((left, top), (left, bottom), "axis");
        canvas.text((f64::midpoint(left, right), bottom + 36.0), Anchor::Middle, "faint", across);
        canvas.upward((left - 46.0, f64::midpoint(top, bottom)), up);
    }
}

fn share(value: f64, (low, high): (f64, f64)) -> f64 {
    if high > low { ((value - low) / (high - low)).clamp(0.0, 1.0) } else { 0.5 }
}

/// Round numbers within a range.
#[must_use]
pub fn ticks((low, high): (f64, f64)) -> Vec<f64> {
    let span = high - low;
    if !(span.is_finite() && span > 0.0) {
        return Vec::new();
    }
    let rough = span / TICKS;
    let magnitude = 10_f64.powf(rough.log10().floor());
    let factor = [1.0, 2.0, 5.0, 10.0].into_iter().find(|factor| factor * magnitude >= rough).unwrap_or(10.0);
    let step = factor * magnitude;
    let (first, last) = ((low / step).ceil() as i64, (high / step + 1e-9).floor() as i64);
    (first..=last).map(|count| count as f64 * step).collect()
}

/// A number in few letters: `250k`, `1.2M`, `0.4`.
#[must_use]
pub fn short(number: f64) -> String {
    let scaled = [(1e9, "G"), (1e6, "M"), (1e3, "k")].into_iter().find(|(size, _)| number.abs() >= *size);
    let (number, letter) = scaled.map_or((number, ""), |(size, letter)| (number / size, letter));
    let text = format!("{number:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    format!("{}{letter}", if text == "-0" { "0" } else { text })
}

/// The least and greatest number; 0 and 1 without any.
#[must_use]
pub fn range(numbers: impl Iterator<Item = f64>) -> (f64, f64) {
    let (low, high) =
        numbers.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), number| (low.min(number), high.max(number)));
    if low.is_finite() && high.is_finite() { (low, high) } else { (0.0, 1.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_numbers() {
        let check = |range, expect: &[&str]| {
            assert_eq!(ticks(range).into_iter().map(short).collect::<Vec<_>>(), expect, "{range:?}");
        };
        check((0.0, 1.0), &["0", "0.2", "0.4", "0.6", "0.8", "1"]);
        check((14_999.0, 500_001.0), &["100k", "200k", "300k", "400k", "500k"]);
        check((-3.0, 4.0), &["-2", "0", "2", "4"]);
        check((1.0, 1.0), &[]);
        check((0.0, f64::INFINITY), &[]);
    }

    #[test]
    fn places_stay_within_the_edges() {
        let frame = Frame { edges: [10.0, 20.0, 110.0, 220.0], across: (0.0, 1.0), up: (0.0, 2.0) };
        assert_eq!(frame.place(0.5, 2.0), (60.0, 20.0));
        assert_eq!(frame.place(9.0, -9.0), (110.0, 220.0));
        assert_eq!(range([2.0, -1.0].into_iter()), (-1.0, 2.0));
        assert_eq!(range(std::iter::empty()), (0.0, 1.0));
    }
}
