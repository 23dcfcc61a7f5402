//! The count of a batch: labels, or quantiles of numbers, in bounded memory.

use std::collections::BTreeMap;

use predictor_wire::{Predicted, Prediction};

/// Numbers that are held for quantiles; beyond that every second is let go, again and again.
const MOST_NUMBERS: usize = 65_536;
/// Labels that are told apart; the rest is counted together.
const MOST_LABELS: usize = 64;

/// Counts so far.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tally {
    /// Rows with an answer, or, while only checking, good rows.
    pub answered: u64,
    /// Rows that were refused, by us or by the service.
    pub refused: u64,
    labels: BTreeMap<String, u64>,
    numbers: Vec<f64>,
    /// Each held number stands for so many.
    stride: u64,
    skipped: u64,
}

impl Tally {
    /// A row without an answer.
    pub fn refuse(&mut self) {
        self.refused += 1;
    }

    /// A good row that is not sent.
    pub fn pass(&mut self) {
        self.answered += 1;
    }

    /// An answer.
    pub fn count(&mut self, prediction: &Prediction<'_>) {
        self.answered += 1;
        match &prediction.prediction {
            Predicted::Label(label) => self.label(label),
            Predicted::Number(number) => self.number(*number),
        }
    }

    /// Labels with their counts, most frequent first.
    #[must_use]
    pub fn labels(&self) -> Vec<(&str, u64)> {
        let mut labels: Vec<_> = self.labels.iter().map(|(label, count)| (label.as_str(), *count)).collect();
        labels.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        labels
    }

    /// Least number, quartiles, greatest; and whether they are exact. `None` where no number was predicted.
    #[must_use]
    pub fn quantiles(&self) -> Option<([f64; 5], bool)> {
        let mut sorted = self.numbers.clone();
        sorted.sort_by(f64::total_cmp);
        let last = sorted.len().checked_sub(1)?;
        let at = |quarter: usize| sorted[last * quarter / 4];
        Some(([at(0), at(1), at(2), at(3), at(4)], self.stride <= 1))
    }

    fn label(&mut self, label: &str) {
        let known = self.labels.contains_key(label) || self.labels.len() < MOST_LABELS;
        let label = if known { label.chars().take(80).collect() } else { "others".to_owned() };
        *self.labels.entry(label).or_default() += 1;
    }

    fn number(&mut self, number: f64) {
        self.stride = self.stride.max(1);
        self.skipped += 1;
        if self.skipped < self.stride {
            return;
        }
        self.skipped = 0;
        self.numbers.push(number);
        if self.numbers.len() >= MOST_NUMBERS {
            let mut index = 0_usize;
            self.numbers.retain(|_| {
                index += 1;
                index.is_multiple_of(2)
            });
            self.stride *= 2;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prediction(predicted: Predicted<'static>) -> Prediction<'static> {
        Prediction {
            model: "m".into(),
            version: "1".into(),
            prediction: predicted,
            unit: None,
            confidence: None,
            probabilities: None,
            interval: None,
            explanation: None,
        }
    }

    #[test]
    fn labels_and_quantiles_in_bounded_memory() {
        let mut tally = Tally::default();
        for index in 0..300_000_u32 {
            tally.count(&prediction(Predicted::Number(f64::from(index))));
        }
        let ([least, _, median, _, greatest], exact) = tally.quantiles().unwrap();
        assert!(!exact && tally.numbers.len() < MOST_NUMBERS);
        assert!(least < 100.0 && greatest > 299_900.0 && (median - 150_000.0).abs() < 1_000.0, "{least} {median}");
        for index in 0..500_u32 {
            tally.count(&prediction(Predicted::Label(format!("l{}", index % 100).into())));
        }
        assert!(tally.labels().len() <= MOST_LABELS + 1);
        assert_eq!(tally.labels().iter().map(|(_, count)| count).sum::<u64>(), 500);
    }
}
