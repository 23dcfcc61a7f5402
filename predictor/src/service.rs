//! What all routes share while a server runs: the models, the phase of life, counters, the log.

use crate::body::Limits;
use crate::log::Log;
use crate::metrics::Metrics;
use crate::served::{Models, Opening};
use std::sync::atomic::{AtomicBool, Ordering};

/// The state behind the routes.
#[derive(Debug)]
pub struct Service {
    /// The models that answer.
    pub models: Models,
    /// What is counted.
    pub metrics: Metrics,
    /// Where lines go.
    pub log: Log,
    /// Bounds on request bodies.
    pub limits: Limits,
    draining: AtomicBool,
}

impl Service {
    /// A service with the models that it starts with.
    #[must_use]
    pub fn new(opening: Opening, log: Log, limits: Limits) -> Self {
        let metrics = Metrics::new();
        let models = Models::open(opening, &metrics);
        Self { models, metrics, log, limits, draining: AtomicBool::new(false) }
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
