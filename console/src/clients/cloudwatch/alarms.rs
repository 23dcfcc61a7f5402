//! Metric and composite alarms, and the history of one.

use aws_sdk_cloudwatch::types as sdk;
use aws_smithy_types::DateTime;

use crate::clients::call::{DESCRIBE_ALARM_HISTORY, DESCRIBE_ALARMS};
use crate::clients::gate::{Answer, Gate};
use crate::clients::sdk::Sdk;
use crate::clients::{Partly, Whole};
use crate::model::{Alarm, AlarmHistoryItem, AlarmState, Timestamp};
use crate::text::clean;

const PER_PAGE: i32 = 100;

/// Loads all alarms, those in alarm first.
pub(crate) async fn load(sdk: &Sdk, gate: &Gate) -> Answer<Partly<Vec<Alarm>>> {
    let mut alarms: Vec<Alarm> = Vec::new();
    let mut whole = Whole::yes();
    let mut token = None;
    loop {
        let page = gate
            .read(DESCRIBE_ALARMS, || {
                let request = sdk.cloudwatch.describe_alarms().max_records(PER_PAGE);
                let request =
                    request.alarm_types(sdk::AlarmType::MetricAlarm).alarm_types(sdk::AlarmType::CompositeAlarm);
                request.set_next_token(token.clone()).send()
            })
            .await;
        let page = match page {
            Ok(page) => page,
            Err(problem) if !alarms.is_empty() => {
                whole.lacks(format!("more alarms: {}", problem.line()));
                break;
            }
            Err(problem) => return Err(problem),
        };
        alarms.extend(page.metric_alarms.unwrap_or_default().into_iter().map(metric_alarm));
        alarms.extend(page.composite_alarms.unwrap_or_default().into_iter().map(composite_alarm));
        token = page.next_token.filter(|token| !token.is_empty());
        if token.is_none() {
            break;
        }
    }
    alarms.sort_by(|a, b| a.state.cmp(&b.state).then_with(|| a.name.cmp(&b.name)));
    Ok(Partly { value: alarms, partial: whole.reason() })
}

/// Loads the newest history items of one alarm, newest first.
pub(crate) async fn load_history(sdk: &Sdk, gate: &Gate, name: &str) -> Answer<Vec<AlarmHistoryItem>> {
    let page = gate
        .read(DESCRIBE_ALARM_HISTORY, || {
            let request = sdk.cloudwatch.describe_alarm_history().alarm_name(name).max_records(PER_PAGE);
            request.scan_by(sdk::ScanBy::TimestampDescending).send()
        })
        .await?;
    let item = |item: sdk::AlarmHistoryItem| AlarmHistoryItem {
        at: time(item.timestamp).unwrap_or_default(),
        kind: item.history_item_type.map(|word| word.as_str().to_owned()).unwrap_or_default(),
        summary: words(item.history_summary).unwrap_or_default(),
    };
    let mut items: Vec<AlarmHistoryItem> = page.alarm_history_items.unwrap_or_default().into_iter().map(item).collect();
    items.sort_by_key(|item| std::cmp::Reverse(item.at));
    Ok(items)
}

fn metric_alarm(from: sdk::MetricAlarm) -> Alarm {
    let statistic = from.statistic.map(|word| word.as_str().to_owned()).or(from.extended_statistic);
    let dimension = |d: sdk::Dimension| Some((d.name?, d.value?));
    Alarm {
        name: words(from.alarm_name).unwrap_or_default(),
        arn: from.alarm_arn.unwrap_or_default(),
        state: state(from.state_value.as_ref()),
        reason: words(from.state_reason).unwrap_or_default(),
        since: time(from.state_transitioned_timestamp.or(from.state_updated_timestamp)),
        description: words(from.alarm_description),
        namespace: from.namespace,
        metric: from.metric_name,
        dimensions: from.dimensions.unwrap_or_default().into_iter().filter_map(dimension).collect(),
        statistic,
        period: from.period.and_then(|n| u32::try_from(n).ok()),
        threshold: from.threshold,
        comparison: from.comparison_operator.map(|word| word.as_str().to_owned()),
        datapoints_to_alarm: from.datapoints_to_alarm.and_then(|n| u32::try_from(n).ok()),
        evaluation_periods: from.evaluation_periods.and_then(|n| u32::try_from(n).ok()),
        treat_missing: from.treat_missing_data,
        rule: None,
        actions_enabled: from.actions_enabled.unwrap_or(true),
    }
}

fn composite_alarm(from: sdk::CompositeAlarm) -> Alarm {
    Alarm {
        name: words(from.alarm_name).unwrap_or_default(),
        arn: from.alarm_arn.unwrap_or_default(),
        state: state(from.state_value.as_ref()),
        reason: words(from.state_reason).unwrap_or_default(),
        since: time(from.state_transitioned_timestamp.or(from.state_updated_timestamp)),
        description: words(from.alarm_description),
        rule: words(from.alarm_rule),
        actions_enabled: from.actions_enabled.unwrap_or(true),
        ..Alarm::default()
    }
}

fn state(word: Option<&sdk::StateValue>) -> AlarmState {
    match word {
        Some(sdk::StateValue::Alarm) => AlarmState::Alarm,
        Some(sdk::StateValue::Ok) => AlarmState::Ok,
        _ => AlarmState::InsufficientData,
    }
}

fn time(from: Option<DateTime>) -> Option<Timestamp> {
    from.and_then(|time| time.to_millis().ok()).map(Timestamp)
}

fn words(from: Option<String>) -> Option<String> {
    from.map(|text| clean(&text).into_owned())
}
