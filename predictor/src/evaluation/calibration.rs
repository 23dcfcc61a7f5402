//! Whether probabilities mean what they say: of the rows that were given 0.8, eight in ten should be so.

use super::{Classified, rounded};
use serde::{Deserialize, Serialize};

/// Bins of the reliability table.
pub const BINS: usize = 10;

/// How far probabilities are from frequencies.
///
/// Two labels: of the second label's probability. More: of the predicted label's, which is the confidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// Mean distance between probability and frequency over the bins, weighted by their rows (Guo et al. 2017).
    pub expected_calibration_error: f64,
    /// Mean squared distance between probability and truth: of the second of two labels, else summed over all labels,
    /// as scikit-learn has it.
    pub brier_score: f64,
    /// Equal parts of 0 to 1, ascending.
    pub bins: Vec<Bin>,
}

/// Rows whose probability lies in one part of 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Bin {
    /// Lower end, inclusive.
    pub low: f64,
    /// Upper end; inclusive in the last bin only.
    pub high: f64,
    /// Rows in it.
    pub rows: usize,
    /// Their mean probability; 0 without rows.
    pub probability: f64,
    /// How often it was so; 0 without rows.
    pub frequency: f64,
}

impl Calibration {
    /// Judges probabilities; `None` without rows.
    #[must_use]
    pub fn of(judged: &[Classified]) -> Option<Self> {
        let labels = judged.first()?.probabilities.len();
        let rows = judged.len() as f64;
        let claims: Vec<(f64, bool)> = judged.iter().map(|row| claim(row, labels)).collect();
        let bins: Vec<Bin> = (0..BINS).map(|index| bin(index, &claims)).collect();
        let distance = |bin: &Bin| bin.rows as f64 / rows * (bin.probability - bin.frequency).abs();
        let brier: f64 = judged.iter().map(|row| squared_distance(row, labels)).sum();
        Some(Self {
            expected_calibration_error: rounded(bins.iter().map(distance).sum()),
            brier_score: rounded(brier / rows),
            bins: bins.into_iter().map(Bin::rounded).collect(),
        })
    }
}

impl Bin {
    fn rounded(self) -> Self {
        Self { probability: rounded(self.probability), frequency: rounded(self.frequency), ..self }
    }
}

/// A probability, and whether it was so.
fn claim(row: &Classified, labels: usize) -> (f64, bool) {
    let label = if labels == 2 { 1 } else { row.label };
    (row.probabilities.get(label).copied().unwrap_or_default(), row.truth == label)
}

fn squared_distance(row: &Classified, labels: usize) -> f64 {
    let distance = |(label, share): (usize, &f64)| (share - f64::from(u8::from(row.truth == label))).powi(2);
    let sum: f64 = row.probabilities.iter().enumerate().map(distance).sum();
    if labels == 2 { sum / 2.0 } else { sum }
}

fn bin(index: usize, claims: &[(f64, bool)]) -> Bin {
    let of = |probability: f64| ((probability * BINS as f64) as usize).min(BINS - 1);
    let within: Vec<&(f64, bool)> = claims.iter().filter(|(probability, _)| of(*probability) == index).collect();
    let mean = |value: &dyn Fn(&(f64, bool)) -> f64| {
        if within.is_empty() { 0.0 } else { within.iter().map(|claim| value(claim)).sum::<f64>() / within.len() as f64 }
    };
    Bin {
        low: index as f64 / BINS as f64,
        high: (index + 1) as f64 / BINS as f64,
        rows: within.len(),
        probability: mean(&|(probability, _)| *probability),
        frequency: mean(&|(_, so)| f64::from(u8::from(*so))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn binary(truth: bool, probability: f64) -> Classified {
        Classified {
            truth: usize::from(truth),
            label: usize::from(probability >= 0.5),
            probabilities: vec![1.0 - probability, probability],
        }
    }

    #[test]
    fn figures_match_hand_calculation() {
        let judged =
            [binary(true, 0.95), binary(false, 0.95), binary(true, 0.25), binary(false, 0.25), binary(false, 1.0)];
        let found = Calibration::of(&judged).expect("rows");
        // Two bins: three rows of mean 2.9/3 with frequency 1/3, two of 0.25 with frequency 1/2.
        let expect = 3.0 / 5.0 * (2.9 / 3.0 - 1.0 / 3.0) + 2.0 / 5.0 * 0.25;
        assert!((found.expected_calibration_error - expect).abs() < 1e-6);
        let expect = (0.0025 + 0.9025 + 0.5625 + 0.0625 + 1.0) / 5.0;
        assert!((found.brier_score - expect).abs() < 1e-6);
        assert_eq!(found.bins.iter().map(|bin| bin.rows).collect::<Vec<_>>(), [0, 0, 2, 0, 0, 0, 0, 0, 0, 3]);
    }

    #[test]
    fn several_labels_are_judged_by_their_confidence() {
        let row = |truth| Classified { truth, label: 0, probabilities: vec![0.75, 0.25, 0.0] };
        let found = Calibration::of(&[row(0), row(1)]).expect("rows");
        assert!((found.expected_calibration_error - 0.25).abs() < 1e-6);
        assert!((found.brier_score - (0.125 + 1.125) / 2.0).abs() < 1e-6);
        assert_eq!(Calibration::of(&[]), None);
    }
}
