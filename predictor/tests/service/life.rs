//! Drift, splits and shadows as an operator sees them; metrics as Prometheus' own linter reads them.

use crate::client::{Connection, ask, get, post_request};
use crate::running::{Running, eventually};
use predictor::catalog;
use predictor::routes;
use predictor::served::{Opening, Traffic};
use predictor::server::Config;
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Duration;

fn running(splits: &'static str, shadows: &'static str) -> Running {
    let config = Config { drift_every: Duration::from_millis(10), ..Config::default() };
    let opening = move || {
        let traffic = Traffic::read(Some(splits), Some(shadows)).expect("traffic");
        let opening = catalog::opening(Some("sentiment@1,sentiment@2"), None, traffic, false).expect("embedded models");
        Opening { drift_rows: 400, ..opening }
    };
    Running::with_opening(config, opening, routes::all)
}

fn feed(connection: &mut Connection, texts: &[&str], rows: usize) {
    for text in texts.iter().cycle().take(rows) {
        let body = serde_json::json!({ "text": text }).to_string();
        let answer = connection.exchange(&post_request("content-type: application/json\r\n", body.as_bytes()));
        assert_eq!(answer.status, 200);
    }
}

#[test]
fn texts_in_another_language_are_seen() {
    let server = running("", "");
    let report = || get(server.port, "/v1/models/sentiment/drift").json();
    let metric = |wanted: &str| get(server.port, "/metrics").text().lines().any(|line| line == wanted);
    assert_eq!((&report()["state"], &report()["rows"]), (&"too_few_rows".into(), &0.into()));
    assert!(metric(r#"predictor_drift_detected{model="sentiment",version="2"} 0"#));
    let mut connection = Connection::open(server.port);
    feed(&mut connection, &["Отличный фильм, всем советую", "Плохая еда и медленная доставка"], 200);
    let drifted = report();
    assert_eq!(
        (&drifted["state"], &drifted["drifted"], &drifted["version"]),
        (&"drifted".into(), &true.into(), &"2".into())
    );
    let features = drifted["features"].as_array().expect("features");
    let known = features.iter().find(|feature| feature["name"] == "known_share").expect("a feature");
    assert!(known["psi"].as_f64() > known["threshold"].as_f64() && known["drifted"] == true, "{known}");
    let foreign = features.iter().find(|feature| feature["name"] == "non_ascii_share").expect("a feature");
    assert_eq!(foreign["drifted"], true, "{foreign}");
    let line = server.log.wait_for(|line| line["message"] == "drift began");
    assert_eq!(
        (&line["level"], &line["model"], &line["model_version"]),
        (&"warn".into(), &"sentiment".into(), &"2".into())
    );
    assert!(metric(r#"predictor_drift_detected{model="sentiment",version="2"} 1"#));
    assert!(metric(r#"predictor_drift_detected{model="sentiment",version="1"} 0"#), "the other version had no rows");
    let other = get(server.port, "/v1/models/sentiment/versions/1/drift").json();
    assert_eq!((&other["state"], &other["rows"]), (&"too_few_rows".into(), &0.into()));
    assert!(!server.log.text().contains("фильм"), "texts are never logged");
}

#[test]
fn a_split_is_sticky_and_told_in_each_answer() {
    let server = running("sentiment@1=50", "");
    let version = |path: &str, headers: &str| {
        let request = format!("GET {path} HTTP/1.1\r\nhost: a\r\n{headers}\r\n");
        ask(server.port, request.as_bytes()).header("x-model-version").expect("a version").to_owned()
    };
    let of = |user: usize| version("/predict?text=fine", &format!("x-split-key: user-{user}\r\n"));
    let versions: Vec<String> = (0..40).map(of).collect();
    assert!(versions.iter().any(|version| version == "1") && versions.iter().any(|version| version == "2"));
    assert!((0..40).all(|user| of(user) == versions[user]), "the same user gets the same version");
    let by_id = |id: usize| version("/predict", &format!("x-request-id: user-{id}\r\n"));
    assert!((0..40).all(|id| by_id(id) == versions[id]), "the request id stands for the key");
    let metadata = get(server.port, "/v1/models/sentiment").json();
    assert_eq!(metadata["version"], "2", "the primary version is described");
}

#[test]
fn a_shadow_is_compared_and_never_answers() {
    let server = running("", "sentiment@1");
    let mut connection = Connection::open(server.port);
    feed(&mut connection, &["I loved this movie", "awful", "not bad at all"], 30);
    let labels = r#"{model="sentiment",version="1",primary="2"}"#;
    let text = eventually(|| {
        let text = get(server.port, "/metrics").text().to_owned();
        text.contains(&format!("predictor_shadow_compared_total{labels} 30")).then_some(text)
    });
    let number = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(&format!("{name}{labels} "))).expect("a sample");
        line.parse::<f64>().expect("a number")
    };
    assert!((0.0..=1.0).contains(&number("predictor_shadow_agreement_ratio")));
    assert!(number("predictor_shadow_mean_absolute_difference") > 0.0);
    assert!(!text.contains(r#"predictor_predictions_total{model="sentiment",version="1",label="positive"} 1"#));
    let listening = server.log.wait_for(|line| line["message"] == "listening");
    assert_eq!(listening["shadows"], serde_json::json!(["sentiment@1"]));
}

#[test]
fn prometheus_own_linter_finds_nothing() {
    let server = running("", "sentiment@1");
    feed(&mut Connection::open(server.port), &["I loved this movie", "awful"], 120);
    let text = get(server.port, "/metrics").text().to_owned();
    let linter = std::env::var_os("PROMTOOL").unwrap_or_else(|| "promtool".into());
    let mut command = Command::new(linter);
    let started =
        command.args(["check", "metrics"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let Ok(mut child) = started.spawn() else {
        let words = "SKIPPED: promtool is not installed (Debian: apt-get install prometheus); metrics were not linted";
        let _ = writeln!(std::io::stderr(), "\n{words}\n");
        return;
    };
    child.stdin.take().expect("piped").write_all(text.as_bytes()).expect("promtool reads");
    let output = child.wait_with_output().expect("promtool ends");
    let words = [output.stdout, output.stderr].concat();
    let words = String::from_utf8_lossy(&words);
    assert!(output.status.success() && words.trim().is_empty(), "{words}\n{text}");
}
