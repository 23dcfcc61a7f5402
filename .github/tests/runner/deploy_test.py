"""deploy.yml, run: what a good, a crashing, a wrong image does; who is let in; what is missing; what else is under way."""

import json
import subprocess

import pytest

from stage import SHA, wait_until


def test_a_good_image_ends_deployed_with_the_role_that_the_job_took(stage):
    stage.signed = True
    run = stage.run("develop")
    assert run.result == "success", run.log("dev")
    jobs = {"choose": "success", "retrain": "skipped", "qd": "success", "build": "success", "dev": "success", "staging": "skipped", "prod": "skipped"}
    assert {name: job["result"] for name, job in run.jobs.items()} == jobs
    digest = stage.stack.digest(SHA)
    assert run.jobs["build"]["outputs"]["digest"] == digest
    assert stage.stack.running() == {digest}
    assert "VERIFIED: 2 of 2 running tasks" in run.log("dev") and "8 of 8 predictions" in run.log("dev")
    assert f"{SHA} ({digest}) runs in local/predictor" in run.jobs["dev"]["summary"]
    # Without the right to look for log groups qd leaves that one check out, and says so.
    assert "ecs:UpdateService" in stage.guard.calls and set(stage.guard.refused) <= {"logs:DescribeLogGroups"}
    attested = (stage.folder / "attested").read_text()
    assert attested.count(digest) == 2 and "attest-sbom" in attested


def test_the_first_deployment_starts_tasks(stage):
    stage.stack.ecs.update_service(cluster="local", service="predictor", desiredCount=0)
    wait_until("nothing runs", lambda: not stage.stack.service()["runningCount"])
    run = stage.run("develop")
    assert run.result == "success", run.log("dev")
    assert stage.stack.service()["desiredCount"] == 2 and stage.stack.running() == {stage.stack.digest(SHA)}


def test_main_promotes_one_digest_and_a_second_run_builds_nothing(stage):
    run = stage.run("main")
    assert run.result == "success", run.log("staging") + run.log("prod")
    digest = stage.stack.digest(SHA)
    assert [run.job(name) for name in ("dev", "staging", "prod")] == ["skipped", "success", "success"]
    assert digest in run.log("staging") and digest in run.log("prod") and stage.stack.running() == {digest}
    stage.again()
    again = stage.run("main")
    assert again.result == "success", again.log("build")
    assert again.steps("build")["Build and scan"] == again.steps("build")["Push"] == "skipped"
    assert again.jobs["build"]["outputs"]["digest"] == digest


def test_a_crashing_image_ends_rolled_back_and_red(stage):
    stage.image, before = "1.2.0-crash", stage.stack.running()
    run = stage.run("develop")
    assert (run.result, run.job("build"), run.job("dev")) == ("failure", "success", "failure")
    assert run.code("dev") == 7, run.log("dev")
    assert f"::error::{SHA} was rolled back in local/predictor" in run.log("dev")
    assert stage.stack.running() == before and stage.stack.revision() == "predictor:2"


def test_a_saved_prediction_that_fails_rolls_back_and_prod_is_not_touched(stage):
    before = stage.stack.running()
    stage.overlay(".github/predictions.ndjson", '{"path":"/predict","body":{"text":"I loved it"},"expect":{"label":"negative"}}\n')
    run = stage.run("main")
    assert (run.result, run.job("staging"), run.job("prod")) == ("failure", "failure", "skipped")
    assert run.code("staging") == 7, run.log("staging")
    assert "NOT VERIFIED: 2 of 2 running tasks are predictor:3 with the image, 0 of 1 predictions" in run.log("staging")
    assert "ROLLED BACK: predictor:3 was not verified" in run.log("staging")
    assert stage.stack.running() == before


def test_grave_findings_are_not_pushed(stage):
    stage.base["STAND_FINDINGS"] = "CVE-2026-0001"
    run = stage.run("develop")
    assert (run.job("build"), run.job("dev")) == ("failure", "skipped")
    assert "CRITICAL: 1" in run.log("build") and stage.stack.digest(SHA) is None


@pytest.mark.parametrize("repository, role", [
    ("stranger/quarterdeck", "quarterdeck-deploy-dev"),
    ("example/quarterdeck", "quarterdeck-deploy-prod"),
])
def test_a_wrong_subject_is_refused(stage, repository, role):
    stage.environments["dev"]["AWS_DEPLOY_ROLE"] = stage.accounts.arn(role)
    run = stage.run("develop", repository=repository)
    assert (run.job("build"), run.job("dev")) == ("failure", "skipped")
    assert "Not authorized to perform sts:AssumeRoleWithWebIdentity" in run.log("build")
    assert stage.guard.calls == [] and stage.stack.digest(SHA) is None


@pytest.mark.parametrize("action, job, code", [("ecr:PutImage", "build", 1), ("ecs:UpdateService", "dev", 4)])
def test_a_missing_permission_is_refused(stage, action, job, code):
    stage.signed, before = True, stage.stack.revision()
    stage.environments["dev"]["AWS_DEPLOY_ROLE"] = stage.accounts.without("quarterdeck-deploy-dev", action)
    run = stage.run("develop")
    assert run.job(job) == "failure" and run.code(job) == code, run.log(job)
    assert set(stage.guard.refused) - {"logs:DescribeLogGroups"} == {action}
    assert f"is not authorized to perform: {action}" in run.log(job)
    assert stage.stack.revision() == before and stage.stack.at_rest()


def test_an_unknown_tag_is_told_before_anything_is_changed(stage):
    run = stage.run(environment="dev", deploy_only=True, image_tag="a" * 40, retrain=False, model="housing")
    assert (run.job("build"), run.job("dev"), run.code("dev")) == ("skipped", "failure", 3)
    assert f"there is no image with tag {'a' * 40} in predictor; build it first" in run.log("dev")
    assert not any(call.startswith("ecs:") for call in stage.guard.calls)


@pytest.mark.parametrize("inputs, said", [
    ({"deploy_only": True, "image_tag": "v1"}, "deploy_only needs image_tag, the 40 digits"),
    ({"deploy_only": True, "image_tag": ""}, "deploy_only needs image_tag, the 40 digits"),
    ({"deploy_only": True, "image_tag": "a" * 40 + "\nrm -rf x"}, "deploy_only needs image_tag, the 40 digits"),
    ({"deploy_only": False, "image_tag": "a" * 40}, "image_tag is only for deploy_only"),
])
def test_choices_that_make_no_sense_end_at_once(stage, inputs, said):
    run = stage.run(environment="dev", retrain=False, model="housing", **inputs)
    assert run.code("choose") == 2 and said in run.log("choose")
    assert {job["result"] for name, job in run.jobs.items() if name != "choose"} == {"skipped"}


def test_missing_and_wrong_variables_are_named_before_anything_is_done(stage):
    del stage.environments["dev"]["ECS_SERVICE"]
    stage.environments["dev"]["ECS_CLUSTER"] = "arn:aws:ecs:x"
    run = stage.run(environment="dev", deploy_only=True, image_tag=SHA, retrain=False, model="housing")
    assert run.job("dev") == "failure" and stage.guard.calls == []
    assert "the variable ECS_SERVICE of the environment dev is not set: Settings, Environments, dev" in run.log("dev")
    assert 'ECS_CLUSTER of the environment dev is "arn:aws:ecs:x", which is not a name' in run.log("dev")


def test_another_deployment_under_way_is_left_alone(stage):
    stage.stack.ecr.put_image(repositoryName="predictor", imageTag=SHA, imageManifest=manifest(stage, "1.1.1"))
    other = [str(stage.tools["qd"]), "deploy", "predictor", "--tag", "1.2.1-unhealthy", "--yes", "--cluster", "local"]
    stage.base["STAND_MEANWHILE"] = json.dumps(other)
    run = stage.run(environment="dev", deploy_only=True, image_tag=SHA, retrain=False, model="housing")
    assert run.code("dev") == 1, run.log("dev")
    assert "is under way in predictor; nothing was changed" in run.log("dev")
    assert "qd wait predictor follows it to its end" in run.log("dev")
    assert stage.stack.digest(SHA) not in stage.stack.running()


def test_an_index_stands_for_the_image_that_fits_the_task(stage):
    (running,) = stage.stack.running()
    environment = stage.variables_of_process() | {"AWS_REGION": "us-east-1", "HOME": str(stage.folder)}
    for listed, code in ((running, 0), (running[:-4] + "0000", 6)):
        index = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": [
            {"mediaType": "application/vnd.oci.image.manifest.v1+json", "size": 1, "digest": listed, "platform": {"architecture": "amd64"}},
        ]}
        pushed = stage.stack.ecr.put_image(repositoryName="predictor", imageManifest=json.dumps(index), imageTag=f"index-{code}")
        digest = pushed["image"]["imageId"]["imageDigest"]
        words = [str(stage.tools["qd"]), "verify", "predictor", "--cluster", "local", "--digest", digest]
        done = subprocess.run(words, env=environment, capture_output=True, text=True)
        assert done.returncode == code, done.stdout + done.stderr


def manifest(stage, tag: str) -> str:
    found = stage.stack.ecr.batch_get_image(repositoryName="predictor", imageIds=[{"imageTag": tag}])["images"][0]
    return found["imageManifest"]
