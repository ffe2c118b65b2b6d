# shellcheck shell=bash
# Long-lived processes. A record is "boot-id pid start-time", so that a number
# the kernel has given to somebody else in the meantime is never signalled.

RECORDS=$STATE/run

start_time() { # PID: in clock ticks since boot (field 22; the name in field 2 may hold spaces)
  local stat
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
  # shellcheck disable=SC2086 # one word each field
  set -- ${stat##*) }
  [[ $1 != Z ]] || return 1
  echo "${20}"
}

# The pid of a component, if it is really running.
running_pid() { # NAME
  local boot pid start
  read -r boot pid start 2>/dev/null <"$RECORDS/$1.pid" || return 1
  [[ $boot == "$(</proc/sys/kernel/random/boot_id)" && $(start_time "$pid") == "$start" ]] || return 1
  echo "$pid"
}

start_process() { # NAME CGROUP COMMAND...
  local name=$1 group=$2 record=$RECORDS/$1.pid pid
  shift 2
  running_pid "$name" >/dev/null && return
  mkdir -p "$RECORDS" "$LOG"
  rm -f "$record"
  cgroup_create "$group"
  (
    cgroup_enter "$group"
    close_descriptors
    # Recorded by itself and before it begins, so that there is never one without a record.
    pid=$BASHPID # another one inside $( )
    echo "$(</proc/sys/kernel/random/boot_id) $pid $(start_time "$pid")" >"$record"
    exec setsid "$@" </dev/null >>"$LOG/$name.log" 2>&1
  ) &
  while [[ ! -s $record ]] && kill -0 $! 2>/dev/null; do sleep 0.02; done
}

# Nothing of the caller's (locks, pipes) may live on in a component.
close_descriptors() {
  local fd
  for fd in /proc/self/fd/*; do
    fd=${fd##*/}
    ((fd <= 2 || fd == 255)) || eval "exec $fd>&-"
  done
}

stop_process() { # NAME
  local pid i
  if pid=$(running_pid "$1"); then
    kill "$pid" 2>/dev/null || true
    for ((i = 0; i < 50; i++)); do
      running_pid "$1" >/dev/null || break
      sleep 0.1
    done
    pid=$(running_pid "$1") && kill -9 "$pid" 2>/dev/null
  fi
  rm -f "$RECORDS/$1.pid"
}

# Fails at once, with the end of its log, when a component that was started is not there.
still_running() { # NAME
  running_pid "$1" >/dev/null && return
  tail -n 5 "$LOG/$1.log" >&2 || true
  die "$1 has stopped" "Its log: $LOG/$1.log"
}

# Writes a file from stdin when that changes it, and then stops the process that has
# read the old one. (kube-proxy exits by itself when its file is merely touched.)
put() { # FILE [PROCESS]
  local new=$1.new
  cat >"$new"
  if cmp -s "$new" "$1"; then rm -f "$new"; return; fi
  mv "$new" "$1"
  [[ -z ${2:-} ]] || stop_process "$2"
}
