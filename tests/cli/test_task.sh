#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# One task: what it is, and what is refused before anything is asked.
. tests/cli/tasks.sh

# its state
both pending 0 status TASK
is pending
both running 0 status TASK
is running
silent
both completed 0 status TASK
is "completed 'completed'"
both failed 0 status TASK
is "failed 'failed'"
both canceled 0 status TASK
is "exception 'canceled'"
both canceled 0 status TASK --all-runs
is "Run #0: exception 'canceled'"
both canceled 0 status -r0 TASK
is "exception 'canceled'"
both canceled 0 status --run=-1 TASK
both unscheduled 1 status TASK
is ''
tells 'task has no runs'
both unscheduled 0 status -a TASK
is ''
both pending 1 status TASK -r 5
tells 'there is no run #5'
both pending 2 status -a -r 0 TASK
tells "can't specify both all-runs and a specific run"

# as the queue tells it
make failed
status_line=$("$TC_CLI" api queue status "$task")
run 0 task status --json "$task"
is "$status_line"
run 0 task status --json -a "$task"
has '{"runId":0,"state":"failed"'
run 0 task status --json -r 0 "$task"
has '{"runId":0,"state":"failed"'
make unscheduled
run 0 task status --json "$task"
has '"state":"unscheduled"'

# what it is
both pending 0 name TASK
is "$name"
both pending 0 group TASK
is TASK
make pending
run 0 task def "$task"
has '
  "payload": {
    "number": 1.50,
    "text": "<&>"
  },'
has '"dependencies": []'
[[ $out == "{"$'\n'* && $out == *$'\n'} ]] || fail "no indented object"
run 0 task def --json "$task"
is "$("$TC_CLI" api queue task "$task")"
name=$'é\\u001b[31mb\\nc' make pending
run 0 task name "$task"
is $'é\033[31mb\nc'
on_terminal 0 task name "$task"
is $'é [31mb c'
on_terminal 0 task cancel -n "$task"
is "Would cancel "$'é [31mb c'" taskid: $task (state: pending)"

# artifacts
make running
run 0 task artifacts "$task"
is ''
names=(private/x 'public/<&>' public/log)
for artifact in "${names[@]}"; do
	"$TC_CLI" api queue createArtifact "$task" 0 "$artifact" >/dev/null <<<"{\"storageType\": \"reference\",
		\"contentType\": \"text/plain\", \"url\": \"https://example.com/\",
		\"expires\": \"$("$TC_CLI" from-now 30 minutes)\"}"
done
run 0 task artifacts "$task"
is "$(printf '%s\n' "${names[@]}")"
[[ -z ${TC_OFFICIAL:-} || $out == "$("$TC_OFFICIAL" task artifacts "$task")" ]] || fail "the official list"
run 0 task artifacts -r 0 --json "$task"
is "$("$TC_CLI" api queue listArtifacts "$task" 0 --all)"
run 1 task artifacts --run 1 "$task"
tells 'there is no run #1'
make unscheduled
run 1 task artifacts "$task"
tells 'task has no runs'

# on a terminal there are colours, and what to do next
make failed
on_terminal 0 task status "$task"
is $'\033[31mfailed\033[0m'" 'failed'
  \`taskcluster task log $task\` may show why, \`taskcluster task rerun $task\` tries again."
on_terminal 0 task rerun "$task"
is $'\033[2mpending\033[0m'"
  \`taskcluster task log $task\` follows it."
NO_COLOR=1 on_terminal 0 task status "$task"
has "pending
  It waits for a worker: \`taskcluster api queue taskQueueCounts test/cli\`"
on_terminal 0 task status -a "$task"
is "Run #0: "$'\033[31mfailed\033[0m'" 'failed'
Run #1: "$'\033[2mpending\033[0m'
make unscheduled
on_terminal 1 task status "$task"
is "taskcluster: task has no runs
  It waits for others: \`taskcluster group status $task\` shows how far its group is."
make completed
on_terminal 0 task status "$task"
is $'\033[32mcompleted\033[0m'" 'completed'"
on_terminal 0 task def "$task"
has '"text": "<&>"'

# refused here
for command in status name def group artifacts cancel complete rerun retrigger; do
	run 2 task "$command"
	tells "expected \`taskcluster task $command TASK_ID\`: see \`taskcluster task $command --help\`"
	run 2 task "$command" "$task" "$task"
	for id in bogus "${task}x" AAAAAAAAAAAAAAAAAAAAAA ''; do
		TASKCLUSTER_ROOT_URL=http://127.0.0.1:1 run 2 task "$command" "$id"
		tells "the task is \"$id\"; expected an id of 22 characters"
	done
	run 1 task "$command" "$("$TC_CLI" slugid)"
	tells '404 ResourceNotFound'
done
run 2 task status -r x "$task"
tells '--run is "x"'
run 2 task name --json "$task"
tells 'unknown option --json'
TASKCLUSTER_CLIENT_ID= TASKCLUSTER_ACCESS_TOKEN= run 1 task cancel "$task"
tells '403'
lacks never-to-be-printed
