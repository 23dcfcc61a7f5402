//! Intervals around predicted numbers, from how far predictions were off on rows that were not learnt from.
//!
//! Conformal prediction with one band for each level of prediction (Vovk, Gammerman and Shafer 2005): cheap houses get
//! narrower intervals than dear ones. The bands' residuals come from cross-validation.

use crate::artifact::ArtifactError;
use serde::{Deserialize, Serialize};

/// Rows of a band at least.
const LEAST_ROWS: usize = 200;
/// Bands at most.
const MOST_BANDS: usize = 12;

/// How far true numbers lie from predictions of one level.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Band {
    /// Predictions below this belong here, if they are not below that of the band before. The last has no bound.
    pub below: f64,
    /// What to add to a prediction for the lower end; mostly negative.
    pub low: f64,
    /// What to add for the upper end.
    pub high: f64,
}

/// Bands that hold `level` of the true numbers, from pairs of prediction and truth. No pairs, no bands.
#[must_use]
pub fn bands(pairs: &[(f64, f64)], level: f64) -> Vec<Band> {
    let mut sorted = pairs.to_vec();
    sorted.sort_by(|left, right| left.0.total_cmp(&right.0));
    let count = (sorted.len() / LEAST_ROWS).clamp(1, MOST_BANDS);
    let size = sorted.len().div_ceil(count).max(1);
    let groups: Vec<_> = sorted.chunks(size).collect();
    let mut bands: Vec<Band> = Vec::with_capacity(groups.len());
    for (index, group) in groups.iter().enumerate() {
        let below = groups.get(index + 1).and_then(|next| next.first()).map_or(f64::MAX, |next| next.0);
        // Equal predictions on both sides of a border belong to the later band; one that is left empty goes.
        if group.first().is_some_and(|first| first.0 < below) {
            let (low, high) = ends(group, level);
            bands.push(Band { below, low, high });
        }
    }
    bands
}

/// Quantiles of the residuals, taken one rank further out, as conformal prediction asks for finite samples.
fn ends(group: &[(f64, f64)], level: f64) -> (f64, f64) {
    let mut residuals: Vec<f64> = group.iter().map(|(predicted, truth)| truth - predicted).collect();
    residuals.sort_by(f64::total_cmp);
    let last = residuals.len() - 1;
    let outside = (1.0 - level) / 2.0 * (residuals.len() + 1) as f64;
    let skipped = (outside.floor() as usize).saturating_sub(1).min(last);
    (residuals[skipped], residuals[last - skipped])
}

/// The ends of the interval around a prediction; they enclose it.
#[must_use]
pub fn around(bands: &[Band], predicted: f64) -> (f64, f64) {
    match bands.iter().find(|band| predicted < band.below).or(bands.last()) {
        Some(band) => (predicted + band.low.min(0.0), predicted + band.high.max(0.0)),
        None => (predicted, predicted),
    }
}

/// Checks bands that were read.
///
/// # Errors
/// Bounds that do not ascend, or numbers that are not finite.
pub fn check(bands: &[Band]) -> Result<(), ArtifactError> {
    let finite = bands.iter().all(|band| [band.below, band.low, band.high].iter().all(|number| number.is_finite()));
    let ascend = bands.is_sorted_by(|left, right| left.below < right.below);
    if finite && ascend && bands.len() <= MOST_BANDS {
        Ok(())
    } else {
        Err(ArtifactError::Structure("the bands of its intervals are not in order"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Noise that grows with the level.
    fn pairs(seed: u64) -> Vec<(f64, f64)> {
        let mut random = fastrand::Rng::with_seed(seed);
        (0..4000)
            .map(|_| {
                let predicted = random.f64() * 100.0;
                (predicted, predicted + (random.f64() - 0.3) * (1.0 + predicted))
            })
            .collect()
    }

    #[test]
    fn new_rows_lie_within_as_often_as_promised() {
        let bands = bands(&pairs(1), 0.9);
        assert!(check(&bands).is_ok() && bands.len() == MOST_BANDS);
        for (from, to) in [(0.0, 30.0), (30.0, 70.0), (70.0, 100.0)] {
            let fresh: Vec<_> = pairs(2).into_iter().filter(|pair| (from..to).contains(&pair.0)).collect();
            let inside = |pair: &&(f64, f64)| {
                let (low, high) = around(&bands, pair.0);
                (low..=high).contains(&pair.1)
            };
            let share = fresh.iter().filter(inside).count() as f64 / fresh.len() as f64;
            assert!((0.86..0.94).contains(&share), "{from} to {to}: {share}");
        }
        let width = |at: f64| around(&bands, at).1 - around(&bands, at).0;
        assert!(width(95.0) > 5.0 * width(2.0));
    }

    #[test]
    fn edges_have_answers() {
        assert_eq!(bands(&[], 0.9), []);
        assert_eq!(around(&[], 3.0), (3.0, 3.0));
        let one = bands(&[(5.0, 6.0)], 0.9);
        assert_eq!(around(&one, 5.0), (5.0, 6.0));
        let same = bands(&vec![(5.0, 6.0); 1000], 0.9);
        assert!(check(&same).is_ok() && same.len() == 1, "{same:?}");
        let bad = |below, low| check(&[Band { below: 1.0, low: 0.0, high: 0.0 }, Band { below, low, high: 0.0 }]);
        assert!(bad(2.0, 0.0).is_ok() && bad(1.0, 0.0).is_err() && bad(2.0, f64::NAN).is_err());
    }
}
