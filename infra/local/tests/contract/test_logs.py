"""CloudWatch Logs: groups, streams, events, patterns, paging, live tail."""

import threading
import time

import pytest

from conftest import error_of, make_client, unique
from shapes import check


def now_ms():
    return int(time.time() * 1000)


@pytest.fixture
def group(logs):
    name = unique("/contract/group")
    logs.create_log_group(logGroupName=name, tags={"team": "deck"})
    yield name
    logs.delete_log_group(logGroupName=name)


def write(logs, group, stream, messages, start=None):
    """Writes one event a millisecond."""
    start = start or now_ms() - len(messages)
    events = [{"timestamp": start + n, "message": message} for n, message in enumerate(messages)]
    return logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)


def arn(group):
    return f"arn:aws:logs:us-east-1:000000000000:log-group:{group}"


def test_groups(logs, group):
    logs.put_retention_policy(logGroupName=group, retentionInDays=7)
    logs.tag_resource(resourceArn=arn(group), tags={"tier": "1"})
    assert logs.list_tags_for_resource(resourceArn=arn(group))["tags"] == {"team": "deck", "tier": "1"}
    logs.untag_resource(resourceArn=arn(group), tagKeys=["tier", "unknown"])
    assert logs.list_tags_for_resource(resourceArn=arn(group))["tags"] == {"team": "deck"}
    (found,) = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    assert found["arn"] == arn(group) + ":*" and found["logGroupArn"] == arn(group)
    assert (found["retentionInDays"], found["storedBytes"], found["logGroupClass"]) == (7, 0, "STANDARD")
    logs.delete_retention_policy(logGroupName=group)
    assert "retentionInDays" not in logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"][0]
    assert error_of(logs.create_log_group, logGroupName=group) == (
        "ResourceAlreadyExistsException", "The specified log group already exists",
    )
    assert error_of(logs.create_log_group, logGroupName="a b")[0] == "InvalidParameterException"
    assert error_of(logs.put_retention_policy, logGroupName=group, retentionInDays=2)[0] == "InvalidParameterException"
    missing = ("ResourceNotFoundException", "The specified log group does not exist.")
    assert error_of(logs.delete_log_group, logGroupName="missing") == missing
    assert error_of(logs.put_retention_policy, logGroupName="missing", retentionInDays=1) == missing


def test_pages_of_groups_and_streams(logs, group):
    names = [f"{group}/{n:02}" for n in range(60)]
    for name in names:
        logs.create_log_group(logGroupName=name)
    pages = list(logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=f"{group}/"))
    assert [len(page["logGroups"]) for page in pages] == [50, 10]
    assert [found["logGroupName"] for page in pages for found in page["logGroups"]] == names
    by_pattern = logs.describe_log_groups(logGroupNamePattern=group[10:].upper(), limit=5)
    assert len(by_pattern["logGroups"]) == 5 and by_pattern["nextToken"]
    for name in names:
        logs.delete_log_group(logGroupName=name)
    for n in range(55):
        logs.create_log_stream(logGroupName=group, logStreamName=f"s{n:02}")
    write(logs, group, "s03", ["late"])
    write(logs, group, "s01", ["early"], now_ms() - 60_000)
    pages = list(logs.get_paginator("describe_log_streams").paginate(logGroupName=group, logStreamNamePrefix="s"))
    assert [len(page["logStreams"]) for page in pages] == [50, 5]
    newest = logs.describe_log_streams(logGroupName=group, orderBy="LastEventTime", descending=True, limit=2)
    assert [stream["logStreamName"] for stream in newest["logStreams"]] == ["s03", "s01"]
    assert newest["logStreams"][0]["arn"] == f"{arn(group)}:log-stream:s03"
    assert error_of(logs.create_log_stream, logGroupName=group, logStreamName="s01")[0] == "ResourceAlreadyExistsException"
    found = error_of(
        logs.describe_log_streams, logGroupName=group, orderBy="LastEventTime", logStreamNamePrefix="s"
    )
    assert found == ("InvalidParameterException", "Cannot order by LastEventTime with a logStreamNamePrefix.")
    assert "less than or equal to 50" in error_of(logs.describe_log_streams, logGroupName=group, limit=51)[1]


def test_writing(logs, group):
    put = logs.put_log_events
    place = {"logGroupName": group, "logStreamName": "s"}
    event = {"timestamp": now_ms(), "message": "x"}
    assert error_of(put, logEvents=[event], **place) == (
        "ResourceNotFoundException", "The specified log stream does not exist.",
    )
    logs.create_log_stream(**place)
    day = 86_400_000
    for events, words in [
        ([event, {**event, "timestamp": 1}], "must be in chronological order"),
        ([{**event, "timestamp": event["timestamp"] - 2 * day}, event], "cannot span more than 24 hours"),
        ([{**event, "message": "y" * 1_048_576}], "Upload too large: 1048602 bytes exceeds limit of 1048576"),
        ([event] * 10_001, "less than or equal to 10000"),
    ]:
        code, message = error_of(put, logEvents=events, **place)
        assert code == "InvalidParameterException" and words in message
    old = put(logEvents=[{**event, "timestamp": event["timestamp"] - 15 * day}], **place)
    assert old["rejectedLogEventsInfo"] == {"tooOldLogEventEndIndex": 1}
    new = put(logEvents=[event, {**event, "timestamp": event["timestamp"] + day - 1}], **place)
    assert new["rejectedLogEventsInfo"] == {"tooNewLogEventStartIndex": 1}
    assert len(logs.get_log_events(**place)["events"]) == 1


def test_reading_one_stream(logs, group):
    place = {"logGroupName": group, "logStreamName": "s"}
    logs.create_log_stream(**place)
    messages = [f"line {n}" for n in range(25)]
    write(logs, group, "s", messages)
    found, token = [], None
    while True:
        more = {"nextToken": token} if token else {"startFromHead": True}
        page = logs.get_log_events(limit=10, **place, **more)
        found += [event["message"] for event in page["events"]]
        if page["nextForwardToken"] == token:
            break
        token = page["nextForwardToken"]
    assert found == messages
    assert [event["message"] for event in logs.get_log_events(limit=3, **place)["events"]] == messages[-3:]
    assert error_of(logs.get_log_events, nextToken="f/1/s", **place)[1] == "The specified nextToken is invalid."
    assert error_of(logs.get_log_events, limit=10_001, **place)[0] == "InvalidParameterException"
    by_arn = logs.get_log_events(logGroupIdentifier=arn(group), logStreamName="s", startFromHead=True, limit=1)
    assert by_arn["events"][0]["message"] == "line 0" and by_arn["events"][0]["ingestionTime"] > 0


def test_searching(logs, group):
    for stream in ("web/app/1", "web/app/2", "job/app/1"):
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
    start = now_ms() - 1000
    write(logs, group, "web/app/1", ['{"level":"error","latency_ms":150}', "GET / 200", "ERROR one"], start)
    write(logs, group, "web/app/2", ['{"level":"info","latency_ms":250}', "ERROR two \x1b[31mred"], start + 10)
    write(logs, group, "job/app/1", ["ERROR three"], start + 20)

    def search(**asked):
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group, **asked)
        return [event["message"] for page in pages for event in page["events"]]

    assert search(filterPattern="ERROR", PaginationConfig={"PageSize": 1}) == [
        "ERROR one", "ERROR two \x1b[31mred", "ERROR three",
    ]
    assert search(filterPattern="ERROR -two", logStreamNamePrefix="web/") == ["ERROR one"]
    assert search(filterPattern='?"GET /" ?three') == ["GET / 200", "ERROR three"]
    assert search(filterPattern='{ $.level = "error" && $.latency_ms > 100 }') == ['{"level":"error","latency_ms":150}']
    assert search(logStreamNames=["job/app/1"]) == ["ERROR three"]
    assert search(startTime=start + 2, endTime=start + 2) == ["ERROR one"]
    events = logs.filter_log_events(logGroupName=group)["events"]
    ids = [event["eventId"] for event in events]
    assert len(set(ids)) == 6 and ids == sorted(ids) and {len(one) for one in ids} == {56}
    for pattern, words in [("a=b", "Invalid character(s) in term 'a=b'"), ("{ $.a = }", "Invalid filter pattern")]:
        code, message = error_of(logs.filter_log_events, logGroupName=group, filterPattern=pattern)
        assert code == "InvalidParameterException" and words in message
    both = {"logStreamNames": ["job/app/1"], "logStreamNamePrefix": "j"}
    assert error_of(logs.filter_log_events, logGroupName=group, **both)[0] == "InvalidParameterException"
    assert error_of(logs.filter_log_events, logGroupName="missing")[0] == "ResourceNotFoundException"
    assert error_of(logs.filter_log_events, logGroupName=group, logStreamNames=["no"])[0] == "ResourceNotFoundException"


def test_live_tail(logs, group):
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    answer = logs.start_live_tail(logGroupIdentifiers=[arn(group)], logEventFilterPattern="hello")
    stream = answer["responseStream"]
    events = iter(stream)
    start = next(events)["sessionStart"]
    assert start["logGroupIdentifiers"] == [arn(group)] and start["logEventFilterPattern"] == "hello"
    writer = threading.Thread(target=write, args=(logs, group, "s", ["hello deck", "goodbye"]))
    writer.start()
    for event in events:
        update = event["sessionUpdate"]
        if update["sessionResults"]:
            break
    writer.join()
    stream.close()
    assert update["sessionMetadata"] == {"sampled": False}
    (result,) = update["sessionResults"]
    assert (result["message"], result["logStreamName"]) == ("hello deck", "s")
    assert result["logGroupIdentifier"] == f"000000000000:{group}"
    members = logs.meta.service_model.operation_model("StartLiveTail").get_event_stream_output().members
    assert check(members["sessionStart"], start, "sessionStart", "json") == []
    assert check(members["sessionUpdate"], update, "sessionUpdate", "json") == []
    for bad in [[group], [arn(group) + ":*"]]:
        assert error_of(logs.start_live_tail, logGroupIdentifiers=bad)[0] == "InvalidParameterException"
    assert error_of(logs.start_live_tail, logGroupIdentifiers=[arn("missing")])[0] == "ResourceNotFoundException"


def filtered(group, pattern="{ $.message = drift* }", **transformation):
    return {
        "logGroupName": group, "filterName": "drift", "filterPattern": pattern,
        "metricTransformations": [
            {"metricName": "Drift", "metricNamespace": group[1:], "metricValue": "1", **transformation}
        ],
    }


def sums(cloudwatch, namespace, dimensions=()):
    """What was counted lately, altogether."""
    points = cloudwatch.get_metric_statistics(
        Namespace=namespace, MetricName="Drift", Dimensions=list(dimensions), Statistics=["Sum"], Period=86400,
        StartTime=time.time() - 86400, EndTime=time.time() + 86400,
    )["Datapoints"]
    return sum(point["Sum"] for point in points)


def test_metric_filters_count_what_matches(logs, group):
    cloudwatch, namespace = make_client("cloudwatch"), group[1:]
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    write(logs, group, "s", ['{"message": "drift began"}'])
    logs.put_metric_filter(**filtered(group))
    assert sums(cloudwatch, namespace) == 0, "what was there before counts for nothing"
    write(logs, group, "s", ['{"message": "drift began"}', "not JSON", '{"message": "request"}', '{"message": "drift ended"}'])
    assert sums(cloudwatch, namespace) == 2
    logs.put_metric_filter(**filtered(group, metricValue="$.rows", dimensions={"Model": "$.model"}))
    write(logs, group, "s", ['{"message": "drift", "rows": 7, "model": "a"}', '{"message": "drift", "rows": 5}'])
    assert sums(cloudwatch, namespace, [{"Name": "Model", "Value": "a"}]) == 7
    logs.put_metric_filter(**filtered(group, "nothing", defaultValue=100.0, unit="Count"))
    write(logs, group, "s", ["one", "two"])
    assert sums(cloudwatch, namespace) == 102
    (found,) = logs.describe_metric_filters(logGroupName=group, filterNamePrefix="dr")["metricFilters"]
    assert found["filterPattern"] == "nothing" and found["logGroupName"] == group
    assert found["metricTransformations"] == [{
        "metricName": "Drift", "metricNamespace": namespace, "metricValue": "1", "defaultValue": 100.0, "unit": "Count",
    }]
    by_metric = logs.describe_metric_filters(metricName="Drift", metricNamespace=namespace)["metricFilters"]
    assert [one["filterName"] for one in by_metric] == ["drift"]
    assert logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"][0]["metricFilterCount"] == 1
    logs.delete_metric_filter(logGroupName=group, filterName="drift")
    assert logs.describe_metric_filters(logGroupName=group)["metricFilters"] == []
    write(logs, group, "s", ["three"])
    assert sums(cloudwatch, namespace) == 102


def test_bad_metric_filters(logs, group):
    for wrong, words in [
        (filtered(group, "{ $.message"), "Invalid filter pattern"),
        (filtered(group, metricValue="much"), "'much' is neither a number nor a selector"),
        (filtered(group, defaultValue=0.0, dimensions={"A": "$.a"}), "mutually exclusive"),
        (filtered(group) | {"filterName": "a:b"}, "filterName"),
    ]:
        code, message = error_of(logs.put_metric_filter, **wrong)
        assert code == "InvalidParameterException" and words in message, message
    assert error_of(logs.put_metric_filter, **filtered("missing"))[0] == "ResourceNotFoundException"
    assert error_of(logs.delete_metric_filter, logGroupName=group, filterName="x")[0] == "ResourceNotFoundException"
    assert error_of(logs.describe_metric_filters, metricName="x")[0] == "InvalidParameterException"
