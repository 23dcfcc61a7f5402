//! Input shapes that several operations share.

use serde::{Deserialize, Deserializer};

use super::checks::{invalid_value, required};
use super::store::SeriesKey;
use crate::alarms::Statistic;
use crate::wire::MemberKind::{Boolean, List, Number, Time};
use crate::wire::{AwsError, MemberKind, Value};

/// What is not text in CloudWatch's query protocol.
pub(super) const QUERY_MEMBERS: &[(&str, MemberKind)] = &[
    ("ActionsEnabled", Boolean),
    ("AlarmActions", List),
    ("AlarmNames", List),
    ("AlarmTypes", List),
    ("DashboardNames", List),
    ("Dimensions", List),
    ("DatapointsToAlarm", Number),
    ("EndDate", Time),
    ("EndTime", Time),
    ("EvaluationPeriods", Number),
    ("InsufficientDataActions", List),
    ("MaxDatapoints", Number),
    ("MaxRecords", Number),
    ("MetricData", List),
    ("MetricData.Counts", Number),
    ("MetricData.StatisticValues.Maximum", Number),
    ("MetricData.StatisticValues.Minimum", Number),
    ("MetricData.StatisticValues.SampleCount", Number),
    ("MetricData.StatisticValues.Sum", Number),
    ("MetricData.StorageResolution", Number),
    ("MetricData.Timestamp", Time),
    ("MetricData.Value", Number),
    ("MetricData.Values", Number),
    ("MetricDataQueries", List),
    ("MetricDataQueries.MetricStat.Period", Number),
    ("MetricDataQueries.Period", Number),
    ("MetricDataQueries.ReturnData", Boolean),
    ("Metrics", List),
    ("Metrics.MetricStat.Metric.Dimensions", List),
    ("Metrics.MetricStat.Period", Number),
    ("Metrics.Period", Number),
    ("Metrics.ReturnData", Boolean),
    ("OKActions", List),
    ("Period", Number),
    ("StartDate", Time),
    ("StartTime", Time),
    ("TagKeys", List),
    ("Tags", List),
    ("Threshold", Number),
];

/// A dimension; without a value it is a filter on the name alone.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Dimension {
    pub(super) name: String,
    pub(super) value: Option<String>,
}

/// A metric by name.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Metric {
    pub(super) namespace: Option<String>,
    pub(super) metric_name: Option<String>,
    #[serde(default)]
    pub(super) dimensions: Vec<Dimension>,
}

impl Metric {
    pub(super) fn key(&self) -> Result<SeriesKey, AwsError> {
        let namespace = required(self.namespace.as_deref(), "Namespace")?;
        let name = required(self.metric_name.as_deref(), "MetricName")?;
        Ok(SeriesKey::new(namespace, name, &pairs(&self.dimensions)))
    }
}

pub(super) fn pairs(dimensions: &[Dimension]) -> Vec<(&str, &str)> {
    dimensions.iter().map(|dimension| (dimension.name.as_str(), dimension.value.as_deref().unwrap_or(""))).collect()
}

/// Dimensions as AWS answers them.
pub(super) fn dimension_values(dimensions: &[(String, String)]) -> Value {
    Value::List(
        dimensions
            .iter()
            .map(|(name, value)| Value::Map(vec![("Name", name.as_str().into()), ("Value", value.as_str().into())]))
            .collect(),
    )
}

/// A point in time: epoch seconds on the wire.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(transparent)]
pub(super) struct Seconds(f64);

impl Seconds {
    pub(super) fn ms(self) -> i64 {
        // Far beyond any calendar, and far from where sums of times would overflow.
        (self.0 * 1000.0).round().clamp(-4e15, 4e15) as i64
    }
}

/// A double, which JSON spells as text when it is not finite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Double(pub(super) f64);

impl<'de> Deserialize<'de> for Double {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Spelling {
            Number(f64),
            Text(String),
        }
        match Spelling::deserialize(deserializer)? {
            Spelling::Number(value) => Ok(Self(value)),
            Spelling::Text(text) => match text.as_str() {
                "NaN" => Ok(Self(f64::NAN)),
                "Infinity" => Ok(Self(f64::INFINITY)),
                "-Infinity" => Ok(Self(f64::NEG_INFINITY)),
                _ => Err(serde::de::Error::custom(format!("{text} is not a number"))),
            },
        }
    }
}

/// Reads a statistic that is told by name.
pub(super) fn statistic(word: &str, name: &str) -> Result<Statistic, AwsError> {
    Statistic::parse(word)
        .ok_or_else(|| invalid_value(format!("The value {word} for parameter {name} is not supported.")))
}

/// A period in seconds: 1, 5, 10, 20, 30 or a multiple of 60.
pub(super) fn period_ms(seconds: i64, name: &str) -> Result<i64, AwsError> {
    let lawful = matches!(seconds, 1 | 5 | 10 | 20 | 30) || (seconds > 0 && seconds % 60 == 0 && seconds <= 86_400);
    if lawful {
        return Ok(seconds * 1_000);
    }
    Err(invalid_value(format!("The parameter {name} must be 1, 5, 10, 20, 30 or a multiple of 60.")))
}
