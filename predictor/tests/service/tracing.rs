//! The place of a request in a trace: taken over, answered, and written into the log.

use crate::client::{Answer, ask};
use crate::running::Running;

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

fn asked(server: &Running, headers: &str) -> (Answer, Vec<String>) {
    let answer = ask(server.port, format!("GET /predict HTTP/1.1\r\nhost: a\r\n{headers}\r\n").as_bytes());
    let place = answer.header("traceresponse").expect("a place in a trace");
    let parts = place.split('-').map(str::to_owned).collect();
    (answer, parts)
}

#[test]
fn a_trace_is_continued_and_logged() {
    let server = Running::start();
    let given = format!(
        "traceparent: 00-{TRACE}-b7ad6b7169203331-01\r\ntracestate: rojo=1, congo=t61\r\n\
         x-request-id: mine\r\nx-amzn-trace-id: Root=1-67891233-abcdef012345678912345678;Sampled=\"1\r\n"
    );
    let (answer, place) = asked(&server, &given);
    assert_eq!((place[0].as_str(), place[1].as_str(), place[3].as_str()), ("00", TRACE, "01"));
    assert_ne!(place[2], "b7ad6b7169203331", "this service is a part of its own");
    assert_eq!(answer.header("x-request-id"), Some("mine"));
    let line = server.log.wait_for(|line| line["request_id"] == "mine");
    assert_eq!((&line["trace_id"], &line["span_id"]), (&TRACE.into(), &place[2].as_str().into()));
    assert_eq!((&line["parent_id"], &line["tracestate"]), (&"b7ad6b7169203331".into(), &"rojo=1,congo=t61".into()));
    assert_eq!(line["amzn_trace_id"], "Root=1-67891233-abcdef012345678912345678;Sampled=1");
    assert_eq!((&line["model"], &line["model_version"]), (&"sentiment".into(), &"2".into()));
    assert_eq!((&line["route"], &line["bytes_in"]), (&"/predict".into(), &0.into()));
    assert_eq!(line["bytes_out"], answer.body.len());
}

#[test]
fn what_is_no_trace_begins_a_new_one() {
    let server = Running::start();
    let zero = "0".repeat(32);
    for bad in [
        String::new(),
        "traceparent: 00-xyz-b7ad6b7169203331-01\r\n".to_owned(),
        format!("traceparent: 00-{zero}-b7ad6b7169203331-01\r\ntracestate: rojo=1\r\n"),
        format!("traceparent: ff-{TRACE}-b7ad6b7169203331-01\r\n"),
        format!("traceparent: 00-{TRACE}-b7ad6b7169203331-01\r\ntraceparent: 00-{TRACE}-b7ad6b7169203331-01\r\n"),
    ] {
        let (answer, place) = asked(&server, &bad);
        assert!(place[1] != TRACE && place[1] != zero && place[1].len() == 32, "{bad}");
        assert_eq!(answer.header("x-request-id"), Some(place[1].as_str()), "one id is enough where none was given");
        let line = server.log.wait_for(|line| line["trace_id"] == place[1].as_str());
        assert!(line.get("parent_id").is_none() && line.get("tracestate").is_none(), "{line}");
    }
}
