"""PutMetricData, GetMetricData, GetMetricStatistics and ListMetrics over all three protocols."""

import datetime

import pytest

from conftest import error_of, unique

HOUR = datetime.timedelta(hours=1)


def now():
    return datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)


def window():
    """Wide enough for stack time that runs ahead."""
    return {"StartTime": now() - HOUR, "EndTime": now() + 6 * HOUR}


def minute(offset):
    return now().replace(second=0) - datetime.timedelta(minutes=offset)


def stat(query_id, namespace, name, statistic, **more):
    metric = {"Namespace": namespace, "MetricName": name, "Dimensions": more.pop("dimensions", [])}
    return {"Id": query_id, "MetricStat": {"Metric": metric, "Period": 60, "Stat": statistic}, **more}


@pytest.fixture
def filled(cloudwatch):
    """Three minutes of a metric: values, values with counts, a statistic set."""
    namespace, at = unique("Test"), minute(10)
    step = datetime.timedelta(minutes=1)
    dimensions = [{"Name": "Service", "Value": "web"}, {"Name": "Cluster", "Value": "local"}]
    base = {"MetricName": "Latency", "Dimensions": dimensions, "Unit": "Milliseconds"}
    cloudwatch.put_metric_data(
        Namespace=namespace,
        MetricData=[
            {**base, "Timestamp": at, "Value": 10.0},
            {**base, "Timestamp": at + datetime.timedelta(seconds=30), "Value": 20.0},
            {**base, "Timestamp": at + step, "Values": [1.0, 2.0, 3.0], "Counts": [1.0, 1.0, 2.0]},
            {
                **base,
                "Timestamp": at + 2 * step,
                "StatisticValues": {"SampleCount": 4, "Sum": 40, "Minimum": 5, "Maximum": 15},
            },
        ],
    )
    return namespace, at, dimensions


def test_statistics_by_query(cloudwatch, filled):
    namespace, at, dimensions = filled
    queries = [
        stat(query_id, namespace, "Latency", statistic, dimensions=dimensions)
        for query_id, statistic in [
            ("avg", "Average"), ("sum", "Sum"), ("n", "SampleCount"), ("lo", "Minimum"), ("hi", "Maximum"), ("p50", "p50"),
        ]
    ]
    queries.append({"Id": "share", "Expression": "100 * lo / hi", "Label": "share"})
    queries.append({"Id": "total", "Expression": "SUM(METRICS(\"sum\"))"})
    answer = cloudwatch.get_metric_data(MetricDataQueries=queries, ScanBy="TimestampAscending", **window())
    results = {result["Id"]: result for result in answer["MetricDataResults"]}
    expected = {
        "avg": [15.0, 2.25, 10.0], "sum": [30.0, 9.0, 40.0], "n": [2.0, 4.0, 4.0], "lo": [10.0, 1.0, 5.0],
        "hi": [20.0, 3.0, 15.0], "p50": [15.0, 2.5], "total": [30.0, 9.0, 40.0],
    }
    assert {key: results[key]["Values"] for key in expected} == expected
    assert results["share"]["Values"] == pytest.approx([50.0, 100 / 3, 100 / 3])
    assert results["share"]["Label"] == "share" and results["avg"]["Label"] == "Latency"
    step = datetime.timedelta(minutes=1)
    assert results["avg"]["Timestamps"] == [at, at + step, at + 2 * step]
    assert {result["StatusCode"] for result in results.values()} == {"Complete"}


def test_periods_are_aligned_and_newest_comes_first(cloudwatch, filled):
    namespace, at, dimensions = filled
    query = stat("m", namespace, "Latency", "Sum", dimensions=dimensions)
    query["MetricStat"]["Period"] = 300
    answer = cloudwatch.get_metric_data(MetricDataQueries=[query], **window())
    times = answer["MetricDataResults"][0]["Timestamps"]
    assert times == sorted(times, reverse=True) and all(time.timestamp() % 300 == 0 for time in times)
    assert sum(answer["MetricDataResults"][0]["Values"]) == 79.0
    hidden = stat("m", namespace, "Latency", "Sum", dimensions=dimensions, ReturnData=False)
    assert cloudwatch.get_metric_data(MetricDataQueries=[hidden], **window())["MetricDataResults"] == []


def test_datapoints_in_pages(cloudwatch, filled):
    namespace, _, dimensions = filled
    queries = [stat(f"q{n}", namespace, "Latency", "Sum", dimensions=dimensions) for n in range(3)]
    pages = cloudwatch.get_paginator("get_metric_data").paginate(
        MetricDataQueries=queries, MaxDatapoints=2, ScanBy="TimestampAscending", **window()
    )
    found, count = {}, 0
    for page in pages:
        count += 1
        for result in page["MetricDataResults"]:
            found.setdefault(result["Id"], []).extend(result["Values"])
    assert found == {f"q{n}": [30.0, 9.0, 40.0] for n in range(3)} and count == 5


def test_statistics_of_one_metric(cloudwatch, filled):
    namespace, at, dimensions = filled
    answer = cloudwatch.get_metric_statistics(
        Namespace=namespace, MetricName="Latency", Dimensions=dimensions, StartTime=at, EndTime=at + HOUR, Period=60,
        Statistics=["Average", "Maximum", "SampleCount"], ExtendedStatistics=["p90"],
    )
    first = min(answer["Datapoints"], key=lambda point: point["Timestamp"])
    assert first == {
        "Timestamp": at, "Average": 15.0, "Maximum": 20.0, "SampleCount": 2.0, "Unit": "Milliseconds",
        "ExtendedStatistics": {"p90": 19.0},
    }
    assert answer["Label"] == "Latency" and len(answer["Datapoints"]) == 3


def test_listing_in_pages(cloudwatch):
    namespace = unique("Many")
    for start in (0, 300):
        cloudwatch.put_metric_data(
            Namespace=namespace,
            MetricData=[
                {"MetricName": f"m{n:03}", "Dimensions": [{"Name": "Odd", "Value": str(n % 2)}], "Value": n}
                for n in range(start, start + 300)
            ],
        )
    pages = list(cloudwatch.get_paginator("list_metrics").paginate(Namespace=namespace))
    assert [len(page["Metrics"]) for page in pages] == [500, 100]
    names = [metric["MetricName"] for page in pages for metric in page["Metrics"]]
    assert names == [f"m{n:03}" for n in range(600)]
    odd = cloudwatch.list_metrics(Namespace=namespace, Dimensions=[{"Name": "Odd", "Value": "1"}], RecentlyActive="PT3H")
    assert len(odd["Metrics"]) == 300
    one = cloudwatch.list_metrics(Namespace=namespace, MetricName="m007", Dimensions=[{"Name": "Odd"}])["Metrics"]
    assert one == [{"Namespace": namespace, "MetricName": "m007", "Dimensions": [{"Name": "Odd", "Value": "1"}]}]


def test_bad_data(cloudwatch):
    put = cloudwatch.put_metric_data
    for namespace, datum, code, words in [
        ("AWS/ECS", {"Value": 1}, "InvalidParameterValue", "The value AWS/ECS for parameter Namespace is invalid."),
        ("T", {"Value": float("nan")}, "InvalidParameterValue", "parameter MetricData.member.1.Value is invalid"),
        ("T", {"Value": 1, "Values": [1]}, "InvalidParameterCombination", "mutually exclusive"),
        ("T", {}, "MissingParameter", "At least one of the parameters"),
        ("T", {"Values": [1, 2], "Counts": [1]}, "InvalidParameterValue", "of the same size"),
        ("T", {"Value": 1, "Unit": "Furlongs"}, "InvalidParameterValue", "must be a value in the set"),
        ("T", {"Value": 1, "Timestamp": now() - 400 * 24 * HOUR}, "InvalidParameterValue", "within the past two weeks"),
        ("T", {"Value": 1, "StorageResolution": 7}, "InvalidParameterValue", "must be 1 or 60"),
    ]:
        found = error_of(put, Namespace=namespace, MetricData=[{"MetricName": "m", **datum}])
        assert found[0] == code and words in found[1], (found, datum)
    many = [{"MetricName": "m", "Value": 1}] * 1001
    assert error_of(put, Namespace="T", MetricData=many)[1] == "The collection MetricData must not have a size greater than 1000."


def test_bad_queries(cloudwatch):
    get = cloudwatch.get_metric_data
    good = stat("m", "T", "x", "Sum")
    for queries, times, words in [
        ([good] * 501, window(), "The collection MetricDataQueries must not have a size greater than 500."),
        ([good, good], window(), "not unique"),
        ([{**good, "Id": "M"}], window(), "not matching the expected pattern"),
        ([stat("m", "T", "x", "Median")], window(), "not supported"),
        ([{"Id": "e", "Expression": "m +"}], window(), "Error in expression 'e'"),
        ([{"Id": "e", "Expression": "e + 1"}], window(), "refers to itself"),
        ([good], {"StartTime": now(), "EndTime": now() - HOUR}, "must be less than the parameter EndTime"),
    ]:
        assert words in error_of(get, MetricDataQueries=queries, **times)[1]
    assert error_of(get, MetricDataQueries=[good], NextToken="x", **window())[0] == "InvalidNextToken"
    long_ago = datetime.datetime(1970, 1, 2, tzinfo=datetime.timezone.utc)
    filled = {"Id": "f", "Expression": "FILL(m, 0)"}
    answer = get(MetricDataQueries=[good, filled], StartTime=long_ago, EndTime=now(), MaxDatapoints=5)
    assert [len(result["Values"]) for result in answer["MetricDataResults"]] == [0, 5]
    assert error_of(cloudwatch.list_metrics, NextToken="x")[0] == "InvalidNextToken"
    code, message = error_of(
        cloudwatch.get_metric_statistics,
        Namespace="T", MetricName="m", StartTime=now() - 48 * HOUR, EndTime=now(), Period=60, Statistics=["Sum"],
    )
    assert code == "InvalidParameterCombination" and "exceeds the limit of 1,440" in message
