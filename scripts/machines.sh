# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# For scripts that need several machines, each with an address and a Debian of its own: source it, and call `in_machines`
# first. All of it is in namespaces of Linux: when the script ends, however that is, its machines, their network and
# their mounts are gone. Needs root, iproute2, and a kernel with overlayfs and cgroup2.

# in_machines WORK COMMAND...
# Runs COMMAND where machines can be made, with WORK for what they write; returns its exit code.
in_machines() {
  local work=$1 code=0 child
  shift
  setpriv --pdeathsig KILL unshare --mount --net --pid --fork --kill-child --mount-proc bash -euc '
    mount --make-rprivate /
    ip link set lo up
    ip link add lan type bridge
    ip address add 192.0.2.1/24 dev lan
    ip link set lan up
    exec "$@"' machines "$@" &
  child=$!
  # shellcheck disable=SC2064
  trap "kill -KILL $child 2>/dev/null || true; wait $child 2>/dev/null || true; exit 143" INT TERM HUP
  wait "$child" || code=$?
  trap - INT TERM HUP
  drop_cgroup "$work"
  return "$code"
}

# Where this kernel shows cgroup2; nothing if it is nowhere mounted.
cgroup_folder() { findmnt -n -t cgroup2 -o TARGET | head -n 1; }

# Its processes may still be ending.
drop_cgroup() { # WORK
  until_true 10 no_cgroup "$(cgroup_folder)/machine-$(basename "$1")" || echo "machines: the cgroup of $1 could not be removed" >&2
}
no_cgroup() {
  ! [ -d "$1" ] || find "$1" -depth -type d -exec rmdir {} + 2>/dev/null
  ! [ -d "$1" ]
}

# new_root WORK NAME BASE: the files of machine NAME are those of BASE, and what it writes is in WORK; prints their folder.
new_root() {
  local work=$1 name=$2 base=$3
  mkdir -p "$work/$name/upper" "$work/$name/work" "$work/$name/root"
  mount -t overlay -o "lowerdir=$base,upperdir=$work/$name/upper,workdir=$work/$name/work" overlay "$work/$name/root"
  echo "$work/$name/root"
}

# Runs as the first process of a machine, in its namespaces: devices of its own, then COMMAND.
first_process() {
  local root=$1 go=$2 name=$3 device
  shift 3
  mount --make-rprivate /
  mount -t proc proc "$root/proc"
  mount -t sysfs -o ro sysfs "$root/sys"
  mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
  mount -t tmpfs -o mode=755 tmpfs "$root/dev"
  mkdir "$root/dev/pts" "$root/dev/shm"
  mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts "$root/dev/pts"
  mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
  for device in null zero full random urandom tty; do
    touch "$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
  done
  ln -s pts/ptmx "$root/dev/ptmx"
  ln -s /proc/self/fd "$root/dev/fd"
  mount -t tmpfs -o mode=755 tmpfs "$root/run"
  mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
  echo "$name" >"$root/etc/hostname"
  hostname "$name"
  read -r <"$go" # until it has its network
  exec env -i container=other PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
    chroot "$root" "$@"
}
export -f first_process

# start_machine WORK NAME ADDRESS COMMAND...: COMMAND is its first process. What it prints is in WORK/NAME/console.
start_machine() {
  local work=$1 name=$2 address=$3 group outer pid=
  shift 3
  mkfifo "$work/$name/go"
  group=$(cgroup_folder)/machine-$(basename "$work")/$name
  mkdir -p "$group"
  (
    echo "$BASHPID" >"$group/cgroup.procs"
    exec unshare --mount --net --pid --uts --ipc --cgroup --fork --kill-child \
      bash -euc 'first_process "$@"' machine "$work/$name/root" "$work/$name/go" "$name" "$@"
  ) >"$work/$name/console" 2>&1 </dev/null &
  outer=$!
  until_true 10 has_child "$outer" || { cat "$work/$name/console" >&2; return 1; }
  pid=$(pgrep -P "$outer")
  echo "$pid" >"$work/$name/pid"
  ip link add "to-$name" type veth peer name lan netns "$pid"
  ip link set "to-$name" master lan up
  nsenter -n -t "$pid" ip link set lo up
  nsenter -n -t "$pid" ip address add "$address/24" dev lan
  nsenter -n -t "$pid" ip link set lan up
  echo go >"$work/$name/go"
}

has_child() { pgrep -P "$1" >/dev/null; }

# on WORK NAME COMMAND...: runs COMMAND there, as root.
on() {
  local pid
  pid=$(cat "$1/$2/pid")
  shift 2
  nsenter -m -n -p -u -i -C -r -w -t "$pid" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    HOME=/root LANG=C.UTF-8 TERM=dumb "$@"
}

# until_true SECONDS COMMAND...: asks COMMAND again and again until it succeeds; fails after SECONDS.
until_true() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    [ "$SECONDS" -lt "$deadline" ] || return 1
    sleep 0.05
  done
}
