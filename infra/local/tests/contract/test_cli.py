"""A few flows through the AWS CLI."""

import json
import os
import pathlib
import subprocess
import sys
import time

import pytest

from conftest import ENDPOINT, unique

AWS = str(pathlib.Path(sys.executable).with_name("aws"))


def environment():
    return {**os.environ, "AWS_ENDPOINT_URL": ENDPOINT, "AWS_DISABLE_HOST_PREFIX_INJECTION": "true", "AWS_PAGER": ""}


def aws(*arguments, fails=False):
    done = subprocess.run(
        [AWS, "--output", "json", *arguments], env=environment(), capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode != 0) == fails, done.stderr
    return done.stderr if fails else json.loads(done.stdout or "null")


@pytest.fixture
def group():
    name = unique("/cli")
    aws("logs", "create-log-group", "--log-group-name", name)
    aws("logs", "create-log-stream", "--log-group-name", name, "--log-stream-name", "s")
    return name


def write(group, message):
    events = json.dumps([{"timestamp": int(time.time() * 1000), "message": message}])
    aws("logs", "put-log-events", "--log-group-name", group, "--log-stream-name", "s", "--log-events", events)


def test_identity():
    assert aws("sts", "get-caller-identity")["Account"] == "000000000000"


def test_alarms():
    name = unique("cli")
    aws(
        "cloudwatch", "put-metric-alarm", "--alarm-name", name, "--namespace", "Cli", "--metric-name", "m", "--statistic",
        "Sum", "--period", "60", "--evaluation-periods", "1", "--threshold", "1", "--treat-missing-data", "ignore",
        "--comparison-operator", "GreaterThanThreshold",
    )
    aws("cloudwatch", "set-alarm-state", "--alarm-name", name, "--state-value", "ALARM", "--state-reason", "drill")
    (alarm,) = aws("cloudwatch", "describe-alarms", "--alarm-names", name)["MetricAlarms"]
    assert alarm["StateReason"] == "drill"
    error = aws("cloudwatch", "delete-alarms", "--alarm-names", "missing", fails=True)
    assert "An error occurred (ResourceNotFound) when calling the DeleteAlarms operation" in error


def test_logs(group):
    write(group, "hello from the command line")
    found = aws("logs", "filter-log-events", "--log-group-name", group, "--filter-pattern", "command")
    assert [event["message"] for event in found["events"]] == ["hello from the command line"]


def test_live_tail(group):
    arn = f"arn:aws:logs:us-east-1:000000000000:log-group:{group}"
    tail = subprocess.Popen(
        [AWS, "logs", "start-live-tail", "--log-group-identifiers", arn], env=environment(), stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, bufsize=0,
    )
    try:
        # The session may start after the first lines are written, so write until one is seen.
        os.set_blocking(tail.stdout.fileno(), False)
        seen, deadline = b"", time.monotonic() + 60
        while b"hello tail" not in seen:
            assert tail.poll() is None and time.monotonic() < deadline, seen
            write(group, "hello tail")
            seen += tail.stdout.read(65536) or b""
    finally:
        tail.kill()
        tail.wait()


def test_images():
    name = unique("cli")
    aws("ecr", "create-repository", "--repository-name", name)
    manifest = json.dumps({"schemaVersion": 2, "config": {"size": 1}, "layers": []})
    aws("ecr", "put-image", "--repository-name", name, "--image-tag", "v1", "--image-manifest", manifest)
    (image,) = aws("ecr", "describe-images", "--repository-name", name)["imageDetails"]
    assert image["imageTags"] == ["v1"]


def test_clusters_and_task_definitions():
    name = unique("cli")
    assert aws("ecs", "create-cluster", "--cluster-name", name)["cluster"]["status"] == "ACTIVE"
    assert name in " ".join(aws("ecs", "list-clusters")["clusterArns"])
    image = "000000000000.dkr.ecr.us-east-1.amazonaws.com/predictor:1.0.0"
    containers = json.dumps([{"name": "app", "image": image, "essential": True, "memory": 128}])
    aws("ecs", "register-task-definition", "--family", name, "--container-definitions", containers)
    arns = aws("ecs", "list-task-definitions", "--family-prefix", name)["taskDefinitionArns"]
    assert [arn.rsplit("/")[-1] for arn in arns] == [f"{name}:1"]
    error = aws("ecs", "describe-services", "--cluster", "missing", "--services", "s", fails=True)
    assert "(ClusterNotFoundException) when calling the DescribeServices operation: Cluster not found." in error
    aws("ecs", "delete-cluster", "--cluster", name)
