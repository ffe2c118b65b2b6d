#!/bin/bash
# Tests the embedded cluster itself: network, DNS, registry, crashes, partitions and a
# clean end. It has a cluster of its own, next to one you may be using.
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export EDGEAI_CLUSTER_ID=${EDGEAI_CLUSTER_ID:-9}
export EDGEAI_CLUSTER_DIR=${EDGEAI_CLUSTER_DIR:-/var/lib/edgeai-cluster-test}
CLUSTER=$HERE/cluster
BRIDGE=edgeai$EDGEAI_CLUSTER_ID
NAMESPACE=cluster-test

check() { # TITLE FUNCTION
  local start=$SECONDS failed
  # A subshell outside any condition: only there does set -e end it at the first failure.
  set +e
  (set -e; "$2")
  failed=$?
  set -e
  if ((failed == 0)); then
    printf 'ok    %-52s %3s s\n' "$1" $((SECONDS - start))
  else
    printf 'FAIL  %s\n      the cluster is left as it is: EDGEAI_CLUSTER_ID=%s EDGEAI_CLUSTER_DIR=%s %s status\n' \
      "$1" "$EDGEAI_CLUSTER_ID" "$EDGEAI_CLUSTER_DIR" "$CLUSTER"
    exit 1
  fi
}

quietly() { "$@" >"$EDGEAI_CLUSTER_DIR.test.log" 2>&1 || { cat "$EDGEAI_CLUSTER_DIR.test.log" >&2; return 1; }; }

eventually() { # SECONDS COMMAND...
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < end)) || { "$@"; return 1; }
    sleep 0.5
  done
}

k() { kubectl -n $NAMESPACE "$@"; }
client_on() { k get pods -l app=client --field-selector "spec.nodeName=$1,status.phase=Running" -o name | head -n 1; }
from() { k exec "$(client_on "$1")" -- "${@:2}"; } # NODE COMMAND...

# By bash: a static busybox cannot look names up (glibc loads that part at run time).
fetch_from() { # NODE HOST PORT PATH
  from "$1" timeout 3 bash -c "exec 3<>/dev/tcp/$2/$3 && printf 'GET $4 HTTP/1.0\r\nHost: $2\r\n\r\n' >&3 && grep -q 200 <&3"
}

starts() { quietly "$CLUSTER" up; }

image_arrives() {
  local context
  context=$(mktemp -d)
  cp "$(command -v busybox)" "$context/"
  printf 'FROM debian:bookworm-slim\nCOPY busybox /usr/local/bin/\nENTRYPOINT ["busybox"]\n' >"$context/Dockerfile"
  quietly "$CLUSTER" image build cluster-test/busybox:1 "$context"
  rm -rf "$context"
  quietly "$CLUSTER" image push cluster-test/busybox:1
}

pods_run() {
  quietly kubectl apply -f "$HERE/test/pods.yaml"
  quietly k rollout status --timeout 60s deployment/server
  quietly k rollout status --timeout 60s daemonset/client
}

message_is_read() {
  quietly k wait --for condition=complete --timeout 60s job/message
  [[ $(k logs job/message) == logged ]]
  [[ $(k get pods -l job-name=message -o jsonpath='{.items[0].status.containerStatuses[0].state.terminated.message}') == told ]]
}

dns_resolves() {
  local node
  for node in node1 node2; do
    eventually 10 from "$node" busybox nslookup server.$NAMESPACE.svc.cluster.local
    eventually 10 from "$node" busybox nslookup registry.registry.svc.cluster.local
  done
}

service_answers() {
  local node
  for node in node1 node2; do eventually 20 fetch_from "$node" "server.$NAMESPACE" 80 /; done
}

registry_is_reached() { fetch_from node1 registry.registry 5000 /v2/cluster-test/busybox/tags/list; }

host_reaches_both() {
  local pod service
  pod=$(k get pods -l app=server -o jsonpath='{.items[0].status.podIP}')
  service=$(k get service server -o jsonpath='{.spec.clusterIP}')
  quietly curl -fsS -m 3 "http://$pod:8080/"
  quietly curl -fsS -m 3 "http://$service/"
}

registry_comes_and_goes() {
  quietly "$CLUSTER" registry stop
  ! registry_is_reached 2>/dev/null || return 1
  quietly "$CLUSTER" registry start
  eventually 5 registry_is_reached
}

node_says() { [[ $(kubectl get node "$1" -o 'jsonpath={.status.conditions[?(@.type=="Ready")].status}') == "$2" ]]; }

partition_is_seen() {
  quietly "$CLUSTER" node cut node2
  eventually 40 node_says node2 Unknown
  ! fetch_from node1 "server.$NAMESPACE" 80 / 2>/dev/null || return 1
  quietly "$CLUSTER" node mend node2
  eventually 60 node_says node2 True
  eventually 60 service_answers
}

node_joins() {
  quietly "$CLUSTER" node add node3 nvidia-gpu
  eventually 60 fetch_from node3 "server.$NAMESPACE" 80 /
}

# As docs/embedded-cluster.md has it; the kubelet must leave it in place.
gpu_is_pretended() {
  quietly kubectl patch node node3 --subresource=status --type=json \
    -p '[{"op":"add","path":"/status/capacity/nvidia.com~1gpu","value":"1"}]'
  sleep 10
  [[ $(kubectl get node node3 -o 'jsonpath={.status.allocatable.nvidia\.com/gpu}') == 1 ]]
}

everything_recorded_dies() {
  local record pid
  for record in "$EDGEAI_CLUSTER_DIR"/run/*.pid; do
    read -r _ pid _ <"$record"
    kill -9 "$pid"
  done
  sleep 1
  ! quietly "$CLUSTER" status 2>/dev/null || return 1
  starts
  eventually 60 service_answers
}

# Containers and their shims too: what a power cut leaves, but for the namespaces.
everything_dies() {
  find /sys/fs/cgroup -path "*/$BRIDGE/*" -name cgroup.procs -exec cat {} + | sort -u | xargs -r kill -9
  sleep 1
  starts
  eventually 60 service_answers
}

network_is_lost() {
  ip netns del "$BRIDGE-node1"
  ip link del "$BRIDGE"
  starts
  eventually 60 service_answers
}

# All that a reboot takes away: processes, namespaces, mounts, links, rules.
machine_restarts() {
  local netns
  find /sys/fs/cgroup -path "*/$BRIDGE/*" -name cgroup.procs -exec cat {} + | sort -u | xargs -r kill -9
  sleep 1
  for netns in $(ip netns list | awk -v p="^$BRIDGE-" '$1 ~ p { print $1 }'); do ip netns del "$netns"; done
  awk -v s="$EDGEAI_CLUSTER_DIR/" 'index($5 "/", s) == 1 { print $5 }' /proc/self/mountinfo | sort -r | xargs -r umount -l
  ip link del "$BRIDGE"
  nft delete table ip "$BRIDGE"
  find /sys/fs/cgroup -depth -type d -path "*/$BRIDGE*" -exec rmdir {} +
  starts
  eventually 60 service_answers
}

image_is_loaded() {
  quietly "$CLUSTER" registry stop
  buildah tag registry.registry:5000/cluster-test/busybox:1 registry.registry:5000/cluster-test/loaded:1
  quietly "$CLUSTER" image load cluster-test/loaded:1
  k run loaded --image registry.registry:5000/cluster-test/loaded:1 --restart Never --overrides "$(restricted)" -- true >/dev/null
  quietly k wait --for 'jsonpath={.status.phase}=Succeeded' --timeout 30s pod/loaded
  quietly "$CLUSTER" registry start
}

restricted() {
  echo '{"spec":{"securityContext":{"runAsNonRoot":true,"runAsUser":65532,"seccompProfile":{"type":"RuntimeDefault"}},
    "containers":[{"name":"loaded","image":"registry.registry:5000/cluster-test/loaded:1","args":["true"],
    "securityContext":{"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]}}}]}}'
}

up_changes_nothing() {
  local before
  before=$(cat "$EDGEAI_CLUSTER_DIR"/run/*.pid)
  starts
  [[ $(cat "$EDGEAI_CLUSTER_DIR"/run/*.pid) == "$before" ]]
}

ends() { quietly "$CLUSTER" down; }

leftovers() {
  # In brackets, or grep would find its own command line.
  grep -l "[/]${EDGEAI_CLUSTER_DIR#/}" /proc/[0-9]*/cmdline 2>/dev/null || true
  grep -E "$EDGEAI_CLUSTER_DIR|/run/netns/$BRIDGE-" /proc/self/mountinfo || true
  find /sys/fs/cgroup -type d -path "*/$BRIDGE*" || true
  ip -br link | grep "^$BRIDGE" || true
  ip netns list | grep "^$BRIDGE-" || true
  ip route | grep "$BRIDGE" || true
  nft list tables | grep -w "$BRIDGE" || true
  grep "# edgeai-cluster-$EDGEAI_CLUSTER_ID" /etc/hosts || true
  ls -d "$EDGEAI_CLUSTER_DIR" 2>/dev/null || true
}

nothing_is_left() {
  local left
  left=$(leftovers)
  [[ -z $left ]] || { echo "$left"; return 1; }
}

main() {
  "$CLUSTER" down 2>/dev/null
  check "up" starts
  eval "$("$CLUSTER" env)"
  check "an image is built and pushed" image_arrives
  check "restricted pods run on each node, image pulled" pods_run
  check "logs and termination messages are read" message_is_read
  check "DNS answers in pods" dns_resolves
  check "a Service is reached from its own and another node" service_answers
  check "pods reach the registry by its name" registry_is_reached
  check "the host reaches pods and Services" host_reaches_both
  check "up again changes nothing" up_changes_nothing
  check "registry stop and start" registry_comes_and_goes
  check "an image is loaded past the registry" image_is_loaded
  check "a cut node is noticed, and mended" partition_is_seen
  check "a third node joins" node_joins
  check "a GPU is pretended" gpu_is_pretended
  check "kill -9 of every recorded process, then up" everything_recorded_dies
  check "kill -9 of containers and shims too, then up" everything_dies
  check "bridge and a node's network lost, then up" network_is_lost
  check "a reboot in all but name, then up" machine_restarts
  check "down" ends
  check "down leaves nothing" nothing_is_left
  check "up after down" starts
  check "down" ends
  check "down leaves nothing" nothing_is_left
  rm -f "$EDGEAI_CLUSTER_DIR.test.log"
}

main
