"""The whole `service` root, applied by the genuine provider: ECS, ECR, CloudWatch and Logs are this project's local stack,
all else is moto. Then the way of a first deployment: an image is pushed, a model registered and approved, Terraform registers
the revision, the pipeline deploys it, and a request gets a prediction. The tests stand in the order of that story.
"""

import contextlib
import json
import os
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError
from system import HERE, REGION, Emulator, LocalStack, Root, resources, values

ON_THE_STACK = ("ecs", "ecr", "cloudwatch", "cloudwatchlogs")
ARGUMENTS = ["-var-file=environments/dev.tfvars", "-var=desired_count=2"]
NAME = "quarterdeck-dev"
MODEL, VERSION = "sentiment", "1"
ARTIFACT = HERE.parents[2] / "predictor" / "models" / MODEL / VERSION

# Drift of a second plan that is moto's doing and nobody else's: it forgets the description of a rule that refers to another
# security group. Attributes by address; nothing else may change.
KNOWN_DRIFT = {
    "module.service.aws_vpc_security_group_egress_rule.load_balancer_to_tasks": {"description"},
    "module.service.aws_vpc_security_group_ingress_rule.from_load_balancer": {"description"},
}


@dataclass
class System:
    moto: Emulator
    stack: LocalStack
    root: Root
    arguments: list[str] = field(default_factory=lambda: list(ARGUMENTS))

    def on_stack(self, service: str):
        return self.client(service, self.stack.endpoint)

    def on_moto(self, service: str):
        return self.client(service, self.moto.endpoint)

    @staticmethod
    def client(service: str, endpoint: str):
        return boto3.client(
            service, endpoint_url=endpoint, region_name=REGION, aws_access_key_id="x", aws_secret_access_key="x"
        )

    @cached_property
    def ecs(self):
        return self.on_stack("ecs")

    def output(self, name: str):
        return json.loads(self.root.run("output", "-json", name))

    def service(self) -> dict:
        (found,) = self.ecs.describe_services(cluster=NAME, services=["predictor"])["services"]
        return found

    def log(self, pattern: str) -> list[dict]:
        pages = self.on_stack("logs").get_paginator("filter_log_events").paginate(
            logGroupName=self.output("log_group"), filterPattern=pattern
        )
        return [json.loads(event["message"]) for page in pages for event in page["events"]]

    def predictor(self, *arguments: str) -> str:
        """The predictor's own command line, beside the service's bucket."""
        done = subprocess.run(
            [os.environ["PREDICTOR"], *arguments, "--store", f"s3://{self.output('models_bucket')}", "--by", "proof"],
            env=self.root.environment, capture_output=True, text=True, timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


def eventually(ask, what: str, patience_s: float = 120):
    end = time.monotonic() + patience_s
    while True:
        answer = ask()
        if answer:
            return answer
        assert time.monotonic() < end, f"{what}: not within {patience_s} s"
        time.sleep(0.3)


@pytest.fixture(scope="module")
def system(tmp_path_factory):
    scratch = tmp_path_factory.mktemp("applied-for-real")
    stack = LocalStack.start(scratch / "stack.log")
    try:
        moto = Emulator.start(
            scratch / "moto.log", {"MOTO_ACCOUNT_ID": LocalStack.ACCOUNT, "ECS_ENDPOINT": stack.endpoint}
        )
        try:
            root = Root.copy(
                scratch / "terraform", "service", moto.endpoint, dict.fromkeys(ON_THE_STACK, stack.endpoint)
            )
            yield System(moto, stack, root)
        finally:
            moto.stop()
    finally:
        stack.stop()


def introduce(system: System) -> None:
    """Tells the local stack's balancer which load balancer it stands for: moto made it, and forwards nothing."""
    state = system.root.state()
    (balancer,), (group,) = values(state, "aws_lb"), values(state, "aws_lb_target_group")
    (check,) = group["health_check"]
    told = {
        "name": balancer["arn_suffix"],
        "target_group": {
            "arn": group["arn"], "path": check["path"], "matcher": check["matcher"], "interval_s": check["interval"],
            "timeout_s": check["timeout"], "healthy_threshold": check["healthy_threshold"],
            "unhealthy_threshold": check["unhealthy_threshold"], "deregistration_delay_s": int(group["deregistration_delay"]),
        },
    }
    request = urllib.request.Request(f"{system.stack.endpoint}/_local/balancer", json.dumps(told).encode())
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 200


def apply(system: System) -> None:
    system.root.run("apply", "-input=false", "-auto-approve", *system.arguments)


@pytest.mark.parametrize("arguments, words", [
    ([], 'variable "environment" is not set'),
    (["-var=environment=dev"], 'variable "region" is not set'),
    (["-var=environment=production", "-var=region=eu-west-1"], "environment must be dev, staging or prod"),
    ([*ARGUMENTS, "-var=image=predictor"], "image must name a tag or a digest"),
])
def test_wrong_variables_are_refused_before_anything_is_made(system, arguments, words):
    assert words in system.root.refused("plan", "-input=false", *arguments)


def test_the_first_apply_makes_everything_but_tasks(system):
    apply(system)
    made = resources(system.root.state())
    assert len(made) > 55
    service = system.service()
    assert (service["status"], service["desiredCount"]) == ("ACTIVE", 0)
    (cluster,) = system.ecs.describe_clusters(clusters=[NAME], include=["SETTINGS", "TAGS"])["clusters"]
    assert sorted(cluster["capacityProviders"]) == ["FARGATE", "FARGATE_SPOT"]
    assert {"key": "managed-by", "value": "terraform"} in cluster["tags"]
    alarms = system.on_stack("cloudwatch").describe_alarms(AlarmNames=system.output("alarm_names"))["MetricAlarms"]
    assert len(alarms) == len(system.output("alarm_names")) >= 7
    assert sum("Metrics" in alarm for alarm in alarms) == 2, "those on metric math"
    introduce(system)


def push(system: System, tag: str, program: str, **more) -> str:
    """Pushes an image; on the local stack one names a program of this repository. Its digest."""
    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": f"sha256:{'0' * 64}", "size": 2},
        "layers": [],
        "annotations": {"dev.quarterdeck.local.executable": program} | more,
    }
    repository = system.output("repository_url").split("/", 1)[1]
    pushed = system.on_stack("ecr").put_image(
        repositoryName=repository, imageTag=tag, imageManifest=json.dumps(manifest)
    )
    return pushed["image"]["imageId"]["imageDigest"]


def test_the_image_and_the_model_come_from_outside(system):
    """What the pipeline does before a deployment."""
    digest = push(system, "4d7f0c2", "predictor")
    with pytest.raises(ClientError, match="tag is immutable"):
        push(system, "4d7f0c2", "predictor", another="image")
    system.predictor("register", str(ARTIFACT))
    system.predictor("approve", f"{MODEL}@{VERSION}", "--why", "it is the one that there is")
    system.arguments += [
        f"-var=image={system.output('repository_url')}@{digest}", f"-var=models={MODEL}@approved",
        f'-var=predictor_environment={{AWS_ENDPOINT_URL_S3="{system.moto.endpoint}",DRIFT_WINDOW="200"}}',
    ]


def test_a_new_image_registers_a_revision_and_touches_nothing_else(system):
    planned = system.root.plan(*system.arguments)
    changed = {one["address"] for one in planned["resource_changes"] if is_change(one)} - set(KNOWN_DRIFT)
    assert changed == {"module.service.aws_ecs_task_definition.this"}
    apply(system)
    assert system.service()["taskDefinition"].endswith("predictor:1"), "deploying is the pipeline's"


def is_change(one: dict) -> bool:
    return one["change"]["actions"] not in (["no-op"], ["read"])


def revision(system: System) -> str:
    (definition,) = values(system.root.state(), "aws_ecs_task_definition")
    return definition["arn"]


def test_the_pipeline_deploys_terraforms_own_revision(system):
    system.ecs.update_service(cluster=NAME, service="predictor", taskDefinition=revision(system), desiredCount=2)

    def is_done() -> bool:
        (primary, *others) = system.service()["deployments"]
        assert primary["rolloutState"] != "FAILED", primary["rolloutStateReason"]
        return primary["rolloutState"] == "COMPLETED" and not others

    eventually(is_done, "the deployment's end")
    tasks = system.ecs.list_tasks(cluster=NAME, serviceName="predictor")["taskArns"]
    described = system.ecs.describe_tasks(cluster=NAME, tasks=tasks)["tasks"]
    assert [(one["lastStatus"], one["healthStatus"]) for one in described] == [("RUNNING", "HEALTHY")] * 2
    assert {one["taskDefinitionArn"] for one in described} == {revision(system)}
    assert len(system.stack.tasks()) >= 2, "tasks are processes"


def ask(system: System, text: str) -> tuple[dict, dict]:
    request = urllib.request.Request(
        f"{system.stack.balancer}/v1/models/{MODEL}/predict", json.dumps({"text": text}).encode(),
        {"content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer), dict(answer.headers)


def test_a_request_gets_a_prediction_by_the_model_from_the_bucket(system):
    answer, headers = ask(system, "What a wonderful, clear and friendly book.")
    assert answer["prediction"] == "positive" and 0.5 < answer["confidence"] <= 1, answer
    assert headers["x-model-version"] == VERSION, "what the program brings itself is newer"
    assert ask(system, "A dull and stupid waste of money.")[0]["prediction"] == "negative"
    served = eventually(lambda: system.log('{ $.route = "/v1/models/{model}/predict" && $.status = 200 }'), "the log")
    assert {one["model_version"] for one in served} == {VERSION}


def test_alarms_are_judged_by_what_the_service_does(system):
    """Metric math and all: no task is missing, and after odd requests the log's drift line rings the drift alarm."""
    cloudwatch = system.on_stack("cloudwatch")

    def alarm(name: str) -> dict:
        (found,) = cloudwatch.describe_alarms(AlarmNames=[f"{NAME}-{name}"])["MetricAlarms"]
        return found

    def state(name: str) -> str:
        return alarm(name)["StateValue"]

    for number in range(260):
        ask(system, f"Ωμέγα ψυχή {number} " * 40)
    eventually(lambda: system.log('{ $.message = "drift began" }'), "the line that says drift began")
    eventually(lambda: state("drift") == "ALARM", "the alarm on drift")
    (metric,) = cloudwatch.list_metrics(Namespace="Quarterdeck/Predictor")["Metrics"]
    assert metric["MetricName"] == "DriftDetected"
    eventually(lambda: state("tasks-below-desired") == "OK", "the alarm on missing tasks")
    eventually(lambda: state("unhealthy-hosts") == "OK", "the alarm on unhealthy hosts")
    # The alarm's own queries: its expression has values only where the balancer counted requests.
    (rate,) = cloudwatch.get_metric_data(
        StartTime=time.time() - 3600, EndTime=time.time() + 7200, MetricDataQueries=alarm("5xx-rate")["Metrics"]
    )["MetricDataResults"]
    assert rate["Id"] == "rate" and set(rate["Values"]) == {0.0}, rate
    assert state("5xx-rate") == "OK"


def run_alone(system: System, **more) -> tuple[dict, dict]:
    """Runs a task by itself to its end: the task and its container."""
    subnets = values(system.root.state(), "aws_subnet")
    (started,) = system.ecs.run_task(
        cluster=NAME, launchType="FARGATE", networkConfiguration={"awsvpcConfiguration": {"subnets": [subnets[0]["id"]]}},
        **({"taskDefinition": revision(system)} | more),
    )["tasks"]

    def ended():
        (task,) = system.ecs.describe_tasks(cluster=NAME, tasks=[started["taskArn"]])["tasks"]
        return task if task["lastStatus"] == "STOPPED" else None

    task = eventually(ended, "the task's end")
    return task, task["containers"][0]


def register(system: System, family: str, **changes) -> str:
    """Registers Terraform's own definition with a changed container, in a family of its own."""
    described = system.ecs.describe_task_definition(taskDefinition=revision(system))["taskDefinition"]
    (container,) = described["containerDefinitions"]
    kept = {key: described[key] for key in (
        "networkMode", "requiresCompatibilities", "cpu", "memory", "volumes", "taskRoleArn", "executionRoleArn",
    )}
    registered = system.ecs.register_task_definition(
        family=family, containerDefinitions=[container | changes], **kept
    )
    return registered["taskDefinition"]["taskDefinitionArn"]


def test_terraforms_own_alarm_rolls_a_bad_deployment_back(system):
    """Healthy by every check, but most predictions fail: only the metric math over the balancer's counts can tell."""
    good, url = revision(system), system.output("repository_url")
    digest = push(system, "bad0001", "faulty")
    worse = register(system, "worse", image=f"{url}@{digest}", command=["errors", "--rate", "0.6"])
    # The provider cannot express the bake time; without one, ECS chooses it.
    watched = system.service()["deploymentConfiguration"] | {"bakeTimeInMinutes": 10}
    system.ecs.update_service(
        cluster=NAME, service="predictor", taskDefinition=worse, deploymentConfiguration=watched
    )

    def is_rolled_back() -> bool:
        for _ in range(20):
            with contextlib.suppress(urllib.error.HTTPError):
                ask(system, "Good.")
        (primary, *others) = system.service()["deployments"]
        return (primary["taskDefinition"], primary["rolloutState"]) == (good, "COMPLETED") and not others

    eventually(is_rolled_back, "the rollback", 180)
    history = system.on_stack("cloudwatch").describe_alarm_history(
        AlarmName=f"{NAME}-5xx-rate", HistoryItemType="StateUpdate"
    )["AlarmHistoryItems"]
    assert any(item["HistorySummary"].endswith("to ALARM") for item in history)
    assert ask(system, "Good.")[0]["prediction"] == "positive"


def test_an_image_that_does_not_exist_is_named_in_the_stop_reason(system):
    missing = f"{system.output('repository_url')}:never-pushed"
    task, _ = run_alone(system, taskDefinition=register(system, "without-image", image=missing))
    assert task["stopCode"] == "TaskFailedToStart"
    assert task["stoppedReason"].startswith("CannotPullContainerError") and missing in task["stoppedReason"]


def test_a_model_version_that_does_not_exist_ends_the_task_and_is_explained(system):
    override = {"name": "predictor", "environment": [{"name": "MODEL", "value": f"{MODEL}@99"}]}
    task, container = run_alone(system, overrides={"containerOverrides": [override]})
    assert (task["stopCode"], container["exitCode"]) == ("EssentialContainerExited", 1)
    (line,) = eventually(lambda: system.log('{ $.message = "cannot serve" }'), "the reason in the log")
    assert f"{MODEL}@99 cannot be served" in line["error"], line
    assert line["error"].endswith(f"there are {VERSION}; name one of these, or register it first")


def test_a_second_plan_changes_nothing(system):
    planned = system.root.plan(*system.arguments)
    for one in filter(is_change, planned["resource_changes"]):
        before, after = one["change"]["before"] or {}, one["change"]["after"] or {}
        differing = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
        assert differing <= KNOWN_DRIFT.get(one["address"], set()), f"{one['address']}: {sorted(differing)}"
        assert one["change"]["actions"] == ["update"]
    outputs = planned.get("output_changes", {})
    assert {change["actions"][0] for change in outputs.values()} <= {"no-op"}


def test_destroy_leaves_nothing_behind(system):
    assert system.stack.tasks()
    system.root.run("destroy", "-input=false", "-auto-approve", *system.arguments)
    eventually(lambda: not system.stack.tasks(), "the end of every task's process")
    assert not list(Path(tempfile.gettempdir()).glob(f"local-stack-{system.stack.process.pid}-*")), "volumes of tasks"
    assert not resources(system.root.state())
    cloudwatch, logs = system.on_stack("cloudwatch"), system.on_stack("logs")
    left = {
        "clusters": system.ecs.list_clusters()["clusterArns"],
        "repositories": system.on_stack("ecr").describe_repositories()["repositories"],
        "alarms": cloudwatch.describe_alarms()["MetricAlarms"],
        "dashboards": cloudwatch.list_dashboards()["DashboardEntries"],
        "log groups": logs.describe_log_groups()["logGroups"],
        "metric filters": logs.describe_metric_filters()["metricFilters"],
        "buckets": system.on_moto("s3").list_buckets()["Buckets"],
        "load balancers": system.on_moto("elbv2").describe_load_balancers()["LoadBalancers"],
        "topics": system.on_moto("sns").list_topics()["Topics"],
        "rules": system.on_moto("events").list_rules()["Rules"],
        "roles": [one for one in system.on_moto("iam").list_roles()["Roles"] if one["RoleName"].startswith(NAME)],
        "VPCs": [one for one in system.on_moto("ec2").describe_vpcs()["Vpcs"] if not one["IsDefault"]],
        "scaling": system.on_moto("application-autoscaling").describe_scalable_targets(ServiceNamespace="ecs")[
            "ScalableTargets"],
    }
    assert not {kind: found for kind, found in left.items() if found}
    # On purpose (skip_destroy): a rollback may need them, and they cost nothing.
    kept = system.ecs.list_task_definitions(familyPrefix="predictor")["taskDefinitionArns"]
    assert [arn.rsplit("/")[-1] for arn in kept] == ["predictor:1", "predictor:2"]
