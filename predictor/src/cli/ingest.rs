//! `predictor ingest`: new labelled rows become an immutable part of a model's training data.

use super::Failure;
use super::store::{ByArgs, StoreArgs, printable, wait};
use crate::catalog;
use crate::ingest::{Ingested, ingest};
use crate::model::Model;
use crate::registry::RegistryError;
use crate::store::{Location, Store};
use std::io::Write;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(super) struct Ingest {
    /// The model whose schema rows must fit: an embedded one, a directory, or the approved version in --store
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
        let (who, model) = (self.by.who()?, model(&self.model, &self.store)?);
        let into = Store::open_to_write(self.into.parse::<Location>()?)?;
        let taken = take_in(&model, &self.data, &into, &who, self.skip_bad)?;
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
    model: &Model,
    files: &[PathBuf],
    into: &Store,
    who: &str,
    skip_bad: bool,
) -> Result<Vec<Ingested>, Failure> {
    files.iter().map(|file| wait(async { Ok(ingest(model, file, into, who, skip_bad).await?) })).collect()
}

/// A model by name or directory; one that is not embedded is the approved version of the registry, if there is one.
pub(super) fn model(wanted: &str, store: &StoreArgs) -> Result<Model, Failure> {
    let unknown = match catalog::load(wanted) {
        Ok(model) => return Ok(model),
        Err(error) => error,
    };
    if store.location()?.is_none() {
        return Err(unknown.into());
    }
    let registry = store.open()?;
    wait(async {
        let history = registry.history(wanted).await?;
        let approved = history.approved().ok_or_else(|| RegistryError::NoneApproved { model: wanted.to_owned() })?;
        let parts = registry.fetch(wanted, approved.registered).await?;
        Ok(Model::load(parts.artifact()?)?)
    })
}
