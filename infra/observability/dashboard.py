"""Makes the Grafana dashboard: `python3 dashboard.py > dashboard.json`. With --check, says whether the file is current."""

import json
import sys
from pathlib import Path

DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
SCOPE = 'job="predictor", instance=~"$instance"'
FAILED = 'status=~"5.."'
PREDICTIONS = 'route=~"/predict|/v1/.*/predict|/v2/.*/infer"'


def rate(metric: str, more: str = "") -> str:
    return f"rate({metric}{{{SCOPE}{', ' + more if more else ''}}}[$__rate_interval])"


def quantile(share: float) -> str:
    return f"histogram_quantile({share}, sum by (le) ({rate('http_request_duration_seconds_bucket', PREDICTIONS)}))"


# A task that ECS replaces comes back under another address, as an instance that was not there before; a process that is
# started again in its place changes its time. Both are starts.
START_TIME = f"process_start_time_seconds{{{SCOPE}}}"
STARTS = f"sum(changes({START_TIME}[1h])) + (count(min_over_time({START_TIME}[1h]) > time() - 3600) or vector(0))"

# Title, kind, unit, and expressions with their legends.
PANELS = [
    ("Running tasks", "stat", "none", [(f"sum(up{{{SCOPE}}})", "answering")]),
    ("Uptime of the youngest", "stat", "s", [(f"time() - max(process_start_time_seconds{{{SCOPE}}})", "uptime")]),
    ("Starts and restarts in the last hour", "stat", "none", [(STARTS, "starts")]),
    ("Requests a second", "stat", "reqps", [(f"sum({rate('http_requests_total')})", "requests")]),
    ("Errors", "stat", "percentunit", [
        (f"sum({rate('http_requests_total', FAILED)} or vector(0)) / sum({rate('http_requests_total')})", "5xx"),
    ]),
    ("Drifting models", "stat", "none", [(f"sum(max by (model, version) (predictor_drift_detected{{{SCOPE}}}))", "drifting")]),
    ("Requests by status", "timeseries", "reqps", [(f"sum by (status) ({rate('http_requests_total')})", "{{status}}")]),
    ("Time of a prediction", "timeseries", "s", [(quantile(q), f"p{str(q)[2:].ljust(2, '0')}") for q in (0.5, 0.95, 0.99)]),
    ("Requests in flight and turned away", "timeseries", "none", [
        (f"sum(http_requests_in_flight{{{SCOPE}}})", "in flight"),
        (f"sum({rate('predictor_requests_shed_total')})", "turned away a second"),
    ]),
    ("Predictions by label", "timeseries", "reqps", [
        (f"sum by (model, version, label) ({rate('predictor_predictions_total')})", "{{model}}@{{version}} {{label}}"),
    ]),
    ("Confidence of answers", "timeseries", "percentunit", [
        (f"histogram_quantile(0.5, sum by (le, model, version) ({rate('predictor_confidence_ratio_bucket')}))", "{{model}}@{{version}} median"),
        (f"histogram_quantile(0.1, sum by (le, model, version) ({rate('predictor_confidence_ratio_bucket')}))", "{{model}}@{{version}} lowest tenth"),
    ]),
    ("Predicted numbers", "timeseries", "short", [
        (f"histogram_quantile(0.5, sum by (le, model, version) ({rate('predictor_predicted_value_bucket')}))", "{{model}}@{{version}} median"),
    ]),
    ("Drift: index over its threshold", "timeseries", "none", [
        (f"max by (model, version, feature) (predictor_drift_psi{{{SCOPE}}}) / on (model, version, feature) "
         f"max by (model, version, feature) (predictor_drift_threshold{{{SCOPE}}})", "{{model}}@{{version}} {{feature}}"),
    ]),
    ("Models", "table", "none", [(f"max by (model, version, state) (predictor_model_state{{{SCOPE}}}) == 1", "{{model}}@{{version}} {{state}}")]),
    ("CPU", "timeseries", "percentunit", [(f"{rate('process_cpu_seconds_total')}", "{{instance}}")]),
    ("Memory", "timeseries", "bytes", [(f"process_resident_memory_bytes{{{SCOPE}}}", "{{instance}}")]),
    ("Network", "timeseries", "Bps", [
        (rate("http_received_bytes_total"), "{{instance}} received"),
        (rate("http_sent_bytes_total"), "{{instance}} sent"),
    ]),
    ("Connections", "timeseries", "none", [
        (f"sum(http_connections_open{{{SCOPE}}})", "open"),
        (f"sum({rate('predictor_connections_refused_total')})", "refused a second"),
    ]),
    ("Open files and threads", "timeseries", "none", [
        (f"process_open_fds{{{SCOPE}}}", "{{instance}} files"),
        (f"process_threads{{{SCOPE}}}", "{{instance}} threads"),
    ]),
]


def panel(index: int, title: str, kind: str, unit: str, targets: list, place: dict) -> dict:
    return {
        "id": index + 1,
        "title": title,
        "type": kind,
        "datasource": DATASOURCE,
        "gridPos": place,
        "fieldConfig": {"defaults": {"unit": unit, "min": 0}, "overrides": []},
        "options": {"legend": {"displayMode": "list", "placement": "bottom"}} if kind == "timeseries" else {},
        "targets": [
            {"refId": chr(65 + at), "datasource": DATASOURCE, "expr": expr, "legendFormat": legend,
             "instant": kind != "timeseries", "range": kind == "timeseries",
             **({"format": "table"} if kind == "table" else {})}
            for at, (expr, legend) in enumerate(targets)
        ],
    }


def variable(name: str, label: str, more: dict) -> dict:
    return {"name": name, "label": label, "hide": 0, **more}


def dashboard() -> dict:
    stats = sum(kind == "stat" for _, kind, _, _ in PANELS)
    panels = []
    for index, (title, kind, unit, targets) in enumerate(PANELS):
        if kind == "stat":
            place = {"x": 24 // stats * index, "y": 0, "w": 24 // stats, "h": 4}
        else:
            row, column = divmod(index - stats, 2)
            place = {"x": 12 * column, "y": 4 + 8 * row, "w": 12, "h": 8}
        panels.append(panel(index, title, kind, unit, targets, place))
    instances = {
        "type": "query", "datasource": DATASOURCE, "query": 'label_values(up{job="predictor"}, instance)',
        "multi": True, "includeAll": True, "allValue": ".*", "refresh": 2, "current": {"text": "All", "value": "$__all"},
    }
    return {
        "title": "Predictor",
        "uid": "quarterdeck-predictor",
        "tags": ["quarterdeck"],
        "schemaVersion": 39,
        "timezone": "utc",
        "refresh": "15s",
        "time": {"from": "now-1h", "to": "now"},
        "templating": {"list": [
            variable("datasource", "Prometheus", {"type": "datasource", "query": "prometheus"}),
            variable("instance", "Instance", instances),
        ]},
        "panels": panels,
    }


if __name__ == "__main__":
    text = json.dumps(dashboard(), indent=2) + "\n"
    if "--check" in sys.argv:
        current = Path(__file__).with_name("dashboard.json").read_text() == text
        sys.exit(0 if current else "dashboard.json is not what dashboard.py makes; run: python3 dashboard.py > dashboard.json")
    sys.stdout.write(text)
