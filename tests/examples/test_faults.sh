#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# The worker of the examples while one request of ten goes wrong, in one way after the other: in the
# end every task is completed, and every artifact is whole. Claims whose replies are lost end, and
# another run follows. A sandbox for each kind of fault, all at the same time.
. tests/examples/check.sh

# under FAULT: some tasks, one worker
under() {
	local tasks=() state
	servers=()
	trap stop_servers EXIT
	folder=$folder/$1
	mkdir -p "$folder/tmp"
	sandbox --claim-timeout 2 --poll-timeout 200 --resolver-interval 100 --fault "$1:rate=0.1"
	for _ in 1 2 3 4 5; do
		task '{"command": ["sh", "-c", "echo some text >x"], "artifacts": [{"name": "public/x", "path": "x"}]}'
		tasks+=("$task")
	done
	worker 68 --idle 4
	for task in "${tasks[@]}"; do
		state=$(api queue status "$task" | sed -n 's/.*"retriesLeft":[0-9]*,.*"state":"\([a-z]*\)".*/\1/p')
		[[ $state == completed ]] || fail "with $1 a task is '$state'"
		fetch public/x 2>/dev/null || fail "with $1 an artifact is lost"
		[[ $(<"$folder/fetched") == "some text" ]] || fail "with $1 an artifact is damaged"
	done
}

parts=() status=0
for fault in status=500 status=503 retry-after=0 html-error=502 close-early lost-reply truncate garbage; do
	(under "$fault") &
	parts+=($!)
done
for part in "${parts[@]}"; do
	wait "$part" || status=1
done
((status == 0)) || exit 1
echo "the worker does as it should under every fault"
