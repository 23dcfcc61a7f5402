"""What the dashboard and the alert rules ask Prometheus, as it is committed."""

import json
from pathlib import Path
from typing import NamedTuple

import promql_parser as promql
import yaml

PLACE = Path(__file__).parent.parent
COMPARISONS = {"==", "!=", ">", ">=", "<", "<="}
# What Grafana puts in place of its variables.
VARIABLES = {"$__rate_interval": "10s", "$instance": ".*"}


class Expression(NamedTuple):
    """One expression, and where it stands."""

    name: str
    text: str
    unit: str = ""


def dashboard() -> dict:
    return json.loads((PLACE / "dashboard.json").read_text())


def panels() -> list[Expression]:
    """Every target of every panel, without variables."""
    found = []
    for panel in dashboard()["panels"]:
        for target in panel["targets"]:
            text = target["expr"]
            for variable, value in VARIABLES.items():
                text = text.replace(variable, value)
            name = f"{panel['title']} / {target['legendFormat']}"
            found.append(Expression(name, text, panel["fieldConfig"]["defaults"]["unit"]))
    return found


def rules() -> list[dict]:
    return [rule for group in yaml.safe_load((PLACE / "rules.yml").read_text())["groups"] for rule in group["rules"]]


def alerts() -> list[Expression]:
    """Every alert without the comparison that makes it ring."""
    return [Expression(rule["alert"], without_threshold(rule["expr"])) for rule in rules()]


def without_threshold(text: str) -> str:
    parsed = promql.parse(text)
    assert isinstance(parsed, promql.BinaryExpr) and str(parsed.op) in COMPARISONS, f"no threshold: {text}"
    return str(parsed.lhs)


def selectors(text: str) -> set[str]:
    """The series that an expression is made from."""
    found: set[str] = set()

    def look(node: object) -> None:
        if isinstance(node, promql.VectorSelector):
            found.add(node.prettify())
        for name in ("lhs", "rhs", "expr", "vector_selector"):
            child = getattr(node, name, None)
            if isinstance(child, promql.Expr):
                look(child)
        for child in getattr(node, "args", None) or []:
            if isinstance(child, promql.Expr):
                look(child)

    look(promql.parse(text))
    return found
