//! `predictor ingest`: new labelled rows become an immutable part of a model's training data.

use super::Failure;
use super::store::{ByArgs, StoreArgs, printable, wait};
use crate::catalog;
use crate::ingest::{Ingested, Rules, ingest};
use crate::model::Model;
use crate::registry::check_name;
use crate::store::{Location, Store};
use std::io::Write;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(super) struct Ingest {
    /// The model whose schema rows must fit: an embedded one, a directory, the approved version in --store, or one that
    /// `train` knows
    #[arg(value_name = "MODEL")]
    model: String,
    /// Files of labelled rows, as `train` takes them
    #[arg(long, required = true, num_args = 1.., value_name = "FILE")]
    data: Vec<PathBuf>,
    /// Where the model's rows are kept: a directory or s3://BUCKET/PREFIX
    #[arg(long, value_name = "DATA")]
    into: String,
    /// Leave bad rows out and count them, in place of refusing the file
    #[arg(long)]
    skip_bad: bool,
    #[command(flatten)]
    by: ByArgs,
    #[command(flatten)]
    store: StoreArgs,
    /// Write JSON: a list with one object for each file
    #[arg(long)]
    json: bool,
}

impl Ingest {
    pub(super) fn run(self, out: &mut impl Write) -> Result<(), Failure> {
        let (who, rules) = (self.by.who()?, rules(&self.model, &self.store)?);
        let into = Store::open_to_write(self.into.parse::<Location>()?)?;
        let taken = take_in(&rules, &self.data, &into, &who, self.skip_bad)?;
        if self.json {
            serde_json::to_writer_pretty(&mut *out, &taken)?;
            return Ok(writeln!(out)?);
        }
        for Ingested { file, part, rows, skipped, duplicate, .. } in taken {
            let was_there = if duplicate { ", which was there already" } else { "" };
            writeln!(out, "{}: {rows} rows, {skipped} left out, as {part}{was_there}", printable(&file))?;
        }
        Ok(())
    }
}

/// Takes in one file after another; those before a bad one stay.
pub(super) fn take_in(
    rules: &Rules,
    files: &[PathBuf],
    into: &Store,
    who: &str,
    skip_bad: bool,
) -> Result<Vec<Ingested>, Failure> {
    files.iter().map(|file| wait(async { Ok(ingest(rules, file, into, who, skip_bad).await?) })).collect()
}

/// What rows must be: by an embedded model or a directory, by the approved version of the registry, or as training wants
/// them.
pub(super) fn rules(wanted: &str, store: &StoreArgs) -> Result<Rules, Failure> {
    let unknown = match catalog::load(wanted) {
        Ok(model) => return Ok(Rules::of(&model)),
        Err(error) => error,
    };
    let approved = if store.location()?.is_some() { approved(wanted, store)? } else { None };
    approved.or_else(|| Rules::of_plan(wanted)).ok_or_else(|| unknown.into())
}

fn approved(name: &str, store: &StoreArgs) -> Result<Option<Rules>, Failure> {
    check_name(name)?;
    // The first rows may come before the first registration.
    let registry = store.open_to_write()?;
    wait(async {
        let history = registry.history(name).await?;
        let Some(approved) = history.approved() else { return Ok(None) };
        let parts = registry.fetch(name, approved.registered).await?;
        Ok(Some(Rules::of(&Model::load(parts.artifact()?)?)))
    })
}
