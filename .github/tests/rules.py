"""Rules of our own for everything under .github; each finding is a sentence. `check` calls it, rules_test.py plants mistakes.

What linters do not know: what actions of a commit take, which variables are documented, that no script holds an expression.
"""

import functools
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

# What each foreign action takes, of those inputs that we use or may use. A new one is read up and added here.
INPUTS = {
    "actions/attest-build-provenance": {"subject-path", "subject-digest", "subject-name", "push-to-registry"},
    "actions/attest-sbom": {"subject-path", "subject-digest", "subject-name", "sbom-path", "push-to-registry"},
    "actions/cache": {"path", "key", "restore-keys"},
    "actions/checkout": {"persist-credentials", "ref", "fetch-depth"},
    "actions/download-artifact": {"name", "path", "pattern", "merge-multiple"},
    "actions/github-script": {"script", "github-token"},
    "actions/upload-artifact": {"name", "path", "if-no-files-found", "retention-days"},
    "anchore/sbom-action": {"image", "path", "format", "output-file", "artifact-name", "upload-artifact"},
    "aquasecurity/trivy-action": {"image-ref", "severity", "ignore-unfixed", "trivyignores", "exit-code", "format"},
    "aws-actions/amazon-ecr-login": {"registries", "mask-password"},
    "aws-actions/configure-aws-credentials": {"role-to-assume", "aws-region", "role-session-name"},
    "docker/build-push-action": {
        "context", "file", "push", "load", "tags", "build-args", "cache-from", "cache-to", "provenance", "sbom", "labels",
    },
    "docker/setup-buildx-action": {"driver", "version"},
    "hashicorp/setup-terraform": {"terraform_version", "terraform_wrapper"},
    "Swatinem/rust-cache": {"key", "workspaces"},
}
PINNED = re.compile(r"uses: (?P<name>[\w.-]+/[\w./-]+)@(?P<sha>[0-9a-f]{40}) # (?P<version>v\d+\.\d+\.\d+)$")
EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
DEPENDABOT_FILES = {
    "cargo": "Cargo.toml", "docker": "Dockerfile", "npm": "package.json", "pip": "requirements.txt", "terraform": "*.tf",
}


class Findings(list):
    def add(self, path: Path, words: str) -> None:
        self.append(f"{path.name if path.name != 'action.yml' else path.parent.name + '/action.yml'}: {words}")


def load(path: Path) -> dict:
    document = yaml.safe_load(path.read_text())
    # YAML 1.1 reads the word "on" as true.
    if True in document:
        document["on"] = document.pop(True)
    return document


def steps_of(document: dict) -> list[dict]:
    if "runs" in document:
        return document["runs"]["steps"]
    return [step for job in document["jobs"].values() for step in job.get("steps", [])]


def pinned(path: Path, seen: dict, found: Findings) -> None:
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if not re.search(r"\buses:", line) or "uses: ./" in line:
            continue
        match = PINNED.search(line)
        if match is None:
            found.add(path, f"line {number}: an action needs the 40 digits of a commit and its version: uses: NAME@SHA # v1.2.3")
        elif seen.setdefault(match["name"], match.groupdict()) != match.groupdict():
            found.add(path, f"line {number}: {match['name']} is {match['version']} here and {seen[match['name']]['version']} elsewhere")


def inputs(root: Path, path: Path, document: dict, found: Findings) -> None:
    calls = [(step["uses"], step.get("with", {})) for step in steps_of(document) if "uses" in step]
    calls += [(job["uses"], job.get("with", {})) for job in document.get("jobs", {}).values() if "uses" in job]
    for uses, given in calls:
        if uses.startswith("./"):
            local(root, path, uses, given, found)
            continue
        name = uses.split("@")[0]
        if name not in INPUTS:
            found.add(path, f"{name} is not in the list of known actions (tests/rules.py)")
        for unknown in sorted(set(given) - INPUTS.get(name, set(given))):
            found.add(path, f"{name} takes no {unknown}")
        if name == "actions/checkout" and given.get("persist-credentials") is not False:
            found.add(path, "checkout keeps its token in the workspace; say persist-credentials: false")


def local(root: Path, path: Path, uses: str, given: dict, found: Findings) -> None:
    target = root.parent / uses
    target = target / "action.yml" if target.is_dir() else target
    if not target.is_file():
        found.add(path, f"{uses} does not exist")
        return
    document = load(target)
    declared = document.get("inputs") if "runs" in document else document["on"].get("workflow_call", {}).get("inputs")
    declared = declared or {}
    for unknown in sorted(set(given) - set(declared)):
        found.add(path, f"{uses} takes no {unknown}")
    for name, one in declared.items():
        if one.get("required") and name not in given:
            found.add(path, f"{uses} needs {name}")


def safe(path: Path, document: dict, found: Findings) -> None:
    text = path.read_text()
    if re.search(r"\bsecrets\.|aws-secret-access-key|AWS_SECRET_ACCESS_KEY", text):
        found.add(path, "there are no secrets here: AWS roles are taken with GitHub's identity")
    for step in steps_of(document):
        name = step.get("name")
        if not name:
            found.add(path, f"a step has no name: {str(step)[:60]}")
        if EXPRESSION.search(step.get("run", "")) or EXPRESSION.search(str(step.get("with", {}).get("script", ""))):
            found.add(path, f"step {name!r} has an expression inside its script; hand it over through env")
    if "jobs" not in document:
        return
    if document.get("permissions") != {}:
        found.add(path, "permissions at the top must be {}; each job asks for what it needs")
    for name, job in document["jobs"].items():
        if "uses" not in job and "timeout-minutes" not in job:
            found.add(path, f"job {name} has no timeout-minutes")
        takes_role = "AWS_" in json.dumps([step.get("with", {}) for step in job.get("steps", [])])
        permissions = job.get("permissions", {})
        if takes_role and permissions.get("id-token") != "write":
            found.add(path, f"job {name} takes a role without id-token: write")
        if takes_role and "environment" not in job:
            found.add(path, f"job {name} takes a role outside an environment; no trust policy lets it")
        if any("actions/checkout@" in step.get("uses", "") for step in job.get("steps", [])) and permissions.get("contents") != "read":
            found.add(path, f"job {name} checks out without contents: read")


def calls(root: Path, path: Path, document: dict, found: Findings) -> None:
    """Who calls a workflow must grant what its jobs ask for; otherwise GitHub refuses the whole run."""
    for name, job in document.get("jobs", {}).items():
        target = root.parent / job.get("uses", "")
        if "uses" not in job or not target.is_file():
            continue
        for called in load(target)["jobs"].values():
            for permission, level in called.get("permissions", {}).items():
                if job.get("permissions", {}).get(permission) not in (level, "write"):
                    found.add(path, f"job {name} calls {target.name} without {permission}: {level}")


def outputs(path: Path, document: dict, found: Findings) -> None:
    """Names after steps. and needs. that nobody has."""
    for name, job in document.get("jobs", {}).items():
        own = json.dumps(job)
        for other in re.findall(r"needs\.([\w-]+)\.", own):
            if other not in ([job["needs"]] if isinstance(job.get("needs"), str) else job.get("needs", [])):
                found.add(path, f"job {name} speaks of needs.{other} and does not need it")
        for other, output in re.findall(r"needs\.([\w-]+)\.outputs\.([\w-]+)", own):
            target = document["jobs"].get(other, {})
            if "uses" not in target and output not in target.get("outputs", {}):
                found.add(path, f"job {name} speaks of needs.{other}.outputs.{output}, which does not exist")


def scripts(root: Path, path: Path, document: dict, found: Findings) -> None:
    for step in steps_of(document):
        for word in re.findall(r"(?:^|\s)(\.github/[\w./-]+|\.ci/[\w./-]+|infra/[\w/-]+/check)\b", step.get("run", "")):
            target = root.parent / word
            if target.suffix in ("", ".sh") and not (target.is_file() and os.access(target, os.X_OK)):
                found.add(path, f"step {step.get('name')!r} runs {word}, which cannot be run")


@functools.cache
def shellcheck(script: str) -> list[str]:
    with tempfile.NamedTemporaryFile("w", suffix=".sh") as file:
        file.write("#!/usr/bin/env bash\nset -e\n" + script)
        file.flush()
        done = subprocess.run(["shellcheck", "-f", "gcc", file.name], capture_output=True, text=True)
        if done.returncode not in (0, 1):
            raise RuntimeError(f"shellcheck: {done.stderr}")
        return [line.split(":", 1)[1] for line in done.stdout.splitlines()]


def blocks(path: Path, document: dict, found: Findings) -> int:
    runs = [step for step in steps_of(document) if "run" in step]
    for step in runs:
        for words in shellcheck(step["run"]):
            found.add(path, f"step {step.get('name')!r}: {words}")
    return len(runs)


def settings(root: Path, documents: dict[Path, dict], found: Findings) -> int:
    """Variables and environments: those in use, and those in the tables of the README."""
    readme = (root / "README.md").read_text()
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| ([^|]+) \|", readme, re.MULTILINE))
    used = {name for path in documents for name in re.findall(r"\bvars\.(\w+)", path.read_text())}
    for name in sorted(used - set(rows)):
        found.append(f"README.md: the variable {name} is used and not in the table")
    for name in sorted(set(rows) - used):
        found.append(f"README.md: the variable {name} is in the table and not used")
    section = readme.split("| environment |")[1].split("\n\n")[0]
    documented = set(re.findall(r"`([\w-]+)`", section))
    environments = {word for document in documents.values() for word in environments_of(document)}
    for name in sorted(environments ^ documented):
        found.append(f"README.md: the environment {name} is {'used and not in' if name in environments else 'not used and in'} the table")
    return len(used)


def environments_of(document: dict) -> set[str]:
    names = set()
    for job in document.get("jobs", {}).values():
        environment = job.get("environment")
        if environment is None:
            continue
        if "matrix.environment" in environment:
            suffix = environment.split("}}")[1]
            names |= {f"{one}{suffix}" for one in ("dev", "staging", "prod")}
        elif "${{" in environment:
            names |= {"dev", "staging", "prod"}
        else:
            names.add(environment)
    return names


def image(root: Path, found: Findings) -> None:
    """Arguments of the build and those that the Dockerfile has: it ignores what it does not know."""
    given = set(re.findall(r"\b([A-Z_]+)=(?:\$|docker\.io|gcr\.io)", (root / "actions/image/action.yml").read_text()))
    known = set(re.findall(r"^ARG ([A-Z_]+)", (root.parent / "predictor/Dockerfile").read_text(), re.MULTILINE))
    for name in sorted(given ^ known):
        found.append(f"image/action.yml: the build argument {name} is {'given and not in' if name in given else 'not given and in'} the Dockerfile")


def dependabot(root: Path, found: Findings) -> None:
    for update in yaml.safe_load((root / "dependabot.yml").read_text())["updates"]:
        kind = update["package-ecosystem"]
        for directory in update.get("directories", [update.get("directory")]):
            place = root.parent / directory.strip("/")
            wanted = "action.yml" if kind == "github-actions" and directory != "/" else DEPENDABOT_FILES.get(kind, ".github")
            if not list(place.glob(wanted)):
                found.append(f"dependabot.yml: {kind} finds no {wanted} in {directory}")


def judge(root: Path) -> tuple[Findings, dict[str, int]]:
    """Findings under this .github, and how many things were looked at."""
    paths = sorted(root.glob("workflows/*.yml")) + sorted(root.glob("actions/*/action.yml"))
    documents = {path: load(path) for path in paths}
    found, seen, run_blocks = Findings(), {}, 0
    for path, document in documents.items():
        pinned(path, seen, found)
        inputs(root, path, document, found)
        safe(path, document, found)
        calls(root, path, document, found)
        outputs(path, document, found)
        scripts(root, path, document, found)
        run_blocks += blocks(path, document, found)
    for path in root.rglob("*.y*ml"):
        if path.parent.name == "workflows" and path.suffix != ".yml":
            found.append(f"{path.name}: workflows end with .yml here")
    dependabot(root, found)
    image(root, found)
    count = {
        "workflows": len(list(root.glob("workflows/*.yml"))), "actions": len(list(root.glob("actions/*/action.yml"))),
        "foreign actions": len(seen), "run blocks": run_blocks, "variables": settings(root, documents, found),
    }
    return found, count


def main() -> int:
    root = Path(__file__).resolve().parent.parent
    found, count = judge(root)
    print("rules: " + ", ".join(f"{number} {name}" for name, number in count.items()))
    for words in found:
        print(f"  {words}")
    least = {"workflows": 5, "actions": 2, "foreign actions": 10, "run blocks": 20, "variables": 10}
    empty = [name for name, number in least.items() if count[name] < number]
    if empty:
        print(f"  fewer {' and '.join(empty)} than there were ever; was everything found?")
    return 1 if found or empty else 0


if __name__ == "__main__":
    sys.exit(main())
