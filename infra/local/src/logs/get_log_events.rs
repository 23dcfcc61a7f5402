//! GetLogEvents: one stream, page by page in both directions. At either end the same token comes back.

use std::ops::Bound::{self, Excluded, Included, Unbounded};
use std::sync::Arc;

use serde::Deserialize;
use serde_json::json;

use super::checks::{group, invalid, limit, not_found, required};
use super::event_id;
use super::store::{Event, Position, Store, Stream};
use crate::wire::{AwsError, Output};

/// A page holds at most this many events, and this many bytes of messages.
const PAGE_EVENTS: usize = 10_000;
pub(super) const PAGE_BYTES: usize = 1_048_576;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GetLogEventsInput {
    log_group_name: Option<String>,
    log_group_identifier: Option<String>,
    log_stream_name: Option<String>,
    start_time: Option<i64>,
    end_time: Option<i64>,
    next_token: Option<String>,
    limit: Option<i64>,
    #[serde(default)]
    start_from_head: bool,
}

/// Where a page starts and which way it goes.
enum Direction {
    Forward(Bound<Position>),
    Backward(Bound<Position>),
}

pub(super) fn call(store: &Store, input: &GetLogEventsInput) -> Result<Output, AwsError> {
    let group = group(store, input.log_group_name.as_deref(), input.log_group_identifier.as_deref())?;
    let stream = required(input.log_stream_name.as_deref(), "logStreamName")?;
    let stream = group.streams.get(stream).ok_or_else(|| not_found("log stream"))?;
    let size = limit(input.limit, PAGE_EVENTS)?;
    let direction = direction(input)?;
    let page = page(stream, input, &direction, size);
    let (forward, backward) = tokens(&page, &direction);
    let events: Vec<_> = page
        .iter()
        .map(|event| {
            json!({"timestamp": event.position.0, "message": event.message, "ingestionTime": event.ingestion_ms})
        })
        .collect();
    Ok(Output::members(json!({"events": events, "nextForwardToken": forward, "nextBackwardToken": backward})))
}

fn direction(input: &GetLogEventsInput) -> Result<Direction, AwsError> {
    let Some(token) = input.next_token.as_deref() else {
        let whole = if input.start_from_head { Direction::Forward(Unbounded) } else { Direction::Backward(Unbounded) };
        return Ok(whole);
    };
    let bad = || invalid("The specified nextToken is invalid.");
    let (way, rest) = token.split_once('/').ok_or_else(bad)?;
    let position = rest.strip_suffix("/s").and_then(event_id::parse).ok_or_else(bad)?;
    match way {
        "f" => Ok(Direction::Forward(Excluded(position))),
        "b" => Ok(Direction::Backward(Excluded(position))),
        _ => Err(bad()),
    }
}

fn page<'a>(stream: &'a Stream, input: &GetLogEventsInput, direction: &Direction, size: usize) -> Vec<&'a Arc<Event>> {
    let earliest = Included((input.start_time.unwrap_or(i64::MIN), 0));
    let latest = input.end_time.map_or(Unbounded, |end| Excluded((end, 0)));
    let (from, to) = match direction {
        Direction::Forward(from) => (later(earliest, *from), latest),
        Direction::Backward(to) => (earliest, earlier(latest, *to)),
    };
    if is_empty(from, to) {
        return Vec::new();
    }
    let range = stream.events.range((from, to)).map(|(_, event)| event);
    match direction {
        Direction::Forward(_) => bounded(range, size),
        Direction::Backward(_) => {
            let mut page = bounded(range.rev(), size);
            page.reverse();
            page
        }
    }
}

fn bounded<'a>(events: impl Iterator<Item = &'a Arc<Event>>, size: usize) -> Vec<&'a Arc<Event>> {
    let mut bytes = 0;
    events
        .take(size)
        .take_while(|event| {
            bytes += event.message.len();
            bytes <= PAGE_BYTES || bytes == event.message.len()
        })
        .collect()
}

fn later(one: Bound<Position>, other: Bound<Position>) -> Bound<Position> {
    match (one, other) {
        (Included(start), Excluded(after)) if after >= start => Excluded(after),
        (start, _) => start,
    }
}

fn earlier(one: Bound<Position>, other: Bound<Position>) -> Bound<Position> {
    match (one, other) {
        (Excluded(end), Excluded(before)) => Excluded(end.min(before)),
        (Unbounded, other) => other,
        (end, _) => end,
    }
}

fn is_empty(from: Bound<Position>, to: Bound<Position>) -> bool {
    match (from, to) {
        (Included(from) | Excluded(from), Excluded(to)) => from >= to,
        _ => false,
    }
}

fn tokens(page: &[&Arc<Event>], direction: &Direction) -> (String, String) {
    let (last, first) = match (page.last(), page.first(), direction) {
        (Some(last), Some(first), _) => (last.position, first.position),
        (_, _, Direction::Forward(Excluded(at))) => (*at, (at.0, at.1.saturating_add(1))),
        (_, _, Direction::Backward(Excluded(at))) => ((at.0, at.1.saturating_sub(1)), *at),
        _ => ((0, 0), (0, 0)),
    };
    (format!("f/{}/s", event_id::format(last)), format!("b/{}/s", event_id::format(first)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(store: &Store, ask: &serde_json::Value) -> serde_json::Value {
        let mut asked = json!({"logGroupName": "g", "logStreamName": "s"});
        asked.as_object_mut().unwrap().extend(ask.as_object().unwrap().clone());
        let input: GetLogEventsInput = serde_json::from_value(asked).unwrap();
        match call(store, &input).unwrap() {
            Output::Json(text) => serde_json::from_slice(&text).unwrap(),
            other => panic!("{other:?}"),
        }
    }

    fn messages(answer: &serde_json::Value) -> Vec<&str> {
        answer["events"].as_array().unwrap().iter().map(|event| event["message"].as_str().unwrap()).collect()
    }

    fn store() -> Store {
        let mut store = Store::default();
        let events: Vec<_> = (1..=5).map(|n| (n * 10, format!("m{n}"))).collect();
        store.append("g", "s", &events, 100);
        store
    }

    #[test]
    fn forward_to_the_end_and_on() {
        let mut store = store();
        let first = ask(&store, &json!({"limit": 3, "startFromHead": true}));
        assert_eq!(messages(&first), ["m1", "m2", "m3"]);
        let second = ask(&store, &json!({"limit": 3, "nextToken": first["nextForwardToken"]}));
        assert_eq!(messages(&second), ["m4", "m5"]);
        let end = ask(&store, &json!({"nextToken": second["nextForwardToken"]}));
        assert_eq!(messages(&end), Vec::<&str>::new());
        assert_eq!(end["nextForwardToken"], second["nextForwardToken"]);
        store.append("g", "s", &[(60, "m6".into())], 100);
        assert_eq!(messages(&ask(&store, &json!({"nextToken": end["nextForwardToken"]}))), ["m6"]);
        assert_eq!(messages(&ask(&store, &json!({"limit": 2, "nextToken": end["nextBackwardToken"]}))), ["m4", "m5"]);
    }

    #[test]
    fn backward_from_the_newest() {
        let store = store();
        let first = ask(&store, &json!({"limit": 2}));
        assert_eq!(messages(&first), ["m4", "m5"]);
        let second = ask(&store, &json!({"limit": 9, "nextToken": first["nextBackwardToken"]}));
        assert_eq!(messages(&second), ["m1", "m2", "m3"]);
        let end = ask(&store, &json!({"nextToken": second["nextBackwardToken"]}));
        assert_eq!((messages(&end).len(), &end["nextBackwardToken"]), (0, &second["nextBackwardToken"]));
        assert_eq!(messages(&ask(&store, &json!({"nextToken": end["nextForwardToken"], "limit": 1}))), ["m1"]);
    }

    #[test]
    fn times_are_inclusive_at_the_start_only() {
        let store = store();
        assert_eq!(messages(&ask(&store, &json!({"startTime": 20, "endTime": 40}))), ["m2", "m3"]);
        assert_eq!(messages(&ask(&store, &json!({"startTime": 40, "endTime": 20}))).len(), 0);
    }

    #[test]
    fn bad_tokens() {
        for token in ["", "f/1/s", "x/31/s", "é"] {
            let input: GetLogEventsInput =
                serde_json::from_value(json!({"logGroupName": "g", "logStreamName": "s", "nextToken": token})).unwrap();
            assert_eq!(call(&store(), &input).unwrap_err().code, "InvalidParameterException", "{token}");
        }
    }
}
