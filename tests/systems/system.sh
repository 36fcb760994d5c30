# SPDX-License-Identifier: MPL-2.0
# What the scripts of this folder share: a Debian of one's own in a folder. To be sourced. Mounts are in a namespace of the
# script's own, so that nothing of them is left, however it ends.
set -euo pipefail
cd "$(dirname "$0")/../.."

die() {
	printf '%s\n' "${0##*/}: $*" >&2
	exit 1
}

# Begins the script anew in a namespace of its own.
[[ -n ${TC_OWN_MOUNTS:-} ]] || {
	unshare --mount --pid --fork true 2>/dev/null || die "this system lets nobody make mounts of their own (unshare)"
	TC_OWN_MOUNTS=1 exec unshare --mount --pid --fork "$0" "$@"
}

# logged LOG WHAT COMMAND…: quietly unless it fails, which WHAT says
logged() {
	"${@:3}" >"$1" 2>&1 || {
		grep -E -A 12 '(^| )error: |FAILED: |\*\*\*Failed' "$1" | tail -n 60 >&2 || tail -n 20 "$1" >&2
		die "$2; all of it is in $1"
	}
}

# Where this system's own packages come from, so that no other place is asked; empty: what debootstrap takes.
mirror() {
	apt-get indextargets --format '$(LABEL) $(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
		sed -n 's/^Debian //p' | sed -n 1p
}

# make_system FOLDER SUITE: a minimal one, unless it stands there
make_system() {
	local folder=$1 suite=$2 script=/usr/share/debootstrap/scripts/$2
	[[ ! -d $folder ]] || return 0
	[[ -e $script ]] || script=/usr/share/debootstrap/scripts/sid # a suite that debootstrap is older than
	echo "making a Debian $suite in $folder"
	rm -rf "$folder.part"
	mkdir -p "${folder%/*}"
	logged "$folder.log" "there is no Debian $suite to be had" \
		debootstrap --variant=minbase "$suite" "$folder.part" "$(mirror)" "$script"
	# nothing starts by itself, and a mirror that stands still is none the worse for it
	printf '#!/bin/sh\nexit 101\n' >"$folder.part/usr/sbin/policy-rc.d"
	chmod +x "$folder.part/usr/sbin/policy-rc.d"
	echo 'Acquire::Check-Valid-Until "false";' >"$folder.part/etc/apt/apt.conf.d/50taskcluster"
	mv "$folder.part" "$folder"
}

# put_source FOLDER: the checkout as it is, in /source there; what was built there stays
put_source() {
	mkdir -p "$1/source"
	find "$1/source" -mindepth 1 -maxdepth 1 ! -name build -exec rm -rf {} +
	if git rev-parse --git-dir >/dev/null 2>&1; then
		git ls-files -z --cached --others --exclude-standard | xargs -0 ls -d 2>/dev/null | tar -cT - | tar -xC "$1/source"
	else
		tar -c --exclude=./build . | tar -xC "$1/source"
	fi
}

# inside FOLDER COMMAND…: in /source there, as root, with a fresh environment
inside() {
	local folder=$1
	shift
	mountpoint -q "$folder/proc" || {
		mount -t proc proc "$folder/proc"
		mount --rbind /dev "$folder/dev"
	}
	env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
		chroot "$folder" sh -c 'cd /source && exec "$@"' sh "$@"
}

# install FOLDER PACKAGE…
install() {
	local folder=$1
	shift
	logged "$folder.log" "packages could not be installed: $*" inside "$folder" \
		sh -c 'apt-get update -q && apt-get install -q -y --no-install-recommends "$@"' sh "$@"
}

# there WHAT COMMAND…: as inside the folder $system, quietly unless it fails, which WHAT says
there() {
	logged "$system.log" "$1" inside "$system" "${@:2}"
}
