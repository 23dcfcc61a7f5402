//! A model's answers on labelled rows, beside what is true: what evaluation, comparison and pictures are made of.
//!
//! Rows come through the model's own schema, as requests do, and are answered by [`Model::predict`], so that what is
//! judged is what is served.

use crate::artifact::Manifest;
use crate::data::cases::{Case, cases};
use crate::data::table::Table;
use crate::data::{DataError, Sentence, Sentences};
use crate::evaluation::calibration::Calibration;
use crate::evaluation::residuals::Residuals;
use crate::evaluation::{Classified, Estimated, Evaluation};
use crate::model::{Model, Outcome};
use crate::schema::{Cell, Input};
use crate::workers::{in_parallel, threads};
use predictor_wire::{FieldType, Target};
use std::path::PathBuf;

/// Rows that one thread answers at a time.
const CHUNK: usize = 256;
/// Parts that a number's rows are sliced into.
const PARTS: usize = 4;

/// Answers beside truth.
#[derive(Debug, Clone, PartialEq)]
pub enum Judgement {
    /// Of labels.
    Labels(Vec<Classified>),
    /// Of numbers.
    Numbers(Vec<Estimated>),
}

/// Part of the rows, by the value of a field.
#[derive(Debug, Clone, PartialEq)]
pub struct Slice {
    /// What its rows have in common.
    pub value: String,
    /// Figures on them.
    pub figures: Evaluation,
}

/// Reads labelled rows for a model: lines of `text TAB 0|1` if it takes a text, else CSV with the columns of its main
/// form and its target.
///
/// # Errors
/// A file that cannot be read, or a row that a request could not be.
pub fn read_cases(model: &Model, paths: &[PathBuf]) -> Result<Vec<Case>, DataError> {
    if !takes_text(model) {
        return cases(&Table::read(paths)?, model.schema(), &model.manifest().target);
    }
    let of_sentence = |sentence: Sentence| Case {
        fold: sentence.fold(),
        truth: f64::from(u8::from(sentence.positive)),
        input: Input::of_text(sentence.text.clone()),
        key: sentence.text,
    };
    Ok(Sentences::read(paths)?.rows.into_iter().map(of_sentence).collect())
}

/// Whether a model's main form is one text.
#[must_use]
pub fn takes_text(model: &Model) -> bool {
    let fields = model.schema().forms().first().map_or(&[][..], |form| &form.inputs);
    matches!(fields, [only] if only.field_type == FieldType::Text)
}

impl Judgement {
    /// Lets a model answer every case. The same on any number of cores.
    #[must_use]
    pub fn of(model: &Model, cases: &[&Case]) -> Self {
        let chunks: Vec<_> = cases.chunks(CHUNK).collect();
        let answer = |chunk: usize| chunks[chunk].iter().map(|case| model.predict(&case.input)).collect::<Vec<_>>();
        let outcomes = in_parallel(threads(), chunks.len(), answer).into_iter().flatten();
        Self::beside(&model.manifest().target, cases.iter().map(|case| case.truth).zip(outcomes))
    }

    /// Outcomes beside what is true.
    #[must_use]
    pub fn beside(target: &Target, judged: impl Iterator<Item = (f64, Outcome)>) -> Self {
        if target.labels.is_empty() {
            let estimated = judged.filter_map(|(truth, outcome)| match outcome {
                Outcome::Number { value, low, high } => Some(Estimated { truth, value, low, high }),
                Outcome::Class { .. } => None,
            });
            return Self::Numbers(estimated.collect());
        }
        let classified = judged.filter_map(|(truth, outcome)| match outcome {
            Outcome::Class { label, probabilities } => Some(Classified { truth: truth as usize, label, probabilities }),
            Outcome::Number { .. } => None,
        });
        Self::Labels(classified.collect())
    }

    /// The figures; `None` without rows.
    #[must_use]
    pub fn figures(&self, target: &Target) -> Option<Evaluation> {
        match self {
            Self::Labels(rows) => Evaluation::of_classes(target.labels.len(), rows),
            Self::Numbers(rows) => Evaluation::of_numbers(rows),
        }
    }

    /// How well probabilities fit frequencies; `None` for numbers.
    #[must_use]
    pub fn calibration(&self) -> Option<Calibration> {
        match self {
            Self::Labels(rows) => Calibration::of(rows),
            Self::Numbers(_) => None,
        }
    }

    /// How numbers are off; `None` for labels.
    #[must_use]
    pub fn residuals(&self) -> Option<Residuals> {
        match self {
            Self::Labels(_) => None,
            Self::Numbers(rows) => Residuals::of(rows),
        }
    }

    /// Figures on parts of the rows, by the value of a field of the main form: by choice or word, or by quarters of a
    /// number. `None` if the form has no such field, or it is a text.
    #[must_use]
    pub fn slices(&self, manifest: &Manifest, cases: &[&Case], field: &str) -> Option<Vec<Slice>> {
        let inputs = &manifest.forms.first()?.inputs;
        let at = inputs.iter().position(|known| known.name == field)?;
        let values: Vec<Option<&Cell<'_>>> = cases.iter().map(|case| case.input.cells.get(at)).collect();
        let names: Vec<(usize, String)> = match inputs[at].field_type {
            FieldType::Text => return None,
            FieldType::Category => values.iter().map(|cell| (0, word(*cell, &inputs[at].choices))).collect(),
            FieldType::Number | FieldType::Integer => quarters(&values),
        };
        let mut all: Vec<&(usize, String)> = names.iter().collect();
        all.sort();
        all.dedup();
        let slice = |wanted: &(usize, String)| {
            let rows: Vec<usize> = (0..names.len()).filter(|row| names[*row] == *wanted).collect();
            Some(Slice { value: wanted.1.clone(), figures: self.part(&rows).figures(&manifest.target)? })
        };
        Some(all.into_iter().filter_map(slice).collect())
    }

    fn part(&self, rows: &[usize]) -> Self {
        match self {
            Self::Labels(all) => Self::Labels(rows.iter().filter_map(|row| all.get(*row)).cloned().collect()),
            Self::Numbers(all) => Self::Numbers(rows.iter().filter_map(|row| all.get(*row)).copied().collect()),
        }
    }
}

fn word(cell: Option<&Cell<'_>>, choices: &[String]) -> String {
    match cell {
        Some(Cell::Choice(choice)) => choices.get(*choice).cloned().unwrap_or_default(),
        Some(Cell::Text(text)) => text.clone().into_owned(),
        _ => "(missing)".to_owned(),
    }
}

/// For each value the rank and name of its quarter; equal values are in the same quarter.
fn quarters(values: &[Option<&Cell<'_>>]) -> Vec<(usize, String)> {
    let number = |cell: &Option<&Cell<'_>>| cell.map_or(f64::NAN, Cell::number);
    let mut sorted: Vec<f64> = values.iter().map(number).filter(|number| number.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    let edge = |part: usize| sorted.get(part * sorted.len() / PARTS).copied().unwrap_or(f64::INFINITY);
    let mut edges: Vec<f64> = (1..PARTS).map(edge).collect();
    edges.dedup();
    let name = |number: f64| {
        if !number.is_finite() {
            return (PARTS, "(missing)".to_owned());
        }
        let part = edges.partition_point(|edge| *edge <= number);
        let name = match (part.checked_sub(1).and_then(|below| edges.get(below)), edges.get(part)) {
            (None, Some(high)) => format!("below {high}"),
            (Some(low), Some(high)) => format!("{low} to {high}"),
            (Some(low), None) => format!("from {low}"),
            (None, None) => "all".to_owned(),
        };
        (part, name)
    };
    values.iter().map(number).map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_sliced_into_quarters() {
        let cells: Vec<Cell<'_>> =
            [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0].map(Cell::Number).into_iter().chain([Cell::Missing]).collect();
        let names: Vec<String> =
            quarters(&cells.iter().map(Some).collect::<Vec<_>>()).into_iter().map(|(_, name)| name).collect();
        let expect = ["below 3", "below 3", "3 to 5", "3 to 5", "5 to 7", "5 to 7", "from 7", "from 7", "(missing)"];
        assert_eq!(names, expect);
        let same = [Cell::Number(2.0), Cell::Number(2.0)];
        assert!(quarters(&same.iter().map(Some).collect::<Vec<_>>()).iter().all(|(_, name)| name == "from 2"));
    }

    #[test]
    fn a_model_of_texts_is_judged_by_its_own_answers() {
        let model = crate::catalog::load("sentiment@2").expect("an embedded model");
        let home = tempfile::tempdir().expect("a temporary directory");
        let path = home.path().join("rows.txt");
        std::fs::write(&path, "a great day\t1\nan awful day\t0\na great evening\t0\n").expect("written");
        let cases = read_cases(&model, &[path]).expect("cases");
        let all: Vec<&Case> = cases.iter().collect();
        let found = Judgement::of(&model, &all);
        let target = &model.manifest().target;
        assert_eq!(found.figures(target).expect("rows").confusion, [[1, 1], [0, 1]]);
        assert_eq!(found.calibration().expect("labels").bins.iter().map(|bin| bin.rows).sum::<usize>(), 3);
        assert!(found.residuals().is_none() && found.slices(model.manifest(), &all, "text").is_none());
        assert_eq!(Judgement::of(&model, &[]).figures(target), None);
    }
}
