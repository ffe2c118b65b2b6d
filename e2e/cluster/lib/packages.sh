# shellcheck shell=bash
# What Debian provides: installed when missing.

# command:package
PACKAGES=(
  containerd:containerd runc:runc nft:nftables conntrack:conntrack ip:iproute2
  busybox:busybox-static buildah:buildah mmdebstrap:mmdebstrap openssl:openssl curl:curl
  nsenter:util-linux mount:mount flock:util-linux setsid:util-linux
)
CNI_BIN=/usr/lib/cni

ensure_packages() {
  local entry missing=()
  for entry in "${PACKAGES[@]}"; do
    command -v "${entry%%:*}" >/dev/null || missing+=("${entry##*:}")
  done
  [[ -x $CNI_BIN/bridge ]] || missing+=(containernetworking-plugins)
  ((${#missing[@]})) || return 0
  command -v apt-get >/dev/null || die "these packages are missing: ${missing[*]}" "Only Debian is handled; install them by hand."
  step "Installing ${missing[*]}"
  install_packages "${missing[@]}"
}

install_packages() {
  # policy-rc.d: Debian would start its own containerd, which this cluster does not use.
  local policy=/usr/sbin/policy-rc.d ours=0
  [[ -e $policy ]] || { printf '#!/bin/sh\nexit 101\n' >$policy; chmod +x $policy; ours=1; }
  { apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -qy install --no-install-recommends "$@"; } >&2 || {
    ((ours)) && rm -f $policy
    die "apt-get could not install: $*" "Run 'apt-get update' by hand and look at its message."
  }
  ((ours)) && rm -f $policy
  return 0
}
