//! How good a set of predictions is, in the words and numbers of scikit-learn.
//!
//! Plain arithmetic over (truth, prediction); knows no model and no data format.

pub mod calibration;
mod classes;
pub mod curve;
mod numbers;
pub mod paired;
pub mod residuals;

pub use classes::{ClassFigures, Classified};
pub use numbers::Estimated;

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The figures of one evaluation, rounded to six decimals.
///
/// Two labels: `accuracy`, `f1` (of the second label), `f1_macro`, `roc_auc` (absent if only one label occurs), `log_loss` (nats),
/// `majority_accuracy` (of always answering the more frequent label). Several labels: the same without `f1` and `roc_auc`.
/// Numbers: `rmse`, `mae` (in the target's unit), `r2`, `interval_coverage` (share of true numbers within their interval).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// How many rows were judged.
    pub rows: usize,
    /// The figures by name.
    #[serde(flatten)]
    pub figures: BTreeMap<String, f64>,
    /// Rows by true label (outer) and predicted label (inner), in the order of the labels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub confusion: Vec<Vec<usize>>,
}

impl Evaluation {
    /// A figure by name; NaN if there is none.
    #[must_use]
    pub fn figure(&self, name: &str) -> f64 {
        self.figures.get(name).copied().unwrap_or(f64::NAN)
    }

    /// Judges probabilities of the second of two labels at the threshold one half; `None` without rows.
    #[must_use]
    pub fn of_binary(judged: &[(bool, f64)]) -> Option<Self> {
        if judged.is_empty() {
            return None;
        }
        let rows = judged.len() as f64;
        let mut confusion = vec![vec![0_usize; 2]; 2];
        for (label, score) in judged {
            confusion[usize::from(*label)][usize::from(*score >= 0.5)] += 1;
        }
        let (hits, misses) = (confusion[1][1], confusion[1][0]);
        let (rejections, alarms) = (confusion[0][0], confusion[0][1]);
        let positives = hits + misses;
        let loss: f64 = judged.iter().map(|(label, score)| surprise(*label, *score)).sum();
        let f1_positive = f1(hits, alarms, misses);
        let mut figures = BTreeMap::new();
        let mut put = |name: &str, figure: f64| figures.insert(name.to_owned(), rounded(figure));
        put("accuracy", (hits + rejections) as f64 / rows);
        put("f1", f1_positive);
        put("f1_macro", f1_macro(2, |truth, said| confusion[truth][said]));
        put("log_loss", loss / rows);
        put("majority_accuracy", positives.max(judged.len() - positives) as f64 / rows);
        if let Some(area) = roc_auc(judged) {
            put("roc_auc", area);
        }
        Some(Self { rows: judged.len(), figures, confusion })
    }
}

/// Six decimals are more than any test set can tell, and survive JSON unchanged.
fn rounded(figure: f64) -> f64 {
    (figure * 1e6).round() / 1e6
}

fn f1(hits: usize, false_alarms: usize, misses: usize) -> f64 {
    let weight = 2 * hits + false_alarms + misses;
    if weight == 0 { 0.0 } else { 2.0 * hits as f64 / weight as f64 }
}

/// Mean F1 of all labels that occur or are predicted, as scikit-learn has it; 0 without rows. `count` gives the rows of a
/// true and a predicted label. The one definition for evaluations, comparisons and the gate.
pub(crate) fn f1_macro(labels: usize, count: impl Fn(usize, usize) -> usize) -> f64 {
    let (mut sum, mut present) = (0.0, 0_usize);
    for label in 0..labels {
        let support: usize = (0..labels).map(|said| count(label, said)).sum();
        let said: usize = (0..labels).map(|truth| count(truth, label)).sum();
        if support + said > 0 {
            let hits = count(label, label);
            sum += f1(hits, said - hits, support - hits);
            present += 1;
        }
    }
    sum / present.max(1) as f64
}

/// Negative log likelihood of a label; bounded as scikit-learn bounds it, so that one sure mistake is not infinite.
fn surprise(label: bool, score: f64) -> f64 {
    let probability = if label { score } else { 1.0 - score };
    -probability.clamp(f64::EPSILON, 1.0 - f64::EPSILON).ln()
}

/// Mann-Whitney form of the area: mean rank of the positive rows; ties share their mean rank.
pub(crate) fn roc_auc(judged: &[(bool, f64)]) -> Option<f64> {
    let mut ordered: Vec<_> = judged.to_vec();
    ordered.sort_by(|left, right| left.1.total_cmp(&right.1));
    let positives = ordered.iter().filter(|(label, _)| *label).count() as f64;
    let negatives = ordered.len() as f64 - positives;
    if positives == 0.0 || negatives == 0.0 {
        return None;
    }
    let mut rank_sum = 0.0;
    let mut before = 0.0;
    for group in ordered.chunk_by(|left, right| left.1 == right.1) {
        let size = group.len() as f64;
        let mean_rank = before + (size + 1.0) / 2.0;
        rank_sum += mean_rank * group.iter().filter(|(label, _)| *label).count() as f64;
        before += size;
    }
    Some((rank_sum - positives * (positives + 1.0) / 2.0) / (positives * negatives))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_match_hand_calculation() {
        let judged = [(true, 0.9), (true, 0.4), (false, 0.6), (false, 0.1), (true, 0.6)];
        let found = Evaluation::of_binary(&judged).expect("rows");
        assert_eq!(found.confusion, [[1, 1], [1, 2]]);
        assert!((found.figure("accuracy") - 0.6).abs() < 1e-6);
        assert!((found.figure("f1") - 4.0 / 6.0).abs() < 1e-6);
        assert!((found.figure("f1_macro") - (4.0 / 6.0 + 0.5) / 2.0).abs() < 1e-6);
        // Of six pairs: 0.9 wins twice, 0.4 wins once, 0.6 wins once and ties once.
        assert!((found.figure("roc_auc") - 4.5 / 6.0).abs() < 1e-6);
        let expect = -(0.9_f64.ln() + 0.4_f64.ln() + 0.4_f64.ln() + 0.9_f64.ln() + 0.6_f64.ln()) / 5.0;
        assert!((found.figure("log_loss") - expect).abs() < 1e-6);
        assert!((found.figure("majority_accuracy") - 0.6).abs() < 1e-6);
    }

    #[test]
    fn edges_have_answers() {
        assert_eq!(Evaluation::of_binary(&[]), None);
        let one_class = Evaluation::of_binary(&[(true, 1.0), (true, 0.0)]).expect("rows");
        assert!(one_class.figure("roc_auc").is_nan());
        assert!(one_class.figure("log_loss").is_finite());
        let all_wrong = Evaluation::of_binary(&[(true, 0.0), (false, 1.0)]).expect("rows");
        assert!(all_wrong.figure("f1") == 0.0 && all_wrong.figure("roc_auc") == 0.0);
        let constant = Evaluation::of_binary(&[(true, 0.5), (false, 0.5), (false, 0.5)]).expect("rows");
        assert!((constant.figure("roc_auc") - 0.5).abs() < 1e-9);
    }
}
