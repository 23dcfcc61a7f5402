//! What operators see: log lines, metrics, and an answer when a handler panics.

use crate::client::{Connection, ask, get, post_json};
use crate::running::{Running, eventually};
use predictor::routes;
use predictor::server::Config;
use warp::Filter;

#[test]
fn every_request_has_a_line_without_its_text() {
    let server = Running::start();
    post_json(server.port, br#"{"text": "confidential words"}"#);
    get(server.port, "/predict?text=confidential");
    ask(
        server.port,
        b"GET /no\x1bwhere HTTP/1.1\r\nhost: a\r\nx-request-id: mine\r\n\r\n"
            .map(|byte| if byte == 0x1b { b'-' } else { byte })
            .as_slice(),
    );
    let posted = server.log.wait_for(|line| line["method"] == "POST");
    assert_eq!((&posted["path"], &posted["status"]), (&"/predict".into(), &200.into()));
    assert_eq!((&posted["level"], &posted["message"]), (&"info".into(), &"request".into()));
    assert_eq!(posted["model_version"], "2");
    assert!(posted["latency_ms"].as_f64().is_some_and(|latency| latency > 0.0));
    assert_eq!(posted["request_id"].as_str().map(str::len), Some(32));
    assert!(posted["ts"].as_str().is_some_and(|ts| ts.ends_with('Z')));
    let missed = server.log.wait_for(|line| line["request_id"] == "mine");
    assert_eq!((&missed["path"], &missed["status"]), (&"/no-where".into(), &404.into()));
    server.log.wait_for(|line| line["method"] == "GET" && line["path"] == "/predict");
    assert!(!server.log.text().contains("confidential"), "texts are never logged");
    let listening = server.log.wait_for(|line| line["message"] == "listening");
    assert_eq!(listening["port"], server.port);
}

#[test]
fn a_caller_who_leaves_is_seen() {
    let server = Running::start();
    let mut connection = Connection::open(server.port);
    connection.send(b"POST /predict HTTP/1.1\r\nhost: a\r\nx-request-id: gone\r\ncontent-length: 99\r\n\r\n{");
    eventually(|| (server.service.metrics.in_flight.get() == 1).then_some(()));
    drop(connection);
    let line = server.log.wait_for(|line| line["request_id"] == "gone");
    assert!(line["status"] == 499 || line["status"] == 400, "{line}");
    assert_eq!(server.service.metrics.in_flight.get(), 0);
}

#[test]
fn metrics_count_requests_and_predictions() {
    let server = Running::start();
    for _ in 0..3 {
        post_json(server.port, br#"{"text": "I loved this movie"}"#);
    }
    post_json(server.port, br#"{"text": "awful"}"#);
    post_json(server.port, b"{}");
    get(server.port, "/some/invented/path");
    let answer = get(server.port, "/metrics");
    assert_eq!(answer.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    for expect in [
        r#"http_requests_total{method="POST",route="/predict",status="200"} 4"#,
        r#"http_requests_total{method="POST",route="/predict",status="422"} 1"#,
        r#"http_requests_total{method="GET",route="unmatched",status="404"} 1"#,
        r#"http_request_duration_seconds_count{route="/predict"} 5"#,
        r#"predictor_predictions_total{model="sentiment",version="2",label="positive"} 3"#,
        r#"predictor_predictions_total{model="sentiment",version="2",label="negative"} 1"#,
        r#"predictor_model_info{model="sentiment",version="2"} 1"#,
        "http_requests_in_flight 1",
    ] {
        assert!(answer.text().lines().any(|line| line == expect), "{expect} is missing in\n{}", answer.text());
    }
    assert!(!answer.text().contains("invented"), "labels come from closed sets");
    let open = ask(
        server.port,
        b"GET /metrics HTTP/1.1\r\nhost: a\r\naccept: application/openmetrics-text;version=1.0.0\r\n\r\n",
    );
    assert!(open.header("content-type").is_some_and(|kind| kind.starts_with("application/openmetrics-text")));
    assert!(open.text().ends_with("# EOF\n"));
}

#[test]
fn a_panic_in_a_handler_is_answered() {
    let server = Running::with(Config::default(), |service| {
        let fails = warp::path!("fail").map(|| -> warp::reply::Response { panic!("on purpose") });
        fails.or(routes::all(service)).unify().boxed()
    });
    let mut connection = Connection::open(server.port);
    for _ in 0..3 {
        let answer = connection.exchange(b"GET /fail HTTP/1.1\r\nhost: a\r\nx-request-id: bad\r\n\r\n");
        assert_eq!(answer.status, 500);
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        assert_eq!(answer.header("x-request-id"), Some("bad"));
        assert!(!answer.text().contains("on purpose"));
        assert_eq!(connection.exchange(b"GET /predict HTTP/1.1\r\nhost: a\r\n\r\n").status, 200);
    }
    let line = server.log.wait_for(|line| line["request_id"] == "bad");
    assert_eq!((&line["level"], &line["status"]), (&"error".into(), &500.into()));
    assert_eq!(server.service.metrics.in_flight.get(), 0);
}
