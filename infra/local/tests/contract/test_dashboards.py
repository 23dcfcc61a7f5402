"""Dashboards over all three protocols."""

import json

from conftest import error_of, unique

BODY = json.dumps({"widgets": [{"type": "text", "x": 0, "y": 0, "width": 24, "height": 2, "properties": {"markdown": "é"}}]})


def test_dashboards(cloudwatch):
    name = unique("board")
    for one in (name, f"{name}-2"):
        assert cloudwatch.put_dashboard(DashboardName=one, DashboardBody=BODY)["DashboardValidationMessages"] == []
    found = cloudwatch.get_dashboard(DashboardName=name)
    assert found["DashboardArn"] == f"arn:aws:cloudwatch::000000000000:dashboard/{name}"
    assert (found["DashboardBody"], found["DashboardName"]) == (BODY, name)
    listed = cloudwatch.list_dashboards(DashboardNamePrefix=name)["DashboardEntries"]
    assert [entry["DashboardName"] for entry in listed] == [name, f"{name}-2"]
    assert listed[0]["Size"] == len(BODY.encode()) and listed[0]["LastModified"].year >= 2024
    cloudwatch.delete_dashboards(DashboardNames=[name, f"{name}-2"])
    assert cloudwatch.list_dashboards(DashboardNamePrefix=name)["DashboardEntries"] == []


def test_what_is_no_dashboard(cloudwatch):
    name = unique("board")
    invalid = ("DashboardInvalidInputError", "InvalidParameterInput")
    for given, words in [("{", "JSON"), ("{}", "widgets"), (json.dumps({"widgets": [{"type": "pie"}]}), "type")]:
        code, message = error_of(cloudwatch.put_dashboard, DashboardName=name, DashboardBody=given)
        assert code in invalid and words in message
    assert error_of(cloudwatch.put_dashboard, DashboardName="a b", DashboardBody=BODY)[0] in invalid
    missing = ("DashboardNotFoundError", "ResourceNotFound")
    assert error_of(cloudwatch.get_dashboard, DashboardName=name)[0] in missing
    assert error_of(cloudwatch.delete_dashboards, DashboardNames=[name])[0] in missing
