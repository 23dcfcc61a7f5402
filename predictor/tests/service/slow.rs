//! Clients that pause: their connections are ended, others go on.

use crate::client::{Connection, get};
use crate::running::Running;
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
