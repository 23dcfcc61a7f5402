//! From wanted features to features: medians, frequent words and means by word are learnt from training rows.
//!
//! What is learnt from the target is given to a training row only as the rows of the other inner folds have it;
//! otherwise trees would trust it more than new rows deserve.

use super::features::{Feature, Step, fill_gaps};
use super::learn::Lesson;
use super::plan::{Plan, Wanted};
use crate::data::FOLDS;
use crate::schema::Cell;
use std::collections::BTreeMap;

/// One-hot features of one open category, at most.
const MOST_WORDS: usize = 40;
/// As many rows as these pull a word's mean towards the mean of all.
const PRIOR_ROWS: f64 = 20.0;
/// Rows that a word needs to have a median of its own.
const LEAST_ROWS: usize = 5;

/// Training rows as they are given to [`fit`].
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a> {
    /// The cells of the main form.
    pub slots: &'a [&'a [Cell<'a>]],
    /// The true number or label of each.
    pub truths: &'a [f64],
    /// The inner fold of each.
    pub inner: &'a [u64],
}

/// Why features cannot be made.
#[derive(Debug, thiserror::Error)]
#[error("the plan asks for {wanted:?}, which is no field and no earlier feature")]
pub struct UnknownPart {
    wanted: String,
}

/// Makes the features and the numbers of all rows.
///
/// # Errors
/// A plan that names a field or feature that there is not.
pub fn fit(plan: &Plan, rows: Rows<'_>) -> Result<(Vec<Feature>, Lesson), UnknownPart> {
    let mut fitting = Fitting { plan, rows, features: Vec::new(), values: vec![Vec::new(); rows.slots.len()] };
    for wanted in &plan.features {
        fitting.add(wanted)?;
    }
    let Fitting { features, mut values, .. } = fitting;
    for row in &mut values {
        fill_gaps(&features, row);
    }
    let width = features.len();
    Ok((features, Lesson { width, values: values.concat(), targets: rows.truths.to_vec() }))
}

struct Fitting<'a> {
    plan: &'a Plan,
    rows: Rows<'a>,
    features: Vec<Feature>,
    values: Vec<Vec<f32>>,
}

impl Fitting<'_> {
    fn add(&mut self, wanted: &Wanted) -> Result<(), UnknownPart> {
        match wanted {
            Wanted::Number(field) => {
                let slot = self.slot(field)?;
                self.push(field, Step::Number { slot });
            }
            Wanted::OneHot(field) => {
                let slot = self.slot(field)?;
                for step in self.one_hot(slot) {
                    self.push(field, step);
                }
            }
            Wanted::TargetMean(field) => {
                let slot = self.slot(field)?;
                for target in self.targets() {
                    self.push_target_mean(field, slot, &target);
                }
            }
            Wanted::Usual { name, field, of } => {
                let (slot, of) = (self.slot(field)?, self.feature(of)?);
                let step = self.usual(slot, of);
                self.push(name, step);
            }
            Wanted::Arithmetic { name, operation, of: [left, right] } => {
                let (left, right) = (self.feature(left)? as u16, self.feature(right)? as u16);
                self.push(name, Step::Arithmetic { operation: *operation, left, right });
            }
        }
        Ok(())
    }

    fn slot(&self, field: &str) -> Result<u16, UnknownPart> {
        let slot = self.plan.slot(field).and_then(|slot| u16::try_from(slot).ok());
        slot.ok_or_else(|| UnknownPart { wanted: field.to_owned() })
    }

    fn feature(&self, name: &str) -> Result<usize, UnknownPart> {
        let found = self.features.iter().position(|feature| feature.name == name);
        found.ok_or_else(|| UnknownPart { wanted: name.to_owned() })
    }

    fn push(&mut self, name: &str, step: Step) {
        let values = self.rows.slots.iter().zip(&self.values).map(|(slots, row)| step.value(slots, row));
        let values = values.collect();
        self.push_values(name, step, values);
    }

    fn push_values(&mut self, name: &str, step: Step, values: Vec<f32>) {
        let fill = median(values.iter().copied().filter(|value| value.is_finite()).collect()).unwrap_or(0.0);
        for (row, value) in self.values.iter_mut().zip(values) {
            row.push(value);
        }
        self.features.push(Feature { name: name.to_owned(), fill, step });
    }

    fn one_hot(&self, slot: u16) -> Vec<Step> {
        let choices = self.plan.form.inputs[usize::from(slot)].choices.len();
        if choices > 0 {
            return (0..choices).map(|choice| Step::Choice { slot, choice: choice as u16 }).collect();
        }
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for word in (0..self.values.len()).filter_map(|row| self.word(row, slot)) {
            *counts.entry(word).or_default() += 1;
        }
        let least = (self.values.len() / 500).max(LEAST_ROWS);
        let mut frequent: Vec<_> = counts.into_iter().filter(|(_, count)| *count >= least).collect();
        frequent.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        frequent.truncate(MOST_WORDS);
        frequent.into_iter().map(|(word, _)| Step::Word { slot, word: word.to_owned() }).collect()
    }

    /// The target as one or several columns of numbers.
    fn targets(&self) -> Vec<Vec<f64>> {
        let truths = self.rows.truths;
        let of = |label: usize| truths.iter().map(|truth| f64::from(*truth == label as f64)).collect();
        match self.plan.target.labels.len() {
            0 => vec![truths.to_vec()],
            2 => vec![of(1)],
            labels => (0..labels).map(of).collect(),
        }
    }

    fn push_target_mean(&mut self, name: &str, slot: u16, target: &[f64]) {
        let mut values = vec![0.0; self.values.len()];
        for fold in 0..FOLDS {
            let step = self.target_mean(slot, target, Some(fold));
            for (row, value) in values.iter_mut().enumerate().filter(|(row, _)| self.rows.inner[*row] == fold) {
                *value = step.value(self.rows.slots[row], &[]);
            }
        }
        let step = self.target_mean(slot, target, None);
        self.push_values(name, step, values);
    }

    fn target_mean(&self, slot: u16, target: &[f64], without: Option<u64>) -> Step {
        let rows: Vec<usize> =
            (0..self.values.len()).filter(|row| without.is_none_or(|fold| self.rows.inner[*row] != fold)).collect();
        let mean = rows.iter().map(|row| target[*row]).sum::<f64>() / rows.len().max(1) as f64;
        let mut sums: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
        for row in rows {
            if let Some(word) = self.word(row, slot) {
                let (sum, count) = sums.entry(word).or_default();
                (*sum, *count) = (*sum + target[row], *count + 1.0);
            }
        }
        let pulled = |(sum, count): (f64, f64)| ((sum + PRIOR_ROWS * mean) / (count + PRIOR_ROWS)) as f32;
        let words = sums.keys().map(|word| (*word).to_owned()).collect();
        Step::Lookup { slot, words, values: sums.into_values().map(pulled).collect(), other: mean as f32 }
    }

    fn usual(&self, slot: u16, of: usize) -> Step {
        let mut found: BTreeMap<&str, Vec<f32>> = BTreeMap::new();
        let finite = self.values.iter().enumerate().filter(|(_, row)| row[of].is_finite());
        for (index, row) in finite {
            if let Some(word) = self.word(index, slot) {
                found.entry(word).or_default().push(row[of]);
            }
        }
        let other = median(found.values().flatten().copied().collect()).unwrap_or(0.0);
        found.retain(|_, values| values.len() >= LEAST_ROWS);
        let words = found.keys().map(|word| (*word).to_owned()).collect();
        let values = found.into_values().filter_map(median).collect();
        Step::Lookup { slot, words, values, other }
    }

    fn word(&self, row: usize, slot: u16) -> Option<&str> {
        match self.rows.slots[row].get(usize::from(slot)) {
            Some(Cell::Text(word)) => Some(word),
            _ => None,
        }
    }
}

fn median(mut values: Vec<f32>) -> Option<f32> {
    let middle = values.len() / 2;
    if values.is_empty() {
        return None;
    }
    let (_, median, _) = values.select_nth_unstable_by(middle, f32::total_cmp);
    Some(*median)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::table::plan::{category, number};
    use predictor_wire::{Form, Target};

    fn plan(features: Vec<Wanted>) -> Plan {
        let inputs = vec![
            number("spend", "", 0.0, 1e9, 1.0),
            number("pieces", "", 0.0, 1e9, 1.0),
            category("size", "", &["S", "M"], "S"),
            category("code", "", &[], "A"),
        ];
        Plan {
            name: "test",
            title: "",
            description: "",
            form: Form { name: String::new(), description: String::new(), inputs },
            alternatives: Vec::new(),
            target: Target { name: "y".to_owned(), unit: None, labels: Vec::new() },
            features,
            hidden: Vec::new(),
            candidates: Vec::new(),
            examples: Vec::new(),
        }
    }

    fn cells(rows: &[(f64, f64, usize, &'static str)]) -> Vec<Vec<Cell<'static>>> {
        let row = |(spend, pieces, size, code): &(f64, f64, usize, &'static str)| {
            let code = if code.is_empty() { Cell::Missing } else { Cell::Text((*code).into()) };
            vec![Cell::Number(*spend), Cell::Number(*pieces), Cell::Choice(*size), code]
        };
        rows.iter().map(row).collect()
    }

    fn fitted(plan: &Plan, cells: &[Vec<Cell<'static>>], truths: &[f64]) -> (Vec<Feature>, Lesson) {
        let slots: Vec<&[Cell<'_>]> = cells.iter().map(Vec::as_slice).collect();
        let inner: Vec<u64> = (0..cells.len() as u64).map(|row| row % FOLDS).collect();
        fit(plan, Rows { slots: &slots, truths, inner: &inner }).expect("a plan that fits")
    }

    #[test]
    fn features_are_learnt_in_their_order() {
        let plan = plan(vec![
            Wanted::Number("spend"),
            Wanted::Number("pieces"),
            Wanted::ratio("price", "spend", "pieces"),
            Wanted::OneHot("size"),
            Wanted::Usual { name: "usual price", field: "code", of: "price" },
            Wanted::ratio("dearness", "price", "usual price"),
        ]);
        let mut rows = vec![(4.0, 2.0, 0, "A"); 5];
        rows.extend(vec![(9.0, 1.0, 1, "B"); 6]);
        rows.push((5.0, 0.0, 1, ""));
        let (features, lesson) = fitted(&plan, &cells(&rows), &[0.0; 12]);
        let names: Vec<_> = features.iter().map(|feature| feature.name.as_str()).collect();
        assert_eq!(names, ["spend", "pieces", "price", "size", "size", "usual price", "dearness"]);
        assert_eq!(lesson.row(0), [4.0, 2.0, 2.0, 1.0, 0.0, 2.0, 1.0]);
        assert_eq!(lesson.row(5), [9.0, 1.0, 9.0, 0.0, 1.0, 9.0, 1.0]);
        assert_eq!(lesson.row(11), [5.0, 0.0, 9.0, 0.0, 1.0, 9.0, 1.0], "nothing divided by zero is unknown");
    }

    #[test]
    fn a_training_row_never_sees_its_own_target() {
        let plan = plan(vec![Wanted::TargetMean("code")]);
        let mut truths = vec![1.0; 50];
        truths[7] = 1e6;
        let rows = vec![(1.0, 1.0, 0, "A"); 50];
        let (features, lesson) = fitted(&plan, &cells(&rows), &truths);
        assert!((lesson.row(7)[0] - 1.0).abs() < 1e-6);
        assert!(lesson.row(8)[0] > 1000.0);
        let known = features[0].step.value(&cells(&[(0.0, 0.0, 0, "A")])[0], &[]);
        let unknown = features[0].step.value(&cells(&[(0.0, 0.0, 0, "Z")])[0], &[]);
        assert!((known - 20_000.98).abs() < 1.0 && (unknown - 20_000.98).abs() < 1.0);
    }

    #[test]
    fn a_plan_that_names_what_is_not_there_is_refused() {
        for wanted in [Wanted::Number("weight"), Wanted::ratio("x", "spend", "weight"), Wanted::TargetMean("weight")] {
            let plan = plan(vec![Wanted::Number("spend"), wanted]);
            let words = fit(&plan, Rows { slots: &[], truths: &[], inner: &[] }).expect_err("refused").to_string();
            assert!(words.contains("\"weight\", which is no field"), "{words}");
        }
    }
}
