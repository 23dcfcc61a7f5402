//! GetMetricStatistics: statistics of one metric. Periods are counted from the start time, rounded down to the minute.

use serde::Deserialize;

use super::bucket::Bucket;
use super::checks::{invalid_combination, invalid_value, required};
use super::shapes::{Metric, Seconds, period_ms, statistic};
use super::store::{Metrics, Window};
use crate::alarms::Statistic;
use crate::wire::{AwsError, Output, Value};

const MAX_POINTS: i64 = 1_440;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetMetricStatisticsInput {
    #[serde(flatten)]
    metric: Metric,
    start_time: Option<Seconds>,
    end_time: Option<Seconds>,
    period: Option<i64>,
    #[serde(default)]
    statistics: Vec<String>,
    #[serde(default)]
    extended_statistics: Vec<String>,
    unit: Option<String>,
}

pub(super) fn call(metrics: &Metrics, input: &GetMetricStatisticsInput) -> Result<Output, AwsError> {
    let key = input.metric.key()?;
    let window = window(input)?;
    let statistics = statistics(input)?;
    let unit = input.unit.as_deref().or_else(|| metrics.unit(&key)).unwrap_or("None");
    let datapoints = metrics
        .buckets(&key, input.unit.as_deref(), window)
        .iter()
        .map(|(timestamp_ms, bucket)| datapoint(*timestamp_ms, bucket, &statistics, unit))
        .collect();
    Ok(Output::Tree(Value::Map(vec![("Label", key.name.as_str().into()), ("Datapoints", Value::List(datapoints))])))
}

fn window(input: &GetMetricStatisticsInput) -> Result<Window, AwsError> {
    let start_ms = required(input.start_time, "StartTime")?.ms();
    let to_ms = required(input.end_time, "EndTime")?.ms();
    let period_ms = period_ms(required(input.period, "Period")?, "Period")?;
    if start_ms >= to_ms {
        return Err(invalid_combination("The parameter StartTime must be less than the parameter EndTime."));
    }
    let grain = period_ms.min(60_000);
    let from_ms = start_ms.div_euclid(grain) * grain;
    let asked = (to_ms - from_ms) / period_ms;
    if asked > MAX_POINTS {
        return Err(invalid_combination(format!(
            "You have requested up to {asked} datapoints, which exceeds the limit of 1,440. You may reduce the \
             datapoints requested by increasing Period, or decreasing the time range."
        )));
    }
    Ok(Window { from_ms, to_ms, period_ms })
}

fn statistics(input: &GetMetricStatisticsInput) -> Result<Vec<Statistic>, AwsError> {
    if input.statistics.is_empty() && input.extended_statistics.is_empty() {
        return Err(AwsError::client(
            "MissingRequiredParameterException",
            "At least one of the parameters Statistics and ExtendedStatistics must be specified.",
        ));
    }
    let plain = input.statistics.iter().map(|word| (word, "Statistics", false));
    let extended = input.extended_statistics.iter().map(|word| (word, "ExtendedStatistics", true));
    plain.chain(extended).map(|(word, name, extended)| named_statistic(word, name, extended)).collect()
}

fn named_statistic(word: &str, name: &str, extended: bool) -> Result<Statistic, AwsError> {
    match statistic(word, name)? {
        found if found.is_extended() == extended => Ok(found),
        _ => Err(invalid_value(format!("The value {word} for parameter {name} is not supported."))),
    }
}

fn datapoint(timestamp_ms: i64, bucket: &Bucket, statistics: &[Statistic], unit: &str) -> Value {
    let mut members = vec![("Timestamp", Value::Time(timestamp_ms))];
    let mut extended = Vec::new();
    for statistic in statistics {
        let Some(value) = bucket.statistic(*statistic) else { continue };
        match statistic {
            Statistic::SampleCount => members.push(("SampleCount", value.into())),
            Statistic::Average => members.push(("Average", value.into())),
            Statistic::Sum => members.push(("Sum", value.into())),
            Statistic::Minimum => members.push(("Minimum", value.into())),
            Statistic::Maximum => members.push(("Maximum", value.into())),
            Statistic::Percentile(_) => extended.push((statistic.to_string(), value.into())),
        }
    }
    members.push(("Unit", unit.into()));
    if !extended.is_empty() {
        members.push(("ExtendedStatistics", Value::Dict(extended)));
    }
    Value::Map(members)
}
