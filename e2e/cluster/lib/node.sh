# shellcheck shell=bash
# A node: a network namespace on the bridge and a mount namespace of its own, with
# containerd, kubelet and kube-proxy inside. In its mount namespace each node has a
# private /var/lib/kubelet, /run/containerd and so on, where programs have such
# paths built in; and all mounts of its pods vanish with it.

node_dir() { echo "$STATE/nodes/$1"; }
node_names() { ls "$STATE/nodes" 2>/dev/null || true; }
node_ip() { echo "10.89.$CLUSTER_ID.$((10 + $1))"; }
node_index() { cat "$(node_dir "$1")/index"; }
node_netns() { echo "$BRIDGE-$1"; }
node_link() { echo "${BRIDGE}n$(node_index "$1")"; }
node_group() { echo "$BRIDGE/$1"; }

# nsenter, and not 'ip netns exec', which mounts a /sys of its own and so hides the cgroups.
enter_node() { # NODE: sets ENTER, to be put before a command
  ENTER=(nsenter --net="/run/netns/$(node_netns "$1")" --mount="$STATE/ns/$1")
}

in_node() { # NODE COMMAND...
  local ENTER
  enter_node "$1"
  "${ENTER[@]}" "${@:2}"
}

node_ctr() { # NODE ARGUMENTS...
  local node=$1
  shift
  ctr --address "$(node_dir "$node")/run/containerd.sock" --namespace k8s.io "$@"
}

# "intel-cpu" means edgeai.dev/accelerator=intel-cpu; '+' joins several labels.
node_labels() { # TEXT: one label a line
  local part
  for part in ${1//+/ }; do
    case $part in
      *=*) echo "$part" ;;
      *) echo "edgeai.dev/accelerator=$part" ;;
    esac
  done
}

node_record() { # NODE LABELS: gives a new node its place
  local dir index=1 node
  [[ $1 =~ ^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$ && $1 != host ]] || die "'$1' is not a node name" "Use small letters, digits and '-', at most 40."
  dir=$(node_dir "$1")
  if [[ ! -f $dir/index ]]; then
    for node in $(node_names); do ((index > $(node_index "$node"))) || index=$(($(node_index "$node") + 1)); done
    ((index <= 200)) || die "no addresses are left for node $1"
    mkdir -p "$dir"
    echo "$index" >"$dir/index"
  fi
  node_labels "$2" >"$dir/labels"
}

node_up() { # NODE
  local node=$1 dir index
  dir=$(node_dir "$node")
  index=$(node_index "$node")
  # After a crash that left half a node, begin as after a reboot; containers are recreated.
  node_is_whole "$node" || node_stop "$node"
  mkdir -p "$dir"/{etc,run,kubelet,cni-state,log/pods,log/containers}
  certificate "$node" "system:node:$node" system:nodes "DNS:$node,IP:$(node_ip "$index")"
  kubeconfig "$node" | put "$dir/etc/kubelet.kubeconfig" "$node-kubelet"
  kubeconfig proxy | put "$dir/etc/proxy.kubeconfig" "$node-proxy"
  node_network "$node" "$index"
  node_mounts "$node"
  node_configs "$node" "$index"
  cgroup_create "$(node_group "$node")"
  node_processes "$node" "$index"
}

# Namespaces and processes belong together: without one the others are of no use.
node_is_whole() {
  [[ -e /run/netns/$(node_netns "$1") ]] && mountpoint -q "$STATE/ns/$1" && [[ -n $(cgroup_pids "$(node_group "$1")") ]]
}

node_network() { # NODE INDEX
  local netns link ip
  netns=$(node_netns "$1") link=$(node_link "$1") ip=$(node_ip "$2")
  [[ -e /run/netns/$netns ]] || ip netns add "$netns"
  if ! ip -n "$netns" link show eth0 >/dev/null 2>&1; then
    ip link del "$link" 2>/dev/null || true
    ip link add "$link" type veth peer name eth0 netns "$netns"
  fi
  ip link set "$link" master "$BRIDGE" up
  ip -n "$netns" addr replace "$ip/24" dev eth0
  ip -n "$netns" link set eth0 up
  ip -n "$netns" link set lo up
  ip -n "$netns" route replace default via "$HOST_IP"
  nsenter --net="/run/netns/$netns" sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
  network_routes "$2"
}

node_mounts() { # NODE
  local dir
  dir=$(node_dir "$1")
  mkdir -p "$STATE/ns"
  # A mount namespace can only be kept (bound to a file) below a private mount.
  mountpoint -q "$STATE/ns" || { mount --bind "$STATE/ns" "$STATE/ns" && mount --make-private "$STATE/ns"; }
  mountpoint -q "$STATE/ns/$1" && return
  touch "$STATE/ns/$1"
  mkdir -p /var/lib/kubelet /var/lib/cni /run/containerd /var/log/pods /var/log/containers
  # Other nodes' network namespaces would stay alive in our copy of the mounts.
  # shellcheck disable=SC2016 # $1 is the inner shell's
  unshare --mount="$STATE/ns/$1" --propagation slave bash -euc '
    umount -l /run/netns 2>/dev/null || true
    mount --bind "$1/kubelet" /var/lib/kubelet
    mount --bind "$1/cni-state" /var/lib/cni
    mount --bind "$1/run" /run/containerd
    mount --bind "$1/log/pods" /var/log/pods
    mount --bind "$1/log/containers" /var/log/containers' - "$dir" || {
    umount -l "$STATE/ns/$1" 2>/dev/null || true
    die "the mount namespace of $1 could not be made" "Is this root in a container without CAP_SYS_ADMIN?"
  }
}

node_processes() { # NODE INDEX
  local node=$1 dir group ENTER
  dir=$(node_dir "$1") group=$(node_group "$1")/system
  enter_node "$1"
  start_process "$node-containerd" "$group" "${ENTER[@]}" containerd --config "$dir/etc/containerd.toml"
  wait_for 20 "containerd on $node" node_ctr "$node" version || { still_running "$node-containerd"; die "containerd on $node does not answer" "Its log: $LOG/$node-containerd.log"; }
  pause_image "$node"
  start_process "$node-kubelet" "$group" "${ENTER[@]}" "$BIN/kubelet" --config "$dir/etc/kubelet.yaml" \
    --kubeconfig "$dir/etc/kubelet.kubeconfig" --hostname-override "$node" --node-ip "$(node_ip "$2")" \
    --node-labels "$(paste -sd, "$dir/labels")"
  start_process "$node-proxy" "$group" "${ENTER[@]}" "$BIN/kube-proxy" --config "$dir/etc/proxy.yaml"
}

# Local, so that pods start when the registry is away.
PAUSE_IMAGE=localhost/edgeai-pause:1
pause_image() { # NODE
  local pause archive container
  pause=$(readlink -f "$BIN/pause")
  archive=${pause%/*}/image.tar
  if [[ ! -f $archive ]]; then
    container=$(buildah from scratch)
    buildah add -q "$container" "$pause" /pause >/dev/null
    buildah config --entrypoint '["/pause"]' --user 65535:65535 "$container"
    buildah commit -q --rm --timestamp 0 "$container" "$PAUSE_IMAGE" >/dev/null
    buildah push -q "$PAUSE_IMAGE" "docker-archive:$archive.part.$$:$PAUSE_IMAGE" >&2
    mv "$archive.part.$$" "$archive"
  fi
  [[ -n $(node_ctr "$1" images ls -q "name==$PAUSE_IMAGE") ]] || node_ctr "$1" images import "$archive" >/dev/null
}

node_wait() { # NODE
  wait_for 60 "node $1 to be Ready" node_ready "$1" || {
    still_running "$1-kubelet"
    die "node $1 is not Ready" "kubectl describe node $1; its log: $LOG/$1-kubelet.log"
  }
  still_running "$1-proxy"
  # The kubelet sets labels only when it registers, and may not set those of features.
  # shellcheck disable=SC2046 # one word each label
  kube label --overwrite node "$1" $(cat "$(node_dir "$1")/labels") $(cpu_feature_labels) >/dev/null
}

# Vector and matrix instructions of this machine, as Node Feature Discovery would label them.
cpu_feature_labels() {
  awk -F': ' '/^flags/ {print $2; exit}' /proc/cpuinfo | tr ' ' '\n' | grep -E '^(avx|amx)' | tr -d _ | tr a-z A-Z |
    sed 's|.*|feature.node.kubernetes.io/cpu-cpuid.&=true|'
}

# Ready by a kubelet that runs now, and not as the API server remembers it from before a crash.
node_ready() { # NODE
  [[ $(in_node "$1" curl -fsS -m 2 http://127.0.0.1:10248/healthz) == ok ]] &&
    [[ $(kube get node "$1" -o 'jsonpath={.status.conditions[?(@.type=="Ready")].status}') == True ]]
}

# Everything of it but its files: also what a crash has left.
node_stop() { # NODE
  local part
  for part in kubelet proxy containerd; do rm -f "$RECORDS/$1-$part.pid"; done
  cgroup_kill "$(node_group "$1")"
  cgroup_remove "$(node_group "$1")"
  umount -l "$STATE/ns/$1" 2>/dev/null || true
  ip link del "$(node_link "$1")" 2>/dev/null || true
  ip netns del "$(node_netns "$1")" 2>/dev/null || true
  # /run is empty after a reboot, and this stands for one.
  rm -rf "$(node_dir "$1")/run"
}

node_command() {
  local command=${1:-}
  (($#)) && shift
  case $command in
    add) [[ $# -eq 2 ]] || usage node; node_add "$1" "$2" ;;
    cut) node_cut "${1:-}" ;;
    mend) node_mend "${1:-}" ;;
    *) usage node ;;
  esac
}

node_add() { # NODE LABELS
  api_ready || die "the cluster is not up" "cluster up"
  node_record "$1" "$2"
  step "Starting $1"
  node_up "$1"
  node_wait "$1"
  say "$1 is Ready ($(paste -sd, "$(node_dir "$1")/labels"))"
}

known_node() {
  [[ -n $1 && -d $(node_dir "$1") ]] || die "there is no node '$1'" "Nodes: $(node_names | paste -sd ' ')"
}

node_cut() { # NODE
  known_node "$1"
  ip link set "$(node_link "$1")" down
  say "$1 is cut off; the cluster notices in about 16 s"
}

node_mend() { # NODE
  known_node "$1"
  ip link set "$(node_link "$1")" up
  say "$1 is connected"
}
