//! Models, and predictions from a file, against a scripted service.

use quarterdeck::batch::{BatchNews, BatchRequest, Out};
use quarterdeck::effect::Request;
use quarterdeck::event::Facts;
use quarterdeck::model::{Catalog, ProblemKind};
use serde_json::{Value, json};

use crate::stub::{Answer, Call, Stub, ask, clients};

fn metadata() -> Value {
    json!({
        "name": "housing", "version": "1", "kind": "table", "task": "regression", "title": "Houses", "description": "",
        "state": "ready", "default": true, "target": {"name": "price", "unit": "USD"},
        "inputs": [{"name": "rooms", "type": "number", "description": "", "required": true, "minimum": 0, "example": 3}],
        "example": {"rooms": 3}, "metrics": {}, "created": "2026-11-01T00:00:00Z", "digest": "d",
        "library": {"name": "smartcore", "version": "0.7.0"}, "data": [],
    })
}

fn prediction(row: &Value) -> Value {
    json!({"model": "housing", "version": "1", "prediction": row["rooms"].as_f64().unwrap() * 1_000.0, "unit": "USD"})
}

/// Which ways of sending many rows the service understands.
#[derive(Clone, Copy)]
struct Ways {
    list: bool,
    lines: bool,
}

fn service(ways: Ways) -> impl Fn(&Call, usize) -> Answer {
    let refused = || (415, json!({"title": "Unsupported media type", "status": 415}).to_string());
    move |call, before| match (call.operation.as_str(), &call.body) {
        ("housing", _) => (200, metadata().to_string()),
        ("batch", Value::Array(_)) if !ways.list => refused(),
        // A list is answered whole or not at all.
        ("batch", Value::Array(rows)) if rows.iter().any(|row| row["rooms"] == 13) => {
            (422, json!({"title": "Invalid", "status": 422, "detail": "13 is no number of rooms"}).to_string())
        }
        ("batch", Value::Array(rows)) => {
            let all: Vec<Value> = rows.iter().map(prediction).collect();
            (200, json!({"model": "housing", "version": "1", "count": all.len(), "predictions": all}).to_string())
        }
        ("batch", _) if !ways.lines => refused(),
        ("batch", _) if before == 0 => (503, json!({"title": "Busy", "status": 503}).to_string()),
        ("batch", _) => {
            let line = |(index, line): (usize, &str)| {
                let row: Value = serde_json::from_str(line).unwrap();
                match row["rooms"] == 13 {
                    true => json!({"line": index + 1, "problem": {"title": "Invalid", "status": 422, "errors": [
                        {"pointer": "/rooms", "detail": "must not be 13"}]}}),
                    false => prediction(&row),
                }
            };
            let lines: Vec<String> = call.text.lines().enumerate().map(|pair| line(pair).to_string()).collect();
            (200, lines.join("\n"))
        }
        ("predict", row) if row["rooms"] == 13 => (422, json!({"title": "Invalid", "status": 422}).to_string()),
        ("predict", row) => (200, prediction(row).to_string()),
        _ => (404, "{}".to_owned()),
    }
}

async fn run(stub: &Stub, file: &str, send: bool, out: Out) -> Result<(Vec<BatchNews>, BatchNews), String> {
    let (clients, _folder) = clients(stub, |_| {});
    let request = BatchRequest {
        base: stub.endpoint.clone(),
        model: "housing".into(),
        version: None,
        file: file.into(),
        send,
        out,
    };
    let came = ask(&clients, Request::Batch(request)).await;
    if let Err(problem) = came.end {
        return Err(problem.message);
    }
    let mut news: Vec<BatchNews> = came
        .parts
        .into_iter()
        .filter_map(|facts| match facts {
            Facts::Batch(news) => Some(*news),
            _ => None,
        })
        .collect();
    let mut last = news.pop().unwrap();
    last.lines = news.iter().flat_map(|part| part.lines.clone()).chain(last.lines).collect();
    Ok((news, last))
}

fn file(folder: &tempfile::TempDir, name: &str, text: &str) -> String {
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[tokio::test]
async fn every_way_of_sending_gives_each_row_its_answer() {
    let folder = tempfile::tempdir().unwrap();
    let csv = file(&folder, "houses.csv", "rooms,price\n1,9\nx,9\n13,9\n4,9\n");
    for (list, lines, way) in [(true, true, "as NDJSON"), (false, true, "as NDJSON"), (false, false, "one by one")] {
        let stub = Stub::start(service(Ways { list, lines })).await;
        let (_, news) = run(&stub, &csv, true, Out::Nowhere).await.unwrap();
        let judged: Vec<(u64, bool)> = news.lines.iter().map(|line| (line.line, line.answer.is_ok())).collect();
        assert_eq!(judged, [(2, true), (3, false), (4, false), (5, true)], "{way}");
        assert_eq!((news.way, news.tally.answered, news.tally.refused), (way, 2, 2));
        assert_eq!(news.unused, ["price"]);
        let sent: String = stub.calls("batch").iter().chain(&stub.calls("predict")).map(|c| c.text.clone()).collect();
        assert!(!sent.contains('x') && !sent.contains("price"), "what is refused here is not sent: {sent}");
    }
}

#[tokio::test]
async fn checking_sends_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let list = file(&folder, "houses.json", r#"[{"rooms":1},{"rooms":-1}]"#);
    let stub = Stub::start(service(Ways { list: true, lines: true })).await;
    let (_, news) = run(&stub, &list, false, Out::Beside).await.unwrap();
    assert_eq!((news.rows, news.tally.answered, news.tally.refused, news.out), (2, 1, 1, None));
    assert_eq!(news.lines[0].answer, Err("rooms must be at least 0".to_owned()));
    assert_eq!(stub.calls("batch").len() + stub.calls("predict").len(), 0);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn large_files_go_in_parts_and_answers_never_over_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let rows: String = (0..30_000).map(|index| format!("{{\"rooms\":{}}}\n", index % 10)).collect();
    let lines = file(&folder, "houses.ndjson", &rows);
    let taken = file(&folder, "houses.predictions.ndjson", "mine");
    let stub = Stub::start(service(Ways { list: true, lines: true })).await;
    let (parts, last) = run(&stub, &lines, true, Out::Beside).await.unwrap();
    assert_eq!((last.rows, last.tally.answered, last.way), (30_000, 30_000, "as NDJSON"));
    assert!(parts.iter().all(|part| part.lines.len() <= 500) && parts.len() >= 30, "{}", parts.len());
    let out = last.out.unwrap();
    assert!(out.ends_with("houses.predictions-2.ndjson"), "{out}");
    assert_eq!(std::fs::read_to_string(&taken).unwrap(), "mine");
    let written = std::fs::read_to_string(&out).unwrap();
    assert_eq!(written.lines().count(), 30_000);
    let third: Value = serde_json::from_str(written.lines().nth(2).unwrap()).unwrap();
    assert_eq!((&third["line"], &third["answer"]["prediction"]), (&json!(3), &json!(2_000.0)));
    let before = stub.count();
    let refused = run(&stub, &lines, true, Out::At(taken)).await.unwrap_err();
    assert!(refused.contains("exists; nothing was sent") && stub.count() == before + 1, "{refused}");
}

#[tokio::test]
async fn a_service_that_stops_answering_ends_it_with_what_there_is() {
    let folder = tempfile::tempdir().unwrap();
    let rows: String = (0..1_200).map(|index| format!("{{\"rooms\":{index}}}\n")).collect();
    let lines = file(&folder, "houses.ndjson", &rows);
    let stub = Stub::start(|call, before| match (call.operation.as_str(), before) {
        ("housing", _) => (200, metadata().to_string()),
        ("batch", 0) => {
            let all: Vec<Value> = call.body.as_array().unwrap().iter().map(prediction).collect();
            (200, json!({"model": "housing", "version": "1", "count": all.len(), "predictions": all}).to_string())
        }
        _ => (500, json!({"title": "Internal Server Error", "status": 500, "detail": "broken"}).to_string()),
    })
    .await;
    let (_, last) = run(&stub, &lines, true, Out::Beside).await.unwrap();
    assert_eq!((last.stopped.as_deref(), last.tally.answered), (Some("broken"), 500));
    assert_eq!(std::fs::read_to_string(last.out.unwrap()).unwrap().lines().count(), 500);
}

#[tokio::test]
async fn what_cannot_be_read_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let stub = Stub::start(service(Ways { list: true, lines: true })).await;
    for (name, text, words) in [
        ("a.txt", "", "must end with"),
        ("b.json", "{", "not JSON"),
        ("c.csv", "colour\nred\n", "no column is a field"),
    ] {
        let refused = run(&stub, &file(&folder, name, text), false, Out::Nowhere).await.unwrap_err();
        assert!(refused.contains(words), "{refused}");
    }
    let refused = run(&stub, "/no/such.csv", false, Out::Nowhere).await.unwrap_err();
    assert!(refused.contains("No such file"), "{refused}");
}

#[tokio::test]
async fn models_are_told_of_or_not() {
    let list = || json!({"models": [metadata()], "default_model": "housing"}).to_string();
    for (status, body, expect) in [
        (200, list(), Some(Ok(1))),
        (200, json!({"models": [], "default_model": null}).to_string(), Some(Err("no model"))),
        (200, "<html>".to_owned(), Some(Err("not readable"))),
        (404, "{}".to_owned(), Some(Err("404"))),
        (503, "{}".to_owned(), None),
    ] {
        let stub = Stub::start(move |_, _| (status, body.clone())).await;
        let (clients, _folder) = clients(&stub, |_| {});
        let came = ask(&clients, Request::Models { base: stub.endpoint.clone() }).await;
        match (came.parts.into_iter().next(), expect) {
            (Some(Facts::Models(Catalog::Listed(list))), Some(Ok(count))) => assert_eq!(list.models.len(), count),
            (Some(Facts::Models(Catalog::Untold(why))), Some(Err(words))) => assert!(why.contains(words), "{why}"),
            (None, None) => assert_eq!(came.end.unwrap_err().kind, ProblemKind::Service),
            other => panic!("{other:?}"),
        }
    }
}
