//! The program: arguments, environment, exit codes, signals.

use crate::client::{get, post_json};
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Command, Output, Stdio};

fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_predictor"));
    for name in [
        "HOST",
        "PORT",
        "MODEL",
        "ADMIN_TOKEN",
        "CORS_ORIGINS",
        "LOG_LEVEL",
        "DRAIN_DELAY_MS",
        "DRAIN_TIME_S",
        "SOURCE_DATE_EPOCH",
    ] {
        command.env_remove(name);
    }
    command
}

fn run(arguments: &[&str]) -> Output {
    program().args(arguments).output().expect("it runs")
}

/// A serving child; killed if the test fails.
struct Serving {
    child: Child,
    lines: BufReader<ChildStdout>,
    port: u16,
}

impl Serving {
    fn start(environment: &[(&str, &str)]) -> Self {
        let mut command = program();
        command.arg("serve").env("PORT", "0").env("DRAIN_DELAY_MS", "0").envs(environment.iter().copied());
        let mut child = command.stdout(Stdio::piped()).spawn().expect("it starts");
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut first = String::new();
        lines.read_line(&mut first).expect("a line");
        let line: serde_json::Value = serde_json::from_str(&first).expect("JSON");
        assert_eq!(line["message"], "listening", "{line}");
        let port = line["port"].as_u64().and_then(|port| u16::try_from(port).ok()).expect("a port");
        Self { child, lines, port }
    }

    /// Ends it by a signal; its exit code and the rest of its output.
    fn end(mut self, signal: &str) -> (Option<i32>, String) {
        let killed = Command::new("kill").args([signal, &self.child.id().to_string()]).status().expect("kill runs");
        assert!(killed.success());
        let mut rest = String::new();
        self.lines.read_to_string(&mut rest).expect("UTF-8");
        (self.child.wait().expect("it ends").code(), rest)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It has ended already unless a check failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn it_serves_until_a_signal_and_logs_json_only() {
    for signal in ["-TERM", "-INT"] {
        let serving = Serving::start(&[]);
        let port = serving.port.to_string();
        assert_eq!(run(&["healthcheck", "--port", &port]).status.code(), Some(0));
        assert_eq!(post_json(serving.port, br#"{"text": "great"}"#).json()["version"], "2");
        let (code, rest) = serving.end(signal);
        assert_eq!(code, Some(0), "{signal}");
        let lines: Vec<serde_json::Value> =
            rest.lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect();
        assert!(lines.iter().any(|line| line["path"] == "/predict" && line["status"] == 200), "{rest}");
        assert_eq!(lines.last().expect("lines")["message"], "stopped");
        assert_eq!(run(&["healthcheck", "--port", &port]).status.code(), Some(1));
    }
}

#[test]
fn the_environment_chooses_the_model_and_the_log_level() {
    let serving = Serving::start(&[("MODEL", "sentiment@1")]);
    assert_eq!(get(serving.port, "/predict").header("x-model-version"), Some("1"));
    serving.end("-TERM");
    let output = program().arg("serve").env("MODEL", "sentiment@77").env("PORT", "0").output().expect("it runs");
    assert_eq!(output.status.code(), Some(1));
    let line: serde_json::Value = serde_json::from_slice(&output.stdout).expect("one line of JSON");
    assert_eq!(line["level"], "error");
    assert!(
        line["error"].as_str().is_some_and(|words| words.contains("sentiment@1, sentiment@2, housing@1")),
        "{line}"
    );
}

#[test]
fn a_taken_port_is_said() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let output = run(&["serve", "--port", &port]);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(text.contains(&format!("cannot listen on 127.0.0.1:{port}")), "{text}");
}

#[test]
fn wrong_usage_is_told_apart() {
    for arguments in [&["serve", "--port", "70000"][..], &["nonsense"], &[], &["train"], &["train", "sentiment"]] {
        assert_eq!(run(arguments).status.code(), Some(2), "{arguments:?}");
    }
    for arguments in [&["--help"][..], &["--version"], &["serve", "--help"]] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        assert!(!output.stdout.is_empty());
    }
}

#[test]
fn models_are_trained_evaluated_and_listed() {
    let home = tempfile::tempdir().expect("a temporary directory");
    let data = home.path().join("invented.txt");
    let mut text = String::new();
    for thing in 0..60 {
        text += &format!("thing {thing} is splendid\t1\nthing {thing} is rotten\t0\n");
    }
    std::fs::write(&data, text).expect("written");
    let (data, out) = (data.to_str().expect("UTF-8"), home.path().join("model"));
    let out = out.to_str().expect("UTF-8");
    let trained = run(&["train", "sentiment", "--data", data, "--out", out, "--version", "9", "--created", "0"]);
    assert!(trained.status.success(), "{}", String::from_utf8_lossy(&trained.stderr));
    let again = run(&["train", "sentiment", "--data", data, "--out", out]);
    assert_eq!(again.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&again.stderr).contains("exists already"));
    let judged = run(&["evaluate", "sentiment", "--data", data, "--model", out, "--json"]);
    let figures: serde_json::Value = serde_json::from_slice(&judged.stdout).expect("JSON");
    assert_eq!((&figures["version"], &figures["metrics"]["accuracy"]), (&"9".into(), &1.0.into()));
    assert!(run(&["evaluate", "sentiment", "--data", data]).status.success());
    let listed = String::from_utf8(run(&["models"]).stdout).expect("UTF-8");
    assert!(listed.contains("sentiment@1") && listed.contains("sentiment@2"), "{listed}");
    let serving = Serving::start(&[("MODEL", out)]);
    assert_eq!(get(serving.port, "/ready").json()["model_version"], "9");
    serving.end("-TERM");
}
