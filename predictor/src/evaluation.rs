//! How good a set of probabilities is: accuracy, F1, area under the ROC curve, log loss, confusion matrix.
//!
//! Plain arithmetic over (label, probability); knows no model and no data format.

use serde::{Deserialize, Serialize};

/// The figures of one evaluation, rounded to six decimals. Names as scikit-learn has them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// How many rows were judged.
    pub rows: usize,
    /// Share of rows whose label was predicted, 0 to 1.
    pub accuracy: f64,
    /// F1 of the positive class, 0 to 1.
    pub f1: f64,
    /// Mean of both classes' F1, 0 to 1.
    pub f1_macro: f64,
    /// Area under the ROC curve; absent if only one class occurs.
    pub roc_auc: Option<f64>,
    /// Mean negative log likelihood in nats.
    pub log_loss: f64,
    /// Accuracy of always answering the more frequent label.
    pub majority_accuracy: f64,
    /// Who was taken for what.
    pub confusion: Confusion,
}

/// Confusion matrix of two classes at the threshold one half.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confusion {
    /// Positive and predicted so.
    pub true_positive: usize,
    /// Negative, predicted positive.
    pub false_positive: usize,
    /// Negative and predicted so.
    pub true_negative: usize,
    /// Positive, predicted negative.
    pub false_negative: usize,
}

impl Evaluation {
    /// Judges probabilities of the positive class against labels; `None` without rows.
    #[must_use]
    pub fn of(judged: &[(bool, f64)]) -> Option<Self> {
        if judged.is_empty() {
            return None;
        }
        let rows = judged.len() as f64;
        let confusion = Confusion::of(judged);
        let positives = confusion.true_positive + confusion.false_negative;
        let loss: f64 = judged.iter().map(|(label, score)| surprise(*label, *score)).sum();
        let f1 = f1(confusion.true_positive, confusion.false_positive, confusion.false_negative);
        let f1_negative = self::f1(confusion.true_negative, confusion.false_negative, confusion.false_positive);
        Some(Self {
            rows: judged.len(),
            accuracy: rounded((confusion.true_positive + confusion.true_negative) as f64 / rows),
            f1: rounded(f1),
            f1_macro: rounded(f64::midpoint(f1, f1_negative)),
            roc_auc: roc_auc(judged).map(rounded),
            log_loss: rounded(loss / rows),
            majority_accuracy: rounded(positives.max(judged.len() - positives) as f64 / rows),
            confusion,
        })
    }
}

impl Confusion {
    fn of(judged: &[(bool, f64)]) -> Self {
        let mut matrix = Self::default();
        for (label, score) in judged {
            let cell = match (label, *score >= 0.5) {
                (true, true) => &mut matrix.true_positive,
                (false, true) => &mut matrix.false_positive,
                (false, false) => &mut matrix.true_negative,
                (true, false) => &mut matrix.false_negative,
            };
            *cell += 1;
        }
        matrix
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

/// Negative log likelihood of a label; bounded as scikit-learn bounds it, so that one sure mistake is not infinite.
fn surprise(label: bool, score: f64) -> f64 {
    let probability = if label { score } else { 1.0 - score };
    -probability.clamp(f64::EPSILON, 1.0 - f64::EPSILON).ln()
}

/// Mann-Whitney form of the area: mean rank of the positive rows; ties share their mean rank.
fn roc_auc(judged: &[(bool, f64)]) -> Option<f64> {
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
        let found = Evaluation::of(&judged).expect("rows");
        assert_eq!(
            found.confusion,
            Confusion { true_positive: 2, false_positive: 1, true_negative: 1, false_negative: 1 }
        );
        assert!((found.accuracy - 0.6).abs() < 1e-6);
        assert!((found.f1 - 4.0 / 6.0).abs() < 1e-6);
        assert!((found.f1_macro - (4.0 / 6.0 + 0.5) / 2.0).abs() < 1e-6);
        // Of six pairs: 0.9 wins twice, 0.4 wins once, 0.6 wins once and ties once.
        assert!((found.roc_auc.expect("both classes") - 4.5 / 6.0).abs() < 1e-6);
        let expect = -(0.9_f64.ln() + 0.4_f64.ln() + 0.4_f64.ln() + 0.9_f64.ln() + 0.6_f64.ln()) / 5.0;
        assert!((found.log_loss - expect).abs() < 1e-6);
        assert!((found.majority_accuracy - 0.6).abs() < 1e-6);
    }

    #[test]
    fn edges_have_answers() {
        assert_eq!(Evaluation::of(&[]), None);
        let one_class = Evaluation::of(&[(true, 1.0), (true, 0.0)]).expect("rows");
        assert_eq!(one_class.roc_auc, None);
        assert!(one_class.log_loss.is_finite());
        let all_wrong = Evaluation::of(&[(true, 0.0), (false, 1.0)]).expect("rows");
        assert_eq!((all_wrong.f1, all_wrong.roc_auc), (0.0, Some(0.0)));
        let constant = Evaluation::of(&[(true, 0.5), (false, 0.5), (false, 0.5)]).expect("rows");
        assert_eq!(constant.roc_auc, Some(0.5));
    }
}
