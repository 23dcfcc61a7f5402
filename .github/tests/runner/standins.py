"""Stand-ins for foreign actions: the same inputs and outputs, against emulators on loopback. What a stand-in is given wrong is a failure."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import urllib.parse
import urllib.request
from pathlib import Path

import boto3

DIRECTORY = Path(os.environ["STAND_DIRECTORY"])


def given(name: str, default: str | None = None) -> str:
    value = os.environ.get(f"INPUT_{name.upper()}", default)
    if value in (None, ""):
        if default is not None:
            return default
        sys.exit(f"the input {name} is empty")
    return value


def write(file: str, **values: str) -> None:
    with open(os.environ[file], "a") as out:
        out.writelines(f"{name}={value}\n" for name, value in values.items())


def token(audience: str) -> str:
    """The job's identity; only jobs with id-token: write have one."""
    address = os.environ.get("ACTIONS_ID_TOKEN_REQUEST_URL")
    if address is None:
        sys.exit("It looks like this job lacks id-token: write")
    request = urllib.request.Request(
        f"{address}&audience={audience}", headers={"authorization": f"bearer {os.environ['ACTIONS_ID_TOKEN_REQUEST_TOKEN']}"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)["value"]


def checkout() -> None:
    """This commit with what is not committed yet under .github, and what a test lays over it."""
    root, workspace = Path(os.environ["STAND_ROOT"]), Path.cwd()
    subprocess.run(["git", "clone", "--quiet", "--shared", str(root), str(workspace)], check=True)
    ours = shutil.ignore_patterns("node_modules", "__pycache__")
    shutil.copytree(root / ".github", workspace / ".github", dirs_exist_ok=True, ignore=ours)
    overlay = DIRECTORY / "overlay"
    if overlay.is_dir():
        shutil.copytree(overlay, workspace, dirs_exist_ok=True)


def credentials() -> None:
    query = {
        "Action": "AssumeRoleWithWebIdentity", "Version": "2011-06-15", "RoleArn": given("role-to-assume"),
        "RoleSessionName": "GitHubActions", "WebIdentityToken": token("sts.amazonaws.com"),
    }
    request = urllib.request.Request(os.environ["STAND_STS"], urllib.parse.urlencode(query).encode())
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read().decode()
    except urllib.error.HTTPError as error:
        said = re.search(r"<Message>(.*?)</Message>", error.read().decode(), re.DOTALL)
        sys.exit(f"::error::Could not assume role with OIDC: {said[1] if said else error}")
    found = {name: re.search(f"<{name}>(.*?)</{name}>", text)[1] for name in ("AccessKeyId", "SecretAccessKey", "SessionToken")}
    region = given("aws-region")
    write(
        "GITHUB_ENV", AWS_ACCESS_KEY_ID=found["AccessKeyId"], AWS_SECRET_ACCESS_KEY=found["SecretAccessKey"],
        AWS_SESSION_TOKEN=found["SessionToken"], AWS_REGION=region, AWS_DEFAULT_REGION=region,
    )


def registry() -> None:
    if os.environ.get("STAND_MEANWHILE"):
        # Somebody else, at the moment before the deployment.
        subprocess.run(json.loads(os.environ["STAND_MEANWHILE"]), check=True, env=os.environ | {"AWS_ACCESS_KEY_ID": "local"})
    found = boto3.client("ecr").get_authorization_token()["authorizationData"][0]
    write("GITHUB_OUTPUT", registry=found["proxyEndpoint"].removeprefix("https://"))


def build() -> None:
    arguments = dict(line.split("=", 1) for line in given("build-args").splitlines())
    for name in ("RUST_IMAGE", "RUNTIME_IMAGE"):
        if not re.fullmatch(r"[\w./-]+@sha256:[0-9a-f]{64}", arguments[name]):
            sys.exit(f"{name} is not named by its digest: {arguments[name]}")
    if arguments["REVISION"] != os.environ["GITHUB_SHA"]:
        sys.exit("REVISION is not the commit")
    built = DIRECTORY / "built.json"
    if given("load", "") == "true":
        built.write_text(json.dumps(arguments))
        return
    if json.loads(built.read_text()) != arguments:
        sys.exit("what is pushed is not what was built and scanned")
    if not (DIRECTORY / "scanned").exists():
        sys.exit("what is pushed was not scanned")
    if given("push") != "true" or given("provenance") != "false":
        sys.exit("pushes nothing, or an index")
    push(*re.fullmatch(r"[\w.-]+/([\w./-]+):(\w+)", given("tags")).groups())


def push(repository: str, tag: str) -> None:
    """An image of the local stack with this commit in it, so that its digest is a new one."""
    ecr, like = boto3.client("ecr"), os.environ["STAND_IMAGE"]
    answer = ecr.batch_get_image(repositoryName="predictor", imageIds=[{"imageTag": like}])
    manifest = json.loads(answer["images"][0]["imageManifest"])
    manifest["annotations"]["org.opencontainers.image.revision"] = tag
    text = json.dumps(manifest)
    ecr.put_image(repositoryName=repository, imageManifest=text, imageTag=tag)
    write("GITHUB_OUTPUT", digest=f"sha256:{hashlib.sha256(text.encode()).hexdigest()}")


def scan() -> None:
    if not (DIRECTORY / "built.json").exists():
        sys.exit("there is no image to scan")
    if (given("severity"), given("exit-code")) != ("HIGH,CRITICAL", "1") or not Path(given("trivyignores")).is_file():
        sys.exit("the scan would let things pass")
    if os.environ.get("STAND_FINDINGS"):
        sys.exit(f"Total: 1 (HIGH: 0, CRITICAL: 1): {os.environ['STAND_FINDINGS']}")
    (DIRECTORY / "scanned").touch()


def list_contents() -> None:
    Path(given("output-file")).write_text(json.dumps({"spdxVersion": "SPDX-2.3", "name": given("image")}))


def attest() -> None:
    token("sigstore")
    if not re.fullmatch(r"sha256:[0-9a-f]{64}", given("subject-digest")):
        sys.exit("no digest to attest")
    if "sbom" in sys.argv[1] and not Path(given("sbom-path")).is_file():
        sys.exit("no list of contents to attest")
    with (DIRECTORY / "attested").open("a") as out:
        out.write(f"{sys.argv[1]} {given('subject-name')}@{given('subject-digest')}\n")


def upload() -> None:
    target = DIRECTORY / "artifacts" / given("name")
    target.mkdir(parents=True)
    path = Path(given("path"))
    # A file loses its rights on the way, as it does on GitHub.
    shutil.copyfile(path, target / path.name)


def download() -> None:
    shutil.copytree(DIRECTORY / "artifacts" / given("name"), given("path"), dirs_exist_ok=True, copy_function=shutil.copyfile)


ACTIONS = {
    "actions/attest-build-provenance": attest,
    "actions/attest-sbom": attest,
    "actions/checkout": checkout,
    "actions/download-artifact": download,
    "actions/upload-artifact": upload,
    "anchore/sbom-action": list_contents,
    "aquasecurity/trivy-action": scan,
    "aws-actions/amazon-ecr-login": registry,
    "aws-actions/configure-aws-credentials": credentials,
    "docker/build-push-action": build,
    "docker/setup-buildx-action": lambda: None,
    "Swatinem/rust-cache": lambda: None,
}

if __name__ == "__main__":
    ACTIONS[sys.argv[1]]()
