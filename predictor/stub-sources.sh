#!/bin/sh
# Empty sources for every target that the manifests name, so that dependencies can be compiled before the sources come.
set -eu

# Names of a member's targets of one kind: targets MANIFEST KIND.
targets() {
  sed -n "/^\[\[$2\]\]/,/^\$/s/^name = \"\(.*\)\"/\1/p" "$1"
}

for member in console infra/local predictor predictor/wire; do
  mkdir -p "$member/src" "$member/tests" "$member/benches"
  : >"$member/src/lib.rs"
  for name in $(targets "$member/Cargo.toml" test); do : >"$member/tests/$name.rs"; done
  for name in $(targets "$member/Cargo.toml" bench); do echo 'fn main() {}' >"$member/benches/$name.rs"; done
done
for member in console infra/local predictor; do echo 'fn main() {}' >"$member/src/main.rs"; done
