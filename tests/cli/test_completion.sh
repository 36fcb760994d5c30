#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# The completion scripts, tried in the shells that are there.
. tests/cli/check.sh
exec </dev/null

run 2 completion
tells "bash, zsh and fish"
run 2 completion tcsh
tells "not for tcsh"
for shell in bash zsh fish; do
	run 0 completion "$shell"
	silent
	has listArtifacts
	printf '%s\n' "$out" >"$folder/$shell"
done

# complete WORD…: what bash offers for the last word
complete_in_bash() {
	last=("$@")
	out=$(
		set +eu
		. "$folder/bash"
		COMP_WORDS=(taskcluster "$@")
		COMP_CWORD=$#
		_taskcluster 2>/dev/null
		echo "${COMPREPLY[*]}"
	)
}
complete_in_bash ap
is api
complete_in_bash api queue create
is "createTask createArtifact"
complete_in_bash -v api -o file queue listTaskG
is listTaskGroup
complete_in_bash api queue listArtifacts T 0 --lim
is --limit
complete_in_bash api queue listArtifacts --limit 5 --sig
is --signed-url
complete_in_bash routing-key queue taskCompleted taskId = T workerT
is workerType=
complete_in_bash api --body "$folder/ba"
is "$folder/bash"
complete_in_bash slugid de
is decode

if command -v zsh >/dev/null; then
	zsh -n "$folder/zsh" || fail "zsh does not read its script"
fi
if command -v fish >/dev/null; then
	out=$(fish -c "source $folder/fish; complete -C 'taskcluster api queue listArtifacts T 0 --lim'")
	has --limit
	out=$(fish -c "source $folder/fish; complete -C 'taskcluster routing-key queue taskCompl'")
	has taskCompleted
fi
echo "completion: all as it should be"
