//! What is counted about requests, in Prometheus' names and text.
//!
//! Label values come from closed sets, never from what a caller sends, so that their number is bounded.

use crate::artifact::Manifest;
use crate::model::Outcome;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use std::fmt::Write as _;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

/// Upper bounds of the latency buckets in seconds: a prediction costs some tens of microseconds.
const BUCKETS: [f64; 16] =
    [0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// All metrics of a running service.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    durations: Family<RouteLabels, Histogram, fn() -> Histogram>,
    /// Requests that are being answered.
    pub in_flight: Gauge,
    /// Log lines that were dropped; set when metrics are read.
    pub dropped_log_lines: Counter,
    predictions: Family<PredictionLabels, Counter>,
    models: Family<ModelLabels, Gauge>,
    test_figures: Family<FigureLabels, Gauge<f64, AtomicU64>>,
}

/// Counters of one model's outcomes, so that counting looks nothing up.
#[derive(Debug)]
pub struct PredictionCounters(Vec<Counter>);

impl PredictionCounters {
    /// Counts an outcome: by its label, or the one counter of a model that predicts numbers.
    pub fn count(&self, outcome: &Outcome) {
        if let Some(counter) = self.0.get(outcome.label()) {
            counter.inc();
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    method: &'static str,
    route: &'static str,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    route: &'static str,
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
struct FigureLabels {
    model: String,
    version: String,
    figure: String,
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
            requests: Family::default(),
            durations: Family::new_with_constructor(|| Histogram::new(BUCKETS)),
            in_flight: Gauge::default(),
            dropped_log_lines: Counter::default(),
            predictions: Family::default(),
            models: Family::default(),
            test_figures: Family::default(),
        };
        metrics.register();
        metrics.register_models();
        metrics.register_facts();
        metrics
    }

    /// Says that a model answers, and gives the counters of its outcomes.
    #[must_use]
    pub fn loaded(&self, manifest: &Manifest) -> PredictionCounters {
        let (model, version) = (manifest.name.clone(), manifest.version.clone());
        self.models.get_or_create(&ModelLabels { model: model.clone(), version: version.clone() }).set(1);
        for (figure, value) in &manifest.metrics.figures {
            let labels = FigureLabels { model: model.clone(), version: version.clone(), figure: figure.clone() };
            self.test_figures.get_or_create(&labels).set(*value);
        }
        let number = ["value".to_owned()];
        let labels = if manifest.target.labels.is_empty() { &number[..] } else { &manifest.target.labels };
        let counter = |label: &String| {
            let labels = PredictionLabels { model: model.clone(), version: version.clone(), label: label.clone() };
            self.predictions.get_or_create_owned(&labels)
        };
        PredictionCounters(labels.iter().map(counter).collect())
    }

    /// Says that a model no longer answers.
    pub fn unloaded(&self, manifest: &Manifest) {
        self.models.remove(&ModelLabels { model: manifest.name.clone(), version: manifest.version.clone() });
    }

    /// Counts an answered request.
    pub fn observe_request(&self, method: &'static str, route: &'static str, status: u16, elapsed: Duration) {
        self.requests.get_or_create(&RequestLabels { method, route, status }).inc();
        self.durations.get_or_create(&RouteLabels { route }).observe(elapsed.as_secs_f64());
    }

    /// All metrics in OpenMetrics text.
    ///
    /// # Errors
    /// None is known; the encoder's type has one.
    pub fn openmetrics(&self) -> Result<String, std::fmt::Error> {
        let mut text = String::with_capacity(8192);
        encode(&mut text, &self.registry)?;
        Ok(text)
    }

    /// All metrics in Prometheus' text format 0.0.4, which any scraper reads.
    ///
    /// # Errors
    /// As [`Metrics::openmetrics`].
    pub fn prometheus_text(&self) -> Result<String, std::fmt::Error> {
        self.openmetrics().map(|text| without_openmetrics_forms(&text))
    }

    fn register(&mut self) {
        let registry = &mut self.registry;
        registry.register("http_requests", "Requests answered, by method, route and status", self.requests.clone());
        let help = "Time from the end of a request's headers to the beginning of its answer";
        registry.register_with_unit("http_request_duration", help, Unit::Seconds, self.durations.clone());
        registry.register("http_requests_in_flight", "Requests being answered", self.in_flight.clone());
        let help = "Log lines dropped because their queue was full";
        registry.register("predictor_log_lines_dropped", help, self.dropped_log_lines.clone());
    }

    fn register_models(&mut self) {
        let registry = &mut self.registry;
        let help = "Predictions, by model, version and label; `value` is the label of numbers";
        registry.register("predictor_predictions", help, self.predictions.clone());
        registry.register("predictor_model_info", "Models that answer; always 1", self.models.clone());
        let help = "Figures on the test fold, in the words of scikit-learn";
        registry.register("predictor_model_test_figure", help, self.test_figures.clone());
    }

    fn register_facts(&mut self) {
        let build: Family<BuildLabels, Gauge> = Family::default();
        build.get_or_create(&BuildLabels { version: env!("CARGO_PKG_VERSION") }).set(1);
        self.registry.register("predictor_build_info", "Version of the program; always 1", build);
        let started: Gauge<f64, AtomicU64> = Gauge::default();
        started.set(crate::time::now_ms() as f64 / 1e3);
        let help = "When the process started, in seconds since the epoch";
        self.registry.register("process_start_time_seconds", help, started);
    }
}

/// The differences of the two formats: OpenMetrics names a counter without `_total` in its comments, states units, and
/// ends with a mark.
fn without_openmetrics_forms(text: &str) -> String {
    let counters: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE ").and_then(|rest| rest.strip_suffix(" counter")))
        .collect();
    let mut out = String::with_capacity(text.len() + 256);
    for line in text.lines().filter(|line| *line != "# EOF" && !line.starts_with("# UNIT ")) {
        let comment = line.strip_prefix("# TYPE ").map(|rest| ("# TYPE", rest));
        let comment = comment.or_else(|| line.strip_prefix("# HELP ").map(|rest| ("# HELP", rest)));
        let renamed = comment.and_then(|(kind, rest)| {
            let (name, words) = rest.split_once(' ')?;
            counters.contains(&name).then_some((kind, name, words))
        });
        // Writing to a string cannot fail.
        let _ = match renamed {
            Some((kind, name, words)) => writeln!(out, "{kind} {name}_total {words}"),
            None => writeln!(out, "{line}"),
        };
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted() -> Metrics {
        let metrics = Metrics::new();
        metrics.loaded(&Manifest::sample(b"")).count(&Outcome::of_binary(0.9));
        metrics.observe_request("POST", "/predict", 200, Duration::from_micros(80));
        metrics.observe_request("POST", "/predict", 200, Duration::from_secs(20));
        metrics.observe_request("GET", "unmatched", 404, Duration::from_micros(1));
        metrics.in_flight.inc();
        metrics
    }

    #[test]
    fn both_formats_hold_the_same_samples() {
        let metrics = counted();
        let (open, text) = (metrics.openmetrics().expect("encoded"), metrics.prometheus_text().expect("encoded"));
        let samples =
            |text: &str| text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(samples(&open), samples(&text));
        for expect in [
            r#"http_requests_total{method="POST",route="/predict",status="200"} 2"#,
            r#"http_requests_total{method="GET",route="unmatched",status="404"} 1"#,
            r#"http_request_duration_seconds_count{route="/predict"} 2"#,
            r#"http_request_duration_seconds_bucket{le="0.0001",route="/predict"} 1"#,
            r#"predictor_predictions_total{model="sentiment",version="7",label="positive"} 1"#,
            r#"predictor_predictions_total{model="sentiment",version="7",label="negative"} 0"#,
            r#"predictor_model_info{model="sentiment",version="7"} 1"#,
            "http_requests_in_flight 1",
        ] {
            assert!(text.lines().any(|line| line == expect), "{expect} is missing in\n{text}");
        }
        assert!(open.ends_with("# EOF\n") && !text.contains("# EOF") && !text.contains("# UNIT"));
    }

    #[test]
    fn every_sample_belongs_to_a_declared_family_in_prometheus_text() {
        let text = counted().prometheus_text().expect("encoded");
        let declared: Vec<_> =
            text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next()).collect();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let name = line.split(['{', ' ']).next().unwrap_or_default();
            let parts = ["", "_bucket", "_sum", "_count"];
            let family = parts.iter().find_map(|part| name.strip_suffix(part).filter(|name| declared.contains(name)));
            assert!(family.is_some(), "{name} has no TYPE");
        }
        assert!(declared.contains(&"http_requests_total"));
    }
}
