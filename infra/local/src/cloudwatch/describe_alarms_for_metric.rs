//! DescribeAlarmsForMetric: the alarms that watch one metric.

use serde::Deserialize;

use super::describe_alarms::described;
use super::shapes::Metric;
use super::store::SeriesKey;
use crate::alarms::book::{Book, Record};
use crate::wire::{AwsError, Output, Place, Value};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DescribeAlarmsForMetricInput {
    #[serde(flatten)]
    metric: Metric,
    statistic: Option<String>,
    extended_statistic: Option<String>,
    period: Option<i64>,
    unit: Option<String>,
}

impl DescribeAlarmsForMetricInput {
    fn wants(&self, record: &Record, key: &SeriesKey) -> bool {
        // As AWS has it, alarms on expressions are left out.
        let Some(metric) = record.alarm.watched.metric() else { return false };
        let told = metric.statistic.to_string();
        SeriesKey::new(&metric.namespace, &metric.name, &metric.dimensions) == *key
            && [&self.statistic, &self.extended_statistic].into_iter().flatten().all(|word| *word == told)
            && self.period.is_none_or(|period| period == i64::from(metric.period_s))
            && self.unit.as_ref().is_none_or(|unit| metric.unit.as_ref() == Some(unit))
    }
}

pub(super) fn call(book: &Book, place: &Place, input: &DescribeAlarmsForMetricInput) -> Result<Output, AwsError> {
    let key = input.metric.key()?;
    let found = book.alarms.values().filter(|record| input.wants(record, &key));
    let alarms = found.map(|record| described(record, place)).collect();
    Ok(Output::Tree(Value::Map(vec![("MetricAlarms", Value::List(alarms))])))
}
