//! How predicted numbers are off: how far, in which direction, and where.

use super::{Estimated, rounded};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Parts of the rows, by predicted number.
const PARTS: usize = 10;
const SHARES: [(&str, f64); 7] =
    [("min", 0.0), ("p05", 0.05), ("p25", 0.25), ("p50", 0.5), ("p75", 0.75), ("p95", 0.95), ("max", 1.0)];

/// True minus predicted numbers, in the target's unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Residuals {
    /// Quantiles by name: `min`, `p05`, `p25`, `p50`, `p75`, `p95`, `max`.
    pub quantiles: BTreeMap<String, f64>,
    /// Equal parts of the rows, ascending by predicted number; fewer if there are fewer rows.
    pub deciles: Vec<Decile>,
}

/// A part of the rows.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Decile {
    /// Rows in it.
    pub rows: usize,
    /// Smallest predicted number.
    pub low: f64,
    /// Greatest predicted number.
    pub high: f64,
    /// Mean of true minus predicted: above zero, the model says too little.
    pub mean: f64,
    /// Root mean squared residual.
    pub rmse: f64,
    /// Share of true numbers within their interval.
    pub coverage: f64,
}

impl Residuals {
    /// Judges numbers; `None` without rows.
    #[must_use]
    pub fn of(judged: &[Estimated]) -> Option<Self> {
        let last = judged.len().checked_sub(1)?;
        let mut residuals: Vec<f64> = judged.iter().map(|row| row.truth - row.value).collect();
        residuals.sort_by(f64::total_cmp);
        let at = |share: f64| {
            let position = share * last as f64;
            let (below, above) = (residuals[position.floor() as usize], residuals[position.ceil() as usize]);
            rounded(below + (above - below) * position.fract())
        };
        let quantiles = SHARES.iter().map(|(name, share)| ((*name).to_owned(), at(*share))).collect();
        let mut ordered: Vec<&Estimated> = judged.iter().collect();
        ordered.sort_by(|left, right| left.value.total_cmp(&right.value));
        let parts = PARTS.min(ordered.len());
        let part = |index: usize| &ordered[index * ordered.len() / parts..(index + 1) * ordered.len() / parts];
        Some(Self { quantiles, deciles: (0..parts).map(|index| decile(part(index))).collect() })
    }
}

fn decile(rows: &[&Estimated]) -> Decile {
    let count = rows.len() as f64;
    let mean = |figure: &dyn Fn(&Estimated) -> f64| rows.iter().map(|row| figure(row)).sum::<f64>() / count;
    Decile {
        rows: rows.len(),
        low: rows.first().map_or(0.0, |row| rounded(row.value)),
        high: rows.last().map_or(0.0, |row| rounded(row.value)),
        mean: rounded(mean(&|row| row.truth - row.value)),
        rmse: rounded(mean(&|row| (row.truth - row.value).powi(2)).sqrt()),
        coverage: rounded(mean(&|row| f64::from(u8::from((row.low..=row.high).contains(&row.truth))))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(truth: f64, value: f64) -> Estimated {
        Estimated { truth, value, low: value - 1.0, high: value + 1.0 }
    }

    #[test]
    fn figures_match_hand_calculation() {
        let judged: Vec<Estimated> =
            (0..20).map(|index| row(f64::from(index + index % 2 * 3), f64::from(index))).collect();
        let found = Residuals::of(&judged).expect("rows");
        assert_eq!((found.quantiles["min"], found.quantiles["p50"], found.quantiles["max"]), (0.0, 1.5, 3.0));
        assert_eq!(found.deciles.len(), 10);
        let first = found.deciles[0];
        assert_eq!((first.rows, first.low, first.high, first.mean, first.coverage), (2, 0.0, 1.0, 1.5, 0.5));
        assert!((first.rmse - 4.5_f64.sqrt()).abs() < 1e-6);
    }

    #[test]
    fn few_rows_have_few_parts() {
        assert_eq!(Residuals::of(&[]), None);
        let one = Residuals::of(&[row(2.0, 1.0)]).expect("a row");
        assert_eq!((one.deciles.len(), one.quantiles["p95"]), (1, 1.0));
    }
}
