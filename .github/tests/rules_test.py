"""Plants one mistake after another into a copy of .github; each must be found by rules.py, in words that name it."""

import shutil
import sys
import tempfile
from pathlib import Path

from rules import judge

HERE = Path(__file__).resolve().parent
DEPLOY, RETRAIN, ACTION = "workflows/deploy.yml", "workflows/retrain.yml", "actions/deploy/action.yml"
# File, what stands there, what is put in its place (None: the file goes), what must be said.
MISTAKES = [
    (DEPLOY, "3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1", "v7", "needs the 40 digits of a commit"),
    (DEPLOY, " # v7.0.1", "", "needs the 40 digits of a commit"),
    (DEPLOY, "# v7.0.1", "# v7.0.2", "elsewhere"),
    (DEPLOY, "persist-credentials: false", "persist-credentialz: false", "takes no persist-credentialz"),
    (DEPLOY, "persist-credentials: false", "persist-credentials: true", "keeps its token"),
    (DEPLOY, "uses: ./.github/actions/deploy", "uses: ./.github/actions/deply", "does not exist"),
    (DEPLOY, "          service: ${{ vars.ECS_SERVICE }}\n", "", "needs service"),
    (DEPLOY, "          tag: ${{ needs.choose", "          tagg: ${{ needs.choose", "takes no tagg"),
    (DEPLOY, "vars.ECS_CLUSTER", "vars.ECS_CLUSTR", "variable ECS_CLUSTR is used and not in the table"),
    (RETRAIN, "          MODEL_DATA: ${{ vars.MODEL_DATA }}\n", "", "variable MODEL_DATA is in the table and not used"),
    (RETRAIN, "environment: model-approval", "environment: model-approvals", "environment model-approvals is used and not in"),
    (DEPLOY, "permissions: {}\n", "", "permissions at the top"),
    (DEPLOY, "      id-token: write # takes the role\n", "", "calls retrain.yml without id-token: write"),
    (DEPLOY, "      id-token: write # takes the role, signs", "      # takes the role, signs", "job build takes a role without id-token: write"),
    (DEPLOY, "    environment: dev\n", "", "outside an environment"),
    (DEPLOY, "    timeout-minutes: 75\n", "", "no timeout-minutes"),
    (DEPLOY, 'target=$ENVIRONMENT\n', 'target=${{ inputs.environment }}\n', "expression inside its script"),
    (DEPLOY, 'tag=$SHA\n', 'tag=$SHA; echo $tag\n', "Double quote to prevent globbing"),
    (DEPLOY, "needs: [choose, qd, build, staging]", "needs: [qd, build, staging]", "needs.choose and does not need it"),
    (DEPLOY, "      tag: ${{ steps.choose.outputs.tag }}\n", "", "outputs.tag, which does not exist"),
    (DEPLOY, "run: .github/require", "run: .github/requires", "cannot be run"),
    (DEPLOY, "vars.AWS_REGION", "secrets.AWS_REGION", "there are no secrets here"),
    (DEPLOY, "      - name: Push\n        id: push", "      - id: push", "has no name"),
    (ACTION, "        role-to-assume:", "        role-to-asume:", "takes no role-to-asume"),
    ("actions/image/action.yml", "docker/setup-buildx-action@37fe", "docker/setup-buildy-action@37fe", "list of known actions"),
    ("actions/image/action.yml", 'echo "REVISION=$', 'echo "REVSION=$', "build argument REVSION is given and not in"),
    ("dependabot.yml", "directory: /predictor", "directory: /predictors", "docker finds no Dockerfile"),
    ("dependabot.yml", "/.github/actions/image", "/.github/actions/images", "finds no action.yml"),
    ("README.md", "| `ECS_SERVICE` |", "| `ECS_SERVICES` |", "variable ECS_SERVICE is used and not"),
]


# Mistakes that are only one when they are made everywhere in the file.
EVERYWHERE = {(RETRAIN, "          MODEL_DATA: ${{ vars.MODEL_DATA }}\n"): -1}


def main() -> int:
    missed = []
    for name, old, new, said in MISTAKES:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder) / ".github"
            shutil.copytree(HERE.parent, root, ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
            for place in ("infra", ".ci", "predictor", "Cargo.toml"):
                (root.parent / place).symlink_to(HERE.parent.parent / place)
            text = (root / name).read_text()
            assert old in text, f"{name} has no {old!r}"
            (root / name).write_text(text.replace(old, new, EVERYWHERE.get((name, old), 1)))
            found, _ = judge(root)
            if not any(said in words for words in found):
                missed.append(f"{name}: {old!r} -> {new!r}: nobody said {said!r}, but {found}")
    print(f"planted mistakes: {len(MISTAKES) - len(missed)} of {len(MISTAKES)} found")
    for words in missed:
        print(f"  {words}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
