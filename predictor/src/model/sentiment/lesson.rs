//! One learning task: some texts of a corpus, the features that tell most among them, and a fit.
//!
//! Counts come from the texts given, and from no other: a caller that holds texts back for judgement holds them back
//! here.

use super::corpus::Corpus;
use super::fit::{Coefficients, Design, Fit};
use super::rows::Rows;
use super::{Sentiment, logistic_link};

/// Texts made ready for learning with any smoothing and penalty.
#[derive(Debug)]
pub struct Lesson<'a> {
    corpus: &'a Corpus,
    /// Identities of the features, ascending.
    features: Vec<u32>,
    counts: Vec<Counts>,
    rows: Rows,
    labels: Vec<bool>,
}

/// What a lesson taught: enough to score the corpus's texts and to make a model.
#[derive(Debug, Clone)]
pub struct Learnt {
    /// The minimiser, from which another fit may start.
    pub coefficients: Coefficients,
    /// Weight of each feature of the lesson.
    pub weights: Vec<f32>,
}

/// In how many texts of each label a feature occurs.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Counts {
    positive: u32,
    negative: u32,
}

impl<'a> Lesson<'a> {
    /// Takes some texts of a corpus and keeps the `most` features that depend most on the label.
    #[must_use]
    pub fn of(corpus: &'a Corpus, texts: &[usize], most: usize) -> Self {
        let counts = count(corpus, texts);
        let labels: Vec<bool> = texts.iter().map(|text| corpus.labels[*text]).collect();
        let features = telling(&counts, &labels, most);
        let counts = features.iter().map(|feature| counts[*feature as usize]).collect();
        let mut lesson = Self { corpus, features, counts, rows: Rows::default(), labels };
        lesson.rows = lesson.columns(texts);
        lesson
    }

    /// Naive-Bayes log-count ratio of each feature, `ln((p / |p|) / (q / |q|))` with smoothed counts (Wang and Manning
    /// 2012, equation 1): above zero speaks for a favourable text.
    #[must_use]
    pub fn ratios(&self, smoothing: f64) -> Vec<f64> {
        let pseudo = smoothing * self.counts.len() as f64;
        let positive = self.counts.iter().map(|counts| f64::from(counts.positive)).sum::<f64>() + pseudo;
        let negative = self.counts.iter().map(|counts| f64::from(counts.negative)).sum::<f64>() + pseudo;
        let ratio = |counts: &Counts| {
            let (p, q) = (f64::from(counts.positive) + smoothing, f64::from(counts.negative) + smoothing);
            (p / positive).ln() - (q / negative).ln()
        };
        self.counts.iter().map(ratio).collect()
    }

    /// Learns, from another fit's coefficients if some are given.
    #[must_use]
    pub fn learn(&self, smoothing: f64, fit: &Fit, start: Option<&Coefficients>) -> Learnt {
        let ratios = self.ratios(smoothing);
        let design = Design { rows: &self.rows, labels: &self.labels, scales: &ratios };
        let coefficients = fit.logistic(&design, start);
        let weights = coefficients.columns.iter().zip(&ratios).map(|(weight, ratio)| (weight * ratio) as f32).collect();
        Learnt { coefficients, weights }
    }

    /// The features of some texts of the corpus, as columns.
    #[must_use]
    pub fn columns(&self, texts: &[usize]) -> Rows {
        const ABSENT: u32 = u32::MAX;
        let mut column_of = vec![ABSENT; self.corpus.keys.len()];
        for (feature, column) in self.features.iter().zip(0..) {
            column_of[*feature as usize] = column;
        }
        let columns = |text: &usize| {
            let row = self.corpus.rows.row(*text).iter();
            row.map(|identity| column_of[*identity as usize]).filter(|column| *column != ABSENT).collect::<Vec<_>>()
        };
        texts.iter().map(columns).collect()
    }

    /// The model.
    #[must_use]
    pub fn model(&self, learnt: &Learnt) -> Sentiment {
        let weights = self.features.iter().copied().zip(learnt.weights.iter().copied());
        self.corpus.model(learnt.coefficients.intercept, weights)
    }
}

impl Learnt {
    /// Probability for a row of columns, summed as [`Sentiment::probability`] sums.
    #[must_use]
    pub fn probability(&self, columns: &[u32]) -> f64 {
        let sum: f64 = columns.iter().map(|column| f64::from(self.weights[*column as usize])).sum();
        logistic_link(self.coefficients.intercept + sum)
    }
}

fn count(corpus: &Corpus, texts: &[usize]) -> Vec<Counts> {
    let mut counts = vec![Counts::default(); corpus.keys.len()];
    for text in texts {
        let positive = corpus.labels[*text];
        for identity in corpus.rows.row(*text) {
            let counts = &mut counts[*identity as usize];
            *(if positive { &mut counts.positive } else { &mut counts.negative }) += 1;
        }
    }
    counts
}

/// Identities of the `most` features with the greatest chi², ascending; of equals the ones with smaller keys.
fn telling(counts: &[Counts], labels: &[bool], most: usize) -> Vec<u32> {
    let positives = labels.iter().filter(|positive| **positive).count() as f64;
    let negatives = labels.len() as f64 - positives;
    let occurs = |(_, counts): &(u32, &Counts)| counts.positive + counts.negative > 0;
    let occurring = (0..).zip(counts).filter(occurs);
    let mut kept: Vec<(f64, u32)> =
        occurring.map(|(feature, counts)| (chi_squared(*counts, positives, negatives), feature)).collect();
    if most == 0 {
        return Vec::new();
    }
    if kept.len() > most {
        kept.select_nth_unstable_by(most - 1, |left, right| right.0.total_cmp(&left.0).then(left.1.cmp(&right.1)));
        kept.truncate(most);
    }
    let mut features: Vec<u32> = kept.into_iter().map(|(_, feature)| feature).collect();
    features.sort_unstable();
    features
}

/// Pearson's statistic of the two-by-two table of occurrence and label.
fn chi_squared(counts: Counts, positives: f64, negatives: f64) -> f64 {
    let (a, b) = (f64::from(counts.positive), f64::from(counts.negative));
    let (c, d) = (positives - a, negatives - b);
    let margins = (a + b) * (c + d) * (a + c) * (b + d);
    if margins == 0.0 { 0.0 } else { (a + b + c + d) * (a * d - b * c).powi(2) / margins }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn corpus() -> Corpus {
        let rows: Rows = [vec![0, 2], vec![0, 1, 2], vec![1, 2], vec![2, 3]].into_iter().collect();
        Corpus { ngrams: 1, keys: vec![10, 20, 30, 40], rows, labels: vec![true, true, false, false] }
    }

    #[test]
    fn ratios_follow_the_formula() {
        let corpus = corpus();
        let all = Lesson::of(&corpus, &[0, 1, 2, 3], 100);
        assert_eq!(all.features, [0, 1, 2, 3]);
        // Positive counts 2 1 2 0, negative 0 1 2 1: sums with smoothing are 9 and 8.
        let expect =
            [(3.0, 1.0), (2.0, 2.0), (3.0, 3.0), (1.0, 2.0)].map(|(p, q): (f64, f64)| ((p / 9.0) / (q / 8.0)).ln());
        assert!(all.ratios(1.0).iter().zip(expect).all(|(found, expect)| (found - expect).abs() < 1e-12));
    }

    #[test]
    fn the_most_telling_features_are_kept() {
        let corpus = corpus();
        let kept = |texts: &[usize], most: usize| Lesson::of(&corpus, texts, most).features;
        assert_eq!(kept(&[0, 1, 2, 3], 1), [0]);
        assert_eq!(kept(&[0, 1, 2, 3], 2), [0, 3]);
        assert_eq!(kept(&[0, 1, 2, 3], 3), [0, 1, 3], "equal ones by key");
        assert_eq!(kept(&[0, 1], 9), [0, 1, 2], "only what occurs in the texts given");
        assert_eq!(kept(&[], 3), [0_u32; 0]);
        assert_eq!(kept(&[0, 1, 2, 3], 0), [0_u32; 0]);
    }

    #[test]
    fn other_texts_are_seen_through_the_same_columns() {
        let corpus = corpus();
        let lesson = Lesson::of(&corpus, &[0, 1, 2, 3], 2);
        let columns = lesson.columns(&[3, 1, 2]);
        assert_eq!([columns.row(0), columns.row(1), columns.row(2)], [&[1][..], &[0], &[]]);
    }
}
