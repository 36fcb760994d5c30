#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Replies of every kind: JSON, bytes, redirects, refusals; files that appear whole or not at all;
# readers that go, and a person who gives up.
. tests/cli/check.sh
exec </dev/null
start_canned

json='{"text":"<a href='"'x'"'>&é\u0000","number":1.50,"empty":{}}'
run 0 api queue status json
is "$json"
silent
on_terminal 0 api queue status json
has $'\n  "number": 1.50,\n'
run 0 api queue status twice
is '{"a":1,"a":2}'
run 1 api queue status none
tells "queue.status: 204; expected application/json: an empty reply"
run 0 api queue finishArtifact none 0 x <<<'{"uploadId": "abcdefghijklmnopqrstuv"}'
is ''
run 0 api notify pulse <<<'{"routingKey": "a", "message": {}}'
is OK

# of a function that redirects a reply is its Location, whatever else it says but the JSON that the
# function answers; other replies with a Location are what they say
for reply in redirect sentence; do
	run 0 api index findArtifactFromTask "$reply" x
	is 'https://elsewhere.example.com/?secret=1'
	on_terminal 0 api index findArtifactFromTask "$reply" x
	is 'https://elsewhere.example.com/?secret=1'
	run 0 api index findArtifactFromTask "$reply" x -o "$folder/location"
	is ''
	[[ $(<"$folder/location") == 'https://elsewhere.example.com/?secret=1' ]] || fail "-o of a redirect"
done
run 0 api queue getArtifact linked 0 x
is '{"storageType":"s3","url":"https://elsewhere.example.com/"}'
run 0 api index findArtifactFromTask linked x
is 'https://elsewhere.example.com/'
run 0 api queue status created
is '{"a":1}'
run 0 api index findArtifactFromTask nowhere x
is 'See Other.'

# what is none of the things that a function answers is no success: front servers that redirect, or
# answer with a page to log in at
for reply in redirect linked moved; do
	run 1 api queue status "$reply"
	is ''
	tells "; expected 200 to 299"
	tells "to https://"
done
run 1 api queue status moved -o "$folder/never"
[[ ! -e $folder/never ]] || fail "a redirect made a file"
run 1 api secrets set moved <<<'{"expires": "2100-01-01T00:00:00Z", "secret": {}}'
is ''
tells "secrets.set: 308, to https://tc.example.com/; expected 200 to 299"
run 1 api secrets set login <<<'{"expires": "2100-01-01T00:00:00Z", "secret": {}}'
is ''
tells "secrets.set: 200 (text/html), to /login; expected application/json: Sign in (an HTML page)"
for reply in text svg binary; do
	run 1 api queue status "$reply"
	is ''
	tells "; expected application/json"
done
TASKCLUSTER_PROXY_URL=$TASKCLUSTER_ROOT_URL run 1 api queue status json --signed-url
is ''
tells "proxy.bewit: 308, to https://tc.example.com/; expected 303"

# bytes stay bytes, and do not go to a terminal
bytes() {
	local i
	for ((i = 0; i < 1024; i++)); do
		printf '%b' "\\x$(printf %02x $((i % 256)))"
	done
}
bytes >"$folder/expected"
"$TC_CLI" api buildbot getLogRaw 2 >"$folder/piped"
cmp "$folder/piped" "$folder/expected"
run 0 api buildbot getLogRaw 2 -o "$folder/file"
is ''
cmp "$folder/file" "$folder/expected"
on_terminal 1 api buildbot getLogRaw 2
has 'o FILE saves it'
run 0 api github badge svg repo branch
is '<svg/>'

# -o: whole or not at all; modes, links and devices stay as they are
umask 027
run 0 api queue status json -o "$folder/new"
[[ $(<"$folder/new") == "$json" && $(stat -c %a "$folder/new") == 640 ]] || fail "-o"
chmod 604 "$folder/new"
ln -s new "$folder/link"
run 0 api queue status created --output="$folder/link"
[[ -L $folder/link && $(<"$folder/new") == '{"a":1}' ]] || fail "-o through a link"
[[ $(stat -c %a "$folder/new") == 604 ]] || fail "the file's mode changed"
run 1 api queue status missing -o "$folder/new"
[[ $(<"$folder/new") == '{"a":1}' ]] || fail "a refusal touched the file"
run 1 api queue status missing -o "$folder/never"
[[ ! -e $folder/never ]] || fail "a refusal made a file"
run 2 api queue status json -o "$folder/no/folder/file"
tells "$folder/no/folder/file"
run 0 api queue status json -o /dev/null
[[ -c /dev/null ]] || fail "a device was replaced"
run 0 api queue status json -o -
is "$json"
[[ $(find "$folder" -name '*.??????' -type f -newer "$folder/root" | wc -l) == 0 ]] || fail "left-overs"

# large, and readers that have seen enough
"$TC_CLI" api queue status large >"$folder/large" 2>"$folder/err"
[[ $(wc -c <"$folder/large") == 70000003 ]] || fail "a large reply was cut"
"$TC_CLI" api queue status large 2>"$folder/err" | head -c 10 >/dev/null || true
[[ ! -s $folder/err ]] || fail "a reader that has gone is no error to tell"

# refusals: code, message, what to do
run 1 api queue status missing
is ''
tells "404 ResourceNotFound: no such task"
tells "Check the arguments"
tells "REQUEST-7"
run 1 api queue status forbidden
tells "403 InsufficientScopes: You lack scopes:"
tells "queue:x"
tells "not signed: set TASKCLUSTER_CLIENT_ID"
lacks $'\033'
[[ $err != *method:* ]] || fail "the footer is told"
export TASKCLUSTER_CLIENT_ID=tester TASKCLUSTER_ACCESS_TOKEN=never-to-be-printed
run 1 api queue status forbidden
tells "\`taskcluster scopes\`"
run 1 api queue status unauthorized
tells "401 AuthenticationFailed"
tells "from the environment"
run 1 api queue status conflict
tells "409 RequestConflict: there already"
run 1 scopes
has "client: tester"
tells 404
run 0 version
has "taskcluster "
has "server: v107.2.0"
has "They differ"
TASKCLUSTER_CERTIFICATE=malformed run 0 version
has "server: v107.2.0"
silent
run 0 version --short
lacks 107

# -v tells each attempt, -vv the headers, and neither the secret
run 0 -v api queue status json
tells "GET $TASKCLUSTER_ROOT_URL/api/queue/v1/task/json/status"
tells 200
run 0 api -vv queue status json
[[ ${err,,} == *authorization* ]] || fail "no headers at -vv"
lacks never-to-be-printed

# an HTTP proxy, and hosts that need none
http_proxy=$canned TASKCLUSTER_ROOT_URL=http://tc.invalid run 0 api queue status created
is '{"a":1}'
http_proxy=http://127.0.0.1:1 https_proxy=http://127.0.0.1:1 no_proxy='other.example.com, 127.0.0.1, .rig.test' run 0 api queue status created
is '{"a":1}'

# nobody there
in_rig || {
	TASKCLUSTER_ROOT_URL=http://127.0.0.1:1 run 1 api queue ping
	tells "Check the root URL"
}

# Ctrl-C while the server does not answer: the program ends by the signal, and leaves nothing
interrupted 1 api queue status hang -o "$folder/hung"
silent
[[ -z $(find "$folder" -name 'hung*') ]] || fail "Ctrl-C left a file"
echo "replies: all as they should be"
