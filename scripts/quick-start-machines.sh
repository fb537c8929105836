# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# The three machines of scripts/quick-start-test, which sources it: what an administrator has before the page begins.
# It uses $work, $packages and $versions of that script, and scripts/machines.sh and scripts/debian-root.sh.

suite_of() { case $1 in 16) echo bullseye ;; 22) echo sid ;; esac; }
rig=${AMIBROKER_RIG:-/var/tmp/zmq-ami-broker-rig}
cache=${AMIBROKER_DEBIAN:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/zmq-ami-broker}

make_roots() {
  local version suite
  for version in ${versions/,/ }; do
    suite=$(suite_of "$version")
    ! [ -x "$rig/$suite/usr/sbin/asterisk" ] || continue # others may use it now
    tests/asterisk/rig root "$suite"
    tests/asterisk/rig release "$suite"
  done
  mkdir -p "$cache"
  exec {lock}>"$cache/debian-12.lock"
  # Only while it is made, for which scripts/debian has the same lock.
  if ! [ -d "$cache/debian-12" ]; then
    flock "$lock"
    [ -d "$cache/debian-12" ] || make_debian_root bookworm "$cache/debian-12" git ca-certificates
  fi
  exec {lock}>&-
}

# In a mount namespace of its own, but with the network of this machine.
fill_broker() {
  local root
  mount --make-rprivate /
  root=$(new_root "$work" broker "$cache/debian-12")
  cp --remove-destination -L /etc/resolv.conf "$root/etc/resolv.conf"
  echo '127.0.1.1 broker' >>"$root/etc/hosts"
  chroot "$root" useradd --create-home --shell /bin/bash reader
  mkdir -p "$root/home/reader/zmq-ami-broker/build/package/packages"
  cp "$packages"/*.deb "$root/home/reader/zmq-ami-broker/build/package/packages/"
  printf '#!/bin/sh\ncat ~/typed >"$1"\n' >"$root/home/reader/editor"
  chmod +x "$root/home/reader/editor"
  chroot "$root" chown -R reader: /home/reader
  chroot "$root" env DEBIAN_FRONTEND=noninteractive sh -ec '
    apt-get update -q
    apt-get install -y -q --no-install-recommends dbus sudo systemd systemd-sysv
    apt-get install -y -q --download-only /home/reader/zmq-ami-broker/build/package/packages/zmq-ami-broker_*.deb
    echo "reader ALL=(ALL) NOPASSWD: ALL" >/etc/sudoers.d/reader'
  rm -f "$root/usr/sbin/policy-rc.d" "$root/etc/resolv.conf"
}

start_broker() {
  new_root "$work" broker "$cache/debian-12"
  start_machine "$work" broker 192.0.2.10 /lib/systemd/systemd
  until_true 30 on "$work" broker systemctl is-system-running
}

# An Asterisk of Debian's package that has one phone, and knows nothing of the broker.
start_server() { # NAME ADDRESS VERSION PHONE
  local etc root
  root=$(new_root "$work" "$1" "$rig/$(suite_of "$3")")
  etc=$root/etc/asterisk
  find "$root/usr/lib" -name 'res_zmq_manager*.so' -delete # the rig's own
  sed -i 's/^\[modules\]$/&\nnoload => chan_sip.so/' "$etc/modules.conf" # it would take the port of SIP
  cat >"$etc/pjsip.conf" <<CONF
[udp]
type = transport
protocol = udp
bind = 0.0.0.0
[$4]
type = endpoint
context = internal
disallow = all
allow = ulaw
aors = $4
[$4]
type = aor
max_contacts = 1
CONF
  printf '[internal]\nexten => %s,1,Dial(PJSIP/%s)\n' "$4" "$4" >"$etc/extensions.conf"
  start_machine "$work" "$1" "$2" sh -c 'mkdir -p /run/asterisk && chown asterisk: /run/asterisk && exec asterisk -f -U asterisk'
  until_true 60 booted "$1" || { cat "$work/$1/console"; return 1; }
}
booted() { [[ $(on "$work" "$1" asterisk -rx 'core waitfullybooted' 2>&1) == *'has fully booted'* ]]; }
start_servers() {
  start_server pbx-a 192.0.2.11 "${versions%,*}" 100
  start_server pbx-b 192.0.2.12 "${versions#*,}" 200
  both 'asterisk -V'
}
