"""What the workflows meet in the tests: GitHub's environments, AWS's roles in moto, and ECS and ECR of a local stack behind a guard."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import boto3

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent.parent
sys.path.insert(0, str(ROOT / "infra/terraform/proof"))

import emulator  # noqa: E402,F401  (its import teaches moto to look at trust policies)
from moto.server import ThreadedMotoServer  # noqa: E402

from guard import Guard  # noqa: E402

REPOSITORY, SHA, REGION = "example/quarterdeck", "5" * 40, "us-east-1"
STACK_KEYS = {"aws_access_key_id": "local", "aws_secret_access_key": "local", "region_name": REGION}
PATIENCE_S = 120


def wait_until(what: str, ask):
    end = time.monotonic() + PATIENCE_S
    while True:
        found = ask()
        if found:
            return found
        assert time.monotonic() < end, f"waited in vain until {what}"
        time.sleep(0.1)


class Accounts:
    """moto with the roles that deployments take."""

    def __init__(self):
        self.server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
        self.server.start()
        host, port = self.server.get_host_and_port()
        self.endpoint = f"http://{host}:{port}"
        self.iam = boto3.client("iam", endpoint_url=self.endpoint, **STACK_KEYS)

    def make(self, roles: dict) -> None:
        for name, role in roles.items():
            self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(role["trust"]))
            self.iam.put_role_policy(RoleName=name, PolicyName="deploy", PolicyDocument=json.dumps(role["policy"]))

    def without(self, role: str, action: str) -> str:
        """A role like this one that lacks one action; its ARN."""
        trust = self.iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]
        policy = self.iam.get_role_policy(RoleName=role, PolicyName="deploy")["PolicyDocument"]
        for statement in policy["Statement"]:
            actions = statement["Action"]
            statement["Action"] = [one for one in ([actions] if isinstance(actions, str) else actions) if one != action]
        name = f"{role}-without-{action.replace(':', '-')}"
        self.make({name: {"trust": trust, "policy": policy}})
        return self.arn(name)

    @staticmethod
    def arn(name: str) -> str:
        return f"arn:aws:iam::123456789012:role/{name}"

    def stop(self) -> None:
        self.server.stop()


class Stack:
    """A seeded local stack: cluster local, service predictor with real tasks."""

    def __init__(self, binary: Path, folder: Path, speed: int = 5):
        out = folder / "stack.env"
        with out.open("w") as target, (folder / "stack.log").open("w") as log:
            command = [str(binary), "--traffic", "0", "--speed", str(speed), "--region", REGION]
            self.process = subprocess.Popen(command, stdout=target, stderr=log)
        text = wait_until("the stack answers", lambda: "AWS_ENDPOINT_URL=" in out.read_text() and out.read_text())
        self.endpoint = text.split("AWS_ENDPOINT_URL='")[1].split("'")[0]
        self.ecs = boto3.client("ecs", endpoint_url=self.endpoint, **STACK_KEYS)
        self.ecr = boto3.client("ecr", endpoint_url=self.endpoint, **STACK_KEYS)
        wait_until("the seed has grown", lambda: self.at_rest() and self.revision() == "predictor:2")

    def service(self) -> dict:
        return self.ecs.describe_services(cluster="local", services=["predictor"])["services"][0]

    def at_rest(self) -> bool:
        deployments = self.service()["deployments"]
        return len(deployments) == 1 and deployments[0]["rolloutState"] == "COMPLETED"

    def revision(self) -> str:
        return self.service()["taskDefinition"].rsplit("/", 1)[1]

    def running(self) -> set[str]:
        """Digests of the tasks that run."""
        arns = self.ecs.list_tasks(cluster="local", serviceName="predictor", desiredStatus="RUNNING")["taskArns"]
        tasks = self.ecs.describe_tasks(cluster="local", tasks=arns)["tasks"]
        return {task["containers"][0]["imageDigest"] for task in tasks if task["lastStatus"] == "RUNNING"}

    def digest(self, tag: str) -> str | None:
        found = self.ecr.batch_get_image(repositoryName="predictor", imageIds=[{"imageTag": tag}])["images"]
        return found[0]["imageId"]["imageDigest"] if found else None

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=30)


@dataclass
class Run:
    """What became of a workflow."""

    result: str
    jobs: dict

    def job(self, name: str) -> str:
        return self.jobs[name]["result"]

    def log(self, job: str) -> str:
        return "\n".join(step["log"] for step in self.jobs[job]["steps"])

    def code(self, job: str) -> int | None:
        """Exit code of the script that failed."""
        return next((step["code"] for step in self.jobs[job]["steps"] if step["outcome"] == "failure" and step.get("code")), None)

    def steps(self, job: str) -> dict[str, str]:
        return {step["name"]: step["outcome"] for step in self.jobs[job]["steps"]}


@dataclass
class Stage:
    """One run of one workflow."""

    folder: Path
    accounts: Accounts
    stack: Stack
    tools: dict[str, Path]
    signed: bool = False
    image: str = "1.1.1"
    variables: dict = field(default_factory=dict)
    base: dict = field(default_factory=dict)

    def __post_init__(self):
        self.guard = Guard(self.stack.endpoint)
        self.environments = {place: self.settings(place) for place in ("dev", "staging", "prod")}
        self.environments["model-approval"] = {}

    @staticmethod
    def settings(place: str) -> dict[str, str]:
        return {
            "AWS_DEPLOY_ROLE": Accounts.arn(f"quarterdeck-deploy-{place}"), "AWS_REGION": REGION,
            "ECS_CLUSTER": "local", "ECS_SERVICE": "predictor", "ECR_REPOSITORY": "predictor",
        }

    def overlay(self, path: str, text: str) -> None:
        target = self.folder / "overlay" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)

    def run(
        self, branch: str | None = None, repository: str = REPOSITORY, workflow: str = "deploy", client: dict | None = None, **inputs
    ) -> Run:
        """A push to a branch, an event that a client sends, or by hand with these inputs."""
        name = "push" if branch else "repository_dispatch" if client else "workflow_dispatch"
        event = {
            "name": name, "ref": f"refs/heads/{branch or 'main'}", "sha": SHA, "repository": repository, "inputs": inputs,
            "payload": {"client_payload": client} if client else {},
        }
        actions = json.loads(subprocess.run(
            [sys.executable, "-c", "import json, standins; print(json.dumps(sorted(standins.ACTIONS)))"],
            cwd=HERE, env={**os.environ, "STAND_DIRECTORY": "."}, capture_output=True, text=True, check=True,
        ).stdout)
        specification = {
            "root": str(ROOT), "directory": str(self.folder), "workflow": f".github/workflows/{workflow}.yml", "event": event,
            "environments": self.environments, "vars": self.variables, "base": self.variables_of_process(),
            "standIns": {name: [sys.executable, str(HERE / "standins.py"), name] for name in actions},
        }
        file = self.folder / "specification.json"
        file.write_text(json.dumps(specification))
        done = subprocess.run(["node", str(self.tools["runner"]), str(file)], capture_output=True, text=True, timeout=900)
        (self.folder / "run.json").write_text(done.stdout)
        assert done.returncode == 0, done.stderr
        return Run(**json.loads(done.stdout.splitlines()[-1]))

    def variables_of_process(self) -> dict[str, str]:
        # qd sends no credentials to a loopback address; by this spelling it takes the address for AWS.
        host = "LOCALHOST" if self.signed else "127.0.0.1"
        path = f"{HERE / 'path'}:{Path(sys.executable).parent}:{os.environ['PATH']}"
        return {
            "PATH": path, "AWS_ENDPOINT_URL": f"http://{host}:{self.guard.port}", "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_DISABLE_HOST_PREFIX_INJECTION": "true", "NO_PROXY": "127.0.0.1,localhost,LOCALHOST", "LANG": "C.UTF-8",
            "no_proxy": "127.0.0.1,localhost,LOCALHOST",
            "STAND_ROOT": str(ROOT), "STAND_DIRECTORY": str(self.folder), "STAND_STS": self.accounts.endpoint,
            "STAND_IMAGE": self.image, "STAND_QD": str(self.tools["qd"]), "STAND_PREDICTOR": str(self.tools["predictor"]), **self.base,
        }

    def again(self) -> None:
        """Puts away what a run left, for the next one."""
        put_away = self.folder.parent / f"run-{len(list(self.folder.parent.iterdir()))}"
        self.folder.rename(put_away)
        self.folder.mkdir()
        if (put_away / "overlay").is_dir():
            shutil.copytree(put_away / "overlay", self.folder / "overlay")

    def stop(self) -> None:
        self.guard.stop()


def tools(folder: Path) -> dict[str, Path]:
    """Programs that were built before, and the runner beside its packages."""
    target = Path(os.environ["PROGRAMS"])
    found = {name: target / name for name in ("qd", "local-stack", "predictor")}
    for name, path in found.items():
        assert path.is_file(), f"{path} is missing; .github/tests/run builds it"
    # Node looks for packages beside the file.
    runner = folder / "runner"
    shutil.copytree(HERE, runner, ignore=shutil.ignore_patterns("__pycache__"))
    (runner / "node_modules").symlink_to(Path(os.environ["NODE_PACKAGES"]))
    return {**found, "runner": runner / "run.mjs"}
