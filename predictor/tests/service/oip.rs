//! The Open Inference Protocol, in its JSON form and with binary tensors; and as a client from outside speaks it.

use crate::client::{Answer, ask, get, post_json, post_json_to, post_request_to};
use crate::python::environment;
use crate::refusals::{is_problem, is_well};
use crate::running::Running;
use predictor::body::Limits;
use predictor::routes;
use predictor::server::Config;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;

const INFER: &str = "/v2/models/sentiment/infer";

fn text_tensor(texts: &[&str]) -> Value {
    json!({"name": "text", "datatype": "BYTES", "shape": [texts.len()], "data": texts})
}

fn infer(server: &Running, body: &Value) -> Answer {
    post_json_to(server.port, INFER, body.to_string().as_bytes())
}

/// A request whose JSON is followed by bytes.
fn infer_binary(server: &Running, head: &Value, bytes: &[u8]) -> Answer {
    let head = head.to_string();
    let header = format!("inference-header-content-length: {}\r\n", head.len());
    ask(server.port, &post_request_to(INFER, &header, &[head.as_bytes(), bytes].concat()))
}

fn packed(texts: &[&[u8]]) -> Vec<u8> {
    let pack = |text: &&[u8]| [&u32::try_from(text.len()).expect("short").to_le_bytes()[..], text].concat();
    texts.iter().flat_map(pack).collect()
}

/// A problem that clients of the protocol can read too.
fn is_refused(answer: &Answer, status: u16, what: &str) {
    is_problem(answer, status, what);
    let body = answer.json();
    assert!(body["error"].as_str().is_some_and(|words| !words.is_empty()), "{what}: {body}");
}

#[test]
fn metadata_and_health_have_their_shapes() {
    let mut server = Running::start();
    let about = get(server.port, "/v2").json();
    assert_eq!(about["name"], "predictor");
    assert_eq!(about["extensions"], json!(["binary_tensor_data"]));
    assert_eq!(get(server.port, "/v2/health/live").json(), json!({"live": true}));
    assert_eq!(get(server.port, "/v2/health/ready").json(), json!({"ready": true}));
    for path in ["/v2/models/sentiment", "/v2/models/sentiment/versions/2"] {
        let expect = json!({
            "name": "sentiment", "versions": ["2"], "platform": "predictor_sentiment",
            "inputs": [{"name": "text", "datatype": "BYTES", "shape": [-1], "parameters": {"optional": false}}],
            "outputs": [
                {"name": "label", "datatype": "BYTES", "shape": [-1]},
                {"name": "probabilities", "datatype": "FP64", "shape": [-1, 2],
                    "parameters": {"labels": ["negative", "positive"]}},
            ],
        });
        assert_eq!(get(server.port, path).json(), expect, "{path}");
        let ready = get(server.port, &format!("{path}/ready"));
        assert_eq!((ready.status, ready.json()), (200, json!({"name": "sentiment", "ready": true})));
    }
    for path in ["/v2/models/none", "/v2/models/none/ready", "/v2/models/sentiment/versions/9/ready", "/v2/x"] {
        is_refused(&get(server.port, path), 404, path);
    }
    is_refused(&get(server.port, INFER), 405, "a GET");
    assert!(get(server.port, "/v1/models/none").json().get("error").is_none(), "only clients of /v2 read it");
    server.start_draining();
    crate::running::eventually(|| (get(server.port, "/v2/health/ready").status == 503).then_some(()));
    assert_eq!(get(server.port, "/v2/health/live").status, 200);
}

#[test]
fn rows_are_answered_as_they_would_be_alone() {
    let server = Running::start();
    let texts = ["I loved this movie", "awful", "", "🙂"];
    let body = json!({"id": "7", "inputs": [text_tensor(&texts)], "x": [1]});
    let answer = infer(&server, &body);
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!((answer.header("x-model"), answer.header("x-model-version")), (Some("sentiment"), Some("2")));
    let answer = answer.json();
    assert_eq!(
        (&answer["id"], &answer["model_name"], &answer["model_version"]),
        (&json!("7"), &json!("sentiment"), &json!("2"))
    );
    let alone = |text: &&str| {
        let body = json!({ "text": text }).to_string();
        post_json_to(server.port, "/v1/models/sentiment/predict", body.as_bytes()).json()
    };
    let alone: Vec<Value> = texts.iter().map(alone).collect();
    let labels: Vec<&Value> = alone.iter().map(|answer| &answer["prediction"]).collect();
    assert_eq!(answer["outputs"][0], json!({"name": "label", "datatype": "BYTES", "shape": [4], "data": labels}));
    let shares = &answer["outputs"][1];
    assert_eq!((&shares["shape"], &shares["datatype"]), (&json!([4, 2]), &json!("FP64")));
    for (row, alone) in alone.iter().enumerate() {
        for (column, label) in ["negative", "positive"].iter().enumerate() {
            let (here, there) = (shares["data"][2 * row + column].as_f64(), alone["probabilities"][label].as_f64());
            let (here, there) = (here.expect("a number"), there.expect("a number"));
            assert!((here - there).abs() < 1e-5, "{row} {label}: {here} {there}");
        }
    }
    let nested = json!({"inputs": [
        {"name": "text", "datatype": "BYTES", "shape": [2, 1], "data": [["I loved this movie"], ["awful"]]}
    ], "outputs": [{"name": "label"}]});
    let answer = infer(&server, &nested).json();
    assert_eq!(answer["outputs"].as_array().map(Vec::len), Some(1));
    assert_eq!(answer["outputs"][0]["data"], json!(["positive", "negative"]));
    assert!(answer.get("id").is_none());
    let none = infer(&server, &json!({"inputs": [text_tensor(&[])]})).json();
    assert_eq!(none["outputs"][1]["shape"], json!([0, 2]));
}

#[test]
fn binary_tensors_go_in_and_out() {
    let server = Running::start();
    let bytes = packed(&[b"I loved this movie", b"awful"]);
    let input =
        json!({"name": "text", "datatype": "BYTES", "shape": [2], "parameters": {"binary_data_size": bytes.len()}});
    let plain = infer(&server, &json!({"inputs": [text_tensor(&["I loved this movie", "awful"])]})).json();
    let json_out = infer_binary(&server, &json!({"inputs": [input]}), &bytes);
    assert_eq!(json_out.json(), plain, "bytes in, JSON out");
    let head = json!({"inputs": [input], "parameters": {"binary_data_output": true},
        "outputs": [{"name": "probabilities"}, {"name": "label", "parameters": {"binary_data": false}}]});
    let answer = infer_binary(&server, &head, &bytes);
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/octet-stream")));
    let length = answer.header("inference-header-content-length").and_then(|value| value.parse().ok());
    let (head, tail) = answer.body.split_at(length.expect("a length"));
    let head: Value = serde_json::from_slice(head).expect("JSON");
    assert_eq!(head["outputs"][0]["parameters"]["binary_data_size"], 32);
    assert_eq!(head["outputs"][1]["data"], json!(["positive", "negative"]));
    let numbers: Vec<f64> = tail.as_chunks::<8>().0.iter().map(|chunk| f64::from_le_bytes(*chunk)).collect();
    assert_eq!(json!(numbers), plain["outputs"][1]["data"]);
}

#[test]
fn every_fault_of_tensors_is_named() {
    let server = Running::start();
    let check = |body: Value, pointer: &str, detail: &str| {
        let answer = infer(&server, &body);
        is_refused(&answer, 422, &body.to_string());
        let errors = &answer.json()["errors"];
        assert_eq!(errors[0]["pointer"], pointer, "{body}");
        assert!(errors[0]["detail"].as_str().is_some_and(|words| words.contains(detail)), "{body}: {errors}");
        is_well(&server);
    };
    let with = |name: &str, value: Value| {
        let mut tensor = text_tensor(&["fine", "fine"]);
        tensor[name] = value;
        json!({ "inputs": [tensor] })
    };
    check(json!({}), "/inputs", "at least one tensor");
    check(json!({"inputs": []}), "/inputs", "at least one tensor");
    check(json!({"inputs": [text_tensor(&["a"]), text_tensor(&["a"])]}), "/inputs", "has 2 tensors");
    check(with("name", json!("words")), "/inputs/0/name", "must be one of text");
    check(with("datatype", json!("FP64")), "/inputs/0/datatype", "must be one of BYTES for text");
    check(with("datatype", json!("STRING")), "/inputs/0/datatype", "must be one of BYTES for text");
    check(with("shape", json!([2, 2])), "/inputs/0/shape", "[n] or [n, 1]");
    check(with("shape", json!([])), "/inputs/0/shape", "[n] or [n, 1]");
    check(with("shape", json!([3])), "/inputs/0/data", "has 2 elements, and the shape says 3");
    check(with("data", json!(["fine", 5])), "/inputs/0/data/1", "(tensor text, row 1) must be a string, not a number");
    check(with("parameters", json!({"shared_memory_region": "x"})), "/inputs/0/parameters/shared_memory_region", "not");
    check(json!({"inputs": [{"name": "text"}]}), "/inputs/0/datatype", "must be one of");
    let asks = |output: Value| json!({"inputs": [text_tensor(&["a"])], "outputs": [{"name": "label"}, output]});
    check(asks(json!({"name": "score"})), "/outputs/1/name", "must be one of label, probabilities");
    check(asks(json!({"name": "label"})), "/outputs/1/name", "more than once");
    let classes = json!({"name": "probabilities", "parameters": {"classification": 1}});
    check(asks(classes), "/outputs/1/parameters/classification", "is not supported");
    let many =
        infer(&server, &json!({"inputs": [{"name": "text", "datatype": "BYTES", "shape": [3], "data": [1, 2, 3]}]}));
    let error = many.json()["error"].as_str().map(str::to_owned).expect("words");
    assert!(error.starts_with("3 fields are at fault. First: /inputs/0/data/0"), "{error}");
}

#[test]
fn bad_bodies_and_bytes_are_refused() {
    let server = Running::start();
    for body in [&b""[..], b"{", b"[]", b"\xff", br#"{"inputs": 5}"#, br#"{"inputs": [{"shape": ["a"]}]}"#] {
        let answer = post_json_to(server.port, INFER, body);
        is_refused(&answer, 400, &String::from_utf8_lossy(body));
    }
    let input = |rows: usize, size: usize| json!({"inputs": [{"name": "text", "datatype": "BYTES", "shape": [rows], "parameters": {"binary_data_size": size}}]});
    let check = |rows: usize, size: usize, bytes: &[u8], status: u16| {
        let answer = infer_binary(&server, &input(rows, size), bytes);
        is_refused(&answer, status, &format!("{rows} {size} {bytes:?}"));
        is_well(&server);
    };
    check(1, 5, b"", 400);
    check(1, 0, b"spare", 400);
    check(1, 5, b"abcde", 422);
    check(1, 4, &[255, 255, 255, 255], 422);
    check(2, 5, &packed(&[b"a"]), 422);
    check(1, 5, &packed(&[b"\xff"]), 422);
    check(0, 5, &packed(&[b"a"]), 422);
    for header in ["-1", "x", "99999999999999999999999", "", "1000"] {
        let header = format!("inference-header-content-length: {header}\r\n");
        is_refused(&ask(server.port, &post_request_to(INFER, &header, b"{}")), 400, &header);
    }
    is_refused(&ask(server.port, &post_request_to(INFER, "content-type: text/csv\r\n", b"{}")), 415, "type");
    is_refused(&post_json_to(server.port, "/v2/models/none/infer", b"{}"), 404, "model");
    is_well(&server);
}

#[test]
fn rows_and_bytes_are_bounded_as_those_of_batches() {
    let limits = Limits { rows: 3, batch_bytes: 5000, ..Limits::default() };
    let server = Running::with(Config { limits, ..Config::default() }, routes::all);
    assert_eq!(infer(&server, &json!({"inputs": [text_tensor(&["a"; 3])]})).status, 200);
    is_refused(&infer(&server, &json!({"inputs": [text_tensor(&["a"; 4])]})), 413, "rows");
    is_refused(&infer(&server, &json!({"inputs": [text_tensor(&["a"; 3000])]})), 413, "bytes");
    let false_shape = json!({"inputs": [{"name": "text", "datatype": "BYTES", "shape": [u64::MAX], "data": []}]});
    is_refused(&infer(&server, &false_shape), 413, "a shape beyond all data");
    assert_eq!(post_json(server.port, br#"{"text": "fine"}"#).status, 200);
}

#[test]
fn long_requests_are_answered() {
    let server = Running::start();
    let texts: Vec<String> = (0..5000).map(|number| format!("a good day number {number}")).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let answer = infer(&server, &json!({"inputs": [text_tensor(&texts)]})).json();
    assert_eq!(answer["outputs"][1]["shape"], json!([5000, 2]));
    assert_eq!(answer["outputs"][1]["data"].as_array().map(Vec::len), Some(10_000));
}

/// Triton's own client for Python, in a virtual environment under the target folder.
#[test]
fn a_client_from_outside_is_content() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/service/oip");
    let python = environment("oip", &tests.join("requirements.txt")).expect("the protocol's client").join("bin/python");
    let admin = "a-token-for-this-test".parse().expect("a token");
    let opening =
        || predictor::catalog::opening(None, None, predictor::served::Traffic::default(), false).expect("it opens");
    let server = Running::with_opening(Config { admin, ..Config::default() }, opening, routes::all);
    let mut command = Command::new(python);
    command.arg(tests.join("client.py")).env("PYTHONDONTWRITEBYTECODE", "1");
    command.env("QUARTERDECK_ADDRESS", format!("127.0.0.1:{}", server.port));
    let output = command.env("QUARTERDECK_TOKEN", "a-token-for-this-test").output().expect("it starts");
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "the client is not:\n{told}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(told.ends_with("content\n"), "{told}");
    assert!(!server.log.text().contains("a-token-for-this-test"), "the token is in the log");
}
