#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# What scripts read: --select, of every JSON that is printed, and --errors json, wherever an error comes from.
. tests/cli/check.sh
exec </dev/null
start_canned

# ---- --select

run 0 api queue status json --select /number
is 1.50
run 0 api queue status json --select=/empty
is '{}'
run 0 api queue status json --select ''
is "{\"text\":\"<a href='x'>&é\\u0000\",\"number\":1.50,\"empty\":{}}"
[[ $("$TC_CLI" api queue status json --select /text | wc -c) == 17 ]] || fail "a text as it is, with a line end"
run 0 api queue getArtifact linked 0 a --select /url # beside a redirect
is 'https://elsewhere.example.com/'
run 0 api queue status json -o "$folder/selected" --select /number
[[ $(<"$folder/selected") == 1.50 ]] || fail "--select -o"
on_terminal 0 api queue status json --select /number
is 1.50
on_terminal 0 api queue status steer --select /text
lacks $'\x7f'
lacks $'\xc2\x9b'

# of lists and streams each item
run 0 api queue listTaskGroup plain --all --select /n
is '1
2
3'
run 0 api buildbot listenEvents 'builds/*/*' --max-items 2 --select /n
is '1
2'

# it leads nowhere: how far it came
run 1 api queue status json --select /nummer
tells '--select /nummer leads nowhere: the JSON has no member "nummer": did you mean number?'
is ''
run 1 api queue status json --select /number/0
tells '/number is a number, and has nothing below it'
run 1 api queue listTaskGroup plain --select /tasks/2/n
tells '/tasks is a list of 2, and has no item "2"'
run 1 api queue listTaskGroup plain --all --select /nothing -o "$folder/nothing"
tells 'the JSON has no member "nothing"'
[[ ! -e $folder/nothing ]] || fail "what leads nowhere made a file"
run 1 api github badge text r b --select /a
tells 'the reply is no JSON'
run 1 api queue status twice --select /a # JSON that cannot be read
tells 'the reply is no JSON'
run 1 api index findArtifactFromTask redirect a --select /a
tells 'the reply is no JSON'

# mistakes are told before anything is sent
for pointer in number '#/number' /a~2 /a~; do
	run 2 -v api queue status json --select "$pointer"
	tells "--select is \"$pointer\""
	lacks GET
done
run 2 api queue status json --url --select /number
tells '--select is for replies'
run 2 api buildbot getLogRaw 7 --select /number
tells 'answers bytes'

# it stands for --json
run 0 routing-key queue taskCompleted taskId=T --select /routingKey
is 'primary.T.*.*.*.*.*.*.*.#'
run 0 routing-key queue --select /name
has $'taskCompleted\n'
TASKCLUSTER_ROOT_URL= TASKCLUSTER_CLIENT_ID=tester TASKCLUSTER_ACCESS_TOKEN=a run 0 scopes --select /clientId
is tester
run 0 artifact list --help
has '--select POINTER'
run 2 slugid --select /a # no JSON there
tells 'unknown option --select'

# ---- --errors json

# errors COUNT: so many lines, each of them JSON
errors() {
	[[ $(wc -l <<<"$err") == "$1" ]] || fail "expected $1 lines on standard error"
	node -e 'for (const line of process.argv[1].split("\n")) JSON.parse(line)' "$err" || fail "no JSON on standard error"
}
# about EXPRESSION TEXT: what JavaScript makes of `last`, the last of them
about() {
	local told
	told=$(node -e "const last = JSON.parse(process.argv[1].split('\n').pop()); console.log(String($1))" "$err")
	[[ $told == "$2" ]] || fail "$1: expected $2, not $told"
}

run 1 api queue status missing --errors json
is ''
errors 1
about last.error 'queue.status: 404 ResourceNotFound: no such task'
about '[last.code, last.status, last.serverCode, last.requestId, last.function, last.exitStatus]' 'http,404,ResourceNotFound,REQUEST-7,queue.status,1'
about last.hints 'Check the arguments: nothing has this name.'
TASKCLUSTER_CLIENT_ID=tester TASKCLUSTER_ACCESS_TOKEN=a run 1 --errors=json api queue status forbidden
errors 1
about '[last.status, last.hints.length]' 403,1
nobody_there() { # who is asked several times
	TASKCLUSTER_ROOT_URL=http://127.0.0.1:1 run 1 api --errors json queue ping
	errors 1
	about '[last.code, "status" in last, last.function]' network,false,queue.ping
}
in_rig || meanwhile nobody_there

# what is wrong in front of the option, and in the program that shells start
run 2 api queue stauts --errors json
errors 1
about '[last.code, last.exitStatus, last.hints.length]' usage,2,1
run 2 --errors json slugid frobnicate
errors 1
run 2 slugid frobnicate --errors=json
errors 1
run 2 apu --errors json
about last.error 'unknown command apu: did you mean api?'
run 2 --frobnicate --errors json
errors 1
run 2 api queue stauts -- --errors json # words, and no options
tells 'taskcluster: '
run 2 slugid --errors yaml
tells '--errors is "yaml"; expected text or json'
run 0 slugid --errors text
run 2 slugid frobnicate --errors json --errors text
tells 'taskcluster: slugid'

# hints that come later belong to the error; warnings are lines of their own
run 1 api queue listTaskGroup refused --all --errors json
errors 1
about 'last.hints.pop()' '2 items came before; what failed is the page at --continuationToken b.'
run 0 api buildbot listBuilders --all --max-items 3 --errors json
errors 1
about last.warning 'the list goes on behind these 3 items, or may (--max-items)'
run 1 -v api queue status missing --errors json
errors 3
about last.code http
tells '{"log":"GET '
run 1 -vv api queue status missing --errors json
about last.code http
TASKCLUSTER_ROOT_URL= run 0 scopes --errors json
errors 1
about last.warning 'no root URL, so no server was asked: set TASKCLUSTER_ROOT_URL'
run 1 api queue status json --select /nummer --errors json
errors 1
about last.code failure
if [[ -e /dev/full ]]; then
	last=(api queue) status=0
	"$TC_CLI" api queue --errors json >/dev/full 2>"$folder/err" || status=$?
	err=$(<"$folder/err")
	errors 1
	about last.exitStatus 1
fi

# what a server says is text within it, on terminals, too
on_terminal 1 api queue status steerid --errors json
lacks $'\033'
lacks $'\xc2\x9b'
all_have_ended
echo "scripts: all as they should be"
