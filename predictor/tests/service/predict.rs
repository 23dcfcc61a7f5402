//! Good requests.

use crate::client::{Connection, ask, chunked_request, get, post_json, post_request};
use crate::running::Running;
use serde_json::json;

#[test]
fn texts_of_every_kind_are_judged() {
    let server = Running::start();
    let check = |text: &str, expect: Option<&str>| {
        let answer = post_json(server.port, json!({ "text": text }).to_string().as_bytes());
        let body = answer.json();
        assert_eq!(answer.status, 200, "{text:?}");
        assert_eq!((&body["model"], &body["version"]), (&json!("sentiment"), &json!("2")));
        let score = body["score"].as_f64().expect("a score");
        let label = if score >= 0.5 { "positive" } else { "negative" };
        assert_eq!(body["sentiment"], label, "{text:?}");
        match expect {
            Some(expect) => assert_eq!(label, expect, "{text:?}"),
            None => assert!((0.4..0.6).contains(&score), "{text:?} is unknown, {score}"),
        }
    };
    check("I loved this movie", Some("positive"));
    check("The food was great and the staff is friendly!", Some("positive"));
    check("What a waste of money, it broke after a day.", Some("negative"));
    check("The plot was not good.", Some("negative"));
    check("", None);
    check("🙂🙃", None);
    check("とても良い映画", None);
    check("\u{0} \u{7f} \u{202e}", None);
    check(&"excellent ".repeat(100_000), Some("positive"));
}

#[test]
fn get_answers_a_score_for_a_sample_and_for_a_text() {
    let server = Running::start();
    let score = |target: &str| {
        let answer = get(server.port, target);
        assert_eq!(answer.status, 200, "{target}");
        let body = answer.json();
        assert_eq!(body.as_object().expect("an object").len(), 1, "only a score: {body}");
        body["score"].as_f64().expect("a score")
    };
    let sample = score("/predict");
    assert!(sample > 0.5);
    assert!((score("/predict?text=I+loved%20this+movie") - sample).abs() < f64::EPSILON);
    assert!(score("/predict?x=1&text=awful%21") < 0.5);
    assert!((score("/predict?text=") - score("/predict?text")).abs() < f64::EPSILON);
}

#[test]
fn bodies_arrive_in_every_framing() {
    let server = Running::start();
    let body = json!({ "text": "I loved this movie" }).to_string();
    let expect = post_json(server.port, body.as_bytes()).json();
    for piece in [1, 7, 1000] {
        assert_eq!(ask(server.port, &chunked_request(body.as_bytes(), piece)).json(), expect, "pieces of {piece}");
    }
    assert_eq!(ask(server.port, &post_request("", body.as_bytes())).json(), expect, "without a type");
    let with_charset = post_request("content-type: application/json; charset=UTF-8\r\n", body.as_bytes());
    assert_eq!(ask(server.port, &with_charset).json(), expect);
    // The largest body that is allowed.
    let head = r#"{"text": "good"#;
    let padded = format!("{head}{}\"}}", " ".repeat((1 << 20) - head.len() - 2));
    assert_eq!(post_json(server.port, padded.as_bytes()).status, 200);
}

#[test]
fn one_connection_serves_many_requests() {
    let server = Running::start();
    let mut connection = Connection::open(server.port);
    for number in 0..50 {
        let body = json!({ "text": "fine", "number": number }).to_string();
        let answer = connection.exchange(&post_request("content-type: application/json\r\n", body.as_bytes()));
        assert_eq!(answer.status, 200);
        let refused = connection.exchange(&post_request("content-type: application/json\r\n", b"[]"));
        assert_eq!(refused.status, 422);
        let head = connection.exchange(b"HEAD /health HTTP/1.1\r\nhost: test\r\n\r\n");
        assert_eq!(head.status, 200);
    }
    let pipelined = b"GET /health HTTP/1.1\r\nhost: a\r\n\r\nGET /ready HTTP/1.1\r\nhost: a\r\n\r\n";
    connection.send(pipelined);
    assert_eq!(connection.read(true).expect("first").json(), json!({ "status": "ok" }));
    assert_eq!(connection.read(true).expect("second").json()["status"], "ready");
}

#[test]
fn health_and_readiness_have_their_shapes() {
    let server = Running::start();
    assert_eq!(get(server.port, "/health").json(), json!({ "status": "ok" }));
    let ready = get(server.port, "/ready");
    let expect = json!({ "status": "ready", "model_loaded": true, "model": "sentiment", "model_version": "2" });
    assert_eq!((ready.status, ready.json()), (200, expect));
}

#[test]
fn answers_carry_the_request_id_and_the_model_version() {
    let server = Running::start();
    let id_of = |given: &str| {
        let request = format!("GET /predict HTTP/1.1\r\nhost: test\r\n{given}\r\n");
        let answer = ask(server.port, request.as_bytes());
        assert_eq!(answer.header("x-model-version"), Some("2"));
        assert_eq!(answer.header("content-type"), Some("application/json"));
        answer.header("x-request-id").expect("an id").to_owned()
    };
    assert_eq!(id_of("x-request-id: order-66/a.b\r\n"), "order-66/a.b");
    assert_eq!(id_of("X-Request-ID: <script>\"x\"\r\n"), "scriptx");
    assert_eq!(id_of("").len(), 32);
    assert_ne!(id_of(""), id_of(""));
    assert!(get(server.port, "/nowhere").header("x-request-id").is_some());
}
