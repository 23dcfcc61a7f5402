//! `predictor pull`: a registered version as a directory, checked against the digest of its registration.

use super::Failure;
use super::store::{StoreArgs, wait};
use crate::registry::{History, RegistryError, Version, check_name};
use std::io::Write;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(super) struct Pull {
    /// The version; without one, the approved
    #[arg(value_name = "NAME[@VERSION|@approved]")]
    reference: String,
    #[command(flatten)]
    store: StoreArgs,
    /// Directory to write; it must not exist
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

impl Pull {
    pub(super) fn run(self, out: &mut impl Write) -> Result<(), Failure> {
        let (model, version) = self.reference.split_once('@').unwrap_or((&self.reference, "approved"));
        check_name(model)?;
        if self.out.exists() {
            return Err(RegistryError::Exists(self.out).into());
        }
        let registry = self.store.open()?;
        let (version, parts) = wait(async {
            let history = registry.history(model).await?;
            let found = wanted(&history, model, version)?;
            Ok((found.registered.version.clone(), registry.fetch(model, found.registered).await?))
        })?;
        parts.write(&self.out)?;
        Ok(writeln!(out, "{model}@{version}: {} with digest {}", self.out.display(), parts.digest())?)
    }
}

fn wanted<'a>(history: &'a History, model: &str, version: &str) -> Result<Version<'a>, RegistryError> {
    if version == "approved" {
        return history.approved().ok_or_else(|| RegistryError::NoneApproved { model: model.to_owned() });
    }
    let refused = |refusal| RegistryError::Refused { model: model.to_owned(), refusal: Box::new(refusal) };
    history.known(version).map_err(refused)
}
