//! What is counted of models: predictions, what they say, their state, drift, and how a shadow agrees.

use super::histogram::Histogram;
use super::spread;
use crate::artifact::{Manifest, Task};
use crate::drift::Window;
use crate::model::{Model, Outcome};
use crate::served::Shelf;
use predictor_wire::ModelState;
use prometheus_client::encoding::{EncodeLabelSet, EncodeMetric, MetricEncoder};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// Upper bounds of the buckets of confidences.
const CONFIDENCES: [f64; 11] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99];
/// All states, each a series of its own.
const STATES: [(ModelState, &str); 4] = [
    (ModelState::Ready, "ready"),
    (ModelState::Loading, "loading"),
    (ModelState::Failed, "failed"),
    (ModelState::Unloaded, "unloaded"),
];

type Number = Gauge<f64, AtomicU64>;

/// The metrics of models.
#[derive(Debug, Default)]
pub struct Models {
    predictions: Family<PredictionLabels, spread::Counter>,
    confidences: Histograms,
    numbers: Histograms,
    info: Family<ModelLabels, Gauge>,
    states: Family<StateLabels, Gauge>,
    test_figures: Family<FigureLabels, Number>,
    drift_psi: Family<FeatureLabels, Number>,
    drift_threshold: Family<FeatureLabels, Number>,
    drift_rows: Family<ModelLabels, Gauge>,
    drift_detected: Family<ModelLabels, Gauge>,
    shadow_compared: Family<ShadowLabels, Counter>,
    shadow_dropped: Family<ShadowLabels, Counter>,
    shadow_agreement: Family<ShadowLabels, Number>,
    shadow_difference: Family<ShadowLabels, Number>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ModelLabels {
    model: String,
    version: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct PredictionLabels {
    model: String,
    version: String,
    label: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StateLabels {
    model: String,
    version: String,
    state: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct FigureLabels {
    model: String,
    version: String,
    figure: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct FeatureLabels {
    model: String,
    version: String,
    feature: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ShadowLabels {
    model: String,
    version: String,
    primary: String,
}

impl ModelLabels {
    fn of(manifest: &Manifest) -> Self {
        Self { model: manifest.name.clone(), version: manifest.version.clone() }
    }
}

/// Histograms by model, each with bounds of its own.
#[derive(Debug, Clone, Default)]
struct Histograms(Arc<RwLock<Vec<(ModelLabels, Histogram)>>>);

impl Histograms {
    /// The histogram of a model; made with these bounds if it is not there.
    fn of(&self, of_model: ModelLabels, bounds: &[f64]) -> Histogram {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, histogram)) = known.iter().find(|(labels, _)| *labels == of_model) {
            return histogram.clone();
        }
        let histogram = Histogram::new(bounds);
        known.push((of_model, histogram.clone()));
        histogram
    }
}

impl EncodeMetric for Histograms {
    fn encode(&self, mut encoder: MetricEncoder<'_>) -> Result<(), std::fmt::Error> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.iter().try_for_each(|(labels, histogram)| histogram.encode(encoder.encode_family(labels)?))
    }

    fn metric_type(&self) -> MetricType {
        MetricType::Histogram
    }

    fn is_empty(&self) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).is_empty()
    }
}

/// Upper bounds of the buckets of a model's numbers: the quantiles of the numbers it gave in training, or powers of ten.
fn bounds_of(manifest: &Manifest) -> Vec<f64> {
    match &manifest.reference {
        Some(reference) if !reference.output.edges.is_empty() => reference.output.edges.clone(),
        _ => (-2..=8).map(|power| 10.0_f64.powi(power)).collect(),
    }
}

/// Counters of one model's outcomes, so that counting looks nothing up. Clones count together.
#[derive(Debug, Clone)]
pub struct PredictionCounters {
    labels: Vec<spread::Counter>,
    said: Histogram,
}

impl PredictionCounters {
    /// Counts an outcome: by its label, or the one counter of a model that predicts numbers.
    pub fn count(&self, outcome: &Outcome) {
        if let Some(counter) = self.labels.get(outcome.label()) {
            counter.inc();
        }
        self.said.observe(match outcome {
            Outcome::Class { label, probabilities } => probabilities.get(*label).copied().unwrap_or_default(),
            Outcome::Number { value, .. } => *value,
        });
    }
}

/// Counters of a shadow beside the version that answers. Clones count together.
#[derive(Debug, Clone)]
pub struct ShadowCounters {
    compared: Counter,
    dropped: Counter,
    agreement: Number,
    difference: Number,
    agreed: Arc<AtomicU64>,
    /// The bits of an `f64`; only the shadow's thread adds.
    distance: Arc<AtomicU64>,
}

impl ShadowCounters {
    /// Notes one case that both judged: whether the labels are the same, and how far the numbers are apart (of a label: its
    /// probabilities).
    pub fn compare(&self, agreed: bool, distance: f64) {
        let compared = self.compared.inc() + 1;
        let agreed = self.agreed.fetch_add(u64::from(agreed), Ordering::Relaxed) + u64::from(agreed);
        let distance = f64::from_bits(self.distance.load(Ordering::Relaxed)) + distance;
        self.distance.store(distance.to_bits(), Ordering::Relaxed);
        self.agreement.set(agreed as f64 / compared as f64);
        self.difference.set(distance / compared as f64);
    }

    /// Notes a case that the shadow had no time for.
    pub fn drop_one(&self) {
        self.dropped.inc();
    }
}

impl Models {
    /// Makes the metrics known.
    pub fn register(&self, registry: &mut Registry) {
        let help = "Predictions, by model, version and label; `value` is the label of numbers";
        registry.register("predictor_predictions", help, self.predictions.clone());
        let help = "Probability of the label that was answered";
        registry.register("predictor_confidence_ratio", help, self.confidences.clone());
        let help = "Numbers that were answered, in the target's unit";
        registry.register("predictor_predicted_value", help, self.numbers.clone());
        registry.register("predictor_model_info", "Models that answer; always 1", self.info.clone());
        let help = "Whether a model is in a state: ready, loading, failed or unloaded";
        registry.register("predictor_model_state", help, self.states.clone());
        let help = "Figures on the test fold, in the words of scikit-learn";
        registry.register("predictor_model_test_figure", help, self.test_figures.clone());
        self.register_drift(registry);
        self.register_shadows(registry);
    }

    fn register_drift(&self, registry: &mut Registry) {
        let help = "Population stability index of the last rows against the reference; absent while there are too few";
        registry.register("predictor_drift_psi", help, self.drift_psi.clone());
        let help = "The index that chance alone rarely exceeds, for the present number of rows";
        registry.register("predictor_drift_threshold", help, self.drift_threshold.clone());
        registry.register("predictor_drift_rows", "Rows in the drift window", self.drift_rows.clone());
        let help = "Whether a model's inputs or predictions drift: 1 from the first index above its threshold until all are well below";
        registry.register("predictor_drift_detected", help, self.drift_detected.clone());
    }

    fn register_shadows(&self, registry: &mut Registry) {
        let help = "Cases that a shadow judged after the primary version had answered";
        registry.register("predictor_shadow_compared", help, self.shadow_compared.clone());
        let help = "Cases that a shadow had no time for";
        registry.register("predictor_shadow_dropped", help, self.shadow_dropped.clone());
        let help = "Share of compared cases in which shadow and primary gave the same label, or nearly the same number";
        registry.register("predictor_shadow_agreement_ratio", help, self.shadow_agreement.clone());
        let help = "Mean absolute difference of the predicted numbers, or of the answered label's probabilities";
        registry.register("predictor_shadow_mean_absolute_difference", help, self.shadow_difference.clone());
    }

    /// The counters of a model's outcomes.
    #[must_use]
    pub fn counters(&self, manifest: &Manifest) -> PredictionCounters {
        let of_model = ModelLabels::of(manifest);
        let number = ["value".to_owned()];
        let labels = if manifest.target.labels.is_empty() { &number[..] } else { &manifest.target.labels };
        let counter = |label: &String| {
            let ModelLabels { model, version } = of_model.clone();
            self.predictions.get_or_create_owned(&PredictionLabels { model, version, label: label.clone() })
        };
        let labels = labels.iter().map(counter).collect();
        let said = match manifest.task {
            Task::Classification => self.confidences.of(of_model, &CONFIDENCES),
            Task::Regression => self.numbers.of(of_model, &bounds_of(manifest)),
        };
        PredictionCounters { labels, said }
    }

    /// The counters of a version that shadows another.
    #[must_use]
    pub fn shadow(&self, candidate: &Manifest, primary: &Manifest) -> ShadowCounters {
        let ModelLabels { model, version } = ModelLabels::of(candidate);
        let labels = ShadowLabels { model, version, primary: primary.version.clone() };
        ShadowCounters {
            compared: self.shadow_compared.get_or_create_owned(&labels),
            dropped: self.shadow_dropped.get_or_create_owned(&labels),
            agreement: self.shadow_agreement.get_or_create_owned(&labels),
            difference: self.shadow_difference.get_or_create_owned(&labels),
            agreed: Arc::default(),
            distance: Arc::default(),
        }
    }

    /// Brings the facts that nobody counts up to date: which models there are, and their drift.
    pub fn refresh(&self, shelf: &Shelf) {
        self.info.clear();
        self.states.clear();
        self.test_figures.clear();
        self.drift_psi.clear();
        self.drift_threshold.clear();
        self.drift_rows.clear();
        self.drift_detected.clear();
        for served in shelf.entries().iter().flat_map(|entry| &entry.versions) {
            let manifest = served.model.manifest();
            self.say_state(&manifest.name, &manifest.version, ModelState::Ready);
            self.say_figures(manifest);
            if let Some(window) = served.window() {
                self.say_drift(&served.model, window);
            }
        }
        for absent in shelf.absent() {
            let (name, version) = absent.reference.split_once('@').unwrap_or((&absent.reference, ""));
            self.say_state(name, version, absent.state);
        }
    }

    fn say_state(&self, model: &str, version: &str, now: ModelState) {
        for (state, name) in STATES {
            let labels = StateLabels { model: model.to_owned(), version: version.to_owned(), state: name };
            self.states.get_or_create(&labels).set(i64::from(state == now));
        }
    }

    fn say_figures(&self, manifest: &Manifest) {
        let of_model = ModelLabels::of(manifest);
        self.info.get_or_create(&of_model).set(1);
        for (figure, value) in &manifest.metrics.figures {
            let ModelLabels { model, version } = of_model.clone();
            self.test_figures.get_or_create(&FigureLabels { model, version, figure: figure.clone() }).set(*value);
        }
    }

    fn say_drift(&self, model: &Model, window: &Window) {
        let of_model = ModelLabels::of(model.manifest());
        let compared = window.compare();
        for (name, compared) in window.names().zip(&compared) {
            let ModelLabels { model, version } = of_model.clone();
            let labels = FeatureLabels { model, version, feature: name.to_owned() };
            if let Some((psi, threshold)) = compared.psi.zip(compared.threshold) {
                self.drift_psi.get_or_create(&labels).set(psi);
                self.drift_threshold.get_or_create(&labels).set(threshold);
            }
        }
        let rows = crate::drift::window::rows_of(&compared);
        self.drift_rows.get_or_create(&of_model).set(i64::try_from(rows).unwrap_or(i64::MAX));
        self.drift_detected.get_or_create(&of_model).set(i64::from(window.is_drifting()));
    }
}
