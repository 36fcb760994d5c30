#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Payloads of docker-worker and their translations, as the official client makes them: tests/cli/d2g
# has, behind `>`, what is read (`>>`: a task definition), and then what is printed; behind `!` (`!!`)
# what is refused. Names of containers are random. With TC_OFFICIAL=PROGRAM that is asked again.
. tests/cli/check.sh
exec </dev/null

# forget_name: takes from out what is random
forget_name() {
	out=${out/taskcontainer_??????????????????????/taskcontainer_*}
}

# like KIND INPUT EXPECTED: one of the cases, by the program under test
like() {
	local task=()
	[[ $1 != ?? ]] || task=(-t)
	if [[ $1 == '!'* ]]; then
		run 2 d2g "${task[@]}" <<<"$2"
		is ''
		[[ $err == "taskcluster: "* ]] || fail "expected an error"
		return
	fi
	run 0 d2g "${task[@]}" <<<"$2"
	silent
	forget_name
	[[ $out == "$3" ]] || fail "expected for $2: $3"
}

# The same by the official program, which has caches in an order at random.
official_like() {
	local task=() i
	[[ $1 != ?? ]] || task=(-t)
	for ((i = 0; i < 100; i++)); do
		out=$("$TC_OFFICIAL" d2g "${task[@]}" 2>&1 <<<"$2") || out='!'
		forget_name
		[[ $out != "${3:-!}" ]] || return 0
	done
	fail "the official program does not so: $2: $3"
}

# cases_of FILE FUNCTION: calls it with each case
cases_of() {
	local line kind='' input='' expected=''
	while IFS= read -r line || [[ -n $line ]]; do
		case $line in
		'#'* | '') ;;
		'> '* | '>> '* | '! '* | '!! '*)
			[[ -z $kind ]] || "$2" "$kind" "$input" "$expected"
			kind=${line%% *} input=${line#* } expected=''
			;;
		*) expected+=${expected:+$'\n'}$line ;;
		esac
	done <"$1"
	"$2" "$kind" "$input" "$expected"
}

export TASKCLUSTER_ROOT_URL=http://127.0.0.1:9 # without one the official program does nothing
for file in tests/cli/d2g/*.txt; do
	cases_of "$file" like
	[[ ! -x ${TC_OFFICIAL:-} ]] || cases_of "$file" official_like
done
[[ -x ${TC_OFFICIAL:-} ]] || echo "TC_OFFICIAL names no official client: nothing was compared with it"
unset TASKCLUSTER_ROOT_URL

payload='{"image":"u","maxRunTime":5}'

# from a file; an empty name is none; in one line
echo "$payload" >"$folder/payload.json"
run 0 d2g -f "$folder/payload.json"
has $'\n  "maxRunTime": 5,\n'
run 0 d2g --file - <<<"$payload"
run 0 d2g -f '' <<<"$payload"
run 0 d2g --json <<<"$payload"
[[ $out == '{"command":[["docker","run",'*'"maxRunTime":5,'*'}' && $out != *$'\n'* ]] || fail "expected a line"
run 0 d2g --task-def --json <<<"{\"z\":1,\"payload\":$payload,\"a\":2}"
[[ $out == '{"z":1,"payload":{"command":'*'},"a":2}' ]] || fail "expected the task's own order"

# each container has a name of its own
run 0 d2g <<<"$payload"
first=$out
run 0 d2g <<<"$payload"
[[ $out != "$first" && ${#out} == "${#first}" ]] || fail "expected another name"

# a variable of a line too long for docker is a word of the command
for length in 65534 65535; do
	printf -v value %${length}s ''
	run 0 d2g --json <<<"{\"image\":\"u\",\"maxRunTime\":5,\"env\":{\"A\":\"$value\"}}"
	[[ $out != *'"-e"'* ]] && in_file=1 || in_file=0
	((in_file == (length == 65534))) || fail "expected the limit at 65536 bytes"
done

# numbers however they are written, and halves of characters, names twice
run 0 d2g <<<'{"image":"u","maxRunTime":3.6e3,"onExitStatus":{"retry":[1.0]}}'
has '"maxRunTime": 3600,'
has $'"retry": [\n      1\n    ]'
run 2 d2g <<<'{"image":"u","maxRunTime":5,"command":["\ud800"]}'
run 2 d2g <<<'{"image":"u","maxRunTime":5,"image":"v"}'
tells '"image"'

# what is wrong is told with its place
run 2 d2g <<<'{"image":"u","features":{"dind":true},"env":{"A":1}}'
tells "input validation failed: it is no payload of docker-worker"
tells 'it lacks the member "maxRunTime"'
tells '/env/A must '
run 2 d2g -t <<<'{"payload":{"image":"u","maxRunTime":"5"}}'
tells '/payload/maxRunTime must '
run 2 d2g <<<'{"image":"Ubuntu","maxRunTime":5}'
tells '/image is "Ubuntu", which has a capital letter before its tag'
run 2 d2g <<<'{"image":"u","maxRunTime":5,"onExitStatus":{"retry":[0]}}'
tells "output validation failed"
tells "/onExitStatus/retry/0 must be at least 1"
run 2 d2g <<<'{"image":{"type":"task-image","taskId":"x","path":"y"},"cache":{"a":"/a"},"maxRunTime":5}'
tells "/mounts/1/content/taskId must match the pattern"
run 2 d2g -t <<<'{"taskQueueId":"p/w","scopes":[],"payload":{"image":"u","maxRunTime":5,"capabilities":{"privileged":true}}}'
tells "docker-worker:capability:privileged or docker-worker:capability:privileged:p/w, for /payload/capabilities/privileged"
run 2 d2g -t <<<'{"scopes":{},"payload":{"image":"u","maxRunTime":5}}'
tells "/scopes of the task definition is no list"
run 2 d2g -t <<<'{"scopes":["a",5],"payload":{"image":"u","maxRunTime":5}}'
tells "/scopes/1 of the task definition is no scope"
run 2 d2g -t <<<'{"taskQueueId":5,"scopes":[],"payload":{"image":"u","maxRunTime":5}}'
tells "taskQueueId"
run 2 d2g -t <<<"{\"payload\":$payload,\"a\u0000b\":1}"
tells "U+0000"
run 2 d2g -f "$folder/none.json"
tells "none.json: No such file"
run 2 d2g </dev/null
tells "d2g takes a payload in JSON, and standard input is empty"
run 2 d2g extra <<<"$payload"

# a terminal shows what would steer it
echo '{"image":"u","maxRunTime":5,"command":["a\u009bb"]}' >"$folder/payload.json"
on_terminal 0 d2g -f "$folder/payload.json"
has 'a\u009bb'

# roles are expanded by the auth service, and nothing else is asked of a server
role='{"taskQueueId":"p/w","scopes":["assume:r"],"payload":{"image":"u","maxRunTime":5,"capabilities":{"devices":{"kvm":true}}}}'
run 2 d2g -t <<<"$role"
tells "TASKCLUSTER_ROOT_URL"
[[ -x ${TC_SANDBOX:-} ]] || exit 0
start_sandbox --credentials tester:never-to-be-printed-0123456789
run 2 d2g -t <<<"$role"
tells "docker-worker:capability:device:kvm"
run 0 api auth createRole r <<<'{"description":"","scopes":["docker-worker:capability:device:kvm:o/q"]}'
run 2 d2g -t <<<"$role"
run 0 api auth updateRole r <<<'{"description":"","scopes":["docker-worker:capability:device:kvm:*"]}'
run 0 d2g -t <<<"$role"
[[ $(tr -d ' \n' <<<"$out") == *'"scopes":["assume:r","generic-worker:os-group:*/kvm","generic-worker:os-group:*/libvirt","generic-worker:os-group:p/w/docker"]'* ]] ||
	fail "expected the role's scopes translated"
if [[ -x ${TC_OFFICIAL:-} ]]; then
	forget_name
	official_like '>>' "$role" "$out"
fi
TASKCLUSTER_ACCESS_TOKEN=wrong run 1 d2g -t <<<"$role"
is ''
tells "auth.expandScopes: 401"
