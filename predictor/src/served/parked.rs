//! Taking versions out of service, and where they wait until they are wanted again.
//!
//! A version that is part of the program is dropped, since it can be had again; any other one stays in memory without
//! answering, because nothing here knows where it came from.

use super::{Entry, Shelf};
use crate::catalog::EMBEDDED;
use crate::model::Model;
use crate::problem::Problem;
use predictor_wire::{AbsentModel, ModelState};
use std::sync::Arc;

impl Shelf {
    /// The same without a version, or without all versions of a name. What is out of service already stays so.
    ///
    /// # Errors
    /// As [`Shelf::find`]; 409 if then nothing would answer requests that name no model, or nothing at all.
    pub fn unloaded(&self, name: &str, version: Option<&str>) -> Result<Self, Problem> {
        let is_meant = |model: &Model| version.is_none_or(|version| model.manifest().version == version);
        let entry = self.entries.iter().find(|entry| entry.name == name);
        let leaving: Vec<Arc<Model>> = entry
            .into_iter()
            .flat_map(|entry| &entry.versions)
            .map(|served| Arc::clone(&served.model))
            .filter(|model| is_meant(model))
            .collect();
        if leaving.is_empty() {
            return if self.is_out(name, version) { Ok(self.clone()) } else { Err(self.why_absent(name, version)) };
        }
        self.refuse_last(entry, leaving.len())?;
        Ok(leaving.into_iter().fold(self.clone(), Self::without_model))
    }

    fn without_model(self, model: Arc<Model>) -> Self {
        let manifest = model.manifest();
        let reference = model.reference();
        let detail = format!("{reference} was unloaded; an administrator can load it again.");
        let absent = AbsentModel { reference: reference.clone(), state: ModelState::Unloaded, detail };
        let mut shelf = self.without(&manifest.name, &manifest.version).with_absent(absent);
        if !EMBEDDED.iter().any(|embedded| embedded.reference() == reference) {
            shelf.parked.retain(|parked| parked.reference() != reference);
            shelf.parked.push(model);
        }
        shelf
    }

    fn is_out(&self, name: &str, version: Option<&str>) -> bool {
        let unloaded = self.absent.iter().filter(|absent| absent.state == ModelState::Unloaded);
        let mut names = unloaded.filter_map(|absent| absent.reference.split_once('@'));
        names.any(|(known, out)| known == name && version.is_none_or(|version| version == out))
    }

    fn refuse_last(&self, entry: Option<&Entry>, leaving: usize) -> Result<(), Problem> {
        let Some(entry) = entry.filter(|entry| entry.versions.len() == leaving) else { return Ok(()) };
        if self.entries.len() == 1 {
            return Err(Problem::conflict("This is the last model that answers; load another one first."));
        }
        if self.default_model.as_deref() == Some(&entry.name) {
            return Err(Problem::conflict(
                "This model answers the requests that name none (DEFAULT_MODEL); load another version of it first.",
            ));
        }
        Ok(())
    }

    /// The version that was taken out of service last, of a name and of a version if one is given, and still is in memory.
    #[must_use]
    pub fn parked(&self, name: &str, version: Option<&str>) -> Option<&Arc<Model>> {
        let is_meant = |model: &&Arc<Model>| {
            let manifest = model.manifest();
            manifest.name == name && version.is_none_or(|version| manifest.version == version)
        };
        self.parked.iter().rfind(is_meant)
    }
}
