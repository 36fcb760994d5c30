#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# `task log` with a queue, a worker and its live log: followed from the beginning to the end, whatever breaks
# in between, it is the backing log byte by byte.
. tests/worker/check.sh
sandbox --poll-timeout 200 --resolver-interval 50

# begin SCRIPT [MEMBERS]: a task that waits for a file in the middle
begin() {
	rm -f "$folder/began" "$folder/go"
	task "{$(bash_command "head -c 100000 /dev/urandom; touch $folder/began; while [[ ! -e $folder/go ]]; do sleep 0.05; done; $1")}"
	start_worker --tasks 1
	await "$folder/began"
}
follow() {
	"$TC_CLI" task log "$task" "$@" >"$folder/read" 2>"$folder/told.log" &
	reader=$!
	servers+=("$reader")
}
# read_ends STATUS: how following ended
read_ends() {
	local status=0
	wait "$reader" || status=$?
	((status == $1)) || fail "following ended with $status, expected $1: $(<"$folder/told.log")"
}
read_is_whole() {
	read_ends 0
	fetch public/logs/live_backing.log
	cmp "$folder/read" "$folder/fetched" >&2 || fail "what was read is not the backing log"
}
# until the reader has so many bytes
await_bytes() {
	local i
	for ((i = 0; i < 200; i++)); do
		[[ $(wc -c <"$folder/read") -lt $1 ]] || return 0
		sleep 0.05
	done
	fail "the reader has $(wc -c <"$folder/read") bytes"
}

# to the end, without credentials; and once more when all is over
begin 'head -c 3000000 /dev/urandom | base64 -w 0; printf "no line end"; exit 3'
(
	unset TASKCLUSTER_CLIENT_ID TASKCLUSTER_ACCESS_TOKEN
	exec "$TC_CLI" task log "$task"
) >"$folder/read" 2>"$folder/told.log" &
reader=$!
await_bytes 100000
touch "$folder/go"
ends 0
read_is_whole
[[ ! -s $folder/told.log ]] || fail "told: $(<"$folder/told.log")"
follow
read_is_whole

# --follow waits for a worker
rm -f "$folder/go" "$folder/began"
task "{$(bash_command 'echo first; sleep 0.3; echo second')}"
follow --follow
for ((i = 0; i < 200; i++)); do
	[[ ! -s $folder/told.log ]] || break
	sleep 0.05
done
start_worker --tasks 1
ends 0
read_is_whole
grep -qF "task $task is pending: waiting until it runs" "$folder/told.log" || fail "told: $(<"$folder/told.log")"

# without a live log the backing log is waited for
configure '"enableLiveLog": false'
begin 'echo end'
follow
touch "$folder/go"
ends 0
read_is_whole
configure

# canceled: the queue says so before the worker knows
begin 'sleep 20'
follow
await_bytes 100000
api queue cancelTask "$task" >"$folder/canceled"
ends 0
read_is_whole

# a deployment that is not for everybody: signed
stop_servers
sandbox --poll-timeout 200 --resolver-interval 50 --private
begin 'echo end'
follow
await_bytes 100000
touch "$folder/go"
ends 0
read_is_whole

# the worker is killed: its claim expires, and another one's run follows
stop_servers
sandbox --poll-timeout 200 --resolver-interval 50 --claim-timeout 3
begin 'exit 0'
follow --follow
await_bytes 100000
kill -KILL "$worker"
wait "$worker" 2>/dev/null || true
worker=
first=$(wc -c <"$folder/read")
touch "$folder/go"
rm -rf "$folder/w"
mkdir "$folder/w"
start_worker --tasks 1
ends 0
read_ends 1
grep -qF "run 0 ended as exception 'claim-expired': run 1 follows" "$folder/told.log" || fail "told: $(<"$folder/told.log")"
"$TC_CLI" artifact download "$task" 1 public/logs/live_backing.log -o "$folder/fetched" >"$folder/out"
cmp <(tail -c +$((first + 1)) "$folder/read") "$folder/fetched" >&2 || fail "the second run's log is not whole"
