# shellcheck shell=bash
# What a fresh machine lacks, and steps that say what they do. Sourced by quickstart and test.

# shellcheck source=e2e/setup/toolchains.sh
. "$ROOT/e2e/setup/toolchains.sh"

say() { printf '\n\033[1m==> %s\033[0m\n' "$*"; }
note() { printf '    %s\n' "$*"; }
fail() { # WHAT NEXT-STEP
  printf '\nERROR: %s\n       %s\n' "$1" "$2" >&2
  exit 1
}

# Jobs by name. Each is a process group of its own, so that all it has started ends with it.
declare -A JOB_PID=() JOB_LOG=() JOB_START=() JOB_CODE=() JOB_TIME=()

# Runs a step, printing its name and time; its output goes to a log that is shown only when it fails.
step() { # NAME COMMAND...
  begin "$@"
  await "$1"
}

# The same beside the steps that follow, at low priority; 'await NAME' before what needs it.
beside() { # NAME COMMAND...
  note "$1: begins beside the following"
  begin "$1" at_low_priority "${@:2}"
}

at_low_priority() {
  renice -n 5 -p $BASHPID >/dev/null
  "$@"
}

begin() { # NAME COMMAND...
  JOB_LOG[$1]=$(mktemp "${TMPDIR:-/tmp}/edgeai-step.XXXXXX")
  JOB_START[$1]=$SECONDS
  set -m # a process group of its own
  "${@:2}" >"${JOB_LOG[$1]}" 2>&1 </dev/null &
  JOB_PID[$1]=$!
  set +m
}

await() { # NAME
  local name=$1 waited=$SECONDS
  printf '    %-66s' "$name"
  until job_ended "$name"; do
    sleep 1
    others_go_well
    ((SECONDS - waited > 20 && (SECONDS - waited) % 30 == 0)) && printf ' %ss…' $((SECONDS - JOB_START[$name]))
  done
  ((JOB_CODE[$name] == 0)) || job_failed "$name"
  printf ' done (%s s)\n' "${JOB_TIME[$name]}"
  rm -f "${JOB_LOG[$name]}"
  unset "JOB_PID[$name]" "JOB_CODE[$name]"
}

job_ended() { # NAME; 'wait' tells the exit code only once, so it is kept
  [[ -z ${JOB_CODE[$1]:-} ]] || return 0
  ! kill -0 "${JOB_PID[$1]}" 2>/dev/null || return 1
  JOB_CODE[$1]=0 JOB_TIME[$1]=$((SECONDS - JOB_START[$1]))
  wait "${JOB_PID[$1]}" || JOB_CODE[$1]=$?
}

# What runs beside and fails is told at once, not when it is needed.
others_go_well() {
  local name
  for name in "${!JOB_PID[@]}"; do
    ! job_ended "$name" || ((JOB_CODE[$name] == 0)) || { printf '\n    %s' "$name" && job_failed "$name"; }
  done
}

job_failed() { # NAME
  printf ' FAILED\n'
  tail -n 40 "${JOB_LOG[$1]}" >&2
  unset "JOB_PID[$1]"
  fail "$1 failed" "The whole log: ${JOB_LOG[$1]}"
}

end_jobs() {
  local pid
  for pid in "${JOB_PID[@]}"; do kill -- "-$pid" 2>/dev/null || true; done
}
trap end_jobs EXIT

use_java() {
  step "A JDK 25 (fetched when this machine has none)" use_jdk
  use_jdk
  # Maven 3.8's own libraries use calls that Java 25 warns of.
  export MAVEN_OPTS="${MAVEN_OPTS:-} --sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED"
}

install_packages() { # [FURTHER-PACKAGE...]
  local missing=() package
  for package in maven git curl ca-certificates openssl python3 python3-venv "$@"; do
    dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return
  [ "$(id -u)" = 0 ] || fail "These packages are missing: ${missing[*]}" "Run: sudo apt-get install ${missing[*]}"
  apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"
}

maven() { mvn --batch-mode --quiet --file "$ROOT/pom.xml" "$@"; }
