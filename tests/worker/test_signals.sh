#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Signals and exit codes, and what a worker's death leaves.
. tests/worker/check.sh
sandbox --poll-timeout 500

long() { # a task that runs for so many seconds and says that it began
	rm -f "$folder/began"
	task "{$(bash_command "echo working; touch $folder/began; sleep $1; echo done")}"
}

# SIGTERM: given back at once, its log uploaded
long 30
start_worker
await "$folder/began"
begun=$(date +%s)
kill -TERM "$worker"
ends 72
(($(date +%s) - begun < 10)) || fail "it took $(($(date +%s) - begun)) s"
is 0 exception worker-shutdown
is 1 pending
log_is working '\[taskcluster:error\] task aborted - the worker shuts down' ''
check_rest
api queue cancelTask "$task" >/dev/null

# SIGINT: the task is finished first
long 2
start_worker
await "$folder/began"
kill -INT "$worker"
ends 71
is 0 completed completed
log_is working done
check_rest

# both while idle
start_worker
sleep 0.7
kill -INT "$worker"
ends 71
start_worker
sleep 0.7
kill -TERM "$worker"
ends 72

# idle for too long; enough tasks
worker 68 --idle 1
configure '"idleTimeoutSecs": 1'
worker 68
configure

# two at the same time: each waits for the other
both() {
	task "{$(bash_command "touch $folder/$1; for i in {1..100}; do [[ ! -e $folder/$2 ]] || exit 0; sleep 0.1; done; exit 1")}"
}
configure '"capacity": 2'
both one other
first=$task
both other one
worker 0 --tasks 2
is 0 completed completed
task=$first
is 0 completed completed
configure

# killed: the next worker of the same state file kills what is left, and gives the task back
rm -f "$folder/survivor"
task "{$(bash_command "touch $folder/$$.began; sleep 4; touch $folder/survivor")}"
start_worker
await "$folder/$$.began"
kill -KILL "$worker"
ends 137
[[ -s $folder/w/state ]] || fail "there is no state file"
[[ $(stat -c %a "$folder/w/state") == 600 ]] || fail "others may read the state file"
start_worker
for ((i = 0; i < 100; i++)); do
	api queue status "$task" | grep -q worker-shutdown && break
	sleep 0.1
done
is 0 exception worker-shutdown
api queue cancelTask "$task" >/dev/null
kill -TERM "$worker"
ends 72
check_rest
sleep 4
[[ ! -e $folder/survivor ]] || fail "the dead worker's command went on"

# a queue that does not let it work
TASKCLUSTER_ACCESS_TOKEN=wrong worker 69

# started with closed streams: their numbers are nothing that its lines could be written into
long 2
TMPDIR=$folder/tmp "$program" run --config "$folder/config" --tasks 1 <&- >&- 2>&- &
worker=$!
await "$folder/began"
for fd in 0 1 2; do
	[[ $(readlink "/proc/$worker/fd/$fd") == /dev/null ]] || fail "stream $fd is $(readlink "/proc/$worker/fd/$fd")"
done
ends 0
is 0 completed completed
check_rest

# a reader of its lines that has gone
long 0
TMPDIR=$folder/tmp "$program" run --config "$folder/config" --tasks 1 2> >(exec true) &
worker=$!
ends 0
is 0 completed completed
check_rest

# SIGTERM again and again, until all is cleaned up
task "{$(bash_command "mkdir many; cd many; touch {1..20000}; touch $folder/many; sleep 30")}"
start_worker
await "$folder/many"
while kill -TERM "$worker" 2>/dev/null; do
	sleep 0.01
done
ends 72
is 0 exception worker-shutdown
check_rest
api queue cancelTask "$task" >/dev/null

# a log beyond the limit of files: the machine's fault, and the worker lives on
task "{$(bash_command 'head -c 3000000 /dev/zero')}"
(
	ulimit -f 2000
	worker 0 --tasks 1
)
is 0 exception resource-unavailable
api queue cancelTask "$task" >/dev/null

# a queue that does not answer: nothing more is sent when the time is over, but how the task ended
long 30
start_worker
await "$folder/began"
kill -STOP "${servers[-1]}"
kill -TERM "$worker"
sleep 6
kill -CONT "${servers[-1]}"
ends 72
is 0 exception worker-shutdown
! api queue listArtifacts "$task" 0 | grep -q live_backing || fail "the log was uploaded after its time"
check_rest
