# shellcheck shell=bash
# Programs built from Go modules, once a machine: CACHE/<name>-<hash of what it is
# made of>/. A build goes to a folder of its own first and is then renamed, so a
# half-finished one is never taken for a whole one.

KUBERNETES=v1.34.4
KUBERNETES_NAMES=(etcd kube-apiserver kube-controller-manager kube-scheduler kube-proxy kubelet kubectl)
HELM3=helm.sh/helm/v3
HELM4=helm.sh/helm/v4

# name  module's program@version  link flags
go_tools() {
  cat <<TOOLS
coredns github.com/coredns/coredns@v1.14.6
registry github.com/distribution/distribution/v3/cmd/registry@v3.1.2
helm $HELM3/cmd/helm@v3.22.0 -X $HELM3/internal/version.version=v3.22.0 $(helm_kubernetes $HELM3/pkg/chartutil) $(helm_kubernetes $HELM3/pkg/lint/rules)
helm4 $HELM4/cmd/helm@v4.3.1 -X $HELM4/internal/version.version=v4.3.1
TOOLS
}

# Which Kubernetes 'helm template' and 'helm lint' assume; without these flags it is 1.20.
helm_kubernetes() { echo "-X $1.k8sVersionMajor=1 -X $1.k8sVersionMinor=34"; }

kubernetes_flags() {
  local package
  for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
    echo "-X $package.gitVersion=$KUBERNETES -X $package.gitMajor=1 -X $package.gitMinor=34 -X $package.gitTreeState=clean"
  done | paste -sd ' '
}

# Only what the cluster itself needs; 'cluster build' also makes helm4.
ensure_binaries() { # [NAME...]
  local name
  (($#)) || set -- kubernetes pause coredns registry helm
  command -v go >/dev/null || [[ -n $(missing_binaries "$@") ]] || return 0
  command -v go >/dev/null ||
    die "Go is needed to build: $(missing_binaries "$@" | paste -sd ' ')" "Install Go 1.26 or newer (https://go.dev/dl) and put it on PATH."
  for name in "$@"; do ensure_binary "$name"; done
}

missing_binaries() {
  local name
  for name in "$@"; do [[ -x $(binary_path "$name") ]] || echo "$name"; done
}

binary_path() { # NAME
  local folder=$HERE/go/$1
  if [[ -d $folder ]]; then
    echo "$CACHE/$1-$(digest "$folder"/* "$(kubernetes_flags)" "$(declare -f build_module)")/$1"
  else
    echo "$CACHE/$1-$(digest "$(tool_line "$1")" "$(declare -f install_tool)")/$1"
  fi
}

tool_line() { go_tools | grep "^$1 " || die "unknown program: $1" "Known: kubernetes pause coredns registry helm helm4"; }

ensure_binary() { # NAME
  local path
  path=$(binary_path "$1")
  [[ -x $path ]] || with_cache_lock build_binary "$1" "$path"
}

# The cluster's own names for them; helm4 only when it has been built.
link_binaries() {
  local name path
  mkdir -p "$BIN"
  for name in coredns registry pause helm helm4; do
    path=$(binary_path "$name")
    [[ ! -x $path ]] || ln -sfn "$path" "$BIN/$name"
  done
  for name in "${KUBERNETES_NAMES[@]}"; do ln -sfn "$(binary_path kubernetes)" "$BIN/$name"; done
}

build_binary() { # NAME PATH
  local name=$1 path=$2 part
  [[ ! -x $path ]] || return 0 # by the one we waited for
  step "Building $name (once a machine; Kubernetes takes minutes)"
  rm -rf "$CACHE/$name".part.* # of a build that was killed
  part=$(mktemp -d "$CACHE/$name.part.XXXXXX")
  chmod 755 "$part"
  if [[ -d $HERE/go/$name ]]; then build_module "$name" "$part"; else install_tool "$name" "$part"; fi || {
    rm -rf "$part"
    die "the build of $name failed" "Can Go reach its module proxy? Try: go list -m k8s.io/api@v0.34.4"
  }
  rm -rf "${path%/*}"
  mv -T "$part" "${path%/*}"
}

# CGO off: static programs, and no C compiler needed.
build_module() { # NAME FOLDER
  (cd "$HERE/go/$1" && CGO_ENABLED=0 GOFLAGS=-mod=readonly GOWORK=off nice go build -trimpath -buildvcs=false \
    -ldflags "-s -w $(kubernetes_flags)" -o "$2/$1" .)
}

install_tool() { # NAME FOLDER
  local module flags built
  read -r _ module flags < <(tool_line "$1")
  (cd / && CGO_ENABLED=0 GOFLAGS=-mod=mod GOWORK=off GOBIN=$2 nice go install -trimpath -ldflags "-s -w $flags" "$module") || return 1
  built=${module%@*}
  [[ $2/${built##*/} == "$2/$1" ]] || mv "$2/${built##*/}" "$2/$1"
}
