"""moto with the few things that Terraform's AWS provider and GitHub's identity need and moto lacks. Loopback only.

Added: tags of Application Auto Scaling targets, whose services may live in another emulator; the conditions of a role's
trust policy against the claims of a token from GitHub (its signature is not looked at); policies of buckets that want TLS.
"""

import base64
import fnmatch
import json
import os
import sys
import urllib.request

from moto.applicationautoscaling.exceptions import AWSValidationException
from moto.applicationautoscaling.models import ApplicationAutoscalingBackend as ScalingBackend
from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse as Scaling
from moto.core.authorization import ActionAuthenticatorMixin as Authenticator
from moto.core.exceptions import ServiceException
from moto.iam.access_control import IAMPolicy, IAMPolicyStatement, PermissionResult
from moto.iam.models import iam_backends
from moto.s3.models import FakeBucket
from moto.server import main
from moto.sts.responses import TokenResponse

SCALING_TAGS: dict[str, dict[str, str]] = {}


def list_scaling_tags(self):
    return json.dumps({"Tags": SCALING_TAGS.get(self._get_param("ResourceARN"), {})})


def tag_scaling(self):
    SCALING_TAGS.setdefault(self._get_param("ResourceARN"), {}).update(self._get_param("Tags") or {})
    return "{}"


def untag_scaling(self):
    for key in self._get_param("TagKeys") or []:
        SCALING_TAGS.get(self._get_param("ResourceARN"), {}).pop(key, None)
    return "{}"


def register_with_arn(self, original=Scaling.register_scalable_target):
    body = json.loads(original(self) or "{}")
    wanted = self._get_param("ResourceId"), self._get_param("ScalableDimension")
    for targets in self.applicationautoscaling_backend.targets.values():
        for target in targets.values():
            if (target.resource_id, target.scalable_dimension) == wanted:
                SCALING_TAGS.setdefault(target.arn, {}).update(self._get_param("Tags") or {})
                body["ScalableTargetARN"] = target.arn
    return json.dumps(body)


def service_exists(self, resource_id, original=ScalingBackend._ecs_service_exists_for_target):
    if "ECS_ENDPOINT" not in os.environ:
        return original(self, resource_id)
    _, cluster, service = resource_id.split("/")
    # moto answers every boto3 client of its own process; a plain request leaves it.
    request = urllib.request.Request(
        os.environ["ECS_ENDPOINT"], method="POST", data=json.dumps({"cluster": cluster, "services": [service]}).encode(),
        headers={
            "content-type": "application/x-amz-json-1.1",
            "x-amz-target": "AmazonEC2ContainerServiceV20141113.DescribeServices",
        },
    )
    with urllib.request.urlopen(request) as answer:
        if len(json.load(answer)["services"]) != 1:
            raise AWSValidationException(f"ECS service doesn't exist: {resource_id}")
    return True


def permission(self, action, resource):
    """moto knows no conditions of bucket policies; and on loopback a request counts as one over TLS."""
    statements = json.loads(self.policy)["Statement"] if self.policy else []
    for_all = [one for one in statements if "aws:SecureTransport" not in json.dumps(one.get("Condition", {}))]
    if not for_all:
        return PermissionResult.NEUTRAL
    policy = json.dumps({"Version": "2012-10-17", "Statement": for_all})
    return IAMPolicy(policy).is_action_permitted(action, resource)


def claims_of(token: str) -> dict:
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


def is_trusted(statement: dict, claims: dict) -> bool:
    issuer = claims["iss"].removeprefix("https://")
    if statement["Effect"] != "Allow" or issuer not in json.dumps(statement.get("Principal", {})):
        return False
    for operator, wishes in statement.get("Condition", {}).items():
        matches = fnmatch.fnmatchcase if "Like" in operator else lambda given, wanted: given == wanted
        for key, wanted in wishes.items():
            given = str(claims.get(key.split(":", 1)[1], ""))
            wanted = wanted if isinstance(wanted, list) else [wanted]
            if not any(matches(given, one) for one in wanted):
                return False
    return True


class NotTrusted(ServiceException):
    code = "AccessDenied"


def assume_with_token(self, original=TokenResponse.assume_role_with_web_identity):
    arn, claims = self._get_param("RoleArn"), claims_of(self._get_param("WebIdentityToken"))
    backends = iam_backends[self.current_account].values()
    role = next((role for backend in backends for role in backend.roles.values() if role.arn == arn), None)
    statements = json.loads(role.assume_role_policy_document)["Statement"] if role else []
    if not any(is_trusted(statement, claims) for statement in statements):
        raise NotTrusted("Not authorized to perform sts:AssumeRoleWithWebIdentity")
    return original(self)


def authenticate(self, cls, resource="*", original=Authenticator._authenticate_and_authorize_action):
    # A token from GitHub comes before there are credentials.
    return None if self._get_action() == "AssumeRoleWithWebIdentity" else original(self, cls, resource)


def matches_or_unknown(self, element, value, original=IAMPolicyStatement._check_element_matches):
    # moto says "*" where it does not know the resource: then only the action is judged.
    return True if (element, value) == ("Resource", "*") else original(self, element, value)


Scaling.list_tags_for_resource = list_scaling_tags
Scaling.tag_resource = tag_scaling
Scaling.untag_resource = untag_scaling
Scaling.register_scalable_target = register_with_arn
ScalingBackend._ecs_service_exists_for_target = service_exists
FakeBucket.get_permission = permission
Authenticator._authenticate_and_authorize_action = authenticate
IAMPolicyStatement._check_element_matches = matches_or_unknown
TokenResponse.assume_role_with_web_identity = assume_with_token

if __name__ == "__main__":
    main(sys.argv[1:])
