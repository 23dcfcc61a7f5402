//! What all routes share while a server runs: the models, the phase of life, counters, the log.

use crate::admin::Admin;
use crate::body::Limits;
use crate::cors::Cors;
use crate::drift::window::{Turn, rows_of};
use crate::limits::{Admission, Bounds};
use crate::log::{Level, Log};
use crate::metrics::Metrics;
use crate::served::{Models, Opening, Served};
use crate::supply::Supply;
use serde_json::{Value, json};
use std::ops::Deref;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

/// A service, by its state. Who counts references to it counts those of one thread only, if each thread has its own.
#[derive(Debug)]
pub struct Service(Arc<State>);

/// The state behind the routes.
#[derive(Debug)]
pub struct State {
    /// The models that answer.
    pub models: Models,
    /// What is counted.
    pub metrics: Metrics,
    /// Where lines go.
    pub log: Log,
    /// Bounds on request bodies.
    pub limits: Limits,
    /// Who was admitted.
    pub admission: Admission,
    /// Who may change what is served.
    pub admin: Admin,
    /// Which pages may read answers.
    pub cors: Cors,
    /// Where models come from that are neither in memory nor part of the program; empty without a registry.
    pub supply: OnceLock<Arc<Supply>>,
    draining: AtomicBool,
}

impl Deref for Service {
    type Target = State;

    fn deref(&self) -> &State {
        &self.0
    }
}

impl Service {
    /// A service with this state.
    #[must_use]
    pub fn of(state: State) -> Arc<Self> {
        Arc::new(Self(Arc::new(state)))
    }

    /// The same service for another thread.
    #[must_use]
    pub fn apart(&self) -> Arc<Self> {
        Arc::new(Self(Arc::clone(&self.0)))
    }
}

impl State {
    /// A service with the models that it starts with.
    #[must_use]
    pub fn new(opening: Opening, log: Log, limits: Limits, bounds: Bounds) -> Self {
        let metrics = Metrics::new();
        let models = Models::open(opening, &metrics);
        let admission = Admission::new(bounds);
        Self {
            models,
            metrics,
            log,
            limits,
            admission,
            admin: Admin::default(),
            cors: Cors::Off,
            supply: OnceLock::new(),
            draining: AtomicBool::new(false),
        }
    }

    /// The same with administrators and with pages of other origins.
    #[must_use]
    pub fn open_to(self, admin: Admin, cors: Cors) -> Self {
        Self { admin, cors, ..self }
    }

    /// Looks at the drift of all models, and says so when one began or ceased to drift since this was done last.
    pub fn note_drift(&self) {
        let shelf = self.models.now();
        for served in shelf.entries().iter().flat_map(|entry| &entry.versions) {
            self.note_drift_of(served);
        }
    }

    fn note_drift_of(&self, served: &Served) {
        let Some(window) = served.window() else { return };
        let compared = window.compare();
        let Some(turn) = window.turn(&compared) else { return };
        let drifted = window.names().zip(&compared).filter(|(_, compared)| compared.is_drift());
        let features = drifted
            .map(|(name, compared)| json!({ "name": name, "psi": compared.psi, "threshold": compared.threshold }));
        let manifest = served.model.manifest();
        let fields = [
            ("model", manifest.name.as_str().into()),
            ("model_version", manifest.version.as_str().into()),
            ("rows", rows_of(&compared).into()),
            ("features", Value::Array(features.collect())),
        ];
        match turn {
            Turn::Began => self.log.say(Level::Warn, "drift began", &fields),
            Turn::Ended => self.log.say(Level::Info, "drift ended", &fields),
        }
    }

    /// Whether the service is about to end.
    #[must_use]
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }

    /// From now on readiness is denied and connections are closed after their answer; requests are still answered.
    pub fn start_draining(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }
}
