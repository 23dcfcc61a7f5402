//! Choosing by cross-validation: the estimator with the least squared error on held-out rows, and the threshold between
//! two labels with the best macro F1 there.

use super::super::features::fill_row;
use super::super::learn::Estimator;
use super::{TrainError, Training, score_count, wanted_score};
use crate::data::FOLDS;
use crate::progress::Progress;
use crate::workers::{in_parallel, threads};

/// The estimator that did best, and what it said of every training row while it had not learnt from it.
#[derive(Debug, Clone)]
pub(super) struct Choice {
    pub estimator: Estimator,
    /// The root of the mean squared error of each candidate, in the plan's order.
    pub losses: Vec<f64>,
    /// The scores of each row.
    pub scores: Vec<Vec<f64>>,
}

pub(super) fn choose(training: &Training<'_>, progress: &Progress) -> Result<Choice, TrainError> {
    let candidates = &training.plan.candidates;
    let folds = FOLDS as usize;
    progress.stage("learning estimators", candidates.len() * folds + 1);
    let found = in_parallel(threads(), candidates.len() * folds, |run| {
        let found = held_out(training, candidates[run / folds], (run % folds) as u64);
        progress.step();
        found
    });
    let found: Vec<Vec<(usize, Vec<f64>)>> = found.into_iter().collect::<Result<_, _>>()?;
    let scores_of = |candidate: usize| {
        let mut scores = vec![Vec::new(); training.cases.len()];
        for (row, found) in found[candidate * folds..(candidate + 1) * folds].iter().flatten() {
            scores[*row].clone_from(found);
        }
        scores
    };
    let losses: Vec<f64> = (0..candidates.len()).map(|candidate| loss(training, &scores_of(candidate))).collect();
    // The first of equals, so that runs repeat.
    let best = (0..losses.len()).min_by(|left, right| losses[*left].total_cmp(&losses[*right]));
    let best = best.ok_or(TrainError::TooFew("the list of estimators"))?;
    Ok(Choice { estimator: candidates[best], scores: scores_of(best), losses })
}

/// The scores of one inner fold's rows by an estimator that learnt from the others. Nothing is hidden from them.
fn held_out(training: &Training<'_>, estimator: Estimator, fold: u64) -> Result<Vec<(usize, Vec<f64>)>, TrainError> {
    let (held, learnt): (Vec<usize>, Vec<usize>) =
        (0..training.cases.len()).partition(|row| training.inner[*row] == fold);
    let (features, scores) = training.learn(&learnt, estimator)?;
    let mut numbers = Vec::new();
    let scored = held.into_iter().map(|row| {
        fill_row(&features, &training.cases[row].input.cells, &mut numbers);
        (row, scores.iter().map(|score| score.raw(&numbers)).collect())
    });
    Ok(scored.collect())
}

fn loss(training: &Training<'_>, scores: &[Vec<f64>]) -> f64 {
    let target = &training.plan.target;
    let count = score_count(target);
    let squares = scores.iter().zip(training.cases).flat_map(|(scores, case)| {
        (0..count).map(move |score| (scores[score] - wanted_score(target, score, case.truth)).powi(2))
    });
    (squares.sum::<f64>() / (scores.len() * count).max(1) as f64).sqrt()
}

/// The least probability of the second label with which the mean of both labels' F1 is greatest.
pub(super) fn threshold(judged: &[(f64, bool)]) -> f64 {
    let mut sorted = judged.to_vec();
    sorted.sort_by(|left, right| right.0.total_cmp(&left.0));
    let positives = sorted.iter().filter(|row| row.1).count() as f64;
    let negatives = sorted.len() as f64 - positives;
    let (mut hits, mut alarms) = (0.0, 0.0);
    let mut best = (0.0, 0.5);
    for (index, (score, truth)) in sorted.iter().enumerate() {
        if *truth {
            hits += 1.0;
        } else {
            alarms += 1.0;
        }
        let next = sorted.get(index + 1).map_or(*score, |row| row.0);
        if next == *score {
            continue;
        }
        let f1 = 2.0 * hits / (positives + hits + alarms);
        let rejected = negatives - alarms;
        let f1_other = 2.0 * rejected / (negatives + rejected + positives - hits);
        if f1 + f1_other > best.0 {
            // Between two scores that occur, where new rows fall on either side alike.
            best = (f1 + f1_other, f64::midpoint(*score, next));
        }
    }
    (best.1.clamp(0.0, 1.0) * 1e4).round() / 1e4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_threshold_separates_best() {
        let rare: Vec<(f64, bool)> = (0..100).map(|n| (f64::from(n) / 250.0, n >= 90)).collect();
        assert!((threshold(&rare) - 0.358).abs() < 1e-9);
        let even = [(0.1, false), (0.4, false), (0.6, true), (0.9, true)];
        assert!((threshold(&even) - 0.5).abs() < 1e-9);
        assert!((threshold(&[]) - 0.5).abs() < 1e-9);
        assert!((threshold(&[(0.3, true), (0.3, false)]) - 0.5).abs() < 1e-9);
    }
}
