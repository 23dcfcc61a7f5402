//! PutLogEvents: a batch in order of time. What is too old, too new or expired is told by index and left out.

use serde::Deserialize;
use serde_json::json;

use super::checks::{invalid, not_found, required, violated};
use super::store::{DAY_MS, Store};
use crate::wire::{AwsError, Output};

/// Sequence tokens have no meaning any more; AWS still answers one.
pub(super) const SEQUENCE_TOKEN: &str = "49640000000000000000000000000000000000000000000000000000";

const BATCH_EVENTS: usize = 10_000;
const BATCH_BYTES: usize = 1_048_576;
const EVENT_OVERHEAD: usize = 26;
const HOUR_MS: i64 = 3_600_000;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PutLogEventsInput {
    log_group_name: Option<String>,
    log_stream_name: Option<String>,
    log_events: Option<Vec<InputLogEvent>>,
}

#[derive(Debug, Deserialize)]
struct InputLogEvent {
    timestamp: i64,
    message: String,
}

pub(super) fn call(store: &mut Store, input: PutLogEventsInput, now_ms: i64) -> Result<Output, AwsError> {
    let group_name = required(input.log_group_name, "logGroupName")?;
    let stream_name = required(input.log_stream_name, "logStreamName")?;
    let events = required(input.log_events, "logEvents")?;
    check_batch(&events)?;
    let group = store.groups.get(group_name.as_str()).ok_or_else(|| not_found("log group"))?;
    if !group.streams.contains_key(stream_name.as_str()) {
        return Err(not_found("log stream"));
    }
    let kept = Kept::of(&events, group.retention_days, now_ms);
    let accepted: Vec<(i64, String)> = events
        .into_iter()
        .take(kept.too_new_from)
        .skip(kept.too_old_to.max(kept.expired_to))
        .map(|event| (event.timestamp, event.message))
        .collect();
    store.append(&group_name, &stream_name, &accepted, now_ms);
    Ok(Output::members(json!({"nextSequenceToken": SEQUENCE_TOKEN, "rejectedLogEventsInfo": kept.rejected()})))
}

fn check_batch(events: &[InputLogEvent]) -> Result<(), AwsError> {
    let (Some(first), Some(last)) = (events.first(), events.last()) else {
        return Err(violated("[]", "logEvents", "Member must have length greater than or equal to 1"));
    };
    if events.len() > BATCH_EVENTS {
        return Err(violated("[...]", "logEvents", "Member must have length less than or equal to 10000"));
    }
    if events.iter().any(|event| event.message.is_empty()) {
        return Err(violated("", "logEvents.message", "Member must have length greater than or equal to 1"));
    }
    let bytes: usize = events.iter().map(|event| event.message.len() + EVENT_OVERHEAD).sum();
    if bytes > BATCH_BYTES {
        return Err(invalid(format!("Upload too large: {bytes} bytes exceeds limit of {BATCH_BYTES}")));
    }
    if !events.is_sorted_by_key(|event| event.timestamp) {
        return Err(invalid("Log events in a single PutLogEvents request must be in chronological order."));
    }
    if last.timestamp.saturating_sub(first.timestamp) > DAY_MS {
        return Err(invalid(
            "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.",
        ));
    }
    Ok(())
}

/// Which events of a batch are kept, by index.
struct Kept {
    events: usize,
    too_old_to: usize,
    expired_to: usize,
    too_new_from: usize,
}

impl Kept {
    fn of(events: &[InputLogEvent], retention_days: Option<u32>, now_ms: i64) -> Self {
        let before = |time: i64| events.partition_point(|event| event.timestamp < time);
        Self {
            events: events.len(),
            too_old_to: before(now_ms - 14 * DAY_MS),
            expired_to: retention_days.map_or(0, |days| before(now_ms - i64::from(days) * DAY_MS)),
            too_new_from: before(now_ms + 2 * HOUR_MS + 1),
        }
    }

    fn rejected(&self) -> Option<serde_json::Value> {
        let nothing = self.too_old_to == 0 && self.expired_to == 0 && self.too_new_from == self.events;
        (!nothing).then(|| {
            json!({
                "tooOldLogEventEndIndex": (self.too_old_to > 0).then_some(self.too_old_to),
                "expiredLogEventEndIndex": (self.expired_to > 0).then_some(self.expired_to),
                "tooNewLogEventStartIndex": (self.too_new_from < self.events).then_some(self.too_new_from),
            })
        })
    }
}
