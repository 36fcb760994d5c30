#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# The worker of the examples against a Taskcluster on loopback: how each kind of task ends, what is
# uploaded, claims renewed and lost, signals.
. tests/examples/check.sh

sandbox --claim-timeout 3 --poll-timeout 200 --resolver-interval 100

# success: output, artifacts, environment
task '{"command": ["sh", "-c", "echo to the log; echo to stderr >&2; mkdir out; env >out/environment; pwd"],
	"maxRunTime": 60, "artifacts": [{"name": "public/env", "path": "out/environment", "contentType": "text/plain"},
	{"name": "public/not there", "path": "nothing", "optional": true}]}'
worker 0 --tasks 1
is 0 completed completed
grep -q "task $task run 0 completed" "$folder/out" || fail "it does not say so"
log_has "to the log"
log_has "to stderr"
log_has "[taskcluster 20"
log_has "exit status 0"
fetch public/logs/live.log # a link, which the queue resolves
grep -q "to the log" "$folder/fetched" || fail "live.log is another file"
fetch public/env
grep -q "^TASK_ID=$task" "$folder/fetched" || fail "no TASK_ID"
grep -q "^RUN_ID=0" "$folder/fetched" || fail "no RUN_ID"
grep -q "^TASKCLUSTER_ROOT_URL=$TASKCLUSTER_ROOT_URL" "$folder/fetched" || fail "no root URL"
! grep -q never-to-be-printed "$folder/fetched" || fail "the task sees the worker's token"
api queue listArtifacts "$task" 0 | grep -q '"public/not there".*"error"\|"error".*"public/not there"' ||
	fail "the missing artifact is not told"

# too long: killed, with all it has started
task "{\"command\": [\"sh\", \"-c\", \"(sleep 3; touch $folder/survivor) & sleep 30\"], \"maxRunTime\": 1}"
worker 0 --tasks 1
is 0 failed failed
log_has "longer than maxRunTime"

# longer than its claim: renewed, and still the first run; nothing of the task before survived
task '{"command": ["sleep", "4"]}'
worker 0 --tasks 1
is 0 completed completed
[[ ! -e $folder/survivor ]] || fail "a process outlived its task"

# canceled while it runs: killed, its log uploaded and nothing else, and the worker goes on
task "{\"command\": [\"sh\", \"-c\", \"touch $folder/began; sleep 30; touch $folder/survivor\"],
	\"artifacts\": [{\"name\": \"public/x\", \"path\": \"x\"}]}"
canceled=$task
start_worker --tasks 2
await "$folder/began"
api queue cancelTask "$canceled" >/dev/null
task '{"command": ["true"]}'
ends 0
is 0 completed completed
grep -q "task $canceled run 0 not reported as .*the queue says canceled" "$folder/out" || fail "the canceled task is not told"
api queue listArtifacts "$canceled" 0 >"$folder/listed"
! grep -q public/x "$folder/listed" || fail "artifacts of a canceled task"
task=$canceled
is 0 exception canceled
log_has "no longer ours"

# while the long poll of an idle worker is under way
ends_while_idle() {
	sandbox
	start_worker
	sleep 1
	kill -TERM "$worker"
	SECONDS=0
	ends 72
	((SECONDS < 10)) || fail "SIGTERM had to wait for claimWork"
}

# what follows knows no network: once is enough
if [[ -n ${TC_RIG_URL:-} ]]; then
	ends_while_idle
	echo "the worker does as it should in the rig"
	exit 0
fi

# the command fails, cannot be found, asks for a retry
task '{"command": ["sh", "-c", "exit 3"]}'
worker 0 --tasks 1
is 0 failed failed
log_has "exit status 3"
task '{"command": ["no-such-command-anywhere"]}'
worker 0 --tasks 1
is 0 failed failed
task '{"command": ["sh", "-c", "[ $RUN_ID = 1 ] || exit 75"], "onExitStatus": {"retry": [1, 75]}}'
worker 0 --tasks 2
is 0 exception intermittent-task
is 1 completed completed

# payloads that cannot be, and a worker that goes on after them
for payload in '{}' '{"command": "make"}' '{"command": []}' '{"command": ["a", 1]}' \
	'{"command": ["true"], "maxRunTime": 86401}' '{"command": ["true"], "maxRunTime": "long"}' \
	'{"command": ["true"], "artifacts": [{"name": "public/x"}]}' \
	'{"command": ["touch", "x"], "artifacts": [{"name": "public/x", "path": "x", "expires": "2099-01-01T00:00:00.000Z"}]}'; do
	task "$payload"
	worker 0 --tasks 1
	is 0 exception malformed-payload
	log_has "[taskcluster:error 20"
done

# a required artifact is missing: failed, and the artifact says why
task '{"command": ["mkdir", "folder"], "artifacts": [{"name": "public/x", "path": "folder"}]}'
worker 0 --tasks 1
is 0 failed failed
! fetch public/x 2>"$folder/err" || fail "an artifact without a file"
grep -q missing "$folder/err" || fail "the artifact does not say why"

# SIGTERM: given back for another worker. SIGINT: finished first. Each also while idle.
task "{\"command\": [\"sh\", \"-c\", \"touch $folder/began-too; sleep 30\"]}"
start_worker
await "$folder/began-too"
kill -TERM "$worker"
ends 72
is 0 exception worker-shutdown
is 1 pending ""
api queue cancelTask "$task" >/dev/null
task "{\"command\": [\"sh\", \"-c\", \"touch $folder/began-three; sleep 1\"]}"
start_worker
await "$folder/began-three"
kill -INT "$worker"
ends 71
is 0 completed completed
worker 68 --idle 1
ends_while_idle

# no work to be had: bad command line, no credentials, refused
worker 64 --no-such-option
TASKCLUSTER_ACCESS_TOKEN= worker 64
TASKCLUSTER_ACCESS_TOKEN=wrong worker 69
echo "the worker does as it should"
