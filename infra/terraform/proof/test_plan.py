"""What the plan of each environment contains, held against what must never be in it and against AWS's own models.

Terraform's provider checks neither container definitions nor metric names nor actions in policies; this does.
"""

import json
import re

import boto3
import parliament
import pytest
from botocore.loaders import Loader
from system import REGION, Root, resources, values

PROD = [
    '-var=domain={name="predict.example.com",zone_id="Z0123456789ABCDEFGHIJ"}',
    '-var=alarm_emails=["on-call@example.com"]',
    "-var=repository_arn=arn:aws:ecr:eu-west-1:123456789012:repository/quarterdeck-staging/predictor",
]
ENVIRONMENTS = {
    "dev": ["-var=egress=endpoints", "-var=blue_green=true"],
    "staging": ["-var=image=123456789012.dkr.ecr.eu-west-1.amazonaws.com/quarterdeck-staging/predictor:1.2.3"],
    "prod": PROD,
}

# Metrics as AWS documents them for each namespace; an alarm on any other name would be silent for ever.
METRICS = {
    "AWS/ECS": {"CPUUtilization", "MemoryUtilization"},
    "AWS/ApplicationELB": {
        "HTTPCode_ELB_5XX_Count", "HTTPCode_Target_4XX_Count", "HTTPCode_Target_5XX_Count", "HealthyHostCount",
        "RequestCount", "TargetResponseTime", "UnHealthyHostCount",
    },
    "ECS/ContainerInsights": {
        "DesiredTaskCount", "NetworkRxBytes", "NetworkTxBytes", "PendingTaskCount", "RunningTaskCount",
    },
    "Quarterdeck/Predictor": {"DriftDetected"},
}


@pytest.fixture(scope="session", params=ENVIRONMENTS)
def plan(request, emulator, tmp_path_factory):
    root = Root.copy(tmp_path_factory.mktemp("plan") / "terraform", "service", emulator.endpoint)
    environment = request.param
    planned = root.plan(f"-var-file=environments/{environment}.tfvars", *ENVIRONMENTS[environment])
    return environment, planned


@pytest.fixture(scope="session")
def bootstrap(emulator, tmp_path_factory):
    root = Root.copy(tmp_path_factory.mktemp("bootstrap") / "terraform", "bootstrap", emulator.endpoint)
    root.run(
        "apply", "-input=false", "-auto-approve", f"-var=region={REGION}", "-var=repository=example/quarterdeck",
        "-var=repository_ids={owner=1,repository=2}",
    )
    return {"planned_values": json.loads(root.run("show", "-json"))["values"]}


def test_only_the_load_balancer_is_open_to_the_world(plan):
    environment, planned = plan
    open_rules = [
        one for one in resources(planned, "aws_vpc_security_group_ingress_rule")
        if one["values"].get("cidr_ipv4") == "0.0.0.0/0" or one["values"].get("cidr_ipv6")
    ]
    assert open_rules, "somebody must be able to call"
    assert {one["address"].split(".")[1] for one in open_rules} == {"load_balancer"}
    assert {one["values"]["from_port"] for one in open_rules} <= {80, 443}
    for service in values(planned, "aws_ecs_service"):
        assert service["network_configuration"][0]["assign_public_ip"] is False
    for block in values(planned, "aws_s3_bucket_public_access_block"):
        assert all(block[name] for name in ("block_public_acls", "block_public_policy", "ignore_public_acls"))
    if environment == "prod":
        http = [one for one in values(planned, "aws_lb_listener") if one["port"] == 80]
        assert [one["default_action"][0]["type"] for one in http] == ["redirect"]


def test_endpoints_leave_no_way_to_the_internet(plan):
    environment, planned = plan
    ways_out = values(planned, "aws_nat_gateway")
    to_anywhere = [
        one["address"] for one in resources(planned, "aws_vpc_security_group_egress_rule")
        if one["values"].get("cidr_ipv4") == "0.0.0.0/0"
    ]
    assert (not ways_out and not to_anywhere) == (environment == "dev")


def test_images_and_deployments_cannot_move_unseen(plan):
    _, planned = plan
    for repository in values(planned, "aws_ecr_repository"):
        assert repository["image_tag_mutability"] == "IMMUTABLE"
        assert repository["image_scanning_configuration"][0]["scan_on_push"]
    (service,) = values(planned, "aws_ecs_service")
    assert service["deployment_circuit_breaker"] == [{"enable": True, "rollback": True}]
    assert service["alarms"][0]["enable"] and service["alarms"][0]["rollback"]
    rung_by = {one["alarm_name"] for one in values(planned, "aws_cloudwatch_metric_alarm")}
    assert set(service["alarms"][0]["alarm_names"]) <= rung_by and service["alarms"][0]["alarm_names"]
    assert service["deployment_minimum_healthy_percent"] == 100
    for lifecycle in values(planned, "aws_ecr_lifecycle_policy"):
        for rule in json.loads(lifecycle["policy"])["rules"]:
            assert rule["selection"]["countNumber"] >= 7


def test_autoscaling_words_are_those_of_the_service_model(plan):
    _, planned = plan
    shapes = Loader().load_service_model("application-autoscaling", "service-2")["shapes"]
    for target in values(planned, "aws_appautoscaling_target"):
        assert target["scalable_dimension"] in shapes["ScalableDimension"]["enum"]
        assert target["service_namespace"] in shapes["ServiceNamespace"]["enum"]
        assert 1 <= target["min_capacity"] <= target["max_capacity"]
    for policy in values(planned, "aws_appautoscaling_policy"):
        (tracking,) = policy["target_tracking_scaling_policy_configuration"]
        kind = tracking["predefined_metric_specification"][0]["predefined_metric_type"]
        assert kind in shapes["MetricType"]["enum"]


def test_every_metric_exists(plan):
    _, planned = plan
    for alarm in values(planned, "aws_cloudwatch_metric_alarm"):
        named = [alarm] if alarm["metric_name"] else [q["metric"][0] for q in alarm["metric_query"] if q["metric"]]
        assert named
        for metric in named:
            assert metric["metric_name"] in METRICS[metric["namespace"]], alarm["alarm_name"]
        assert alarm["alarm_description"], "who is woken must be told what for"
    for transformation in values(planned, "aws_cloudwatch_log_metric_filter"):
        for metric in transformation["metric_transformation"]:
            assert metric["name"] in METRICS[metric["namespace"]]


def check_against(shape_name: str, value, shapes: dict, where: str) -> None:
    """Holds a value against a shape of botocore's service model: members, types, enums."""
    shape = shapes[shape_name]
    kind = shape["type"]
    if kind == "structure":
        assert isinstance(value, dict), f"{where} must be an object"
        for name, inner in value.items():
            assert name in shape["members"], f"{where} has no member {name}"
            check_against(shape["members"][name]["shape"], inner, shapes, f"{where}.{name}")
        missing = set(shape.get("required", [])) - set(value)
        assert not missing, f"{where} lacks {missing}"
    elif kind == "list":
        for index, inner in enumerate(value):
            check_against(shape["member"]["shape"], inner, shapes, f"{where}[{index}]")
    elif kind == "map":
        for name, inner in value.items():
            check_against(shape["value"]["shape"], inner, shapes, f"{where}.{name}")
    else:
        expected = {"string": str, "integer": int, "long": int, "boolean": bool, "double": (int, float)}[kind]
        assert isinstance(value, expected) and (kind == "boolean" or not isinstance(value, bool)), f"{where}: {value!r}"
        assert value in shape.get("enum", [value]), f"{where}: {value!r} is none of {shape.get('enum')}"


@pytest.fixture(scope="session")
def applied(emulator, tmp_path_factory):
    """The container definitions are known only after roles and repositories are."""
    root = Root.copy(tmp_path_factory.mktemp("applied") / "terraform", "service", emulator.endpoint)
    arguments = ["-var-file=environments/dev.tfvars", "-var=project=applied", "-var=egress=endpoints", "-var=blue_green=true"]
    root.run("apply", "-input=false", "-auto-approve", *arguments)
    state = json.loads(root.run("show", "-json"))
    yield {"planned_values": state["values"]}
    root.run("destroy", "-input=false", "-auto-approve", *arguments)


def test_the_container_is_what_ecs_understands_and_may_do_little(applied):
    shapes = Loader().load_service_model("ecs", "service-2")["shapes"]
    (definition,) = values(applied, "aws_ecs_task_definition")
    containers = json.loads(definition["container_definitions"])
    check_against("ContainerDefinitions", containers, shapes, "containerDefinitions")
    (container,) = containers
    assert container["readonlyRootFilesystem"] and container["user"].split(":")[0] != "0"
    assert container["linuxParameters"]["capabilities"]["drop"] == ["ALL"]
    assert container["healthCheck"]["command"][0] == "CMD", "there is no shell in the image"
    assert container["logConfiguration"]["options"]["mode"] == "non-blocking"
    assert not any(re.search("secret|password|token", one["name"], re.I) for one in container["environment"])
    assert {volume["name"] for volume in definition["volume"]} >= {m["sourceVolume"] for m in container["mountPoints"]}
    assert definition["task_role_arn"] != definition["execution_role_arn"]


def test_the_dashboard_shows_metrics_that_exist(applied):
    (dashboard,) = values(applied, "aws_cloudwatch_dashboard")
    widgets = json.loads(dashboard["dashboard_body"])["widgets"]
    assert {widget["type"] for widget in widgets} == {"alarm", "metric", "log"}
    cells = set()
    for widget in widgets:
        assert widget["x"] + widget["width"] <= 24
        for cell in [(x, y) for x in range(widget["x"], widget["x"] + widget["width"])
                     for y in range(widget["y"], widget["y"] + widget["height"])]:
            assert cell not in cells, f"{widget['properties']['title']} covers another widget"
            cells.add(cell)
        for metric in widget["properties"].get("metrics", []):
            assert metric[1] in METRICS[metric[0]]


def documents(state: dict, kinds: tuple[str, ...]) -> dict[str, dict]:
    """Policies by the address of what holds them."""
    found = {}
    for one in state:
        for kind, member in (("aws_iam_role_policy", "policy"), ("aws_iam_policy", "policy"),
                             ("aws_iam_role", "assume_role_policy")):
            if one["type"] == kind and kind in kinds:
                found[one["address"]] = json.loads(one["values"][member])
    return found


# What parliament says of every policy like these: that resources cannot all be named, and that who makes a bucket can
# also set its policy. Everything else counts.
EXPECTED_ISSUES = {
    "RESOURCE_MISMATCH", "RESOURCE_EFFECTIVELY_STAR", "RESOURCE_STAR", "RESOURCE_POLICY_PRIVILEGE_ESCALATION",
}


def is_newer_action(finding) -> bool:
    """parliament's list of actions is older than botocore's models, which name the operation behind the action."""
    if finding.issue != "UNKNOWN_ACTION":
        return False
    service, operation = finding.location["string"].split(":")
    return operation in Loader().load_service_model(service, "service-2")["operations"]


def judge(address: str, policy: dict) -> None:
    findings = parliament.analyze_policy_string(json.dumps(policy)).findings
    serious = [str(one) for one in findings if one.issue not in EXPECTED_ISSUES and not is_newer_action(one)]
    assert not serious, f"{address}: {serious}"
    for statement in policy["Statement"]:
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        assert statement["Effect"] == "Allow"
        assert not any("*" in action for action in actions), f"{address}: {actions}"
        assert "NotAction" not in statement and "NotResource" not in statement
        if "iam:PassRole" in actions:
            assert statement["Condition"]["StringEquals"]["iam:PassedToService"], address
            resource = statement["Resource"]
            assert "*" not in (resource if isinstance(resource, list) else [resource]), address


def test_policies_of_the_service_name_real_actions_and_no_stars(applied):
    found = documents(resources(applied), ("aws_iam_role_policy", "aws_iam_policy"))
    assert len(found) >= 3
    for address, policy in found.items():
        judge(address, policy)


def test_policies_of_the_pipeline_name_real_actions_and_no_stars(bootstrap):
    found = documents(resources(bootstrap), ("aws_iam_role_policy", "aws_iam_policy"))
    assert len(found) >= 12
    for address, policy in found.items():
        judge(address, policy)
        limit = 10_240 if address.startswith("aws_iam_role_policy") else 6_144
        size = len(json.dumps(policy, separators=(",", ":")))
        assert size <= limit, f"{address} has {size} characters, {limit} are allowed"


def test_roles_are_taken_from_one_repository_and_environment_only(bootstrap):
    roles = documents(resources(bootstrap), ("aws_iam_role",))
    assert len(roles) == 9
    for address, trust in roles.items():
        (statement,) = trust["Statement"]
        assert set(statement["Condition"]) == {"StringEquals"}, f"{address}: a pattern would trust too many"
        issuer = "token.actions.githubusercontent.com"
        assert statement["Condition"]["StringEquals"][f"{issuer}:aud"] in ("sts.amazonaws.com", ["sts.amazonaws.com"])
        for subject in statement["Condition"]["StringEquals"][f"{issuer}:sub"]:
            assert re.fullmatch(r"repo:example(@1)?/quarterdeck(@2)?:(pull_request|environment:[a-z-]+)", subject)


def token(subject: str) -> str:
    import base64

    def part(claims: dict) -> str:
        return base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")

    claims = {"iss": "https://token.actions.githubusercontent.com", "aud": "sts.amazonaws.com", "sub": subject}
    return f"{part({'alg': 'none'})}.{part(claims)}.none"


@pytest.mark.parametrize("subject, allowed", [
    ("repo:example/quarterdeck:environment:prod", True),
    ("repo:example@1/quarterdeck@2:environment:prod", True),
    ("repo:example/quarterdeck:environment:staging", False),
    ("repo:example/quarterdeck:ref:refs/heads/main", False),
    ("repo:example/quarterdeck:pull_request", False),
    ("repo:stranger/quarterdeck:environment:prod", False),
    ("repo:example@9/quarterdeck@2:environment:prod", False),
])
def test_who_may_deploy_to_prod(bootstrap, emulator, subject, allowed):
    sts = boto3.client(
        "sts", endpoint_url=emulator.endpoint, region_name=REGION, aws_access_key_id="x", aws_secret_access_key="x"
    )
    wanted = {
        "RoleArn": "arn:aws:iam::123456789012:role/quarterdeck-deploy-prod",
        "RoleSessionName": "test", "WebIdentityToken": token(subject),
    }
    if allowed:
        assert sts.assume_role_with_web_identity(**wanted)["Credentials"]["AccessKeyId"]
    else:
        with pytest.raises(sts.exceptions.ClientError, match="Not authorized"):
            sts.assume_role_with_web_identity(**wanted)
