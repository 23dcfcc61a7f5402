//! Text to the probability that it is favourable: a sparse linear model over hashed n-grams.
//!
//! Naive-Bayes log-count ratios times logistic-regression weights (Wang and Manning 2012, "Baselines and Bigrams"),
//! folded into one number a feature. This file scores and stores; [`train`] learns.

pub mod corpus;
pub mod fit;
pub mod lesson;
pub mod rows;
pub mod search;
pub mod train;
pub mod watch;

use crate::artifact::ArtifactError;
use crate::text::{LONGEST_NGRAM, for_each_ngram};
use predictor_wire::{Contribution, Explanation, Field, FieldType, Form, Target};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasherDefault, Hasher};

/// More features than any training run of this program keeps.
const MOST_FEATURES: usize = 4_000_000;

/// What every sentiment model asks for.
#[must_use]
pub fn forms() -> Vec<Form> {
    let text = Field {
        name: "text".to_owned(),
        field_type: FieldType::Text,
        description: "The text to judge; learnt from English reviews".to_owned(),
        unit: None,
        required: true,
        nullable: false,
        default: None,
        minimum: None,
        maximum: None,
        exclusive_minimum: false,
        choices: Vec::new(),
        example: "I loved this movie".into(),
    };
    vec![Form { name: "text".to_owned(), description: "One text".to_owned(), inputs: vec![text] }]
}

/// What every sentiment model predicts.
#[must_use]
pub fn target() -> Target {
    Target { name: "sentiment".to_owned(), unit: None, labels: vec!["negative".to_owned(), "positive".to_owned()] }
}

/// A learned sentiment model.
#[derive(Debug, Clone)]
pub struct Sentiment {
    ngrams: u8,
    bias: f64,
    weights: HashMap<u64, f32, BuildHasherDefault<KeyHasher>>,
}

/// The stored form, in postcard. Keys ascend, each written as the step from the one before: shorter, and no step of
/// zero means no key twice.
#[derive(Serialize, Deserialize)]
struct Stored {
    ngrams: u8,
    bias: f64,
    key_steps: Vec<u64>,
    weights: Vec<f32>,
}

impl Sentiment {
    /// Builds a model from learned numbers; features of weight zero are left out.
    #[must_use]
    pub fn new(ngrams: u8, bias: f64, features: impl IntoIterator<Item = (u64, f32)>) -> Self {
        let weights = features.into_iter().filter(|(_, weight)| *weight != 0.0).collect();
        Self { ngrams, bias, weights }
    }

    /// Probability that `text` is favourable, 0 to 1, rounded to six decimals. A text without a known feature gets
    /// what the bias says, which is near one half.
    #[must_use]
    pub fn score(&self, text: &str) -> f64 {
        self.read(text).score
    }

    /// Probability for a text whose feature keys are known already; `keys` must ascend, so that sums are repeatable.
    #[must_use]
    pub fn probability(&self, keys: &[u64]) -> f64 {
        self.weigh(keys).0
    }

    /// The probability, and how many of the keys have a weight.
    fn weigh(&self, keys: &[u64]) -> (f64, usize) {
        let (mut margin, mut known) = (0.0, 0);
        for weight in keys.iter().filter_map(|key| self.weights.get(key)) {
            margin += f64::from(*weight);
            known += 1;
        }
        (logistic_link(self.bias + margin), known)
    }

    /// What each known n-gram of a text adds to the log odds; the `most` greatest are named. A text without any says so
    /// in a contribution of zero.
    #[must_use]
    pub fn explain(&self, text: &str, most: usize) -> Explanation {
        let mut known: BTreeMap<u64, (String, f64)> = BTreeMap::new();
        for_each_ngram(text, self.ngrams, |key, tokens| {
            if let Some(weight) = self.weights.get(&key) {
                known.entry(key).or_insert_with(|| (tokens.join(" "), f64::from(*weight)));
            }
        });
        if known.is_empty() {
            known.insert(0, ("(no known words)".to_owned(), 0.0));
        }
        let mut found: Vec<(String, f64)> = known.into_values().collect();
        found.sort_by(|left, right| right.1.abs().total_cmp(&left.1.abs()).then_with(|| left.0.cmp(&right.0)));
        let rest = found.iter().skip(most).map(|(_, weight)| weight).sum::<f64>() + 0.0;
        found.truncate(most);
        let named = |(feature, contribution)| Contribution { feature, value: None, contribution };
        Explanation {
            unit: "log odds".to_owned(),
            baseline: self.bias,
            contributions: found.into_iter().map(named).collect(),
            rest,
        }
    }

    /// How many features have a weight.
    #[must_use]
    pub fn feature_count(&self) -> usize {
        self.weights.len()
    }

    /// The stored form.
    ///
    /// # Errors
    /// None is known; postcard's type has one.
    pub fn to_bytes(&self) -> Result<Vec<u8>, ArtifactError> {
        let mut features: Vec<_> = self.weights.iter().map(|(key, weight)| (*key, *weight)).collect();
        features.sort_unstable_by_key(|(key, _)| *key);
        let mut before = 0;
        let mut stored = Stored { ngrams: self.ngrams, bias: self.bias, key_steps: Vec::new(), weights: Vec::new() };
        for (key, weight) in features {
            stored.key_steps.push(key - before);
            stored.weights.push(weight);
            before = key;
        }
        postcard::to_allocvec(&stored).map_err(|_| ArtifactError::Structure("the weights cannot be written"))
    }

    /// Reads the stored form; takes no more memory than a small multiple of `bytes`.
    ///
    /// # Errors
    /// Anything that [`Sentiment::to_bytes`] cannot have written.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ArtifactError> {
        let refused = ArtifactError::Structure;
        let (stored, rest): (Stored, _) =
            postcard::take_from_bytes(bytes).map_err(|_| refused("it ends early or is not postcard"))?;
        if !rest.is_empty() {
            return Err(refused("bytes follow its end"));
        }
        if !(1..=LONGEST_NGRAM).contains(&stored.ngrams) {
            return Err(refused("the n-gram length is out of range"));
        }
        if stored.key_steps.len() != stored.weights.len() || stored.weights.len() > MOST_FEATURES {
            return Err(refused("the numbers of keys and weights do not fit"));
        }
        if !stored.bias.is_finite() || !stored.weights.iter().all(|weight| weight.is_finite()) {
            return Err(refused("a weight is not a finite number"));
        }
        let keys = ascending(&stored.key_steps).ok_or(refused("the keys do not ascend"))?;
        Ok(Self::new(stored.ngrams, stored.bias, keys.into_iter().zip(stored.weights)))
    }

    #[cfg(test)]
    pub(crate) fn of<const N: usize>(ngrams: u8, bias: f64, words: [(&str, f32); N]) -> Self {
        let key = |word| crate::text::feature_keys(word, 1)[0];
        Self::new(ngrams, bias, words.map(|(word, weight)| (key(word), weight)))
    }
}

/// From log odds to a probability.
fn logistic_link(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}

fn ascending(steps: &[u64]) -> Option<Vec<u64>> {
    let mut key = 0_u64;
    let mut keys = Vec::with_capacity(steps.len());
    for (index, step) in steps.iter().enumerate() {
        if *step == 0 && index > 0 {
            return None;
        }
        key = key.checked_add(*step)?;
        keys.push(key);
    }
    Some(keys)
}

/// Keys are hashes already.
#[derive(Debug, Clone, Default)]
struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |hash, byte| hash.rotate_left(8) ^ u64::from(*byte));
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn small() -> Sentiment {
        Sentiment::of(2, -0.25, [("good", 1.5), ("bad", -1.5), ("zero", 0.0)])
    }

    #[test]
    fn scores_add_up() {
        let check = |text: &str, margin: f64| {
            let expect = 1.0 / (1.0 + (-margin).exp());
            assert!((small().score(text) - expect).abs() < 1e-6, "{text:?}");
        };
        check("", -0.25);
        check("never heard of these", -0.25);
        check("good", 1.25);
        check("GOOD good Good!", 1.25);
        check("good and bad", -0.25);
        check("😀 хорошо 良い", -0.25);
        assert_eq!(small().feature_count(), 2);
    }

    #[test]
    fn explanations_add_up_to_the_log_odds() {
        let found = small().explain("Good good, BAD and unheard of", 1);
        assert_eq!((found.baseline, found.rest.abs()), (-0.25, 1.5));
        assert_eq!((found.contributions.len(), found.contributions[0].feature.as_str()), (1, "bad"));
        let nothing = small().explain("🙂 良い", 3);
        assert_eq!(
            (nothing.contributions[0].feature.as_str(), nothing.contributions[0].contribution),
            ("(no known words)", 0.0)
        );
        let whole = small().explain("good", 10);
        assert_eq!((whole.contributions[0].contribution, whole.rest), (1.5, 0.0));
    }

    #[test]
    fn stored_form_round_trips() {
        let bytes = small().to_bytes().expect("written");
        let back = Sentiment::from_bytes(&bytes).expect("read");
        assert_eq!(back.weights, small().weights);
        assert_eq!(back.to_bytes().expect("written"), bytes);
    }

    #[test]
    fn bad_structure_is_refused() {
        let check = |edit: &dyn Fn(&mut Stored), expect: &str| {
            let mut stored = Stored { ngrams: 1, bias: 0.0, key_steps: vec![5, 6], weights: vec![1.0, 2.0] };
            edit(&mut stored);
            let bytes = postcard::to_allocvec(&stored).expect("written");
            let words = Sentiment::from_bytes(&bytes).expect_err("refused").to_string();
            assert!(words.contains(expect), "{words}");
        };
        check(&|s| s.ngrams = 0, "n-gram length");
        check(&|s| s.ngrams = 4, "n-gram length");
        check(&|s| s.weights.truncate(1), "do not fit");
        check(&|s| s.key_steps[1] = 0, "do not ascend");
        check(&|s| s.key_steps[1] = u64::MAX, "do not ascend");
        check(&|s| s.weights[0] = f32::NAN, "finite");
        check(&|s| s.bias = f64::INFINITY, "finite");
        let mut long = small().to_bytes().expect("written");
        long.push(0);
        assert!(Sentiment::from_bytes(&long).is_err());
        // A length of 2^60 with nothing behind it.
        let hostile = [&[1, 0, 0, 0, 0, 0, 0, 0, 0][..], &[0x80; 8], &[0x10]].concat();
        assert!(Sentiment::from_bytes(&hostile).is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            if let Ok(model) = Sentiment::from_bytes(&bytes) {
                prop_assert!((0.0..=1.0).contains(&model.score("a good day (really)")));
            }
        }

        #[test]
        fn any_damage_is_read_or_refused(at in 0_usize..32, bit in 0_u32..8, cut in 0_usize..40) {
            let mut bytes = small().to_bytes().expect("written");
            let length = bytes.len();
            bytes[at % length] ^= 1 << bit;
            bytes.truncate(length.saturating_sub(cut).max(1));
            if let Ok(model) = Sentiment::from_bytes(&bytes) {
                prop_assert!((0.0..=1.0).contains(&model.score("good bad")));
            }
        }

        #[test]
        fn any_text_has_a_score(text in any::<String>()) {
            prop_assert!((0.0..=1.0).contains(&small().score(&text)));
            let explained = small().explain(&text, 3);
            let margin = explained.baseline + explained.rest;
            let margin = explained.contributions.iter().fold(margin, |sum, each| sum + each.contribution);
            prop_assert!((1.0 / (1.0 + (-margin).exp()) - small().score(&text)).abs() < 1e-5);
        }
    }
}
