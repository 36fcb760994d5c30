#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Replies of every kind: JSON, bytes, redirects, refusals; files that appear whole or not at all;
# readers that go, and a person who gives up.
. tests/cli/check.sh
exec </dev/null
start_canned

nobody_there() { # who is asked several times
	TASKCLUSTER_ROOT_URL=http://127.0.0.1:1 run 1 api queue ping
	tells "Check the root URL"
}
in_rig || meanwhile nobody_there

json='{ "text": "<a href='"'x'"'>&é\u0000", "number": 1.50, "empty": {} }'
run 0 api queue status json
is "$json"
silent
on_terminal 0 api queue status json
has $'\n  "number": 1.50,\n'
for bytes in '' "-o $folder/bytes"; do # as they came, and nothing behind them
	"$TC_CLI" api queue status json $bytes >"$folder/printed"
	[[ -n $bytes ]] || mv "$folder/printed" "$folder/bytes"
	cmp "$folder/bytes" <(printf %s "$json") || fail "not the server's bytes"
done
run 0 api queue status twice
is '{"a":1,"a":2}'
run 0 api github badge text r b
is '{"a":   1}'
run 0 api auth deleteClient none
is ''

# a redirect is its Location, whatever else it says but the JSON that the function answers; other
# replies with a Location are what they say
for reply in redirect sentence; do
	run 0 api index findArtifactFromTask "$reply" a
	is 'https://elsewhere.example.com/?secret=1'
	on_terminal 0 api index findArtifactFromTask "$reply" a
	is 'https://elsewhere.example.com/?secret=1'
	run 0 api index findArtifactFromTask "$reply" a -o "$folder/location"
	is ''
	[[ $(<"$folder/location") == 'https://elsewhere.example.com/?secret=1' ]] || fail "-o of a redirect"
done
run 0 api queue getArtifact linked 0 a
is '{"storageType":"s3","url":"https://elsewhere.example.com/"}'
run 0 api index findArtifactFromTask linked x
is 'https://elsewhere.example.com/'
run 0 api queue status created
is '{"a":1}'
run 0 api index findArtifactFromTask nowhere a
is 'See Other.'

# bytes stay bytes, and do not go to a terminal
bytes() {
	local i
	for ((i = 0; i < 1024; i++)); do
		printf '%b' "\\x$(printf %02x $((i % 256)))"
	done
}
bytes >"$folder/expected"
"$TC_CLI" api github badge binary r b >"$folder/piped"
cmp "$folder/piped" "$folder/expected"
run 0 api github badge binary r b -o "$folder/file"
is ''
cmp "$folder/file" "$folder/expected"
on_terminal 1 api github badge binary r b
has 'o FILE saves it'
run 0 api github badge svg r b
is '<svg/>'

# -o: whole or not at all; modes, links and devices stay as they are
umask 027
run 0 api queue status json -o "$folder/new"
[[ $(<"$folder/new") == "$json" && $(stat -c %a "$folder/new") == 640 ]] || fail "-o"
chmod 604 "$folder/new"
ln -s new "$folder/link"
run 0 api github badge text r b --output="$folder/link"
[[ -L $folder/link && $(<"$folder/new") == '{"a":   1}' ]] || fail "-o through a link"
[[ $(stat -c %a "$folder/new") == 604 ]] || fail "the file's mode changed"
run 1 api queue status missing -o "$folder/new"
[[ $(<"$folder/new") == '{"a":   1}' ]] || fail "a refusal touched the file"
run 1 api queue status missing -o "$folder/never"
[[ ! -e $folder/never ]] || fail "a refusal made a file"
run 0 api queue status json -o="$folder/equals"
[[ $(<"$folder/equals") == "$json" ]] || fail "-o=FILE"
run 2 api queue status json -o "$folder/no/folder/file"
tells "$folder/no/folder/file"
run 0 api queue status json -o /dev/null
[[ -c /dev/null ]] || fail "a device was replaced"
run 0 api queue status json -o -
is "$json"
[[ $(find "$folder" -name '*.??????' -type f -newer "$folder/root" | wc -l) == 0 ]] || fail "left-overs"

# large, and readers that have seen enough
"$TC_CLI" api queue status large >"$folder/large" 2>"$folder/err"
[[ $(wc -c <"$folder/large") == 70000002 ]] || fail "a large reply was cut"
"$TC_CLI" api queue status large 2>"$folder/err" | head -c 10 >/dev/null || true
[[ ! -s $folder/err ]] || fail "a reader that has gone is no error to tell"

# refusals: code, message, what to do
run 1 api queue status missing
is ''
tells "404 ResourceNotFound: no such task"
tells "Check the arguments"
tells "REQUEST-7"
run 1 api auth azureAccounts
tells "auth.azureAccounts: 404: Not found; servers lack it since release 109"
tells "This server does not have this function"
run 1 api queue status forbidden
tells "403 InsufficientScopes: You lack scopes:"
[[ $(grep -c 'queue:x' <<<"$err") == 1 ]] || fail "what the server said is told twice"
tells "not signed: set TASKCLUSTER_CLIENT_ID"
lacks $'\033'
lacks "method: GET"
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
run 0 version --server
has "taskcluster "
has "server: v107.2.0"
has "They differ"
TASKCLUSTER_CERTIFICATE=malformed run 0 version --server
has "server: v107.2.0"
silent
run 0 version --short-version
lacks 107

# what a server does not have, it will not have soon
run 1 -v api queue status unimplemented
tells '501'
[[ $(grep -c 'GET .* -> 501' <<<"$err") == 1 ]] || fail "a 501 was tried again"

# -v tells each attempt, -vv the headers, and neither the secret
run 0 -v api queue status json
tells "GET $TASKCLUSTER_ROOT_URL/api/queue/v1/task/json/status"
tells 200
run 0 api -vv queue status json
[[ ${err,,} == *authorization* ]] || fail "no headers at -vv"
lacks never-to-be-printed

# an HTTP proxy, and hosts that need none
http_proxy=$canned TASKCLUSTER_ROOT_URL=http://tc.invalid run 0 api github badge text r b
is '{"a":   1}'
http_proxy=http://127.0.0.1:1 https_proxy=http://127.0.0.1:1 no_proxy='other.example.com, 127.0.0.1, .rig.test' run 0 api github badge text r b
ALL_PROXY=http://127.0.0.1:1 NO_PROXY='*' run 0 api github badge text r b
# this a CGI program gets from whoever asks it
HTTP_PROXY=http://127.0.0.1:1 run 0 api github badge text r b
is '{"a":   1}'

# Ctrl-C while the server does not answer: the program ends by the signal, and leaves nothing
interrupted 1 api queue status hang -o "$folder/hung"
silent
[[ -z $(find "$folder" -name 'hung*') ]] || fail "Ctrl-C left a file"
# what a server is too old for
run 1 api buildbot listProjects
tells 404
tells "Servers have this function since version 3.9."
run 1 api buildbot listMasters
tells 404
lacks "since version"
echo "replies: all as they should be"

# a build's request without a number; a number that is none of a build
run 1 buildbot force any --builder b
is ''
tells "the server's answer does not say which requests it made"
run 2 buildbot watch 123456789012345678901234
tells '"123456789012345678901234" is no number of a build'
all_have_ended
