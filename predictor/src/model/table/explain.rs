//! What moved an answer: the path of the case through the trees, credited to fields and derived features.

use super::{Answer, Table};
use crate::model::Outcome;
use crate::schema::{Cell, Input};
use predictor_wire::{Contribution, Explanation, Form, Target};
use serde_json::Value;

impl Table {
    /// What each field and derived feature added; the `most` greatest are named.
    ///
    /// A number is explained in the target's unit; a class by the probability of the second of two labels, or of the
    /// predicted one of several. Baseline, contributions and rest add up to the answered number or probability, up to
    /// its rounding.
    #[must_use]
    pub fn explain(&self, input: &Input<'_>, forms: &[Form], target: &Target, most: usize) -> Explanation {
        let slots = self.slots_of(input);
        let row = self.row(&slots);
        let (score, answered) = match self.answer.outcome(&self.scores(&row)) {
            Outcome::Number { value, .. } => (0, value),
            Outcome::Class { label, probabilities } => {
                let label = if self.scores.len() == 1 { 1 } else { label };
                (label.min(self.scores.len() - 1), probabilities.get(label).copied().unwrap_or_default())
            }
        };
        let mut parts = vec![0.0; self.features.len()];
        let baseline = self.scores[score].attribute(&row, &mut parts);
        let mut contributions = self.named(&parts, &row, &slots, forms);
        contributions.sort_by(|left, right| {
            right.contribution.abs().total_cmp(&left.contribution.abs()).then_with(|| left.feature.cmp(&right.feature))
        });
        contributions.truncate(most);
        let named: f64 = contributions.iter().map(|part| part.contribution).sum();
        Explanation { unit: self.unit(target, score), baseline, contributions, rest: answered - baseline - named }
    }

    fn unit(&self, target: &Target, score: usize) -> String {
        let label = match self.answer {
            Answer::Number { .. } => return target.unit.clone().unwrap_or_else(|| target.name.clone()),
            Answer::Binary { .. } => 1,
            Answer::Classes { .. } => score,
        };
        format!("probability of {}", target.labels.get(label).map_or("the label", String::as_str))
    }

    /// One contribution for each name; those that did nothing are left out.
    fn named(&self, parts: &[f64], row: &[f32], slots: &[Cell<'_>], forms: &[Form]) -> Vec<Contribution> {
        let mut found: Vec<Contribution> = Vec::new();
        for ((feature, part), value) in self.features.iter().zip(parts).zip(row) {
            match found.iter_mut().find(|known| known.feature == feature.name) {
                Some(known) => known.contribution += part,
                None => {
                    let value = match feature.step.slot() {
                        Some(slot) => shown(slot, slots, forms),
                        None => Some(((f64::from(*value) * 1e4).round() / 1e4).into()),
                    };
                    found.push(Contribution { feature: feature.name.clone(), value, contribution: *part });
                }
            }
        }
        found.retain(|part| part.contribution != 0.0);
        found
    }
}

/// The value of a slot as a caller would write it; none if it is unknown.
fn shown(slot: usize, slots: &[Cell<'_>], forms: &[Form]) -> Option<Value> {
    match slots.get(slot)? {
        Cell::Missing => None,
        Cell::Number(number) => Some((*number).into()),
        Cell::Text(text) => Some(text.as_ref().into()),
        Cell::Choice(choice) => {
            let field = forms.first()?.inputs.get(slot)?;
            field.choices.get(*choice).map(|word| word.as_str().into())
        }
    }
}
