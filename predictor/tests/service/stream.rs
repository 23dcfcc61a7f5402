//! Lines in, lines out.

use crate::client::{Connection, ask, chunked_request_to, gzip, post_json, post_request_to};
use crate::refusals::is_well;
use crate::running::{Running, eventually};
use predictor::body::Limits;
use predictor::routes;
use predictor::server::Config;
use serde_json::{Value, json};
use std::time::Duration;

const NDJSON: &str = "content-type: application/x-ndjson\r\n";

#[test]
fn each_line_is_answered_in_its_place() {
    let server = Running::start();
    let body = b"{\"text\": \"I loved this movie\"}\r\n\n{\"text\": 5}\nnot json\n  {\"text\": \"awful\"}";
    let expect = post_json(server.port, br#"{"text": "I loved this movie"}"#).json();
    for piece in [1, 10, 1000] {
        let answer = ask(server.port, &chunked_request_to("/predict/batch", NDJSON, body, piece));
        assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/x-ndjson")));
        assert_eq!(answer.header("x-model-version"), Some("2"));
        let lines = answer.json_lines();
        assert_eq!((lines.len(), &lines[0]), (4, &expect));
        assert_eq!((&lines[1]["line"], &lines[1]["problem"]["status"]), (&json!(3), &json!(422)));
        assert_eq!(lines[1]["problem"]["errors"][0]["pointer"], "/text");
        assert_eq!((&lines[2]["line"], &lines[2]["problem"]["status"]), (&json!(4), &json!(400)));
        assert_eq!(lines[3]["sentiment"], "negative");
    }
    let general = post_request_to("/v1/models/sentiment/predict/batch?explain=1", NDJSON, b"{\"text\": \"awful\"}\n");
    let lines = ask(server.port, &general).json_lines();
    assert_eq!((lines.len(), &lines[0]["prediction"]), (1, &json!("negative")));
    assert_eq!(lines[0]["explanation"]["contributions"][0]["feature"], "awful");
    assert_eq!(ask(server.port, &post_request_to("/predict/batch", NDJSON, b"")).json_lines(), Vec::<Value>::new());
}

#[test]
fn answers_come_while_lines_are_still_sent() {
    let server = Running::start();
    let mut connection = Connection::open(server.port);
    let head = format!("POST /predict/batch HTTP/1.1\r\nhost: a\r\n{NDJSON}transfer-encoding: chunked\r\n\r\n");
    connection.send(head.as_bytes());
    for number in 0..3 {
        let line = format!("{{\"text\": \"good number {number}\"}}\n");
        connection.send(format!("{:x}\r\n{line}\r\n", line.len()).as_bytes());
        if number == 0 {
            assert_eq!(connection.read(false).expect("the head comes at once").status, 200);
        }
        let answer = connection.chunk().expect("an answer before the next line");
        assert!(answer.starts_with(b"{\"sentiment\":\"positive\""), "{}", String::from_utf8_lossy(&answer));
    }
    connection.send(b"0\r\n\r\n");
    assert!(connection.chunk().is_none());
    // The connection goes on.
    assert_eq!(connection.exchange(b"GET /health HTTP/1.1\r\nhost: a\r\n\r\n").status, 200);
}

#[test]
fn answers_come_compressed_while_lines_are_still_sent() {
    let server = Running::start();
    let mut connection = Connection::open(server.port);
    let headers = format!("{NDJSON}accept-encoding: gzip\r\n");
    let head = format!("POST /predict/batch HTTP/1.1\r\nhost: a\r\n{headers}transfer-encoding: chunked\r\n\r\n");
    connection.send(head.as_bytes());
    let mut expander = flate2::write::GzDecoder::new(Vec::new());
    for number in 0..3 {
        let line = format!("{{\"text\": \"good number {number}\"}}\n");
        connection.send(format!("{:x}\r\n{line}\r\n", line.len()).as_bytes());
        if number == 0 {
            let answer = connection.read(false).expect("the head comes at once");
            assert_eq!((answer.status, answer.header("content-encoding")), (200, Some("gzip")));
            assert_eq!(answer.header("x-accel-buffering"), Some("no"), "nor may a proxy collect it");
            assert_eq!(answer.header("content-length"), None);
        }
        while expander.get_ref().iter().filter(|byte| **byte == b'\n').count() <= number {
            let part = connection.chunk().expect("an answer before the next line");
            std::io::Write::write_all(&mut expander, &part).expect("gzip");
            std::io::Write::flush(&mut expander).expect("memory");
        }
    }
    connection.send(b"0\r\n\r\n");
    while connection.chunk().is_some() {}
    is_well(&server);
}

#[test]
fn streams_are_of_any_length_and_a_reader_that_stops_stops_the_work() {
    let server = Running::start();
    let line = format!("{{\"text\": \"{}\"}}\n", "a good day ".repeat(9));
    let lines = line.repeat(500);
    let chunk = [format!("{:x}\r\n", lines.len()).as_bytes(), lines.as_bytes(), b"\r\n"].concat();
    let counter = || {
        let text = server.service.metrics.openmetrics().expect("metrics");
        let line =
            text.lines().find(|line| line.starts_with("predictor_predictions_total") && line.contains("positive"));
        line.and_then(|line| line.rsplit(' ').next()?.parse::<u64>().ok()).unwrap_or_default()
    };
    let mut connection = Connection::open(server.port);
    let head = format!("POST /predict/batch HTTP/1.1\r\nhost: a\r\n{NDJSON}transfer-encoding: chunked\r\n\r\n");
    connection.send(head.as_bytes());
    // Nobody reads: what fits into the buffers is judged, and then no more, however much is sent.
    connection.send_until_stuck(&chunk, 2000);
    let mut before = counter();
    eventually(|| {
        std::thread::sleep(Duration::from_millis(100));
        let now = counter();
        let rests = now == before && now > 0;
        before = now;
        rests.then_some(())
    });
    assert!(counter() < 2000 * 500, "work went on without a reader");
    drop(connection);
    eventually(|| (server.service.metrics.in_flight.get() == 0).then_some(()));
    is_well(&server);
}

#[test]
fn long_streams_are_answered_whole() {
    let server = Running::start();
    let line = b"{\"text\": \"it was a good day\"}\n";
    let body = line.repeat(100_000);
    let reader = std::thread::scope(|scope| {
        let mut connection = Connection::open(server.port);
        let mut sender = connection.sender();
        let request = chunked_request_to("/predict/batch", NDJSON, &body, 60_000);
        scope.spawn(move || std::io::Write::write_all(&mut sender, &request).expect("sent"));
        connection.read(true).expect("an answer")
    });
    let answers = reader.text().lines().count();
    assert_eq!(answers, 100_000);
}

#[test]
fn lines_are_bounded_and_what_breaks_a_stream_is_said() {
    let limits = Limits { bytes: 100, time: Duration::from_millis(200), ..Limits::default() };
    let server = Running::with(Config { limits, ..Config::default() }, routes::all);
    let long = format!("{{\"text\": \"a\"}}\n{{\"text\": \"{}\"}}\n{{\"text\": \"b\"}}\n", "x".repeat(100_000));
    let lines = ask(server.port, &chunked_request_to("/predict/batch", NDJSON, long.as_bytes(), 999)).json_lines();
    assert_eq!((lines.len(), &lines[1]["line"], &lines[1]["problem"]["status"]), (3, &json!(2), &json!(413)));
    let words = "A line may have at most 100 bytes; this one was passed over.";
    assert_eq!(lines[1]["problem"]["detail"], words);

    let mut connection = Connection::open(server.port);
    let head = format!("POST /predict/batch HTTP/1.1\r\nhost: a\r\n{NDJSON}content-length: 1000\r\n\r\n");
    connection.send(head.as_bytes());
    connection.send(b"{\"text\": \"good\"}\n{\"text\": \"ba");
    let lines = connection.read(true).expect("an answer").json_lines();
    assert_eq!((&lines[0]["sentiment"], &lines[1]["line"]), (&json!("positive"), &json!(2)));
    assert_eq!(lines[1]["problem"]["status"], 408);

    let zipped = format!("{NDJSON}content-encoding: gzip\r\n");
    let cut = gzip(b"{\"text\": \"good\"}\n{\"text\": \"good\"}\n");
    let lines = ask(server.port, &post_request_to("/predict/batch", &zipped, &cut[..cut.len() - 4])).json_lines();
    assert_eq!(lines.last().expect("a last line")["problem"]["status"], 400);
    let dirty = [&cut[..], b"behind it there is something else"].concat();
    let lines = ask(server.port, &post_request_to("/predict/batch", &zipped, &dirty)).json_lines();
    assert_eq!((lines.len(), &lines[1]["sentiment"]), (3, &json!("positive")), "whole lines before the fault");
    assert_eq!((&lines[2]["line"], &lines[2]["problem"]["status"]), (&json!(3), &json!(400)));
}

#[test]
fn a_line_that_trickles_in_is_given_up() {
    let limits = Limits { time: Duration::from_millis(300), ..Limits::default() };
    let server = Running::with(Config { limits, ..Config::default() }, routes::all);
    let mut connection = Connection::open(server.port);
    let mut sender = connection.sender();
    let head = format!("POST /predict/batch HTTP/1.1\r\nhost: a\r\n{NDJSON}transfer-encoding: chunked\r\n\r\n");
    connection.send(head.as_bytes());
    let lines = std::thread::scope(|scope| {
        scope.spawn(move || {
            // Never a long pause, and never a whole line; a server that waits for ever gets an end at last.
            for _ in 0..500 {
                if std::io::Write::write_all(&mut sender, b"1\r\nx\r\n").is_err() {
                    return;
                }
                std::thread::sleep(Duration::from_millis(20));
            }
            let _ = std::io::Write::write_all(&mut sender, b"0\r\n\r\n");
        });
        connection.read(true).expect("an answer").json_lines()
    });
    assert_eq!((lines.len(), &lines[0]["problem"]["status"]), (1, &json!(408)));
}

#[test]
fn compressed_streams_go_both_ways() {
    let server = Running::start();
    let body = b"{\"text\": \"it was a good day\"}\n".repeat(20_000);
    let headers = format!("{NDJSON}content-encoding: gzip\r\naccept-encoding: gzip\r\n");
    let answer = ask(server.port, &post_request_to("/predict/batch", &headers, &gzip(&body)));
    let expanded = answer.expanded();
    assert_eq!(expanded.iter().filter(|byte| **byte == b'\n').count(), 20_000);
    assert!(answer.body.len() * 10 < expanded.len());
}
