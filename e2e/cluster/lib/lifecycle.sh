# shellcheck shell=bash
# The cluster as a whole.

DEFAULT_NODES=node1=intel-cpu,node2=arm-cpu

cluster_build() {
  (($#)) || set -- kubernetes pause coredns registry helm helm4
  ensure_binaries "$@"
}
