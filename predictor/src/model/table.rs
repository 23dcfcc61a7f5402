//! Tables of numbers and categories to a number or a class: one pipeline for every such model.
//!
//! A case becomes slots (the main form's cells, or what another form says about them), slots become features, trees
//! score the features, and scores become an outcome. All of it is described by data: [`plan`] says what is wanted,
//! [`train`] learns it. Nothing here knows a particular model; those are in [`plans`].

pub mod band;
pub mod features;
pub mod fit;
pub mod learn;
pub mod plan;
pub mod plans;
pub mod train;
pub mod watch;

mod explain;

use super::Outcome;
use super::trees::{Ensemble, StoredTrees};
use crate::artifact::ArtifactError;
use crate::schema::{Cell, Input};
use band::Band;
use features::Feature;
use predictor_wire::{Form, Target};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// A learned table model.
#[derive(Debug, Clone)]
pub struct Table {
    slots: usize,
    /// For each form after the main one, how it fills each slot.
    fills: Vec<Vec<Fill>>,
    features: Vec<Feature>,
    /// One for a number or for the second of two labels; else one for each label.
    scores: Vec<Ensemble>,
    answer: Answer,
}

/// A slot as a product of cells by a product of cells; unknown if it has none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fill {
    /// Positions of the factors in their form.
    pub over: Vec<u16>,
    /// Positions of what they are divided by.
    pub under: Vec<u16>,
}

/// From scores to an outcome.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Answer {
    /// A number.
    Number {
        /// The smallest and greatest number that training saw; answers stay within.
        range: (f64, f64),
        /// Where true numbers lie.
        bands: Vec<Band>,
    },
    /// One of two labels: the second from this probability on.
    Binary {
        /// The least probability.
        threshold: f64,
    },
    /// The most probable of so many labels.
    Classes {
        /// How many.
        labels: u16,
    },
}

#[derive(Serialize, Deserialize)]
struct Stored {
    slots: u16,
    fills: Vec<Vec<Fill>>,
    features: Vec<Feature>,
    scores: Vec<StoredTrees>,
    answer: Answer,
}

impl Fill {
    /// One cell as it is.
    #[must_use]
    pub fn cell(position: u16) -> Self {
        Self { over: vec![position], under: Vec::new() }
    }

    /// What the slot holds for the cells of a form.
    #[must_use]
    pub fn of<'a>(&self, cells: &[Cell<'a>]) -> Cell<'a> {
        let cell = |position: &u16| cells.get(usize::from(*position)).unwrap_or(&Cell::Missing);
        if let ([only], []) = (self.over.as_slice(), self.under.as_slice()) {
            return cell(only).clone();
        }
        let product = |positions: &[u16]| positions.iter().map(|position| cell(position).number()).product::<f64>();
        let value = product(&self.over) / product(&self.under);
        if self.over.is_empty() || !value.is_finite() { Cell::Missing } else { Cell::Number(value) }
    }
}

impl Table {
    /// Puts learned parts together.
    ///
    /// # Errors
    /// Parts that do not fit each other.
    pub fn new(
        slots: usize,
        fills: Vec<Vec<Fill>>,
        features: Vec<Feature>,
        scores: Vec<Ensemble>,
        answer: Answer,
    ) -> Result<Self, ArtifactError> {
        let refused = ArtifactError::Structure;
        features::check(&features, slots)?;
        if fills.iter().any(|fills| fills.len() != slots) {
            return Err(refused("a form does not fill all fields of the main form"));
        }
        if scores.iter().any(|score| score.width() != features.len()) {
            return Err(refused("trees and features do not fit"));
        }
        let expected = match &answer {
            Answer::Number { range: (low, high), bands } => {
                band::check(bands)?;
                if !(low.is_finite() && high.is_finite() && low <= high) {
                    return Err(refused("the range of its answers is not a range"));
                }
                1
            }
            Answer::Binary { threshold } if (0.0..=1.0).contains(threshold) => 1,
            Answer::Binary { .. } => return Err(refused("the threshold is not a probability")),
            Answer::Classes { labels } => usize::from(*labels),
        };
        if scores.len() != expected || expected == 0 {
            return Err(refused("the numbers of scores and labels do not fit"));
        }
        Ok(Self { slots, fills, features, scores, answer })
    }

    /// The stored form.
    ///
    /// # Errors
    /// None is known; postcard's type has one.
    pub fn to_bytes(&self) -> Result<Vec<u8>, ArtifactError> {
        let stored = Stored {
            slots: u16::try_from(self.slots).map_err(|_| ArtifactError::Structure("it has too many fields"))?,
            fills: self.fills.clone(),
            features: self.features.clone(),
            scores: self.scores.iter().map(StoredTrees::from).collect(),
            answer: self.answer.clone(),
        };
        postcard::to_allocvec(&stored).map_err(|_| ArtifactError::Structure("the weights cannot be written"))
    }

    /// Reads the stored form; takes no more memory than a small multiple of `bytes`.
    ///
    /// # Errors
    /// Anything that [`Table::to_bytes`] cannot have written.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ArtifactError> {
        let refused = ArtifactError::Structure;
        let (stored, rest): (Stored, _) =
            postcard::take_from_bytes(bytes).map_err(|_| refused("it ends early or is not postcard"))?;
        if !rest.is_empty() {
            return Err(refused("bytes follow its end"));
        }
        let scores = stored.scores.into_iter().map(Ensemble::try_from).collect::<Result<_, _>>()?;
        Self::new(usize::from(stored.slots), stored.fills, stored.features, scores, stored.answer)
    }

    /// Whether the model can do what a manifest says of its forms and target.
    #[must_use]
    pub fn fits(&self, forms: &[Form], target: &Target) -> bool {
        let labels = match self.answer {
            Answer::Number { .. } => 0,
            Answer::Binary { .. } => 2,
            Answer::Classes { labels } => usize::from(labels),
        };
        let within = |fills: &[Fill], form: &Form| {
            let positions = fills.iter().flat_map(|fill| fill.over.iter().chain(&fill.under));
            positions.into_iter().all(|position| usize::from(*position) < form.inputs.len())
        };
        forms.first().is_some_and(|main| main.inputs.len() == self.slots)
            && forms.len() == self.fills.len() + 1
            && self.fills.iter().zip(&forms[1..]).all(|(fills, form)| within(fills, form))
            && target.labels.len() == labels
    }

    /// What the model says of a case that its schema accepted.
    #[must_use]
    pub fn predict(&self, input: &Input<'_>) -> Outcome {
        self.answer.outcome(&self.scores(&self.row(&self.slots_of(input))))
    }

    /// How many knots its trees have.
    #[must_use]
    pub fn knot_count(&self) -> usize {
        self.scores.iter().map(Ensemble::knot_count).sum()
    }

    /// The scores of a row of features, before they become an outcome.
    fn scores(&self, row: &[f32]) -> Vec<f64> {
        self.scores.iter().map(|score| score.raw(row)).collect()
    }

    fn slots_of<'i, 'a>(&self, input: &'i Input<'a>) -> Cow<'i, [Cell<'a>]> {
        match input.form.checked_sub(1).and_then(|form| self.fills.get(form)) {
            None => Cow::Borrowed(&input.cells),
            Some(fills) => Cow::Owned(fills.iter().map(|fill| fill.of(&input.cells)).collect()),
        }
    }

    fn row(&self, slots: &[Cell<'_>]) -> Vec<f32> {
        let mut row = Vec::with_capacity(self.features.len());
        features::fill_row(&self.features, slots, &mut row);
        row
    }
}

impl Answer {
    /// The outcome that scores stand for: one score, or one for each of several labels.
    #[must_use]
    pub fn outcome(&self, scores: &[f64]) -> Outcome {
        let first = scores.first().copied().unwrap_or_default();
        match self {
            Self::Number { range, bands } => number(first, *range, bands),
            Self::Binary { threshold } => {
                let probability = rounded(first.clamp(0.0, 1.0));
                let label = usize::from(probability >= *threshold);
                Outcome::Class { label, probabilities: vec![1.0 - probability, probability] }
            }
            Self::Classes { .. } => {
                let probabilities = shares(scores.to_vec());
                Outcome::Class { label: greatest(&probabilities), probabilities }
            }
        }
    }
}

/// Cents are more than any number here can tell.
fn number(raw: f64, range: (f64, f64), bands: &[Band]) -> Outcome {
    let within = |number: f64| (number.clamp(range.0, range.1) * 100.0).round() / 100.0;
    let value = within(raw);
    let (low, high) = band::around(bands, value);
    Outcome::Number { value, low: within(low), high: within(high) }
}

fn rounded(probability: f64) -> f64 {
    (probability * 1e6).round() / 1e6
}

/// Scores as probabilities: none below zero, together one.
fn shares(mut scores: Vec<f64>) -> Vec<f64> {
    for score in &mut scores {
        *score = score.clamp(0.0, 1.0);
    }
    let sum: f64 = scores.iter().sum();
    let even = 1.0 / scores.len() as f64;
    for score in &mut scores {
        *score = if sum > 0.0 { rounded(*score / sum) } else { even };
    }
    scores
}

/// Position of the greatest; the first of equals.
fn greatest(numbers: &[f64]) -> usize {
    let greater = |best: usize, index: usize| if numbers[index] > numbers[best] { index } else { best };
    (0..numbers.len()).reduce(greater).unwrap_or(0)
}
