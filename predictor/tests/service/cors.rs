//! Pages of other origins.

use crate::client::{Answer, ask, get_with, post_request_to};
use crate::refusals::is_problem;
use crate::running::Running;
use predictor::limits::Bounds;
use predictor::routes;
use predictor::server::Config;

const PAGE: &str = "origin: https://app.example\r\n";

fn start(origins: &str) -> Running {
    let cors = origins.parse().expect("origins");
    Running::with(Config { cors, ..Config::default() }, routes::all)
}

fn preflight(server: &Running, path: &str, origin: &str) -> Answer {
    let head = format!("OPTIONS {path} HTTP/1.1\r\nhost: a\r\n{origin}access-control-request-method: POST\r\n");
    let more = "access-control-request-headers: content-type\r\ncontent-length: 0\r\n\r\n";
    ask(server.port, [head.as_bytes(), more.as_bytes()].concat().as_slice())
}

fn allowed(answer: &Answer) -> Option<&str> {
    answer.header("access-control-allow-origin")
}

fn varies(answer: &Answer) -> bool {
    answer.headers.iter().any(|(name, value)| name == "vary" && value == "origin")
}

#[test]
fn without_origins_nothing_is_said() {
    let server = Running::start();
    let answer = get_with(server.port, "/health", PAGE);
    assert_eq!((answer.status, allowed(&answer), varies(&answer)), (200, None, false));
    is_problem(&preflight(&server, "/predict", PAGE), 405, "no preflight");
}

#[test]
fn named_origins_may_ask_and_read() {
    let server = start("https://app.example, http://localhost:3000");
    for origin in ["https://app.example", "http://localhost:3000"] {
        let header = format!("origin: {origin}\r\n");
        let answer = preflight(&server, "/v2/models/sentiment/infer", &header);
        assert_eq!((answer.status, allowed(&answer), varies(&answer)), (204, Some(origin), true));
        assert_eq!(answer.header("access-control-allow-methods"), Some("POST"));
        assert!(answer.header("access-control-allow-headers").is_some_and(|names| names.contains("content-type")));
        assert!(answer.header("access-control-max-age").is_some());
        assert_eq!(answer.header("access-control-allow-credentials"), None);
        let json = format!("{header}content-type: application/json\r\n");
        let answer = ask(server.port, &post_request_to("/predict", &json, br#"{"text": "good"}"#));
        assert_eq!((answer.status, allowed(&answer)), (200, Some(origin)));
        assert!(answer.header("access-control-expose-headers").is_some_and(|names| names.contains("x-request-id")));
        let refused = ask(server.port, &post_request_to("/predict", &json, b"{"));
        assert_eq!((refused.status, allowed(&refused)), (400, Some(origin)), "a page may read what was wrong");
    }
    for origin in ["https://app.example.evil.test", "http://app.example", "https://app.example:444", "null", ""] {
        let header = format!("origin: {origin}\r\n");
        let answer = get_with(server.port, "/health", &header);
        assert_eq!((answer.status, allowed(&answer), varies(&answer)), (200, None, true), "{origin}");
        let asked = preflight(&server, "/predict", &header);
        assert_eq!((asked.status, allowed(&asked)), (405, None), "{origin}");
    }
    let plain = get_with(server.port, "/v1/models", "");
    assert!(varies(&plain) && allowed(&plain).is_none(), "a cache must not give this answer to a page");
    is_problem(&preflight(&server, "/nowhere", PAGE), 404, "no such path");
}

#[test]
fn all_origins_may_if_that_is_said() {
    let server = start("*");
    let answer = preflight(&server, "/predict", PAGE);
    assert_eq!((answer.status, allowed(&answer), varies(&answer)), (204, Some("*"), false));
    assert_eq!(answer.header("access-control-allow-methods"), Some("GET, HEAD, POST"));
    assert_eq!(allowed(&get_with(server.port, "/health", PAGE)), Some("*"));
}

#[test]
fn a_page_learns_that_there_is_no_room() {
    let bounds = Bounds { requests: 0, ..Bounds::default() };
    let cors = "https://app.example".parse().expect("an origin");
    let server = Running::with(Config { bounds, cors, ..Config::default() }, routes::all);
    let answer = get_with(server.port, "/v2/models/sentiment", PAGE);
    assert_eq!((answer.status, allowed(&answer)), (503, Some("https://app.example")));
    assert!(answer.json()["error"].is_string(), "clients of the protocol can read it too");
}
