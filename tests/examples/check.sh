# SPDX-License-Identifier: MPL-2.0
# What the tests of the examples' worker share: a folder, a Taskcluster on loopback, tasks, workers,
# and checks that say what they saw. To be sourced.
set -euo pipefail
[[ -x ${TC_SANDBOX:-} ]] || exit 77
folder=$(mktemp -d)
servers=()
worker=
broker=
stop_servers() {
	local server
	for server in "${servers[@]}"; do
		kill "$server" 2>/dev/null || true
		wait "$server" 2>/dev/null || true
	done
	servers=()
}
finish() {
	[[ -z $worker ]] || kill "$worker" 2>/dev/null || true
	[[ -z $broker ]] || { kill "$broker" 2>/dev/null && wait "$broker" || true; }
	stop_servers
	rm -rf "$folder"
}
trap finish EXIT
export no_proxy=127.0.0.1
mkdir "$folder/tmp" # the worker's; it leaves nothing there

fail() {
	echo "FAILED: $*" >&2
	tail -n 20 "$folder"/*.log "$folder/out" 2>/dev/null >&2
	exit 1
}

# sandbox OPTION…: starts one and takes its environment over
sandbox() {
	local i
	stop_servers
	: >"$folder/environment"
	"$TC_SANDBOX" --credentials tester:never-to-be-printed-0123456789 "$@" \
		>"$folder/environment" 2>>"$folder/sandbox.log" &
	servers+=($!)
	for ((i = 0; i < 200; i++)); do
		[[ $(grep -c ^export "$folder/environment") -lt 3 ]] || break
		sleep 0.05
	done
	. "$folder/environment"
}

# Starts a RabbitMQ, and takes its environment over; false where there is none to start.
broker() {
	local i
	: >"$folder/broker"
	examples/broker.sh >"$folder/broker" 2>"$folder/broker.log" &
	broker=$!
	for ((i = 0; i < 900; i++)); do
		[[ $(grep -c ^export "$folder/broker") -lt 5 ]] || break
		kill -0 "$broker" 2>/dev/null || { broker= && return 1; }
		sleep 0.1
	done
	((i < 900)) || fail "RabbitMQ did not start"
	. "$folder/broker"
}

api() {
	"$TC_CLI" api "$@"
}

# task PAYLOAD: creates one; sets $task
task() {
	task=$("$TC_CLI" slugid)
	api queue createTask "$task" >"$folder/created" <<JSON
{"taskQueueId": "test/worker", "created": "$("$TC_CLI" from-now 0 seconds)",
 "deadline": "$("$TC_CLI" from-now 1 hour)", "payload": $1,
 "metadata": {"name": "n", "description": "d", "owner": "a@example.com", "source": "https://example.com"}}
JSON
}

# worker STATUS OPTION…: runs it; its exit status must be this
worker() {
	local wanted=$1 status=0
	shift
	TMPDIR=$folder/tmp "$TC_EXAMPLES/example-worker" "$@" test/worker g w \
		>"$folder/out" 2>>"$folder/worker.log" || status=$?
	((status == wanted)) || fail "the worker ended with $status, expected $wanted"
	[[ -z $(ls -A "$folder/tmp") ]] || fail "the worker left $(ls -A "$folder/tmp") behind"
}

start_worker() {
	TMPDIR=$folder/tmp "$TC_EXAMPLES/example-worker" "$@" test/worker g w \
		>"$folder/out" 2>>"$folder/worker.log" &
	worker=$!
}

# ends STATUS: waits for the worker that was started
ends() {
	local status=0
	wait "$worker" || status=$?
	worker=
	((status == $1)) || fail "the worker ended with $status, expected $1"
}

# is RUN STATE REASON: how a run of the task ended
is() {
	api queue status "$task" >"$folder/status"
	# shellcheck disable=SC2016
	node -e 'const [file, run, state, reason] = process.argv.slice(1);
		const r = JSON.parse(require("fs").readFileSync(file)).status.runs[run] || {};
		if (r.state !== state || r.reasonResolved !== (reason || undefined)) {
			console.error(JSON.stringify(r));
			process.exit(1);
		}' "$folder/status" "$@" || fail "expected of run $1: $2 $3"
}

# await FILE: a file that a task makes
await() {
	local i
	for ((i = 0; i < 200; i++)); do
		[[ ! -e $1 ]] || return 0
		sleep 0.05
	done
	fail "the task never made $1"
}

fetch() {
	"$TC_EXAMPLES/example-artifact" download "$task" "$1" "$folder/fetched" >/dev/null
}

log_has() {
	fetch public/logs/live_backing.log
	grep -qF -- "$1" "$folder/fetched" || fail "the log lacks '$1': $(<"$folder/fetched")"
}
