//! PutMetricAlarm: alarms on one metric with a fixed threshold. Alarms on expressions and anomaly bands are refused.

use serde::Deserialize;

use super::checks::{at_most, invalid_combination, one_of, required, validation};
use super::shapes::{Dimension, Double, statistic};
use crate::alarms::book::Book;
use crate::alarms::{Alarm, AlarmMetric, Comparison, MissingData, Statistic};
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
    metrics: Vec<serde_json::Value>,
    threshold_metric_id: Option<String>,
}

pub(super) fn call(book: &mut Book, input: PutMetricAlarmInput, now_ms: i64) -> Result<Output, AwsError> {
    let alarm = checked(input)?;
    if !book.alarms.contains_key(&alarm.name) && book.alarms.len() >= MAX_ALARMS {
        return Err(AwsError::client("LimitExceededFault", "The maximum limit of alarms has been reached."));
    }
    book.put(alarm, now_ms);
    Ok(Output::empty())
}

fn checked(input: PutMetricAlarmInput) -> Result<Alarm, AwsError> {
    if !input.metrics.is_empty() || input.threshold_metric_id.is_some() {
        return Err(validation("The local stack only evaluates alarms on a single metric with a static threshold."));
    }
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
        metric: metric(&input)?,
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

fn metric(input: &PutMetricAlarmInput) -> Result<AlarmMetric, AwsError> {
    let period = required(input.period, "Period")?;
    if !(matches!(period, 10 | 20 | 30) || (period > 0 && period % 60 == 0)) {
        return Err(validation("Metrics Period must be 10, 20, 30 or a multiple of 60."));
    }
    let checked_s = period.saturating_mul(input.evaluation_periods.unwrap_or(1));
    if checked_s > if period >= 3_600 { WEEK_S } else { DAY_S } {
        return Err(validation(
            "Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= 86400).",
        ));
    }
    Ok(AlarmMetric {
        namespace: required(input.namespace.clone(), "Namespace")?,
        name: required(input.metric_name.clone(), "MetricName")?,
        dimensions: input
            .dimensions
            .iter()
            .map(|dimension| (dimension.name.clone(), dimension.value.clone().unwrap_or_default()))
            .collect(),
        statistic: alarm_statistic(input)?,
        period_s: u32::try_from(period).unwrap_or(60),
        unit: input.unit.clone(),
    })
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
