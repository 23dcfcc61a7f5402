#!/usr/bin/env python3
"""Writes VARIABLES.md from the variables of both roots; with --check, says whether it is up to date."""

import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOTS = {
    "bootstrap": "Once for the account: state and roles.",
    "service": "One environment. `environments/NAME.tfvars` holds what differs between dev, staging and prod.",
}
TEXT = r'"((?:[^"\\]|\\.)*)"'


def variables(root):
    """Name, type, default and description of each, in the order of the file."""
    for block in re.split(r"^variable ", (HERE / root / "variables.tf").read_text(), flags=re.M)[1:]:
        name = re.match(r'"(\w+)"', block)[1]
        default = re.search(r"^  default\s*=\s*(.*)$", block, re.M)
        kind = re.search(r"^  type\s*=\s*(\w+)", block, re.M)[1]
        yield name, kind, default[1] if default else None, re.search(rf"description\s*=\s*{TEXT}", block)[1]


def document():
    lines = ["# Variables", ""]
    for root, words in ROOTS.items():
        lines += [f"## {root}", words, "", "| variable | type | default | |", "|---|---|---|---|"]
        for name, kind, default, description in variables(root):
            shown = "**to be given**" if default is None else f"`{default}`"
            lines.append(f"| `{name}` | {kind} | {shown} | {description.replace('|', chr(92) + '|')} |")
        lines.append("")
    return "\n".join(lines)


def main():
    place = HERE / "VARIABLES.md"
    if sys.argv[1:] == ["--check"]:
        if place.read_text() != document():
            sys.exit("infra/terraform/VARIABLES.md is out of date: run infra/terraform/variables.py")
    else:
        place.write_text(document())


if __name__ == "__main__":
    main()
