//! Metrics of the way from the registry into memory.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

/// Metrics of models that come from a registry; empty for others.
#[derive(Debug, Default)]
pub struct Supply {
    loads: Family<LoadLabels, Counter>,
    reachable: Family<NameLabels, Gauge>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct LoadLabels {
    model: String,
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct NameLabels {
    model: String,
}

impl Supply {
    /// Makes the metrics known.
    pub fn register(&self, registry: &mut Registry) {
        let help = "Attempts to put a version from the registry into service, by outcome";
        registry.register("predictor_model_loads", help, self.loads.clone());
        let help = "Whether the registry answered when it was last asked about the model: 1 or 0";
        registry.register("predictor_registry_reachable", help, self.reachable.clone());
    }

    /// A version went into service.
    pub fn loaded(&self, model: &str) {
        self.count(model, "loaded");
    }

    /// A version failed a check.
    pub fn refused(&self, model: &str) {
        self.count(model, "refused");
    }

    /// Whether the registry answered.
    pub fn reachable(&self, model: &str, answered: bool) {
        let labels = NameLabels { model: model.to_owned() };
        self.reachable.get_or_create(&labels).set(i64::from(answered));
    }

    fn count(&self, model: &str, outcome: &'static str) {
        self.loads.get_or_create(&LoadLabels { model: model.to_owned(), outcome }).inc();
    }
}
