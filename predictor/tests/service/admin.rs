//! Loading and unloading models while the service answers, by those who may.

use crate::client::{Answer, ask, get, post_json, post_json_to, post_request_to};
use crate::refusals::{is_problem, is_well};
use crate::running::Running;
use predictor::artifact::Artifact;
use predictor::catalog;
use predictor::model::Model;
use predictor::routes;
use predictor::served::Opening;
use predictor::server::Config;
use serde_json::{Value, json};
use std::path::Path;

const TOKEN: &str = "open-sesame-3f2a";

fn start(opening: impl FnOnce() -> Opening + Send + 'static) -> Running {
    let admin = TOKEN.parse().expect("a token");
    Running::with_opening(Config { admin, ..Config::default() }, opening, routes::all)
}

fn both() -> Opening {
    let models = ["sentiment@1", "sentiment@2"].map(|name| catalog::load(name).expect("embedded"));
    Opening { models: models.into(), ..Opening::default() }
}

/// A second model under another name, which is not part of the program.
fn named(name: &str) -> Model {
    let committed = concat!(env!("CARGO_MANIFEST_DIR"), "/models/sentiment/1");
    let mut artifact = Artifact::read(Path::new(committed)).expect("whole");
    artifact.manifest.name = name.to_owned();
    Model::load(artifact).expect("it loads")
}

fn admin(server: &Running, model: &str, what: &str, body: &str) -> Answer {
    let target = format!("/v2/repository/models/{model}/{what}");
    ask(server.port, &post_request_to(&target, &format!("authorization: Bearer {TOKEN}\r\n"), body.as_bytes()))
}

fn version_that_answers(server: &Running) -> Option<String> {
    let answer = post_json(server.port, br#"{"text": "good"}"#);
    answer.header("x-model-version").map(str::to_owned)
}

fn index(server: &Running, body: &str) -> Vec<(String, String, String)> {
    let answer = post_json_to(server.port, "/v2/repository/index", body.as_bytes()).json();
    let word = |model: &Value, name: &str| model[name].as_str().expect("a text").to_owned();
    let models = answer.as_array().expect("a list").iter();
    models.map(|model| (word(model, "name"), word(model, "version"), word(model, "state"))).collect()
}

#[test]
fn nobody_may_without_a_token() {
    let server = Running::start();
    for what in ["load", "unload"] {
        let answer = admin(&server, "sentiment", what, "");
        is_problem(&answer, 403, what);
        assert!(answer.json()["detail"].as_str().is_some_and(|words| words.contains("ADMIN_TOKEN")));
    }
    is_well(&server);
}

#[test]
fn only_the_token_opens() {
    let server = start(both);
    let target = "/v2/repository/models/sentiment/load";
    let long = format!("x-api-key: {}\r\n", "a".repeat(10_000));
    for header in ["", "authorization: Bearer wrong\r\n", "authorization: Basic b3Blbg==\r\n", "x-api-key: \r\n", &long]
    {
        let answer = ask(server.port, &post_request_to(target, header, b""));
        is_problem(&answer, 401, header);
        assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
        assert!(answer.json()["error"].is_string());
    }
    let key = format!("x-api-key: {TOKEN}\r\n");
    assert_eq!(ask(server.port, &post_request_to(target, &key, b"")).status, 200);
    assert_eq!(get(server.port, "/v2").json()["extensions"], json!(["binary_tensor_data", "model_repository"]));
    assert!(!server.log.text().contains(TOKEN), "the token is in the log");
}

#[test]
fn versions_come_and_go_while_the_service_answers() {
    let server = Running::with_opening(
        Config { admin: TOKEN.parse().expect("a token"), ..Config::default() },
        || catalog::load("sentiment@2").expect("embedded").into(),
        routes::all,
    );
    let state = |version: &str| {
        let all = index(&server, "");
        all.into_iter().find(|(name, known, _)| name == "sentiment" && known == version).map(|(_, _, state)| state)
    };
    assert_eq!((state("1").as_deref(), state("2").as_deref()), (Some("UNAVAILABLE"), Some("READY")));
    let loaded = admin(&server, "sentiment", "load", r#"{"parameters": {"version": "1"}}"#);
    assert_eq!(loaded.json(), json!({"name": "sentiment", "version": "1", "state": "READY"}));
    assert_eq!(version_that_answers(&server).as_deref(), Some("1"), "the last one loaded answers");
    server.log.wait_for(|line| line["message"] == "an administrator loaded a model" && line["model"] == "sentiment@1");
    let unloaded =
        admin(&server, "sentiment", "unload", r#"{"parameters": {"version": "1", "unload_dependents": false}}"#);
    assert_eq!(unloaded.status, 200, "{}", unloaded.text());
    assert_eq!(version_that_answers(&server).as_deref(), Some("2"));
    assert_eq!((state("1").as_deref(), state("2").as_deref()), (Some("UNAVAILABLE"), Some("READY")));
    is_problem(&get(server.port, "/v2/models/sentiment/versions/1/ready"), 503, "unloaded");
    assert_eq!(get(server.port, "/v2/health/ready").status, 200, "what was unloaded is not waited for");
    assert_eq!(index(&server, r#"{"ready": true}"#).len(), 1);
    let again = admin(&server, "sentiment", "unload", r#"{"parameters": {"version": "1"}}"#);
    assert_eq!(again.status, 200, "it is out already");
    for body in ["", r#"{"parameters": {"version": "2"}}"#] {
        is_problem(&admin(&server, "sentiment", "unload", body), 409, "the last model");
    }
    is_problem(&admin(&server, "none", "unload", ""), 404, "no such model");
    is_problem(&admin(&server, "none", "load", ""), 404, "no such model");
    is_problem(&admin(&server, "sentiment", "load", r#"{"parameters": {"version": "9"}}"#), 404, "no such version");
    is_problem(&admin(&server, "..%2f..%2fetc", "load", ""), 404, "no path is followed");
    is_problem(&admin(&server, "sentiment", "load", "{"), 400, "syntax");
    for body in [r#"{"parameters": {"version": 1}}"#, r#"{"parameters": ["1"]}"#, "[]", "null"] {
        is_problem(&admin(&server, "sentiment", "load", body), 400, "type");
    }
    is_problem(&post_json_to(server.port, "/v2/repository/index", b"[true]"), 400, "type");
    let others = br#"{"ready": true, "parameters": "of another server"}"#;
    assert_eq!(post_json_to(server.port, "/v2/repository/index", others).status, 200);
    is_well(&server);
}

#[test]
fn a_model_from_elsewhere_comes_back_too() {
    let server = start(|| Opening { models: vec![named("other"), named("tone")], ..Opening::default() });
    assert_eq!(admin(&server, "tone", "unload", "").status, 200);
    let rows = br#"[{"text": "good"}]"#;
    is_problem(&post_json_to(server.port, "/v1/models/tone/predict/batch", rows), 503, "unloaded");
    assert!(index(&server, "").contains(&("tone".into(), "1".into(), "UNAVAILABLE".into())));
    assert_eq!(admin(&server, "tone", "load", "").status, 200);
    assert_eq!(post_json_to(server.port, "/v1/models/tone/predict/batch", rows).status, 200);
    assert!(index(&server, "").contains(&("tone".into(), "1".into(), "READY".into())));
}

#[test]
fn the_model_that_answers_for_all_stays() {
    let opening = || Opening {
        models: vec![named("other"), named("tone")],
        default_model: Some("tone".to_owned()),
        ..Opening::default()
    };
    let server = start(opening);
    is_problem(&admin(&server, "tone", "unload", ""), 409, "the default model");
    assert_eq!(admin(&server, "other", "unload", "").status, 200);
    is_problem(&admin(&server, "tone", "unload", ""), 409, "the last model");
    is_well(&server);
}
