"""Terraform against emulators: processes, scratch copies, plans as data."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
REGION = "eu-west-1"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(address: str, patience_s: float = 60) -> None:
    end = time.monotonic() + patience_s
    while True:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


@dataclass
class Emulator:
    """moto in a process of its own."""

    process: subprocess.Popen
    endpoint: str

    @classmethod
    def start(cls, log: Path, more: dict[str, str] | None = None) -> "Emulator":
        port = free_port()
        environment = os.environ | {"MOTO_IAM_LOAD_MANAGED_POLICIES": "true"} | (more or {})
        command = [sys.executable, str(HERE / "emulator.py"), "-H", "127.0.0.1", "-p", str(port)]
        endpoint = f"http://127.0.0.1:{port}"
        return cls(started(command, log, f"{endpoint}/moto-api/data.json", environment), endpoint)

    def stop(self) -> None:
        stopped(self.process)


@dataclass
class LocalStack:
    """This project's local stack in a process of its own, whose children are the tasks."""

    ACCOUNT = "000000000000"

    process: subprocess.Popen
    endpoint: str
    balancer: str

    @classmethod
    def start(cls, log: Path) -> "LocalStack":
        port, balancer_port = free_port(), free_port()
        program = os.environ.get("LOCAL_STACK")
        assert program, "LOCAL_STACK must name the built program; infra/terraform/proof/run sees to it"
        command = [
            program, "--port", str(port), "--balancer-port", str(balancer_port), "--region", REGION,
            # Quicker than life, so that alarms and deployments need not be waited for.
            "--speed", "4", "--traffic", "0", "--empty",
        ]
        endpoint = f"http://127.0.0.1:{port}"
        process = started(command, log, f"{endpoint}/_local/operations", dict(os.environ))
        return cls(process, endpoint, f"http://127.0.0.1:{balancer_port}")

    def tasks(self) -> list[int]:
        """Processes below the stack's own, however deep."""
        table = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
        parents = {int(pid): int(parent) for pid, parent in (line.split() for line in table.splitlines())}

        def is_below(pid: int) -> bool:
            while pid in parents and pid > 1:
                pid = parents[pid]
                if pid == self.process.pid:
                    return True
            return False

        return [pid for pid in parents if is_below(pid)]

    def stop(self) -> None:
        stopped(self.process)


def started(command: list[str], log: Path, answers_at: str, environment: dict[str, str]) -> subprocess.Popen:
    with log.open("w") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, env=environment)
    try:
        wait_for(answers_at)
    except BaseException:
        stopped(process)
        raise
    return process


def stopped(process: subprocess.Popen) -> None:
    process.terminate()
    try:
        process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(timeout=30)


@dataclass
class Root:
    """A scratch copy of a root, whose provider speaks to emulators."""

    directory: Path
    environment: dict[str, str]

    @classmethod
    def copy(cls, scratch: Path, name: str, endpoint: str, elsewhere: dict[str, str] | None = None) -> "Root":
        shutil.copytree(HERE.parent, scratch, ignore=shutil.ignore_patterns(".terraform", "proof"))
        directory = scratch / name
        elsewhere = elsewhere or {}
        endpoints = "".join(f'    {service} = "{address}"\n' for service, address in elsewhere.items())
        (directory / "emulated_override.tf").write_text(
            "terraform {\n  backend \"local\" {}\n}\n\n"
            "provider \"aws\" {\n"
            "  s3_use_path_style           = true\n"
            "  skip_credentials_validation = true\n"
            "  skip_metadata_api_check     = true\n"
            # Otherwise an operation that the emulator lacks looks like a hang.
            "  max_retries                 = 2\n"
            f"  endpoints {{\n{endpoints}  }}\n"
            "}\n"
        )
        environment = os.environ | {
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ENDPOINT_URL": endpoint,
            "TF_DATA_DIR": str(scratch / f"data-{name}"),
        }
        root = cls(directory, environment)
        root.run("init", "-input=false", "-lockfile=readonly")
        return root

    def run(self, *arguments: str, codes: tuple[int, ...] = (0,)) -> str:
        done = subprocess.run(
            ["terraform", arguments[0], "-no-color", *arguments[1:]],
            cwd=self.directory, env=self.environment, capture_output=True, text=True, timeout=900,
        )
        assert done.returncode in codes, f"terraform {' '.join(arguments)}:\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def refused(self, *arguments: str) -> str:
        """What Terraform says when it refuses; without the frame that it draws around it."""
        done = subprocess.run(
            ["terraform", arguments[0], "-no-color", *arguments[1:]],
            cwd=self.directory, env=self.environment, capture_output=True, text=True, timeout=300,
        )
        assert done.returncode == 1, f"terraform {' '.join(arguments)} was not refused:\n{done.stdout}"
        return " ".join(done.stderr.replace("│", " ").split())

    def state(self) -> dict:
        """What was applied, in the shape of a plan."""
        return {"planned_values": json.loads(self.run("show", "-json")).get("values", {"root_module": {}})}

    def plan(self, *arguments: str) -> dict:
        target = self.directory / "plan.out"
        self.run("plan", "-input=false", f"-out={target}", *arguments)
        return self.show(target)

    def show(self, target: Path) -> dict:
        done = subprocess.run(
            ["terraform", "show", "-json", str(target)],
            cwd=self.directory, env=self.environment, capture_output=True, text=True, timeout=300, check=True,
        )
        return json.loads(done.stdout)


def resources(plan: dict, kind: str | None = None) -> list[dict]:
    """All planned resources, modules included."""

    def walk(module: dict):
        yield from module.get("resources", [])
        for child in module.get("child_modules", []):
            yield from walk(child)

    found = walk(plan["planned_values"]["root_module"])
    return [one for one in found if one["mode"] == "managed" and kind in (None, one["type"])]


def values(plan: dict, kind: str) -> list[dict]:
    return [one["values"] for one in resources(plan, kind)]
