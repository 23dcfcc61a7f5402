//! Compressed bodies both ways, and answers that a client has already.

use crate::client::{ask, get, get_with, gzip, post_json, post_request, post_request_to};
use crate::refusals::{is_problem, is_well};
use crate::running::Running;
use serde_json::json;

const GZIPPED: &str = "content-type: application/json\r\ncontent-encoding: gzip\r\n";

#[test]
fn compressed_bodies_are_judged() {
    let server = Running::start();
    let body = json!({ "text": "I loved this movie" }).to_string();
    let expect = post_json(server.port, body.as_bytes()).json();
    assert_eq!(ask(server.port, &post_request(GZIPPED, &gzip(body.as_bytes()))).json(), expect);
    let rows = json!(vec![json!({"text": "I loved this movie"}); 3000]).to_string();
    let answer = ask(server.port, &post_request_to("/predict/batch", GZIPPED, &gzip(rows.as_bytes())));
    assert_eq!(answer.json()["count"], 3000);
}

#[test]
fn bombs_and_broken_archives_are_refused() {
    let server = Running::start();
    let bomb = gzip(&vec![b' '; 200 << 20]);
    assert!(bomb.len() < 1 << 20);
    is_problem(&ask(server.port, &post_request(GZIPPED, &bomb)), 413, "a bomb");
    is_problem(&ask(server.port, &post_request_to("/predict/batch", GZIPPED, &bomb)), 413, "a bomb of rows");
    is_problem(&ask(server.port, &post_request(GZIPPED, b"{}")), 400, "not gzip");
    is_problem(&ask(server.port, &post_request(GZIPPED, b"")), 400, "nothing");
    let whole = gzip(br#"{"text": "a"}"#);
    is_problem(&ask(server.port, &post_request(GZIPPED, &whole[..whole.len() - 1])), 400, "cut");
    is_problem(&ask(server.port, &post_request("content-encoding: gzip, br\r\n", &whole)), 415, "two");
    is_well(&server);
}

#[test]
fn long_answers_are_compressed_for_who_asks() {
    let server = Running::start();
    let plain = get(server.port, "/v1/models");
    assert_eq!((plain.header("content-encoding"), plain.header("vary")), (None, Some("accept-encoding")));
    let small = get_with(server.port, "/v1/models", "accept-encoding: br, gzip\r\n");
    assert_eq!(small.expanded(), plain.body);
    assert!(small.body.len() < plain.body.len());
    assert_ne!(small.header("etag"), plain.header("etag"), "other bytes have another tag");
    assert_eq!(get_with(server.port, "/health", "accept-encoding: gzip\r\n").header("content-encoding"), None);
}

#[test]
fn descriptions_are_not_sent_twice() {
    let server = Running::start();
    for path in ["/v1/models", "/v1/models/sentiment", "/model/info", "/model/metrics"] {
        for encoding in ["", "accept-encoding: gzip\r\n"] {
            let first = get_with(server.port, path, encoding);
            assert_eq!((first.status, first.header("cache-control")), (200, Some("no-cache")), "{path}");
            let tag = first.header("etag").expect("a tag").to_owned();
            for given in [tag.clone(), format!("\"other\", W/{tag}"), "*".to_owned()] {
                let again = get_with(server.port, path, &format!("{encoding}if-none-match: {given}\r\n"));
                assert_eq!((again.status, again.body.len()), (304, 0), "{path} {given}");
                assert!(given == "*" || again.header("etag") == Some(&tag), "{path} {given}");
            }
            assert_eq!(get_with(server.port, path, "if-none-match: \"other\"\r\n").status, 200);
        }
    }
}
