//! SetAlarmState: a state by hand, until the next evaluation finds another.

use serde::Deserialize;

use super::checks::{one_of, required};
use crate::alarms::AlarmState;
use crate::alarms::book::Book;
use crate::wire::{AwsError, Output};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SetAlarmStateInput {
    alarm_name: Option<String>,
    state_value: Option<String>,
    state_reason: Option<String>,
    state_reason_data: Option<String>,
}

pub(super) fn call(book: &mut Book, input: SetAlarmStateInput, now_ms: i64) -> Result<Output, AwsError> {
    let name = required(input.alarm_name, "AlarmName")?;
    let word = required(input.state_value, "StateValue")?;
    let state: AlarmState = one_of(&word, "stateValue", AlarmState::SPELLINGS)?;
    let reason = required(input.state_reason, "StateReason")?;
    let data = input.state_reason_data;
    if data.as_deref().is_some_and(|text| serde_json::from_str::<serde::de::IgnoredAny>(text).is_err()) {
        return Err(AwsError::client("InvalidFormatFault", "StateReasonData is not valid JSON."));
    }
    if !book.alarms.contains_key(&name) {
        return Err(AwsError::client("ResourceNotFound", format!("Alarm {name} does not exist")));
    }
    book.set_state(&name, state, reason, data, now_ms);
    Ok(Output::empty())
}
