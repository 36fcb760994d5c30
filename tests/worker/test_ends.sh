#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# How each kind of task ends, and what its log says.
. tests/worker/check.sh
sandbox --poll-timeout 200

# a good one: two commands, their output between the worker's lines
one "{\"command\": [[\"/bin/bash\", \"-c\", \"echo it\\\\'s; printf out; printf ' err' >&2\"], [\"true\"]], \"maxRunTime\": 30}" \
	completed completed
log_is '\[taskcluster DATE\] Worker Type \(test/worker\) settings:' \
	'\[taskcluster DATE\]   \{' \
	'\[taskcluster DATE\]     "worker": \{' \
	'\[taskcluster DATE\]       "engine": "insecure",' \
	'\[taskcluster DATE\]   \}' \
	"\\[taskcluster DATE\\] Task ID: $task" \
	'\[taskcluster DATE\] === Task Starting ===' \
	'\[taskcluster DATE\] Executing command 0: /bin/bash -c .echo it.*' \
	"it's" 'out err' \
	'\[taskcluster DATE\]                        Exit Code: 0' \
	'\[taskcluster DATE\]                        User Time: (0s|[0-9.]+(µs|ms|s))' \
	'\[taskcluster DATE\]                      Kernel Time: (0s|[0-9.]+(µs|ms|s))' \
	'\[taskcluster DATE\]                        Wall Time: [0-9.]+(µs|ms|s)' \
	'\[taskcluster DATE\]                           Result: SUCCEEDED' \
	'\[taskcluster DATE\] Executing command 1: true' \
	'\[taskcluster DATE\]                           Result: SUCCEEDED' \
	'\[taskcluster DATE\] === Task Finished ===' \
	'\[taskcluster DATE\] Task Duration: [0-9.]+(ms|s)' ''
grep -q "warning: without --task-user tasks are not separated" "$folder/worker.log" || fail "no warning of that"

# the first that fails is the last
one '{"command": [["/bin/bash", "-c", "exit 3"], ["touch", "'"$folder/second"'"]], "maxRunTime": 30}' failed failed
log_is '.*Exit Code: 3' '.*Result: FAILED' '.*=== Task Finished ===' '\[taskcluster:error\] exit status 3' ''
[[ $(tail -n 1 "$folder/fetched") == "[taskcluster:error] exit status 3" ]] || fail "that is not the last line"
[[ ! -e $folder/second ]] || fail "the second command ran"

one "{$(bash_command 'kill -9 $$')}" failed failed
log_is '.*Exit Code: -1' '.*Result: FAILED' '\[taskcluster:error\] signal: Killed'
one '{"command": [["/no/such/program"]], "maxRunTime": 30}' failed failed
log_is '\[taskcluster:error\] .*/no/such/program.*'

# a retry exit code: another run follows
task "{$(bash_command 'exit $((42 + RUN_ID))'), \"onExitStatus\": {\"retry\": [42]}}"
worker 0 --tasks 2
is 0 exception intermittent-task
is 1 failed failed
log_is '\[taskcluster:error\] task appears to have failed intermittently - exit code 42 found in task payload.onExitStatus list'

# too long: killed with all it has begun, though that left its process group
one "{\"command\": [[\"/bin/bash\", \"-c\", \"(sleep 2; touch $folder/survivor) & sleep 30\"]], \"maxRunTime\": 1}" \
	failed failed
log_is '\[taskcluster:error\] task aborted - max run time exceeded'

# a command ends with its process, not with its pipe; what it left is killed
begun=$(date +%s)
one "{$(bash_command "(sleep 20; touch $folder/survivor) & echo done")}" completed completed
log_is done
(($(date +%s) - begun < 10)) || fail "the worker waited for what a command left"
sleep 1
[[ ! -e $folder/survivor ]] || fail "a process outlived its task"

# a folder with much in it is removed, too, and links in it are not followed
mkdir "$folder/kept"
touch "$folder/kept/file"
one "{$(bash_command "mkdir -p a/b/c; touch a/b/c/{1..300}; ln -s $folder/kept a/link; chmod 0 a/b/c")}" completed completed
[[ -e $folder/kept/file ]] || fail "a link was followed"

# its deadline comes while it runs: killed, its log uploaded, nothing reported
task=$("$TC_CLI" slugid)
api queue createTask "$task" >/dev/null <<JSON
{"taskQueueId": "test/worker", "created": "$("$TC_CLI" from-now 0 seconds)",
 "deadline": "$("$TC_CLI" from-now 3 seconds)", "payload": {$(bash_command 'echo begun; sleep 20')},
 "metadata": {"name": "n", "description": "d", "owner": "a@example.com", "source": "https://example.com"}}
JSON
begun=$(date +%s)
worker 0 --tasks 1
(($(date +%s) - begun < 10)) || fail "the deadline did not end the task"
log_is begun "\\[taskcluster:error\\] task aborted - the task's deadline has come" '' # how it ended the queue says, a minute later

# canceled while it runs: seen by asking, the log is uploaded, nothing else
task "{\"command\": [[\"/bin/bash\", \"-c\", \"touch $folder/began; sleep 30\"]], \"maxRunTime\": 60,
	\"artifacts\": [{\"type\": \"file\", \"name\": \"public/x\", \"path\": \"x\"}]}"
start_worker --tasks 1
await "$folder/began"
api queue cancelTask "$task" >/dev/null
ends 0
is 0 exception canceled
fetch public/logs/live_backing.log
! grep -q public/x <(api queue listArtifacts "$task" 0) || fail "an artifact of a canceled task"
check_rest
