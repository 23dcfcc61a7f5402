//! Labelled rows, and what a model says of them: read and answered as `evaluate` and requests do.

use super::CandidateError;
use crate::artifact::{Manifest, Task, hex_sha256};
use crate::data::DataError;
use crate::data::cases::Case;
use crate::judgement::{Judgement, read_cases};
use crate::model::Model;
use crate::registry::gate::{Figures, Judged};
use std::path::{Path, PathBuf};

/// Files of labelled rows, of which the test fold is judged.
pub(super) struct Rows<'a> {
    files: &'a [PathBuf],
    fold: u64,
    digests: Vec<String>,
}

impl<'a> Rows<'a> {
    /// Files for a candidate, whose test fold decides which rows it has not learnt from.
    pub(super) fn of(manifest: &Manifest, files: &'a [PathBuf]) -> Result<Self, CandidateError> {
        let digests = files.iter().map(|file| digest(file)).collect::<Result<_, _>>()?;
        Ok(Self { files, fold: manifest.recipe.test_fold, digests })
    }

    /// What a model says of the rows, which are read with that model's own schema.
    pub(super) fn judge(&self, model: &Model) -> Result<Judged, CandidateError> {
        let cases = read_cases(model, self.files)?;
        let cases: Vec<&Case> = cases.iter().filter(|case| case.fold == self.fold).collect();
        if cases.is_empty() {
            return Err(CandidateError::NoRows(self.fold));
        }
        Ok(match Judgement::of(model, &cases) {
            Judgement::Labels(rows) => {
                Judged::Classes(rows.iter().map(|row| (row.truth as u32, row.label as u32)).collect())
            }
            Judgement::Numbers(rows) => Judged::Values(rows.iter().map(|row| (row.truth, row.value)).collect()),
        })
    }

    /// Whether a model of the same data has not learnt from the rows that are judged: it held out the same fold.
    pub(super) fn are_new_to(&self, manifest: &Manifest) -> bool {
        manifest.recipe.test_fold == self.fold
    }

    /// Whether these are the very files that the model was trained with.
    pub(super) fn are_those_of(&self, manifest: &Manifest) -> bool {
        let sorted = |mut digests: Vec<String>| {
            digests.sort_unstable();
            digests
        };
        sorted(self.digests.clone()) == sorted(manifest.data.iter().map(|source| source.sha256.clone()).collect())
    }
}

fn digest(file: &Path) -> Result<String, DataError> {
    let bytes = std::fs::read(file).map_err(|source| DataError::Read { path: file.to_owned(), source })?;
    Ok(hex_sha256(&bytes))
}

/// The figures that a manifest claims; what it does not claim is no number.
pub(super) fn claimed(manifest: &Manifest) -> Figures {
    let figures = &manifest.metrics;
    match manifest.task {
        Task::Classification => Figures::Classification {
            rows: figures.rows,
            accuracy: figures.figure("accuracy"),
            f1_macro: figures.figure("f1_macro"),
            majority_accuracy: figures.figure("majority_accuracy"),
        },
        Task::Regression => {
            Figures::Regression { rows: figures.rows, rmse: figures.figure("rmse"), r2: figures.figure("r2") }
        }
    }
}
