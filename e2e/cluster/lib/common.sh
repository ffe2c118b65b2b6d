# shellcheck shell=bash
# Settings, messages and small helpers that every other file uses.
# shellcheck disable=SC2034 # the other files use these

# A second cluster on the same machine needs its own number: bridge, addresses
# and local ports are all derived from it.
CLUSTER_ID=${EDGEAI_CLUSTER_ID:-0}
[[ $CLUSTER_ID =~ ^[0-9]$ ]] || { echo "EDGEAI_CLUSTER_ID must be one digit, not '$CLUSTER_ID'" >&2; exit 2; }

default_state=/var/lib/edgeai-cluster
((CLUSTER_ID == 0)) || default_state+="-$CLUSTER_ID"
STATE=${EDGEAI_CLUSTER_DIR:-$default_state}
CACHE=${EDGEAI_CACHE:-$HOME/.cache/edgeai}

BRIDGE=edgeai$CLUSTER_ID
HOST_IP=10.89.$CLUSTER_ID.1                    # the bridge: API server, DNS and registry listen here
POD_PREFIX=10.$((244 - CLUSTER_ID))            # pods: PREFIX.0.0/16, one /24 a node
SERVICE_PREFIX=10.96.$((CLUSTER_ID * 16))      # Services: PREFIX.0/20
SERVICE_CIDR=$SERVICE_PREFIX.0/20
DNS_IP=$SERVICE_PREFIX.10
DNS_PORT=10053                                 # on the bridge; the Service maps 53 to it
API_URL=https://$HOST_IP:6443
ETCD_PORT=$((2379 + CLUSTER_ID * 10))          # loopback only

REGISTRY=registry.registry:5000                # the same name for pods, nodes and the host
REGISTRY_ADDRESS=$HOST_IP:5000
KUBECONFIG_FILE=$STATE/kubeconfig
BIN=$STATE/bin
LOG=$STATE/log

say() { printf '%s\n' "$*" >&2; }
step() { printf '==> %s\n' "$*" >&2; }

# die MESSAGE [NEXT-STEP]
die() {
  printf 'cluster: %s\n' "$1" >&2
  [[ $# -lt 2 ]] || printf '         %s\n' "$2" >&2
  exit 1
}

need_root() { ((EUID == 0)) || die "this command needs root" "Run it again with sudo -E."; }

# wait_for SECONDS WHAT COMMAND...: try until it succeeds; says what it waits for when that takes long.
wait_for() {
  local limit=$1 what=$2 start=$SECONDS told=0
  shift 2
  until "$@" >/dev/null 2>&1; do
    ((SECONDS - start < limit)) || return 1
    ((told || SECONDS - start < 5)) || { say "    waiting for $what"; told=1; }
    sleep 0.3
  done
}

# One change at a time. The descriptor is closed for everything we start (see
# process.sh), or a component would hold the lock for the rest of its life.
take_lock() {
  mkdir -p "$STATE"
  exec {LOCK_FD}>"$STATE.lock"
  flock -n "$LOCK_FD" && return
  say "    another cluster command is running, waiting for it"
  flock -w 600 "$LOCK_FD" || die "another cluster command still holds $STATE.lock" "Wait for it to end, then run this again."
}

# digest FILE|STRING...: a short hash over the contents of files and over plain strings.
digest() {
  local item
  for item in "$@"; do
    if [[ -f $item ]]; then sha256sum <"$item"; else sha256sum <<<"$item"; fi
  done | sha256sum | cut -c1-16
}

# Runs a function while nobody else changes that part of the cache.
with_cache_lock() { # PART FUNCTION ARGUMENTS...
  local fd
  mkdir -p "$CACHE"
  exec {fd}>"$CACHE/.lock-$1"
  flock -n "$fd" || { say "    another build is running, waiting for it"; flock "$fd"; }
  "${@:2}"
  exec {fd}>&-
}
