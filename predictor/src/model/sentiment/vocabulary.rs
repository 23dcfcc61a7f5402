//! Which n-grams become features, and how much each says by itself.
//!
//! Counts come from the rows given, and from no other: a caller that holds rows back for judgement holds them back here.

use std::collections::BTreeMap;

/// One row: ascending feature keys, and the label.
#[derive(Debug, Clone)]
pub struct Row {
    /// Distinct keys, ascending.
    pub keys: Vec<u64>,
    /// Favourable or not.
    pub positive: bool,
}

/// The features of a model, ascending by key.
#[derive(Debug, Clone, PartialEq)]
pub struct Vocabulary {
    /// Keys, ascending.
    pub keys: Vec<u64>,
    counts: Vec<Counts>,
}

/// In how many rows of each label a key occurs.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Counts {
    positive: f64,
    negative: f64,
}

impl Vocabulary {
    /// Counts keys in `rows` and keeps the `most` that depend most on the label.
    #[must_use]
    pub fn of(rows: &[&Row], most: usize) -> Self {
        let counts = count(rows);
        let positives = rows.iter().filter(|row| row.positive).count() as f64;
        let negatives = rows.len() as f64 - positives;
        let mut kept: Vec<(u64, Counts)> = counts.into_iter().collect();
        if kept.len() > most {
            // Stable, and the keys ascend already: equal features are kept by key, so that runs repeat.
            kept.sort_by(|left, right| {
                let dependence = |counts: &Counts| chi_squared(*counts, positives, negatives);
                dependence(&right.1).total_cmp(&dependence(&left.1))
            });
            kept.truncate(most);
            kept.sort_unstable_by_key(|(key, _)| *key);
        }
        let (keys, counts) = kept.into_iter().unzip();
        Self { keys, counts }
    }

    /// Naive-Bayes log-count ratio of each key, `ln((p / |p|) / (q / |q|))` with smoothed counts (Wang and Manning
    /// 2012, equation 1): above zero speaks for a favourable text.
    #[must_use]
    pub fn ratios(&self, smoothing: f64) -> Vec<f64> {
        let pseudo = smoothing * self.counts.len() as f64;
        let positive = self.counts.iter().map(|counts| counts.positive).sum::<f64>() + pseudo;
        let negative = self.counts.iter().map(|counts| counts.negative).sum::<f64>() + pseudo;
        let ratio = |counts: &Counts| {
            ((counts.positive + smoothing) / positive).ln() - ((counts.negative + smoothing) / negative).ln()
        };
        self.counts.iter().map(ratio).collect()
    }

    /// The columns of the features that occur in a row, ascending.
    #[must_use]
    pub fn columns(&self, keys: &[u64]) -> Vec<u32> {
        let found = keys.iter().filter_map(|key| self.keys.binary_search(key).ok());
        found.filter_map(|column| u32::try_from(column).ok()).collect()
    }
}

fn count(rows: &[&Row]) -> BTreeMap<u64, Counts> {
    let mut counts: BTreeMap<u64, Counts> = BTreeMap::new();
    for row in rows {
        for key in &row.keys {
            let counts = counts.entry(*key).or_default();
            *(if row.positive { &mut counts.positive } else { &mut counts.negative }) += 1.0;
        }
    }
    counts
}

/// Pearson's statistic of the two-by-two table of occurrence and label.
fn chi_squared(counts: Counts, positives: f64, negatives: f64) -> f64 {
    let (a, b) = (counts.positive, counts.negative);
    let (c, d) = (positives - a, negatives - b);
    let margins = (a + b) * (c + d) * (a + c) * (b + d);
    if margins == 0.0 { 0.0 } else { (a + b + c + d) * (a * d - b * c).powi(2) / margins }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Vec<Row> {
        let row = |keys: &[u64], positive| Row { keys: keys.to_vec(), positive };
        vec![row(&[1, 3], true), row(&[1, 2, 3], true), row(&[2, 3], false), row(&[3, 4], false)]
    }

    #[test]
    fn ratios_follow_the_formula() {
        let rows = rows();
        let all = Vocabulary::of(&rows.iter().collect::<Vec<_>>(), 100);
        assert_eq!(all.keys, [1, 2, 3, 4]);
        // Positive counts 2 1 2 0, negative 0 1 2 1: sums with smoothing are 9 and 8.
        let expect =
            [(3.0, 1.0), (2.0, 2.0), (3.0, 3.0), (1.0, 2.0)].map(|(p, q): (f64, f64)| ((p / 9.0) / (q / 8.0)).ln());
        assert!(all.ratios(1.0).iter().zip(expect).all(|(found, expect)| (found - expect).abs() < 1e-12));
        assert_eq!(all.columns(&[0, 2, 4, 9]), [1, 3]);
    }

    #[test]
    fn the_most_telling_features_are_kept() {
        let rows = rows();
        let rows: Vec<_> = rows.iter().collect();
        assert_eq!(Vocabulary::of(&rows, 1).keys, [1]);
        assert_eq!(Vocabulary::of(&rows, 2).keys, [1, 4]);
        assert_eq!(Vocabulary::of(&rows, 3).keys, [1, 2, 4], "equal ones by key");
        assert_eq!(Vocabulary::of(&[], 3).keys, [0_u64; 0]);
    }
}
