# shellcheck shell=bash
# Cluster DNS: CoreDNS as a host process behind the usual Service, so that no lost
# node takes names away from the others.

dns_up() {
  mkdir -p "$STATE/etc"
  dns_config | put "$STATE/etc/Corefile" coredns
  start_process coredns "$BRIDGE/host" "$BIN/coredns" -conf "$STATE/etc/Corefile"
  sed -e "s/@HOST_IP@/$HOST_IP/; s/@DNS_IP@/$DNS_IP/; s/@DNS_PORT@/$DNS_PORT/" "$HERE/manifests/system.yaml" |
    kube apply --server-side --force-conflicts -f - >/dev/null
}

dns_config() {
  cat <<CONFIG
.:$DNS_PORT {
  bind $HOST_IP
  errors
  kubernetes cluster.local in-addr.arpa ip6.arpa {
    kubeconfig $PKI/coredns.kubeconfig
    pods insecure
    fallthrough in-addr.arpa ip6.arpa
  }
  forward . /etc/resolv.conf
  cache 30 {
    disable success cluster.local
    disable denial cluster.local
  }
}
CONFIG
}

# Asked the way a pod asks: from a node, at the Service's address.
dns_answers() { # NODE
  in_node "$1" busybox nslookup "${REGISTRY%:*}.svc.cluster.local" "$DNS_IP"
}
