//! A predictor without models inside: `cargo test -p predictor --no-default-features --test lean`.
#![cfg(not(feature = "embedded-models"))]

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// How long anything may take to happen.
const PATIENCE: Duration = Duration::from_secs(60);

/// The program without the settings of whoever runs the tests.
fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_predictor"));
    for name in ["MODEL", "MODEL_STORE", "MODEL_BUCKET", "MODEL_PREFIX", "MODEL_CACHE", "MODEL_SPLIT", "DEFAULT_MODEL"]
    {
        command.env_remove(name);
    }
    command.args(arguments).env("USER", "ann").env("HOST", "127.0.0.1").env("PORT", "0").env("DRAIN_DELAY_MS", "0");
    command
}

fn run(arguments: &[&str], store: Option<&Path>) -> (Option<i32>, String) {
    let mut command = program(arguments);
    command.envs(store.map(|store| ("MODEL_STORE", store)));
    let Output { status, stdout, stderr } = command.output().expect("it runs");
    (status.code(), String::from_utf8_lossy(&stdout).into_owned() + &String::from_utf8_lossy(&stderr))
}

fn committed(model: &str) -> String {
    format!("{}/models/{model}", env!("CARGO_MANIFEST_DIR"))
}

/// Registers and approves a committed artifact, `NAME/VERSION`.
fn approve(store: &Path, model: &str) {
    let (code, words) = run(&["register", &committed(model)], Some(store));
    assert_eq!(code, Some(0), "{words}");
    let reference = model.replace('/', "@");
    let (code, words) = run(&["approve", &reference, "--why", "it passes"], Some(store));
    assert_eq!(code, Some(0), "{words}");
}

struct Serving(Child, u16);

impl Serving {
    fn start(settings: &[(&str, &str)]) -> Self {
        let mut command = program(&["serve"]);
        command.env("MODEL_POLL_S", "1").envs(settings.iter().copied()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("it starts");
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines().map_while(Result::ok);
        let port = lines.by_ref().find_map(|line| {
            let line: Value = serde_json::from_str(&line).expect("a line of JSON");
            u16::try_from(line["port"].as_u64()?).ok()
        });
        std::thread::spawn(move || lines.for_each(drop));
        Self(child, port.expect("it says where it listens"))
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.1)).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        let head =
            format!("{method} {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-type: application/json\r\n");
        write!(stream, "{head}content-length: {}\r\n\r\n{body}", body.len()).expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
        (head[9..12].parse().expect("a status"), body.to_owned())
    }

    fn json(&self, method: &str, path: &str, body: &str) -> (u16, Value) {
        let (status, body) = self.ask(method, path, body);
        (status, serde_json::from_str(&body).expect("a body of JSON"))
    }

    fn wait_until_ready(&self) {
        let start = Instant::now();
        while self.ask("GET", "/ready", "").0 != 200 {
            assert!(start.elapsed() < PATIENCE, "never ready: {}", self.ask("GET", "/ready", "").1);
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn what_cannot_be_served_is_said_with_a_remedy() {
    let check = |settings: &[(&str, &str)], expect: &[&str]| {
        let output = program(&["serve"]).envs(settings.iter().copied()).output().expect("it runs");
        let words = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.code(), Some(1), "{words}");
        for expect in expect {
            assert!(words.contains(expect), "{words} should contain {expect}");
        }
    };
    check(&[], &["no model is part of this program", "MODEL_STORE", "MODEL_BUCKET", "directory of an artifact"]);
    check(&[("MODEL", "")], &["MODEL_STORE"]);
    check(&[("MODEL", "housing")], &["there is no model \\\"housing\\\"", "MODEL_STORE"]);
    check(&[("MODEL", "housing@approved")], &["comes from a registry", "MODEL_STORE"]);
}

#[test]
fn commands_cope() {
    assert_eq!(run(&["models"], None), (Some(0), "no model is part of this program\n".to_owned()));
    assert_eq!(run(&["models", "--json"], None), (Some(0), "[]\n".to_owned()));
    let (code, words) = run(&["predict", "sentiment", "--text", "good"], None);
    assert!(code == Some(1) && words.contains("the directory of an artifact"), "{words}");
    let (code, words) = run(&["predict", &committed("sentiment/2"), "--text", "I loved this movie"], None);
    assert!(code == Some(0) && words.contains("positive"), "{words}");
}

#[test]
fn a_directory_is_served() {
    let serving = Serving::start(&[("MODEL", &committed("sentiment/2"))]);
    serving.wait_until_ready();
    let (status, answer) = serving.json("POST", "/predict", r#"{"text": "I loved this movie"}"#);
    assert_eq!((status, &answer["sentiment"]), (200, &json!("positive")));
}

#[test]
fn everything_that_is_approved_is_served() {
    let home = tempfile::tempdir().expect("a temporary directory");
    approve(home.path(), "sentiment/2");
    approve(home.path(), "housing/1");
    let (code, words) = run(&["register", &committed("retail/1")], Some(home.path()));
    assert_eq!(code, Some(0), "{words}");

    let serving = Serving::start(&[("MODEL_STORE", &home.path().display().to_string())]);
    serving.wait_until_ready();
    let (_, list) = serving.json("GET", "/v1/models", "");
    let names = |list: &Value| {
        let mut names: Vec<_> = list.as_array().expect("a list").iter().map(|model| model["name"].clone()).collect();
        names.sort_by_key(Value::to_string);
        names
    };
    assert_eq!(names(&list["models"]), ["housing", "sentiment"], "one that nobody approved is not served");
    assert_eq!((&list["default_model"], &list["absent"]), (&json!("sentiment"), &Value::Null));
    let (_, index) = serving.json("POST", "/v2/repository/index", "{}");
    assert_eq!(names(&index), ["housing", "sentiment"], "nothing is embedded");
    let (status, answer) = serving.json("POST", "/predict", r#"{"text": "I loved this movie"}"#);
    assert_eq!((status, &answer["model"]), (200, &json!("sentiment")));
    let (status, document) = serving.json("GET", "/openapi.json", "");
    assert!(status == 200 && document["components"]["schemas"]["HousingInput"].is_object(), "{document}");
    assert!(document["components"]["schemas"]["RetailInput"].is_null());
}

#[test]
fn a_first_approval_is_waited_for() {
    let home = tempfile::tempdir().expect("a temporary directory");
    std::fs::create_dir(home.path().join("models")).expect("made");
    let serving = Serving::start(&[("MODEL_STORE", &home.path().display().to_string())]);
    let (status, ready) = serving.json("GET", "/ready", "");
    let detail = ready["detail"].as_str().unwrap_or_default().to_owned();
    assert!(status == 503 && ready["status"] == "starting", "{ready}");
    assert!(detail.contains("approve"), "{ready}");
    // Nothing that lists models minds that there are none.
    assert_eq!(serving.ask("GET", "/health", "").0, 200);
    assert_eq!(serving.ask("GET", "/", "").0, 200);
    assert_eq!(serving.ask("GET", "/metrics", "").0, 200);
    assert_eq!(serving.json("GET", "/openapi.json", "").0, 200);
    assert_eq!(serving.ask("GET", "/v2/health/ready", "").0, 503);
    assert_eq!(serving.json("GET", "/v1/models", "").1["models"], json!([]));
    assert_eq!(serving.ask("POST", "/v2/repository/index", "{}").0, 200);
    for path in ["/predict", "/v1/models/sentiment/predict"] {
        assert_eq!(serving.ask("POST", path, r#"{"text": "good"}"#).0, 503, "{path}");
    }
    approve(home.path(), "housing/1");
    serving.wait_until_ready();
    let (_, list) = serving.json("GET", "/v1/models", "");
    assert_eq!((&list["default_model"], &list["absent"]), (&json!("housing"), &Value::Null));
}

#[test]
fn a_default_model_is_waited_for() {
    let home = tempfile::tempdir().expect("a temporary directory");
    approve(home.path(), "sentiment/2");
    let store = home.path().display().to_string();
    let serving = Serving::start(&[("MODEL_STORE", &store), ("DEFAULT_MODEL", "housing")]);
    let (status, _) = serving.json("GET", "/ready", "");
    assert_eq!(status, 503);
    approve(home.path(), "housing/1");
    serving.wait_until_ready();
    assert_eq!(serving.json("GET", "/v1/models", "").1["default_model"], json!("housing"));
}
