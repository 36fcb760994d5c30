#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# taskcluster group status --watch: what it tells in a pipe and on a terminal, how it ends, and that it outlives a queue
# that is away for a while.
. tests/cli/check.sh
exec </dev/null
[[ -x ${TC_SANDBOX:-} ]] || exit 77
command -v node >/dev/null || exit 77

# sandbox ARGUMENT…: starts one; sets $sandbox to its process, and the environment
sandbox() {
	start_sandbox --state "$folder/state" --credentials tester:never-to-be-printed-0123456789 "$@"
	sandbox=${servers[-1]}
}
sandbox
node tests/cli/crowd.js >"$folder/crowd" &
servers+=($!)
await_line "$folder/crowd"

# new_task NAME: in $group
new_task() {
	run 0 api queue createTask "$("$TC_CLI" slugid)" <<<"{
		\"taskQueueId\": \"test/watch\", \"payload\": {}, \"schedulerId\": \"s\", \"taskGroupId\": \"$group\",
		\"created\": \"$("$TC_CLI" from-now 0 s)\", \"deadline\": \"$("$TC_CLI" from-now 1 hour)\",
		\"metadata\": {\"name\": \"$1\", \"description\": \"d\", \"owner\": \"a@example.com\",
			\"source\": \"https://example.com\"}}"
}

# of_claim POINTER: a value of the last claim
of_claim() {
	node -e 'let at = JSON.parse(require("fs").readFileSync(process.argv[1])).tasks[0];
		for (const name of process.argv[2].split("/")) at = at[name]; console.log(at)' "$folder/claim" "$1"
}
claim_one() {
	"$TC_CLI" api queue claimWork test/watch <<<'{"tasks": 1, "workerGroup": "g", "workerId": "w"}' >"$folder/claim"
}
# report_one FUNCTION: of the task that was claimed last
report_one() {
	TASKCLUSTER_CLIENT_ID=$(of_claim credentials/clientId) TASKCLUSTER_ACCESS_TOKEN=$(of_claim credentials/accessToken) \
		TASKCLUSTER_CERTIFICATE=$(of_claim credentials/certificate) \
		"$TC_CLI" api queue "$1" "$(of_claim status/taskId)" 0 >/dev/null
}

# await TEXT FILE: until it is in the file; stops the test after 15 seconds
await() {
	local i
	for ((i = 0; i < 300; i++)); do
		[[ ! -e $2 || $(<"$2") != *"$1"* ]] || return 0
		sleep 0.05
	done
	echo "never in $2: $1; it has: $(<"$2")" >&2
	exit 1
}

# ended PROCESS STATUS FILE: the process has ended so; what it printed is out
ended() {
	status=0
	wait "$1" || status=$?
	out=$(<"$3") err=
	((status == $2)) || fail "expected exit status $2"
}

# Meanwhile: what is large, empty, or cannot be read.
on_another_queue() {
	local TASKCLUSTER_ROOT_URL
	TASKCLUSTER_ROOT_URL=$(<"$folder/crowd")
	export TASKCLUSTER_ROOT_URL
	run 1 group status empty --watch
	tells 'the group empty has no tasks'
	status=0 err=$("$TC_CLI" group status crowd --watch --timeout 2 2>&1 >/dev/full) || status=$?
	last=(group status crowd --watch) out=
	((status == 1)) && tells 'the output: '
	lacks 'temporarily'
	run 1 group status hung --watch --timeout 1
	is ''
	tells 'the group could not be read within 1 s'
	interrupted 1 group status hung --watch
	last=(group status crowd --watch) status=1
	out=$(script -qec "stty cols 60 rows 8; '$TC_CLI' group status crowd --watch --timeout 2" /dev/null | tr -d '\r') || true
	has 'crowd: 6250 of 10000 tasks resolved, about '
	has $'\e[31m!!!!!!!!!!!!\e[0m\e[32m##################\e[0m\e[33m======\e[0m'
	has ' 1:0'
	lacks 'task 35' # there is no room for it
}

# ---- a group that fails, seen by three at once, while the queue is away in between ----

group=$("$TC_CLI" slugid)
new_task one
new_task $'two \\u001b[31m'
last=(group status --watch)
"$TC_CLI" group status "$group" --watch --interval 1 >"$folder/lines" 2>"$folder/lines.err" &
lines=$!
"$TC_CLI" group status "$group" --watch --interval 1 --json >"$folder/json" 2>"$folder/json.err" &
json=$!
script -qfec "'$TC_CLI' group status $group --watch --interval 1" /dev/null >"$folder/terminal" 2>&1 &
terminal=$!
await 'pending: 2' "$folder/lines"
await 'pending' "$folder/terminal"
claim_one
await 'pending: 1, running: 1' "$folder/lines"
await '"running":1' "$folder/json"
await 'running' "$folder/terminal"

kill "$sandbox"
wait "$sandbox" || true
on_another_queue
await 'it is tried again' "$folder/lines.err"
sandbox --port "${TASKCLUSTER_ROOT_URL##*:}"
report_one reportCompleted
await 'completed: 1' "$folder/lines"
await 'about' "$folder/terminal"
claim_one
report_one reportFailed

ended "$lines" 1 "$folder/lines"
[[ $out == $'pending: 2\npending: 1, running: 1\n'*$'\ncompleted: 1, failed: 1' ]] || fail "the changes"
err=$(<"$folder/lines.err")
tells '1 of 2 tasks failed or are exceptions'
tells "group list $group -f -e"
[[ $(grep -c 'tried again' <<<"$err") == 1 ]] || fail "expected to be told once"
ended "$json" 1 "$folder/json"
has '"completed":1,"failed":1,"exception":0,"resolved":true}'
[[ $(head -1 <<<"$out") == *'"pending":2'*'"resolved":false}' ]] || fail "the first line"
ended "$terminal" 1 "$folder/terminal"
out=${out//$'\r'/}
has "$group: 0 of 2 tasks resolved"
has $'\e[33m=========================\e[0m'
has $'\e[J\e[32mcompleted\e[0m: 1\n\e[31mfailed\e[0m: 1\n'
has "1 of 2 tasks resolved, about "
lacks $'\e[31m\n'

# ---- other ends ----

run 1 group status "$group" --watch
is 'completed: 1, failed: 1'
group=$("$TC_CLI" slugid)
new_task good
claim_one
run 1 group status "$group" --watch --timeout 1
is 'running: 1'
tells '1 of 1 tasks are not resolved after 1 s'
interrupted 1 group status "$group" --watch
report_one reportCompleted
run 0 group status "$group" --watch
is 'completed: 1'
silent
run 1 group status "$("$TC_CLI" slugid)" --watch
tells ResourceNotFound
