//! EnableAlarmActions and DisableAlarmActions. Names that do not exist are passed over, as AWS does.

use super::checks::{at_most, required};
use super::delete_alarms::AlarmNames;
use crate::alarms::book::Book;
use crate::wire::{AwsError, Output};

pub(super) fn call(book: &mut Book, input: AlarmNames, enabled: bool, now_ms: i64) -> Result<Output, AwsError> {
    let names = required(input.alarm_names, "AlarmNames")?;
    at_most(&names, 100, "AlarmNames")?;
    for name in &names {
        let Some(record) = book.alarms.get(name) else { continue };
        if record.alarm.actions_enabled != enabled {
            let mut alarm = record.alarm.clone();
            alarm.actions_enabled = enabled;
            book.put(alarm, now_ms);
        }
    }
    Ok(Output::empty())
}
