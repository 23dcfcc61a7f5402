//! New labelled rows on their way to training: every row is checked against the model's schema, then the file becomes
//! an immutable part beside the others.
//!
//! ```text
//! NAME/columns.json       the order of columns, from the first file
//! NAME/DIGEST.csv         a part (.txt for texts), named by its own SHA-256
//! NAME/DIGEST.json        where it came from: file, digest, rows, who, when
//! ```
//!
//! Rows are kept as they stand in the file where its columns are those of the first file, because a row's bytes decide
//! its place in the split. Nothing here knows how a model learns.

mod check;
mod parts;

pub use check::{Checked, Fault, check};
pub use parts::{Ingested, fetch, ingest};

use crate::data::DataError;
use crate::judgement::takes_text;
use crate::model::Model;
use crate::model::table::plans;
use crate::schema::Schema;
use crate::store::StoreError;
use predictor_wire::Target;
use std::path::PathBuf;

/// Most bytes of a file of rows.
pub(crate) const LARGEST_FILE: u64 = 256 << 20;
/// Most faults that are told.
const MOST_FAULTS: usize = 100;

/// What rows of a model must be.
#[derive(Debug, Clone, PartialEq)]
pub struct Rules {
    /// The model's name.
    pub name: String,
    /// Its fields.
    pub schema: Schema,
    /// The true answer.
    pub target: Target,
    /// Whether rows are lines `text TAB 0|1`, as against CSV.
    pub are_texts: bool,
}

impl Rules {
    /// The rules of a model.
    #[must_use]
    pub fn of(model: &Model) -> Self {
        let manifest = model.manifest();
        let (name, target) = (manifest.name.clone(), manifest.target.clone());
        Self { name, schema: model.schema().clone(), target, are_texts: takes_text(model) }
    }

    /// The rules of a model that nobody has trained yet, if this program knows how to.
    #[must_use]
    pub fn of_plan(name: &str) -> Option<Self> {
        let plan = plans::find(name)?;
        let (schema, target) = (Schema::new(plan.forms()), plan.target.clone());
        Some(Self { name: name.to_owned(), schema, target, are_texts: false })
    }
}

/// Why rows were not taken in.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// The file could not be read, or has no columns that fit.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Rows are not what the model takes.
    #[error("{}", words(path, faults))]
    Rows {
        /// The file.
        path: PathBuf,
        /// What is wrong, row by row.
        faults: Vec<Fault>,
    },
    /// Nothing is left of a file.
    #[error("{}: no row is good", .0.display())]
    Nothing(PathBuf),
    /// The file has columns, but not those of the parts.
    #[error("{}: there is no column {column:?}, which the parts in {place} have", path.display())]
    Columns {
        /// The file.
        path: PathBuf,
        /// What it lacks.
        column: String,
        /// Where the parts are.
        place: String,
    },
    /// The store holds what this program cannot have written.
    #[error("{place} is damaged: {reason}")]
    Damaged {
        /// The key.
        place: String,
        /// What is wrong.
        reason: String,
    },
    /// A file of this machine.
    #[error("cannot write {}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

fn words(path: &std::path::Path, faults: &[Fault]) -> String {
    let line = |fault: &Fault| format!("{}:{}: {}\n", path.display(), fault.line, fault.reason);
    let told: String = faults.iter().take(MOST_FAULTS).map(line).collect();
    let rest = faults.len().saturating_sub(MOST_FAULTS);
    let more = if rest > 0 { format!("and {rest} more\n") } else { String::new() };
    format!("{told}{more}{} bad rows; nothing was taken in, --skip-bad leaves them out", faults.len())
}
