# Sourced by run: the two bases of the image, from their registries or made here.
# shellcheck shell=bash disable=SC2034,SC2154
find_bases() {
  rust_image=$(sed -n 's/^ARG RUST_IMAGE=//p' predictor/Dockerfile)
  runtime_image=$(sed -n 's/^ARG RUNTIME_IMAGE=//p' predictor/Dockerfile)
  pull=()
  if timeout 30 skopeo inspect --raw "docker://$rust_image" >/dev/null 2>&1 &&
    timeout 30 skopeo inspect --raw "docker://$runtime_image" >/dev/null 2>&1; then
    return
  fi
  printf '\n######## The registries of the base images cannot be reached: %s\n\n' \
    "look-alikes are made from Debian packages and from this machine's Rust" >&2
  [ "$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)" = bookworm ] || skip "look-alikes can only be made on Debian bookworm"
  need mmdebstrap apt-get dpkg rustc
  pull=(--pull-never)
  rust_image=localhost/look-alike/rust:1.95-slim-bookworm
  runtime_image=localhost/look-alike/distroless-cc:nonroot
  buildah "${stores[@]}" inspect --type image "$rust_image" >/dev/null 2>&1 || make_rust_base
  buildah "${stores[@]}" inspect --type image "$runtime_image" >/dev/null 2>&1 || make_runtime_base
}

# Debian with a C compiler, this machine's Rust, and what this machine trusts: package indexes may be behind a proxy.
make_rust_base() {
  local toolchain container
  toolchain=$(rustc --print sysroot)
  mmdebstrap --quiet --variant=minbase --include=ca-certificates,gcc,libc6-dev bookworm "$scratch/base.tar"
  container=$(buildah "${stores[@]}" from scratch)
  buildah "${stores[@]}" add --quiet "$container" "$scratch/base.tar" /
  for part in bin lib; do buildah "${stores[@]}" copy --quiet "$container" "$toolchain/$part" "/usr/local/$part"; done
  buildah "${stores[@]}" copy --quiet "$container" /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
  buildah "${stores[@]}" commit --quiet --rm "$container" "$rust_image"
  rm "$scratch/base.tar"
}

# The packages that distroless/cc-debian12 has, unpacked and never configured: no shell, no package manager.
make_runtime_base() {
  local container root=$scratch/runtime
  mkdir -p "$scratch/packages" "$root"
  (cd "$scratch/packages" && apt-get download -qq libc6 libgcc-s1 libstdc++6 libgomp1 libssl3 base-files netbase tzdata ca-certificates)
  for package in "$scratch"/packages/*.deb; do dpkg -x "$package" "$root"; done
  install -D -m 0644 /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
  printf 'root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n' >"$root/etc/passwd"
  printf 'root:x:0:\nnonroot:x:65532:\n' >"$root/etc/group"
  container=$(buildah "${stores[@]}" from scratch)
  buildah "${stores[@]}" copy --quiet "$container" "$root" /
  buildah "${stores[@]}" config --user 65532:65532 "$container"
  buildah "${stores[@]}" commit --quiet --rm "$container" "$runtime_image"
}
