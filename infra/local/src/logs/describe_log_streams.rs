//! DescribeLogStreams: the streams of a group by name or by their last event, 50 to a page.

use serde::Deserialize;
use serde_json::json;

use super::checks::{group, invalid, limit, violated};
use super::store::{Group, Store, Stream};
use crate::wire::{AwsError, Output, Place, paging};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DescribeLogStreamsInput {
    log_group_name: Option<String>,
    log_group_identifier: Option<String>,
    log_stream_name_prefix: Option<String>,
    order_by: Option<String>,
    #[serde(default)]
    descending: bool,
    next_token: Option<String>,
    limit: Option<i64>,
}

pub(super) fn call(store: &Store, place: &Place, input: &DescribeLogStreamsInput) -> Result<Output, AwsError> {
    let group = group(store, input.log_group_name.as_deref(), input.log_group_identifier.as_deref())?;
    let size = limit(input.limit, 50)?;
    let by_time = match input.order_by.as_deref() {
        None | Some("LogStreamName") => false,
        Some("LastEventTime") if input.log_stream_name_prefix.is_some() => {
            return Err(invalid("Cannot order by LastEventTime with a logStreamNamePrefix."));
        }
        Some("LastEventTime") => true,
        Some(other) => {
            let constraint = "Member must satisfy enum value set: [LogStreamName, LastEventTime]";
            return Err(violated(other, "orderBy", constraint));
        }
    };
    let prefix = input.log_stream_name_prefix.as_deref().unwrap_or_default();
    let mut found: Vec<&Stream> = group.streams.values().filter(|stream| stream.name.starts_with(prefix)).collect();
    if by_time {
        found.sort_by_key(|stream| stream.last_event_ms);
    }
    if input.descending {
        found.reverse();
    }
    let (page, next) = paging::page(found, input.next_token.as_deref(), size)
        .ok_or_else(|| invalid("The specified nextToken is invalid."))?;
    let streams: Vec<_> = page.into_iter().map(|stream| described(group, stream, place)).collect();
    Ok(Output::members(json!({"logStreams": streams, "nextToken": next})))
}

fn described(group: &Group, stream: &Stream, place: &Place) -> serde_json::Value {
    json!({
        "logStreamName": &*stream.name,
        "creationTime": stream.created_ms,
        "firstEventTimestamp": stream.first_event_ms,
        "lastEventTimestamp": stream.last_event_ms,
        "lastIngestionTime": stream.last_ingestion_ms,
        "uploadSequenceToken": super::put_log_events::SEQUENCE_TOKEN,
        "arn": format!("{}:log-stream:{}", place.log_group(&group.name), stream.name),
        // AWS has answered zero here since 2019.
        "storedBytes": 0,
    })
}
