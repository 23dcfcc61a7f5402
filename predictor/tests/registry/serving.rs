//! Serving from the registry: a real server follows approvals while requests come in.

use crate::moto::Moto;
use crate::program::Place;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// How long anything may take to happen.
const PATIENCE: Duration = Duration::from_secs(120);

struct Serving {
    child: Child,
    port: u16,
    log: Arc<Mutex<String>>,
}

struct Answer {
    status: u16,
    head: String,
    body: Value,
}

impl Serving {
    fn start(place: &Place, model: &str, more: &[(&str, &str)]) -> Self {
        let mut command = place.command(&["serve"]);
        command.env("PORT", "0").env("HOST", "127.0.0.1").env("MODEL", model).env("MODEL_POLL_S", "1");
        command.env("DRAIN_DELAY_MS", "0").envs(more.iter().copied()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("it starts");
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe"));
        let (log, mut port) = (Arc::new(Mutex::new(String::new())), None);
        while port.is_none() {
            let mut line = String::new();
            assert!(lines.read_line(&mut line).expect("UTF-8") > 0, "it ended early: {:?}", log.lock());
            let object: Value = serde_json::from_str(&line).expect("JSON");
            port = object["port"].as_u64().and_then(|port| u16::try_from(port).ok());
            log.lock().expect("not poisoned").push_str(&line);
        }
        let sink = Arc::clone(&log);
        std::thread::spawn(move || {
            for line in lines.lines().map_while(Result::ok) {
                sink.lock().expect("not poisoned").push_str(&(line + "\n"));
            }
        });
        Self { child, port: port.expect("a port"), log }
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> Answer {
        self.ask_as(None, method, path, body)
    }

    fn ask_as(&self, token: Option<&str>, method: &str, path: &str, body: &str) -> Answer {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        let length = body.len();
        let token = token.map(|token| format!("authorization: Bearer {token}\r\n")).unwrap_or_default();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\ncontent-type: application/json\r\n\
             {token}content-length: {length}\r\n\r\n{body}"
        );
        stream.write_all(head.as_bytes()).expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
        let status = head.split(' ').nth(1).expect("a status").parse().expect("a number");
        let body = serde_json::from_str(body).unwrap_or_else(|_| body.into());
        Answer { status, head: head.to_ascii_lowercase(), body }
    }

    fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, "")
    }

    /// The version that answers now.
    fn version(&self) -> Option<String> {
        let answer = self.ask("POST", "/predict", r#"{"text": "fine"}"#);
        (answer.status == 200).then(|| answer.body["version"].as_str().expect("a version").to_owned())
    }

    #[track_caller]
    fn eventually(&self, words: &str, mut holds: impl FnMut(&Self) -> bool) {
        let started = Instant::now();
        while !holds(self) {
            assert!(started.elapsed() < PATIENCE, "never: {words}\n{}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn log(&self) -> String {
        self.log.lock().expect("not poisoned").clone()
    }

    fn metric(&self, sample: &str) -> bool {
        let Value::String(text) = self.get("/metrics").body else { return false };
        text.lines().any(|line| line == sample)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn approve(place: &Place, version: &str) {
    place.run(&["approve", &format!("sentiment@{version}"), "--why", "better"]).done();
}

/// Passes every check of its bytes, but not its own golden examples.
fn register_broken(place: &Place, version: &str) {
    let artifact = place.artifact(version, |manifest| {
        manifest["examples"][0]["output"] = serde_json::json!([0.987_654, 0.012_346]);
    });
    place.run(&["register", &artifact]).failed(3, "golden example 0");
    place.run(&["approve", &format!("sentiment@{version}"), "--why", "by mistake", "--override"]).done();
}

#[test]
fn a_service_waits_for_an_approval_and_then_is_ready() {
    let place = Place::directory();
    place.register("1");
    let serving = Serving::start(&place, "sentiment", &[]);
    serving.eventually("the reason is said", |serving| {
        let ready = serving.get("/ready");
        assert_eq!((ready.status, ready.body["status"].as_str()), (503, Some("starting")));
        ready.body["detail"].as_str().is_some_and(|words| words.contains("no version is approved yet"))
    });
    assert_eq!(serving.get("/health").status, 200);
    let answer = serving.ask("POST", "/predict", r#"{"text": "fine"}"#);
    assert_eq!(answer.status, 503);
    assert!(answer.head.contains("\r\nretry-after: "), "{}", answer.head);
    approve(&place, "1");
    serving.eventually("it is ready", |serving| serving.get("/ready").status == 200);
    assert_eq!(serving.version().as_deref(), Some("1"));
    assert_eq!(serving.get("/v1/models").body["absent"], Value::Null, "nothing is waited for any more");
}

#[test]
fn a_shadow_that_is_there_first_answers_nothing_in_place_of_the_approved_version() {
    let place = Place::directory();
    place.register("7");
    let serving = Serving::start(&place, "sentiment", &[("MODEL_SHADOW", "sentiment@1")]);
    serving.eventually("the registry was asked", |serving| serving.log().contains("no version is approved yet"));
    assert_eq!(serving.get("/v1/models/sentiment/versions/1").status, 200, "the shadow is there");
    let ready = serving.get("/ready");
    assert_eq!((ready.status, ready.body["status"].as_str()), (503, Some("starting")));
    let answer = serving.ask("POST", "/predict", r#"{"text": "fine"}"#);
    assert_eq!(answer.status, 503, "{}", answer.body);
    approve(&place, "7");
    serving.eventually("it is ready", |serving| serving.get("/ready").status == 200);
    assert_eq!(serving.version().as_deref(), Some("7"));
    let compared = r#"predictor_shadow_compared_total{model="sentiment",version="1",primary="7"} 1"#;
    serving.eventually("the shadow judged", |serving| serving.metric(compared));
}

#[test]
fn a_candidate_stays_when_it_was_approved_and_another_version_is_after_it() {
    let place = Place::directory();
    for version in ["1", "7"] {
        place.register(version);
    }
    approve(&place, "1");
    let serving = Serving::start(&place, "sentiment", &[("MODEL_SPLIT", "sentiment@1=100")]);
    serving.eventually("it is ready", |serving| serving.get("/ready").status == 200);
    approve(&place, "7");
    serving
        .eventually("the new version is there", |serving| serving.get("/v1/models/sentiment/versions/7").status == 200);
    assert_eq!(serving.get("/v1/models/sentiment/versions/1").status, 200, "the split still wants it");
    assert_eq!(serving.version().as_deref(), Some("1"), "it has all of the traffic");
}

#[test]
fn an_administrator_loads_what_the_registry_has() {
    let place = Place::directory();
    place.register("1");
    place.register("7");
    approve(&place, "1");
    let token = "an-administrators-token-of-some-length";
    let serving = Serving::start(&place, "sentiment", &[("ADMIN_TOKEN", token)]);
    serving.eventually("it is ready", |serving| serving.get("/ready").status == 200);
    let load = |model: &str, version: &str| {
        let body = format!(r#"{{"parameters": {{"version": "{version}"}}}}"#);
        serving.ask_as(Some(token), "POST", &format!("/v2/repository/models/{model}/load"), &body)
    };
    let loaded = load("sentiment", "7");
    assert_eq!((loaded.status, loaded.body["state"].as_str()), (200, Some("READY")), "{}", loaded.body);
    assert_eq!(serving.get("/v1/models/sentiment/versions/7").status, 200);
    for (model, version, words) in [
        ("sentiment", "99", "version 99 is not registered"),
        ("weather", "approved", "no approved version"),
        ("%2e%2e", "1", "is not a model name"),
        ("sentiment", "../../1", "is not a version"),
    ] {
        let refused = load(model, version);
        assert_eq!(refused.status, 404, "{model}@{version}: {}", refused.body);
        // The words of the Open Inference Protocol's failures stand in `error`.
        assert!(refused.body.to_string().contains(words), "{model}@{version}: {}", refused.body);
    }
}

#[test]
fn an_approval_goes_into_service_under_load_without_a_failed_request() {
    let place = Place::directory();
    place.register("1");
    place.register("2");
    approve(&place, "1");
    let serving = Serving::start(&place, "sentiment@approved", &[]);
    serving.eventually("it is ready", |serving| serving.get("/ready").status == 200);
    let (stop, port) = (AtomicBool::new(false), serving.port);
    let seen = std::thread::scope(|scope| {
        let callers: Vec<_> = (0..4).map(|_| scope.spawn(|| call_until(port, &stop))).collect();
        for version in ["2", "1", "2"] {
            approve(&place, version);
            serving.eventually("the approved version answers", |serving| serving.version().as_deref() == Some(version));
        }
        stop.store(true, Ordering::Relaxed);
        callers.into_iter().map(|caller| caller.join().expect("no failed request")).collect::<Vec<_>>()
    });
    for versions in seen {
        // In the order of approvals, and never back and forth.
        assert_eq!(versions, ["1", "2", "1", "2"]);
    }
    assert!(serving.metric(r#"predictor_model_loads_total{model="sentiment",outcome="loaded"} 4"#));
    assert_eq!(serving.get("/v1/models").body["models"].as_array().map(Vec::len), Some(1), "the old one is gone");
}

/// Asks on one connection without a pause; gives the versions in the order in which they began to answer.
fn call_until(port: u16, stop: &AtomicBool) -> Vec<String> {
    let stream = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
    stream.set_nodelay(true).expect("no delay");
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    let mut stream = BufReader::new(stream);
    let mut versions: Vec<String> = Vec::new();
    let body = r#"{"text": "a wonderful day"}"#;
    let head = "POST /predict HTTP/1.1\r\nhost: test\r\ncontent-type: application/json\r\n";
    let request = format!("{head}content-length: {}\r\n\r\n{body}", body.len());
    while !stop.load(Ordering::Relaxed) {
        stream.get_mut().write_all(request.as_bytes()).expect("sent");
        let mut line = String::new();
        stream.read_line(&mut line).expect("a status line");
        assert!(line.starts_with("HTTP/1.1 200 "), "{line}");
        let mut length = 0;
        while line != "\r\n" {
            line.clear();
            stream.read_line(&mut line).expect("a header");
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length: ") {
                length = value.trim().parse().expect("a number");
            }
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body).expect("a body");
        let answer: Value = serde_json::from_slice(&body).expect("JSON");
        let version = answer["version"].as_str().expect("a version");
        if versions.last().is_none_or(|last| last != version) {
            versions.push(version.to_owned());
        }
    }
    versions
}

#[test]
fn a_broken_approved_model_is_not_taken_and_a_withdrawal_goes_back() {
    let place = Place::directory();
    place.register("1");
    approve(&place, "1");
    let serving = Serving::start(&place, "sentiment@approved", &[]);
    serving.eventually("it is ready", |serving| serving.get("/ready").status == 200);
    register_broken(&place, "2");
    let refused = r#"predictor_model_loads_total{model="sentiment",outcome="refused"} 1"#;
    serving.eventually("the refusal is counted", |serving| serving.metric(refused));
    assert_eq!(serving.version().as_deref(), Some("1"));
    assert_eq!(serving.get("/ready").status, 200);
    let absent = serving.get("/v1/models").body["absent"].clone();
    assert_eq!((&absent[0]["reference"], &absent[0]["state"]), (&"sentiment@2".into(), &"failed".into()));
    assert!(absent[0]["detail"].as_str().is_some_and(|words| words.contains("golden example 0")), "{absent}");
    assert!(serving.log().contains("approved model refused"), "{}", serving.log());
    // Not tried again until something changes; then once.
    std::thread::sleep(Duration::from_millis(2500));
    assert!(serving.metric(refused), "it was tried again for nothing");
    place.register("3");
    let again = r#"predictor_model_loads_total{model="sentiment",outcome="refused"} 2"#;
    serving.eventually("it is tried once more", |serving| serving.metric(again));
    approve(&place, "3");
    serving.eventually("the next one answers", |serving| serving.version().as_deref() == Some("3"));
    place.run(&["reject", "sentiment@2", "--why", "broken"]).done();
    place.run(&["reject", "sentiment@3", "--why", "withdrawn"]).done();
    serving.eventually("the one before answers", |serving| serving.version().as_deref() == Some("1"));
    serving.eventually("the refused one is forgotten", |serving| serving.get("/v1/models").body["absent"].is_null());
    place.run(&["reject", "sentiment@1", "--why", "all of them"]).done();
    serving.eventually("it says so", |serving| serving.log().contains("approvals cannot be followed"));
    assert_eq!(serving.version().as_deref(), Some("1"), "better than nothing");
}

#[test]
fn a_start_with_a_broken_newest_approval_takes_the_one_before() {
    let place = Place::directory();
    place.register("1");
    approve(&place, "1");
    register_broken(&place, "2");
    let serving = Serving::start(&place, "sentiment@approved", &[]);
    serving.eventually("it is ready", |serving| serving.get("/ready").status == 200);
    assert_eq!(serving.version().as_deref(), Some("1"));
    place.run(&["reject", "sentiment@1", "--why", "x"]).done();
    let end = place.command(&["serve"]).env("PORT", "0").env("MODEL", "sentiment").output().expect("it runs");
    assert_eq!(end.status.code(), Some(1));
    let text = String::from_utf8(end.stdout).expect("UTF-8");
    assert!(text.contains("sentiment@approved cannot be served: golden example 0"), "{text}");
}

#[test]
fn what_can_never_be_served_ends_the_service() {
    let place = Place::directory();
    place.register("1");
    let check = |model: &str, expect: &str| {
        let end = place.command(&["serve"]).env("PORT", "0").env("MODEL", model).output().expect("it runs");
        let text = String::from_utf8(end.stdout).expect("UTF-8");
        assert_eq!(end.status.code(), Some(1), "{text}");
        assert!(text.lines().last().is_some_and(|line| line.contains("stopped")) || text.contains(expect), "{text}");
        assert!(text.contains(expect), "{text}");
    };
    check("sentiment@9", "sentiment@9 cannot be served: sentiment: version 9 is not registered; there are 1");
    check("/nowhere/at/all", "there is no model");
    let nowhere = place.with("MODEL_STORE", "");
    let end =
        nowhere.command(&["serve"]).env("PORT", "0").env("MODEL", "sentiment@approved").output().expect("it runs");
    assert!(
        String::from_utf8_lossy(&end.stdout).contains("comes from a registry; say which by --store or MODEL_STORE")
    );
}

#[test]
fn models_come_through_s3_and_stay_when_it_goes() {
    let moto = Moto::start();
    let place = moto.store("models-served");
    place.register("1");
    place.register("7");
    approve(&place, "1");
    let cache = place.path("cache");
    let cache_text = cache.display().to_string();
    let serving = Serving::start(&place, "sentiment@approved,sentiment@7", &[("MODEL_CACHE", &cache_text)]);
    serving.eventually("it is ready", |serving| serving.get("/ready").status == 200);
    assert_eq!(serving.get("/v1/models/sentiment/versions/7").status, 200);
    serving.eventually("both are cached", |_| cache.join("sentiment/1/manifest.json").is_file());
    approve(&place, "7");
    serving.eventually("the approved version answers", |serving| serving.version().as_deref() == Some("7"));
    drop(moto);
    let gone = r#"predictor_registry_reachable{model="sentiment"} 0"#;
    serving.eventually("the loss is seen", |serving| serving.metric(gone));
    assert!(serving.log().contains("approvals cannot be followed"), "{}", serving.log());
    assert_eq!((serving.version().as_deref(), serving.get("/ready").status), (Some("7"), 200));
    // An exact version needs the store no more.
    let next = Serving::start(&place, "sentiment@7", &[("MODEL_CACHE", &cache_text)]);
    next.eventually("it is ready", |serving| serving.get("/ready").status == 200);
    // Whatever the cache holds is checked; this one has to wait for the store.
    std::fs::write(cache.join("sentiment/7/weights.bin"), "damaged").expect("written");
    let last = Serving::start(&place, "sentiment@7", &[("MODEL_CACHE", &cache_text)]);
    last.eventually("the damage is said", |serving| serving.log().contains("cache of models not used"));
    last.eventually("the reason is said", |serving| {
        let ready = serving.get("/ready");
        ready.status == 503
            && ready.body["detail"].as_str().is_some_and(|words| words.contains("is the endpoint right"))
    });
}
