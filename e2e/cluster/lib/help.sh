# shellcheck shell=bash
# shellcheck disable=SC2016 # help texts are literal

usage() { # [COMMAND]
  "help_${1:-main}" >&2
  exit 2
}

help_main() {
  cat <<'HELP'
cluster: a real Kubernetes cluster on this machine, without Docker (root, Debian 12)

  cluster up [--nodes NAME=ACCELERATOR,...]   start, or repair, everything
  cluster down                                stop and remove everything
  cluster status                              components, nodes, logs
  cluster env                                 export lines: eval "$(cluster env)"
  cluster check                               whether this machine can have one
  cluster packages                            only install Debian's packages
  cluster build [PROGRAM...]                  only build the programs
  cluster image base|build|push|load|list     container images
  cluster node add|cut|mend ...               more nodes; network partitions
  cluster registry start|stop                 registry outages

'cluster COMMAND --help' says more. Settings by environment:
  EDGEAI_CLUSTER_DIR  state   (default /var/lib/edgeai-cluster)
  EDGEAI_CACHE        builds  (default ~/.cache/edgeai)
  EDGEAI_CLUSTER_ID   0 to 9, for several clusters on one machine (default 0)
HELP
}

help_up() {
  cat <<'HELP'
cluster up [--nodes NAME=ACCELERATOR,...]

Builds what is missing, starts what is not running, and returns when the nodes are
Ready and DNS and the registry answer. Safe to repeat, also after a crash.
Default nodes: node1=intel-cpu,node2=arm-cpu. ACCELERATOR becomes the label
edgeai.dev/accelerator; give KEY=VALUE for another label, join several with '+'.
HELP
}

help_down() { echo "cluster down: stops every process of the cluster and removes its state, registry content included. Built programs and images stay."; }
help_status() { echo "cluster status: which components run, the nodes, and where the logs are. Exit code 1 when something is down."; }
help_env() { echo 'cluster env: lines for eval "$(cluster env)": KUBECONFIG, PATH (kubectl, helm), EDGEAI_REGISTRY.'; }

help_build() {
  cat <<'HELP'
cluster build [PROGRAM...]

Builds into the cache: kubernetes pause coredns registry helm helm4 (default: all but
helm4, as 'cluster up' does by itself). Needs no root.
HELP
}

help_check() { echo "cluster check: whether this machine can have a cluster. Exit code 1, and why, when it cannot."; }
help_packages() { echo "cluster packages: installs what the cluster and its images need of Debian's packages."; }

help_image() {
  cat <<'HELP'
cluster image base [SUITE...]               make docker.io/library/debian:SUITE-slim (default bookworm)
cluster image build TAG DIR [-f FILE] [buildah arguments...]
cluster image push TAG...                   into the cluster's registry; nothing when it is there already
cluster image load TAG...                   straight into every node, past the registry
cluster image list

TAG is NAME:VERSION such as edgeai/runtime:dev; registry.registry:5000/ is put in front
when it is missing, and pods name the image registry.registry:5000/edgeai/runtime:dev.
build makes the debian:SUITE-slim images its Dockerfile starts from, keeps layers, and
lets apt, pip and others in RUN use this machine's proxies and private certificates.
It prints the image's id; push can follow at once. base and build need no running cluster.
HELP
}

help_node() {
  cat <<'HELP'
cluster node add NAME LABELS    LABELS as for 'up --nodes': an accelerator, or KEY=VALUE, joined with '+'
cluster node cut NAME           partition: its link goes down, its pods run on unreachable
cluster node mend NAME          the link comes back ('cluster up' mends too)
HELP
}

help_registry() {
  cat <<'HELP'
cluster registry stop     the registry goes away; what it holds stays
cluster registry start
HELP
}
