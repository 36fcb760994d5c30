#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# worker-runner's protocol, with this test as the runner.
. tests/worker/check.sh
sandbox --poll-timeout 300
mkfifo "$folder/to" "$folder/from"

# runner OPTION…: starts a worker and says welcome, as a runner does
runner() {
	rm -f "$folder/began"
	TMPDIR=$folder/tmp "$program" run --config "$folder/config" --with-worker-runner "$@" \
		<"$folder/to" >"$folder/from" 2>"$folder/worker.log" &
	worker=$!
	exec 7>"$folder/to" 8<"$folder/from"
	say 'a line of no importance'
	say '~{"type": "welcome", "capabilities": ["new-credentials", "graceful-termination", "log", "error-report", "shutdown", "future"]}'
	hear '"hello"'
	[[ $line == '~{"type":"hello","capabilities":["new-credentials","graceful-termination","log","error-report","shutdown"]}' ]] ||
		fail "the worker said $line"
}
say() {
	printf '%s\n' "$1" >&7
}
# hear TEXT: waits for a message with it; sets $line
hear() {
	while IFS= read -r -t 20 -u 8 line; do
		[[ $line != *"$1"* ]] || return 0
	done
	fail "the worker never said $1"
}
ends_runner() {
	exec 7>&-
	cat <&8 >"$folder/rest"
	ends "$1"
	exec 8<&-
	check_rest
}
work() {
	task "{$(bash_command "touch $folder/began; sleep $1")}"
	await "$folder/began"
}

# to finish what runs, and not
runner
work 2
say '~{"type": "graceful-termination", "finish-tasks": true}'
ends_runner 72
is 0 completed completed
grep -q '^~{"type":"log","body":{"textPayload":"task '"$task" "$folder/rest" || fail "nothing was logged: $(<"$folder/rest")"
runner
work 30
say '~{"type": "graceful-termination", "finish-tasks": false}'
ends_runner 72
is 0 exception worker-shutdown
api queue cancelTask "$task" >/dev/null

# new credentials: the old ones are of no use any more
client() { # NAME: makes a client that may do all; prints its token
	api auth createClient "$1" <<<'{"description": "d", "expires": "'"$("$TC_CLI" from-now 1 day)"'", "scopes": ["*"]}' |
		grep -o '"accessToken":"[^"]*"' | cut -d'"' -f4
}
token=$(client old)
TASKCLUSTER_CLIENT_ID=old TASKCLUSTER_ACCESS_TOKEN=$token runner --tasks 1
say '~{"type": "new-credentials", "client-id": "new", "access-token": "'"$(client new)"'"}'
hear "worker-runner gave new credentials"
api auth deleteClient old
work 0
ends_runner 0
is 0 completed completed

# nonsense is told of, and does no harm; a machine that has nothing to do is given back
runner --idle 1
say '~{"type": "graceful-termination"'
hear "is no JSON"
say '~{"type": "surprise"}'
hear "not agreed on"
ends_runner 68
grep -q '^~{"type":"shutdown"}$' "$folder/rest" || fail "no shutdown: $(<"$folder/rest")"

# an error at the start is reported
sed -i 's|"tasksDir": "[^"]*"|"tasksDir": "/dev/null/x"|' "$folder/config"
runner
ends_runner 73
grep -q '^~{"type":"error-report","kind":"startup"' "$folder/rest" || fail "no report: $(<"$folder/rest")"
