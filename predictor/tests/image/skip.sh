# Sourced by run: what must be there, or the test is skipped so that nobody overlooks it.
# shellcheck shell=bash
skip() {
  printf '\n######## SKIPPED: the image was neither built nor run: %s\n\n' "$*" >&2
  if [ "${IMAGE_TEST:-}" = required ]; then exit 1; else exit 0; fi
}

need() {
  [ "$(id -u)" = 0 ] || skip "only root may do that here"
  local missing=()
  for tool in "$@"; do command -v "$tool" >/dev/null || missing+=("$tool"); done
  [ "${#missing[@]}" = 0 ] || skip "there is no ${missing[*]}; on Debian: apt-get install --no-install-recommends" \
    "podman buildah skopeo mmdebstrap runc iptables netavark aardvark-dns uidmap docker-registry"
}
