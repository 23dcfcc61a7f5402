//! What is counted while a service runs, in Prometheus' names and text.
//!
//! Label values come from closed sets, never from what a caller sends, so that their number is bounded. Counting takes
//! no lock and looks nothing up; what costs time is done when metrics are read.

mod histogram;
mod models;
mod process;
mod requests;
pub mod spread;
pub mod supply;
mod text;
mod volume;

pub use histogram::Histogram;
pub use models::{Models, PredictionCounters, ShadowCounters};
pub use requests::Requests;
pub use volume::Volume;

use crate::limits::Admission;
use crate::served::Shelf;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use std::sync::{Arc, Mutex, PoisonError};

/// All metrics of a running service.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    /// Requests and their times.
    pub requests: Requests,
    /// Bytes of connections.
    pub volume: Volume,
    /// Requests that are being answered.
    pub in_flight: spread::UnderWay,
    /// The way from the registry into memory.
    pub supply: supply::Supply,
    /// Requests that were refused because too many were being answered.
    pub shed: Counter,
    /// Connections that were refused because too many were open.
    pub refused_connections: Counter,
    /// What is counted of models.
    pub models: Arc<Models>,
    connections: Gauge,
    dropped_log_lines: Counter,
    process: process::Process,
    /// Held while metrics are brought up to date and read.
    reading: Mutex<()>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct BuildLabels {
    version: &'static str,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// Fresh metrics of a service without models.
    #[must_use]
    pub fn new() -> Self {
        let mut metrics = Self {
            registry: Registry::default(),
            requests: Requests::default(),
            volume: Volume::default(),
            in_flight: spread::UnderWay::default(),
            shed: Counter::default(),
            refused_connections: Counter::default(),
            models: Arc::default(),
            connections: Gauge::default(),
            dropped_log_lines: Counter::default(),
            supply: supply::Supply::default(),
            process: process::Process::default(),
            reading: Mutex::default(),
        };
        metrics.register();
        metrics
    }

    /// Brings up to date what nobody counts, then writes all metrics in OpenMetrics text.
    ///
    /// # Errors
    /// None is known; the encoder's type has one.
    pub fn exposition(
        &self,
        shelf: &Shelf,
        admission: &Admission,
        dropped_log_lines: u64,
    ) -> Result<String, std::fmt::Error> {
        // Nothing is kept in the lock; a panic leaves nothing behind.
        let _reading = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        self.dropped_log_lines.inc_by(dropped_log_lines.saturating_sub(self.dropped_log_lines.get()));
        self.connections.set(i64::try_from(admission.connections()).unwrap_or(i64::MAX));
        self.process.refresh();
        self.models.refresh(shelf);
        self.openmetrics()
    }

    /// All metrics in OpenMetrics text, as they were brought up to date last.
    ///
    /// # Errors
    /// As [`Metrics::exposition`].
    pub fn openmetrics(&self) -> Result<String, std::fmt::Error> {
        let mut text = String::with_capacity(16 << 10);
        encode(&mut text, &self.registry)?;
        Ok(text)
    }

    fn register(&mut self) {
        let registry = &mut self.registry;
        self.requests.register(registry);
        self.volume.register(registry);
        registry.register("http_requests_in_flight", "Requests being answered", self.in_flight.clone());
        let help = "Requests refused at once because too many were being answered";
        registry.register("predictor_requests_shed", help, self.shed.clone());
        registry.register("http_connections_open", "Connections that are open", self.connections.clone());
        let help = "Connections refused at once because too many were open";
        registry.register("predictor_connections_refused", help, self.refused_connections.clone());
        let help = "Log lines dropped because their queue was full";
        registry.register("predictor_log_lines_dropped", help, self.dropped_log_lines.clone());
        self.supply.register(registry);
        self.models.register(registry);
        self.process.register(registry);
        let build: Family<BuildLabels, Gauge> = Family::default();
        build.get_or_create(&BuildLabels { version: env!("CARGO_PKG_VERSION") }).set(1);
        registry.register("predictor_build_info", "Version of the program; always 1", build);
    }
}

/// Prometheus' text format 0.0.4, which any scraper reads, out of OpenMetrics text.
#[must_use]
pub fn prometheus_text(openmetrics: &str) -> String {
    text::without_openmetrics_forms(openmetrics)
}

#[cfg(test)]
mod tests;
