//! FilterLogEvents: the events of a group that match a pattern, in pages. A call looks at a bounded number of events, so
//! a page may be empty and still have a token, as in AWS.

use std::collections::BTreeSet;
use std::ops::Bound::{Excluded, Included, Unbounded};
use std::sync::Arc;

use serde::Deserialize;
use serde_json::json;

use super::checks::{group, invalid, limit, not_found, violated};
use super::event_id;
use super::get_log_events::PAGE_BYTES;
use super::pattern::Pattern;
use super::store::{Event, Group, Position, Store};
use crate::wire::{AwsError, Output};

const PAGE_EVENTS: usize = 10_000;
/// Events that one call looks at.
const SCANNED: usize = 20_000;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FilterLogEventsInput {
    log_group_name: Option<String>,
    log_group_identifier: Option<String>,
    log_stream_names: Option<Vec<String>>,
    log_stream_name_prefix: Option<String>,
    start_time: Option<i64>,
    end_time: Option<i64>,
    filter_pattern: Option<String>,
    next_token: Option<String>,
    limit: Option<i64>,
    start_from_head: Option<bool>,
}

pub(super) fn call(store: &Store, input: &FilterLogEventsInput) -> Result<Output, AwsError> {
    let group = group(store, input.log_group_name.as_deref(), input.log_group_identifier.as_deref())?;
    let size = limit(input.limit, PAGE_EVENTS)?;
    let streams = streams(group, input)?;
    let pattern = Pattern::parse(input.filter_pattern.as_deref().unwrap_or_default())
        .map_err(|problem| invalid(problem.to_string()))?;
    let after = input
        .next_token
        .as_deref()
        .map(|token| event_id::parse(token).ok_or_else(|| invalid("The specified nextToken is invalid.")))
        .transpose()?;
    let (found, next) = scan(group, input, after, size, |event| {
        streams.as_ref().is_none_or(|names| names.contains(&*event.stream)) && pattern.matches(&event.message)
    });
    let events: Vec<_> = found.into_iter().map(described).collect();
    let next = next.map(event_id::format);
    Ok(Output::members(json!({"events": events, "searchedLogStreams": [], "nextToken": next})))
}

/// The streams to look at; `None` is all of them.
fn streams<'a>(group: &'a Group, input: &FilterLogEventsInput) -> Result<Option<BTreeSet<&'a str>>, AwsError> {
    match (&input.log_stream_names, &input.log_stream_name_prefix) {
        (Some(_), Some(_)) => {
            Err(invalid("LogStream names and LogStream name prefix are mutually exclusive parameters."))
        }
        (Some(names), None) if names.len() > 100 => {
            Err(violated("[...]", "logStreamNames", "Member must have length less than or equal to 100"))
        }
        (Some(names), None) => names
            .iter()
            .map(|name| group.streams.get(name.as_str()).map(|stream| &*stream.name))
            .collect::<Option<_>>()
            .map(Some)
            .ok_or_else(|| not_found("log stream")),
        (None, Some(prefix)) => {
            let names = group.streams.keys().filter(|name| name.starts_with(prefix.as_str()));
            Ok(Some(names.map(|name| &**name).collect()))
        }
        (None, None) => Ok(None),
    }
}

fn scan<'a>(
    group: &'a Group,
    input: &FilterLogEventsInput,
    after: Option<Position>,
    size: usize,
    wanted: impl Fn(&Event) -> bool,
) -> (Vec<&'a Arc<Event>>, Option<Position>) {
    let oldest_first = input.start_from_head.unwrap_or(true);
    let mut from = Included((input.start_time.unwrap_or(i64::MIN), 0));
    let mut to = input.end_time.map_or(Unbounded, |end| Included((end, u64::MAX)));
    match after {
        Some(position) if oldest_first => from = Excluded(position),
        Some(position) => to = Excluded(position),
        None => {}
    }
    let empty = match (from, to) {
        (Included(from) | Excluded(from), Included(to) | Excluded(to)) => from >= to,
        _ => false,
    };
    if empty {
        return (Vec::new(), None);
    }
    let range = group.events.range((from, to)).map(|(_, event)| event);
    if oldest_first { collect(range, size, wanted) } else { collect(range.rev(), size, wanted) }
}

/// A page, and the last position that was looked at when there is more.
fn collect<'a>(
    mut events: impl Iterator<Item = &'a Arc<Event>>,
    size: usize,
    wanted: impl Fn(&Event) -> bool,
) -> (Vec<&'a Arc<Event>>, Option<Position>) {
    let mut page = Vec::new();
    let (mut bytes, mut last) = (0, None);
    for event in events.by_ref().take(SCANNED) {
        last = Some(event.position);
        if wanted(event) {
            bytes += event.message.len();
            page.push(event);
        }
        if page.len() >= size || bytes >= PAGE_BYTES {
            break;
        }
    }
    let more = events.next().is_some();
    (page, last.filter(|_| more))
}

fn described(event: &Arc<Event>) -> serde_json::Value {
    json!({
        "logStreamName": &*event.stream,
        "timestamp": event.position.0,
        "message": event.message,
        "ingestionTime": event.ingestion_ms,
        "eventId": event_id::format(event.position),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(store: &Store, asked: &serde_json::Value) -> (Vec<String>, Option<String>) {
        let mut whole = json!({"logGroupName": "g"});
        whole.as_object_mut().unwrap().extend(asked.as_object().unwrap().clone());
        let input: FilterLogEventsInput = serde_json::from_value(whole).unwrap();
        let Output::Json(text) = call(store, &input).unwrap() else { panic!("not JSON") };
        let answer: serde_json::Value = serde_json::from_slice(&text).unwrap();
        let events = answer["events"].as_array().unwrap();
        let messages = events.iter().map(|event| event["message"].as_str().unwrap().to_owned()).collect();
        (messages, answer["nextToken"].as_str().map(ToOwned::to_owned))
    }

    fn all(store: &Store, mut asked: serde_json::Value) -> (Vec<String>, usize) {
        let (mut messages, mut calls) = (Vec::new(), 0);
        loop {
            let (page, next) = ask(store, &asked);
            messages.extend(page);
            calls += 1;
            match next {
                Some(next) => asked["nextToken"] = json!(next),
                None => return (messages, calls),
            }
        }
    }

    fn store() -> Store {
        let mut store = Store::default();
        for n in 0..7 {
            store.append("g", if n % 2 == 0 { "even" } else { "odd" }, &[(n * 10, format!("n{n}"))], 100);
        }
        store
    }

    #[test]
    fn pages_streams_and_times() {
        let store = store();
        for (asked, expect, calls) in [
            (json!({}), "n0 n1 n2 n3 n4 n5 n6", 1),
            (json!({"limit": 3}), "n0 n1 n2 n3 n4 n5 n6", 3),
            (json!({"limit": 3, "startFromHead": false}), "n6 n5 n4 n3 n2 n1 n0", 3),
            (json!({"limit": 2, "logStreamNames": ["odd"]}), "n1 n3 n5", 2),
            (json!({"logStreamNamePrefix": "ev"}), "n0 n2 n4 n6", 1),
            (json!({"startTime": 20, "endTime": 40}), "n2 n3 n4", 1),
            (json!({"startTime": 40, "endTime": 20}), "", 1),
            (json!({"filterPattern": "?n1 ?n6"}), "n1 n6", 1),
        ] {
            assert_eq!(
                all(&store, asked.clone()),
                (expect.split_whitespace().map(Into::into).collect(), calls),
                "{asked}"
            );
        }
    }

    #[test]
    fn a_long_search_answers_empty_pages_on_its_way() {
        let mut store = Store::default();
        let events: Vec<_> =
            (0..45_000).map(|n| (n, if n == 44_999 { "last".into() } else { "x".to_owned() })).collect();
        store.append("g", "s", &events, 100);
        assert_eq!(all(&store, json!({"filterPattern": "last"})), (vec!["last".to_owned()], 3));
    }
}
