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

# check NAME FILE COMMAND…: runs the table with a client, when its FILE is there.
check() {
	local name=$1 file=$2
	shift 2
	[[ -e $peers/$file ]] || {
		echo "$name: absent ($file)"
		return
	}
	start_sandbox
	ran=$((ran + 1))
	node tests/interop/peers/client.js "$name" "$@" || failed=$((failed + 1))
}

python=$peers/python/bin/python3
check python python/bin/python3 "$python" tests/interop/peers/python_client.py sync
check "python aio" python/bin/python3 "$python" tests/interop/peers/python_client.py aio
check javascript node_modules/taskcluster-client node tests/interop/peers/javascript_client.js "$peers"
check shell bin/taskcluster node tests/interop/peers/shell_client.js "$peers/bin/taskcluster"

((failed == 0)) || exit 1
((ran)) || {
	echo "skipped: $peers has none of them"
	exit 77
}
