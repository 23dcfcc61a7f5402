"""Alarms over all three protocols: definition, evaluation, history, state by hand."""

import datetime
import json

import pytest

from conftest import error_of, eventually, unique


def definition(name, **more):
    return {
        "AlarmName": name, "Namespace": "Contract", "MetricName": name, "Statistic": "Average", "Period": 60,
        "EvaluationPeriods": 1, "Threshold": 80.0, "ComparisonOperator": "GreaterThanThreshold", **more,
    }


@pytest.fixture
def name(cloudwatch):
    name = unique("alarm")
    yield name
    left = cloudwatch.describe_alarms(AlarmNamePrefix=name)["MetricAlarms"]
    cloudwatch.delete_alarms(AlarmNames=[alarm["AlarmName"] for alarm in left])


def described(cloudwatch, name):
    (alarm,) = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return alarm


def test_a_new_alarm(cloudwatch, name):
    cloudwatch.put_metric_alarm(
        **definition(
            name, AlarmDescription="too <hot> & \"loud\"", Dimensions=[{"Name": "Service", "Value": "web"}], Unit="Percent",
            EvaluationPeriods=3, DatapointsToAlarm=2, TreatMissingData="notBreaching", ActionsEnabled=False,
            AlarmActions=["arn:aws:sns:us-east-1:000000000000:topic"], OKActions=[],
        )
    )
    alarm = described(cloudwatch, name)
    times = [alarm.pop(key) for key in list(alarm) if key.endswith("Timestamp")]
    assert len(times) == 3 and all(isinstance(time, datetime.datetime) for time in times)
    # The first evaluation may have come already.
    assert (alarm.pop("StateValue"), alarm.pop("StateReason")) in [
        ("INSUFFICIENT_DATA", "Unchecked: Initial alarm creation"),
        ("OK", "Threshold Crossed: no datapoints were received for 3 periods and 3 missing datapoints were treated as "
         "[NonBreaching]."),
    ]
    alarm.pop("StateReasonData", None)
    assert alarm == {
        "AlarmName": name, "AlarmArn": f"arn:aws:cloudwatch:us-east-1:000000000000:alarm:{name}",
        "AlarmDescription": "too <hot> & \"loud\"", "ActionsEnabled": False, "OKActions": [],
        "AlarmActions": ["arn:aws:sns:us-east-1:000000000000:topic"], "InsufficientDataActions": [],
        "MetricName": name, "Namespace": "Contract", "Statistic": "Average", "Dimensions": [{"Name": "Service", "Value": "web"}], "Period": 60,
        "Unit": "Percent", "EvaluationPeriods": 3, "DatapointsToAlarm": 2, "Threshold": 80.0,
        "ComparisonOperator": "GreaterThanThreshold", "TreatMissingData": "notBreaching",
    }
    cloudwatch.enable_alarm_actions(AlarmNames=[name, "unknown"])
    assert described(cloudwatch, name)["ActionsEnabled"] is True
    cloudwatch.disable_alarm_actions(AlarmNames=[name])
    assert described(cloudwatch, name)["ActionsEnabled"] is False


def test_an_alarm_goes_off_and_tells_why(cloudwatch, name):
    cloudwatch.put_metric_alarm(**definition(name))

    def in_alarm():
        cloudwatch.put_metric_data(Namespace="Contract", MetricData=[{"MetricName": name, "Value": 97.0}])
        alarm = described(cloudwatch, name)
        return alarm if alarm["StateValue"] == "ALARM" else None

    alarm = eventually(in_alarm)
    assert alarm["StateReason"].startswith("Threshold Crossed: 1 ")
    assert "[97.0 (" in alarm["StateReason"] and "was greater than the threshold (80.0)" in alarm["StateReason"]
    data = json.loads(alarm["StateReasonData"])
    assert data["version"] == "1.0" and data["recentDatapoints"] == [97.0] and data["threshold"] == 80.0
    assert alarm["StateTransitionedTimestamp"] <= alarm["StateUpdatedTimestamp"]
    history = cloudwatch.describe_alarm_history(AlarmName=name, HistoryItemType="StateUpdate")["AlarmHistoryItems"]
    assert history[0]["HistorySummary"].endswith("to ALARM")
    change = json.loads(history[0]["HistoryData"])
    assert change["newState"]["stateValue"] == "ALARM" and change["newState"]["stateReasonData"] == data


def test_a_state_by_hand(cloudwatch, name):
    cloudwatch.put_metric_alarm(**definition(name, TreatMissingData="ignore"))
    cloudwatch.set_alarm_state(
        AlarmName=name, StateValue="ALARM", StateReason="a drill", StateReasonData=json.dumps({"drill": 1})
    )
    alarm = described(cloudwatch, name)
    assert (alarm["StateValue"], alarm["StateReason"], alarm["StateReasonData"]) == ("ALARM", "a drill", '{"drill": 1}')
    found = cloudwatch.describe_alarms(StateValue="ALARM", AlarmNamePrefix=name, AlarmTypes=["MetricAlarm"])
    assert [alarm["AlarmName"] for alarm in found["MetricAlarms"]] == [name]
    assert cloudwatch.describe_alarms(StateValue="OK", AlarmNamePrefix=name)["MetricAlarms"] == []
    for_metric = cloudwatch.describe_alarms_for_metric(Namespace="Contract", MetricName=name, Statistic="Average")
    assert [alarm["AlarmName"] for alarm in for_metric["MetricAlarms"]] == [name]


def test_pages_of_alarms_and_history(cloudwatch, name):
    names = [f"{name}-{n:03}" for n in range(105)]
    for one in names:
        cloudwatch.put_metric_alarm(**definition(one))
    pages = list(cloudwatch.get_paginator("describe_alarms").paginate(AlarmNamePrefix=name))
    assert [len(page["MetricAlarms"]) for page in pages] == [100, 5]
    assert [alarm["AlarmName"] for page in pages for alarm in page["MetricAlarms"]] == names
    cloudwatch.delete_alarms(AlarmNames=names[:100])
    cloudwatch.delete_alarms(AlarmNames=names[100:])
    history = cloudwatch.get_paginator("describe_alarm_history").paginate(
        AlarmName=names[0], ScanBy="TimestampAscending", HistoryItemType="ConfigurationUpdate",
        PaginationConfig={"PageSize": 1},
    )
    summaries = [item["HistorySummary"] for page in history for item in page["AlarmHistoryItems"]]
    assert summaries == [f'Alarm "{names[0]}" created', f'Alarm "{names[0]}" deleted']


def test_a_percentile_alarm(cloudwatch, name):
    asked = definition(name, ExtendedStatistic="p99.9")
    del asked["Statistic"]
    cloudwatch.put_metric_alarm(**asked)
    alarm = described(cloudwatch, name)
    assert alarm["ExtendedStatistic"] == "p99.9" and "Statistic" not in alarm


def test_bad_alarms(cloudwatch, name):
    put = cloudwatch.put_metric_alarm
    for change, code, words in [
        ({"ComparisonOperator": "IsNearly"}, "ValidationError", "failed to satisfy constraint: Member must satisfy enum"),
        ({"Period": 7}, "ValidationError", "Period"),
        ({"EvaluationPeriods": 2000}, "ValidationError", "EvaluationPeriods * Period must be <= 86400"),
        ({"DatapointsToAlarm": 2}, "ValidationError", "DatapointsToAlarm"),
        ({"TreatMissingData": "hope"}, "ValidationError", "not supported for TreatMissingData parameter"),
        ({"ExtendedStatistic": "p90"}, "InvalidParameterCombination", "mutually exclusive"),
    ]:
        found = error_of(put, **definition(name, **change))
        assert found[0] == code and words in found[1], found
    assert error_of(cloudwatch.set_alarm_state, AlarmName=name, StateValue="OK", StateReason="x")[0] == "ResourceNotFound"
    assert error_of(cloudwatch.delete_alarms, AlarmNames=[name])[0] == "ResourceNotFound"
    put(**definition(name))
    code, _ = error_of(
        cloudwatch.set_alarm_state, AlarmName=name, StateValue="OK", StateReason="x", StateReasonData="{not json"
    )
    assert code == "InvalidFormat"
    assert error_of(cloudwatch.describe_alarms, NextToken="x")[0] == "InvalidNextToken"
    assert "enum value set" in error_of(cloudwatch.describe_alarms, StateValue="FINE")[1]


def on_math(name, expression="100 * FILL(bad, 0) / all"):
    def stat(key):
        metric = {"Namespace": "Contract", "MetricName": f"{name}-{key}", "Dimensions": [{"Name": "Of", "Value": "web"}]}
        return {"Id": key, "ReturnData": False, "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}}

    return {
        "AlarmName": name, "EvaluationPeriods": 1, "Threshold": 5.0, "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "notBreaching",
        "Metrics": [
            {"Id": "rate", "Label": "errors in percent", "Expression": expression, "ReturnData": True},
            stat("all"), stat("bad"),
        ],
    }


def test_an_alarm_on_metric_math(cloudwatch, name):
    cloudwatch.put_metric_alarm(**on_math(name))
    alarm = described(cloudwatch, name)
    assert alarm["Metrics"] == on_math(name)["Metrics"]
    assert not {"MetricName", "Namespace", "Period", "Statistic"} & set(alarm)

    def state_after(**counts):
        def turned():
            data = [
                {"MetricName": f"{name}-{key}", "Value": value, "Dimensions": [{"Name": "Of", "Value": "web"}]}
                for key, value in counts.items()
            ]
            cloudwatch.put_metric_data(Namespace="Contract", MetricData=data)
            return described(cloudwatch, name)["StateValue"] == wanted

        return turned

    wanted = "OK"
    eventually(state_after(all=100.0))
    wanted = "ALARM"
    eventually(state_after(all=100.0, bad=10.0))
    alarm = described(cloudwatch, name)
    assert "greater than the threshold (5.0)" in alarm["StateReason"]
    assert json.loads(alarm["StateReasonData"])["period"] == 60
    for_metric = cloudwatch.describe_alarms_for_metric(
        Namespace="Contract", MetricName=f"{name}-all", Dimensions=[{"Name": "Of", "Value": "web"}]
    )
    assert for_metric["MetricAlarms"] == [], "AWS leaves alarms on expressions out"


@pytest.mark.parametrize("change, words", [
    (lambda asked: asked.update(MetricName="x"), "cannot be specified together"),
    (lambda asked: asked["Metrics"][0].update(ReturnData=False), "Exactly one element"),
    (lambda asked: asked["Metrics"][0].update(Expression="rate +"), "Error in expression 'rate'"),
    (lambda asked: asked["Metrics"][0].update(Expression="METRICS()"), "exactly one time series"),
    (lambda asked: asked["Metrics"][0].update(Expression="nobody + 1"), "no query with the id 'nobody'"),
    (lambda asked: asked["Metrics"][1].update(Id="bad"), "not unique"),
    (lambda asked: asked["Metrics"][1]["MetricStat"].update(Period=61), "multiple of 60"),
])
def test_bad_metric_math(cloudwatch, name, change, words):
    asked = on_math(name)
    change(asked)
    code, message = error_of(cloudwatch.put_metric_alarm, **asked)
    assert code == "ValidationError" and words in message, message


def test_tags_of_alarms(cloudwatch, name):
    cloudwatch.put_metric_alarm(**definition(name), Tags=[{"Key": "team", "Value": "deck"}])
    # Putting it again changes no tags, as AWS has it.
    cloudwatch.put_metric_alarm(**definition(name), Tags=[{"Key": "team", "Value": "other"}])
    arn = described(cloudwatch, name)["AlarmArn"]
    cloudwatch.tag_resource(ResourceARN=arn, Tags=[{"Key": "tier", "Value": "1"}])
    assert cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"] == [
        {"Key": "team", "Value": "deck"}, {"Key": "tier", "Value": "1"},
    ]
    cloudwatch.untag_resource(ResourceARN=arn, TagKeys=["team"])
    assert cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "tier", "Value": "1"}]
    assert error_of(cloudwatch.list_tags_for_resource, ResourceARN=f"{arn}-no")[0] == "ResourceNotFoundException"
    assert error_of(cloudwatch.tag_resource, ResourceARN="x", Tags=[])[0].startswith("InvalidParameterValue")
