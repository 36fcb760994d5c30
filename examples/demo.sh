#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# The main job, start to end: references become C, a Taskcluster starts on loopback, and the programs
# of this folder use it: a worker, a tool for artifacts, a listener (by a RabbitMQ on loopback, where one is
# installed). Run by ./dev demo, which builds first. It ends with an error when anything is not as it should be, and
# leaves nothing behind.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=${1:-build/bin}
work=$(mktemp -d)
servers=() # and what else is to be ended
stop() {
	local status=$?
	((status == 0)) || printf '\nThe demo failed; what went wrong stands above.\n' >&2
	((${#servers[@]} == 0)) || { kill "${servers[@]}" && wait "${servers[@]}"; } 2>/dev/null || true
	rm -rf "$work"
}
trap stop EXIT

step() {
	printf '\n%s\n' "$*"
}

indent() {
	sed 's/^/   /'
}

fail() {
	printf '\n%s\n' "$*" >&2
	exit 1
}

step "1. The generator turns API references into C:"
"$bin/taskcluster-codegen" --references references/taskcluster --references references/classic \
	--references references/treeherder --references references/buildbot --out "$work/generated" | indent

# sandbox OPTION…: starts one, and takes its environment over
sandbox() {
	: >"$work/env"
	"$bin/taskcluster-sandbox" --no-page --references references/taskcluster "$@" >"$work/env" &
	servers+=($!)
	has_line "$work/env" ACCESS_TOKEN $! || fail "It did not start."
	# shellcheck disable=SC1091
	. "$work/env"
}

# has_line FILE PATTERN PROCESS: waits until the process has written such a line there; false when it has ended without
has_line() {
	for _ in $(seq 1800); do
		! grep -q "$2" "$1" || return 0
		kill -0 "$3" 2>/dev/null || break
		sleep 0.05
	done
	grep -q "$2" "$1"
}

unset TASKCLUSTER_PROXY_URL TASKCLUSTER_CERTIFICATE PULSE_HOSTNAME
export no_proxy=127.0.0.1 TMPDIR=$work
: | tee "$work/broker" >"$work/how"
broker=
if [[ -x $bin/example-listener ]]; then
	examples/broker.sh >"$work/broker" 2>"$work/no-broker" & # for the last step, as it takes some seconds
	broker=$!
	servers+=("$broker")
else
	echo "The listener was not built, as there is no librabbitmq." >"$work/no-broker"
fi

step "2. A Taskcluster starts on this machine:"
sandbox
echo "it answers at $TASKCLUSTER_ROOT_URL" | indent

step "3. Four tasks are created; two wait for the first, the last for these two (tasks.c):"
group=$("$bin/example-tasks" create demo/worker)
"$bin/example-tasks" show "$group" | sed 's/ *  waited for 0//; s/waited/waits/' | indent

step "4. A worker claims and runs them, and uploads what they make (worker.c):"
"$bin/example-worker" --tasks 4 demo/worker here worker-1 | indent

step "5. They ended in this order:"
"$bin/example-tasks" show "$group" | indent | tee "$work/order"
[[ $(awk '{print $1}' "$work/order" | sed '2,3d' | tr '\n' ' ') == "write publish " ]] ||
	fail "A task ran before those it waits for."
[[ $(grep -c ' completed ' "$work/order") == 4 ]] || fail "Not every task is completed."

step "6. The last task is in the index; signed calls on four services tell about it (tour.c):"
"$bin/example-tour" demo.greeting.latest public/greeting.txt \
	"$TASKCLUSTER_ROOT_URL/classic/{service}/v1" >"$work/tour"
grep -v '^SIGNED_URL' "$work/tour" | indent
task=$(sed -n 's/^index: .* is task //p' "$work/tour")

step "7. Its artifact by a signed URL, opened by plain curl without any credentials:"
url=$(sed -n 's/^SIGNED_URL //p' "$work/tour")
echo "${url:0:96}…" | indent
greeting=$(curl --compressed -sSfL "$url") # as it is stored, or not
echo "curl got: $greeting" | indent
[[ $greeting == "A greeting from task $task." ]] || fail "That is not what the task wrote."

step "8. The same artifact by the SDK, and what the worker wrote into the log (artifact.c):"
"$bin/example-artifact" download "$task" public/greeting.txt "$work/greeting" | indent
[[ $(<"$work/greeting") == "$greeting" ]] || fail "The download is not the same."
"$bin/example-artifact" download "$task" public/logs/live_backing.log "$work/log" >/dev/null
indent <"$work/log"

step "9. A megabyte uploaded to both kinds of storage, downloaded, verified (artifact.c):"
"$bin/example-tasks" create demo/artifacts >/dev/null
"$bin/taskcluster" api queue claimWork demo/artifacts >"$work/claim" \
	<<<'{"tasks": 1, "workerGroup": "here", "workerId": "by-hand"}'
task=$(sed -n 's/.*"taskId":"\([^"]*\)".*/\1/p' "$work/claim")
head -c 1000000 /dev/urandom >"$work/file"
for storage in s3 object; do
	"$bin/example-artifact" upload $storage "$task" 0 "public/$storage" "$work/file"
	"$bin/example-artifact" download "$task" "public/$storage" "$work/back"
	cmp "$work/file" "$work/back" || fail "The bytes differ."
done | indent
"$bin/taskcluster" api queue reportCompleted "$task" 0 >/dev/null

step "10. What a listener binds its queue to, to hear of that task and of the index route (listener.c):"
if [[ -x $bin/example-listener ]]; then
	"$bin/example-listener" task "$task" 2>"$work/how"
	"$bin/example-listener" route index.demo.greeting.latest 2>/dev/null
else
	cat "$work/no-broker"
fi | indent

# listen KIND VALUE: in the background, from when its queue is bound. A Taskcluster that has just started makes its
# exchanges first, and until then there is nothing to bind to.
listen() {
	for _ in $(seq 50); do
		: >"$work/heard"
		(. "$work/broker" && exec "$bin/example-listener" "$@") >"$work/heard" 2>"$work/unheard" &
		listener=$!
		servers+=("$listener")
		! has_line "$work/heard" ^listening "$listener" || return 0
		sleep 0.1
	done
	fail "The listener did not listen: $(<"$work/unheard")"
}

step "11. A RabbitMQ, another Taskcluster, and the listener hears of four tasks while a worker runs them:"
if has_line "$work/broker" '^export BROKER_URL' "$broker"; then
	sandbox --pulse "$(. "$work/broker" && echo "$BROKER_URL")"
	group=$("$bin/example-tasks" create demo/heard)
	listen group "$group"
	"$bin/example-worker" --tasks 4 demo/heard here worker-2 >/dev/null
	wait "$listener" || fail "The listener failed: $(<"$work/unheard")"
	indent <"$work/heard"
else
	cat "$work/no-broker" "$work/how" | indent
fi

step "That was all of it. README.md shows how to write such programs."
