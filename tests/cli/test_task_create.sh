#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Tasks that are created: of an image and a command, and of another one's definition. With TC_OFFICIAL=PROGRAM what is
# sent is compared with what that client sends.
. tests/cli/check.sh
exec </dev/null
[[ -x ${TC_SANDBOX:-} ]] || exit 77
[[ -z ${TC_OFFICIAL:-} ]] || command -v node >/dev/null || exit 77

start_sandbox --credentials tester:never-to-be-printed-0123456789

# Looks the task up that out says was created: sets $task, and $defined with TASK for its id
look_up() {
	[[ $out =~ ^'Task '([A-Za-z0-9_-]{22})' created'$ ]] || fail "no task was created"
	task=${BASH_REMATCH[1]}
	defined=$("$TC_CLI" api queue task "$task")
	defined=${defined//$task/TASK}
}

# sorted: the definition on standard input without times, and its members in order
sorted() {
	node -e 'const sort = value => Array.isArray(value) || !value || typeof value !== "object" ? value :
		Object.fromEntries(Object.keys(value).sort().map(name => [name, sort(value[name])]));
	const task = sort(JSON.parse(require("fs").readFileSync(0)));
	for (const name of ["created", "deadline", "expires"]) delete task[name];
	console.log(JSON.stringify(task));'
}

# created WORD…: creates a task, which the official client must define alike; its definition is $defined
created() {
	run 0 task "$@"
	silent
	look_up
	[[ -n ${TC_OFFICIAL:-} ]] || return 0
	local own=$task ours=$defined
	out=$("$TC_OFFICIAL" task "$@")
	look_up
	[[ $(sorted <<<"$defined") == "$(sorted <<<"$ours")" ]] || fail "the official client sends $defined"
	task=$own defined=$ours
}

defines() {
	[[ $defined == *"$1"* ]] || fail "expected in the definition: $1
	$defined"
}

# seconds NAME: when a time of the definition is
seconds() {
	date -d "$(sed -nE "s/.*\"$1\":\"([^\"]*)\".*/\1/p" <<<"$defined")" +%s
}

# an image and a command
queue=(--provisioner test --worker-type cli)
created run "${queue[@]}" ubuntu:24.04 echo 'a "b" <&>' é
defines '"payload":{"image":"ubuntu:24.04","command":["echo","a \"b\" <&>","é"],"env":{},"maxRunTime":7200}'
defines '"schedulerId":"taskcluster-cli"'
defines '"taskGroupId":"TASK"'
defines '"taskQueueId":"test/cli"'
defines '"name":"Taskcluster-cli Task"'
defines '"retries":5'
(($(seconds deadline) - $(seconds created) == 24 * 3600)) || fail "a day"
(($(seconds expires) - $(seconds deadline) == 365 * 24 * 3600)) || fail "a year"
run 0 task status "$task"
is pending
before=$task
created run --name 'a<b' --description d --owner o@example.com --source https://example.com/x --dependency "$before" \
	image command "${queue[@]}"
defines '"metadata":{"name":"a<b","description":"d","owner":"o@example.com","source":"https://example.com/x"}'
defines "\"dependencies\":[\"$before\"]"
created run "${queue[@]}" -e A=1,B=2 -eC --env=A=x=y -e '"D=1,""2"""' -e '' -e E= image command
for variable in '"A":"x=y"' '"B":"2"' '"C":""' '"D":"1,\"2\""' '"E":""'; do
	defines "$variable"
done
created run "${queue[@]}" image bash -e A=1 -- -c 'echo -e x' --retries
defines '"command":["bash","-c","echo -e x","--retries"],"env":{"A":"1"}'

# where the official client sends something else, or nothing
TC_OFFICIAL='' created run "${queue[@]}" --retries 0 image command
defines '"retries":0'
TC_OFFICIAL='' created run "${queue[@]}" -e 'A=say "x"' -e $'B=1\n2' image command
defines '"env":{"A":"say \"x\"","B":"1\n2"}'
run 0 task run "${queue[@]}" --json image command
has '{"status":{"taskId":"'
has '"state":"pending"'

# only shown, which needs no server
TASKCLUSTER_ROOT_URL= run 0 task run "${queue[@]}" --noop --retries 2 image command
has '
  "retries": 2,'
has '
  "payload": {
    "image": "image",'
TASKCLUSTER_ROOT_URL= run 0 task run "${queue[@]}" -n --json image command
[[ $out == '{"provisionerId":"test","workerType":"cli",'*'}' ]] || fail "no line"

# refused before anything is sent
root=$TASKCLUSTER_ROOT_URL
export TASKCLUSTER_ROOT_URL=http://127.0.0.1:1
refused() {
	local text=$1
	shift
	run 2 task run "$@"
	tells "$text"
	is ''
}
refused "flag 'provisioner' is required" --worker-type w image command
refused "flag 'worker-type' is required" --provisioner p image command
refused 'expected `taskcluster task run' "${queue[@]}" image
refused 'put -- before' "${queue[@]}" image command -x
refused 'owner must be an email-like string' "${queue[@]}" --owner nobody image command
refused 'owner must be an email-like string' "${queue[@]}" --owner @x image command
refused '--retries is "50"' "${queue[@]}" --retries 50 image command
refused '--dependency is "abc"' "${queue[@]}" --dependency "$before,abc" image command
refused 'y is none' "${queue[@]}" -e LIST=x,y image command
refused 'has no name' "${queue[@]}" -e =x image command
refused 'ends with one' "${queue[@]}" -e '"A=1' image command
refused 'cannot be sent as JSON' "${queue[@]}" image $'\xff'
export TASKCLUSTER_ROOT_URL=$root
run 1 task run --provisioner test --worker-type 'no such/name' image command
tells 'queue.createTask: 400'

# another one's definition
group=$("$TC_CLI" slugid)
define() {
	first=$("$TC_CLI" slugid)
	"$TC_CLI" api queue createTask "$first" >/dev/null <<<"{
		\"taskQueueId\": \"test/cli\", \"schedulerId\": \"s\", \"priority\": \"high\", $1
		\"taskGroupId\": \"$group\", \"dependencies\": [\"$before\"], \"requires\": \"all-resolved\",
		\"created\": \"$("$TC_CLI" from-now -10 minutes)\", \"deadline\": \"$("$TC_CLI" from-now 1 hour)\",
		\"routes\": [\"index.a\"], \"scopes\": [\"a:b\"], \"tags\": {\"t\": \"<&>\"},
		\"payload\": {\"number\": 1.50, \"large\": 123456789012345678901234567890},
		\"extra\": {\"é\": [1e2, null]}, \"metadata\": {\"name\": \"<&>\", \"description\": \"d\",
			\"owner\": \"a@example.com\", \"source\": \"https://example.com\"}}"
}

# without_times DEFINITION: they are other ones each time
without_times() {
	sed -E 's/"(created|deadline|expires)":"[^"]*"/"\1"/g' <<<"$1"
}

define ''
created retrigger "$first"
defines '"dependencies":[]'
defines '"routes":[]'
created retrigger --exact "$first"
defines "\"dependencies\":[\"$before\"]"
defines '"routes":["index.a"]'

# nothing is lost, whatever that client does
define '"projectId": "p", "retries": 2,'
whole=$("$TC_CLI" api queue task "$first")
TC_OFFICIAL='' created retrigger -e "$first"
[[ $(without_times "$defined") == "$(without_times "$whole")" ]] || fail "not exact: $defined, it was $whole"
(($(seconds deadline) - $(seconds created) == 4200)) || fail "the deadline is as late as it was"
now=$(date +%s) since=$(seconds created)
((now - since <= 10 && now >= since)) || fail "it is not created now"
run 0 task retrigger -n "$first"
has '
    "large": 123456789012345678901234567890'
has '
  "dependencies": [],'
run 0 task retrigger --json --noop "$first" -e
[[ $(without_times "$out") == "$(without_times "$whole")" ]] || fail "not exact: $out"
run 0 task retrigger --json "$first"
has "\"taskGroupId\":\"$group\""
has '"state":"pending"'
lacks "$first"
run 1 task retrigger "$("$TC_CLI" slugid)"
tells 'queue.task: 404'

# what to do next, for people
export TERM=xterm
on_terminal 0 task retrigger "$first"
[[ $out =~ ^'Task '(.*)' created'$'\n''  `taskcluster task log '(.*)'` follows it.'$ &&
	${BASH_REMATCH[1]} == "${BASH_REMATCH[2]}" ]] || fail "no hint"
on_terminal 0 task run "${queue[@]}" -n image command
has '"image": "image"'
[[ -n ${TC_OFFICIAL:-} ]] || echo 'not compared with the official client: TC_OFFICIAL names none'
