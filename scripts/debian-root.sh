# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# For scripts that need a Debian of another release in a folder: source it. Mirror, proxy and keys are those of this
# machine's own apt and debootstrap.

# The mirror of Debian that this machine's apt uses; nothing if there is none, for debootstrap's own default.
debian_mirror() {
  apt-get indextargets --format '$(REPO_URI)' 2>/dev/null | grep '^https\?://.*/debian/\?$' | head -n 1 || true
}

# make_debian_root SUITE FOLDER [PACKAGE...]
# A minimal Debian in FOLDER, with PACKAGE... in it; services that are installed in it later are not started. What it
# prints goes to stderr. FOLDER must not exist, and does not if this fails.
make_debian_root() {
  local suite=$1 folder=$2 mirror proxy=
  shift 2
  mirror=$(debian_mirror)
  ! command -v apt-config >/dev/null || eval "$(apt-config shell proxy Acquire::http::Proxy)"
  echo "$suite: debootstrap from ${mirror:-its default mirror} (a few minutes, once)" >&2
  if ! (
    [ -z "$proxy" ] || export http_proxy=${http_proxy:-$proxy}
    packages=$(IFS=,; echo "$*")
    # In a mount namespace of its own, so that none of its mounts stays if it is killed.
    unshare --mount debootstrap --variant=minbase ${packages:+--include="$packages"} "$suite" "$folder.new" ${mirror:+"$mirror"} >&2
  ); then
    rm -rf --one-file-system "$folder.new"
    echo "$suite: debootstrap failed; is ${mirror:-the mirror of Debian} in reach, and does it have $suite?" >&2
    return 1
  fi
  printf '#!/bin/sh\nexit 101\n' >"$folder.new/usr/sbin/policy-rc.d"
  chmod +x "$folder.new/usr/sbin/policy-rc.d"
  # How this machine's apt reaches its mirror: proxies, retries, and whether a mirror that is a snapshot may be old.
  ! command -v apt-config >/dev/null || apt-config dump |
    grep -E '^Acquire::(https?::(Proxy|[^:]+::Proxy)|Retries|ForceIPv[46]|Check-Valid-Until|Check-Date) ' \
      >"$folder.new/etc/apt/apt.conf.d/90of-this-machine" || true
  mv "$folder.new" "$folder"
}
