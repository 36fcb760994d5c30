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
complete_in_bash pulse listen queue taskCompleted taskId = T workerT
is workerType=
complete_in_bash pulse listen queue taskCompl
is taskCompleted
complete_in_bash api --body "$folder/ba"
is "$folder/bash"
# operators behind a key that is there as a whole, and keys that have nothing else
complete_in_bash api buildbot listBuilds --numb
is --number
complete_in_bash api buildbot listBuilds --number__l
is "--number__lt --number__le"
complete_in_bash api buildbot listBuilds --complete_at__l
is "--complete_at__lt --complete_at__le"
complete_in_bash api buildbot listBuilds --complete_a
is --complete_at
complete_in_bash api buildbot listBuilders --master
is --masterids__contains
complete_in_bash api buildbot --number__lt 5 -vv listBuilds --all --max-items 3 --of
is --offset
complete_in_bash api buildbot listBuilds --all --max
is --max-items
complete_in_bash api queue status -o "$folder/ba"
is "$folder/bash"
complete_in_bash slugid de
is decode
# families of commands, whose options are their own: --url is a flag of api, and has a value here
complete_in_bash artifact u
is upload
complete_in_bash help artifact li
is list
complete_in_bash artifact upload --url --sto
is ""
complete_in_bash artifact upload --url u --json --sto
is --storage
complete_in_bash artifact list --sto
is ""
complete_in_bash api --url queue listTaskG
is listTaskGroup
complete_in_bash -v artifact upload T 0 public/x "$folder/ba"
is "$folder/bash"
complete_in_bash artifact download -o "$folder/ba"
is "$folder/bash"

# complete_in_zsh WORD…: what zsh chooses from for the last word
complete_in_zsh() {
	last=("$@")
	out=$(zsh -f -c '
		compdef() {}
		_describe() { print -rl -- "${(@P)2}" }
		. "$1"
		shift
		words=(taskcluster "$@") CURRENT=$(($# + 1))
		_taskcluster' - "$folder/zsh" "$@")
}
if command -v zsh >/dev/null; then
	zsh -n "$folder/zsh" || fail "zsh does not read its script"
	complete_in_zsh api buildbot listBuilds --number__l
	has "--number__lt:a query value"
	has "--all:every item"
	complete_in_zsh api buildbot listBuilds --number
	lacks --number__lt
	has --number
	complete_in_zsh api buildbot --number__lt 5 -vv listBuilders --all --max-items 3 --of
	has --masterids__contains
	complete_in_zsh api que
	has "queue:"
	complete_in_zsh artifact up
	has "upload:"
	complete_in_zsh artifact upload --url u --sto
	has "--storage:"
	lacks "--signed-url"
	complete_in_zsh artifact list --sto
	lacks --storage
fi

complete_in_fish() {
	last=("$@")
	out=$(fish -c "source $folder/fish; complete -C 'taskcluster $*'")
}
if command -v fish >/dev/null; then
	complete_in_fish api queue listArtifacts T 0 --lim
	has --limit
	complete_in_fish routing-key queue taskCompl
	has taskCompleted
	complete_in_fish api buildbot listBuilds --number__l
	has --number__lt
	complete_in_fish api buildbot listBuilds --numb
	lacks --number__lt
	complete_in_fish artifact up
	has upload
	complete_in_fish artifact upload --url u --sto
	has --storage
	lacks --signed-url
	complete_in_fish artifact list --sto
	lacks --storage
	complete_in_fish api buildbot --number__lt 5 -vv listBuilders --all --max-items 3 --master
	has --masterids__contains
fi
echo "completion: all as it should be"
