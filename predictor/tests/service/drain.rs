//! The end of a server: nobody who asked is left without an answer.

use crate::client::{Connection, get};
use crate::running::{Running, eventually};
use predictor::routes;
use predictor::server::Config;
use std::time::Duration;

#[test]
fn requests_in_flight_are_answered_and_readiness_is_denied() {
    let mut server = Running::start();
    let mut slow = Connection::open(server.port);
    slow.send(b"POST /predict HTTP/1.1\r\nhost: a\r\ncontent-length: 30\r\n\r\n{\"text\": \"I loved");
    eventually(|| (server.service.metrics.in_flight.get() == 1).then_some(()));
    let mut resting = Connection::open(server.port);
    assert_eq!(resting.exchange(b"GET /ready HTTP/1.1\r\nhost: a\r\n\r\n").header("connection"), None);

    server.start_draining();
    let ready = eventually(|| Some(get(server.port, "/ready")).filter(|answer| answer.status == 503));
    assert_eq!(ready.json()["status"], "draining");
    assert_eq!(get(server.port, "/health").status, 200, "it still lives");
    let last = resting.exchange(b"GET /predict HTTP/1.1\r\nhost: a\r\n\r\n");
    assert_eq!((last.status, last.header("connection")), (200, Some("close")), "and answers, but asks to go");
    assert!(resting.is_closed());

    server.end_draining();
    eventually(|| std::net::TcpStream::connect(("127.0.0.1", server.port)).is_err().then_some(()));
    slow.send(b" this one\"}  ");
    let answer = slow.read(true).expect("an answer");
    assert_eq!((answer.status, &answer.json()["sentiment"]), (200, &"positive".into()));
    server.join();
    server.log.wait_for(|line| line["message"] == "stopped");
}

#[test]
fn connections_without_a_request_do_not_delay_the_end() {
    let mut server = Running::start();
    let mut resting = Connection::open(server.port);
    assert_eq!(resting.exchange(b"GET /health HTTP/1.1\r\nhost: a\r\n\r\n").status, 200);
    server.start_draining();
    server.end_draining();
    server.join();
    assert!(resting.is_closed());
}

#[test]
fn what_is_not_over_when_the_time_is_ends_and_is_logged() {
    let config = Config { drain_time: Duration::from_millis(50), ..Config::default() };
    let mut server = Running::with(config, routes::all);
    let mut slow = Connection::open(server.port);
    slow.send(b"POST /predict HTTP/1.1\r\nhost: a\r\ncontent-length: 30\r\n\r\n{\"text\": \"I loved");
    eventually(|| (server.service.metrics.in_flight.get() == 1).then_some(()));
    server.start_draining();
    server.end_draining();
    server.join();
    assert!(slow.is_closed());
    let log = server.log.text();
    let at = |words: &str| log.find(words).unwrap_or_else(|| panic!("no {words} in {log}"));
    assert!(at("\"status\":499") < at("stopped with unfinished requests"), "{log}");
    assert_eq!(server.service.admission.connections(), 0);
}

#[test]
fn more_connections_than_threads_are_answered_and_fewer_too() {
    for threads in [0, 1, 7] {
        let server = Running::with(Config { threads, ..Config::default() }, routes::all);
        let mut connections: Vec<_> = (0..5).map(|_| Connection::open(server.port)).collect();
        for _ in 0..2 {
            for connection in &mut connections {
                assert_eq!(connection.exchange(b"GET /predict HTTP/1.1\r\nhost: a\r\n\r\n").status, 200);
            }
        }
    }
}
