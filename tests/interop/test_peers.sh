#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Clients that no one here wrote against taskcluster-sandbox, where TC_PEERS names a folder that has
# them (CONTRIBUTING.md says how to prepare one). Nothing is installed here: what is absent is said, and
# without any the test is skipped.
set -euo pipefail
peers=${TC_PEERS:-}
[[ -n $peers ]] || {
	echo "skipped: TC_PEERS names no folder with clients"
	exit 77
}
[[ -d $peers ]] || {
	echo "TC_PEERS: there is no folder $peers"
	exit 1
}
peers=$(cd "$peers" && pwd)
: "${TC_SANDBOX:?the path of the sandbox}"
unset "${!TASKCLUSTER_@}" http_proxy https_proxy HTTPS_PROXY all_proxy ALL_PROXY

folder=$(mktemp -d)
sandbox= ran=0 failed=0
stop_sandbox() {
	[[ -z $sandbox ]] || { kill "$sandbox" && wait "$sandbox"; } 2>/dev/null || true
	sandbox=
}
finish() {
	stop_sandbox
	rm -rf "$folder"
}
trap finish EXIT

# A fresh Taskcluster for each client: none finds what another has left.
start_sandbox() {
	stop_sandbox
	rm -f "$folder/environment"
	"$TC_SANDBOX" --credentials root:no-secret --poll-timeout 200 \
		>"$folder/environment" 2>"$folder/sandbox.log" &
	sandbox=$!
	local i
	for ((i = 0; i < 200; i++)); do
		if grep -qs ACCESS_TOKEN "$folder/environment"; then
			. "$folder/environment"
			return
		fi
		sleep 0.05
	done
	echo "the sandbox did not start: $(<"$folder/sandbox.log")"
	exit 1
}

# check NAME FILE COMMAND…: runs what checks a client, when its FILE is there.
check() {
	local name=$1 file=$2
	shift 2
	[[ -e $peers/$file ]] || {
		echo "$name: absent ($file)"
		return
	}
	start_sandbox
	ran=$((ran + 1))
	"$@" || failed=$((failed + 1))
}

# table NAME FILE COMMAND…: the same, by the table of calls.
table() {
	local name=$1 file=$2
	shift 2
	check "$name" "$file" node tests/interop/peers/client.js "$name" "$@"
}

python=$peers/python/bin/python3
table python python/bin/python3 "$python" tests/interop/peers/python_client.py sync
table "python aio" python/bin/python3 "$python" tests/interop/peers/python_client.py aio
table javascript node_modules/taskcluster-client node tests/interop/peers/javascript_client.js "$peers"
table shell bin/taskcluster node tests/interop/peers/shell_client.js "$peers/bin/taskcluster"
check generic-worker bin/generic-worker \
	bash tests/interop/peers/generic_worker.sh "$peers/bin/generic-worker" "$folder/worker"

((failed == 0)) || exit 1
((ran)) || {
	echo "skipped: $peers has none of them"
	exit 77
}
