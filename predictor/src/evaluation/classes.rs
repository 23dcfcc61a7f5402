//! How often labels are right, class by class.

use super::{Evaluation, f1, f1_macro, roc_auc, rounded, surprise};
use std::collections::BTreeMap;

/// A predicted label with the probabilities of all, beside the true one.
#[derive(Debug, Clone, PartialEq)]
pub struct Classified {
    /// Position of the true label.
    pub truth: usize,
    /// Position of the predicted label.
    pub label: usize,
    /// Probability of each label.
    pub probabilities: Vec<f64>,
}

/// Figures of one class. Names as scikit-learn has them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClassFigures {
    /// Share of the rows with this prediction for which it is true; 0 if there are none.
    pub precision: f64,
    /// Share of the rows of this class for which it was predicted; 0 if there are none.
    pub recall: f64,
    /// Harmonic mean of both.
    pub f1: f64,
    /// Rows of this class.
    pub support: usize,
}

impl Evaluation {
    /// Judges labels and probabilities of `labels` classes; `None` without rows. Two classes have `f1` (of the second)
    /// and `roc_auc` besides; labels count as they were predicted, whatever threshold was used.
    #[must_use]
    pub fn of_classes(labels: usize, judged: &[Classified]) -> Option<Self> {
        if judged.is_empty() || judged.iter().any(|row| row.truth >= labels || row.label >= labels) {
            return None;
        }
        let rows = judged.len() as f64;
        let mut confusion = vec![vec![0_usize; labels]; labels];
        for row in judged {
            confusion[row.truth][row.label] += 1;
        }
        let share = |row: &Classified| row.probabilities.get(row.truth).copied().unwrap_or_default();
        let hits: usize = (0..labels).map(|class| confusion[class][class]).sum();
        let most = confusion.iter().map(|row| row.iter().sum::<usize>()).max().unwrap_or_default();
        let found = Self { rows: judged.len(), figures: BTreeMap::new(), confusion };
        let classes = found.classes();
        let mut figures = BTreeMap::new();
        let mut put = |name: &str, figure: f64| figures.insert(name.to_owned(), rounded(figure));
        put("accuracy", hits as f64 / rows);
        put("f1_macro", f1_macro(labels, |truth, said| found.confusion[truth][said]));
        put("log_loss", judged.iter().map(|row| surprise(true, share(row))).sum::<f64>() / rows);
        put("majority_accuracy", most as f64 / rows);
        if let [_, second] = classes.as_slice() {
            put("f1", second.f1);
            let scored =
                judged.iter().map(|row| (row.truth == 1, row.probabilities.get(1).copied().unwrap_or_default()));
            if let Some(area) = roc_auc(&scored.collect::<Vec<_>>()) {
                put("roc_auc", area);
            }
        }
        Some(Self { figures, ..found })
    }

    /// Figures of each class, from the confusion matrix.
    #[must_use]
    pub fn classes(&self) -> Vec<ClassFigures> {
        let share = |part: usize, whole: usize| if whole == 0 { 0.0 } else { part as f64 / whole as f64 };
        let figures = |class: usize| {
            let hits = self.confusion[class][class];
            let support: usize = self.confusion[class].iter().sum();
            let said: usize = self.confusion.iter().map(|row| row[class]).sum();
            ClassFigures {
                precision: share(hits, said),
                recall: share(hits, support),
                f1: f1(hits, said - hits, support - hits),
                support,
            }
        };
        (0..self.confusion.len()).map(figures).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(truth: usize, label: usize, probabilities: &[f64]) -> Classified {
        Classified { truth, label, probabilities: probabilities.to_vec() }
    }

    #[test]
    fn three_classes_match_hand_calculation() {
        let judged = [
            row(0, 0, &[0.7, 0.2, 0.1]),
            row(0, 1, &[0.4, 0.5, 0.1]),
            row(1, 1, &[0.2, 0.5, 0.3]),
            row(2, 1, &[0.1, 0.5, 0.4]),
            row(2, 2, &[0.1, 0.1, 0.8]),
        ];
        let found = Evaluation::of_classes(3, &judged).expect("rows");
        let check = |name: &str, expect: f64| assert!((found.figure(name) - expect).abs() < 1e-6, "{name}");
        assert_eq!(found.confusion, [[1, 1, 0], [0, 1, 0], [0, 1, 1]]);
        check("accuracy", 0.6);
        check("f1_macro", (2.0 / 3.0 + 0.5 + 2.0 / 3.0) / 3.0);
        check("majority_accuracy", 0.4);
        check("log_loss", -(0.7_f64 * 0.4 * 0.5 * 0.4 * 0.8).ln() / 5.0);
        assert!(found.figure("f1").is_nan() && found.figure("roc_auc").is_nan());
        let middle = found.classes()[1];
        assert_eq!((middle.precision, middle.recall, middle.support), (1.0 / 3.0, 1.0, 1));
    }

    #[test]
    fn two_classes_agree_with_the_other_way_to_judge_them() {
        let pairs = [(true, 0.9), (true, 0.4), (false, 0.6), (false, 0.1), (true, 0.6)];
        let judged =
            pairs.map(|(truth, score)| row(usize::from(truth), usize::from(score >= 0.5), &[1.0 - score, score]));
        assert_eq!(Evaluation::of_classes(2, &judged), Evaluation::of_binary(&pairs));
    }

    #[test]
    fn edges_have_answers() {
        assert_eq!(Evaluation::of_classes(3, &[]), None);
        assert_eq!(Evaluation::of_classes(2, &[row(2, 0, &[])]), None);
        let two_of_three = [row(0, 0, &[]), row(2, 2, &[]), row(2, 0, &[])];
        let found = Evaluation::of_classes(3, &two_of_three).expect("rows");
        assert!((found.figure("f1_macro") - 2.0 / 3.0).abs() < 1e-6, "a label that does not occur has no part");
        assert_eq!(found.classes()[1].f1, 0.0);
        let one = Evaluation::of_classes(3, &[row(1, 0, &[1.0, 0.0, 0.0])]).expect("rows");
        assert!(one.figure("log_loss").is_finite() && one.figure("accuracy") == 0.0);
    }
}
