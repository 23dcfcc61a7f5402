"""What holds for every service: unknown operations, bad bodies, identity, faults, call counts."""

import gzip
import json
import urllib.error
import urllib.request

import pytest

from conftest import ENDPOINT, error_of, make_client


def request(path="/", body=b"", method="POST", **headers):
    """Status, headers and body of a raw request."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    asked = urllib.request.Request(ENDPOINT + path, data=body if method == "POST" else None, headers=sent, method=method)
    try:
        with urllib.request.urlopen(asked) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as answer:
        return answer.code, answer.headers, answer.read()


@pytest.fixture
def faults():
    def order(**fault):
        status, _, body = request("/_local/faults", json.dumps(fault).encode())
        assert status == 200, body

    yield order
    request("/_local/faults", method="DELETE")


def test_identity():
    found = make_client("sts").get_caller_identity()
    assert (found["Account"], found["Arn"]) == ("000000000000", "arn:aws:iam::000000000000:user/local")


def test_unknown_operations():
    for service, call, name in [
        ("logs", lambda client: client.describe_queries(), "DescribeQueries"),
        ("ecr", lambda client: client.describe_registry(), "DescribeRegistry"),
        ("cloudwatch", lambda client: client.list_metric_streams(), "ListMetricStreams"),
    ]:
        code, message = error_of(lambda: call(make_client(service)))
        assert code == "UnknownOperationException" and name in message
    code, message = error_of(make_client("cloudwatch", "query").list_metric_streams)
    assert (code, message) == ("InvalidAction", "Could not find operation ListMetricStreams for version 2010-08-01")
    code, message = error_of(make_client("cloudwatch", "smithy-rpc-v2-cbor").list_metric_streams)
    assert code == "UnknownOperationException" and "ListMetricStreams" in message
    assert error_of(make_client("sts").get_session_token)[0] == "InvalidAction"


def test_bodies_that_cannot_be_read():
    kind = "application/x-amz-json-1.1"
    for body in [b"{", b"[]", b"\xff", b'{"logGroupName": 5}', b'"text"', b"{" * 100_000]:
        status, headers, answer = request(body=body, X_Amz_Target="Logs_20140328.CreateLogGroup", Content_Type=kind)
        assert status == 400 and json.loads(answer)["__type"] == "SerializationException", (body[:20], answer)
        assert headers["x-amzn-requestid"]
    path = "/service/GraniteServiceVersion20100801/operation/ListMetrics"
    for body in [b"\xff", b"{}", b"\x9f" * 100_000]:
        status, headers, answer = request(path, body, smithy_protocol="rpc-v2-cbor", Content_Type="application/cbor")
        assert status == 400 and b"SerializationException" in answer and headers["smithy-protocol"] == "rpc-v2-cbor"
    status, _, answer = request(
        body=b"Action=PutMetricAlarm&Version=2010-08-01&Threshold=high", Content_Type="application/x-www-form-urlencoded"
    )
    assert status == 400 and b"<Code>MalformedInput</Code>" in answer


def test_bodies_that_are_too_large_or_zipped():
    target = {"X_Amz_Target": "Logs_20140328.DescribeLogGroups", "Content_Type": "application/x-amz-json-1.1"}
    assert request(body=gzip.compress(b'{"limit": 1}'), Content_Encoding="gzip", **target)[0] == 200
    assert request(body=gzip.compress(b" " * 9_000_000), Content_Encoding="gzip", **target)[0] == 413
    assert request(body=b"not zipped", Content_Encoding="gzip", **target)[0] == 400


def test_a_compressed_batch_of_metrics():
    client = make_client("cloudwatch", request_min_compression_size_bytes=100)
    sent = []
    client.meta.events.register("before-send", lambda request, **_: sent.append(request.headers.get("Content-Encoding")))
    client.put_metric_data(Namespace="Zipped", MetricData=[{"MetricName": f"m{n}", "Value": n} for n in range(300)])
    assert sent == [b"gzip"] or sent == ["gzip"]
    assert len(client.list_metrics(Namespace="Zipped")["Metrics"]) == 300


def test_what_is_no_call():
    assert request()[0] == 400
    assert request(X_Amz_Target="SageMaker.ListModels")[0] == 400
    assert request(method="GET")[0] == 200
    assert request("/_local/nothing", method="GET")[0] == 404
    assert request(Origin="https://example.com")[0] == 403


def test_faults(faults):
    logs = make_client("logs")
    for fault, code in [
        ("throttle", "ThrottlingException"), ("deny", "AccessDeniedException"), ("error500", "InternalFailure"),
        ("expired", "ExpiredTokenException"),
    ]:
        faults(service="logs", operation="DescribeLogGroups", fault=fault, count=1)
        found = error_of(logs.describe_log_groups)
        assert found[0] == code, found
        logs.describe_log_groups()
    faults(service="*", operation="*", fault="html", count=1)
    assert error_of(logs.describe_log_groups)[0] == "503"
    faults(service="logs", operation="*", fault="empty", count=1)
    assert "logGroups" not in logs.describe_log_groups()
    faults(service="monitoring", operation="*", fault="throttle")
    for protocol, code in [("json", "Throttling"), ("query", "Throttling"), ("smithy-rpc-v2-cbor", "Throttling")]:
        assert error_of(make_client("cloudwatch", protocol).list_metrics)[0] == code
    status, _, body = request("/_local/faults", b'{"service": "logs", "operation": "*", "fault": "flood"}')
    assert status == 400 and b"could not be read" in body


def test_call_counts():
    def count(name):
        return json.loads(request("/_local/calls", method="GET")[2]).get(name, 0)

    logs = make_client("logs")
    before = count("logs.DescribeLogGroups"), count("logs.Unknown")
    logs.describe_log_groups()
    error_of(logs.describe_queries)
    assert (count("logs.DescribeLogGroups"), count("logs.Unknown")) == (before[0] + 1, before[1] + 1)
