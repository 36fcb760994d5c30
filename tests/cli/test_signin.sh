#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# `taskcluster signin`: a script is the browser, and brings what the deployment's page would; others
# knock at the same port.
. tests/cli/check.sh
exec </dev/null
[[ -x ${TC_SANDBOX:-} ]] && command -v curl >/dev/null || exit 77
unset DISPLAY WAYLAND_DISPLAY SSH_CONNECTION BROWSER
token=never-to-be-printed-0123456789
export no_proxy='*'

start_sandbox --credentials "tester:$token"
root=$TASKCLUSTER_ROOT_URL

# a client with a plus in its name, as they can have it
run 0 api auth createClient 'robot/a+b' <<<"{\"expires\": \"$("$TC_CLI" from-now 1 hour)\", \"description\": \"d\", \"scopes\": [\"a:b\"]}"
plus_token=$(sed -nE 's/.*"accessToken":"([^"]*)".*/\1/p' <<<"$out")
unset TASKCLUSTER_CLIENT_ID TASKCLUSTER_ACCESS_TOKEN

# The browser: does what is in the file "visit", with the page's URL in $page, the callback in $at
# and its port in $port.
cat >"$folder/browser" <<'SCRIPT'
#!/usr/bin/env bash
here=${0%/*}
(($# == 1)) || echo "$# arguments" >"$here/trouble"
page=$1
at=$(sed -E 's/.*[?&]callback_url=([^&]*).*/\1/; s/%3A/:/g; s/%2F/\//g' <<<"$page")
port=${at#http://localhost:}
port=${port%%/*}
echo "$page" >"$here/page"
echo noise

. "$here/visit"
touch "$here/visited"
SCRIPT
chmod +x "$folder/browser"
export BROWSER="$folder/browser"

# visit COMMAND…: what the browser does
visit() {
	rm -f "$folder/visited"
	printf '%s\n' "$@" >"$folder/visit"
}

# the browser has gone, too
visited() {
	local i
	for ((i = 0; i < 200; i++)); do
		[[ ! -e $folder/visited ]] || return 0
		sleep 0.05
	done
	fail "the browser did not end"
}

good="curl -s -i \"\$at?clientId=tester&accessToken=$token\" >\"\$here/answer\""

# ---- what is printed is for a shell ----
visit "$good"
run 0 signin
is "export TASKCLUSTER_CLIENT_ID=tester
export TASKCLUSTER_ACCESS_TOKEN=$token
export TASKCLUSTER_ROOT_URL='$root'"
tells 'asking for the scope *, which is all that you may do'
[[ $err != *"$token"* ]] || fail "the token is told"
visited
answer=$(<"$folder/answer")
[[ $answer == 'HTTP/1.1 200 '* && $answer == *'This page can be closed.'* && $answer != *"$token"* ]] ||
	fail "the browser got: $answer"
page=$(<"$folder/page")
wanted='/auth/clients/create\?scope=%2A&name=cli-[A-Za-z0-9_-]{6}&expires=1d&callback_url=http%3A%2F%2Flocalhost%3A[0-9]+%2F[A-Za-z0-9_-]{22}&description=Temporary\+client\+for\+use\+on\+the\+command\+line$'
[[ $page =~ ^$root$wanted ]] || fail "the page: $page"
tells "$page"
[[ ! -e $folder/trouble ]] || fail "the browser got more than the URL"
(
	eval "$out"
	run 0 signin --check
	is ''
	silent
)

visit "$good"
TASKCLUSTER_CERTIFICATE=stale run 0 signin --csh -s 'a:*' --scope 'b c&d' --expires '2 hours' -n 'me & you'
is "setenv TASKCLUSTER_CLIENT_ID tester
setenv TASKCLUSTER_ACCESS_TOKEN $token
setenv TASKCLUSTER_ROOT_URL '$root'
unsetenv TASKCLUSTER_CERTIFICATE"
lacks 'asking for'
visited
[[ $(<"$folder/page") == *'?scope=a%3A%2A&scope=b+c%26d&name=me+%26+you-'*'&expires=2+hours&'* ]] ||
	fail "the page: $(<"$folder/page")"

# what it has of the environment is no secret
visit 'env >"$here/given"' "$good"
TASKCLUSTER_ACCESS_TOKEN=$token TASKCLUSTER_CERTIFICATE=$token BUILDBOT_PASSWORD=$token TREEHERDER_SECRET=$token run 0 signin
visited
[[ $(<"$folder/given") == *TASKCLUSTER_ROOT_URL=* && $(<"$folder/given") != *"$token"* ]] || fail "the browser has a token"

# the deployment's page writes the plus as it is
visit "curl -s \"\$at?clientId=robot/a+b&accessToken=$plus_token\""
run 0 signin -s a:b
has "export TASKCLUSTER_CLIENT_ID='robot/a+b'"
visited

# ---- by whom it is asked for ----
visit "$good"
BROWSER="$folder/none:$folder/browser %s" run 0 signin
has tester
visited
mkdir "$folder/desktop"
ln -s "$folder/browser" "$folder/desktop/xdg-open"
sed -i "s|^here=.*|here=$folder|" "$folder/browser"
visit "$good"
BROWSER='' DISPLAY=:0 PATH=$folder/desktop:$PATH run 0 signin
has tester
visited
visit "$good"
TASKCLUSTER_PROXY_URL=http://127.0.0.1:1 run 0 signin # whose credentials it would be
has tester
visited

# without a browser the page is printed, for one to be opened by hand
: >"$folder/told"
SSH_CONNECTION=x BROWSER='' "$TC_CLI" signin --timeout 20 >"$folder/by-hand" 2>"$folder/told" &
by_hand=$!
servers+=("$by_hand")
for ((i = 0; i < 100; i++)); do
	[[ $(<"$folder/told") != *'is awaited for'* ]] || break
	sleep 0.05
done
err=$(<"$folder/told")
tells 'no browser was found'
tells 'ssh -L'
tells 'is awaited for 20 seconds, on port '
visit "$good"
"$BROWSER" "$(grep /auth/clients/create "$folder/told")" >/dev/null
wait "$by_hand" || fail "by hand"
[[ $(<"$folder/by-hand") == *tester* ]] || fail "by hand: $(<"$folder/by-hand")"

# ---- strangers, slow ones, and answers that are none ----
# ask STATUS CURL-ARGUMENT…, in the browser
cat >"$folder/strangers" <<'SCRIPT'
ask() {
	local got
	got=$(curl -s -m 5 -o /dev/null -w '%{http_code}' "${@:2}")
	[[ $got == "$1" ]] || echo "$got instead of $1: ${*:2}" >>"$here/trouble"
}
for i in 5 6 7 8 9; do # half a request each, for as long as this goes on
	exec {slow}<>"/dev/tcp/127.0.0.1/$port"
	printf 'GET / HTTP/1.1\r\nHost: loc' >&"$slow"
done
query="clientId=tester&accessToken=$token"
path=/${at##*/}
ask 404 "http://localhost:$port/?$query"
ask 404 "http://localhost:$port/favicon.ico"
ask 404 "${at}x?$query"
ask 404 "$at/?$query"
ask 404 -H 'Host: evil.example.com' "$at?$query"
ask 404 -H "Host: evil.example.com:$port" "$at?$query"
ask 404 -H 'Host: localhost' "$at?$query"
ask 405 -I "$at?$query"
ask 405 -d x "$at?$query"
ask 405 -X OPTIONS "$at?$query"
ask 400 "$at"
ask 400 "$at?clientId=tester"
ask 400 "$at?accessToken=$token"
ask 400 "$at?$query&clientId=other"
ask 400 "$at?$query&accessToken=x"
ask 400 "$at?clientId=&accessToken=$token"
ask 400 "$at?clientId=tester&accessToken="
ask 400 "$at?clientId&accessToken=$token"
ask 400 "$at?clientId=a%0Ab&accessToken=$token"
ask 400 "$at?clientId=tester%00&accessToken=$token%00;id"
ask 400 "$at?clientId=%24(id)&accessToken=$token"
ask 400 "$at?clientId=tester&accessToken=$(printf 'x%.0s' {1..200})"
printf 'nonsense\r\n\r\n' >&"$slow"
curl -s -m 5 -o /dev/null "$at?x=$(head -c 100000 /dev/zero | tr '\0' x)"
ask 200 "http://127.0.0.1:$port$path?$query"
curl -s -m 1 "$at?clientId=second&accessToken=$token" >"$here/second"
SCRIPT
visit "token=$token" "$(<"$folder/strangers")"
run 0 signin --timeout 15
has "export TASKCLUSTER_CLIENT_ID=tester"
[[ $out != *second* ]] || fail 'the second answer counts'
visited
[[ ! -e $folder/trouble ]] || fail "$(<"$folder/trouble")"
[[ $(<"$folder/second") != *'can be closed'* ]] || fail "a second answer was taken"

# another user of this machine sees the browser's words, and is first; also without waiting for a
# reply, and with more connections than there may be
cat >"$folder/other" <<'SCRIPT'
curl -s -o /dev/null -w '%{http_code} ' "$1?clientId=other&accessToken=xxxxxxxxxxxxxxxxxxxxxx"
exec 3<>"/dev/tcp/127.0.0.1/$2"
printf 'GET /%s?clientId=other&accessToken=x HTTP/1.1\r\nHost: localhost:%s\r\n\r\n' "${1##*/}" "$2" >&3
exec 3>&-
for i in {1..100}; do
	exec {slow}<>"/dev/tcp/127.0.0.1/$2"
	printf 'GET / HTTP/1.1\r\nHost: loc' >&"$slow"
done 2>/dev/null
echo ready
read -r -t 10 <&"$slow" # which is closed at once
SCRIPT
if ((EUID == 0)) && command -v setpriv >/dev/null; then
	visit 'setpriv --reuid 65534 --clear-groups bash -s "$at" "$port" <"$here/other" >"$here/refused" &' \
		'for ((i = 0; i < 100; i++)); do [[ $(<"$here/refused") != *ready ]] || break; sleep 0.05; done' "$good"
	run 0 signin
	has tester
	tells 'a program of another user came to port'
	visited
	[[ $(<"$folder/refused") == '000 ready' ]] || fail "another user's answer: $(<"$folder/refused")"
fi

# by the other loopback address, where there is one
if curl -s -g -m 1 "http://[::1]:${root##*:}" >/dev/null || [[ $? == 7 && -e /proc/net/if_inet6 &&
	$(</proc/net/if_inet6) == *00000000000000000000000000000001* ]]; then
	visit "curl -s -g \"http://[::1]:\$port/\${at##*/}?clientId=tester&accessToken=$token\""
	run 0 signin
	has tester
	visited
fi

# ---- ports ----
port=$(sed -nE 's/.*localhost%3A([0-9]+)%2F.*/\1/p' "$folder/page") # which was free
visit "$good"
run 0 signin --port "$port"
tells "on port $port."
visited
run 1 signin --port "${root##*:}"
tells 'cannot listen on'
is ''
run 2 signin --port 65536
tells '--port'

# ---- what comes to nothing prints nothing ----
visit :
run 1 signin --timeout 1
is ''
tells 'nobody has signed in within 1 seconds'
visited
visit 'curl -s "$at?clientId=nobody&accessToken=not-a-token-0123456789012"'
run 1 signin
is ''
tells AuthenticationFailed
tells 'from the browser'
visited
TASKCLUSTER_ROOT_URL='' run 2 signin
tells 'no root URL'
run 2 signin word
tells 'expected `taskcluster signin`: see'
run 2 signin --expires soon
tells '--expires is "soon"'
run 2 signin --expires -1d
tells '--expires is "-1d"'
run 2 signin --timeout 0
tells '--timeout'

# ---- --save ----
file=$HOME/.config/taskcluster.yml
printf '# mine\nconfig:\n  certificate: "{}"\n  rootUrl: https://old.example.com\nother: {a: 1}\n' >"$file"
visit "$good"
run 0 signin --save
is ''
tells "saved in $file: tester"
[[ $err != *"$token"* ]] || fail "the token is told"
visited
[[ $(stat -c %a "$file") == 600 ]] || fail "the file is not the user's alone"
[[ $(<"$file") == "# mine
config:
  accessToken: $token
  clientId: tester
  rootUrl: ${root}
other: {a: 1}" ]] || fail "the file: $(<"$file")"
TASKCLUSTER_ROOT_URL='' run 0 signin --check
is ''
rm "$file"

# ---- --check ----
run 1 signin --check
is 'No valid credentials were found'
silent
TASKCLUSTER_CLIENT_ID=nobody TASKCLUSTER_ACCESS_TOKEN=$token run 1 signin --check
is ''
tells AuthenticationFailed
lacks "$token"
TASKCLUSTER_CLIENT_ID=robot/a+b TASKCLUSTER_ACCESS_TOKEN=$plus_token run 0 signin --check
is ''

# on a terminal the token is not a surprise
visit "$good"
on_terminal 0 signin
has 'The access token will be printed here'
visited
! grep -q "$token" "$folder/sandbox.log" || fail "the token is in the server's log"
echo "signin: all as it should be"
