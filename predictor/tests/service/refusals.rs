//! Bad requests: each gets its 4xx as problem+json, and the next good request succeeds.

use crate::client::{Answer, Connection, ask, chunked_request, get, post_json, post_request};
use crate::running::Running;

const JSON: &str = "content-type: application/json\r\n";

/// Checks the form that all refusals share.
pub(crate) fn is_problem(answer: &Answer, status: u16, what: &str) {
    assert_eq!(answer.status, status, "{what}: {}", String::from_utf8_lossy(&answer.body));
    assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{what}");
    let body = answer.json();
    assert_eq!(body["status"], status, "{what}");
    assert!(body["title"].is_string() && body["detail"].is_string() && body["type"] == "about:blank", "{what}: {body}");
}

pub(crate) fn is_well(server: &Running) {
    assert_eq!(post_json(server.port, br#"{"text": "I loved this movie"}"#).json()["sentiment"], "positive");
}

#[test]
fn bad_bodies_are_refused() {
    let server = Running::start();
    let check = |body: &[u8], status: u16, pointer: Option<&str>| {
        let what = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
        let answer = post_json(server.port, body);
        is_problem(&answer, status, &what);
        let body = answer.json();
        assert_eq!(body["errors"][0]["pointer"].as_str(), pointer, "{what}: {body}");
        is_well(&server);
    };
    check(b"", 400, None);
    check(b"not json", 400, None);
    check(b"{\"text\": \"unfinished", 400, None);
    check(b"{\"text\": \"\xc3\x28\"}", 400, None);
    check(b"\xef\xbb\xbf{\"text\": \"a\"}", 400, None);
    check(b"\0\0\0\0", 400, None);
    check(&b"[".repeat(500_000), 400, None);
    check(b"{}", 422, Some("/text"));
    check(br#"{"text": 1}"#, 422, Some("/text"));
    check(br#"{"text": null}"#, 422, Some("/text"));
    check(br#"{"text": ["a"]}"#, 422, Some("/text"));
    check(br#"["a"]"#, 422, Some(""));
    check(br#""a""#, 422, Some(""));
}

#[test]
fn bodies_that_are_too_large_are_refused_in_every_framing() {
    let server = Running::start();
    let ten = [br#"{"text": ""#.to_vec(), vec![b'a'; 10 << 20], br#""}"#.to_vec()].concat();
    is_problem(&post_json(server.port, &ten), 413, "declared");
    is_well(&server);
    is_problem(&ask(server.port, &chunked_request(&ten, 100_000)), 413, "chunked");
    is_well(&server);
    let just = vec![b' '; (1 << 20) + 1];
    is_problem(&post_json(server.port, &just), 413, "one byte");
    is_problem(&ask(server.port, &chunked_request(&just, 4096)), 413, "one byte, chunked");
    // This client waits for permission and is refused before it sends.
    let patient =
        format!("POST /predict HTTP/1.1\r\nhost: a\r\n{JSON}expect: 100-continue\r\ncontent-length: 99999999\r\n\r\n");
    is_problem(&ask(server.port, patient.as_bytes()), 413, "waiting");
    is_well(&server);
}

#[test]
fn a_waiting_client_is_told_to_go_on() {
    let server = Running::start();
    let mut connection = Connection::open(server.port);
    let head = format!("POST /predict HTTP/1.1\r\nhost: a\r\n{JSON}expect: 100-continue\r\ncontent-length: 13\r\n\r\n");
    connection.send(head.as_bytes());
    assert_eq!(connection.read(false).expect("permission").status, 100);
    connection.send(br#"{"text": "a"}"#);
    assert_eq!(connection.read(true).expect("an answer").status, 200);
}

#[test]
fn other_types_and_encodings_are_refused() {
    let server = Running::start();
    for header in [
        "content-type: text/plain\r\n",
        "content-type: application/x-www-form-urlencoded\r\n",
        "content-type: application/json; charset=utf-16\r\n",
        "content-type: \r\n",
        "content-type: application/json\r\ncontent-encoding: br\r\n",
    ] {
        is_problem(&ask(server.port, &post_request(header, br#"{"text": "a"}"#)), 415, header);
        is_well(&server);
    }
}

#[test]
fn wrong_methods_are_told_the_right_ones() {
    let server = Running::start();
    for path in ["/predict", "/health", "/ready", "/metrics"] {
        for method in ["PUT", "DELETE", "PATCH", "OPTIONS", "POST", "BREW"] {
            if (path, method) == ("/predict", "POST") {
                continue;
            }
            let request = format!("{method} {path} HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n");
            let answer = ask(server.port, request.as_bytes());
            is_problem(&answer, 405, &request);
            let expect = if path == "/predict" { "GET, HEAD, POST" } else { "GET, HEAD" };
            assert_eq!(answer.header("allow"), Some(expect), "{request}");
        }
    }
    is_well(&server);
}

#[test]
fn unknown_paths_are_not_found() {
    let server = Running::start();
    for target in [
        "/x",
        "/assets",
        "/assets/x",
        "/assets/index.html",
        "/predict/",
        "/predict/x",
        "//predict",
        "/%70redict",
        "/%",
        "/%ff%fe",
        "/../predict",
        "/Health",
        "*",
    ] {
        let method = if target == "*" { "OPTIONS" } else { "GET" };
        let answer = ask(server.port, format!("{method} {target} HTTP/1.1\r\nhost: a\r\n\r\n").as_bytes());
        is_problem(&answer, 404, target);
    }
    let long = get(server.port, &format!("/{}", "x".repeat(20_000)));
    is_problem(&long, 404, "a long path");
    is_well(&server);
}

#[test]
fn bad_queries_are_refused() {
    let server = Running::start();
    for query in ["text=%", "text=%zz", "text=%f", "text=%ff", "text=%c3%28", "text=a&text=b", "%zz=1"] {
        is_problem(&get(server.port, &format!("/predict?{query}")), 400, query);
    }
    is_well(&server);
}

#[test]
fn what_is_not_http_does_no_harm() {
    let server = Running::start();
    for bytes in [
        &b"\x16\x03\x01\x02\x00\x01\x00"[..],
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST /predict HTTP/1.1\r\ncontent-length: -1\r\n\r\n",
        b"POST /predict HTTP/1.1\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello",
        b"GET /predict HTTP/1.1\r\nbad header\r\n\r\n",
    ] {
        let mut connection = Connection::open(server.port);
        connection.send(bytes);
        connection.send(b"\r\n\r\n");
        if let Some(answer) = connection.read(false) {
            assert!((400..500).contains(&answer.status), "{}", String::from_utf8_lossy(bytes));
        }
        is_well(&server);
    }
    // Chunks that are not framed as they must be.
    let broken = format!("POST /predict HTTP/1.1\r\nhost: a\r\n{JSON}transfer-encoding: chunked\r\n\r\nzz\r\n");
    is_problem(&ask(server.port, broken.as_bytes()), 400, "broken chunks");
    is_well(&server);
}
