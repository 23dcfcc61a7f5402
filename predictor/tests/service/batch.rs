//! Many cases in one request.

use crate::client::{post_json, post_json_to, post_request_to};
use crate::refusals::{is_problem, is_well};
use crate::running::Running;
use predictor::body::Limits;
use predictor::routes;
use predictor::server::Config;
use serde_json::{Value, json};

const PATHS: [&str; 3] =
    ["/predict/batch", "/v1/models/sentiment/predict/batch", "/v1/models/sentiment/versions/2/predict/batch"];

#[test]
fn every_row_is_answered_as_it_would_be_alone() {
    let server = Running::start();
    let rows: Vec<Value> =
        ["I loved this movie", "awful", "", "🙂"].iter().map(|text| json!({ "text": text })).collect();
    for path in PATHS {
        let alone = path.strip_suffix("/batch").expect("a batch path");
        let single = |row: &Value| post_json_to(server.port, alone, row.to_string().as_bytes()).json();
        let expect: Vec<Value> = rows.iter().map(single).collect();
        for body in [json!(rows), json!({ "rows": rows }), json!({"items": rows, "x": 1}), json!({ "instances": rows })]
        {
            let answer = post_json_to(server.port, path, body.to_string().as_bytes());
            assert_eq!(answer.status, 200, "{path}: {}", answer.text());
            let expect = json!({"model": "sentiment", "version": "2", "predictions": expect, "count": 4});
            assert_eq!(answer.json(), expect, "{path}");
            assert_eq!(answer.header("x-model-version"), Some("2"));
            assert!(answer.header("server-timing").is_some_and(|value| value.starts_with("predict;dur=")));
        }
    }
    let none = post_json_to(server.port, "/predict/batch", b"[]").json();
    assert_eq!((&none["count"], &none["predictions"]), (&json!(0), &json!([])));
}

#[test]
fn long_batches_and_explanations_are_answered() {
    let server = Running::start();
    let rows: Vec<Value> = (0..5000).map(|number| json!({ "text": format!("a good day number {number}") })).collect();
    let answer = post_json_to(server.port, "/predict/batch?explain=2", json!(rows).to_string().as_bytes()).json();
    assert_eq!((answer["count"].as_u64(), answer["predictions"].as_array().map(Vec::len)), (Some(5000), Some(5000)));
    let explained = &answer["predictions"][4999]["explanation"];
    assert_eq!(
        (explained["unit"].as_str(), explained["contributions"].as_array().map(Vec::len)),
        (Some("log odds"), Some(2))
    );
}

#[test]
fn every_fault_is_named_and_nothing_is_answered() {
    let server = Running::start();
    let body = json!([{"text": "fine"}, {"text": 5}, 7, {}, {"text": "fine"}]);
    let expect = |place: &str| {
        json!([
            {"pointer": format!("{place}/1/text"), "detail": "must be a string, not a number"},
            {"pointer": format!("{place}/2"), "detail": "must be an object, not a number"},
            {"pointer": format!("{place}/3/text"), "detail": "is required"},
        ])
    };
    for path in PATHS {
        let bare = post_json_to(server.port, path, body.to_string().as_bytes());
        is_problem(&bare, 422, path);
        assert_eq!(bare.json()["errors"], expect(""));
        let named = post_json_to(server.port, path, json!({ "rows": body }).to_string().as_bytes());
        assert_eq!(named.json()["errors"], expect("/rows"));
    }
    let many = json!(vec![json!({}); 250]);
    let answer = post_json_to(server.port, "/predict/batch", many.to_string().as_bytes()).json();
    assert_eq!(answer["errors"].as_array().map(Vec::len), Some(100));
    assert_eq!(answer["detail"], "250 fields are at fault; the first 100 are listed.");
    is_well(&server);
}

#[test]
fn batches_are_bounded_in_rows_and_bytes() {
    let limits = Limits { rows: 3, batch_bytes: 5000, ..Limits::default() };
    let server = Running::with(Config { limits, ..Config::default() }, routes::all);
    let rows = |count: usize| json!(vec![json!({"text": "a"}); count]).to_string();
    assert_eq!(post_json_to(server.port, "/predict/batch", rows(3).as_bytes()).status, 200);
    let many = post_json_to(server.port, "/predict/batch", rows(4).as_bytes());
    is_problem(&many, 413, "rows");
    assert!(many.json()["detail"].as_str().is_some_and(|words| words.contains("at most 3 rows")));
    is_problem(&post_json_to(server.port, "/predict/batch", rows(3000).as_bytes()), 413, "bytes");
    is_problem(&post_json_to(server.port, "/predict/batch", b"[{]"), 400, "syntax");
    is_problem(&post_json_to(server.port, "/predict/batch", b"{}"), 422, "no list");
    is_problem(&post_json_to(server.port, "/predict/batch?explain=no", b"[]"), 400, "explain");
    is_problem(&post_json_to(server.port, "/v1/models/none/predict/batch", b"[]"), 404, "model");
    let text = post_request_to("/predict/batch", "content-type: text/csv\r\n", b"text\r\na");
    is_problem(&crate::client::ask(server.port, &text), 415, "type");
    assert_eq!(post_json(server.port, br#"{"text": "fine"}"#).status, 200);
}
