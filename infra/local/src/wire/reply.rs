//! Answers and errors as HTTP responses, each in the protocol of its call.

use bytes::Bytes;
use http::Response;
use http_body_util::Full;

use super::body::ReplyBody;
pub(super) use super::route::guess_protocol;
use super::route::{Call, Protocol};
use super::{AwsError, Output, ServiceId, cbor, json, query_codes, xml};

/// A successful answer.
pub(super) fn success(call: &Call, output: Output) -> Response<ReplyBody> {
    let value = match output {
        Output::Json(text) => return respond(200, call.protocol, text),
        Output::Events(frames) => return stream(frames),
        Output::Tree(value) => value,
    };
    match call.protocol {
        Protocol::Json { .. } => respond(200, call.protocol, json::write(&value)),
        Protocol::Cbor => respond(200, call.protocol, cbor::write(&value)),
        Protocol::Query => {
            let id = request_id();
            let text = xml::write(&call.operation, namespace(call.service.target()), &id, &value);
            build(200, call.protocol, &id, &[], Bytes::from(text))
        }
    }
}

/// An error of the service whose target prefix is `target`.
pub(super) fn error(protocol: Protocol, target: &str, error: &AwsError) -> Response<ReplyBody> {
    let id = request_id();
    let old_code = query_codes::query_code(&error.code);
    let sender = error.status < 500;
    let query_error = format!("{old_code};{}", if sender { "Sender" } else { "Receiver" });
    let compatible = [("x-amzn-query-error", query_error.as_str())];
    match protocol {
        Protocol::Query => {
            let text = xml::write_error(namespace(target), &id, sender, old_code, &error.message);
            build(error.status, protocol, &id, &[], Bytes::from(text))
        }
        Protocol::Cbor => build(error.status, protocol, &id, &compatible, Bytes::from(cbor::write(&body(error)))),
        Protocol::Json { query_mode, .. } => {
            let headers: &[_] = if query_mode { &compatible } else { &[] };
            build(error.status, protocol, &id, headers, Bytes::from(json::write(&body(error))))
        }
    }
}

/// The error of an operation that the local stack does not answer, as the protocol has it.
pub(super) fn unknown_operation(call: &Call) -> AwsError {
    let operation = &call.operation;
    match call.protocol {
        Protocol::Query => AwsError::client(
            "InvalidAction",
            format!("Could not find operation {operation} for version {}", version(call.service)),
        ),
        Protocol::Cbor => AwsError { status: 404, ..AwsError::unknown_operation(operation) },
        Protocol::Json { .. } => AwsError::unknown_operation(operation),
    }
}

/// A JSON answer outside of AWS's protocols.
pub(super) fn plain_json(status: u16, value: &serde_json::Value) -> Response<ReplyBody> {
    let protocol = Protocol::Json { version: "", query_mode: false };
    build(status, protocol, &request_id(), &[], Bytes::from(value.to_string()))
}

/// What a proxy in between would say.
pub(super) fn html(status: u16) -> Response<ReplyBody> {
    let page = "<html><body><h1>Service Unavailable</h1></body></html>";
    let mut response = Response::new(ReplyBody::Full(Full::from(page)));
    *response.status_mut() = http::StatusCode::from_u16(status).unwrap_or(http::StatusCode::SERVICE_UNAVAILABLE);
    response.headers_mut().insert("content-type", http::HeaderValue::from_static("text/html"));
    response
}

fn body(error: &AwsError) -> super::Value {
    super::Value::Map(vec![("__type", error.code.as_str().into()), ("message", error.message.as_str().into())])
}

fn stream(frames: tokio::sync::mpsc::Receiver<Bytes>) -> Response<ReplyBody> {
    let mut response = Response::new(ReplyBody::Frames(frames));
    let headers = response.headers_mut();
    headers.insert("content-type", http::HeaderValue::from_static("application/vnd.amazon.eventstream"));
    if let Ok(id) = http::HeaderValue::from_str(&request_id()) {
        headers.insert("x-amzn-requestid", id);
    }
    response
}

fn respond(status: u16, protocol: Protocol, body: impl Into<Bytes>) -> Response<ReplyBody> {
    build(status, protocol, &request_id(), &[], body.into())
}

fn build(
    status: u16,
    protocol: Protocol,
    request_id: &str,
    headers: &[(&'static str, &str)],
    body: Bytes,
) -> Response<ReplyBody> {
    let mut response = Response::builder()
        .status(status)
        .header("content-type", content_type(protocol))
        .header("x-amzn-requestid", request_id);
    if protocol == Protocol::Cbor {
        response = response.header("smithy-protocol", "rpc-v2-cbor");
    }
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    response.body(ReplyBody::Full(Full::from(body))).unwrap_or_else(|_| html(500))
}

fn content_type(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Json { version: "1.0", .. } => "application/x-amz-json-1.0",
        Protocol::Json { version: "1.1", .. } => "application/x-amz-json-1.1",
        Protocol::Json { .. } => "application/json",
        Protocol::Cbor => "application/cbor",
        Protocol::Query => "text/xml",
    }
}

fn namespace(target: &str) -> &'static str {
    match target {
        "AWSSecurityTokenServiceV20110615" => "https://sts.amazonaws.com/doc/2011-06-15/",
        _ => "http://monitoring.amazonaws.com/doc/2010-08-01/",
    }
}

fn version(service: ServiceId) -> &'static str {
    match service {
        ServiceId::Ecs => "2014-11-13",
        ServiceId::Monitoring => "2010-08-01",
        ServiceId::Logs => "2014-03-28",
        ServiceId::Ecr => "2015-09-21",
        ServiceId::Sts => "2011-06-15",
    }
}

/// A random UUID.
fn request_id() -> String {
    let random = fastrand::u128(..) & !(0xf000 << 64) & !(0xc000 << 48) | 0x4000 << 64 | 0x8000 << 48;
    let hex = format!("{random:032x}");
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}
