//! Following a log: nothing twice, nothing lost, whatever arrives late.

use std::collections::BTreeMap;
use std::time::Duration;

use quarterdeck::effect::{LogQuery, Request};
use quarterdeck::event::{Event, Facts, Outcome};
use quarterdeck::model::{ProblemKind, Timestamp};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::stub::{Call, Stub, clients, error, ok};

/// Follows until `wanted` events came, and gives how often each was told; also the failures on the way.
async fn follow(stub: &Stub, query: LogQuery, wanted: usize) -> (BTreeMap<String, u32>, Vec<ProblemKind>) {
    let (clients, _folder) = clients(stub, |_| {});
    let (sender, mut events) = mpsc::channel(100);
    let job = tokio::spawn(async move { clients.answer(Request::FollowLogs(query), sender).await });
    let (mut told, mut failures) = (BTreeMap::new(), Vec::new());
    let collect = async {
        while told.len() < wanted {
            let Some(Event::Reply(reply)) = events.recv().await else { return };
            match reply.outcome {
                Outcome::Part(Facts::Logs(page)) => {
                    for line in page.lines {
                        *told.entry(line.id.to_string()).or_default() += 1;
                    }
                }
                Outcome::Failed(problem) => failures.push(problem.kind),
                other => panic!("unexpected {other:?}"),
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(60), collect).await.unwrap();
    job.abort();
    (told, failures)
}

fn event(id: &str, at: i64, stream: &str) -> Value {
    json!({"eventId": id, "timestamp": at, "ingestionTime": at, "logStreamName": stream, "message": id})
}

#[tokio::test]
async fn late_equal_and_repeated_events_are_each_told_once() {
    let now = jiff::Timestamp::now().as_millisecond();
    let script = move |call: &Call, before: usize| {
        assert_eq!(call.operation, "FilterLogEvents");
        let asked_from = call.body["startTime"].as_i64().unwrap();
        let mut all = vec![event("a", now, "s1"), event("b", now, "s1")];
        if before >= 2 {
            // One that is older than what was told already, and one of a stream that is new.
            all.extend([event("late", now - 3_000, "s1"), event("new-stream", now + 500, "s2")]);
        }
        all.retain(|event| event["timestamp"].as_i64().unwrap() >= asked_from);
        match (before, call.body["nextToken"].as_str()) {
            (0, None) => ok(&json!({"events": [], "nextToken": "more"})),
            _ => ok(&json!({ "events": all })),
        }
    };
    let stub = Stub::start(script).await;
    let query = LogQuery { group: "g".into(), from: Some(Timestamp(now - 60_000)), ..LogQuery::default() };
    let (told, failures) = follow(&stub, query, 4).await;
    assert_eq!(told.keys().collect::<Vec<_>>(), ["a", "b", "late", "new-stream"]);
    assert!(told.values().all(|times| *times == 1), "{told:?}");
    assert_eq!(failures, []);
}

#[tokio::test]
async fn a_burst_over_many_pages_is_told_whole() {
    let now = jiff::Timestamp::now().as_millisecond();
    let script = move |call: &Call, _| {
        let page: i64 = call.body["nextToken"].as_str().map_or(0, |token| token.parse().unwrap());
        let events: Vec<Value> = (0..1_000).map(|n| event(&format!("{page}-{n}"), now + page, "s")).collect();
        let token = (page < 4).then(|| (page + 1).to_string());
        ok(&json!({"events": events, "nextToken": token}))
    };
    let stub = Stub::start(script).await;
    let (told, _) = follow(&stub, LogQuery { group: "g".into(), ..LogQuery::default() }, 5_000).await;
    assert!(told.values().all(|times| *times == 1));
}

#[tokio::test]
async fn what_does_not_exist_yet_is_waited_for() {
    let now = jiff::Timestamp::now().as_millisecond();
    let script = move |_: &Call, before| match before {
        0 | 1 => error("ResourceNotFoundException", "The specified log group does not exist."),
        _ => ok(&json!({"events": [event("a", now, "s")]})),
    };
    let stub = Stub::start(script).await;
    let (told, failures) = follow(&stub, LogQuery { group: "g".into(), ..LogQuery::default() }, 1).await;
    assert_eq!((told.len(), failures), (1, vec![ProblemKind::NotFound]), "said once");
}
