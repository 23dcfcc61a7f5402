"""The validator itself: it must be able to say no."""

import datetime

import pytest

from conftest import make_client
from shapes import check, check_query


def shape(service, operation):
    return make_client(service).meta.service_model.operation_model(operation).output_shape


@pytest.mark.parametrize(
    "answer, problem",
    [
        ({"serviceArns": []}, None),
        ({"serviceArns": [], "surprise": 1}, "is not in the model"),
        ({"serviceArns": [1]}, "is not text"),
        ({"serviceArns": {}}, "is not a list"),
        ({"nextToken": None}, "is not text"),
        ([], "is not a structure"),
    ],
)
def test_json_answers(answer, problem):
    found = check(shape("ecs", "ListServices"), answer, "answer", "json")
    assert (found == []) if problem is None else problem in found[0]


@pytest.mark.parametrize(
    "service, operation, answer, problem",
    [
        ("ecs", "DescribeServices", {"services": [{"runningCount": "2"}]}, "is not integer"),
        ("ecs", "DescribeServices", {"services": [{"createdAt": "2026-11-20"}]}, "is not a timestamp"),
        ("ecs", "DescribeServices", {"services": [{"launchType": "ROCKET"}]}, "is not one of"),
        ("ecs", "DescribeServices", {"services": [{"loadBalancers": [{"containerPort": True}]}]}, "is not integer"),
        ("ecr", "DescribeRepositories", {"repositories": [{"encryptionConfiguration": {}}]}, "is required"),
        ("logs", "GetLogEvents", {"events": [{"timestamp": 1.5}]}, "is not long"),
    ],
)
def test_wrong_members(service, operation, answer, problem):
    found = check(shape(service, operation), answer, "answer", "json")
    assert len(found) == 1 and problem in found[0]


def test_cbor_timestamps_need_their_tag():
    output = shape("cloudwatch", "DescribeAlarms")
    alarm = {"StateUpdatedTimestamp": 1.0}
    assert "is not a timestamp" in check(output, {"MetricAlarms": [alarm]}, "answer", "cbor")[0]
    alarm = {"StateUpdatedTimestamp": datetime.datetime.now(datetime.timezone.utc)}
    assert check(output, {"MetricAlarms": [alarm]}, "answer", "cbor") == []


def test_query_answers():
    model = make_client("cloudwatch", "query").meta.service_model.operation_model("ListMetrics")

    def problems(result):
        return check_query(
            model,
            f"<ListMetricsResponse><ListMetricsResult>{result}</ListMetricsResult><ResponseMetadata/></ListMetricsResponse>",
        )

    assert problems("<Metrics><member><MetricName>m</MetricName></member></Metrics>") == []
    assert "holds item" in problems("<Metrics><item/></Metrics>")[0]
    assert "is not in the model" in problems("<Surprise/>")[0]
    assert "appears twice" in problems("<Metrics/><Metrics/>")[0]
    assert check_query(model, "<Wrong/>") == ["the root is Wrong"]
