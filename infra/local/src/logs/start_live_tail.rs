//! StartLiveTail: an event stream with one update a second, for at most three hours.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::{broadcast, mpsc};

use super::checks::{invalid, name_of, not_found, required, violated};
use super::pattern::Pattern;
use super::store::{Event, Store};
use crate::clock::Clock;
use crate::wire::arn::ACCOUNT;
use crate::wire::{AwsError, Output, Place, eventstream};

const UPDATE_EVENTS: usize = 500;
/// Updates that wait for a slow caller before new ones are left out.
const WAITING_UPDATES: usize = 10;
const MAX_GROUPS: usize = 10;
const MAX_SESSIONS: usize = 15;
const LONGEST_MS: i64 = 3 * 3_600_000;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct StartLiveTailInput {
    log_group_identifiers: Option<Vec<String>>,
    log_stream_names: Option<Vec<String>>,
    log_stream_name_prefixes: Option<Vec<String>>,
    log_event_filter_pattern: Option<String>,
}

/// What a session lets through.
struct Filter {
    groups: Vec<String>,
    streams: Option<Vec<String>>,
    prefixes: Option<Vec<String>>,
    pattern: Pattern,
}

impl Filter {
    fn lets_through(&self, event: &Event) -> bool {
        let begins = |prefix: &String| event.stream.starts_with(prefix.as_str());
        self.groups.iter().any(|group| **group == *event.group)
            && self.streams.as_ref().is_none_or(|names| names.iter().any(|name| **name == *event.stream))
            && self.prefixes.as_ref().is_none_or(|prefixes| prefixes.iter().any(begins))
            && self.pattern.matches(&event.message)
    }
}

pub(super) fn call(store: &Store, place: &Place, clock: &Clock, input: StartLiveTailInput) -> Result<Output, AwsError> {
    let filter = filter(store, place, &input)?;
    if store.tails() >= MAX_SESSIONS {
        return Err(AwsError::client(
            "LimitExceededException",
            "The limit of concurrent live tail sessions is reached.",
        ));
    }
    let (sender, receiver) = mpsc::channel(WAITING_UPDATES);
    let request_id = format!("{:032x}", fastrand::u128(..));
    let start = json!({
        "requestId": request_id,
        "sessionId": format!("{:032x}", fastrand::u128(..)),
        "logGroupIdentifiers": input.log_group_identifiers,
        "logStreamNames": input.log_stream_names.unwrap_or_default(),
        "logStreamNamePrefixes": input.log_stream_name_prefixes.unwrap_or_default(),
        "logEventFilterPattern": input.log_event_filter_pattern.unwrap_or_default(),
    });
    for frame in [eventstream::event("initial-response", &json!({})), eventstream::event("sessionStart", &start)] {
        // The channel is new and has room for both.
        let _ = frame.map(|frame| sender.try_send(frame));
    }
    tokio::spawn(session(clock.clone(), store.follow(), filter, sender));
    Ok(Output::Events(receiver))
}

fn filter(store: &Store, place: &Place, input: &StartLiveTailInput) -> Result<Filter, AwsError> {
    let identifiers = required(input.log_group_identifiers.as_ref(), "logGroupIdentifiers")?;
    if identifiers.is_empty() || identifiers.len() > MAX_GROUPS {
        return Err(violated("[...]", "logGroupIdentifiers", "Member must have length between 1 and 10"));
    }
    let arn = place.log_group("");
    if let Some(bad) = identifiers.iter().find(|name| !name.starts_with(&arn) || name.ends_with('*')) {
        return Err(invalid(format!("The log group identifier must be an ARN without a trailing asterisk: {bad}")));
    }
    let named_streams = input.log_stream_names.is_some() || input.log_stream_name_prefixes.is_some();
    if named_streams && identifiers.len() > 1 {
        return Err(invalid("Log stream names and prefixes can only be specified with a single log group."));
    }
    if input.log_stream_names.is_some() && input.log_stream_name_prefixes.is_some() {
        return Err(invalid("Log stream names and log stream name prefixes are mutually exclusive parameters."));
    }
    let groups: Vec<String> = identifiers.iter().map(|identifier| name_of(identifier).to_owned()).collect();
    if groups.iter().any(|group| !store.groups.contains_key(group.as_str())) {
        return Err(not_found("log group"));
    }
    let pattern = Pattern::parse(input.log_event_filter_pattern.as_deref().unwrap_or_default())
        .map_err(|problem| invalid(problem.to_string()))?;
    Ok(Filter {
        groups,
        streams: input.log_stream_names.clone(),
        prefixes: input.log_stream_name_prefixes.clone(),
        pattern,
    })
}

async fn session(
    clock: Clock,
    mut events: broadcast::Receiver<Arc<Event>>,
    filter: Filter,
    sender: mpsc::Sender<Bytes>,
) {
    let end_ms = clock.now_ms() + LONGEST_MS;
    while clock.now_ms() < end_ms {
        tokio::select! {
            () = clock.sleep(Duration::from_secs(1)) => {}
            () = sender.closed() => return,
        }
        let (waiting, lost) = drain(&mut events, &filter);
        let sampled = lost || waiting.len() > UPDATE_EVENTS;
        // A caller that is too slow misses this update, as AWS drops updates then.
        let _ = update(&waiting, sampled).map(|frame| sender.try_send(frame));
    }
    let timeout = json!({"message": "The live tail session has reached its limit of three hours."});
    if let Some(frame) = eventstream::exception("SessionTimeoutException", &timeout) {
        let _ = sender.send(frame).await;
    }
}

/// What has arrived since the last update, and whether some of it was lost.
fn drain(events: &mut broadcast::Receiver<Arc<Event>>, filter: &Filter) -> (Vec<Arc<Event>>, bool) {
    let (mut waiting, mut lost) = (Vec::new(), false);
    loop {
        match events.try_recv() {
            Ok(event) if filter.lets_through(&event) => waiting.push(event),
            Ok(_) => {}
            Err(broadcast::error::TryRecvError::Lagged(_)) => lost = true,
            Err(_) => return (waiting, lost),
        }
    }
}

fn update(waiting: &[Arc<Event>], sampled: bool) -> Option<Bytes> {
    let every = waiting.len().div_ceil(UPDATE_EVENTS).max(1);
    let results: Vec<_> = waiting
        .iter()
        .step_by(every)
        .map(|event| {
            json!({
                "logStreamName": &*event.stream,
                "logGroupIdentifier": format!("{ACCOUNT}:{}", event.group),
                "message": event.message,
                "timestamp": event.position.0,
                "ingestionTime": event.ingestion_ms,
            })
        })
        .collect();
    eventstream::event("sessionUpdate", &json!({"sessionMetadata": {"sampled": sampled}, "sessionResults": results}))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn open(store: &Store, clock: &Clock, asked: serde_json::Value) -> mpsc::Receiver<Bytes> {
        let input = serde_json::from_value(asked).unwrap();
        match call(store, &Place::default(), clock, input).unwrap() {
            Output::Events(frames) => frames,
            other => panic!("{other:?}"),
        }
    }

    async fn next(frames: &mut mpsc::Receiver<Bytes>, clock: &Clock) -> String {
        loop {
            tokio::select! {
                biased;
                frame = frames.recv() => return String::from_utf8_lossy(&frame.unwrap()).into_owned(),
                () = tokio::task::yield_now() => clock.advance(Duration::from_secs(1)),
            }
        }
    }

    #[tokio::test]
    async fn a_session_starts_updates_and_times_out() {
        let clock = Clock::manual(0);
        let mut store = Store::default();
        store.ensure_group("/app", 0);
        let arn = Place::default().log_group("/app");
        let asked = json!({"logGroupIdentifiers": [arn], "logEventFilterPattern": "hello"});
        let mut frames = open(&store, &clock, asked).await;
        assert!(next(&mut frames, &clock).await.contains("initial-response"));
        assert!(next(&mut frames, &clock).await.contains("sessionStart"));
        let many = (0..600).map(|n| (n, format!("hello {n}"))).collect::<Vec<_>>();
        store.append("/app", "s", &many, 5);
        store.append("/app", "s", &[(1, "other".into())], 5);
        store.append("/else", "s", &[(1, "hello else".into())], 5);
        let update = next(&mut frames, &clock).await;
        assert!(update.contains("\"sampled\":true") && update.contains("hello 0"), "{update}");
        assert!(!update.contains("other") && !update.contains("else"));
        clock.advance(Duration::from_secs(3 * 3600));
        let last = loop {
            let frame = next(&mut frames, &clock).await;
            if !frame.contains("sessionUpdate") {
                break frame;
            }
        };
        assert!(last.contains("SessionTimeoutException"), "{last}");
        assert!(frames.recv().await.is_none());
    }

    #[tokio::test]
    async fn a_caller_that_hangs_up_ends_the_session() {
        let clock = Clock::manual(0);
        let mut store = Store::default();
        store.ensure_group("g", 0);
        let frames = open(&store, &clock, json!({"logGroupIdentifiers": [Place::default().log_group("g")]})).await;
        assert_eq!(store.tails(), 1);
        drop(frames);
        while store.tails() > 0 {
            tokio::task::yield_now().await;
        }
    }
}
