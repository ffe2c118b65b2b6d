# shellcheck shell=bash
# Every process of the cluster lives below one cgroup, /edgeai<ID>: the control
# plane in /host, a node in /<node>. Membership names exactly our processes, shims
# and containers included, also when every record on disk is lost.

cgroup_is_v2() { [[ $(stat -fc %T /sys/fs/cgroup) == cgroup2fs ]]; }

# The mounted hierarchies: one each controller (v1), or the only one (v2).
cgroup_roots() { awk '$3 == "cgroup" || $3 == "cgroup2" { print $2 }' /proc/mounts | sort -u; }

cgroup_create() { # PATH, such as edgeai0/node1
  local root parent part
  for root in $(cgroup_roots); do
    parent=$root
    for part in ${1//\// }; do
      cgroup_create_level "$parent" "$part"
      parent+=/$part
    done
  done
}

cgroup_create_level() { # PARENT NAME
  local file
  mkdir -p "$1/$2"
  if cgroup_is_v2; then
    # A controller is only there for the children once the parent hands it on.
    for file in $(<"$1/cgroup.controllers"); do echo "+$file" >"$1/cgroup.subtree_control" 2>/dev/null || true; done
  elif [[ -f $1/$2/cpuset.cpus && -z $(<"$1/$2/cpuset.cpus") ]]; then
    # v1 starts a cpuset empty, and an empty one takes no process.
    for file in cpuset.cpus cpuset.mems; do cat "$1/$file" >"$1/$2/$file"; done
  fi
}

cgroup_enter() { # PATH: moves this very shell
  local root
  for root in $(cgroup_roots); do echo "$BASHPID" >"$root/$1/cgroup.procs"; done
}

cgroup_pids() { # PATH: of it and everything below
  local root
  for root in $(cgroup_roots); do
    [[ ! -d $root/$1 ]] || find "$root/$1" -name cgroup.procs -exec cat {} + 2>/dev/null || true
  done | sort -un
}

cgroup_kill() { # PATH: in rounds, since a process may fork while we read
  local pids round
  for ((round = 0; round < 100; round++)); do
    pids=$(cgroup_pids "$1")
    [[ -n $pids ]] || return 0
    # shellcheck disable=SC2086 # one word each process
    kill -9 $pids 2>/dev/null || true
    sleep 0.1
  done
  die "these processes do not end: ${pids//$'\n'/ }" "They hang in the kernel; look at /proc/PID/stack."
}

cgroup_remove() { # PATH
  local root
  for root in $(cgroup_roots); do
    [[ ! -d $root/$1 ]] || find "$root/$1" -depth -type d -exec rmdir {} \; 2>/dev/null || true
  done
}
