//! Two models on the same rows: how much of their difference is chance.
//!
//! Paired bootstrap (Efron and Tibshirani 1993): rows are drawn with replacement, both models are judged on the same
//! draw, and the middle 95 % of the differences is the interval. Seeded, so that a verdict repeats.

use super::{Classified, Estimated, f1_macro, surprise};
use serde::{Deserialize, Serialize};

/// A figure of two models, and what their difference may be worth.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// Its name, as [`super::Evaluation`] has it.
    pub figure: String,
    /// Whether a greater figure is a better one.
    pub more_is_better: bool,
    /// The first model's.
    pub first: f64,
    /// The second model's.
    pub second: f64,
    /// Second minus first.
    pub difference: f64,
    /// Lower end of the difference's 95 % interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// What a comparison says of the second model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It is better.
    Better,
    /// It is worse.
    Worse,
    /// These rows cannot tell.
    NoDifferenceShown,
}

/// McNemar's test (1947) in its exact form: of the rows that one model alone gets right, is either's share too great
/// for a coin?
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct McNemar {
    /// Rows that the first model alone gets right.
    pub first_only: usize,
    /// Rows that the second model alone gets right.
    pub second_only: usize,
    /// Probability of so uneven a split by chance, two-sided.
    pub p_value: f64,
}

impl Comparison {
    /// What it says. An interval that touches zero says nothing.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let (above, below) = (self.low > 0.0, self.high < 0.0);
        match (above, below, self.more_is_better) {
            (true, _, true) | (_, true, false) => Verdict::Better,
            (true, _, false) | (_, true, true) => Verdict::Worse,
            _ => Verdict::NoDifferenceShown,
        }
    }
}

/// Compares labels: `accuracy`, `f1_macro`, `log_loss`. `None` if the rows are not the same, or there are none.
#[must_use]
pub fn compare_labels(
    labels: usize,
    first: &[Classified],
    second: &[Classified],
    resamples: usize,
    seed: u64,
) -> Option<Vec<Comparison>> {
    let same = |(one, other): (&Classified, &Classified)| one.truth == other.truth;
    let in_range = |row: &Classified| row.truth < labels && row.label < labels;
    let fits = first.len() == second.len() && first.iter().zip(second).all(same);
    if first.is_empty() || !fits || !first.iter().chain(second).all(in_range) {
        return None;
    }
    let pairs: Vec<LabelPair> = first.iter().zip(second).map(|(one, other)| LabelPair::of(one, other)).collect();
    let judge = |rows: &mut dyn Iterator<Item = usize>| Tally::of(labels, &pairs, rows).figures();
    let figures = [("accuracy", true), ("f1_macro", true), ("log_loss", false)];
    Some(comparisons(&figures, pairs.len(), resamples, seed, judge))
}

/// Compares numbers: `rmse`, `mae`. `None` if the rows are not the same, or there are none.
#[must_use]
pub fn compare_numbers(
    first: &[Estimated],
    second: &[Estimated],
    resamples: usize,
    seed: u64,
) -> Option<Vec<Comparison>> {
    let same = |(one, other): (&Estimated, &Estimated)| one.truth == other.truth;
    if first.is_empty() || first.len() != second.len() || !first.iter().zip(second).all(same) {
        return None;
    }
    let errors: Vec<[f64; 2]> =
        first.iter().zip(second).map(|(one, other)| [one.value - one.truth, other.value - other.truth]).collect();
    let judge = |rows: &mut dyn Iterator<Item = usize>| {
        let (mut squares, mut distances, mut count) = ([0.0; 2], [0.0; 2], 0.0);
        for row in rows {
            for model in 0..2 {
                squares[model] += errors[row][model] * errors[row][model];
                distances[model] += errors[row][model].abs();
            }
            count += 1.0;
        }
        [0, 1].map(|model| vec![(squares[model] / count).sqrt(), distances[model] / count])
    };
    Some(comparisons(&[("rmse", false), ("mae", false)], errors.len(), resamples, seed, judge))
}

/// McNemar's test on labels of the same rows.
#[must_use]
pub fn mcnemar(first: &[Classified], second: &[Classified]) -> McNemar {
    let right = |row: &Classified| row.label == row.truth;
    let alone = |one: &[Classified], other: &[Classified]| {
        one.iter().zip(other).filter(|(one, other)| right(one) && !right(other)).count()
    };
    let (first_only, second_only) = (alone(first, second), alone(second, first));
    McNemar { first_only, second_only, p_value: sign_test(first_only, second_only) }
}

/// Two-sided exact binomial test of even odds.
fn sign_test(one: usize, other: usize) -> f64 {
    let (total, fewer) = (one + other, one.min(other));
    let mut log_term = -(total as f64) * std::f64::consts::LN_2;
    let mut tail = 0.0;
    for count in 0..=fewer {
        tail += log_term.exp();
        log_term += ((total - count) as f64).ln() - ((count + 1) as f64).ln();
    }
    (2.0 * tail).min(1.0)
}

struct LabelPair {
    truth: usize,
    labels: [usize; 2],
    losses: [f64; 2],
}

impl LabelPair {
    fn of(one: &Classified, other: &Classified) -> Self {
        let loss = |row: &Classified| surprise(true, row.probabilities.get(row.truth).copied().unwrap_or_default());
        Self { truth: one.truth, labels: [one.label, other.label], losses: [loss(one), loss(other)] }
    }
}

/// What one draw of rows adds up to.
struct Tally {
    labels: usize,
    rows: usize,
    confusion: [Vec<usize>; 2],
    losses: [f64; 2],
}

impl Tally {
    fn of(labels: usize, pairs: &[LabelPair], rows: &mut dyn Iterator<Item = usize>) -> Self {
        let mut tally =
            Self { labels, rows: 0, confusion: [vec![0; labels * labels], vec![0; labels * labels]], losses: [0.0; 2] };
        for row in rows {
            let pair = &pairs[row];
            for model in 0..2 {
                tally.confusion[model][pair.truth * labels + pair.labels[model]] += 1;
                tally.losses[model] += pair.losses[model];
            }
            tally.rows += 1;
        }
        tally
    }

    fn figures(&self) -> [Vec<f64>; 2] {
        let rows = self.rows as f64;
        [0, 1].map(|model| {
            let confusion = &self.confusion[model];
            let hits = |label: usize| confusion[label * self.labels + label];
            let right: usize = (0..self.labels).map(hits).sum();
            let f1_macro = f1_macro(self.labels, |truth, said| confusion[truth * self.labels + said]);
            vec![right as f64 / rows, f1_macro, self.losses[model] / rows]
        })
    }
}

fn comparisons(
    figures: &[(&str, bool)],
    rows: usize,
    resamples: usize,
    seed: u64,
    judge: impl Fn(&mut dyn Iterator<Item = usize>) -> [Vec<f64>; 2],
) -> Vec<Comparison> {
    let [first, second] = judge(&mut (0..rows));
    let mut random = fastrand::Rng::with_seed(seed);
    let mut drawn = vec![Vec::with_capacity(resamples); figures.len()];
    for _ in 0..resamples.max(1) {
        let [one, other] = judge(&mut (0..rows).map(|_| random.usize(..rows)));
        for (drawn, (one, other)) in drawn.iter_mut().zip(one.iter().zip(&other)) {
            drawn.push(other - one);
        }
    }
    let comparison = |(at, (figure, more_is_better)): (usize, &(&str, bool))| {
        let (low, high) = middle(&mut drawn[at]);
        Comparison {
            figure: (*figure).to_owned(),
            more_is_better: *more_is_better,
            first: first[at],
            second: second[at],
            difference: second[at] - first[at],
            low,
            high,
        }
    };
    figures.iter().enumerate().map(comparison).collect()
}

/// The middle 95 %.
fn middle(differences: &mut [f64]) -> (f64, f64) {
    differences.sort_by(f64::total_cmp);
    let last = differences.len() - 1;
    let at = |share: f64| differences[(share * last as f64).round() as usize];
    (at(0.025), at(0.975))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labelled(rows: &[(usize, usize)]) -> Vec<Classified> {
        let row = |(truth, label): &(usize, usize)| {
            let mut probabilities = vec![0.2; 2];
            probabilities[*label] = 0.8;
            Classified { truth: *truth, label: *label, probabilities }
        };
        rows.iter().map(row).collect()
    }

    fn numbers(errors: impl Iterator<Item = f64>) -> Vec<Estimated> {
        let row = |(at, error): (usize, f64)| {
            let truth = at as f64;
            Estimated { truth, value: truth + error, low: truth, high: truth }
        };
        errors.enumerate().map(row).collect()
    }

    #[test]
    fn a_clear_difference_is_shown_and_none_is_not() {
        let rows = |wrong_every: usize| {
            labelled(
                &(0..400).map(|row| (row % 2, (row + usize::from(row % wrong_every == 0)) % 2)).collect::<Vec<_>>(),
            )
        };
        let compare = |one: &[Classified], other: &[Classified]| compare_labels(2, one, other, 500, 1).expect("rows");
        let (poor, good) = (rows(3), rows(20));
        let found = compare(&poor, &good);
        assert_eq!(found[0].figure, "accuracy");
        assert!((found[0].first - 266.0 / 400.0).abs() < 1e-9 && (found[0].second - 0.95).abs() < 1e-9);
        assert!(found.iter().all(|each| each.verdict() == Verdict::Better), "{found:?}");
        assert!(compare(&good, &poor).iter().all(|each| each.verdict() == Verdict::Worse));
        assert!(compare(&good, &good).iter().all(|each| each.verdict() == Verdict::NoDifferenceShown));
        assert_eq!(compare(&poor, &good), found, "the same each time");
    }

    #[test]
    fn macro_f1_is_that_of_an_evaluation() {
        let rows = labelled(&[(0, 0), (1, 1), (1, 0)]);
        let found = compare_labels(4, &rows, &rows, 10, 1).expect("rows");
        let alone = crate::evaluation::Evaluation::of_classes(4, &rows).expect("rows");
        assert_eq!(found[1].figure, "f1_macro");
        assert!((found[1].first - 2.0 / 3.0).abs() < 1e-9 && (alone.figure("f1_macro") - 2.0 / 3.0).abs() < 1e-6);
    }

    #[test]
    fn fewer_errors_are_better() {
        let (far, near) =
            (numbers((0..300).map(|row| f64::from(row % 7))), numbers((0..300).map(|row| f64::from(row % 3))));
        let found = compare_numbers(&far, &near, 500, 1).expect("rows");
        assert!(found.iter().all(|each| each.verdict() == Verdict::Better && each.high < 0.0));
        assert!((found[1].second - 1.0).abs() < 1e-9, "mean absolute error");
    }

    #[test]
    fn other_rows_cannot_be_compared() {
        let one = labelled(&[(0, 0), (1, 1)]);
        assert_eq!(compare_labels(2, &one, &labelled(&[(1, 0), (1, 1)]), 10, 0), None);
        assert_eq!(compare_labels(2, &one, &one[..1], 10, 0), None);
        assert_eq!(compare_labels(2, &[], &[], 10, 0), None);
        assert_eq!(compare_labels(1, &one, &one, 10, 0), None);
        assert_eq!(compare_numbers(&numbers([1.0].into_iter()), &[], 10, 0), None);
    }

    #[test]
    fn the_sign_test_is_exact() {
        let check = |one, other, expect: f64| assert!((sign_test(one, other) - expect).abs() < 1e-12, "{one} {other}");
        check(0, 0, 1.0);
        check(1, 1, 1.0);
        check(0, 5, 2.0 / 32.0);
        check(5, 0, 2.0 / 32.0);
        check(2, 8, 2.0 * (1.0 + 10.0 + 45.0) / 1024.0);
        assert!(sign_test(400, 600) < 1e-9);
        let (one, other) = (labelled(&[(0, 0), (1, 0), (1, 1)]), labelled(&[(0, 1), (1, 1), (1, 1)]));
        let found = mcnemar(&one, &other);
        assert_eq!((found.first_only, found.second_only, found.p_value), (1, 1, 1.0));
    }
}
