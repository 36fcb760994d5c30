#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# taskcluster group status, list and cancel: on a sandbox with tasks in several states, and on a queue with groups
# that are large, grow, or hang.
. tests/cli/check.sh
exec </dev/null
[[ -x ${TC_SANDBOX:-} ]] || exit 77
command -v node >/dev/null || exit 77

start_sandbox --credentials tester:never-to-be-printed-0123456789
node tests/cli/crowd.js >"$folder/crowd" &
servers+=($!)
await_line "$folder/crowd"
sandbox=$TASKCLUSTER_ROOT_URL crowd=$(<"$folder/crowd")

# new_task NAME QUEUE DEPENDENCIES: in $group; sets $task
group=$("$TC_CLI" slugid)
new_task() {
	task=$("$TC_CLI" slugid)
	run 0 api queue createTask "$task" <<<"{
		\"taskQueueId\": \"$2\", \"payload\": {\"a\": [1]}, \"schedulerId\": \"s\", \"taskGroupId\": \"$group\",
		\"dependencies\": [$3], \"tags\": {\"kind\": \"build\"},
		\"created\": \"$("$TC_CLI" from-now 0 s)\", \"deadline\": \"$("$TC_CLI" from-now 1 hour)\",
		\"metadata\": {\"name\": \"$1\", \"description\": \"d\", \"owner\": \"a@example.com\",
			\"source\": \"https://example.com\"}}"
}
claim='{"tasks": 1, "workerGroup": "g", "workerId": "w"}'
new_task 'run<me>' test/run ''
running=$task
run 0 api queue claimWork test/run <<<"$claim"
new_task 'bad \u001b[31m\u202e name' test/other ''
pending=$task
new_task waits test/run "\"$pending\""
waiting=$task
new_task gone test/run ''
gone=$task
run 0 api queue cancelTask "$gone"

# ---- status ----

counts=$'unscheduled: 1\npending: 1\nrunning: 1\nexception: 1'
run 0 group status "$group"
is "$counts"
silent
run 0 group status "$group" --json
is "{\"taskGroupId\":\"$group\",\"tasks\":4,\"unscheduled\":1,\"pending\":1,\"running\":1,\"completed\":0,\"failed\":0,\"exception\":1,\"resolved\":false}"
on_terminal 0 group status "$group"
has $'\e[33mrunning\e[0m: 1'
NO_COLOR=1 on_terminal 0 group status "$group"
is "$counts"
run 1 group status "$("$TC_CLI" slugid)"
tells ResourceNotFound
run 2 group status
tells "expected \`taskcluster group status TASK_GROUP_ID"
run 2 group status "$group" --interval 3
tells "--interval is for --watch"
run 0 group status --help
has --watch

# ---- list ----

# sorted: the lines in out, in an order of their own, as the queue gives tasks in the order of their ids
sorted() {
	out=$(sort <<<"$out")
}
name=$'bad \e[31m\xe2\x80\xae name'
all=$(sort <<<"$running run<me> running
$pending $name pending
$waiting waits unscheduled
$gone gone exception")
run 0 group list "$group" -a
sorted
is "$all"
run 0 group list "$group"
sorted
is "$all"
run 0 group list "$group" --all --failed
sorted
is "$all"
run 0 group list "$group" -r
is "$running run<me> running"
run 0 group list "$group" -p
is "$pending $name pending"
run 0 group list "$group" -ue
sorted
is "$(sort <<<"$waiting waits unscheduled
$gone gone exception")"
run 0 group list "$group" -fc
is ''
run 0 group list "$group" --running --json
has "{\"status\":{\"taskId\":\"$running\""
has '"name":"run<me>"'
[[ $(wc -l <<<"$out") == 1 ]] || fail "expected one line"
run 2 group list "$group" --json --format-string x
tells "one of them"
on_terminal 0 group list "$group" -p
has $'bad  [31m  name \e[2mpending\e[0m'

# printed TEMPLATE TEXT: what it prints of the task that waits; the text's end is a #, as $() cuts line feeds
printed() {
	last=(group list "$group" -u --format-string "$1") status=0 err=
	out=$("$TC_CLI" "${last[@]}" && echo '#')
	is "$2#"
}
printed '{{ .Status.TaskID }}' "$waiting"$'\n'
printed '{{.status.taskId}},{{ .STATUS.TASKID }}' "$waiting,$waiting"$'\n'
printed '{{$.Task.Metadata.Owner}}' $'a@example.com\n'
printed '{{ .Task.Tags.kind }}{{ .Task.Tags.other }}|' $'build|\n'
printed '{{ .Task.Dependencies }} {{ .Task.Payload }} {{ .Task.Payload.a }} {{ .Status.Runs }}' \
	"[$pending]"$' {"a":[1]} [1] []\n'
printed '{{ .Task.Retries }} {{ .Task.Tags }}' $'5 {"kind":"build"}\n'
printed 'x\n {{- "\t\"|" -}} y {{ `a\n` }}' $'x\\n\t"|y a\\n\n'
printed '{{- .Status.State -}}' unscheduled
printed '' $'\n'
printed 'a } b { c }} d' $'a } b { c }} d\n'

refused() {
	run 2 group list "$group" --format-string "$1"
	tells "$2"
}
refused '{{ .Status.Stat }}' 'no field Stat: did you mean state?'
refused '{{ .Nothing }}' 'there is no field Nothing'
refused '{{ .Status.State.Name }}' 'state has no field Name'
refused '{{ .Status.State | printf "%s" }}' 'at column 1, "{{ .Status.State | printf'
refused 'a{{ range .Task.Routes }}b{{ end }}' 'at column 2, "{{ range'
refused '{{ .Status.State' 'expected }}'
refused '{{ }}' 'expected a field'
refused '{{ "a }}' 'the quote has no end'
refused '{{ "\q" }}' 'expected one of \a'
refused '{{ .Task..Tags }}' "a field's name behind the dot"

# ---- the official client's, where there is one ----

# alike ARGUMENT…: both print the same lines, but for their order, and for names that the official client escapes as HTML
alike() {
	run 0 group "$@"
	sorted
	is "$("$TC_OFFICIAL" group "$@" | sed 's/&lt;/</g; s/&gt;/>/g' | sort)"
}
if [[ -x ${TC_OFFICIAL:-} ]]; then
	alike status "$group"
	for states in -a -r -p -ue -fc --all '-u --pending'; do
		alike list "$group" $states
	done
	for template in '{{.Status.TaskID}}' 'x\n {{- "\t|" -}} y {{ `a\n` }}' '{{- .Status.State -}}' '' 'a } b { c }} d' \
		'{{ $.Task.Tags.kind }}{{ .Task.Tags.other }}|{{ .Task.Dependencies }} {{ .Task.Retries }} {{ .Status.Deadline }}'; do
		alike list "$group" -a --format-string "$template"
	done
	alike cancel "$group" -f -w nobody
else
	echo 'TC_OFFICIAL names no official client: nothing was compared with it'
fi

# ---- cancel: what is asked ----

run 2 group cancel "$group"
tells "-f cancels without asking"
tells "-n shows"
run 0 group cancel "$group" -n
has 'The following 3 tasks would be cancelled:'
has $'\n\tTask '"$running: run<me>"
lacks "$gone"
run 0 group cancel "$group" --dry-run --json -w other
is "{\"taskId\":\"$pending\",\"name\":\"bad \\u001b[31m‮ name\"}"
run 0 group cancel "$group" -n -w test/run
has 'The following 2 tasks'
lacks "$pending"
run 0 group cancel "$group" -n -w nobody
is 'No suitable tasks found for cancellation.'
run 0 group cancel "$group" -f -w nobody
is 'No suitable tasks found for cancellation.'
run 0 group cancel "$group" -f -w nobody --json --errors json
is ''
[[ $err == '{"log":"No suitable tasks found for cancellation."}' ]] || fail "what is said as JSON"

# answered STATUS LINES ARGUMENT…: at a terminal, by these lines and the end of input
answered() {
	local wanted=$1 lines=$2
	shift 2
	last=("$@") status=0 err=
	out=$(printf '%s' "$lines" | script -qec "'$TC_CLI' $*" /dev/null | tr -d '\r'; exit "${PIPESTATUS[1]}") || status=$?
	((status == wanted)) || fail "expected exit status $wanted on a terminal"
}
question='Are you sure you want to cancel these tasks? [y/n] '
answered 0 $'n\n' group cancel "$group"
has "Task $pending: bad  [31m  name"
has "${question}Cancellation of tasks aborted."
answered 0 $'\nperhaps\nno\n' group cancel "$group"
has "$question$question${question}Cancellation of tasks aborted."
answered 1 '' group cancel "$group"
has "$question"
has 'standard input ended without an answer: nothing was done'
run 0 group status "$group"
is "$counts"

# ---- cancel: what is done ----

answered 0 $'Y\n' group cancel "$group" -w other
has "${question}cancelling task $pending"
lacks "cancelling task $running"
run 0 group list "$group" -e --format-string '{{ .Status.TaskID }}'
has "$pending"

# a client that may cancel one of the two that are left
new_task late test/other ''
late=$task
cat >"$HOME/.config/taskcluster.yml" <<-END
	config:
	  rootUrl: $TASKCLUSTER_ROOT_URL
	  clientId: $TASKCLUSTER_CLIENT_ID
	  accessToken: $TASKCLUSTER_ACCESS_TOKEN
	  authorizedScopes: ["queue:list-task-group:$group", "queue:cancel-task:s/$group/$late"]
END
chmod 600 "$HOME/.config/taskcluster.yml"
unset TASKCLUSTER_CLIENT_ID TASKCLUSTER_ACCESS_TOKEN
run 1 group cancel "$group" --force
has "cancelling task $late"
has "cancelling task $running"
tells '2 of 3 tasks could not be cancelled:'
tells "$running: queue.cancelTask: 403 InsufficientScopes: "
tells "$waiting: queue.cancelTask: 403 InsufficientScopes: "
[[ $(grep -c 'This request requires' <<<"$err") == 1 ]] || fail "expected the whole of a failure once"
tells 'narrowed to the authorizedScopes'
run 1 group cancel "$group" --force --json
has "\"taskId\":\"$running\",\"name\":\"run<me>\",\"error\":\""
rm "$HOME/.config/taskcluster.yml"
. "$folder/environment"
run 0 group cancel "$group" -f --json
has "\"name\":\"run<me>\",\"state\":\"exception\"}"
run 0 group status "$group"
is 'exception: 5'
run 0 group cancel "$group" -f
is 'No suitable tasks found for cancellation.'

if [[ -x ${TC_OFFICIAL:-} ]]; then
	group=$("$TC_CLI" slugid)
	for ((i = 0; i < 2; i++)); do
		new_task twin test/run ''
	done
	theirs=$("$TC_OFFICIAL" group cancel "$group" -f | sed -E 's/[A-Za-z0-9_-]{22}/ID/')
	new_task twin test/run ''
	new_task twin test/run ''
	run 0 group cancel "$group" -f
	out=$(sed -E 's/[A-Za-z0-9_-]{22}/ID/' <<<"$out")
	is "$theirs"
fi

# ---- large, growing, stuck ----

export TASKCLUSTER_ROOT_URL=$crowd
run 0 group status crowd
is $'unscheduled: 1250\npending: 1250\nrunning: 1250\ncompleted: 3750\nfailed: 1250\nexception: 1250'
lean 16000 group status crowd
lean 16000 group list crowd -a
run 0 group status empty
is ''
tells 'the group empty has no tasks'

run 0 group cancel grows-100-times -n
run 0 group cancel grows-4 -f
is $'cancelling task grows-4.0\ncancelling task grows-4.1\ncancelling task grows-4.2\ncancelling task grows-4.3'
run 0 group status grows-4
is 'exception: 4'
run 1 group cancel grows-100 -f
tells 'the group still grows: after 10 rounds 1 tasks'
tells 'sealTaskGroup grows-100'
interrupted 1 group cancel stuck -f
has 'cancelling task stuck.1'
tells '0 tasks were cancelled'
