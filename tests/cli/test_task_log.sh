#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# `task log` of what goes wrong with logs: connections that break, workers that are gone, logs that come
# late, are compressed, cut or others; what is private; terminals; and memory.
. tests/cli/check.sh
exec </dev/null
command -v node >/dev/null || exit 77
node tests/cli/logs.js "$folder/whole" >"$folder/root" 2>"$folder/signed" &
servers+=($!)
await_line "$folder/root"
export TASKCLUSTER_ROOT_URL=$(<"$folder/root")

# prints STATUS ARGUMENT…: as run, with what it prints in a file
prints() {
	local wanted=$1
	shift
	last=(task log "$@") status=0 out=
	"$TC_CLI" task log "$@" >"$folder/printed" 2>"$folder/err" || status=$?
	err=$(<"$folder/err")
	((status == wanted)) || fail "expected exit status $wanted"
}

# whole [FROM]: that is the whole log, from this byte on
whole() {
	cmp -s <(tail -c "+$((${1:-0} + 1))" "$folder/whole") "$folder/printed" || fail "not the log, byte by byte"
}

# what takes its time is done side by side: each scene has a folder
follow() {
	mkdir "$folder/$1"
	(
		status=0
		"$TC_CLI" task log "$@" >"$folder/$1/printed" 2>"$folder/$1/err" || status=$?
		echo "$status" >"$folder/$1/status"
	) &
	followers+=($!)
}
# followed STATUS SCENE: how that ended
followed() {
	last=(task log "$2") status=$(<"$folder/$2/status") out= err=$(<"$folder/$2/err")
	((status == $1)) || fail "expected exit status $1"
	cp "$folder/$2/printed" "$folder/printed"
}

followers=()
for scene in broken dies hangs trimmed unreachable early begins another lost alone late deaf; do
	follow "$scene"
done
follow lost1 --follow
follow waits -f
follow still --no-follow
wait "${followers[@]}"

# the live log breaks within a line and is there again; its worker dies, and the backing log is gzip and
# comes later; it hangs; something in between ends it well, but early; it breaks behind its last byte; its host is not
# known
followed 0 broken
tells 'the live log broke off after 150001 bytes, and is tried again'
whole
followed 0 dies
whole
followed 0 hangs
silent
whole
followed 0 trimmed
silent
whole
followed 0 early
whole
followed 0 unreachable
tells 'the live log is given up: waiting for the end of run 0, and for public/logs/live_backing.log'
whole

# the queue does not answer for a while
followed 0 deaf
tells 'the queue cannot be asked for now: '
whole

# no live log at all, and the backing log late; no backing log
followed 0 late
tells 'run 0 has no public/logs/live.log yet: waiting for it'
whole
followed 0 alone
silent
whole

# the live log lacked its begin: said, and nothing comes twice
followed 1 begins
tells "1234 bytes at the log's begin are missing above"
whole 1234

# the backing log is another: nothing of it
followed 1 another
tells 'public/logs/live_backing.log does not go on where what was printed ends'
cut() {
	cmp -s <(head -c 150001 "$folder/whole") <(head -c 150001 "$folder/printed") || fail "not what the live log had"
}
cut
[[ $(wc -c <"$folder/printed") == 150001 ]] || fail "more than the live log had"

# the worker is lost: said; with --follow the next run follows, and is whole
followed 1 lost
tells "after 150001 bytes, without its end: run 0 of task lost is exception 'claim-expired', as its worker was lost"
cut
followed 1 lost1
tells "run 0 ended as exception 'claim-expired': run 1 follows"
cut
tail -c +150002 "$folder/printed" >"$folder/rest"
mv "$folder/rest" "$folder/printed"
whole
prints 0 lost --run 1
whole

# pending: the official client's words, or waiting
followed 0 waits
tells 'task waits is pending: waiting until it runs'
whole
prints 1 waits1
tells "could not fetch the logs of task waits1 because it's in a pending state"
tells '-f waits until it runs'

# what there is now
followed 0 still
cut

# logs that have ended, plain and gzip; with connections that break; an empty one; a live log whose name
# still leads to a worker that is gone; one that leads to another place where the log is
for scene in ended zipped interrupted stale moved; do
	prints 0 "$scene"
	silent
	whole
done
prints 0 empty
silent
[[ ! -s $folder/printed ]] || fail "an empty log has bytes"
prints 0 ended -r 0 --name public/logs/live_backing.log
whole

# what is not there
prints 1 none
tells "run 0 of task none (failed 'failed') has no log: there is no public/logs/live.log, and no public/logs/live_backing.log"
tells 'taskcluster task artifacts none'
prints 1 none --errors json
tells '{"error":"run 0 of task none'
tells '"exitStatus":1}'
prints 1 ended --name public/other.log
tells 'there is no public/other.log'
prints 1 failed
tells '424 file-missing-on-worker'
prints 1 ended --run 3
tells 'there is no run #3: the task has 1'
# ... or is, and its store keeps it: no credentials would help, with which that is not asked
prints 1 barred
tells '403'
tells 'It is the store of the log that refuses'
lacks 'The call was not signed'
prints 1 nothing
tells '404 ResourceNotFound'
prints 2 ended --run x
prints 2 ended --follow --no-follow
prints 2
prints 2 ended 0

# signed only where unsigned is refused
prints 1 shy
tells 'The call was not signed'
export TASKCLUSTER_CLIENT_ID=tester TASKCLUSTER_ACCESS_TOKEN=never-to-be-printed
prints 0 shy
whole
[[ $(<"$folder/signed") == 'signed /api/queue/v1/task/shy/runs/0/artifacts/public/logs/live.log' ]] ||
	fail "signed: $(<"$folder/signed")"
prints 0 ended
[[ $(wc -l <"$folder/signed") == 1 ]] || fail "signed without need: $(<"$folder/signed")"
# ... and what is wrong with credentials is no matter else
TASKCLUSTER_ACCESS_TOKEN= prints 0 ended
TASKCLUSTER_ACCESS_TOKEN= prints 2 shy
unset TASKCLUSTER_CLIENT_ID TASKCLUSTER_ACCESS_TOKEN

# a terminal gets the text and its colours, which end with it; how the run ended, and what to do next
TERM=xterm on_terminal 0 task log steer
is $'plain \e[1;31mred\e[0m link 31m |?1m\n\e[32mgreen\e[0m\nrun 0: failed \'failed\'\n  Next: taskcluster task rerun steer'
NO_COLOR=1 TERM=xterm on_terminal 0 task log steer
lacks $'\e'
has 'plain red link'
run 0 task log steer
has $'\e]0;owned\a'
silent

# a reader that goes away ends it, also while nothing comes
"$TC_CLI" task log large 2>"$folder/err" | head -c 5 >/dev/null || true
[[ ! -s $folder/err ]] || fail "told of its reader: $(<"$folder/err")"
timeout 10 bash -c '{ "$1" task log still1 || true; } | head -c 5 >/dev/null' - "$TC_CLI" || fail "goes on without a reader"
interrupted 2 task log still2
silent
[[ $(wc -c <<<"$out") -gt 100000 ]] || fail "what there was is missing"

# However long a log is, it takes the same memory: 12 MiB, nearly all of it libraries. How many pages of them
# are there is chance, within 300 KiB: one run of five counts. Debian 13's are larger.
limit=12288
[[ $(pkg-config --modversion libcurl 2>/dev/null) == 7.* ]] || limit=12800
for ((attempt = 1; attempt < 5; attempt++)); do
	! (lean "$limit" task log large 2>/dev/null) || break
done
((attempt < 5)) || lean "$limit" task log large
[[ ! -e $folder/lean || $(wc -c <"$folder/lean") == 209715200 ]] || fail "a large log was cut"
