//! Metric filters of a group: which events count, and what each of them counts for.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::pattern::{Pattern, Selector};

/// A metric filter.
#[derive(Debug)]
pub(super) struct MetricFilter {
    pub(super) pattern_text: String,
    pub(super) pattern: Pattern,
    pub(super) transformation: Transformation,
    pub(super) value: MetricValue,
    pub(super) dimensions: Vec<(String, Selector)>,
    pub(super) created_ms: i64,
}

/// What events become, as it stands on the wire.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Transformation {
    pub(super) metric_name: String,
    pub(super) metric_namespace: String,
    pub(super) metric_value: String,
    pub(super) default_value: Option<f64>,
    pub(super) dimensions: Option<BTreeMap<String, String>>,
    pub(super) unit: Option<String>,
}

/// What one matching event adds to the metric.
#[derive(Debug)]
pub(super) enum MetricValue {
    Number(f64),
    Member(Selector),
}

/// One sample for CloudWatch.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Counted {
    pub(super) namespace: String,
    pub(super) name: String,
    pub(super) dimensions: Vec<(String, String)>,
    pub(super) timestamp_ms: i64,
    pub(super) value: f64,
    pub(super) unit: Option<String>,
}

impl MetricFilter {
    /// The samples of events that came together. When none matches, the default value stands in once.
    pub(super) fn count(&self, events: &[(i64, String)]) -> Vec<Counted> {
        let matching: Vec<_> = events.iter().filter(|(_, message)| self.pattern.matches(message)).collect();
        if let (true, Some(default), Some((timestamp_ms, _))) =
            (matching.is_empty(), self.transformation.default_value, events.last())
        {
            return vec![self.sample(*timestamp_ms, default, Vec::new())];
        }
        matching.into_iter().filter_map(|(timestamp_ms, message)| self.sample_of(*timestamp_ms, message)).collect()
    }

    /// An event without the number, or without a dimension, counts for nothing.
    fn sample_of(&self, timestamp_ms: i64, message: &str) -> Option<Counted> {
        let value = match &self.value {
            MetricValue::Number(number) => *number,
            MetricValue::Member(selector) => selector.text(message)?.parse().ok()?,
        };
        let dimensions = self
            .dimensions
            .iter()
            .map(|(name, selector)| Some((name.clone(), selector.text(message)?)))
            .collect::<Option<Vec<_>>>()?;
        value.is_finite().then(|| self.sample(timestamp_ms, value, dimensions))
    }

    fn sample(&self, timestamp_ms: i64, value: f64, dimensions: Vec<(String, String)>) -> Counted {
        Counted {
            namespace: self.transformation.metric_namespace.clone(),
            name: self.transformation.metric_name.clone(),
            dimensions,
            timestamp_ms,
            value,
            unit: self.transformation.unit.clone(),
        }
    }
}
