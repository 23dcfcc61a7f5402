#!/usr/bin/env bash
# Deploys, verifies, rolls back. Exit codes are qd's: 0 it runs and answers well, 6 it failed, 7 it was rolled back.
set -euo pipefail
qd=$1
chmod +x "$qd"
digest=${DIGEST:-}

conclude() {
  local code=$? words
  case $code in
    0) words="$TAG ($digest) runs in $QD_CLUSTER/$SERVICE and answers as expected" ;;
    6) words="the deployment of $TAG to $QD_CLUSTER/$SERVICE failed" ;;
    7) words="$TAG was rolled back in $QD_CLUSTER/$SERVICE" ;;
    *) words="$TAG was not deployed to $QD_CLUSTER/$SERVICE" ;;
  esac
  echo "$words" >>"$GITHUB_STEP_SUMMARY"
  if [ "$code" = 0 ]; then echo "$words"; else echo "::error::$words; the lines above say why"; fi
}
trap conclude EXIT

# Tags do not move, so the digest behind one is what was built; what is deployed is named by it.
if [ -z "$digest" ]; then
  if ! digest=$(aws ecr describe-images --repository-name "$REPOSITORY" --image-ids "imageTag=$TAG" \
    --query 'imageDetails[0].imageDigest' --output text 2>"$RUNNER_TEMP/problem"); then
    cat "$RUNNER_TEMP/problem" >&2
    if grep -q ImageNotFoundException "$RUNNER_TEMP/problem"; then
      echo "::error::there is no image with tag $TAG in $REPOSITORY; build it first (without deploy_only), or give the commit of one that was built"
      exit 3
    fi
    exit 1
  fi
fi

# Terraform registers revisions with what it owns (variables, sizes, roles) and moves no service; they come in here.
"$qd" deploy "$SERVICE" --image "$REGISTRY/$REPOSITORY@$digest" --base latest --no-replace --from-zero 2 --wait --yes
"$qd" verify "$SERVICE" --digest "$digest" --predictions .github/predictions.ndjson --rollback --yes
