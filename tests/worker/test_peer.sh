#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# What is checked of the official worker (interop.peers), checked of ours: the same configuration file, the
# same tasks, the same ends.
. tests/worker/check.sh
sandbox --poll-timeout 200
bash tests/interop/peers/generic_worker.sh "$(readlink -f "$program")" "$folder/peer" >"$folder/out" ||
	fail "it does not do what the official one does"
grep -q ' 21 passed, 0 failed' "$folder/out" || fail "fewer checks than there were"
