# shellcheck shell=bash
# What a fresh machine lacks. Sourced by quickstart and test.

say() { printf '\n\033[1m==> %s\033[0m\n' "$*"; }
note() { printf '    %s\n' "$*"; }
fail() { # WHAT NEXT-STEP
  printf '\nERROR: %s\n       %s\n' "$1" "$2" >&2
  exit 1
}

# Runs a step, printing its name and time; its output goes to a log that is shown only when it fails.
step() { # NAME COMMAND...
  local name=$1 log started pid
  shift
  log=$(mktemp "${TMPDIR:-/tmp}/edgeai-step.XXXXXX")
  started=$SECONDS
  printf '    %-44s' "$name"
  "$@" >"$log" 2>&1 &
  pid=$!
  while kill -0 "$pid" 2>/dev/null; do
    sleep 1
    ((SECONDS - started > 20 && (SECONDS - started) % 30 == 0)) && printf ' %ss…' $((SECONDS - started))
  done
  if wait "$pid"; then
    printf ' done (%s s)\n' $((SECONDS - started))
    rm -f "$log"
  else
    printf ' FAILED\n'
    tail -n 40 "$log" >&2
    fail "$name failed" "The whole log: $log"
  fi
}

use_java() {
  local home
  for home in "${JAVA_HOME:-}" /usr/lib/jvm/*25*; do
    [ -x "$home/bin/jlink" ] && "$home/bin/java" -version 2>&1 | grep -q '"25' || continue
    export JAVA_HOME=$home PATH=$home/bin:$PATH
    # Maven 3.8's own libraries use calls that Java 25 warns of.
    export MAVEN_OPTS="${MAVEN_OPTS:-} --sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED"
    return
  done
  fail "No Java 25 JDK was found" "Install one (for example Eclipse Temurin 25) and set JAVA_HOME to it."
}

install_packages() {
  local missing=() package
  for package in maven git curl ca-certificates openssl python3 python3-venv; do
    dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package")
  done
  command -v npm >/dev/null || missing+=(npm) # Node's own packages bring it too, and conflict with Debian's
  [ ${#missing[@]} -eq 0 ] && return
  [ "$(id -u)" = 0 ] || fail "These packages are missing: ${missing[*]}" "Run: sudo apt-get install ${missing[*]}"
  apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"
}

maven() { mvn --batch-mode --quiet --file "$ROOT/pom.xml" "$@"; }
