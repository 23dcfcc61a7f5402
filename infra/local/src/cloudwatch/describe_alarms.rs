//! DescribeAlarms: alarms by name, prefix, state or action, 100 to a page.

use serde::Deserialize;

use super::checks::{at_most, bad_token, invalid_combination, one_of, page_size};
use super::shapes::dimension_values;
use crate::alarms::book::{Book, Record};
use crate::alarms::{AlarmMetric, AlarmQuery, AlarmState, QuerySource, Watched};
use crate::wire::{AwsError, Output, Place, Value, paging};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DescribeAlarmsInput {
    #[serde(default)]
    alarm_names: Vec<String>,
    alarm_name_prefix: Option<String>,
    #[serde(default)]
    alarm_types: Vec<String>,
    state_value: Option<String>,
    action_prefix: Option<String>,
    max_records: Option<i64>,
    next_token: Option<String>,
}

impl DescribeAlarmsInput {
    fn wants(&self, record: &Record, state: Option<AlarmState>) -> bool {
        let alarm = &record.alarm;
        let mut actions = alarm.ok_actions.iter().chain(&alarm.alarm_actions).chain(&alarm.insufficient_data_actions);
        (self.alarm_names.is_empty() || self.alarm_names.contains(&alarm.name))
            && self.alarm_name_prefix.as_ref().is_none_or(|prefix| alarm.name.starts_with(prefix.as_str()))
            && self
                .action_prefix
                .as_ref()
                .is_none_or(|prefix| actions.any(|action| action.starts_with(prefix.as_str())))
            && (self.alarm_types.is_empty() || self.alarm_types.iter().any(|kind| kind == "MetricAlarm"))
            && state.is_none_or(|state| state == record.state)
    }
}

pub(super) fn call(book: &Book, place: &Place, input: &DescribeAlarmsInput) -> Result<Output, AwsError> {
    at_most(&input.alarm_names, 100, "AlarmNames")?;
    if !input.alarm_names.is_empty() && input.alarm_name_prefix.is_some() {
        return Err(invalid_combination("AlarmNamePrefix and AlarmNames cannot both be specified."));
    }
    let state = input
        .state_value
        .as_deref()
        .map(|word| one_of::<AlarmState>(word, "stateValue", AlarmState::SPELLINGS))
        .transpose()?;
    let size = page_size(input.max_records, 100, "maxRecords")?;
    let found = book.alarms.values().filter(|record| input.wants(record, state)).map(|record| described(record, place));
    let (page, next) = paging::page(found, input.next_token.as_deref(), size).ok_or_else(bad_token)?;
    Ok(Output::Tree(Value::structure(vec![
        ("MetricAlarms", Some(Value::List(page))),
        ("CompositeAlarms", Some(Value::List(Vec::new()))),
        ("NextToken", next.map(Value::Text)),
    ])))
}

/// An alarm as AWS answers it.
pub(super) fn described(record: &Record, place: &Place) -> Value {
    let alarm = &record.alarm;
    let mut members = vec![
        ("AlarmName", Some(alarm.name.as_str().into())),
        ("AlarmArn", Some(place.alarm(&alarm.name).into())),
        ("AlarmDescription", alarm.description.as_deref().map(Value::from)),
        ("AlarmConfigurationUpdatedTimestamp", Some(Value::Time(record.configured_ms))),
        ("ActionsEnabled", Some(alarm.actions_enabled.into())),
        ("OKActions", Some(Value::list(alarm.ok_actions.iter().map(String::as_str)))),
        ("AlarmActions", Some(Value::list(alarm.alarm_actions.iter().map(String::as_str)))),
        ("InsufficientDataActions", Some(Value::list(alarm.insufficient_data_actions.iter().map(String::as_str)))),
        ("StateValue", Some(record.state.as_str().into())),
        ("StateReason", Some(record.reason.as_str().into())),
        ("StateReasonData", record.reason_data.as_deref().map(Value::from)),
        ("StateUpdatedTimestamp", Some(Value::Time(record.updated_ms))),
        ("EvaluationPeriods", Some(alarm.evaluation_periods.into())),
        ("DatapointsToAlarm", alarm.datapoints_to_alarm.map(Value::from)),
        ("Threshold", Some(alarm.threshold.into())),
        ("ComparisonOperator", Some(alarm.comparison.as_str().into())),
        ("TreatMissingData", alarm.missing_data.map(|treatment| treatment.as_str().into())),
        ("StateTransitionedTimestamp", Some(Value::Time(record.transitioned_ms))),
    ];
    members.extend(watched(&alarm.watched));
    Value::structure(members)
}

fn watched(watched: &Watched) -> Vec<(&'static str, Option<Value>)> {
    match watched {
        Watched::Metric(metric) => {
            let (statistic, extended) = (metric.statistic.to_string(), metric.statistic.is_extended());
            vec![
                ("MetricName", Some(metric.name.as_str().into())),
                ("Namespace", Some(metric.namespace.as_str().into())),
                ("Statistic", (!extended).then(|| statistic.as_str().into())),
                ("ExtendedStatistic", extended.then(|| statistic.as_str().into())),
                ("Dimensions", Some(dimension_values(&metric.dimensions))),
                ("Period", Some(metric.period_s.into())),
                ("Unit", metric.unit.as_deref().map(Value::from)),
            ]
        }
        Watched::Math(queries) => vec![
            ("Dimensions", Some(Value::List(Vec::new()))),
            ("Metrics", Some(Value::List(queries.iter().map(query).collect()))),
        ],
    }
}

fn query(query: &AlarmQuery) -> Value {
    let (stat, period_s) = match &query.source {
        QuerySource::Stat(metric) => (Some(metric_stat(metric)), None),
        QuerySource::Expression { period_s, .. } => (None, *period_s),
    };
    Value::structure(vec![
        ("Id", Some(query.id.as_str().into())),
        ("MetricStat", stat),
        ("Expression", query.expression().map(Value::from)),
        ("Label", query.label.as_deref().map(Value::from)),
        ("ReturnData", Some(query.return_data.into())),
        ("Period", period_s.map(Value::from)),
    ])
}

fn metric_stat(metric: &AlarmMetric) -> Value {
    let named = vec![
        ("Namespace", metric.namespace.as_str().into()),
        ("MetricName", metric.name.as_str().into()),
        ("Dimensions", dimension_values(&metric.dimensions)),
    ];
    Value::structure(vec![
        ("Metric", Some(Value::Map(named))),
        ("Period", Some(metric.period_s.into())),
        ("Stat", Some(metric.statistic.to_string().into())),
        ("Unit", metric.unit.as_deref().map(Value::from)),
    ])
}
