//! Labelled rows of every kind of model, and what a model says of them: on the one path from input to outcome.

use super::CandidateError;
use crate::artifact::{DataSource, Kind, Manifest, Task};
use crate::data::{DataError, Sentence, Sentences};
use crate::model::{Model, Outcome};
use crate::registry::gate::{Figures, Judged};
use crate::schema::Input;
use std::path::PathBuf;

/// The rows of the test fold, in the form of a kind.
pub(super) enum Rows {
    Sentences { rows: Vec<Sentence>, sources: Vec<DataSource> },
}

impl Rows {
    /// Reads files of the model's kind and keeps the fold that the model did not learn from.
    pub(super) fn read(manifest: &Manifest, files: &[PathBuf]) -> Result<Self, CandidateError> {
        let fold = manifest.recipe.test_fold;
        let rows = match manifest.kind {
            Kind::Sentiment => {
                let Sentences { rows, sources } = Sentences::read(files)?;
                Self::Sentences { rows: rows.into_iter().filter(|row| row.fold() == fold).collect(), sources }
            }
        };
        if rows.count() == 0 { Err(CandidateError::NoRows(fold)) } else { Ok(rows) }
    }

    fn count(&self) -> usize {
        match self {
            Self::Sentences { rows, .. } => rows.len(),
        }
    }

    fn sources(&self) -> &[DataSource] {
        match self {
            Self::Sentences { sources, .. } => sources,
        }
    }

    /// What a model says of the rows, which are read with that model's own schema.
    pub(super) fn judge(&self, model: &Model) -> Result<Judged, DataError> {
        let pairs: Vec<(f64, Outcome)> = match self {
            Self::Sentences { rows, .. } => {
                let outcome = |row: &Sentence| model.predict(&Input::of_text(row.text.as_str()));
                rows.iter().map(|row| (f64::from(u8::from(row.positive)), outcome(row))).collect()
            }
        };
        Ok(match model.manifest().task {
            Task::Classification => {
                Judged::Classes(pairs.iter().map(|(truth, said)| (*truth as u32, said.label() as u32)).collect())
            }
            Task::Regression => {
                let value = |said: &Outcome| said.numbers().first().copied().unwrap_or(f64::NAN);
                Judged::Values(pairs.iter().map(|(truth, said)| (*truth, value(said))).collect())
            }
        })
    }

    /// Whether these are the very files that the model was trained with.
    pub(super) fn are_those_of(&self, manifest: &Manifest) -> bool {
        let digests = |sources: &[DataSource]| {
            let mut digests: Vec<_> = sources.iter().map(|source| source.sha256.clone()).collect();
            digests.sort_unstable();
            digests
        };
        digests(self.sources()) == digests(&manifest.data)
    }
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
