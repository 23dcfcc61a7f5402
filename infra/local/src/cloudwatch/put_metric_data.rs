//! PutMetricData: custom metrics from outside. The namespaces of AWS itself are closed to it.

use serde::Deserialize;

use super::bucket::Sample;
use super::checks::{at_most, invalid_combination, invalid_value, required};
use super::shapes::{Dimension, Double, Seconds, pairs};
use super::store::{Metrics, SeriesKey};
use crate::wire::{AwsError, Output};

const HOUR_MS: i64 = 3_600_000;
const MINUTE_MS: i64 = 60_000;
const UNITS: &str = "Seconds, Microseconds, Milliseconds, Bytes, Kilobytes, Megabytes, Gigabytes, Terabytes, Bits, \
                     Kilobits, Megabits, Gigabits, Terabits, Percent, Count, Bytes/Second, Kilobytes/Second, \
                     Megabytes/Second, Gigabytes/Second, Terabytes/Second, Bits/Second, Kilobits/Second, \
                     Megabits/Second, Gigabits/Second, Terabits/Second, Count/Second, None";

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PutMetricDataInput {
    namespace: Option<String>,
    #[serde(default)]
    metric_data: Vec<Datum>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Datum {
    metric_name: Option<String>,
    #[serde(default)]
    dimensions: Vec<Dimension>,
    timestamp: Option<Seconds>,
    value: Option<Double>,
    statistic_values: Option<StatisticSet>,
    #[serde(default)]
    values: Vec<Double>,
    #[serde(default)]
    counts: Vec<Double>,
    unit: Option<String>,
    storage_resolution: Option<i64>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct StatisticSet {
    sample_count: Double,
    sum: Double,
    minimum: Double,
    maximum: Double,
}

pub(super) fn call(metrics: &mut Metrics, input: PutMetricDataInput, now_ms: i64) -> Result<Output, AwsError> {
    let namespace = required(input.namespace, "Namespace")?;
    if namespace.starts_with("AWS/") {
        return Err(invalid_value(format!("The value {namespace} for parameter Namespace is invalid.")));
    }
    at_most(&input.metric_data, 1_000, "MetricData")?;
    if input.metric_data.is_empty() {
        return required(None, "MetricData");
    }
    let mut checked = Vec::with_capacity(input.metric_data.len());
    for (position, datum) in (1..).zip(&input.metric_data) {
        checked.push(check(&namespace, datum, &format!("MetricData.member.{position}"), now_ms)?);
    }
    for (key, unit, timestamp_ms, sample) in checked {
        metrics.put(key, unit, timestamp_ms, sample, now_ms);
    }
    Ok(Output::empty())
}

type Checked<'a> = (SeriesKey, &'a str, i64, Sample);

fn check<'a>(namespace: &str, datum: &'a Datum, path: &str, now_ms: i64) -> Result<Checked<'a>, AwsError> {
    let name = required(datum.metric_name.as_deref(), &format!("{path}.MetricName"))?;
    at_most(&datum.dimensions, 30, &format!("{path}.Dimensions"))?;
    let unit = datum.unit.as_deref().unwrap_or("None");
    if !UNITS.split(", ").any(|known| known == unit) {
        return Err(invalid_value(format!("The parameter {path}.Unit must be a value in the set [ {UNITS} ].")));
    }
    let timestamp_ms = datum.timestamp.map_or(now_ms, Seconds::ms);
    if timestamp_ms < now_ms - 14 * 24 * HOUR_MS || timestamp_ms > now_ms + 2 * HOUR_MS {
        return Err(invalid_value(format!(
            "The value for parameter {path}.Timestamp must be within the past two weeks and the next two hours."
        )));
    }
    let stored_ms = match datum.storage_resolution {
        Some(1) => timestamp_ms,
        None | Some(60) => timestamp_ms.div_euclid(MINUTE_MS) * MINUTE_MS,
        Some(_) => return Err(invalid_value(format!("The parameter {path}.StorageResolution must be 1 or 60."))),
    };
    let key = SeriesKey::new(namespace, name, &pairs(&datum.dimensions));
    Ok((key, unit, stored_ms, sample(datum, path)?))
}

fn sample(datum: &Datum, path: &str) -> Result<Sample, AwsError> {
    let kinds = [
        datum.value.map(|_| "Value"),
        datum.statistic_values.as_ref().map(|_| "StatisticValues"),
        (!datum.values.is_empty()).then_some("Values"),
    ];
    let told: Vec<&str> = kinds.into_iter().flatten().collect();
    if let [first, second, ..] = told[..] {
        return Err(invalid_combination(format!(
            "The parameters {path}.{first} and {path}.{second} are mutually exclusive and you have specified both."
        )));
    }
    if let Some(value) = datum.value {
        return finite(value, &format!("{path}.Value")).map(Sample::Value);
    }
    if let Some(set) = &datum.statistic_values {
        return statistic_set(set, &format!("{path}.StatisticValues"));
    }
    if datum.values.is_empty() {
        return Err(AwsError::client(
            "MissingRequiredParameterException",
            format!(
                "At least one of the parameters {path}.Value, {path}.Values or {path}.StatisticValues is required."
            ),
        ));
    }
    values(datum, path)
}

fn statistic_set(set: &StatisticSet, path: &str) -> Result<Sample, AwsError> {
    let count = finite(set.sample_count, &format!("{path}.SampleCount"))?;
    let sum = finite(set.sum, &format!("{path}.Sum"))?;
    let min = finite(set.minimum, &format!("{path}.Minimum"))?;
    let max = finite(set.maximum, &format!("{path}.Maximum"))?;
    if count <= 0.0 {
        return Err(invalid_value(format!("The value {count} for parameter {path}.SampleCount is invalid.")));
    }
    if min > max {
        return Err(invalid_value(format!(
            "The parameter {path}.Maximum must be greater than or equal to {path}.Minimum."
        )));
    }
    Ok(Sample::Set { sum, count, min, max })
}

fn values(datum: &Datum, path: &str) -> Result<Sample, AwsError> {
    at_most(&datum.values, 150, &format!("{path}.Values"))?;
    if !datum.counts.is_empty() && datum.counts.len() != datum.values.len() {
        return Err(invalid_value(format!("The parameters {path}.Values and {path}.Counts must be of the same size.")));
    }
    let counts = datum.counts.iter().copied().chain(std::iter::repeat(Double(1.0)));
    datum
        .values
        .iter()
        .zip(counts)
        .map(|(value, count)| {
            Ok((finite(*value, &format!("{path}.Values"))?, finite(count, &format!("{path}.Counts"))?))
        })
        .collect::<Result<_, _>>()
        .map(Sample::Values)
}

fn finite(value: Double, name: &str) -> Result<f64, AwsError> {
    if value.0.is_finite() {
        return Ok(value.0);
    }
    Err(invalid_value(format!("The value {} for parameter {name} is invalid.", value.0)))
}
