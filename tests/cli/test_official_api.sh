#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# The official command line and this one side by side: the same words give the same bytes, or are refused by both. Where
# TC_OFFICIAL names no such program, it is only looked at what is refused here and what is not.
. tests/cli/check.sh
exec </dev/null
[[ -x ${TC_SANDBOX:-} ]] || exit 77
official=${TC_OFFICIAL:-}
[[ -n $official ]] || echo "TC_OFFICIAL names no official client: nothing is compared"

start_sandbox --private --poll-timeout 100

# refuses PROGRAM ARGUMENT…: whether it does; what it prints is $folder/bytes
refuses() {
	! "$@" >"$folder/bytes" 2>"$folder/err" <"${body:-/dev/null}"
}

# both ARGUMENT…: neither refuses, and both print the same
both() {
	last=("$@")
	if refuses "$TC_CLI" "$@"; then fail "refused"; fi
	mv "$folder/bytes" "$folder/ours"
	[[ -n $official ]] || return 0
	if refuses "$official" "$@"; then fail "the official client refuses this"; fi
	cmp "$folder/bytes" "$folder/ours" || fail "not what the official client prints"
}

# neither ARGUMENT…: both refuse, and print nothing
neither() {
	last=("$@")
	refuses "$TC_CLI" "$@" || fail "not refused"
	[[ ! -s $folder/bytes ]] || fail "refused, and something is printed"
	[[ -n $official ]] || return 0
	refuses "$official" "$@" || fail "the official client does not refuse this"
}

status=0 out='' err='' task=$("$TC_CLI" slugid)
printf '{"taskQueueId": "test/cli", "created": "%s", "deadline": "%s", "payload": {"text": "<&> é"}, "metadata":
	{"name": "n", "description": "d", "owner": "a@example.com", "source": "https://example.com"}}' \
	"$("$TC_CLI" from-now 0 seconds)" "$("$TC_CLI" from-now 1 hour)" >"$folder/task.json"

# a body from standard input; a task that is created twice the same is the same
body=$folder/task.json both api queue createTask "$task"
body=$folder/task.json both api -v queue createTask "$task"
both api queue task "$task"
both api queue status "$task"
both api queue listTaskGroup "$task" --limit 1
both api auth currentScopes
for service in workerManager webServer purgeCache; do
	both api "$service" lbheartbeat
done
both api workerManager listWorkerPools --limit=1
both api auth listRoles2 --limit '' --continuationToken ''
both api index listNamespaces ''
both api auth listRoles2 --limit 1 --limit 2
both api auth currentScopes --verbose=true
both api auth currentScopes -v=false
both api -o="$folder/a" auth currentScopes
both api auth -o "$folder/a=b" currentScopes
neither api secrets get 'a/b c?d'
neither api queue status
neither api queue status AAAAAAAAQxSxxxxxxxxxxA
neither api queue status "$task" --limit 1
neither api auth listRoles2 --limt 1
neither api auth currentScopes --verbose=maybe

# the small commands
both slugid decode gE8_yN_LSwaJ-6761eGHVA
both slugid decode -- -E8_yN_LSwaJ-6761eGHVA
both slugid encode 804f3fc8-dfcb-4b06-89fb-aefad5e18754
neither slugid decode AAAAAAAAAAAAAAAAAAAAAA
neither slugid decode gE8_yN_LSwaJ-6761eGHV
neither slugid encode 00000000-0000-0000-0000-000000000000
neither from-now tomorrow
neither from-now
echo "official api: all as it should be"
