#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# The completion scripts, tried in the shells that are there.
. tests/cli/check.sh
exec </dev/null

run 2 completion
tells "bash, zsh, fish and powershell"
run 2 completion tcsh
tells "not for tcsh"
for shell in bash zsh fish; do
	run 0 completion "$shell"
	silent
	has listArtifacts
	printf '%s\n' "$out" >"$folder/$shell"
done
# what is made from the tables has no names that are only accepted
lacks workerManager
# nor do commands for scripts belong to a list
lacks __complete
run 0 completion powershell
has "Register-ArgumentCompleter"
has " __complete "
run 0 completion --no-descriptions zsh
has "'api'"
lacks "'api:"

# the official client's: into a file, and nothing on standard output
(
	cd "$folder"
	run 0 completions bash
	is ""
	silent
	run 0 completions fish "$folder/a script"
	is ""
)
cmp "$folder/bash_completion.sh" "$folder/bash"
cmp "$folder/a script" "$folder/fish"
run 2 completions
tells "name one"
run 2 completions tcsh
tells "not for tcsh"
run 2 completions bash "$folder/nowhere/x"
tells nowhere
run 2 completions bash one two
tells "one word too many"

# __complete WORD…, which scripts of the official client ask
run 0 __complete api queue createT
is $'createTask\tCreates a task under a taskId the caller generates.\n:4'
run 0 __completeNoDesc api queue create
is $'createTask\ncreateArtifact\n:4'
run 0 __completeNoDesc -v api -o file queue listArtifacts T 0 --lim
is $'--limit\n:4'
run 0 __completeNoDesc api buildbot listBuilds --number__l
is $'--number__lt\n--number__le\n:4'
run 0 __completeNoDesc pulse listen queue taskCompleted taskId=T workerT
is $'workerType=\n:6'
run 0 __completeNoDesc help artifact li
is $'list\n:4'
run 0 __completeNoDesc artifact upload T 0 public/x ''
is ":0"
run 0 __completeNoDesc api queue status -o ''
is ":0"
run 0 __completeNoDesc api queue listArtifacts --limit ''
is ":4"
run 0 __completeNoDesc artifact upload --url u --json --sto
is $'--storage\n:4'
run 0 __completeNoDesc artifact list --sto
is ":4"
run 0 __completeNoDesc artifact list --he
is $'--help\n:4'
run 0 __completeNoDesc compl
is $'completion\ncompletions\n:4'
run 0 __completeNoDesc completion p
is $'powershell\n:4'
run 0 __completeNoDesc config set config.c
is $'config.certificate\nconfig.clientId\n:4'
run 2 __complete
tells "the last one"

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
complete_in_bash --errors json api --select /url queue getArti
is getArtifact
complete_in_bash artifact list --sel
is --select
complete_in_bash slugid --sel
is ""
complete_in_bash api di # a command beside the services
is diff
complete_in_bash api diff --serv
is --service
complete_in_bash api diff "$folder/fis"
is "$folder/fish"
run 0 __completeNoDesc api diff --serv
is $'--service\n:4'
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
complete_in_bash api --body "$folder/bash_"
is "$folder/bash_completion.sh"
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
complete_in_bash api queue status -o "$folder/bash_"
is "$folder/bash_completion.sh"
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
complete_in_bash -v artifact upload T 0 public/x "$folder/bash_"
is "$folder/bash_completion.sh"
complete_in_bash artifact download -o "$folder/bash_"
is "$folder/bash_completion.sh"
complete_in_bash chain-of-trust verify --public-key-file = "$folder/bash_"
is "$folder/bash_completion.sh"
# a command of one word, and a file behind another word
complete_in_bash completions f
is fish
complete_in_bash completions fish "$folder/bash_"
is "$folder/bash_completion.sh"
# `help` explains functions, too
complete_in_bash help api queue createT
is createTask
complete_in_bash help artifact upload "$folder/ba"
is ""

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

# typed_in_zsh TEXT: what a shell's own line is behind it and a Tab, with the script as a function that it finds
typed_in_zsh() {
	last=("$@")
	rm -f "$folder/line" "$folder/ready"
	zsh -f -c '
		zmodload zsh/zpty
		zpty shell "TERM=dumb zsh -f -i"
		zpty -w shell "PS1= fpath=($1 \$fpath); autoload -Uz compinit; compinit -u -D"
		zpty -w shell "print_line() { print -r -- \"\$BUFFER\" >$1/line }; zle -N print_line"
		zpty -w shell "bindkey ^X print_line; : >$1/ready"
		for i in {1..500}; do [[ -e $1/ready ]] && break; sleep 0.02; done
		zpty -n -w shell "$2"$'"'\t\x18'"'
		for i in {1..500}; do [[ -s $1/line ]] && break; sleep 0.02; done
		zpty -d shell' - "$folder" "$1" >/dev/null
	out=$(cat "$folder/line")
}
if command -v zsh >/dev/null && zsh -f -c 'zmodload zsh/zpty'; then
	cp "$folder/zsh" "$folder/_taskcluster"
	typed_in_zsh "taskcluster api queue listTaskG"
	is "taskcluster api queue listTaskGroup "
	typed_in_zsh "taskcluster routing-key queue taskCompleted workerT"
	is "taskcluster routing-key queue taskCompleted workerType="
	typed_in_zsh "taskcluster api queue status T --output=$folder/bash_"
	is "taskcluster api queue status T --output=$folder/bash_completion.sh "
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
	complete_in_fish api queue status T -o "$folder/bash_"
	is "$folder/bash_completion.sh"
	complete_in_fish api queue status T --output="$folder/bash_"
	is "--output=$folder/bash_completion.sh"
	complete_in_fish completions fish "$folder/bash_"
	is "$folder/bash_completion.sh"
fi
echo "completion: all as it should be"
