//! DeleteAlarms: all of the named alarms, or none of them when one does not exist.

use serde::Deserialize;

use super::checks::{at_most, required};
use crate::alarms::book::Book;
use crate::wire::{AwsError, Output};

/// Names of alarms.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AlarmNames {
    pub(super) alarm_names: Option<Vec<String>>,
}

pub(super) fn call(book: &mut Book, input: AlarmNames, now_ms: i64) -> Result<Output, AwsError> {
    let names = required(input.alarm_names, "AlarmNames")?;
    at_most(&names, 100, "AlarmNames")?;
    if let Some(missing) = names.iter().find(|name| !book.alarms.contains_key(name.as_str())) {
        return Err(AwsError::client("ResourceNotFound", format!("Alarm {missing} does not exist")));
    }
    names.iter().for_each(|name| book.delete(name, now_ms));
    Ok(Output::empty())
}
