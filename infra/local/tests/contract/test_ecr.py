"""ECR: repositories, manifests, tags, scans."""

import hashlib
import json

import pytest

from conftest import error_of, unique

MEDIA_TYPE = "application/vnd.oci.image.manifest.v1+json"


def manifest(seed):
    return json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": MEDIA_TYPE,
            "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": "sha256:0", "size": 100},
            "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": f"sha256:{seed}", "size": 1000}],
        }
    )


@pytest.fixture
def repository(ecr):
    name = unique("contract/images")
    ecr.create_repository(repositoryName=name)
    return name


def put(ecr, repository, seed, tag=None, **more):
    named = {"imageTag": tag} if tag else {}
    return ecr.put_image(repositoryName=repository, imageManifest=manifest(seed), **named, **more)["image"]["imageId"]


def test_repositories(ecr, repository):
    (found,) = ecr.describe_repositories(repositoryNames=[repository])["repositories"]
    assert found["repositoryUri"] == f"000000000000.dkr.ecr.us-east-1.amazonaws.com/{repository}"
    assert found["repositoryArn"] == f"arn:aws:ecr:us-east-1:000000000000:repository/{repository}"
    assert found["imageTagMutability"] == "MUTABLE"
    code, message = error_of(ecr.create_repository, repositoryName=repository)
    assert code == "RepositoryAlreadyExistsException"
    assert message == f"The repository with name '{repository}' already exists in the registry with id '000000000000'"
    assert error_of(ecr.create_repository, repositoryName="Bad Name")[0] == "InvalidParameterException"
    code, message = error_of(ecr.describe_repositories, repositoryNames=["missing"])
    assert code == "RepositoryNotFoundException"
    assert message == "The repository with name 'missing' does not exist in the registry with id '000000000000'"
    others = {unique("other") for _ in range(5)}
    for name in others:
        ecr.create_repository(repositoryName=name)
    pages = ecr.get_paginator("describe_repositories").paginate(PaginationConfig={"PageSize": 2})
    listed = [found["repositoryName"] for page in pages for found in page["repositories"]]
    assert others <= set(listed) and len(listed) == len(set(listed))


def test_a_digest_is_the_digest_of_the_manifest(ecr, repository):
    expected = "sha256:" + hashlib.sha256(manifest("a").encode()).hexdigest()
    assert put(ecr, repository, "a", "v1") == {"imageDigest": expected, "imageTag": "v1"}
    (image,) = ecr.batch_get_image(repositoryName=repository, imageIds=[{"imageTag": "v1"}])["images"]
    assert image["imageManifest"] == manifest("a") and image["imageManifestMediaType"] == MEDIA_TYPE
    code, message = error_of(put, ecr=ecr, repository=repository, seed="a", tag="v1")
    assert code == "ImageAlreadyExistsException" and f"Image with digest '{expected}' and tag 'v1' already" in message
    put(ecr, repository, "a", "latest")
    (detail,) = ecr.describe_images(repositoryName=repository)["imageDetails"]
    assert (detail["imageTags"], detail["imageSizeInBytes"]) == (["latest", "v1"], 1100)
    assert error_of(put, ecr=ecr, repository=repository, seed="b", imageDigest="sha256:0")[0] == (
        "ImageDigestDoesNotMatchException"
    )
    bad = error_of(ecr.put_image, repositoryName=repository, imageManifest="{")
    assert bad[0] == "InvalidParameterException" and "Invalid JSON syntax" in bad[1]
    assert error_of(put, ecr=ecr, repository="missing", seed="a")[0] == "RepositoryNotFoundException"


def test_tags_move_unless_they_are_immutable(ecr, repository):
    first = put(ecr, repository, "a", "prod")
    second = put(ecr, repository, "b", "prod")
    tagged = ecr.describe_images(repositoryName=repository, filter={"tagStatus": "TAGGED"})["imageDetails"]
    untagged = ecr.describe_images(repositoryName=repository, filter={"tagStatus": "UNTAGGED"})["imageDetails"]
    assert [detail["imageDigest"] for detail in tagged] == [second["imageDigest"]]
    assert [detail["imageDigest"] for detail in untagged] == [first["imageDigest"]] and "imageTags" not in untagged[0]
    fixed = unique("fixed")
    ecr.create_repository(repositoryName=fixed, imageTagMutability="IMMUTABLE")
    put(ecr, fixed, "a", "v1")
    code, message = error_of(put, ecr=ecr, repository=fixed, seed="b", tag="v1")
    assert code == "ImageTagAlreadyExistsException"
    assert f"The image tag 'v1' already exists in the '{fixed}' repository and cannot be overwritten" in message


def test_pages_and_lookups(ecr, repository):
    for n in range(7):
        put(ecr, repository, str(n), f"v{n}")
    pages = list(ecr.get_paginator("describe_images").paginate(repositoryName=repository, PaginationConfig={"PageSize": 3}))
    assert [len(page["imageDetails"]) for page in pages] == [3, 3, 1]
    pages = ecr.get_paginator("list_images").paginate(repositoryName=repository, PaginationConfig={"PageSize": 3})
    assert [image["imageTag"] for page in pages for image in page["imageIds"]] == [f"v{n}" for n in range(7)]
    code, message = error_of(ecr.describe_images, repositoryName=repository, imageIds=[{"imageTag": "no"}])
    assert code == "ImageNotFoundException"
    assert f"{{imageDigest:'null', imageTag:'no'}} does not exist within the repository with name '{repository}'" in message
    answer = ecr.batch_get_image(repositoryName=repository, imageIds=[{"imageTag": "v1"}, {"imageTag": "no"}])
    assert len(answer["images"]) == 1 and answer["failures"][0]["failureCode"] == "ImageNotFound"
    assert error_of(ecr.list_images, repositoryName=repository, nextToken="x")[0] == "InvalidParameterException"


def test_deleting(ecr, repository):
    image = put(ecr, repository, "a", "one")
    put(ecr, repository, "a", "two")
    answer = ecr.batch_delete_image(repositoryName=repository, imageIds=[{"imageTag": "one"}, {"imageTag": "no"}])
    assert answer["imageIds"] == [{"imageDigest": image["imageDigest"], "imageTag": "one"}]
    assert answer["failures"][0]["failureCode"] == "ImageNotFound"
    ecr.batch_delete_image(repositoryName=repository, imageIds=[{"imageDigest": image["imageDigest"]}])
    assert ecr.list_images(repositoryName=repository)["imageIds"] == []


def test_scans(ecr, repository):
    put(ecr, repository, "a", "v1")
    asked = {"repositoryName": repository, "imageId": {"imageTag": "v1"}}
    assert error_of(ecr.describe_image_scan_findings, **asked)[0] == "ScanNotFoundException"
    assert ecr.start_image_scan(**asked)["imageScanStatus"]["status"] == "IN_PROGRESS"
    found = ecr.describe_image_scan_findings(**asked)
    assert found["imageScanStatus"]["status"] == "COMPLETE" and found["imageScanFindings"]["findings"] == []
    assert ecr.describe_images(repositoryName=repository)["imageDetails"][0]["imageScanStatus"]["status"] == "COMPLETE"
    assert error_of(ecr.start_image_scan, **asked)[0] == "LimitExceededException"


def test_what_the_registry_does_not_hold(ecr, repository):
    (data,) = ecr.get_authorization_token()["authorizationData"]
    assert data["proxyEndpoint"] == "https://000000000000.dkr.ecr.us-east-1.amazonaws.com"
    code, message = error_of(ecr.initiate_layer_upload, repositoryName=repository)
    assert code == "UnknownOperationException" and "InitiateLayerUpload" in message


def test_settings_of_a_repository(ecr):
    name = unique("contract/settled")
    made = ecr.create_repository(
        repositoryName=name, imageTagMutability="IMMUTABLE", imageScanningConfiguration={"scanOnPush": True},
        tags=[{"Key": "team", "Value": "deck"}],
    )["repository"]
    assert made["imageTagMutability"] == "IMMUTABLE" and made["imageScanningConfiguration"] == {"scanOnPush": True}
    pushed = put(ecr, name, "a", "v1")
    assert ecr.describe_image_scan_findings(repositoryName=name, imageId=pushed)["imageScanStatus"]["status"] == "COMPLETE"
    changed = ecr.put_image_tag_mutability(repositoryName=name, imageTagMutability="MUTABLE")
    assert changed["imageTagMutability"] == "MUTABLE"
    changed = ecr.put_image_scanning_configuration(
        repositoryName=name, imageScanningConfiguration={"scanOnPush": False}
    )
    assert changed["imageScanningConfiguration"] == {"scanOnPush": False}
    (found,) = ecr.describe_repositories(repositoryNames=[name])["repositories"]
    assert found["imageTagMutability"] == "MUTABLE" and found["imageScanningConfiguration"] == {"scanOnPush": False}
    put(ecr, name, "b", "v1")
    error = error_of(ecr.put_image_tag_mutability, repositoryName=name, imageTagMutability="MAYBE")
    assert error[0] == "InvalidParameterException"
    tags = {"resourceArn": found["repositoryArn"]}
    ecr.tag_resource(**tags, tags=[{"Key": "tier", "Value": "1"}])
    ecr.untag_resource(**tags, tagKeys=["team", "unknown"])
    assert ecr.list_tags_for_resource(**tags)["tags"] == [{"Key": "tier", "Value": "1"}]
    assert error_of(ecr.tag_resource, **tags, tags=[{"Key": "aws:x", "Value": ""}])[0] == "InvalidTagParameterException"
    assert error_of(ecr.list_tags_for_resource, resourceArn="arn:aws:sns:x")[0] == "InvalidParameterException"
    missing = tags["resourceArn"] + "-missing"
    assert error_of(ecr.list_tags_for_resource, resourceArn=missing)[0] == "RepositoryNotFoundException"


def test_policies_of_a_repository(ecr, repository):
    named = {"repositoryName": repository}
    rule = {
        "rulePriority": 1, "action": {"type": "expire"},
        "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 9},
    }
    text = json.dumps({"rules": [rule]})
    assert error_of(ecr.get_lifecycle_policy, **named)[0] == "LifecyclePolicyNotFoundException"
    assert ecr.put_lifecycle_policy(**named, lifecyclePolicyText=text)["lifecyclePolicyText"] == text
    assert ecr.get_lifecycle_policy(**named)["lifecyclePolicyText"] == text
    wrong = json.dumps({"rules": [rule | {"action": {"type": "keep for ever and ever and ever and ever"}}]})
    code, message = error_of(ecr.put_lifecycle_policy, **named, lifecyclePolicyText=wrong)
    assert code == "InvalidParameterException" and "Lifecycle policy validation failure" in message
    assert ecr.delete_lifecycle_policy(**named)["lifecyclePolicyText"] == text
    assert error_of(ecr.delete_lifecycle_policy, **named)[0] == "LifecyclePolicyNotFoundException"
    text = json.dumps({"Version": "2012-10-17", "Statement": []})
    assert error_of(ecr.get_repository_policy, **named)[0] == "RepositoryPolicyNotFoundException"
    assert error_of(ecr.set_repository_policy, **named, policyText="{}")[0] == "InvalidParameterException"
    assert ecr.set_repository_policy(**named, policyText=text)["policyText"] == text
    assert ecr.get_repository_policy(**named)["policyText"] == text
    assert ecr.delete_repository_policy(**named)["policyText"] == text
    assert error_of(ecr.delete_repository_policy, **named)[0] == "RepositoryPolicyNotFoundException"


def test_deleting_a_repository(ecr, repository):
    put(ecr, repository, "a", "v1")
    code, message = error_of(ecr.delete_repository, repositoryName=repository)
    assert code == "RepositoryNotEmptyException" and message.endswith("because it still contains images")
    assert ecr.delete_repository(repositoryName=repository, force=True)["repository"]["repositoryName"] == repository
    assert error_of(ecr.delete_repository, repositoryName=repository)[0] == "RepositoryNotFoundException"
