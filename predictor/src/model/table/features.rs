//! From a checked case to a row of numbers: what serving, training and judging all come through.
//!
//! Each feature is described by data. What is unknown, or cannot be computed from what is unknown, is filled in at the
//! end with the feature's usual value.

use crate::artifact::ArtifactError;
use crate::schema::Cell;
use serde::{Deserialize, Serialize};

/// Features of a table, at most.
const MOST_FEATURES: usize = 1024;
/// Words of one look-up, at most.
const MOST_WORDS: usize = 100_000;

/// One number of a row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Feature {
    /// Its name: of the field that it stands for, or its own if it is derived. Features of one field share a name.
    pub name: String,
    /// What is taken if it is unknown.
    pub fill: f32,
    /// How it is made.
    pub step: Step,
}

/// How a feature is made, from a slot (a field of the main form) or from features before it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Step {
    /// The slot's number.
    Number {
        /// The slot.
        slot: u16,
    },
    /// 1 if the slot holds this one of its choices, else 0.
    Choice {
        /// The slot.
        slot: u16,
        /// Position of the choice.
        choice: u16,
    },
    /// 1 if the slot holds this word, else 0.
    Word {
        /// The slot.
        slot: u16,
        /// The word.
        word: String,
    },
    /// A number for each word that was met in training, and one for all others.
    Lookup {
        /// The slot.
        slot: u16,
        /// Words in ascending order.
        words: Vec<String>,
        /// One for each word.
        values: Vec<f32>,
        /// For all other words, and for none.
        other: f32,
    },
    /// Two features before this one.
    Arithmetic {
        /// What is done with them.
        operation: Operation,
        /// Index of the first.
        left: u16,
        /// Index of the second.
        right: u16,
    },
}

/// Arithmetic on two features.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Operation {
    /// Left plus right.
    Sum,
    /// Left minus right.
    Difference,
    /// Left by right.
    Ratio,
}

impl Step {
    /// The feature's value; NaN if it is unknown. `before` holds the features before it, not yet filled in.
    #[must_use]
    pub fn value(&self, slots: &[Cell<'_>], before: &[f32]) -> f32 {
        let slot = |slot: u16| slots.get(usize::from(slot)).unwrap_or(&Cell::Missing);
        let feature = |index: u16| before.get(usize::from(index)).copied().unwrap_or(f32::NAN);
        match self {
            Self::Number { slot: at } => slot(*at).number() as f32,
            Self::Choice { slot: at, choice } => f32::from(*slot(*at) == Cell::Choice(usize::from(*choice))),
            Self::Word { slot: at, word } => f32::from(matches!(slot(*at), Cell::Text(found) if found == word)),
            Self::Lookup { slot: at, words, values, other } => match slot(*at) {
                Cell::Text(found) => {
                    let known = words.binary_search_by(|word| word.as_str().cmp(found)).ok();
                    known.and_then(|index| values.get(index)).copied().unwrap_or(*other)
                }
                _ => *other,
            },
            Self::Arithmetic { operation, left, right } => operation.of(feature(*left), feature(*right)),
        }
    }

    /// The slot that it is made from, if it is made from one.
    #[must_use]
    pub fn slot(&self) -> Option<usize> {
        match self {
            Self::Number { slot } | Self::Choice { slot, .. } | Self::Word { slot, .. } | Self::Lookup { slot, .. } => {
                Some(usize::from(*slot))
            }
            Self::Arithmetic { .. } => None,
        }
    }

    fn check(&self, index: usize, slots: usize) -> Result<(), &'static str> {
        if self.slot().is_some_and(|slot| slot >= slots) {
            return Err("a feature is made from a field that there is not");
        }
        match self {
            Self::Lookup { words, values, other, .. } => {
                if words.len() != values.len() || words.len() > MOST_WORDS {
                    return Err("the numbers of words and values do not fit");
                }
                if !words.is_sorted_by(|left, right| left < right) {
                    return Err("the words of a feature do not ascend");
                }
                let finite = other.is_finite() && values.iter().all(|value| value.is_finite());
                if finite { Ok(()) } else { Err("a feature holds a number that is not finite") }
            }
            Self::Arithmetic { left, right, .. } if usize::from(*left.max(right)) >= index => {
                Err("a feature is made from one that comes after it")
            }
            _ => Ok(()),
        }
    }
}

impl Operation {
    fn of(self, left: f32, right: f32) -> f32 {
        match self {
            Self::Sum => left + right,
            Self::Difference => left - right,
            Self::Ratio => left / right,
        }
    }
}

/// Writes the features of a case into `row`, which is emptied first. Every number is finite.
pub fn fill_row(features: &[Feature], slots: &[Cell<'_>], row: &mut Vec<f32>) {
    row.clear();
    for feature in features {
        let value = feature.step.value(slots, row);
        row.push(value);
    }
    fill_gaps(features, row);
}

/// Puts each feature's usual value where none is known.
pub fn fill_gaps(features: &[Feature], row: &mut [f32]) {
    for (value, feature) in row.iter_mut().zip(features) {
        if !value.is_finite() {
            *value = feature.fill;
        }
    }
}

/// Checks features that were read.
///
/// # Errors
/// Anything that training cannot have written.
pub fn check(features: &[Feature], slots: usize) -> Result<(), ArtifactError> {
    let refused = ArtifactError::Structure;
    if features.is_empty() || features.len() > MOST_FEATURES {
        return Err(refused("the number of features is out of range"));
    }
    for (index, feature) in features.iter().enumerate() {
        if !feature.fill.is_finite() {
            return Err(refused("a feature holds a number that is not finite"));
        }
        feature.step.check(index, slots).map_err(refused)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feature(step: Step) -> Feature {
        Feature { name: String::new(), fill: -7.0, step }
    }

    fn features() -> Vec<Feature> {
        let words = vec!["apple".to_owned(), "pear".to_owned()];
        let ratio = |left, right| Step::Arithmetic { operation: Operation::Ratio, left, right };
        [
            Step::Number { slot: 0 },
            Step::Number { slot: 1 },
            ratio(0, 1),
            Step::Choice { slot: 2, choice: 1 },
            Step::Word { slot: 3, word: "pear".to_owned() },
            Step::Lookup { slot: 3, words, values: vec![0.1, 0.2], other: 0.5 },
        ]
        .map(feature)
        .to_vec()
    }

    #[test]
    fn cells_become_numbers() {
        let check = |slots: &[Cell<'_>], expect: [f32; 6]| {
            let mut row = vec![9.0; 2];
            fill_row(&features(), slots, &mut row);
            assert_eq!(row, expect, "{slots:?}");
        };
        let text = |word: &'static str| Cell::Text(word.into());
        let number = Cell::Number;
        check(&[number(6.0), number(2.0), Cell::Choice(1), text("pear")], [6.0, 2.0, 3.0, 1.0, 1.0, 0.2]);
        check(&[number(6.0), number(0.0), Cell::Choice(0), text("plum")], [6.0, 0.0, -7.0, 0.0, 0.0, 0.5]);
        check(&[Cell::Missing, number(2.0), Cell::Missing, Cell::Missing], [-7.0, 2.0, -7.0, 0.0, 0.0, 0.5]);
        check(&[], [-7.0, -7.0, -7.0, 0.0, 0.0, 0.5]);
        check(&[number(1e300), number(2.0), text("pear"), number(1.0)], [-7.0, 2.0, -7.0, 0.0, 0.0, 0.5]);
    }

    #[test]
    fn features_that_training_cannot_have_written_are_refused() {
        let refuse = |edit: &dyn Fn(&mut Vec<Feature>), expect: &str| {
            let mut features = features();
            edit(&mut features);
            let words = check(&features, 4).expect_err("refused").to_string();
            assert!(words.contains(expect), "{words}");
        };
        assert!(check(&features(), 4).is_ok());
        assert!(check(&features(), 3).is_err());
        refuse(&Vec::clear, "out of range");
        refuse(&|f| f[0].fill = f32::NAN, "not finite");
        refuse(&|f| f.swap(1, 2), "comes after it");
        let lookup = |words: &[&str], values: &[f32], other| Step::Lookup {
            slot: 0,
            words: words.iter().map(|word| (*word).to_owned()).collect(),
            values: values.to_vec(),
            other,
        };
        refuse(&|f| f[0].step = lookup(&["b", "a"], &[0.0, 0.0], 0.0), "do not ascend");
        refuse(&|f| f[0].step = lookup(&["a", "a"], &[0.0, 0.0], 0.0), "do not ascend");
        refuse(&|f| f[0].step = lookup(&["a"], &[0.0, 0.0], 0.0), "do not fit");
        refuse(&|f| f[0].step = lookup(&["a"], &[f32::NAN], 0.0), "not finite");
        refuse(&|f| f[0].step = lookup(&["a"], &[0.0], f32::INFINITY), "not finite");
    }
}
