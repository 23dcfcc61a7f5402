"""ECS: clusters, task definitions, services that really run, deployments that end well and badly."""

import json

import pytest

from conftest import error_of, eventually, make_client, unique

NETWORK = {"awsvpcConfiguration": {"subnets": ["subnet-1"], "securityGroups": ["sg-1"]}}
RUNS = "exec sleep 100000"
CRASHES = "exit 3"


@pytest.fixture(scope="module")
def ecs():
    return make_client("ecs")


@pytest.fixture(scope="module")
def image(ecr):
    """An image that pulls; what a container runs stands in its entry point."""
    repository = unique("contract/ecs")
    ecr.create_repository(repositoryName=repository)
    manifest = json.dumps({"schemaVersion": 2, "config": {"size": 1}, "layers": []})
    ecr.put_image(repositoryName=repository, imageManifest=manifest, imageTag="v1")
    return f"000000000000.dkr.ecr.us-east-1.amazonaws.com/{repository}:v1"


@pytest.fixture(scope="module")
def cluster(ecs):
    name = unique("contract")
    ecs.create_cluster(clusterName=name, tags=[{"key": "team", "value": "deck"}])
    return name


@pytest.fixture
def register(ecs, image):
    family = unique("family")

    def one(line=RUNS, **container):
        definition = ecs.register_task_definition(
            family=family, cpu="256", memory="512", networkMode="awsvpc", requiresCompatibilities=["FARGATE"],
            containerDefinitions=[
                {"name": "app", "image": image, "essential": True, "entryPoint": ["sh", "-c"], "command": [line],
                 "environment": [{"name": "LINE", "value": line}], "stopTimeout": 5, **container}
            ],
        )["taskDefinition"]
        return definition["taskDefinitionArn"]

    return one


@pytest.fixture
def service(ecs, cluster, register):
    """A service of two tasks that has settled; gone after the test."""
    name = unique("service")
    ecs.create_service(
        cluster=cluster, serviceName=name, taskDefinition=register(), desiredCount=2, launchType="FARGATE",
        networkConfiguration=NETWORK,
        deploymentConfiguration={
            "minimumHealthyPercent": 100, "maximumPercent": 200,
            "deploymentCircuitBreaker": {"enable": True, "rollback": True},
        },
    )
    eventually(lambda: described(ecs, cluster, name)["deployments"][0]["rolloutState"] == "COMPLETED", 120)
    yield name
    ecs.update_service(cluster=cluster, service=name, desiredCount=0)
    ecs.delete_service(cluster=cluster, service=name, force=True)


def described(ecs, cluster, service):
    (found,) = ecs.describe_services(cluster=cluster, services=[service], include=["TAGS"])["services"]
    return found


def newest_deployment(ecs, cluster, service):
    listed = ecs.list_service_deployments(cluster=cluster, service=service)["serviceDeployments"]
    arn = max(listed, key=lambda one: one["createdAt"])["serviceDeploymentArn"]
    (found,) = ecs.describe_service_deployments(serviceDeploymentArns=[arn])["serviceDeployments"]
    return found


def until_status(ecs, cluster, service, status):
    def reached():
        found = newest_deployment(ecs, cluster, service)
        return found if found["status"] == status else None

    return eventually(reached, 240)


def messages(ecs, cluster, service):
    return [event["message"] for event in described(ecs, cluster, service)["events"]]


def test_clusters(ecs, cluster):
    (found,) = ecs.describe_clusters(clusters=[cluster], include=["TAGS", "STATISTICS", "SETTINGS"])["clusters"]
    assert found["clusterArn"] == f"arn:aws:ecs:us-east-1:000000000000:cluster/{cluster}" and found["status"] == "ACTIVE"
    names = [unique("many") for _ in range(5)]
    for name in names:
        ecs.create_cluster(clusterName=name)
    pages = list(ecs.get_paginator("list_clusters").paginate(PaginationConfig={"PageSize": 2}))
    listed = [arn.rsplit("/")[-1] for page in pages for arn in page["clusterArns"]]
    assert set(names) <= set(listed) and len(listed) == len(set(listed)) and len(pages) > 2
    for name in names:
        assert ecs.delete_cluster(cluster=name)["cluster"]["status"] == "INACTIVE"
    changed = ecs.put_cluster_capacity_providers(
        cluster=cluster, capacityProviders=["FARGATE_SPOT"],
        defaultCapacityProviderStrategy=[{"capacityProvider": "FARGATE_SPOT", "weight": 1}],
    )["cluster"]
    assert changed["capacityProviders"] == ["FARGATE_SPOT"]
    changed = ecs.update_cluster_settings(cluster=cluster, settings=[{"name": "containerInsights", "value": "enabled"}])
    assert changed["cluster"]["settings"] == [{"name": "containerInsights", "value": "enabled"}]
    for providers, strategy in [(["mine"], []), (["FARGATE"], [{"capacityProvider": "FARGATE_SPOT"}])]:
        asked = {"capacityProviders": providers, "defaultCapacityProviderStrategy": strategy}
        assert error_of(ecs.put_cluster_capacity_providers, cluster=cluster, **asked)[0] == "InvalidParameterException"
    answer = ecs.describe_clusters(clusters=["missing"])
    assert answer["clusters"] == [] and answer["failures"][0]["reason"] == "MISSING"
    assert error_of(ecs.list_services, cluster="missing") == ("ClusterNotFoundException", "Cluster not found.")
    assert error_of(ecs.create_cluster, clusterName="a b")[0] == "InvalidParameterException"


def test_task_definitions(ecs, register):
    arns = [register(f"exec sleep {n}") for n in range(3)]
    family = arns[0].rsplit("/")[-1].split(":")[0]
    assert [arn.rsplit(":")[-1] for arn in arns] == ["1", "2", "3"]
    found = ecs.describe_task_definition(taskDefinition=family, include=["TAGS"])["taskDefinition"]
    assert (found["revision"], found["status"]) == (3, "ACTIVE")
    (container,) = found["containerDefinitions"]
    assert container["command"] == ["exec sleep 2"] and container["stopTimeout"] == 5
    pages = ecs.get_paginator("list_task_definitions").paginate(
        familyPrefix=family, sort="DESC", PaginationConfig={"PageSize": 2}
    )
    assert [arn for page in pages for arn in page["taskDefinitionArns"]] == arns[::-1]
    families = ecs.get_paginator("list_task_definition_families").paginate(familyPrefix=family, status="ACTIVE")
    assert [name for page in families for name in page["families"]] == [family]
    assert ecs.deregister_task_definition(taskDefinition=arns[0])["taskDefinition"]["status"] == "INACTIVE"
    assert arns[0] not in ecs.list_task_definitions(familyPrefix=family)["taskDefinitionArns"]
    assert error_of(ecs.describe_task_definition, taskDefinition="missing:1") == (
        "ClientException", "Unable to describe task definition.",
    )
    assert error_of(ecs.register_task_definition, family="f", containerDefinitions=[])[0] == "ClientException"


def test_a_service_runs_its_tasks(ecs, cluster, service):
    found = described(ecs, cluster, service)
    assert (found["desiredCount"], found["runningCount"], found["pendingCount"], found["status"]) == (2, 2, 0, "ACTIVE")
    (deployment,) = found["deployments"]
    assert deployment["status"] == "PRIMARY" and deployment["id"].startswith("ecs-svc/")
    assert deployment["rolloutStateReason"] == f"ECS deployment {deployment['id']} completed."
    assert f"(service {service}) has reached a steady state." in messages(ecs, cluster, service)
    arns = ecs.list_tasks(cluster=cluster, serviceName=service)["taskArns"]
    tasks = ecs.describe_tasks(cluster=cluster, tasks=arns, include=["TAGS"])["tasks"]
    assert len(tasks) == 2
    for task in tasks:
        assert (task["lastStatus"], task["desiredStatus"], task["startedBy"]) == ("RUNNING", "RUNNING", deployment["id"])
        assert task["group"] == f"service:{service}" and task["containers"][0]["lastStatus"] == "RUNNING"
    paged = ecs.get_paginator("list_tasks").paginate(cluster=cluster, serviceName=service, PaginationConfig={"PageSize": 1})
    assert sorted(arn for page in paged for arn in page["taskArns"]) == sorted(arns)
    paged = ecs.get_paginator("list_services").paginate(cluster=cluster, PaginationConfig={"PageSize": 1})
    assert found["serviceArn"] in [arn for page in paged for arn in page["serviceArns"]]


def test_a_stopped_task_is_replaced(ecs, cluster, service):
    before = set(ecs.list_tasks(cluster=cluster, serviceName=service)["taskArns"])
    victim = sorted(before)[0]
    stopped = ecs.stop_task(cluster=cluster, task=victim, reason="a drill")["task"]
    assert stopped["desiredStatus"] == "STOPPED" and stopped["stoppedReason"] == "a drill"

    def gone():
        (task,) = ecs.describe_tasks(cluster=cluster, tasks=[victim])["tasks"]
        return task if task["lastStatus"] == "STOPPED" else None

    task = eventually(gone)
    assert task["stopCode"] == "UserInitiated" and task["containers"][0]["exitCode"] == 143
    eventually(lambda: described(ecs, cluster, service)["runningCount"] == 2)
    after = set(ecs.list_tasks(cluster=cluster, serviceName=service)["taskArns"])
    assert victim not in after and len(after - before) == 1
    assert victim in ecs.list_tasks(cluster=cluster, serviceName=service, desiredStatus="STOPPED")["taskArns"]


def test_a_good_deployment_never_falls_below_its_minimum(ecs, cluster, service, register):
    second = register("exec sleep 99999")
    answer = ecs.update_service(cluster=cluster, service=service, taskDefinition=second)["service"]
    assert [one["status"] for one in answer["deployments"]] == ["PRIMARY", "ACTIVE"]
    assert answer["deployments"][0]["rolloutState"] == "IN_PROGRESS"
    lowest = 2

    def done():
        nonlocal lowest
        lowest = min(lowest, described(ecs, cluster, service)["runningCount"])
        found = newest_deployment(ecs, cluster, service)
        return found if found["status"] == "SUCCESSFUL" else None

    deployment = eventually(done, 120)
    assert lowest == 2
    found = described(ecs, cluster, service)
    assert found["taskDefinition"] == second and found["currentServiceDeployment"] == deployment["serviceDeploymentArn"]
    target = deployment["targetServiceRevision"]
    assert (target["requestedTaskCount"], target["runningTaskCount"]) == (2, 2)
    (revision,) = ecs.describe_service_revisions(serviceRevisionArns=[target["arn"]])["serviceRevisions"]
    assert revision["taskDefinition"] == second
    by_status = ecs.list_service_deployments(cluster=cluster, service=service, status=["SUCCESSFUL"], maxResults=1)
    assert len(by_status["serviceDeployments"]) == 1 and by_status["nextToken"]
    rest = ecs.list_service_deployments(
        cluster=cluster, service=service, status=["SUCCESSFUL"], maxResults=1, nextToken=by_status["nextToken"]
    )
    assert rest["serviceDeployments"] != by_status["serviceDeployments"]
    ids = [one["id"] for one in answer["deployments"]]
    assert f"(service {service}) (deployment {ids[0]}) deployment completed." in messages(ecs, cluster, service)


def test_a_crashing_deployment_is_rolled_back(ecs, cluster, service, register):
    good = described(ecs, cluster, service)["taskDefinition"]
    ecs.update_service(cluster=cluster, service=service, taskDefinition=register(CRASHES))
    deployment = until_status(ecs, cluster, service, "ROLLBACK_SUCCESSFUL")
    assert deployment["deploymentCircuitBreaker"]["status"] == "TRIGGERED"
    assert deployment["deploymentCircuitBreaker"]["failureCount"] >= deployment["deploymentCircuitBreaker"]["threshold"] == 3
    assert deployment["rollback"]["serviceRevisionArn"]
    found = described(ecs, cluster, service)
    assert (found["taskDefinition"], found["runningCount"]) == (good, 2)
    told = messages(ecs, cluster, service)
    assert any("deployment failed: tasks failed to start." in message for message in told)
    assert any("rolling back to deployment ecs-svc/" in message for message in told)
    crashed = ecs.list_tasks(cluster=cluster, serviceName=service, desiredStatus="STOPPED")["taskArns"]
    tasks = ecs.describe_tasks(cluster=cluster, tasks=crashed)["tasks"]
    assert any(
        task["stopCode"] == "EssentialContainerExited" and task["containers"][0].get("exitCode") == 3 for task in tasks
    )


def test_a_deployment_is_stopped_by_hand(ecs, cluster, service, register):
    good = described(ecs, cluster, service)["taskDefinition"]
    check = {"command": ["CMD-SHELL", "exit 1"], "interval": 60, "retries": 10, "startPeriod": 300}
    ecs.update_service(cluster=cluster, service=service, taskDefinition=register(healthCheck=check))
    until_status(ecs, cluster, service, "IN_PROGRESS")
    arn = newest_deployment(ecs, cluster, service)["serviceDeploymentArn"]
    answer = ecs.stop_service_deployment(serviceDeploymentArn=arn, stopType="ROLLBACK")
    assert answer["serviceDeploymentArn"] == arn
    deployment = until_status(ecs, cluster, service, "ROLLBACK_SUCCESSFUL")
    assert deployment["serviceDeploymentArn"] == arn
    eventually(lambda: described(ecs, cluster, service)["runningCount"] == 2)
    assert described(ecs, cluster, service)["taskDefinition"] == good
    code, _ = error_of(ecs.stop_service_deployment, serviceDeploymentArn=arn)
    assert code in ("ConflictException", "InvalidParameterException")
    missing = arn[:-3] + "xxx"
    assert error_of(ecs.stop_service_deployment, serviceDeploymentArn=missing)[0] == "ServiceDeploymentNotFoundException"


def test_tags(ecs, cluster, service):
    arn = described(ecs, cluster, service)["serviceArn"]
    ecs.tag_resource(resourceArn=arn, tags=[{"key": "a", "value": "1"}, {"key": "b", "value": "2"}])
    ecs.untag_resource(resourceArn=arn, tagKeys=["a"])
    assert ecs.list_tags_for_resource(resourceArn=arn)["tags"] == [{"key": "b", "value": "2"}]
    assert described(ecs, cluster, service)["tags"] == [{"key": "b", "value": "2"}]


def test_a_task_alone(ecs, cluster, register):
    answer = ecs.run_task(
        cluster=cluster, taskDefinition=register("exit 0"), launchType="FARGATE", networkConfiguration=NETWORK, count=1
    )
    (task,) = answer["tasks"]
    arn = task["taskArn"]

    def over():
        (found,) = ecs.describe_tasks(cluster=cluster, tasks=[arn])["tasks"]
        return found if found["lastStatus"] == "STOPPED" else None

    found = eventually(over)
    assert found["containers"][0]["exitCode"] == 0 and found["stoppedReason"] == "Essential container in task exited"
    missing = ecs.describe_tasks(cluster=cluster, tasks=["0" * 32])
    assert missing["tasks"] == [] and missing["failures"][0]["reason"] == "MISSING"


def test_container_instances(ecs, cluster):
    assert ecs.list_container_instances(cluster=cluster)["containerInstanceArns"] == []
    answer = ecs.describe_container_instances(cluster=cluster, containerInstances=["x"])
    assert answer["failures"][0]["reason"] == "MISSING"


def test_bad_calls(ecs, cluster, register):
    assert error_of(ecs.describe_services, cluster=cluster, services=[f"s{n}" for n in range(11)]) == (
        "InvalidParameterException", "service names can have at most 10 items.",
    )
    answer = ecs.describe_services(cluster=cluster, services=["missing"])
    assert answer["services"] == [] and answer["failures"][0]["reason"] == "MISSING"
    assert error_of(ecs.update_service, cluster=cluster, service="missing", desiredCount=1) == (
        "ServiceNotFoundException", "Service not found.",
    )
    assert error_of(ecs.describe_tasks, cluster=cluster, tasks=["x"] * 101)[0] == "InvalidParameterException"
    assert error_of(ecs.create_service, cluster=cluster, serviceName="s", taskDefinition="missing", desiredCount=1)[0] in (
        "ClientException", "InvalidParameterException",
    )
    no_network = {"cluster": cluster, "serviceName": "s", "taskDefinition": register(), "desiredCount": 1}
    code, message = error_of(ecs.create_service, launchType="FARGATE", **no_network)
    assert code == "InvalidParameterException" and "Network Configuration must be provided" in message
    assert error_of(ecs.list_tasks, cluster=cluster, nextToken="x")[0] == "InvalidParameterException"
    code, message = error_of(ecs.execute_command, cluster=cluster, task="x", command="sh", interactive=True)
    assert code == "UnknownOperationException" and "ExecuteCommand" in message


def test_what_the_stack_starts_with(ecs):
    """The seeded service is richer than the ones above: a load balancer, alarms, health checks."""
    found = eventually(lambda: ecs.describe_services(cluster="local", services=["predictor"])["services"], 120)[0]
    assert found["loadBalancers"][0]["targetGroupArn"].startswith("arn:aws:elasticloadbalancing:")
    assert newest_deployment(ecs, "local", "predictor")["targetServiceRevision"]["arn"]
