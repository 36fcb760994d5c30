#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Configuration: what is read from where, what is wrong, and that secrets go nowhere.
. tests/worker/check.sh

# says STATUS TEXT ARGUMENT…: how it ends, and what it says
says() {
	local wanted=$1 text=$2 status=0
	shift 2
	timeout 20 "$program" "$@" >"$folder/out" 2>&1 || status=$?
	((status == wanted)) || fail "$* ended with $status, expected $wanted: $(<"$folder/out")"
	grep -qF -- "$text" "$folder/out" || fail "$* does not say '$text': $(<"$folder/out")"
}
with() {
	printf '%s' "$1" >"$folder/config"
}
says 0 "usage:" --help
says 0 "taskcluster-worker " --version
says 0 '"Generic worker payload"' show-payload-schema
! grep -q chainOfTrust <(sed -n '1,/Docker worker payload/p' "$folder/out" | grep -A2 '"features"') || fail "features of another engine"
says 64 "a command is needed"
says 64 "a wrong option" run --nonsense
says 64 "an argument too many" run now
says 64 "cannot be read" run --config "$folder/not there"
with '{"rootURL": '
says 64 "is no JSON" run --config "$folder/config"
with '[]'
says 64 "is no JSON object" run --config "$folder/config"
with '{"rootURL": 1, "capacity": "2", "cleanUpTaskDirs": 1}'
says 73 "capacity must be a whole number from 1 to 255" run --config "$folder/config"
grep -q "rootURL must be a text" "$folder/out" || fail "not all faults are told"
with '{"rootURL": "http://127.0.0.1:1", "clientId": "c", "accessToken": "t", "workerGroup": "g", "workerId": "w"}'
says 73 "provisionerId and workerType are needed" run --config "$folder/config"
with '{"taskQueueId": "a/b", "clientId": "c", "accessToken": "t", "workerGroup": "g", "workerId": "w"}'
says 73 "rootURL is needed" run --config "$folder/config"
with '{"rootURL": "http://127.0.0.1:1", "taskQueueId": "a/b", "workerGroup": "g", "workerId": "w"}'
says 73 "credentials are needed" run --config "$folder/config"
with '{"rootURL": "http://127.0.0.1:1", "taskQueueId": "a/b", "clientId": "c", "accessToken": "t"}'
says 73 "workerGroup and workerId are needed" run --config "$folder/config"

# keys
says 75 "" new-ed25519-keypair --file "$folder/no/such/folder"
"$program" new-ed25519-keypair --file "$folder/key" >"$folder/public"
[[ $(wc -c <"$folder/public") == 44 && $(stat -c %a "$folder/key") == 600 ]] || fail "a strange key"
says 75 "" new-ed25519-keypair --file "$folder/key"

# names that mean nothing here are warned of; letters' case does not count
sandbox --poll-timeout 200
configure '"wstServerURL": "x", "nonsense": 1, "INSTANCETYPE": "large", "workerLocation": "{\"cloud\": \"mine\"}",
	"workerTypeMetadata": {"machine": {"built": "today"}}'
one "{$(bash_command 'env | sort')}" completed completed
grep -q "warning: nonsense is not known" "$folder/worker.log" || fail "no warning of an unknown name"
grep -q "warning: wstServerURL is not used" "$folder/worker.log" || fail "no warning of an unused name"
log_is '\[taskcluster DATE\]     "machine": \{' '\[taskcluster DATE\]       "built": "today"' \
	"RUN_ID=0" "TASKCLUSTER_INSTANCE_TYPE=large" "TASKCLUSTER_ROOT_URL=$TASKCLUSTER_ROOT_URL" \
	'TASKCLUSTER_WORKER_LOCATION={"cloud": "mine"}' "TASK_GROUP_ID=$task" "TASK_ID=$task" \
	"TASK_WORKDIR=$folder/w/tasks/task_.*_0"
configure

# the worker's environment and secrets never reach a task; the payload's do, but not over the worker's own
SECRET_OF_THE_WORKER=1 one "{$(bash_command 'env; echo "$MINE $TASK_ID"; pwd
	tr "\0" "\n" </proc/$PPID/environ | grep TASKCLUSTER_; tr "\0" "\n" </proc/$PPID/cmdline'),
	\"env\": {\"MINE\": \"yes\", \"TASK_ID\": \"no\", \"PATH\": \"/usr/bin:/bin:/opt\"}}" completed completed
log_is "yes $task" "$folder/w/tasks/task_${task:0:13}_0" process-keeper
grep -q '^PATH=/usr/bin:/bin:/opt$' "$folder/fetched" || fail "PATH of the payload is not there"
! grep -E '^SECRET_OF|never-to-be-printed|^TASKCLUSTER_(CLIENT_ID|ACCESS_TOKEN)' "$folder/fetched" ||
	fail "a task sees what is the worker's"
! grep -r never-to-be-printed "$folder/w" "$folder/worker.log" || fail "the token was written"

# folders stay where they are to
configure '"cleanUpTaskDirs": false'
task "{$(bash_command 'echo 1 >kept')}"
start_worker --tasks 1
ends 0
[[ -e $folder/w/tasks/task_${task:0:13}_0/kept ]] || fail "the folder is gone"
configure
worker 68 --idle 1 # which removes what is old
