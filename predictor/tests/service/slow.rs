//! Clients that pause: their connections are ended, others go on.

use crate::client::{Connection, get, post_request_to};
use crate::running::{Running, eventually};
use predictor::body::Limits;
use predictor::routes;
use predictor::server::Config;
use std::time::Duration;

#[test]
fn half_a_head_does_not_hold_a_connection_for_ever() {
    let config = Config { header_time: Duration::from_millis(50), ..Config::default() };
    let server = Running::with(config, routes::all);
    let mut connection = Connection::open(server.port);
    connection.send(b"POST /predict HTTP/1.1\r\nhost: a\r\nx-slow: ");
    assert!(connection.is_closed());
    assert_eq!(get(server.port, "/health").status, 200);
}

#[test]
fn half_a_body_is_answered_with_request_timeout() {
    let limits = Limits { time: Duration::from_millis(50), ..Limits::default() };
    let server = Running::with(Config { limits, ..Config::default() }, routes::all);
    let mut connection = Connection::open(server.port);
    connection.send(b"POST /predict HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\n{\"text\": ");
    let answer = connection.read(true).expect("an answer");
    assert_eq!(answer.status, 408);
    assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    assert_eq!(answer.header("connection"), Some("close"));
    assert!(connection.is_closed());
    assert_eq!(get(server.port, "/health").status, 200);
}

#[test]
fn a_stream_that_nobody_reads_does_not_hold_its_place_for_ever() {
    let config = Config { write_time: Duration::from_millis(300), ..Config::default() };
    let server = Running::with(config, routes::all);
    let mut connection = Connection::open(server.port);
    let ndjson = "content-type: application/x-ndjson\r\ntransfer-encoding: chunked\r\n";
    connection.send(format!("POST /predict/batch HTTP/1.1\r\nhost: a\r\n{ndjson}\r\n").as_bytes());
    let lines = "{\"text\": \"a good day\"}\n".repeat(500);
    let chunk = format!("{:x}\r\n{lines}\r\n", lines.len());
    connection.send_until_stuck(chunk.as_bytes(), 5000);
    is_given_up(&server, connection);
}

#[test]
fn whole_answers_that_nobody_reads_do_not_hold_their_connection_for_ever() {
    let config = Config { write_time: Duration::from_millis(300), ..Config::default() };
    let server = Running::with(config, routes::all);
    let mut connection = Connection::open(server.port);
    // A small question with a large answer, again and again on one connection.
    let rows = format!("[{}]", vec![r#"{"text":"a"}"#; 5000].join(","));
    let json = "content-type: application/json\r\n";
    connection.send_until_stuck(&post_request_to("/predict/batch", json, rows.as_bytes()), 5000);
    is_given_up(&server, connection);
}

/// The server ends a connection whose client is still there.
fn is_given_up(server: &Running, connection: Connection) {
    eventually(|| (server.service.admission.connections() == 0).then_some(()));
    eventually(|| (server.service.metrics.in_flight.get() == 0).then_some(()));
    drop(connection);
    assert_eq!(get(server.port, "/health").status, 200);
}
