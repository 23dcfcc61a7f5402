#!/usr/bin/env bash
# Trains MODEL on MODEL_DATA, judges it on rows it has not seen, and registers it in MODEL_STORE; nobody is served by it yet.
# Outcome, version and the number of the event go to the job's outputs. Argument: the predictor.
set -euo pipefail
predictor=$1
chmod +x "$predictor"
result=$RUNNER_TEMP/result.json

case $MODEL in
  sentiment | housing | retail | savings) ;;
  *)
    echo "::error::there is no model \"$MODEL\" to train; it is one of sentiment, housing, retail, savings"
    exit 2
    ;;
esac

code=0
"$predictor" pipeline "$MODEL" --data "$MODEL_DATA" --store "$MODEL_STORE" --thresholds predictor/thresholds.toml >"$result" || code=$?
if [ -s "$result" ]; then
  jq -r '"outcome=\(.outcome)", "version=\(.version)", "event=\(.event // "")"' "$result" >>"$GITHUB_OUTPUT"
  {
    jq -r '"### \(.model)@\(.version): \(.outcome)"' "$result"
    printf '\n```json\n'
    jq .gate "$result"
    printf '```\n'
  } >>"$GITHUB_STEP_SUMMARY"
fi
case $code in
  0) ;;
  3) echo "::error::the gate refused the new version of $MODEL: accuracy must reach 0.8, macro F1 0.7 (predictor/thresholds.toml); the summary has the figures" ;;
  4) echo "::error::somebody else registered a version of $MODEL at the same time; run this again" ;;
  *) echo "::error::no version of $MODEL was registered; the lines above say why" ;;
esac
exit "$code"
