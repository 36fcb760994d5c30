#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# The official command line's commands, with what they print written down (tests/cli/official/*.cases). Where
# the official program is at hand (TC_OFFICIAL=path) it gets the same cases, and prints the same, or differs just
# where a case says so.
#
#	$ WORDS          a command line, read as a shell reads it; $name is one of the set-up below
#	< TEXT           its standard input, a line each; without any it is /dev/null
#	= STATUS         what it exits with; 0 where there is none
#	TEXT             what it prints on standard output
#	? TEXT           a part of what it prints on standard error
#	~ sorted         the order of lines does not count
#	! WHY            the official program does something else here, and must be seen to
#	# …              a remark
#
# A blank line ends a case. Dates, new task ids, the root URL and durations are DATE, TASK, ROOT and TIME.
. tests/cli/check.sh
exec </dev/null
[[ -x ${TC_SANDBOX:-} ]] || exit 77
official=${TC_OFFICIAL:-}

# ---- the set-up: every client gets a Taskcluster of its own, in the same state ----

pending=AAAAAAAAQAWAAAAAAAAAAQ running=BBBBBBBBQBWBBBBBBBBBBQ completed=CCCCCCCCQCWCCCCCCCCCCQ
failed=DDDDDDDDQDWDDDDDDDDDDQ canceled=EEEEEEEEQEWEEEEEEEEEEQ group=FFFFFFFFQFWFFFFFFFFFFQ
waits=GGGGGGGGQGWGGGGGGGGGGQ absent=HHHHHHHHQHWHHHHHHHHHHQ

stop_sandbox() {
	kill "${servers[-1]}"
	wait "${servers[-1]}" 2>/dev/null || true
	unset 'servers[-1]'
}

ours() {
	"$TC_CLI" "$@"
}

# create TASK NAME QUEUE [MEMBERS]
create() {
	ours api queue createTask "$1" >/dev/null <<-JSON
		{"taskQueueId": "$3", "taskGroupId": "$group", "schedulerId": "test", "created": "$(ours from-now 0 s)",
		 "deadline": "$(ours from-now 1 hour)", "payload": {"n": 1.50}, "metadata": {"name": "$2", "description": "d",
		 "owner": "a@example.com", "source": "https://example.com/?a&b"}${4:+, $4}}
	JSON
}

claim() {
	ours api queue claimTask "$1" 0 >/dev/null <<<'{"workerGroup": "test", "workerId": "w"}'
}

set_up() {
	local task
	create $pending 'na<me> & é' test/never
	create $running running test/cli
	create $completed completed test/cli
	create $failed failed test/cli
	create $canceled canceled test/never
	create $waits waits test/never '"dependencies": ["'$pending'"]'
	for task in $running $completed $failed; do claim $task; done
	printf 'a line\nand no end' >"$folder/log"
	for task in $completed $failed; do
		ours artifact upload $task 0 public/logs/live_backing.log "$folder/log" -q --content-type text/plain
		ours api queue createArtifact $task 0 public/logs/live.log >/dev/null <<-JSON
			{"storageType": "link", "artifact": "public/logs/live_backing.log", "contentType": "text/plain", "expires": "$(ours from-now 50 minutes)"}
		JSON
	done
	printf 'abc' >"$folder/abc"
	ours artifact upload $completed 0 'public/a b.txt' "$folder/abc" -q
	ours api queue reportCompleted $completed 0 >/dev/null
	ours api queue reportFailed $failed 0 >/dev/null
	ours api queue cancelTask $canceled >/dev/null
}

# ---- what is printed, made comparable ----

normalise() {
	sed -E -e 's/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(\.[0-9]+)?(Z|[+-][0-9:]{5})/DATE/g' \
		-e "s#${TASKCLUSTER_ROOT_URL:-nowhere}#ROOT#g" -e 's/ in [0-9.]+[^ ]*s / in TIME /' -e 's/"uptime":[0-9]+/"uptime":N/' \
		-e "/$known/!s/\b[A-Za-z0-9_-]{8}[Q-T][A-Za-z0-9_-][CGKOSWaeimquy26-][A-Za-z0-9_-]{10}[AQgw]\b/TASK/g"
}
known="$pending\|$running\|$completed\|$failed\|$canceled\|$group\|$waits\|$absent"
known=${known//\\|/|}

# try PROGRAM: the case's command line; sets out, err and status
try() {
	local words
	eval "words=($command)"
	last=("${words[@]}") status=0
	(cd "$place" && if [[ -s $folder/input ]]; then exec "$1" "${words[@]}" <"$folder/input"; else exec "$1" "${words[@]}" </dev/null; fi) \
		>"$folder/out" 2>"$folder/err" || status=$?
	out=$(normalise <"$folder/out" | if [[ $sorted ]]; then sort; else cat; fi)
	err=$(<"$folder/err")
}

check_ours() {
	try "$TC_CLI"
	((status == wanted)) || fail "expected exit status $wanted ($file)"
	[[ $out == "$expected" ]] || fail "expected on standard output: $expected ($file)"
	local part
	for part in "${told[@]}"; do
		tells "$part"
	done
}

# Where both fail, how the exit status and the texts say it is each one's own.
check_official() {
	local same=yes
	try "$official"
	[[ $out == "$expected" ]] && (((status == 0) == (wanted == 0))) || same=no
	[[ $same == no || -z $differs ]] || fail "the official program does the same by now: take away \"! $differs\" ($file)"
	[[ $same == yes || -n $differs ]] || fail "the official program prints something else than: $expected ($file)"
}

# cases CHECK FILE: runs it for each case
cases() {
	local check=$1 file=$2 line command= expected wanted told differs sorted
	while IFS= read -r line; do
		case $line in
		'$ '*) command=${line:2} expected= wanted=0 told=() differs= sorted= && : >"$folder/input" ;;
		'# '*) ;;
		'< '*) printf '%s\n' "${line:2}" >>"$folder/input" ;;
		'= '*) wanted=${line:2} ;;
		'? '*) told+=("${line:2}") ;;
		'! '*) differs=${line:2} ;;
		'~ sorted') sorted=yes ;;
		'')
			[[ -z $command ]] || "$check"
			command=
			;;
		*) expected+=${expected:+$'\n'}$line ;;
		esac
	done < <(cat "$file" && echo)
}

# run_cases CHECK: each file's in a home and a Taskcluster of its own
run_cases() {
	local file
	for file in tests/cli/official/*.cases; do
		place=$(mktemp -d "$folder/place.XXXX")
		export HOME=$place/home
		mkdir -p "$HOME"
		echo '{"$schema": "http://json-schema.org/draft-07/schema#", "type": "object", "required": ["a"]}' >"$place/schema.json"
		echo '{"a": 1}' >"$place/good.json"
		echo '{"b": 1}' >"$place/bad.json"
		start_sandbox --private --credentials 'tester:secret-of-tester-0123456789' --poll-timeout 100
		set_up
		cases "$1" "$file"
		stop_sandbox
	done
}

run_cases check_ours
if [[ -x $official ]]; then
	run_cases check_official
else
	echo "the official program was not compared: TC_OFFICIAL=path names it"
fi
