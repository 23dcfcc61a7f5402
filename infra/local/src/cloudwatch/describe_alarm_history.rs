//! DescribeAlarmHistory: configuration and state changes, newest first unless asked otherwise.

use serde::Deserialize;

use super::checks::{bad_token, page_size, validation};
use super::shapes::Seconds;
use crate::alarms::book::{Book, HistoryItem};
use crate::wire::{AwsError, Output, Value, paging};

const KINDS: [&str; 6] = [
    "ConfigurationUpdate",
    "StateUpdate",
    "Action",
    "AlarmContributorStateUpdate",
    "AlarmContributorAction",
    "RiskChange",
];

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DescribeAlarmHistoryInput {
    alarm_name: Option<String>,
    #[serde(default)]
    alarm_types: Vec<String>,
    history_item_type: Option<String>,
    start_date: Option<Seconds>,
    end_date: Option<Seconds>,
    max_records: Option<i64>,
    next_token: Option<String>,
    scan_by: Option<String>,
}

impl DescribeAlarmHistoryInput {
    fn wants(&self, item: &HistoryItem) -> bool {
        self.alarm_name.as_ref().is_none_or(|name| *name == item.alarm_name)
            && (self.alarm_types.is_empty() || self.alarm_types.iter().any(|kind| kind == "MetricAlarm"))
            && self.history_item_type.as_deref().is_none_or(|kind| kind == item.kind.as_str())
            && self.start_date.is_none_or(|start| item.timestamp_ms >= start.ms())
            && self.end_date.is_none_or(|end| item.timestamp_ms <= end.ms())
    }
}

pub(super) fn call(book: &Book, input: &DescribeAlarmHistoryInput) -> Result<Output, AwsError> {
    if let Some(kind) = input.history_item_type.as_deref().filter(|kind| !KINDS.contains(kind)) {
        return Err(validation(format!(
            "1 validation error detected: Value '{kind}' at 'historyItemType' failed to satisfy constraint: Member must \
             satisfy enum value set: [{}]",
            KINDS.join(", ")
        )));
    }
    let size = page_size(input.max_records, 100, "maxRecords")?;
    let mut found: Vec<&HistoryItem> = book.history.iter().filter(|item| input.wants(item)).collect();
    if input.scan_by.as_deref() != Some("TimestampAscending") {
        found.reverse();
    }
    let (page, next) = paging::page(found, input.next_token.as_deref(), size).ok_or_else(bad_token)?;
    let items = page.into_iter().map(described).collect();
    Ok(Output::Tree(Value::structure(vec![
        ("AlarmHistoryItems", Some(Value::List(items))),
        ("NextToken", next.map(Value::Text)),
    ])))
}

fn described(item: &HistoryItem) -> Value {
    Value::Map(vec![
        ("AlarmName", item.alarm_name.as_str().into()),
        ("AlarmType", "MetricAlarm".into()),
        ("Timestamp", Value::Time(item.timestamp_ms)),
        ("HistoryItemType", item.kind.as_str().into()),
        ("HistorySummary", item.summary.as_str().into()),
        ("HistoryData", item.data.as_str().into()),
    ])
}
