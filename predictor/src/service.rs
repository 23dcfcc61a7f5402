//! What all routes share while a server runs: the model, the phase of life, counters, the log.

use crate::body::Limits;
use crate::log::Log;
use crate::metrics::Metrics;
use crate::model::Model;
use std::sync::atomic::{AtomicBool, Ordering};

/// The state behind the routes.
#[derive(Debug)]
pub struct Service {
    /// The model that answers.
    pub model: Model,
    /// What is counted.
    pub metrics: Metrics,
    /// Where lines go.
    pub log: Log,
    /// Bounds on request bodies.
    pub limits: Limits,
    draining: AtomicBool,
}

impl Service {
    /// A service that is ready to answer.
    #[must_use]
    pub fn new(model: Model, log: Log, limits: Limits) -> Self {
        let metrics = Metrics::new(model.manifest());
        Self { model, metrics, log, limits, draining: AtomicBool::new(false) }
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
