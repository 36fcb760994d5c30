# SPDX-License-Identifier: MPL-2.0
# Tasks in every state, in a sandbox, for tests of the commands about one task. What those print is what the official
# client prints: with TC_OFFICIAL=PROGRAM the same words are given to that one as well, and both outputs are compared. To
# be sourced.
. tests/cli/check.sh
[[ -x ${TC_SANDBOX:-} ]] || exit 77
unset NO_COLOR TASK_ID RUN_ID
export TERM=xterm

start_sandbox --credentials tester:never-to-be-printed-0123456789

name='na<me> & "é"' dependency=
# make STATE: a task in that state; sets $task
make() {
	local json_name=${name//\"/\\\"} dependencies=
	[[ $1 != unscheduled ]] || dependencies="\"dependencies\": [\"$dependency\"],"
	task=$("$TC_CLI" slugid)
	"$TC_CLI" api queue createTask "$task" >/dev/null <<<"{
		\"taskQueueId\": \"test/cli\", $dependencies \"payload\": {\"number\": 1.50, \"text\": \"<&>\"},
		\"created\": \"$("$TC_CLI" from-now 0 s)\", \"deadline\": \"$("$TC_CLI" from-now 1 hour)\",
		\"metadata\": {\"name\": \"$json_name\", \"description\": \"d\", \"owner\": \"a@example.com\",
			\"source\": \"https://example.com\"}}"
	case $1 in
	running | completed | failed)
		"$TC_CLI" api queue claimTask "$task" 0 <<<'{"workerGroup": "g", "workerId": "w"}' >/dev/null
		;;&
	completed) "$TC_CLI" api queue reportCompleted "$task" 0 >/dev/null ;;
	failed) "$TC_CLI" api queue reportFailed "$task" 0 >/dev/null ;;
	canceled) "$TC_CLI" api queue cancelTask "$task" >/dev/null ;;
	esac
}

answer=
# both STATE STATUS WORD…: with a task in that state, for whose id TASK stands, in out and err, too. The official client has
# another one of the same, and must print the same, and succeed or not. Standard input is $answer.
both() {
	local state=$1 wanted=$2 theirs status_of_theirs=0 own
	shift 2
	make "$state"
	run "$wanted" task "${@//TASK/$task}" <<<"$answer"
	out=${out//$task/TASK} err=${err//$task/TASK} own=$task
	[[ -n ${TC_OFFICIAL:-} ]] || return 0
	make "$state"
	theirs=$("$TC_OFFICIAL" task "${@//TASK/$task}" 2>"$folder/their_err" <<<"$answer") || status_of_theirs=$?
	[[ $out == "${theirs//$task/TASK}" ]] || fail "the official client prints: $theirs"
	((!wanted == !status_of_theirs)) || fail "the official client ends with $status_of_theirs"
	task=$own
}

make pending
dependency=$task

[[ -n ${TC_OFFICIAL:-} ]] || echo 'not compared with the official client: TC_OFFICIAL names none'
