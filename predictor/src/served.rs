//! Which models are in memory, and which of them answers a request.
//!
//! Readers take a snapshot and keep it for as long as their request lasts; a change makes a new snapshot, so no request
//! ever meets half a change or waits for one.

use crate::metrics::{Metrics, PredictionCounters};
use crate::model::{Model, Outcome};
use crate::problem::Problem;
use predictor_wire::{AbsentModel, ModelList, ModelMetadata, ModelState};
use std::sync::{Arc, PoisonError, RwLock};

/// A model that answers, with what is counted about it.
#[derive(Debug)]
pub struct Served {
    /// The model.
    pub model: Model,
    counters: PredictionCounters,
}

impl Served {
    /// Counts an outcome of this model.
    pub fn count(&self, outcome: &Outcome) {
        self.counters.count(outcome);
    }
}

/// What a service starts with.
#[derive(Debug, Default)]
pub struct Opening {
    /// Models that answer at once; of versions with the same name the last answers requests that name no version.
    pub models: Vec<Model>,
    /// Models that are wanted and still absent; the service is not ready before they are there.
    pub absent: Vec<AbsentModel>,
    /// Which model answers requests that name none.
    pub default_model: Option<String>,
}

impl From<Model> for Opening {
    fn from(model: Model) -> Self {
        Self { models: vec![model], ..Self::default() }
    }
}

/// The models of a running service.
#[derive(Debug)]
pub struct Models {
    shelf: RwLock<Arc<Shelf>>,
}

/// One state of affairs.
#[derive(Debug, Clone, Default)]
pub struct Shelf {
    entries: Vec<Entry>,
    absent: Vec<AbsentModel>,
    default_model: Option<String>,
}

/// All versions of one model.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The model's name.
    pub name: String,
    /// Its versions; the last answers requests that name no version. Never empty.
    pub versions: Vec<Arc<Served>>,
}

impl Models {
    /// The models that a service starts with.
    #[must_use]
    pub fn open(opening: Opening, metrics: &Metrics) -> Self {
        let Opening { models, absent, default_model } = opening;
        let empty = Shelf { entries: Vec::new(), absent, default_model };
        let shelf = models.into_iter().fold(empty, |shelf, model| shelf.with(model, metrics));
        Self { shelf: RwLock::new(Arc::new(shelf)) }
    }

    /// The present state of affairs.
    #[must_use]
    pub fn now(&self) -> Arc<Shelf> {
        // The lock is held for one assignment; a panic cannot leave half of it.
        Arc::clone(&self.shelf.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts another state of affairs in place of the present one. Requests under way keep the old one.
    pub fn change(&self, change: impl FnOnce(&Shelf) -> Shelf) {
        let mut shelf = self.shelf.write().unwrap_or_else(PoisonError::into_inner);
        *shelf = Arc::new(change(&shelf));
    }
}

impl Shelf {
    /// The same with one model more, which from now on answers for its name; in place of the same version, if there is
    /// one. It is no longer absent.
    #[must_use]
    pub fn with(&self, model: Model, metrics: &Metrics) -> Self {
        let counters = metrics.loaded(model.manifest());
        let (name, version) = (model.manifest().name.clone(), model.manifest().version.clone());
        let served = Arc::new(Served { model, counters });
        let mut shelf = self.without(&name, &version);
        shelf.absent.retain(|absent| !refers_to(&absent.reference, &name, &version));
        match shelf.entries.iter_mut().find(|entry| entry.name == name) {
            Some(entry) => entry.versions.push(served),
            None => shelf.entries.push(Entry { name, versions: vec![served] }),
        }
        shelf
    }

    /// The same without one version.
    #[must_use]
    pub fn without(&self, name: &str, version: &str) -> Self {
        let mut shelf = self.clone();
        for entry in shelf.entries.iter_mut().filter(|entry| entry.name == name) {
            entry.versions.retain(|served| served.model.manifest().version != version);
        }
        shelf.entries.retain(|entry| !entry.versions.is_empty());
        shelf
    }

    /// The same with something said about a model that is wanted and does not answer.
    #[must_use]
    pub fn with_absent(&self, absent: AbsentModel) -> Self {
        let mut shelf = self.clone();
        shelf.absent.retain(|known| known.reference != absent.reference);
        shelf.absent.push(absent);
        shelf
    }

    /// All models, by name in the order in which they came.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// What is wanted and does not answer.
    #[must_use]
    pub fn absent(&self) -> &[AbsentModel] {
        &self.absent
    }

    /// Whether all wanted models answer, and at least one does.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        !self.entries.is_empty() && !self.absent.iter().any(|absent| absent.state == ModelState::Loading)
    }

    /// The model of a name, and of a version if one is given.
    ///
    /// # Errors
    /// 503 while it is loading; 404 with the choices if it is not there.
    pub fn find(&self, name: &str, version: Option<&str>) -> Result<&Arc<Served>, Problem> {
        let entry = self.entries.iter().find(|entry| entry.name == name);
        let found = entry.and_then(|entry| match version {
            None => entry.versions.last(),
            Some(version) => entry.versions.iter().find(|served| served.model.manifest().version == version),
        });
        found.ok_or_else(|| self.why_absent(name, version))
    }

    /// The model that answers requests that name none: the configured one, else the only one.
    ///
    /// # Errors
    /// 422 with the choices if there are several; 503 while none is loaded.
    pub fn unnamed(&self) -> Result<&Arc<Served>, Problem> {
        if let Some(name) = &self.default_model {
            return self.find(name, None);
        }
        match self.entries.as_slice() {
            [only] => only.versions.last().ok_or_else(Problem::starting),
            [] => Err(Problem::starting()),
            _ => Err(Problem::ambiguous_model(&self.names())),
        }
    }

    /// Name of the model that answers requests that name none, if there is one.
    #[must_use]
    pub fn default_name(&self) -> Option<&str> {
        self.unnamed().ok().map(|served| served.model.manifest().name.as_str())
    }

    /// Everything about all models, for callers.
    #[must_use]
    pub fn list(&self) -> ModelList {
        let versions = self.entries.iter().flat_map(|entry| &entry.versions);
        ModelList {
            models: versions.map(|served| self.metadata(served)).collect(),
            absent: self.absent.clone(),
            default_model: self.default_name().map(str::to_owned),
        }
    }

    /// Everything about one model, for callers.
    #[must_use]
    pub fn metadata(&self, served: &Served) -> ModelMetadata {
        let is_default = self.unnamed().is_ok_and(|default| std::ptr::eq(&raw const **default, served));
        served.model.metadata(is_default)
    }

    fn names(&self) -> Vec<&str> {
        self.entries.iter().map(|entry| entry.name.as_str()).collect()
    }

    fn why_absent(&self, name: &str, version: Option<&str>) -> Problem {
        let wanted = |absent: &&AbsentModel| match version {
            Some(version) => refers_to(&absent.reference, name, version),
            None => absent.reference.split('@').next() == Some(name),
        };
        match self.absent.iter().find(wanted) {
            Some(absent) if absent.state == ModelState::Loading => Problem::starting(),
            Some(absent) => Problem::absent_model(&absent.detail),
            None => {
                let versions = self.entries.iter().flat_map(|entry| &entry.versions);
                Problem::unknown_model(&versions.map(|served| served.model.reference()).collect::<Vec<_>>())
            }
        }
    }
}

/// Whether `NAME`, `NAME@VERSION` or `NAME@approved` can mean this version.
fn refers_to(reference: &str, name: &str, version: &str) -> bool {
    match reference.split_once('@') {
        None => reference == name,
        Some((known, wanted)) => known == name && (wanted == version || wanted == "approved"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog;

    fn shelf(references: &[&str], default: Option<&str>) -> Arc<Shelf> {
        let models = references.iter().map(|reference| catalog::load(reference).expect("an embedded model"));
        let opening =
            Opening { models: models.collect(), default_model: default.map(str::to_owned), ..Opening::default() };
        Models::open(opening, &Metrics::new()).now()
    }

    fn version(found: Result<&Arc<Served>, Problem>) -> String {
        found.map_or_else(|problem| problem.detail().to_owned(), |served| served.model.reference())
    }

    #[test]
    fn requests_find_their_model() {
        let both = shelf(&["sentiment@2", "sentiment@1"], None);
        assert_eq!(version(both.find("sentiment", None)), "sentiment@1", "the last answers for the name");
        assert_eq!(version(both.find("sentiment", Some("2"))), "sentiment@2");
        assert_eq!(version(both.unnamed()), "sentiment@1");
        let words = version(both.find("weather", None));
        assert_eq!(words, "There is no such model here; there are sentiment@2, sentiment@1.");
        assert!(both.is_ready() && both.list().models.iter().filter(|model| model.default).count() == 1);
    }

    #[test]
    fn a_change_replaces_a_version_and_ends_an_absence() {
        let metrics = Metrics::new();
        let loading = AbsentModel {
            reference: "sentiment@approved".to_owned(),
            state: ModelState::Loading,
            detail: "is being fetched".to_owned(),
        };
        let models = Models::open(Opening { absent: vec![loading], ..Opening::default() }, &metrics);
        assert!(!models.now().is_ready());
        assert_eq!(models.now().find("sentiment", None).expect_err("absent").status(), 503);
        let before = models.now();
        models.change(|shelf| shelf.with(catalog::load("sentiment@1").expect("embedded"), &metrics));
        models.change(|shelf| shelf.with(catalog::load("sentiment@1").expect("embedded"), &metrics));
        assert!(models.now().is_ready() && !before.is_ready());
        assert_eq!(models.now().list().models.len(), 1);
        models.change(|shelf| shelf.without("sentiment", "1"));
        assert!(models.now().entries().is_empty());
    }
}
