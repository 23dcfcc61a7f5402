"""The roles that the tests take are those that Terraform makes. QD_RENEW_ROLES=1 writes them down."""

import json
import os
import shutil
import subprocess

import pytest

from stage import HERE, REPOSITORY, Accounts

FILE = HERE / "roles.json"


def mirror(folder, monkeypatch):
    """A provider that lies on the machine is taken before the registry is asked."""
    command = "find / -xdev -type d -path '*/registry.terraform.io/hashicorp/aws/*' -not -path '*/.terraform/*' -print -quit 2>/dev/null"
    found = subprocess.run(["bash", "-c", command], capture_output=True, text=True).stdout.strip()
    if found:
        file, path = folder / "terraformrc", found.split("/registry.terraform.io/")[0]
        include = 'include = ["registry.terraform.io/hashicorp/aws"]'
        file.write_text(f'provider_installation {{\n  filesystem_mirror {{\n    path = "{path}"\n    {include}\n  }}\n}}\n')
        monkeypatch.setenv("TF_CLI_CONFIG_FILE", str(file))


def test_the_roles_are_those_of_terraform(tmp_path, monkeypatch):
    if shutil.which("terraform") is None:
        pytest.skip("terraform is not installed: the roles of these tests were not held against Terraform's")
    from system import Root, resources

    monkeypatch.setenv("CHECKPOINT_DISABLE", "1")
    mirror(tmp_path, monkeypatch)
    accounts = Accounts()
    root = Root.copy(tmp_path / "copy", "bootstrap", accounts.endpoint)
    ids = "repository_ids={owner=1,repository=2}"
    plan = root.plan("-var=region=us-east-1", f"-var=repository={REPOSITORY}", f"-var={ids}")
    accounts.stop()
    made = {}
    for place in ("dev", "staging", "prod"):
        of_place = {one["type"]: one["values"] for one in resources(plan) if one.get("index") in (place, f"deploy-{place}")
                    and one["name"] in ("github", "deploy")}
        made[of_place["aws_iam_role"]["name"]] = {
            "trust": json.loads(of_place["aws_iam_role"]["assume_role_policy"]),
            "policy": json.loads(of_place["aws_iam_role_policy"]["policy"]),
        }
    assert len(made) == 3
    if os.environ.get("QD_RENEW_ROLES"):
        FILE.write_text(json.dumps(made, indent=1, sort_keys=True) + "\n")
    assert made == json.loads(FILE.read_text()), "Terraform makes other roles now: QD_RENEW_ROLES=1 .github/tests/run -k roles"
