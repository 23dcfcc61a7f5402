//! PutMetricAlarm: alarms with a fixed threshold on one metric or on metric math. Anomaly bands are refused.

mod expressions;

use serde::Deserialize;

use super::checks::{at_most, invalid_combination, one_of, required, validation};
use super::queries::Query;
use super::shapes::{Dimension, Double, pairs, statistic};
use super::tags::{self, Tag};
use crate::alarms::book::Book;
use crate::alarms::{Alarm, AlarmMetric, Comparison, MissingData, Statistic, Watched};
use crate::wire::{AwsError, Output};

const DAY_S: i64 = 86_400;
const WEEK_S: i64 = 7 * DAY_S;
const MAX_ALARMS: usize = 5_000;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PutMetricAlarmInput {
    alarm_name: Option<String>,
    alarm_description: Option<String>,
    actions_enabled: Option<bool>,
    #[serde(rename = "OKActions", default)]
    ok_actions: Vec<String>,
    #[serde(default)]
    alarm_actions: Vec<String>,
    #[serde(default)]
    insufficient_data_actions: Vec<String>,
    metric_name: Option<String>,
    namespace: Option<String>,
    statistic: Option<String>,
    extended_statistic: Option<String>,
    #[serde(default)]
    dimensions: Vec<Dimension>,
    period: Option<i64>,
    unit: Option<String>,
    evaluation_periods: Option<i64>,
    datapoints_to_alarm: Option<i64>,
    threshold: Option<Double>,
    comparison_operator: Option<String>,
    treat_missing_data: Option<String>,
    #[serde(default)]
    metrics: Vec<Query>,
    threshold_metric_id: Option<String>,
    tags: Option<Vec<Tag>>,
}

pub(super) fn call(book: &mut Book, mut input: PutMetricAlarmInput, now_ms: i64) -> Result<Output, AwsError> {
    let tags = tags::checked(input.tags.take().unwrap_or_default())?;
    let alarm = checked(input)?;
    let name = alarm.name.clone();
    let is_new = !book.alarms.contains_key(&name);
    if is_new && book.alarms.len() >= MAX_ALARMS {
        return Err(AwsError::client("LimitExceededFault", "The maximum limit of alarms has been reached."));
    }
    book.put(alarm, now_ms);
    // Tags of an alarm that exists are changed by TagResource only.
    if let Some(record) = book.alarms.get_mut(&name).filter(|_| is_new) {
        record.tags = tags;
    }
    Ok(Output::empty())
}

fn checked(input: PutMetricAlarmInput) -> Result<Alarm, AwsError> {
    let name = required(input.alarm_name.clone(), "AlarmName")?;
    if name.is_empty() || name.chars().count() > 255 {
        return Err(validation(
            "1 validation error detected: Value at 'alarmName' failed to satisfy constraint: Member must have length \
             between 1 and 255",
        ));
    }
    for (actions, what) in [
        (&input.ok_actions, "OKActions"),
        (&input.alarm_actions, "AlarmActions"),
        (&input.insufficient_data_actions, "InsufficientDataActions"),
    ] {
        at_most(actions, 5, what)?;
    }
    let word = required(input.comparison_operator.as_deref(), "ComparisonOperator")?;
    let comparison: Comparison = one_of(word, "comparisonOperator", Comparison::SPELLINGS)?;
    let (evaluation_periods, datapoints_to_alarm) = periods(&input)?;
    Ok(Alarm {
        name,
        threshold: threshold(input.threshold)?,
        comparison,
        evaluation_periods,
        datapoints_to_alarm,
        missing_data: missing_data(input.treat_missing_data.as_deref())?,
        watched: watched(&input)?,
        description: input.alarm_description,
        actions_enabled: input.actions_enabled.unwrap_or(true),
        ok_actions: input.ok_actions,
        alarm_actions: input.alarm_actions,
        insufficient_data_actions: input.insufficient_data_actions,
    })
}

fn threshold(told: Option<Double>) -> Result<f64, AwsError> {
    let value = required(told, "Threshold")?.0;
    if value.is_finite() { Ok(value) } else { Err(validation("The parameter Threshold must be a finite number.")) }
}

fn periods(input: &PutMetricAlarmInput) -> Result<(u32, Option<u32>), AwsError> {
    let count = |number: i64, name: &str| {
        u32::try_from(number).ok().filter(|count| *count >= 1).ok_or_else(|| {
            validation(format!(
                "1 validation error detected: Value '{number}' at '{name}' failed to satisfy constraint: Member must \
                 have value greater than or equal to 1"
            ))
        })
    };
    let evaluation = required(input.evaluation_periods, "EvaluationPeriods")?;
    let needed = input.datapoints_to_alarm.map(|number| count(number, "datapointsToAlarm")).transpose()?;
    let periods = count(evaluation, "evaluationPeriods")?;
    if needed.is_some_and(|needed| needed > periods) {
        return Err(validation("The parameter DatapointsToAlarm must be less than or equal to EvaluationPeriods."));
    }
    Ok((periods, needed))
}

fn watched(input: &PutMetricAlarmInput) -> Result<Watched, AwsError> {
    if input.threshold_metric_id.is_some() {
        return Err(validation("The local stack only evaluates alarms with a static threshold."));
    }
    let watched = if input.metrics.is_empty() { metric(input)?.into() } else { expressions::watched(input)? };
    let period_s = i64::from(watched.period_s());
    let checked_s = period_s.saturating_mul(input.evaluation_periods.unwrap_or(1));
    if checked_s > if period_s >= 3_600 { WEEK_S } else { DAY_S } {
        return Err(validation(
            "Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= 86400).",
        ));
    }
    Ok(watched)
}

fn metric(input: &PutMetricAlarmInput) -> Result<AlarmMetric, AwsError> {
    Ok(AlarmMetric {
        namespace: required(input.namespace.clone(), "Namespace")?,
        name: required(input.metric_name.clone(), "MetricName")?,
        dimensions: owned_pairs(&input.dimensions),
        statistic: alarm_statistic(input)?,
        period_s: alarm_period(required(input.period, "Period")?)?,
        unit: input.unit.clone(),
    })
}

fn owned_pairs(dimensions: &[Dimension]) -> Vec<(String, String)> {
    pairs(dimensions).into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn alarm_period(period: i64) -> Result<u32, AwsError> {
    let lawful = matches!(period, 10 | 20 | 30) || (period > 0 && period % 60 == 0);
    u32::try_from(period)
        .ok()
        .filter(|_| lawful)
        .ok_or_else(|| validation("Metrics Period must be 10, 20, 30 or a multiple of 60."))
}

fn alarm_statistic(input: &PutMetricAlarmInput) -> Result<Statistic, AwsError> {
    match (&input.statistic, &input.extended_statistic) {
        (Some(word), None) => statistic(word, "Statistic"),
        (None, Some(word)) => statistic(word, "ExtendedStatistic"),
        (Some(_), Some(_)) => Err(invalid_combination(
            "The parameters Statistic and ExtendedStatistic are mutually exclusive and you have specified both.",
        )),
        (None, None) => Err(validation("Exactly one of Statistic or ExtendedStatistic must be specified.")),
    }
}

fn missing_data(word: Option<&str>) -> Result<Option<MissingData>, AwsError> {
    word.map(|word| {
        word.parse().map_err(|()| {
            validation(format!(
                "The value {word} is not supported for TreatMissingData parameter. Supported values are [{}].",
                MissingData::SPELLINGS.join(", ")
            ))
        })
    })
    .transpose()
}
