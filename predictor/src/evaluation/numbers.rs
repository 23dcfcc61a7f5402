//! How far predicted numbers are off, and how often their intervals hold the truth.

use super::{Evaluation, rounded};
use std::collections::BTreeMap;

/// A predicted number with its interval, beside the true one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimated {
    /// What is true.
    pub truth: f64,
    /// What was said.
    pub value: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
}

impl Evaluation {
    /// Judges numbers; `None` without rows. `r2` is 0 if all true numbers are the same.
    #[must_use]
    pub fn of_numbers(judged: &[Estimated]) -> Option<Self> {
        if judged.is_empty() {
            return None;
        }
        let rows = judged.len() as f64;
        let mean_of = |figure: &dyn Fn(&Estimated) -> f64| judged.iter().map(figure).sum::<f64>() / rows;
        let mean = mean_of(&|row| row.truth);
        let spread = mean_of(&|row| (row.truth - mean).powi(2));
        let squared = mean_of(&|row| (row.truth - row.value).powi(2));
        let mut figures = BTreeMap::new();
        let mut put = |name: &str, figure: f64| figures.insert(name.to_owned(), rounded(figure));
        put("rmse", squared.sqrt());
        put("mae", mean_of(&|row| (row.truth - row.value).abs()));
        put("r2", if spread > 0.0 { 1.0 - squared / spread } else { 0.0 });
        put("interval_coverage", mean_of(&|row| f64::from((row.low..=row.high).contains(&row.truth))));
        put("interval_width", mean_of(&|row| row.high - row.low));
        Some(Self { rows: judged.len(), figures, confusion: Vec::new() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(truth: f64, value: f64, low: f64, high: f64) -> Estimated {
        Estimated { truth, value, low, high }
    }

    #[test]
    fn figures_match_hand_calculation() {
        let judged =
            [row(1.0, 2.0, 0.0, 3.0), row(3.0, 3.0, 2.0, 4.0), row(5.0, 2.0, 1.0, 3.0), row(7.0, 7.0, 7.0, 7.0)];
        let found = Evaluation::of_numbers(&judged).expect("rows");
        let check = |name: &str, expect: f64| assert!((found.figure(name) - expect).abs() < 1e-6, "{name}");
        // Errors 1, 0, 3, 0; squares of the true numbers' distances from 4: 9, 1, 1, 9.
        check("rmse", 2.5_f64.sqrt());
        check("mae", 1.0);
        check("r2", 0.5);
        check("interval_coverage", 0.75);
        check("interval_width", 1.75);
    }

    #[test]
    fn edges_have_answers() {
        assert_eq!(Evaluation::of_numbers(&[]), None);
        let same = Evaluation::of_numbers(&[row(2.0, 1.0, 0.0, 1.0), row(2.0, 2.0, 2.0, 2.0)]).expect("rows");
        assert!(same.figure("r2") == 0.0 && same.figure("interval_coverage") == 0.5);
    }
}
