#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# The task's proxy, from inside the task: it makes artifacts of its own run and what its scopes allow, and
# cannot resolve itself, nor touch another task.
. tests/worker/check.sh
[[ -x $TC_EXAMPLES/taskcluster-proxy ]] || exit 77
sandbox --claim-timeout 4 --poll-timeout 200

call='call() { curl -sS --noproxy "*" -o /dev/stderr -w "$1 $2: %{http_code}\n" -X "$@"; }
	Q=$TASKCLUSTER_PROXY_URL/api/queue/v1 S=$TASKCLUSTER_PROXY_URL/api/secrets/v1/secret
	body='"'"'{"storageType": "reference", "url": "https://example.com", "contentType": "text/plain", "expires": "'"$("$TC_CLI" from-now 30 minutes)"'"}'"'"'
	json="content-type: application/json"'
proxy='"features": {"taskclusterProxy": true}'
run() { # SCRIPT SCOPES
	task=$("$TC_CLI" slugid)
	api queue createTask "$task" >/dev/null <<JSON
{"taskQueueId": "test/worker", "created": "$("$TC_CLI" from-now 0 seconds)", "deadline": "$("$TC_CLI" from-now 1 hour)",
 "scopes": [$2], "payload": {$(bash_command "$call
$1"), $proxy},
 "metadata": {"name": "n", "description": "d", "owner": "a@example.com", "source": "https://example.com"}}
JSON
	worker 0 --tasks 1
	is 0 completed completed
}
task '{"command": [["true"]], "maxRunTime": 30}'
other=$task # one that has run
worker 0 --tasks 1
run 'call POST $Q/task/$TASK_ID/runs/0/artifacts/public%2Fby-hand -H "$json" -d "$body"
	call POST $Q/task/$TASK_ID/runs/0/artifacts/public%2Fby-hand -H "$json" -d "$body"
	call POST $Q/task/'"$other"'/runs/0/artifacts/public%2Fx -H "$json" -d "$body"
	call POST $Q/task/$TASK_ID/runs/0/completed
	call POST $Q/task/$TASK_ID/runs/0/exception -H "$json" -d "{\"reason\": \"worker-shutdown\"}"
	call GET $S/mine
	call GET $S/theirs' '"secrets:get:mine"'
log_is '.*POST .*: 200' '.*POST .*: 200' ".*POST .*$other.*: 403" '.*POST .*completed: 403' '.*POST .*exception: 403' \
	'.*GET .*/mine: 404' '.*GET .*/theirs: 403'
api queue listArtifacts "$task" 0 | grep -q public/by-hand || fail "the task made no artifact"

# longer than its first claim: the proxy has the new credentials
run 'sleep 6; call POST $Q/task/$TASK_ID/runs/0/artifacts/public%2Flate -H "$json" -d "$body"' ''
log_is '.*POST .*: 200'

# without the feature there is none; where the program is missing the feature is refused
task "{$(bash_command 'echo "[${TASKCLUSTER_PROXY_URL-none}]"')}"
worker 0 --tasks 1
log_is '\[none\]'
