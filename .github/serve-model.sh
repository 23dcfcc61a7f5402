#!/usr/bin/env bash
# Brings an approved version into service: tasks start afresh, it must answer, and so must the saved predictions. If not, the
# approval is withdrawn, the tasks return to the version approved before, and this ends with 7. Arguments: qd, predictor.
set -euo pipefail
qd=$1
predictor=$2
chmod +x "$qd" "$predictor"

serve() {
  "$qd" restart "$SERVICE" --wait --yes &&
    "$qd" predict --service "$SERVICE" --model "$MODEL@$VERSION" --example &&
    "$qd" verify "$SERVICE" --predictions .github/predictions.ndjson
}

if serve; then
  echo "\`$MODEL@$VERSION\` answers in \`$QD_CLUSTER/$SERVICE\`." | tee -a "$GITHUB_STEP_SUMMARY"
  exit 0
fi
"$predictor" reject "$MODEL@$VERSION" --store "$MODEL_STORE" --why "did not answer as expected in $QD_CLUSTER/$SERVICE: $RUN"
echo "::error::$MODEL@$VERSION did not come into service as expected; its approval was withdrawn"
exit 7
