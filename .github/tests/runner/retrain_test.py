"""retrain.yml, run: rows in S3, training, the gate, the registry, an approval, tasks that serve the new version; or not."""

import csv
import json
import random
import subprocess

import boto3
import pytest

from stage import SHA, STACK_KEYS, wait_until

ANY_SAVINGS = '{"model":"savings","body":%s,"expect":{"number":754,"tolerance":1000}}\n'
HOUSEHOLD = {
    "Income": 3600.0, "Age": 41, "Dependents": 1, "Rent": 820.0, "Groceries": 410.0, "Transport": 230.0, "Utilities": 150.0,
    "Healthcare": 95.0, "Education": 120.0, "Entertainment": 160.0, "Miscellaneous": 90.0,
}


class Registry:
    """Rows and models in a bucket, and a service that serves the approved savings model."""

    def __init__(self, stage, name: str):
        self.stage, self.store = stage, f"s3://{name}"
        boto3.client("s3", endpoint_url=stage.accounts.endpoint, **STACK_KEYS).create_bucket(Bucket=name)
        self.environment = {
            "AWS_ENDPOINT_URL_S3": stage.accounts.endpoint, "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local", "MODEL_STORE": self.store, "GITHUB_ACTOR": "setup", "PATH": "/usr/bin:/bin",
            "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1",
        }
        stage.base["AWS_ENDPOINT_URL_S3"] = stage.accounts.endpoint
        stage.environments["dev"] |= {"MODEL_STORE": self.store, "MODEL_DATA": f"{self.store}/data"}
        stage.overlay(".github/predictions.ndjson", ANY_SAVINGS % json.dumps(HOUSEHOLD))

    def predictor(self, *words: str) -> str:
        command = [str(self.stage.tools["predictor"]), *words]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def take_in(self, seed: int, shuffled: bool = False) -> None:
        file = self.stage.folder.parent / f"rows-{seed}.csv"
        self.predictor("generate", "savings", "--rows", "400", "--seed", str(seed), "--out", str(file))
        if shuffled:
            head, *rows = list(csv.reader(file.open()))
            answers = [row[-1] for row in rows]
            random.Random(seed).shuffle(answers)
            with file.open("w", newline="") as out:
                csv.writer(out).writerows([head] + [row[:-1] + [answer] for row, answer in zip(rows, answers)])
        self.predictor("ingest", "savings", "--data", str(file), "--into", f"{self.store}/data")

    def serve(self) -> None:
        """Tasks that follow the registry, with a first version of their own."""
        self.take_in(1)
        self.predictor("pipeline", "savings", "--data", f"{self.store}/data")
        self.predictor("approve", "savings@2", "--why", "the first")
        ecs, service = self.stage.stack.ecs, self.stage.stack.service()
        old = ecs.describe_task_definition(taskDefinition=service["taskDefinition"])["taskDefinition"]
        kept = {key: old[key] for key in ("family", "networkMode", "cpu", "memory", "requiresCompatibilities", "containerDefinitions")}
        given = self.environment | {
            "MODEL": "sentiment@2,savings@approved", "MODEL_POLL_S": "1", "MODEL_CACHE": str(self.stage.folder.parent / "cache"),
        }
        container = kept["containerDefinitions"][0]
        container["environment"] = [{"name": key, "value": value} for key, value in given.items()]
        ecs.update_service(
            cluster="local", service="predictor", taskDefinition=ecs.register_task_definition(**kept)["taskDefinition"]["taskDefinitionArn"]
        )
        wait_until("the service follows the registry", lambda: self.stage.stack.revision() == "predictor:3" and self.stage.stack.at_rest())

    def history(self) -> list[list[str]]:
        return [line.split() for line in self.predictor("history", "savings").splitlines()[1:]]

    def approved(self) -> str:
        return next(words[3] for words in reversed(self.history()) if words[2] == "approved")


@pytest.fixture
def registry(stage, request):
    return Registry(stage, f"models-{abs(hash(request.node.name))}")


def retrain(stage):
    return stage.run(workflow="retrain", environment="dev", model="savings")


def test_new_rows_become_an_approved_model_that_serves(stage, registry):
    registry.serve()
    registry.take_in(2)
    run = stage.run(workflow="retrain", client={"environment": "dev", "model": "savings"})
    assert run.result == "success", "\n".join(run.log(name) for name in run.jobs)
    assert {job["result"] for job in run.jobs.values()} == {"success"}
    assert run.jobs["train"]["outputs"]["version"] == "3" and "savings@3: registered" in run.jobs["train"]["summary"]
    assert registry.approved() == "3" and "octocat" in registry.history()[-1]
    assert "savings@3` answers in `local/predictor" in run.jobs["serve"]["summary"]
    stage.again()
    unchanged = retrain(stage)
    assert unchanged.result == "success" and unchanged.jobs["train"]["outputs"]["outcome"] == "unchanged"
    assert {unchanged.job(name) for name in ("approval", "approve", "serve")} == {"skipped"}


def test_a_deployment_may_train_first(stage, registry):
    registry.take_in(1)
    found = stage.stack.ecr.batch_get_image(repositoryName="predictor", imageIds=[{"imageTag": "1.1.1"}])["images"][0]
    stage.stack.ecr.put_image(repositoryName="predictor", imageTag=SHA, imageManifest=found["imageManifest"])
    run = stage.run(environment="dev", retrain=True, model="savings", deploy_only=True, image_tag=SHA)
    assert run.result == "success", "\n".join(run.log(name) for name in run.jobs)
    results = {name: job["result"] for name, job in run.jobs.items() if name.startswith("retrain")}
    others = {f"retrain / {name}": "success" for name in ("train", "approval", "approve")}
    # Who deploys brings it into service; a job of its own would do it twice.
    assert results == {"retrain": "success", "retrain / serve": "skipped", **others}
    assert registry.approved() == "2" and stage.stack.running() == {stage.stack.digest(SHA)}


def test_a_model_that_does_not_answer_as_expected_loses_its_approval(stage, registry):
    registry.serve()
    registry.take_in(2)
    stage.overlay(".github/predictions.ndjson", (ANY_SAVINGS % json.dumps(HOUSEHOLD)).replace("754", "99999"))
    run = retrain(stage)
    assert (run.job("approve"), run.job("serve"), run.code("serve")) == ("success", "failure", 7), run.log("serve")
    assert "its approval was withdrawn" in run.log("serve")
    assert any(words[2:4] == ["rejected", "3"] for words in registry.history())


def test_a_model_that_tasks_do_not_serve_loses_its_approval(stage, registry):
    # The seeded service brings models of its own and follows no registry: the saved prediction is right, by another version.
    registry.take_in(1)
    run = retrain(stage)
    assert (run.job("approve"), run.job("serve"), run.code("serve")) == ("success", "failure", 7), run.log("serve")
    assert "there is no model savings@2" in run.log("serve")
    assert any(words[2:4] == ["rejected", "2"] for words in registry.history())


def test_what_the_gate_refuses_nobody_is_asked_about(stage, registry):
    registry.take_in(1, shuffled=True)
    run = retrain(stage)
    assert (run.job("train"), run.code("train"), run.job("approval")) == ("failure", 3, "skipped"), run.log("train")
    assert "the gate refused the new version of savings" in run.log("train")
    assert "savings@2: refused" in run.jobs["train"]["summary"]


@pytest.mark.parametrize("model, variables, code, said", [
    ("weather", {}, 2, 'there is no model "weather" to train'),
    ("housing", {}, 1, "there are no rows of housing"),
    ("savings", {"MODEL_DATA": "bucket/data"}, 1, 'MODEL_DATA of the environment dev is "bucket/data", which is not s3://'),
])
def test_what_cannot_be_trained_is_said(stage, registry, model, variables, code, said):
    stage.environments["dev"] |= variables
    run = stage.run(workflow="retrain", environment="dev", model=model)
    assert (run.job("train"), run.code("train"), run.job("approve")) == ("failure", code, "skipped")
    assert said in run.log("train"), run.log("train")
