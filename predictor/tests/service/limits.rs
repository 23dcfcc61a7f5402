//! More than there is room for: refused at once and in words, while what was admitted is answered.

use crate::client::{Answer, Connection, ask, get, post_json, post_request, post_request_to};
use crate::running::{Running, eventually};
use predictor::limits::Bounds;
use predictor::routes;
use predictor::server::Config;
use std::time::Duration;

const BODY: &[u8] = br#"{"text": "I loved this movie"}"#;

fn bounded(bounds: Bounds) -> Running {
    Running::with(Config { bounds, ..Config::default() }, routes::all)
}

fn is_shed(answer: &Answer) {
    assert_eq!((answer.status, answer.header("retry-after")), (503, Some("1")), "{}", answer.text());
    assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    assert_eq!(answer.json()["title"], "Overloaded");
}

/// A request whose body has only begun, and the rest of its body.
fn half_sent(port: u16) -> (Connection, &'static [u8]) {
    let mut connection = Connection::open(port);
    let whole = post_request("content-type: application/json\r\n", BODY);
    connection.send(&whole[..whole.len() - 5]);
    (connection, &BODY[BODY.len() - 5..])
}

#[test]
fn a_flood_is_shed_while_admitted_requests_succeed() {
    let server = bounded(Bounds { requests: 4, ..Bounds::default() });
    let mut admitted: Vec<_> = (0..4).map(|_| half_sent(server.port)).collect();
    eventually(|| (server.service.metrics.in_flight.get() == 4).then_some(()));
    let answers: Vec<Answer> = std::thread::scope(|scope| {
        let flood = (0..8).map(|_| scope.spawn(|| (0..10).map(|_| post_json(server.port, BODY)).collect::<Vec<_>>()));
        flood.collect::<Vec<_>>().into_iter().flat_map(|client| client.join().expect("a client")).collect()
    });
    assert_eq!(answers.len(), 80);
    answers.iter().for_each(is_shed);
    for path in ["/health", "/ready", "/metrics"] {
        assert_eq!(get(server.port, path).status, 200, "{path} is always answered");
    }
    for (connection, rest) in &mut admitted {
        connection.send(rest);
        let answer = connection.read(true).expect("an answer");
        assert_eq!((answer.status, answer.json()["sentiment"].as_str()), (200, Some("positive")));
    }
    assert_eq!(post_json(server.port, BODY).status, 200, "afterwards all is well");
    let metrics = get(server.port, "/metrics");
    assert!(metrics.text().lines().any(|line| line == "predictor_requests_shed_total 80"));
    eventually(|| (server.service.metrics.in_flight.get() == 0).then_some(()));
}

#[test]
fn batches_that_would_not_fit_into_memory_together_are_shed() {
    let server = bounded(Bounds { batch_bytes: 300_000, ..Bounds::default() });
    let rows = format!("[{}]", vec![r#"{"text": "I loved this movie"}"#; 6000].join(","));
    let batch = post_request_to("/predict/batch", "content-type: application/json\r\n", rows.as_bytes());
    assert!((150_000..300_000).contains(&rows.len()), "two of them are too much: {}", rows.len());
    let mut first = Connection::open(server.port);
    first.send(&batch[..batch.len() - 5]);
    eventually(|| (server.service.metrics.in_flight.get() == 1).then_some(()));
    is_shed(&ask(server.port, &batch));
    assert_eq!(post_json(server.port, BODY).status, 200, "what is small needs no room");
    first.send(&batch[batch.len() - 5..]);
    let answer = first.read(true).expect("an answer");
    assert_eq!((answer.status, answer.json()["count"].as_u64()), (200, Some(6000)));
    eventually(|| (ask(server.port, &batch).status == 200).then_some(()));
}

#[test]
fn slow_heads_take_no_room_from_those_who_watch() {
    let server = bounded(Bounds { connections: 3, reserve: 2, ..Bounds::default() });
    let mut slow: Vec<_> = (0..3).map(|_| Connection::open(server.port)).collect();
    slow.iter_mut().for_each(|connection| connection.send(b"POST /predict HTTP/1.1\r\nhost: a\r\nx-slow: "));
    let admission = &server.service.admission;
    eventually(|| (admission.connections() == 3).then_some(()));
    let watched = get(server.port, "/health");
    assert_eq!((watched.status, watched.header("connection")), (200, Some("close")));
    eventually(|| (admission.connections() == 3).then_some(()));
    is_shed(&post_json(server.port, BODY));
    eventually(|| (admission.connections() == 3).then_some(()));
    let mut reserve: Vec<_> = (0..2).map(|_| Connection::open(server.port)).collect();
    eventually(|| (admission.connections() == 5).then_some(()));
    let refused = Connection::open(server.port).read(true).expect("an answer without a question");
    assert_eq!((refused.status, refused.header("retry-after")), (503, Some("1")));
    assert_eq!(server.service.metrics.refused_connections.get(), 1);
    reserve.clear();
    slow.clear();
    eventually(|| (admission.connections() == 0).then_some(()));
    assert_eq!(post_json(server.port, BODY).status, 200, "afterwards all is well");
}

#[test]
fn an_answer_that_does_not_begin_in_time_is_given_up() {
    let server = bounded(Bounds { requests: 1, time: Duration::from_millis(50), ..Bounds::default() });
    let (mut connection, _) = half_sent(server.port);
    let answer = connection.read(true).expect("an answer");
    assert_eq!((answer.status, answer.json()["title"].as_str()), (503, Some("Out of time")));
    assert_eq!(post_json(server.port, BODY).status, 200, "its room is free again");
}
