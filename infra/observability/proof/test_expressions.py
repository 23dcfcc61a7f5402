"""Every panel and every alert asks for what there is, of a predictor that is really running."""

import expressions
import pytest
import yaml
from service import eventually

# Nothing of the load makes these more than zero.
QUIET = {"Connections / refused a second"}
# What no request can bring about: an error of the service's own.
NEVER_SEEN = 'http_requests_total{job="predictor",status!="503",status=~"5.."}'
# Alerts that the load makes ring, or about to; the others must not.
RINGING = {"PredictorGone", "PredictorFewerThanTwo", "PredictorSheds", "PredictorDrift"}
# The panels that were asked for.
SUBJECTS = {
    "CPU": "CPU",
    "memory": "Memory",
    "network": "Network",
    "running tasks": "Running tasks",
    "restarts": "Starts and restarts in the last hour",
    "uptime": "Uptime of the youngest",
    "request rate": "Requests a second",
    "errors": "Errors",
    "latency": "Time of a prediction",
    "prediction distribution": "Predictions by label",
    "drift": "Drift: index over its threshold",
}


def named(found):
    return pytest.mark.parametrize("expression", found, ids=lambda expression: expression.name)


@pytest.mark.parametrize(("subject", "title"), SUBJECTS.items(), ids=SUBJECTS)
def test_there_is_a_panel(subject, title):
    assert any(panel["title"] == title for panel in expressions.dashboard()["panels"]), subject


@named(expressions.panels())
def test_units_are_those_of_the_metrics(expression):
    text, unit = expression.text, expression.unit
    assert "$" not in text, "a variable that this test does not know"
    if "rate(" in text and "_bytes_total" in text:
        assert unit == "Bps"
    elif "_bytes{" in text:
        assert unit == "bytes"
    elif text.startswith("histogram_quantile") and "_seconds_bucket" in text:
        assert unit == "s"
    elif "_ratio_bucket" in text or "cpu_seconds_total" in text:
        assert unit == "percentunit"
    assert (unit in {"Bps", "bytes"}) == ("_bytes" in text)


@named(expressions.panels())
def test_every_panel_shows_something(prometheus, expression):
    is_quiet = expression.name in QUIET
    found = eventually(
        f"data for {expression.name}: {expression.text}",
        lambda: [value for value in prometheus.values(expression.text) if is_quiet or value > 0],
    )
    assert found


@named(expressions.alerts())
def test_every_alert_has_something_to_compare(prometheus, expression):
    eventually(f"data for {expression.name}: {expression.text}", lambda: prometheus.values(expression.text))


@named(expressions.panels() + expressions.alerts())
def test_every_series_is_there(prometheus, expression):
    wanted = expressions.selectors(expression.text)
    assert wanted, expression.text
    for selector in wanted - {NEVER_SEEN}:
        eventually(f"{selector} of {expression.name}", lambda: prometheus.values(selector))


def test_the_alerts_that_should_ring_are_about_to(prometheus):
    def pending():
        return {alert["labels"]["alertname"] for alert in prometheus.ask("alerts")["alerts"]}

    eventually(f"{RINGING} pending or firing", lambda: RINGING <= pending())
    assert pending() == RINGING


def test_prometheus_could_evaluate_every_rule(prometheus):
    def evaluated():
        groups = prometheus.ask("rules")["groups"]
        return [rule for group in groups for rule in group["rules"] if rule["health"] != "unknown"]

    wanted = {rule["alert"] for rule in expressions.rules()}
    eventually("an evaluation of each rule", lambda: {rule["name"] for rule in evaluated()} == wanted)
    assert {rule["name"]: rule.get("lastError") for rule in evaluated() if rule["health"] != "ok"} == {}


def test_every_alert_has_a_case_in_which_it_rings():
    tests = yaml.safe_load((expressions.PLACE / "rules_test.yml").read_text())["tests"]
    cases = [case for test in tests for case in test["alert_rule_test"]]
    quiet = {case["alertname"] for case in cases if not case["exp_alerts"]}
    assert {rule["alert"] for rule in expressions.rules()} - {case["alertname"] for case in cases if case["exp_alerts"]} == set()
    assert {rule["alert"] for rule in expressions.rules()} - quiet - {"PredictorRestarts"} == set()


def test_the_choice_of_instances_offers_all(prometheus):
    (variable,) = [it for it in expressions.dashboard()["templating"]["list"] if it["name"] == "instance"]
    assert variable["query"] == 'label_values(up{job="predictor"}, instance)'
    eventually("both instances", lambda: len(prometheus.ask("label/instance/values", **{"match[]": 'up{job="predictor"}'})) == 2)


def test_the_selector_that_is_never_seen_is_one_of_an_alert():
    assert any(NEVER_SEEN in expressions.selectors(alert.text) for alert in expressions.alerts())
