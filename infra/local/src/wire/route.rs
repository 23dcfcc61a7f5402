//! Which service and operation a request means, in the order that works: protocol header, target header, form body.
//! Credentials are not verified; their scope only tells the service of a query call.

use bytes::Bytes;
use http::HeaderMap;
use http::request::Parts;

use super::{AwsError, Input, MemberKind, ServiceId, cbor, query};

/// The protocol of a call, which is also the protocol of its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protocol {
    /// awsJson; `query_mode` is set by clients of services that once spoke awsQuery.
    Json { version: &'static str, query_mode: bool },
    /// rpc-v2-cbor.
    Cbor,
    /// awsQuery: a form in, XML out.
    Query,
}

/// A call that was understood, its body not yet.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) service: ServiceId,
    pub(super) operation: String,
    pub(super) protocol: Protocol,
    body: Bytes,
}

impl Call {
    pub(super) fn input(&self, members: &[(&str, MemberKind)]) -> Result<Input, AwsError> {
        match self.protocol {
            Protocol::Json { .. } => Ok(Input::from_json(self.body.clone())),
            Protocol::Cbor => cbor::read(&self.body).map(Input::from_tree),
            Protocol::Query => query::read(&self.body, members).map(Input::from_tree),
        }
    }
}

impl ServiceId {
    /// Whether the service answers in this protocol.
    pub(super) fn speaks(self, protocol: Protocol) -> bool {
        match self {
            Self::Monitoring => true,
            Self::Sts => protocol == Protocol::Query,
            Self::Ecs | Self::Logs | Self::Ecr => matches!(protocol, Protocol::Json { .. }),
        }
    }
}

/// Finds the call that a request means.
pub(super) fn find(request: &Parts, body: Bytes) -> Result<Call, AwsError> {
    let headers = &request.headers;
    if text(headers, "smithy-protocol") == Some("rpc-v2-cbor") {
        return cbor_call(request.uri.path(), body);
    }
    if let Some(target) = text(headers, "x-amz-target") {
        return json_call(headers, target, body);
    }
    let form = if body.is_empty() { Bytes::from(request.uri.query().unwrap_or_default().to_owned()) } else { body };
    query_call(headers, form)
}

/// The protocol that a request seems to speak, for errors before its call is known.
pub(super) fn guess_protocol(request: &Parts) -> Protocol {
    if text(&request.headers, "smithy-protocol") == Some("rpc-v2-cbor") {
        Protocol::Cbor
    } else if text(&request.headers, "content-type").is_some_and(|kind| kind.contains("form-urlencoded")) {
        Protocol::Query
    } else {
        json_protocol(&request.headers)
    }
}

fn cbor_call(path: &str, body: Bytes) -> Result<Call, AwsError> {
    let unknown = || AwsError { status: 404, ..AwsError::unknown_operation(path) };
    let (_, named) = path.rsplit_once("/service/").ok_or_else(unknown)?;
    let (target, operation) = named.split_once("/operation/").ok_or_else(unknown)?;
    let service = by_target(target).ok_or_else(unknown)?;
    Ok(Call { service, operation: operation.to_owned(), protocol: Protocol::Cbor, body })
}

fn json_call(headers: &HeaderMap, target: &str, body: Bytes) -> Result<Call, AwsError> {
    let unknown = || AwsError::unknown_operation(target);
    let (prefix, operation) = target.split_once('.').ok_or_else(unknown)?;
    let service = by_target(prefix).ok_or_else(unknown)?;
    Ok(Call { service, operation: operation.to_owned(), protocol: json_protocol(headers), body })
}

fn query_call(headers: &HeaderMap, form: Bytes) -> Result<Call, AwsError> {
    let action = query::member(&form, "Action").ok_or_else(|| {
        AwsError::client("MissingAction", "The request must contain the parameter Action or the header X-Amz-Target.")
    })?;
    let service = scope_service(headers)
        .or_else(|| by_version(&query::member(&form, "Version")?))
        .ok_or_else(|| AwsError::client("InvalidAction", format!("Could not find operation {action}")))?;
    Ok(Call { service, operation: action, protocol: Protocol::Query, body: form })
}

fn json_protocol(headers: &HeaderMap) -> Protocol {
    let version = match text(headers, "content-type") {
        Some(kind) if kind.contains("json-1.0") => "1.0",
        _ => "1.1",
    };
    Protocol::Json { version, query_mode: headers.contains_key("x-amzn-query-mode") }
}

fn by_target(target: &str) -> Option<ServiceId> {
    ServiceId::ALL.into_iter().find(|service| service.target() == target)
}

fn by_version(version: &str) -> Option<ServiceId> {
    match version {
        "2010-08-01" => Some(ServiceId::Monitoring),
        "2011-06-15" => Some(ServiceId::Sts),
        _ => None,
    }
}

/// The service in `Credential=KEY/DATE/REGION/SERVICE/aws4_request`.
fn scope_service(headers: &HeaderMap) -> Option<ServiceId> {
    let (_, credential) = text(headers, "authorization")?.split_once("Credential=")?;
    let name = credential.split([',', ' ']).next()?.split('/').nth(3)?;
    ServiceId::ALL.into_iter().find(|service| service.signing_name() == name)
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(path: &str, headers: &[(&str, &str)]) -> Parts {
        let mut builder = http::Request::post(path);
        for (name, value) in headers {
            builder = builder.header(*name, *value);
        }
        builder.body(()).unwrap().into_parts().0
    }

    fn check(path: &str, headers: &[(&str, &str)], body: &'static str, expect: (ServiceId, &str, Protocol)) {
        let call = find(&request(path, headers), Bytes::from_static(body.as_bytes())).unwrap();
        assert_eq!((call.service, call.operation.as_str(), call.protocol), expect);
    }

    #[test]
    fn routes_in_order() {
        let json = |version, query_mode| Protocol::Json { version, query_mode };
        check(
            "/service/GraniteServiceVersion20100801/operation/ListMetrics",
            &[("smithy-protocol", "rpc-v2-cbor")],
            "",
            (ServiceId::Monitoring, "ListMetrics", Protocol::Cbor),
        );
        check(
            "/some/prefix/service/GraniteServiceVersion20100801/operation/ListMetrics",
            &[("smithy-protocol", "rpc-v2-cbor"), ("x-amz-target", "Logs_20140328.X")],
            "",
            (ServiceId::Monitoring, "ListMetrics", Protocol::Cbor),
        );
        check(
            "/",
            &[("x-amz-target", "AmazonEC2ContainerServiceV20141113.ListTasks")],
            "Action=No",
            (ServiceId::Ecs, "ListTasks", json("1.1", false)),
        );
        check(
            "/",
            &[
                ("x-amz-target", "GraniteServiceVersion20100801.ListMetrics"),
                ("content-type", "application/x-amz-json-1.0"),
                ("x-amzn-query-mode", "true"),
            ],
            "{}",
            (ServiceId::Monitoring, "ListMetrics", json("1.0", true)),
        );
        let scope = "AWS4-HMAC-SHA256 Credential=AKID/20261120/us-east-1/sts/aws4_request, SignedHeaders=host";
        check("/", &[("authorization", scope)], "Action=Who", (ServiceId::Sts, "Who", Protocol::Query));
        check("/", &[], "Action=A&Version=2010-08-01", (ServiceId::Monitoring, "A", Protocol::Query));
        check("/?Action=A&Version=2011-06-15", &[], "", (ServiceId::Sts, "A", Protocol::Query));
    }

    #[test]
    fn what_is_not_a_call() {
        for (path, headers, code) in [
            ("/", vec![], "MissingAction"),
            ("/?Action=Fly", vec![], "InvalidAction"),
            ("/", vec![("x-amz-target", "SageMaker.ListModels")], "UnknownOperationException"),
            ("/nothing", vec![("smithy-protocol", "rpc-v2-cbor")], "UnknownOperationException"),
        ] {
            let error = find(&request(path, &headers), Bytes::new()).unwrap_err();
            assert_eq!(error.code, code, "{path} {headers:?}");
        }
    }
}
