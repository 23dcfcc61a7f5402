//! Two versions on the same rows: how much of their difference is chance.
//!
//! Paired bootstrap: rows are drawn with replacement, both versions are judged on the same draw, and the middle 95 % of
//! the differences is the interval. Seeded, so that a verdict is repeatable.

use super::{Difference, Judged};
use crate::evaluation::f1_macro;

const HOW: &str = "paired bootstrap on the same rows";

/// Counts of (true label, predicted label) pairs.
pub(super) struct Confusion {
    labels: usize,
    counts: Vec<usize>,
}

impl Confusion {
    pub(super) fn of(rows: &[(u32, u32)]) -> Self {
        Self::with(label_count(rows), rows.iter().copied())
    }

    fn with(labels: usize, rows: impl Iterator<Item = (u32, u32)>) -> Self {
        let mut counts = vec![0; labels * labels];
        for (truth, said) in rows {
            counts[truth as usize * labels + said as usize] += 1;
        }
        Self { labels, counts }
    }

    fn total(&self) -> f64 {
        self.counts.iter().sum::<usize>() as f64
    }

    fn hits(&self, label: usize) -> usize {
        self.counts[label * self.labels + label]
    }

    fn of_truth(&self, label: usize) -> usize {
        self.counts[label * self.labels..(label + 1) * self.labels].iter().sum()
    }

    pub(super) fn accuracy(&self) -> f64 {
        (0..self.labels).map(|label| self.hits(label)).sum::<usize>() as f64 / self.total()
    }

    pub(super) fn majority(&self) -> f64 {
        (0..self.labels).map(|label| self.of_truth(label)).max().unwrap_or(0) as f64 / self.total()
    }

    /// Mean F1 of all labels that occur or are predicted, as scikit-learn has it.
    pub(super) fn f1_macro(&self) -> f64 {
        f1_macro(self.labels, |truth, said| self.counts[truth * self.labels + said])
    }
}

/// RMSE and R² of (true, predicted) pairs.
pub(super) fn fit(rows: &[(f64, f64)]) -> (f64, f64) {
    let n = rows.len() as f64;
    let mean = rows.iter().map(|(truth, _)| truth).sum::<f64>() / n;
    let squares: f64 = rows.iter().map(|(truth, said)| (truth - said).powi(2)).sum();
    let spread: f64 = rows.iter().map(|(truth, _)| (truth - mean).powi(2)).sum();
    ((squares / n).sqrt(), 1.0 - squares / spread)
}

/// The differences new minus old, or `None` if the rows are not the same.
pub(super) fn differences(new: &Judged, old: &Judged, resamples: usize) -> Option<Vec<Difference>> {
    match (new, old) {
        (Judged::Classes(new), Judged::Classes(old)) if paired(new, old) => Some(of_classes(new, old, resamples)),
        (Judged::Values(new), Judged::Values(old)) if paired(new, old) => Some(vec![of_values(new, old, resamples)]),
        _ => None,
    }
}

fn paired<T: PartialEq>(new: &[(T, T)], old: &[(T, T)]) -> bool {
    !new.is_empty() && new.len() == old.len() && new.iter().zip(old).all(|(new, old)| new.0 == old.0)
}

fn label_count(rows: &[(u32, u32)]) -> usize {
    rows.iter().map(|(truth, said)| truth.max(said) + 1).max().unwrap_or(0) as usize
}

fn of_classes(new: &[(u32, u32)], old: &[(u32, u32)], resamples: usize) -> Vec<Difference> {
    let labels = label_count(new).max(label_count(old));
    let judge = |rows: &[usize]| {
        let new = Confusion::with(labels, rows.iter().map(|row| new[*row]));
        let old = Confusion::with(labels, rows.iter().map(|row| old[*row]));
        [new.accuracy() - old.accuracy(), new.f1_macro() - old.f1_macro()]
    };
    let by = judge(&(0..new.len()).collect::<Vec<_>>());
    let drawn = draws(new.len(), resamples, judge);
    let interval = |index: usize| middle(drawn.iter().map(|differences| differences[index]).collect());
    let difference = |name, index: usize| Difference {
        name,
        more_is_better: true,
        by: by[index],
        interval: interval(index),
        how: HOW,
    };
    vec![difference("accuracy", 0), difference("macro F1", 1)]
}

fn of_values(new: &[(f64, f64)], old: &[(f64, f64)], resamples: usize) -> Difference {
    let squares = |rows: &[(f64, f64)]| rows.iter().map(|(truth, said)| (truth - said).powi(2)).collect::<Vec<_>>();
    let (new, old) = (squares(new), squares(old));
    let rmse = |squares: &[f64], rows: &[usize]| {
        (rows.iter().map(|row| squares[*row]).sum::<f64>() / rows.len() as f64).sqrt()
    };
    let judge = |rows: &[usize]| rmse(&new, rows) - rmse(&old, rows);
    let by = judge(&(0..new.len()).collect::<Vec<_>>());
    Difference {
        name: "RMSE",
        more_is_better: false,
        by,
        interval: middle(draws(new.len(), resamples, judge)),
        how: HOW,
    }
}

fn draws<T>(rows: usize, resamples: usize, judge: impl Fn(&[usize]) -> T) -> Vec<T> {
    let mut random = fastrand::Rng::with_seed(0);
    let mut drawn = vec![0; rows];
    (0..resamples.max(1))
        .map(|_| {
            drawn.fill_with(|| random.usize(..rows));
            judge(&drawn)
        })
        .collect()
}

/// The middle 95 %.
fn middle(mut differences: Vec<f64>) -> (f64, f64) {
    differences.sort_by(f64::total_cmp);
    let last = differences.len() - 1;
    let at = |share: f64| differences[(share * last as f64).round() as usize];
    (at(0.025), at(0.975))
}
