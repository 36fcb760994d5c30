#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# The demo, with a broker where there is one and without: it runs from start to end, shows what it should, fails when it must, and leaves nothing behind.
set -euo pipefail
[[ -x ${TC_SANDBOX:-} ]] || exit 77
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export TMPDIR=$folder/tmp
mkdir "$TMPDIR"
address=http://127.0.0.1:
[[ -z ${TC_RIG_URL:-} ]] || address=https://p # in the rig (tests/rig/rig.sh) it has a name

fail() {
	echo "FAILED: $*" >&2
	cat "$folder/out" "$folder/err" >&2
	exit 1
}

# shows TEXT…: the output has them, in this order
shows() {
	local text rest
	rest=$(<"$folder/out")
	for text; do
		[[ $rest == *"$text"* ]] || fail "the demo does not show: $text"
		rest=${rest#*"$text"}
	done
}

mkdir "$folder/bin" # the sandbox may be another than the one beside the examples
ln -s "$TC_CODEGEN" "$TC_SANDBOX" "$TC_CLI" "$TC_EXAMPLES"/example-* "$folder/bin"
bindings=("exchange/taskcluster-queue/v1/task-completed  primary." ".*.*.*.*.*.*.*.#" "route.index.demo.greeting.latest")
heard=("listening to the group" "taskCompleted " "taskCompleted " "taskCompleted " "taskCompleted " "taskGroupResolved ")
unheard=("There is no RabbitMQ on this machine: Debian's package is rabbitmq-server." "To listen set PULSE_HOSTNAME")
if [[ ! -x $TC_EXAMPLES/example-listener ]]; then # the component is not built
	bindings=("The listener was not built") heard=() unheard=()
elif [[ -n ${TC_RIG_URL:-} || ! -x /usr/lib/rabbitmq/bin/rabbitmq-server ]]; then # once is enough
	export RABBITMQ_SERVER=/nonexistent
	heard=("${unheard[@]}")
fi
examples/demo.sh "$folder/bin" >"$folder/out" 2>"$folder/err" || fail "it ended with $?"
[[ ! -s $folder/err ]] || fail "it complains"
shows " services, " " functions, " " exchanges, " " ms" \
	"it answers at $address" \
	"waits for 2" \
	" run 0 completed" " run 0 completed" "4 completed" \
	"write " " completed " "publish " " completed " "waited for 2" \
	"hold the scope *" "demo.greeting.latest is task" "is completed" "public/greeting.txt (s3, text/plain)" \
	"alive is true" "curl got: A greeting from task" \
	"exit status 0" \
	"to s3 storage" "to object storage" "as it was uploaded" \
	"${bindings[@]}" "${heard[@]}" "That was all of it."
shows "it answers at" "write " "pending" " run 0 completed" # a group is listed by its tasks' ids
[[ -z $(ls -A "$TMPDIR") ]] || fail "it left $(ls -A "$TMPDIR") behind"

# no broker: it says how to have one
export RABBITMQ_SERVER=/nonexistent
if [[ ${heard[*]} != "${unheard[*]}" ]]; then
	examples/demo.sh "$folder/bin" >"$folder/out" 2>"$folder/err" || fail "it ended with $?"
	[[ ! -s $folder/err ]] || fail "it complains"
	shows "${bindings[@]}" "${unheard[@]}" "That was all of it."
fi

# the programs it shows are missing: an error, and again nothing left
rm "$folder/bin/example-worker"
printf '#!/bin/sh\nexit 1\n' >"$folder/bin/example-worker"
chmod +x "$folder/bin/example-worker"
! examples/demo.sh "$folder/bin" >"$folder/out" 2>"$folder/err" || fail "it succeeds without a worker"
grep -q "The demo failed" "$folder/err" || fail "it does not say that it failed"
[[ -z $(ls -A "$TMPDIR") ]] || fail "it left $(ls -A "$TMPDIR") behind"
echo "the demo shows what it should"
