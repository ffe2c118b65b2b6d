#!/bin/bash
# Tests the scripts that quickstart and test stand on: jobs beside others, and how a missing JDK or Go is found.
# Some seconds; fetches nothing.
set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
export EDGEAI_CACHE=$WORK/cache TMPDIR=$WORK

check() { # TITLE FUNCTION
  local failed=0
  set +e
  (set -e; "$2")
  failed=$?
  set -e
  if ((failed == 0)); then echo "ok    $1"; else echo "FAIL  $1" && exit 1; fi
}

script() { # LINE...: runs them after the functions of quickstart, in a shell of its own
  printf '%s\n' "set -euo pipefail; echo \$\$ >'$WORK/pid'; ROOT='$ROOT'" ". '$ROOT/e2e/setup/prerequisites.sh'" "$@" >"$WORK/script"
  bash "$WORK/script" >"$WORK/said" 2>&1
}

runs() { grep -qszx -- "$1" /proc/[0-9]*/cmdline; } # SECONDS of a sleep: a number used once, so it names the process
both_run() { runs 32.37 && runs 33.37; }
either_runs() { runs 32.37 || runs 33.37; }

said() { grep -q "$1" "$WORK/said" || { cat "$WORK/said" && return 1; }; }

job_is_awaited() {
  script 'beside slow bash -c "sleep 2; touch $TMPDIR/slow-ended"' 'step quick true' 'await slow' '[ -e "$TMPDIR/slow-ended" ]'
  said "quick .*done"
  said "slow .*done ([2-9] s)"
}

failure_is_told_at_once() {
  local start=$SECONDS
  ! script 'beside bad bash -c "sleep 1; echo the reason; exit 3"' 'step long sleep 31.37' || return 1
  ((SECONDS - start < 15))
  said "bad FAILED"
  said "the reason"
  ! runs 31.37
}

interrupted() {
  script 'beside first bash -c "sleep 32.37 & wait"' 'step second sleep 33.37' &
  for _ in {1..50}; do
    ! both_run || break
    sleep 0.1
  done
  both_run
  kill -TERM "$(cat "$WORK/pid")"
  wait || true
  sleep 0.5
  ! either_runs
}

# A JDK that is only its name, packed as the publisher's archive is.
mirror() {
  local machine
  machine=$(uname -m)
  . "$ROOT/e2e/setup/versions"
  mkdir -p "$WORK/jdk-25/bin" "$WORK/mirror/jdk-$JDK_VERSION"
  printf '#!/bin/sh\necho "openjdk version \\"25.0.9\\"" >&2\n' >"$WORK/jdk-25/bin/java"
  cp "$WORK/jdk-25/bin/java" "$WORK/jdk-25/bin/jlink"
  chmod 755 "$WORK"/jdk-25/bin/*
  ARCHIVE="$WORK/mirror/jdk-$JDK_VERSION/OpenJDK25U-jdk_${machine/x86_64/x64}_linux_hotspot_${JDK_VERSION/+/_}.tar.gz"
  tar -C "$WORK" -czf "$ARCHIVE" jdk-25
}

jdk() { # [CHECKSUM]: takes one from the mirror
  env -u JAVA_HOME JDK_FOLDER="$WORK/none" EDGEAI_JDK_MIRROR="file://$WORK/mirror" EDGEAI_JDK_SHA256="${1:-}" \
    bash -c ". '$ROOT/e2e/setup/toolchains.sh'; fetch_jdk \"\$TOOLCHAINS/jdk-\$JDK_VERSION\" && use_jdk && echo \"\$JAVA_HOME\"" 2>&1
}

other_archive_is_refused() {
  mirror
  ! jdk >"$WORK/said" || return 1
  said "did NOT match"
  [[ -z $(ls "$EDGEAI_CACHE") ]]
}

jdk_comes_from_mirror() {
  mirror
  [[ $(jdk "$(sha256sum <"$ARCHIVE" | cut -d ' ' -f 1)") == "$EDGEAI_CACHE/jdk-$JDK_VERSION" ]]
}

go_on_path() { # VERSION: whether a Go of that version is taken
  mkdir -p "$WORK/bin"
  printf '#!/bin/sh\necho go%s\n' "$1" >"$WORK/bin/go"
  chmod 755 "$WORK/bin/go"
  PATH=$WORK/bin:$PATH bash -c ". '$ROOT/e2e/setup/toolchains.sh'; new_enough 1.26.0"
}

old_go_is_not_taken() {
  go_on_path 1.26.0
  go_on_path 1.27.3
  ! go_on_path 1.25.11
  ! go_on_path 1.9
}

# The repository's scripts alone, and clients that write down when they are called instead of what they do.
edgeai() { # ARGUMENT...
  local program
  mkdir -p "$WORK/repo/runtime-image/optimizers" "$WORK/clients"
  cp "$ROOT/edgeai" "$WORK/repo/"
  cp -r "$ROOT"/runtime-image/optimizers/{venv,llamacpp,openvino,olive,tests} "$WORK/repo/runtime-image/optimizers/"
  for program in apt-get mvn npm pip; do
    printf '#!/bin/sh\necho %s >>"%s/called"\n' "$program" "$WORK" >"$WORK/clients/$program"
    chmod 755 "$WORK/clients/$program"
  done
  printf '#!/bin/sh\necho "java in $OPENVINO_LIB_DIR with $EDGEAI_OPTIMIZER_OPENVINO"\n' >"$WORK/clients/java"
  chmod 755 "$WORK/clients/java"
  mkdir -p "$WORK/jdk/bin" && cp "$WORK/clients/java" "$WORK/jdk/bin/"
  PATH=$WORK/clients:$PATH JAVA_HOME=$WORK/jdk EDGEAI_CACHE=$WORK/made "$WORK/repo/edgeai" "$@" >"$WORK/said" 2>&1
}

help_makes_nothing() {
  ! edgeai --help || return 1
  said "not built yet.*"
  said "mvn .*package"
  mkdir -p "$WORK/repo/runtime-image/target" && touch "$WORK/repo/runtime-image/target/edgeai-runtime-1.jar"
  for verb in "" optimize serve measure predict; do
    edgeai $verb --help
    said "java in "
  done
  [ ! -e "$WORK/called" ]
  [ ! -e "$WORK/made" ]
}

optimize_makes_nothing_before_the_plan() {
  edgeai optimize -f model.yaml --source model.onnx
  said "java in $WORK/made/venv-.*/openvino/libs with .*optimizers/run openvino"
  [ ! -e "$WORK/called" ]
  [ ! -e "$WORK/made" ]
}

serve_finds_what_the_optimizer_brought() {
  local folder
  folder=$(EDGEAI_CACHE=$WORK/made "$ROOT/runtime-image/optimizers/venv" --folder openvino)
  mkdir -p "$folder" "$WORK/variant" && touch "$folder/complete"
  echo '{"engine": "OpenVINO", "model": "model.xml"}' >"$WORK/variant/edgeai.json"
  edgeai serve --models "$WORK/variant" --unverified --name m --revision r
  said "java in $folder/lib/python3.*/site-packages/openvino/libs"
  [ ! -e "$WORK/called" ]
}

check "what runs beside is awaited" job_is_awaited
check "what fails beside is told at once, and ends the rest" failure_is_told_at_once
check "a signal ends every job and what it started" interrupted
check "a JDK with another checksum is refused" other_archive_is_refused
check "a JDK comes from a mirror" jdk_comes_from_mirror
check "a Go that is too old is not taken" old_go_is_not_taken
check "help builds and installs nothing" help_makes_nothing
check "a run makes an optimizer only when its plan needs it" optimize_makes_nothing_before_the_plan
check "serve finds the engine that the optimizer brought" serve_finds_what_the_optimizer_brought
