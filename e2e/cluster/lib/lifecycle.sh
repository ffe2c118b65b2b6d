# shellcheck shell=bash
# The cluster as a whole.

DEFAULT_NODES=node1=intel-cpu,node2=arm-cpu
MARKER=$STATE/.edgeai-cluster

cluster_build() {
  ensure_binaries "$@"
}

# Before anything is built: what would only be found out when the first node starts.
cluster_check() {
  local root
  ((EUID == 0)) || die "a cluster needs root" "Run it again with sudo -E."
  command -v apt-get >/dev/null || die "only Debian is handled: there is no apt-get"
  unshare --net --mount true 2>/dev/null || die "no network and mount namespaces can be made here" "In a container? It would have to be a privileged one."
  for root in $(cgroup_roots); do
    mkdir "$root/$BRIDGE-check.$$" 2>/dev/null || die "no control group can be made in $root" "In a container? It would have to be a privileged one."
    rmdir "$root/$BRIDGE-check.$$"
  done
}

cluster_up() { # [--nodes LIST]
  local nodes='' start=$SECONDS node
  while (($#)); do
    case $1 in
      --nodes) nodes=${2:-}; shift 2 || usage up ;;
      --nodes=*) nodes=${1#*=}; shift ;;
      *) usage up ;;
    esac
  done
  claim_state
  ensure_packages
  ensure_binaries
  link_binaries
  record_nodes "$nodes"
  step "Starting the control plane"
  network_up
  pki_create
  controlplane_up
  registry_start
  dns_up
  for node in $(node_names); do step "Starting $node"; node_up "$node"; done
  step "Waiting for nodes and DNS"
  for node in $(node_names); do node_wait "$node"; done
  node=$(node_names | head -n 1)
  wait_for 30 "cluster DNS" dns_answers "$node" || { still_running coredns; die "cluster DNS does not answer at $DNS_IP" "Its log: $LOG/coredns.log"; }
  say "The cluster is up ($((SECONDS - start)) s): $(node_names | paste -sd ' ')"
  say "  export KUBECONFIG=$KUBECONFIG_FILE    (context edgeai; or: eval \"\$($0 env)\")"
  say "  registry: $REGISTRY, on this machine also http://$REGISTRY_ADDRESS"
}

# Only a folder that is ours is ever removed again.
claim_state() {
  [[ ! -e $STATE || -e $MARKER || -z $(ls -A "$STATE") ]] ||
    die "$STATE holds something else" "Set EDGEAI_CLUSTER_DIR to a folder that is new or empty."
  mkdir -p "$STATE"
  chmod 755 "$STATE"
  if [[ -f $MARKER && $(<"$MARKER") != "$CLUSTER_ID" ]]; then
    die "$STATE belongs to the cluster with EDGEAI_CLUSTER_ID=$(<"$MARKER")" "Use that number, or another folder."
  fi
  echo "$CLUSTER_ID" >"$MARKER"
}

# The nodes asked for, or those there were, or the default.
record_nodes() { # NAME=LABELS,...
  local entry
  [[ -n $1 || -z $(node_names) ]] || return 0
  for entry in $(tr ',' ' ' <<<"${1:-$DEFAULT_NODES}"); do
    [[ $entry == *=* ]] || die "'$entry' has no accelerator" "cluster up --nodes node1=intel-cpu,node2=arm-cpu"
    node_record "${entry%%=*}" "${entry#*=}"
  done
}

cluster_down() {
  local node record
  step "Stopping"
  # At once and all together: nothing is kept, so nobody needs time to say goodbye.
  cgroup_kill "$BRIDGE"
  for node in $(node_names); do node_stop "$node"; done
  for record in "$RECORDS"/*.pid; do [[ ! -e $record ]] || stop_process "$(basename "$record" .pid)"; done
  cgroup_remove "$BRIDGE"
  for node in $(ip netns list | awk -v p="^$BRIDGE-" '$1 ~ p { print $1 }'); do ip netns del "$node"; done
  network_down
  remove_state
  say "The cluster is gone. Built programs stay in $CACHE, images in buildah's storage."
}

remove_state() {
  local mount
  while read -r mount; do umount -l "$mount"; done < <(awk -v s="$STATE/" 'index($5 "/", s) == 1 { print $5 }' /proc/self/mountinfo | sort -r)
  [[ ! -f $MARKER ]] || rm -rf --one-file-system "$STATE"
  rm -f "$STATE.lock"
}

cluster_env() {
  echo "export KUBECONFIG='$KUBECONFIG_FILE'"
  echo "export PATH='$BIN':\"\$PATH\""
  echo "export EDGEAI_REGISTRY='$REGISTRY'"
}

cluster_status() {
  local name node pid failed=0 parts=(etcd kube-apiserver kube-controller-manager kube-scheduler coredns registry)
  [[ -f $MARKER ]] || { echo "no cluster at $STATE (start one: $0 up)"; return 1; }
  for node in $(node_names); do parts+=("$node-containerd" "$node-kubelet" "$node-proxy"); done
  for name in "${parts[@]}"; do
    if pid=$(running_pid "$name"); then
      printf '%-26s running  pid %s\n' "$name" "$pid"
    else
      printf '%-26s DOWN     %s\n' "$name" "$LOG/$name.log"
      failed=1
    fi
  done
  for node in $(node_names); do
    [[ $(cat "/sys/class/net/$(node_link "$node")/operstate" 2>/dev/null) == up ]] || { echo "$node is cut off the network"; failed=1; }
  done
  echo
  kube get nodes -L edgeai.dev/accelerator || failed=1
  printf '\nlogs: %s\nkubeconfig: %s\nregistry: %s, here also http://%s\n' "$LOG" "$KUBECONFIG_FILE" "$REGISTRY" "$REGISTRY_ADDRESS"
  ((failed)) && echo "repair: $0 up"
  return $failed
}
