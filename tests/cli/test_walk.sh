#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Every command that the help lists is there, whichever of the programs is asked: one that none of
# them had would be handed on without end. What explains it fits 80 columns.
. tests/cli/check.sh
exec </dev/null
parts=${TC_CLI%/*}/../libexec/taskcluster
[[ -x $parts/taskcluster-local ]] || exit 77
leaves=0

# what was printed is no wider than a terminal
fits() {
	local wide
	wide=$(sed 's/…/./g' <<<"$out" | awk 'length($0) > 80')
	[[ -z $wide ]] || fail "wider than 80 columns: $wide"
}

listed() { sed -nE 's/^  ([a-z][a-z0-9-]*) .*/\1/p' <<<"$out"; }

# by each part, which becomes another one where it has to
explained_by_all() {
	local part wanted=$out
	for part in local online extra; do
		[[ $part/$1 != online/version ]] || continue # it gets this one of another part only
		[[ $(timeout 10 "$parts/taskcluster-$part" "$@" --help 2>&1) == "$wanted" ]] ||
			fail "taskcluster-$part explains otherwise: $*"
	done
	leaves=$((leaves + 1))
}

walk() {
	local name
	run 0 "$@" --help
	silent
	fits
	if [[ $out == *'COMMAND --help'* ]]; then
		for name in $(listed); do walk "$@" "$name"; done
	else
		explained_by_all "$@"
	fi
}
walk
run 0 help help
has 'taskcluster COMMAND'
run 0 help help slugid
has 'taskcluster slugid'
((leaves > 40)) || fail "only $leaves commands"
run 0 __complete api ''
run 0 __completeNoDesc api ''

# a part that is not there is told as everything is
mkdir "$folder/alone"
cp "$TC_CLI" "$folder/alone/taskcluster"
for words in 'version --errors json' '--errors=json api'; do
	status=0
	# shellcheck disable=SC2086 # words
	err=$("$folder/alone/taskcluster" $words 2>&1 >/dev/null) || status=$?
	((status == 1)) || fail "without its parts: $status"
	[[ $err == '{"error":"'*'it is a part of this program; install it too","code":"failure","hints":[],"exitStatus":1}' ]] ||
		fail "$err"
done
echo "walk: $leaves commands, all as it should be"
