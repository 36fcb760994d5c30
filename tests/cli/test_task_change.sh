#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# One task: canceled, run again, completed; what would be done, and asking first.
. tests/cli/tasks.sh

# ends
both pending 0 cancel TASK
is "exception 'canceled'"
both unscheduled 0 cancel TASK
is "exception 'canceled'"
both pending 0 complete TASK
is "completed 'completed'"
both running 1 complete TASK
tells 'queue.claimTask: 409'
both failed 0 rerun TASK
is pending
both canceled 0 rerun TASK
is pending
both completed 1 rerun TASK
is ''
tells "task TASK is in state completed. Disallowing rerun of a non-failed and non-exception task without --force"
both completed 0 rerun -f TASK
is pending
both unscheduled 0 rerun --force TASK
is pending
make pending
run 0 task cancel --json "$task"
is "$("$TC_CLI" api queue status "$task")"
run 0 task rerun --json "$task"
is "$("$TC_CLI" api queue status "$task")"
run 0 task complete --json "$task"
is "$("$TC_CLI" api queue status "$task")"
run 1 task complete "$task"
tells 'queue.claimTask: 409'
make unscheduled
run 1 task complete "$task"
tells 'task has no runs'

# what would be done
both running 0 cancel --noop TASK
is "Would cancel $name taskid: TASK (state: running)"
both failed 0 rerun -n TASK
is "Would re-run $name taskid: TASK (state: failed)"
both pending 0 complete -nc TASK
is "Would complete $name taskid: TASK (state: pending)"
run 0 task status "$task"
is pending
make unscheduled # which the official client cannot say
run 0 task cancel -n "$task"
is "Would cancel $name taskid: $task (state: unscheduled)"
make completed # which would be refused
run 1 task rerun -n "$task"
tells 'Disallowing rerun'
is ''

# asking first, until there is an answer
question='. Are you sure you want to proceed?(y/N) '
for answer in y ' YES '; do
	both pending 0 cancel -c TASK
	is "Cancels $name taskId: TASK (state: pending)${question}exception 'canceled'"
done
both failed 0 rerun --confirm TASK
is "Will re-run $name taskId: TASK (state: failed)${question}pending"
both pending 0 complete -c TASK
is "Will complete $name taskId: TASK (state: pending)${question}completed 'completed'"
for answer in n No ''; do
	both pending 0 cancel -c TASK
	is "Cancels $name taskId: TASK (state: pending)$question"
	silent
	run 0 task status "$task"
	is pending
done
make pending
run 1 task cancel -c "$task" <<<yess
is "Cancels $name taskId: $task (state: pending)${question}Cancels $name taskId: $task (state: pending)$question"
tells 'standard input ended without an answer: nothing was done'
run 1 task cancel -c "$task" </dev/null
tells 'standard input ended without an answer: nothing was done'
run 0 task status "$task"
is pending

# where standard output is for JSON the question is not there
run 0 task cancel --json -n "$task"
is ''
tells "Would cancel $name taskid: $task (state: pending)"
run 0 task cancel --json -c "$task" <<<y
is "$("$TC_CLI" api queue status "$task")"
tells "$question"

# and with --errors json standard error is lines of JSON
make pending
run 0 task cancel --json --errors json -n "$task"
is ''
[[ $err == '{"log":"Would cancel na<me> & \"é\" taskid: '$task' (state: pending)"}' ]] || fail "the plan as JSON"
run 1 task cancel --json --errors json -c "$task" </dev/null
[[ $(wc -l <"$folder/err") == 2 && ! $(grep -v '^{.*}$' "$folder/err") ]] || fail "the question as JSON"
tells '{"log":"Cancels na<me>'
tells '(y/N)"}'

# inside a task a claim's credentials need the root URL beside the proxy, who has others
make pending
TASKCLUSTER_PROXY_URL=$TASKCLUSTER_ROOT_URL TASKCLUSTER_CLIENT_ID= run 1 task complete "$task"
tells 'queue.claimTask: 403'
TASKCLUSTER_ROOT_URL= TASKCLUSTER_PROXY_URL=$TASKCLUSTER_ROOT_URL TASKCLUSTER_CLIENT_ID= run 2 task complete "$task"
tells 'TASKCLUSTER_ROOT_URL'

# below a proxy everything goes through it but the claim's report; unsigned calls stand for what one signs
run 0 api auth updateRole anonymous <<<'{"scopes": ["queue:*"], "description": "everybody"}'
make pending
TASKCLUSTER_PROXY_URL=$TASKCLUSTER_ROOT_URL TASKCLUSTER_CLIENT_ID= TASKCLUSTER_ACCESS_TOKEN= run 0 -v task complete "$task"
is "completed 'completed'"
run 0 task status --json "$task"
has '"workerGroup":"cli","workerId":"taskcluster-cli"'

# an answer that does not say what became of the task is no success
start_canned
id=VtmKHMqDQHukwJkGZBOA2w
for words in "status" "name" "group" "cancel" "rerun -f" "complete" "status -a"; do
	run 1 task $words $id
	is ''
	tells "the queue's answer says no "
done
