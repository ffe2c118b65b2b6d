# shellcheck shell=bash
# What the programs on a node read.

node_configs() { # NODE INDEX
  local etc
  etc=$(node_dir "$1")/etc
  mkdir -p "$etc/cni" "$etc/registries/$REGISTRY"
  cni_config "$1" "$2" | put "$etc/cni/10-bridge.conflist"
  containerd_config "$1" | put "$etc/containerd.toml" "$1-containerd"
  registry_mirror | put "$etc/registries/$REGISTRY/hosts.toml"
  kubelet_config "$1" | put "$etc/kubelet.yaml" "$1-kubelet"
  proxy_config "$1" | put "$etc/proxy.yaml" "$1-proxy"
  # For pods that do not use cluster DNS: the host's file may name a resolver on loopback.
  echo "nameserver $DNS_IP" | put "$etc/resolv.conf"
}

# Pod addresses are routed, not translated, so that every pod sees the true peer.
cni_config() { # NODE INDEX
  cat <<CONFIG
{
  "cniVersion": "1.0.0",
  "name": "pods",
  "plugins": [
    {
      "type": "bridge", "bridge": "cni0", "isGateway": true, "ipMasq": false, "hairpinMode": true,
      "ipam": {
        "type": "host-local",
        "ranges": [[{"subnet": "$POD_PREFIX.$2.0/24"}]],
        "routes": [{"dst": "0.0.0.0/0"}]
      }
    },
    {"type": "portmap", "capabilities": {"portMappings": true}}
  ]
}
CONFIG
}

containerd_config() { # NODE
  local dir
  dir=$(node_dir "$1")
  cat <<CONFIG
version = 2
root = "$dir/containerd"
state = "/run/containerd"
[grpc]
  address = "/run/containerd/containerd.sock"
[plugins."io.containerd.internal.v1.opt"]
  path = "$dir/containerd/opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "$PAUSE_IMAGE"
  # Where the machine itself is a container, scores below its own cannot be set.
  restrict_oom_score_adj = true
  # Next to the node's other state, or pods' namespaces would outlive it in /run/netns.
  netns_mounts_under_state_dir = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "$CNI_BIN"
    conf_dir = "$dir/etc/cni"
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "$dir/etc/registries"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
CONFIG
}

registry_mirror() {
  cat <<CONFIG
server = "http://$REGISTRY_ADDRESS"
[host."http://$REGISTRY_ADDRESS"]
  capabilities = ["pull", "resolve"]
CONFIG
}

kubelet_config() { # NODE
  cat <<CONFIG
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication:
  x509: {clientCAFile: $PKI/ca.crt}
  anonymous: {enabled: false}
  webhook: {enabled: true}
authorization: {mode: Webhook}
tlsCertFile: $PKI/$1.crt
tlsPrivateKeyFile: $PKI/$1.key
containerRuntimeEndpoint: unix:///run/containerd/containerd.sock
cgroupDriver: cgroupfs
cgroupRoot: /$(node_group "$1")
enforceNodeAllocatable: [pods]
failSwapOn: false
makeIPTablesUtilChains: false
clusterDNS: [$DNS_IP]
clusterDomain: cluster.local
resolvConf: $(node_dir "$1")/etc/resolv.conf
# A lost node is noticed after 16 s (controller manager), so it has to report more often.
nodeStatusUpdateFrequency: 4s
nodeLeaseDurationSeconds: 16
serializeImagePulls: false
# The machine's disk is shared with much else: evict only when it is really full, never collect images.
evictionHard: {memory.available: 100Mi, nodefs.available: 1%, imagefs.available: 1%, nodefs.inodesFree: 1%}
imageGCHighThresholdPercent: 100
CONFIG
}

proxy_config() { # NODE
  cat <<CONFIG
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: nftables
clusterCIDR: $POD_PREFIX.0.0/16
hostnameOverride: $1
clientConnection: {kubeconfig: $(node_dir "$1")/etc/proxy.kubeconfig}
# Limits of the whole machine, which a network namespace may not set.
conntrack: {maxPerCore: 0}
CONFIG
}
