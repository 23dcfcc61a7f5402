//! Which models are in memory, and which of them answers a request.
//!
//! Readers take a snapshot and keep it for as long as their request lasts; a change makes a new snapshot, so no request
//! ever meets half a change or waits for one.

mod parked;
mod shadow;
pub mod traffic;

pub use traffic::{SPLIT_KEY, Traffic};

use crate::drift::{Window, window};
use crate::metrics::{self, Metrics, PredictionCounters};
use crate::model::{Model, Outcome};
use crate::problem::Problem;
use crate::schema::Input;
use arc_swap::{ArcSwap, Guard};
use predictor_wire::{AbsentModel, ModelList, ModelMetadata, ModelState};
use shadow::Shadow;
use std::sync::{Arc, Mutex, PoisonError};

/// Stands for the name of every model, in a reference to what is absent: which models there are is not known yet.
pub const ANY: &str = "*";

/// A model that answers, with what is counted about it.
#[derive(Debug)]
pub struct Served {
    /// The model.
    pub model: Arc<Model>,
    counters: PredictionCounters,
    window: Option<Arc<Window>>,
    shadow: Option<Shadow>,
}

impl Served {
    /// What the model says of a case that its schema accepted: counted, watched for drift, and handed to its shadow.
    #[must_use]
    pub fn judge(&self, input: &Input<'_>) -> Outcome {
        let outcome = match &self.window {
            Some(window) => {
                let mut seen = Vec::with_capacity(16);
                let outcome = self.model.predict_observed(input, &mut seen);
                window.count(&seen);
                outcome
            }
            None => self.model.predict(input),
        };
        self.counters.count(&outcome);
        if let Some(shadow) = &self.shadow {
            shadow.offer(input, &outcome);
        }
        outcome
    }

    /// Its last rows, if they are watched.
    #[must_use]
    pub fn window(&self) -> Option<&Window> {
        self.window.as_deref()
    }

    /// The version that judges the same cases, if there is one.
    #[must_use]
    pub fn shadowed_by(&self) -> Option<&Model> {
        self.shadow.as_ref().map(|shadow| &**shadow.candidate())
    }

    /// The same with another shadow.
    fn with_shadow(&self, shadow: Option<Shadow>) -> Arc<Self> {
        let (model, counters, window) = (Arc::clone(&self.model), self.counters.clone(), self.window.clone());
        Arc::new(Self { model, counters, window, shadow })
    }

    fn is_of(&self, candidate: &traffic::Candidate) -> bool {
        let manifest = self.model.manifest();
        manifest.name == candidate.name && manifest.version == candidate.version
    }
}

/// What a service starts with.
#[derive(Debug)]
pub struct Opening {
    /// Models that answer at once; of versions with the same name the last answers requests that name no version.
    pub models: Vec<Model>,
    /// Models that are wanted and still absent; the service is not ready before they are there.
    pub absent: Vec<AbsentModel>,
    /// Which model answers requests that name none.
    pub default_model: Option<String>,
    /// How requests are divided between versions.
    pub traffic: Traffic,
    /// Rows of each model's drift window; 0 watches nothing.
    pub drift_rows: u64,
}

impl Default for Opening {
    fn default() -> Self {
        Self {
            models: Vec::new(),
            absent: Vec::new(),
            default_model: None,
            traffic: Traffic::default(),
            drift_rows: window::DEFAULT_ROWS,
        }
    }
}

impl From<Model> for Opening {
    fn from(model: Model) -> Self {
        Self { models: vec![model], ..Self::default() }
    }
}

/// The models of a running service.
#[derive(Debug)]
pub struct Models {
    shelf: ArcSwap<Shelf>,
    /// Held while one state of affairs is made out of another.
    changing: Mutex<()>,
}

/// One state of affairs.
#[derive(Debug, Clone, Default)]
pub struct Shelf {
    entries: Vec<Entry>,
    absent: Vec<AbsentModel>,
    parked: Vec<Arc<Model>>,
    default_model: Option<String>,
    traffic: Arc<Traffic>,
    metrics: Option<Arc<metrics::Models>>,
    drift_rows: u64,
}

/// All versions of one model.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The model's name.
    pub name: String,
    /// Its versions; the last answers requests that name no version, save those that a split gives to the first. Never
    /// empty.
    pub versions: Vec<Arc<Served>>,
}

impl Models {
    /// The models that a service starts with.
    #[must_use]
    pub fn open(opening: Opening, metrics: &Metrics) -> Self {
        let Opening { models, absent, default_model, traffic, drift_rows } = opening;
        let (traffic, metrics_of_models) = (Arc::new(traffic), Some(Arc::clone(&metrics.models)));
        let empty =
            Shelf { absent, default_model, traffic, metrics: metrics_of_models, drift_rows, ..Shelf::default() };
        let shelf = models.into_iter().fold(empty, |shelf, model| shelf.with(model, metrics));
        Self { shelf: ArcSwap::from_pointee(shelf), changing: Mutex::default() }
    }

    /// The present state of affairs.
    #[must_use]
    pub fn now(&self) -> Guard<Arc<Shelf>> {
        self.shelf.load()
    }

    /// Puts another state of affairs in place of the present one. Requests under way keep the old one.
    pub fn change(&self, change: impl FnOnce(&Shelf) -> Shelf) {
        // Nothing is kept in the lock; a panic leaves nothing behind.
        let _changing = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        self.shelf.store(Arc::new(change(&self.shelf.load())));
    }
}

impl Shelf {
    /// The same with one model more, which from now on answers for its name; in place of the same version, if there is
    /// one. It is no longer absent; an approved version that is waited for still is, see [`Shelf::with_approved`].
    #[must_use]
    pub fn with(&self, model: impl Into<Arc<Model>>, metrics: &Metrics) -> Self {
        let model = model.into();
        let counters = metrics.models.counters(model.manifest());
        let (name, version) = (model.manifest().name.clone(), model.manifest().version.clone());
        let window = Window::of(&model, self.drift_rows).map(Arc::new);
        let served = Arc::new(Served { model, counters, window, shadow: None });
        let mut shelf = self.without(&name, &version);
        shelf.absent.retain(|absent| absent.reference != name && absent.reference != format!("{name}@{version}"));
        shelf.parked.retain(|parked| parked.manifest().name != name || parked.manifest().version != version);
        match shelf.entries.iter_mut().find(|entry| entry.name == name) {
            Some(entry) => entry.versions.push(served),
            None => shelf.entries.push(Entry { name, versions: vec![served] }),
        }
        shelf.settle();
        shelf
    }

    /// [`Shelf::with`] for the version that the registry has approved: `NAME@approved` is no longer waited for.
    #[must_use]
    pub fn with_approved(&self, model: Model, metrics: &Metrics) -> Self {
        let approved = approved_of(&model.manifest().name);
        self.with(model, metrics).without_absent(&approved)
    }

    /// The same without one version.
    #[must_use]
    pub fn without(&self, name: &str, version: &str) -> Self {
        let mut shelf = self.clone();
        for entry in shelf.entries.iter_mut().filter(|entry| entry.name == name) {
            entry.versions.retain(|served| served.model.manifest().version != version);
        }
        shelf.entries.retain(|entry| !entry.versions.is_empty());
        shelf.settle();
        shelf
    }

    /// Whether a version takes part in a split or a shadow.
    #[must_use]
    pub fn is_candidate(&self, name: &str, version: &str) -> bool {
        self.traffic.candidates().any(|candidate| candidate.name == name && candidate.version == version)
    }

    /// Puts candidates before the versions that answer for their name, and lets shadows listen in.
    fn settle(&mut self) {
        let Self { entries, traffic, metrics, .. } = self;
        for versions in entries.iter_mut().map(|entry| &mut entry.versions) {
            // Stable: false before true, so that among the others the last one stays the last.
            versions.sort_by_key(|served| !traffic.candidates().any(|candidate| served.is_of(candidate)));
            let Some((primary, others)) = versions.split_last_mut() else { continue };
            let listens = |served: &&mut Arc<Served>| traffic.shadows.iter().any(|shadow| served.is_of(shadow));
            let candidate = others.iter_mut().find(listens).map(|served| Arc::clone(&served.model));
            for served in others.iter_mut().filter(|served| served.shadow.is_some()) {
                *served = served.with_shadow(None);
            }
            listen_in(primary, candidate, metrics.as_deref());
        }
    }

    /// The same with something said about a model that is wanted and does not answer.
    #[must_use]
    pub fn with_absent(&self, absent: AbsentModel) -> Self {
        let mut shelf = self.clone();
        shelf.absent.retain(|known| known.reference != absent.reference);
        shelf.absent.push(absent);
        shelf
    }

    /// The same where a model answers requests that name none, unless another one was chosen.
    #[must_use]
    pub fn with_default(&self, name: &str) -> Self {
        let mut shelf = self.clone();
        shelf.default_model.get_or_insert_with(|| name.to_owned());
        shelf
    }

    /// The same with nothing said about a model that is wanted.
    #[must_use]
    pub fn without_absent(&self, reference: &str) -> Self {
        let mut shelf = self.clone();
        shelf.absent.retain(|known| known.reference != reference);
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

    /// The version that answers requests that name no version: the last; none while only candidates of a split or a
    /// shadow are there and the approved version is still waited for.
    #[must_use]
    pub fn primary<'a>(&self, entry: &'a Entry) -> Option<&'a Arc<Served>> {
        let last = entry.versions.last()?;
        let mut awaited = self.absent.iter().filter(|it| it.state == ModelState::Loading);
        let waits = awaited.any(|it| it.reference == approved_of(&entry.name));
        let is_candidate = || self.traffic.candidates().any(|candidate| last.is_of(candidate));
        (!waits || !is_candidate()).then_some(last)
    }

    /// Whether all wanted models answer, and at least one does.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        !self.entries.is_empty() && !self.absent.iter().any(|absent| absent.state == ModelState::Loading)
    }

    /// What the service waits for, in words.
    #[must_use]
    pub fn waits_for(&self) -> Option<String> {
        let loading = self.absent.iter().filter(|absent| absent.state == ModelState::Loading);
        let words: Vec<_> = loading.map(|absent| format!("{}: {}", absent.reference, absent.detail)).collect();
        (!words.is_empty()).then(|| words.join("; "))
    }

    /// The model of a name, and of a version if one is given.
    ///
    /// # Errors
    /// 503 while it is loading; 404 with the choices if it is not there.
    pub fn find(&self, name: &str, version: Option<&str>) -> Result<&Arc<Served>, Problem> {
        let entry = self.entries.iter().find(|entry| entry.name == name);
        let found = entry.and_then(|entry| match version {
            None => self.primary(entry),
            Some(version) => entry.versions.iter().find(|served| served.model.manifest().version == version),
        });
        found.ok_or_else(|| self.why_absent(name, version))
    }

    /// The version that answers a request that names no version, where a split may give it to a candidate. `key` is asked
    /// only if there is a split.
    #[must_use]
    pub fn divided<'a>(&'a self, primary: &'a Arc<Served>, key: impl FnOnce() -> Vec<u8>) -> &'a Arc<Served> {
        if self.traffic.splits.is_empty() {
            return primary;
        }
        let name = &primary.model.manifest().name;
        let Some(split) = self.traffic.splits.iter().find(|split| split.candidate.name == *name) else {
            return primary;
        };
        let versions = self.entries.iter().find(|entry| entry.name == *name).map(|entry| &entry.versions);
        let candidate = versions.into_iter().flatten().find(|served| served.is_of(&split.candidate));
        candidate.filter(|_| split.takes(&key())).unwrap_or(primary)
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
            [only] => self.primary(only).ok_or_else(Problem::starting),
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
            None => absent.reference.split('@').next().is_some_and(|known| known == name || known == ANY),
        };
        let is_loading = |absent: &&AbsentModel| absent.state == ModelState::Loading;
        match self.absent.iter().find(wanted) {
            Some(_) if self.absent.iter().filter(wanted).any(|absent| is_loading(&absent)) => Problem::starting(),
            Some(absent) => Problem::absent_model(&absent.detail),
            None => {
                let versions = self.entries.iter().flat_map(|entry| &entry.versions);
                Problem::unknown_model(&versions.map(|served| served.model.reference()).collect::<Vec<_>>())
            }
        }
    }
}

/// Gives a version the shadow that it should have, and keeps one that is at work already. A candidate that asks for other
/// inputs cannot listen in.
fn listen_in(primary: &mut Arc<Served>, candidate: Option<Arc<Model>>, metrics: Option<&metrics::Models>) {
    let asks = |model: &Model| model.schema().clone();
    let candidate = candidate.filter(|candidate| asks(candidate) == asks(&primary.model));
    let known = primary.shadow.as_ref().map(Shadow::candidate);
    if known.map(Arc::as_ptr) == candidate.as_ref().map(Arc::as_ptr) {
        return;
    }
    let shadow = candidate.zip(metrics).and_then(|(candidate, metrics)| {
        let counters = metrics.shadow(candidate.manifest(), primary.model.manifest());
        // Without a thread there is no shadow; the primary version answers all the same.
        Shadow::start(candidate, counters).ok()
    });
    *primary = primary.with_shadow(shadow);
}

fn approved_of(name: &str) -> String {
    format!("{name}@approved")
}

/// Whether `NAME`, `NAME@VERSION` or `NAME@approved` can mean this version.
fn refers_to(reference: &str, name: &str, version: &str) -> bool {
    match reference.split_once('@') {
        None => reference == name,
        Some((known, wanted)) => (known == name || known == ANY) && (wanted == version || wanted == "approved"),
    }
}

#[cfg(test)]
mod tests;
