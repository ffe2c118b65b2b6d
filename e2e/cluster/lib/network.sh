# shellcheck shell=bash
# The host's side: a bridge that all nodes hang on, and the way out to the machine's network.

HOSTS_MARK="# edgeai-cluster-$CLUSTER_ID"

network_up() {
  ip link show "$BRIDGE" >/dev/null 2>&1 || ip link add "$BRIDGE" type bridge
  ip addr replace "$HOST_IP/24" dev "$BRIDGE"
  ip link set "$BRIDGE" up
  [[ -f $STATE/ip_forward ]] || cat /proc/sys/net/ipv4/ip_forward >"$STATE/ip_forward"
  echo 1 >/proc/sys/net/ipv4/ip_forward
  nft -f - <<RULES
table ip $BRIDGE
delete table ip $BRIDGE
table ip $BRIDGE {
  set inside { type ipv4_addr; flags interval; elements = { 10.89.$CLUSTER_ID.0/24, $POD_PREFIX.0.0/16 } }
  chain out {
    type nat hook postrouting priority srcnat;
    ip saddr @inside ip daddr != @inside masquerade
  }
}
RULES
  hosts_line
}

# Routes that need a node to be there: its pods, and (through the first node's
# kube-proxy) Services, so that the host reaches both.
network_routes() { # INDEX
  ip route replace "$POD_PREFIX.$1.0/24" via "$(node_ip "$1")"
  (($1 != 1)) || ip route replace "$SERVICE_CIDR" via "$(node_ip 1)"
}

# In place, since /etc/hosts is a mount in many containers and cannot be replaced.
hosts_line() {
  local rest
  rest=$(grep -vF "$HOSTS_MARK" /etc/hosts || true)
  # Another cluster on this machine may have the name; it keeps it.
  grep -qE "[[:space:]]${REGISTRY%:*}([[:space:]]|$)" <<<"$rest" && return
  printf '%s\n%s %s %s\n' "$rest" "$HOST_IP" "${REGISTRY%:*}" "$HOSTS_MARK" >/etc/hosts
}

network_down() {
  local rest
  ip link del "$BRIDGE" 2>/dev/null || true # takes its routes with it
  nft delete table ip "$BRIDGE" 2>/dev/null || true
  if grep -qF "$HOSTS_MARK" /etc/hosts; then
    rest=$(grep -vF "$HOSTS_MARK" /etc/hosts || true)
    printf '%s\n' "$rest" >/etc/hosts
  fi
  # Another cluster still needs forwarding.
  if [[ -f $STATE/ip_forward && -z $(ip -br link show type bridge | awk '/^edgeai[0-9]/') ]]; then
    cat "$STATE/ip_forward" >/proc/sys/net/ipv4/ip_forward
  fi
}
