#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# The program that shells start is light, and what takes no server loads nothing of what calls need. It becomes its
# other parts for all but ids and dates, wherever they were installed and moved to, and however it was started; without
# a part it says so.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset "${!TASKCLUSTER_@}"
export HOME=$work XDG_CONFIG_HOME=

fail() {
	echo "$*" >&2
	exit 1
}

# allowed PROGRAM LIBRARY…: what it loads by itself, and no other
allowed() {
	local name
	while read -r name; do
		[[ " ${*:2} " == *" ${name%%.so.*} "* ]] || fail "$1 needs $name"
	done < <(readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
}

# hardened PROGRAM: it can lie anywhere, and its tables are read-only
hardened() {
	[[ $(readelf -h "$1") == *"DYN "* ]] || fail "$1 is not position-independent"
	[[ $(readelf -l "$1") == *GNU_RELRO* && $(readelf -d "$1") == *BIND_NOW* ]] || fail "$1 is written to after its start"
}

# hands_over COMMAND…: it is the whole program, with its other parts
hands_over() {
	local said
	said=$(TASKCLUSTER_ROOT_URL=https://tc.example.com "$@" api queue task fN1SbArXTPSVFNUvaOlinQ --url 2>&1) || fail "$*: $said"
	[[ $said == https://tc.example.com/api/queue/v1/task/fN1SbArXTPSVFNUvaOlinQ ]] || fail "$*: $said"
}

cmake --install "$TC_BUILD_DIR" --prefix "$work/first" >"$work/log"
mkdir "$work/elsewhere" "$work/path"
mv "$work/first" "$work/elsewhere/second"
program=$work/elsewhere/second/bin/taskcluster parts=$work/elsewhere/second/libexec/taskcluster
allowed "$program" libc libsodium
# libyaml and libyajl read the file of the settings, and what it holds
allowed "$parts/taskcluster-local" libc libm libsodium libyaml-0 libyajl
# what signin and pulse take, libmicrohttpd and librabbitmq, costs no call
allowed "$parts/taskcluster-online" libc libm libsodium libyaml-0 libyajl libcurl libcrypto libz libpcre2-8
for each in "$program" "$parts"/*; do
	hardened "$each"
done

[[ $("$program" slugid) =~ ^[A-Za-z0-9_-]{22}$ ]] || fail "no slugid"
[[ $("$program" routing-key queue taskPending) == *taskcluster-queue* ]] || fail "no routing key"
[[ $("$program" completion bash) == *listArtifacts* ]] || fail "no completion"
hands_over "$program"
ln -s "$program" "$work/path/tc"
PATH=$work/path:$PATH hands_over tc
(cd "$work/path" && hands_over ./tc)
for name in '' a/b -x taskcluster-online; do
	(exec -a "$name" "$program" slugid) >"$work/log" || fail "as \"$name\" it makes no slugid"
	hands_over bash -c 'exec -a "$1" "$2" "${@:3}"' - "$name" "$program"
done

# lacks PART COMMAND…: which says what is not there
lacks() {
	local status=0
	said=$("$program" "${@:2}" 2>&1) || status=$?
	((status == 1)) || fail "without $1 the exit status is $status: $said"
	[[ $said == "taskcluster: $work/"*"/$1: No such file or directory: "* ]] || fail "without $1: $said"
}
rm "$parts/taskcluster-online"
lacks taskcluster-online api queue ping
lacks taskcluster-online -v api queue ping
lacks taskcluster-online treeherder pushes try
[[ $("$program" version) == *106* ]] || fail "no version without the online part"
rm "$parts/taskcluster-extra"
lacks taskcluster-extra signin
rm "$parts/taskcluster-local"
lacks taskcluster-local version
lacks taskcluster-local
[[ $("$program" slugid) =~ ^[A-Za-z0-9_-]{22}$ ]] || fail "no slugid without the other parts"
[[ $("$program" from-now 1 day) == 20*Z ]] || fail "no date without the other parts"
echo "the light program: loads little, and hands over the rest"
