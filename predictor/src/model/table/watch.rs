//! What is watched of a case for drift: every field of the main form, whatever form it came in.

use super::{Fill, Table};
use crate::artifact::Reference;
use crate::drift::{Observation, Watched};
use crate::schema::{Cell, Input};
use predictor_wire::{Field, FieldType, Form};
use std::collections::BTreeMap;

/// Words of an open category that are counted one by one, at most; the most frequent.
const WORDS: usize = 20;

/// What is watched of the fields of a form. The words of open categories are those of a reference, if there is one.
#[must_use]
pub fn watched(form: &Form, reference: Option<&Reference>) -> Vec<Watched> {
    let words =
        |at: usize| reference.and_then(|reference| reference.inputs.get(at)).map(|known| known.labels.as_slice());
    let watched = |(at, field): (usize, &Field)| match field.field_type {
        FieldType::Number | FieldType::Integer => Watched::number(field.name.as_str()),
        _ if !field.choices.is_empty() => Watched::word(field.name.as_str(), &field.choices),
        _ => Watched::word(field.name.as_str(), words(at).unwrap_or_default()),
    };
    form.inputs.iter().enumerate().map(watched).collect()
}

/// What is watched of the fields of a form, with the most frequent words of open categories in some rows.
#[must_use]
pub fn watched_in(form: &Form, rows: &[&[Cell<'_>]]) -> Vec<Watched> {
    let mut watched = watched(form, None);
    for (at, (watched, field)) in watched.iter_mut().zip(&form.inputs).enumerate() {
        if field.choices.is_empty() && matches!(field.field_type, FieldType::Text | FieldType::Category) {
            watched.labels = frequent(rows.iter().filter_map(|row| row.get(at)));
        }
    }
    watched
}

/// Appends one observation for each slot. `labels` says which words of an open category are watched.
pub fn observe<'l>(slots: &[Cell<'_>], labels: impl Fn(usize) -> &'l [String], seen: &mut Vec<Observation>) {
    seen.extend(slots.iter().enumerate().map(|(at, cell)| match cell {
        Cell::Missing => Observation::Missing,
        Cell::Number(number) => Observation::Number(*number),
        Cell::Choice(choice) => Observation::Word(*choice),
        Cell::Text(word) => {
            let labels = labels(at);
            Observation::Word(labels.iter().position(|label| label == word).unwrap_or(labels.len()))
        }
    }));
}

impl Table {
    /// Appends one observation for each of [`watched`].
    pub fn observe(&self, input: &Input<'_>, reference: Option<&Reference>, seen: &mut Vec<Observation>) {
        let inputs = reference.map_or(&[][..], |reference| &reference.inputs);
        let labels = |at: usize| inputs.get(at).map_or(&[][..], |known| known.labels.as_slice());
        let from = seen.len();
        observe(&self.slots_of(input), labels, seen);
        if let Some(fills) = input.form.checked_sub(1).and_then(|form| self.fills.get(form)) {
            pass_over(fills, &mut seen[from..]);
        }
    }
}

/// What a form has no words for is not missing from its cases: other forms would look like drift.
fn pass_over(fills: &[Fill], seen: &mut [Observation]) {
    for (_, seen) in fills.iter().zip(seen).filter(|(fill, _)| fill.over.is_empty()) {
        *seen = Observation::Unasked;
    }
}

fn frequent<'a>(cells: impl Iterator<Item = &'a Cell<'a>>) -> Vec<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for cell in cells {
        if let Cell::Text(word) = cell {
            *counts.entry(word).or_default() += 1;
        }
    }
    let mut frequent: Vec<_> = counts.into_iter().collect();
    frequent.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    frequent.into_iter().take(WORDS).map(|(word, _)| word.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::table::Answer;
    use crate::model::table::features::{Feature, Step};
    use crate::model::table::plan::{category, number};
    use crate::model::table::plans::housing;
    use crate::model::trees::Ensemble;

    #[test]
    fn what_another_form_has_no_field_for_is_not_missing() {
        let plan = housing::plan();
        let fills = plan.alternatives[0].fills.clone();
        let age = Feature { name: "age".to_owned(), fill: 0.0, step: Step::Number { slot: 2 } };
        let (scores, answer) = (vec![Ensemble::new(1, 0.0).expect("a width")], Answer::Binary { threshold: 0.5 });
        let table = Table::new(fills.len(), vec![fills], vec![age], scores, answer).expect("it fits");
        let ocean = plan.slot("ocean_proximity").expect("a field");
        let observed = |form: usize, cells: Vec<Cell<'static>>| {
            let mut seen = vec![Observation::Missing];
            table.observe(&Input { form, cells }, None, &mut seen);
            assert_eq!(seen[0], Observation::Missing, "what was there is left alone");
            seen.split_off(1)
        };
        let derived = observed(1, vec![Cell::Number(2.0); 8]);
        assert_eq!(derived.iter().position(|seen| *seen == Observation::Unasked), Some(ocean));
        assert!(derived[..ocean].iter().all(|seen| matches!(seen, Observation::Number(_))), "{derived:?}");
        let main = observed(0, vec![Cell::Missing; 9]);
        assert_eq!(main, [Observation::Missing; 9], "there it may be missing");
    }

    #[test]
    fn fields_become_observations() {
        let inputs = vec![
            number("spend", "", 0.0, 9.0, 1.0),
            category("size", "", &["S", "M"], "S"),
            category("code", "", &[], "A"),
        ];
        let form = Form { name: String::new(), description: String::new(), inputs };
        let text = |word: &'static str| Cell::Text(word.into());
        let row = |code| vec![Cell::Number(2.0), Cell::Choice(1), text(code)];
        let rows = [row("A"), row("B"), row("B")];
        let slots: Vec<&[Cell<'_>]> = rows.iter().map(Vec::as_slice).collect();
        let watched = watched_in(&form, &slots);
        assert_eq!(watched.iter().map(|one| one.labels.len()).collect::<Vec<_>>(), [0, 2, 2]);
        assert_eq!(watched[2].labels, ["B", "A"]);
        let check = |code: Cell<'_>, expect: Observation| {
            let mut seen = Vec::new();
            observe(&[Cell::Number(2.0), Cell::Missing, code], |at| &watched[at].labels, &mut seen);
            assert_eq!(seen, [Observation::Number(2.0), Observation::Missing, expect]);
        };
        check(text("A"), Observation::Word(1));
        check(text("Z"), Observation::Word(2));
        check(Cell::Missing, Observation::Missing);
    }
}
