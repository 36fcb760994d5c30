#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# taskcluster-livelog as what starts it sees it: its environment and exit statuses, the side on which
# the log comes in, and what becomes of readers.
set -euo pipefail
program=${TC_BUILD_DIR:?}/bin/taskcluster-livelog
folder=$(mktemp -d)
started=()
finish() {
	local pid
	for pid in "${started[@]}"; do
		kill "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
	done
	rm -rf "$folder"
}
trap finish EXIT
unset http_proxy HTTP_PROXY https_proxy HTTPS_PROXY all_proxy ALL_PROXY TMPDIR
mkdir "$folder/tmp"

fail() {
	echo "FAILED: $*" >&2
	tail -n 20 "$folder"/err* "$folder/out" >&2 2>/dev/null || true
	exit 1
}

# start VARIABLE=VALUE…: runs the program; sets server, in and out, the ports, and get
start() {
	local i
	: >"$folder/err"
	env ACCESS_TOKEN=never-to-be-printed LIVELOG_PUT_PORT=0 LIVELOG_GET_PORT=0 \
		LIVELOG_TEMP_DIR="$folder/tmp" "$@" "$program" 2>"$folder/err" &
	server=$!
	started+=("$server")
	for ((i = 0; i < 200; i++)); do
		! grep -q 'GET at port' "$folder/err" || break
		sleep 0.05
	done
	in=$(sed -nE 's/.*PUT at port ([0-9]+).*/\1/p' "$folder/err")
	out=$(sed -nE 's/.*GET at port ([0-9]+).*/\1/p' "$folder/err")
	[[ $in && $out ]] || fail "it does not listen"
	get=http://127.0.0.1:$out/log/never-to-be-printed
}

stop() {
	local status=0
	kill "$server"
	wait "$server" || status=$?
	((status == 0)) || fail "ended with $status"
	! grep -q never-to-be "$folder/err" || fail "the token was printed"
	[[ -z $(ls "$folder/tmp") ]] || fail "something is left in LIVELOG_TEMP_DIR"
}

# exits STATUS TEXT VARIABLE=VALUE…: it ends at once
exits() {
	local wanted=$1 text=$2 status=0
	shift 2
	env ACCESS_TOKEN=t LIVELOG_PUT_PORT=0 LIVELOG_GET_PORT=0 LIVELOG_TEMP_DIR="$folder/tmp" "$@" \
		timeout 20 "$program" 2>"$folder/err" || status=$?
	((status == wanted)) || fail "$*: exit status $status, expected $wanted"
	grep -qF -- "$text" "$folder/err" || fail "$*: expected: $text"
}

# put STATUS FILE-OR-DASH CURL-OPTION…
put() {
	local wanted=$1 got
	got=$(curl -sS -m 20 -o "$folder/out" -w '%{http_code}' "${@:3}" -T "$2" "http://127.0.0.1:$in/log") || true
	[[ $got == "$wanted" ]] || fail "PUT: $got, expected $wanted"
}

says() {
	[[ $(<"$folder/out") == "$1" ]] || fail "expected the text: $1"
}

await_line() {
	local i
	for ((i = 0; i < 200; i++)); do
		[[ ! -s $1 ]] || return 0
		sleep 0.05
	done
	fail "nothing came in $1"
}

# options and environment
version=$("$program" --short-version)
[[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] || fail "--short-version: $version"
[[ $("$program" --version) == "taskcluster-livelog $version" ]] || fail --version
[[ $("$program" --help) == *LIVELOG_TEMP_DIR* && $("$program" -h) == usage:* ]] || fail --help
! "$program" --what 2>/dev/null || fail "an option that is none was taken"
! "$program" --help --help 2>/dev/null || fail "two options were taken"
exits 64 'LIVELOG_PUT_PORT is x: expected a number' LIVELOG_PUT_PORT=x
exits 64 LIVELOG_PUT_PORT LIVELOG_PUT_PORT=99999999999999999999
exits 65 'LIVELOG_PUT_PORT is 65536: expected 0 to 65535' LIVELOG_PUT_PORT=65536
exits 65 LIVELOG_PUT_PORT LIVELOG_PUT_PORT=-1 LIVELOG_GET_PORT=x
exits 66 LIVELOG_GET_PORT LIVELOG_GET_PORT=1x
exits 67 LIVELOG_GET_PORT LIVELOG_GET_PORT=70000
exits 1 'ACCESS_TOKEN: expected' ACCESS_TOKEN=
exits 1 'token: expected' ACCESS_TOKEN=a/b
exits 1 /none/x LIVELOG_TEMP_DIR=/none/x
exits 1 'TLS needs both' SERVER_CRT_FILE=LICENSE
exits 1 'expected an IP address' LIVELOG_PUT_ADDRESS=localhost

# the side on which the log comes in
start
[[ $(tr '\0' '\n' <"/proc/$server/environ" 2>/dev/null) != *never-to-be* ]] ||
	fail "the token stayed in the environment"
[[ $(curl -sS -o "$folder/out" -w '%{http_code}' "http://127.0.0.1:$in/log") == 400 ]] || fail GET
says 'This endpoint can only handle PUT requests'
[[ $(curl -sS -o "$folder/out" -w '%{http_code}' -X PUT -d x "http://127.0.0.1:$in/other") == 404 ]] || fail other
curl -sS -N "$get" >"$folder/early" & # before anything has come in
early=$!
mkfifo "$folder/pipe"
curl -sS -w '%{http_code} %header{content-length}' -T - "http://127.0.0.1:$in/log" \
	<"$folder/pipe" >"$folder/put" 2>/dev/null &
putter=$!
exec 3>"$folder/pipe"
echo first >&3
await_line "$folder/early"
put 400 LICENSE
says 'This endpoint can only process one http PUT at a time'
[[ ! -s $folder/put ]] || fail "the PUT was answered before its end"
echo second >&3
exec 3>&-
wait "$early" || fail "the early reader"
wait "$putter"
[[ $(<"$folder/early") == $'first\nsecond' ]] || fail "the early reader got something else"
[[ $(<"$folder/put") == '201 0' ]] || fail "PUT said $(<"$folder/put")"
put 400 LICENSE
says 'This endpoint can only process one http PUT at a time'
[[ $(curl -sS "$get") == $'first\nsecond' ]] || fail "after the end"
stop

# bytes as they are, and an empty log
head -c 5000000 /dev/urandom >"$folder/bytes"
start
put 201 "$folder/bytes"
curl -sS "$get" | cmp - "$folder/bytes" || fail "other bytes"
stop
start
put 201 /dev/null
[[ -z $(curl -sS "$get") ]] || fail "an empty log"
stop

# breaks HOW: a PUT that is broken off ends its readers, and nobody takes what came for the whole
breaks() {
	local status=0
	start
	: >"$folder/reader"
	curl -sS -m 20 -N "$get" >"$folder/reader" 2>"$folder/err.reader" &
	reader=$!
	exec {put}<>"/dev/tcp/127.0.0.1/$in"
	printf 'PUT /log HTTP/1.1\r\nHost: x\r\n%s' "$1" >&"$put"
	await_line "$folder/reader"
	exec {put}>&-
	wait "$reader" || status=$?
	((status == 18)) || fail "$1: curl said $status of a log that was broken off"
	[[ $(<"$folder/reader") == half ]] || fail "$1: what came before the break"
	status=0
	curl -sS "$get" >"$folder/reader" 2>/dev/null || status=$?
	((status == 18)) || fail "$1: a later reader saw status $status"
	stop
}
breaks $'Content-Length: 1000\r\n\r\nhalf'
# an end that comes together with the bytes is seen, too
for _ in 1 2 3 4 5 6 7 8; do
	start
	exec {put}<>"/dev/tcp/127.0.0.1/$in"
	printf 'PUT /log HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf' >&"$put"
	exec {put}>&-
	status=0
	curl -sS -m 10 "$get" >"$folder/reader" 2>/dev/null || status=$?
	((status == 18)) || fail "a PUT that was closed at once: a reader saw status $status"
	stop
done
breaks $'Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n'

# connections on which nobody says anything do not keep the log out
start
idle=()
for ((i = 0; i < 16; i++)); do
	exec {fd}<>"/dev/tcp/127.0.0.1/$in"
	idle+=("$fd")
	((i % 2)) || printf 'PUT /log HTTP/1.1\r\nHost:' >&"$fd"
done
put 201 "$folder/bytes"
curl -sS "$get" | cmp - "$folder/bytes" || fail "other bytes behind idle connections"
for fd in "${idle[@]}"; do
	exec {fd}>&-
done
stop

# and a log may be silent for longer than they
start
mkfifo "$folder/slow"
curl -sS -o /dev/null -w '%{http_code}' -T - "http://127.0.0.1:$in/log" <"$folder/slow" >"$folder/put" &
putter=$!
exec 3>"$folder/slow"
echo first >&3
sleep 7
echo second >&3
exec 3>&-
wait "$putter" || fail "a PUT that was silent for a while was broken off"
[[ $(<"$folder/put") == 201 ]] || fail "a PUT that was silent said $(<"$folder/put")"
says=$(curl -sS "$get")
[[ $says == $'first\nsecond' ]] || fail "after a silence: $says"
stop

# a disk that is full: said, and readers are told
(
	ulimit -f 1024
	start
	status=0
	! curl -sS -m 20 -o /dev/null -T "$folder/bytes" "http://127.0.0.1:$in/log" 2>/dev/null ||
		fail "a PUT that could not be kept was taken"
	curl -sS -m 20 -o /dev/null "$get" 2>/dev/null || status=$?
	((status == 18)) || fail "a full disk: a reader saw status $status"
	grep -q 'cannot keep the log: File too large' "$folder/err" || fail "a full disk was not said"
	stop
) || exit 1

# TLS for readers, and only for them
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost \
	-addext subjectAltName=IP:127.0.0.1 -keyout "$folder/key" -out "$folder/crt" 2>/dev/null
start SERVER_CRT_FILE="$folder/crt" SERVER_KEY_FILE="$folder/key"
get=https${get#http}
curl -sS -N --cacert "$folder/crt" "$get" >"$folder/early" &
early=$!
(echo first && sleep 0.3 && cat "$folder/bytes") | put 201 -
wait "$early" || fail "a reader by TLS"
(echo first && cat "$folder/bytes") | cmp - "$folder/early" || fail "other bytes by TLS"
curl -sS --cacert "$folder/crt" "$get" | cmp - "$folder/early" || fail "other bytes by TLS, later"
! curl -sS "http${get#https}" >"$folder/out" 2>/dev/null || fail "plain HTTP was answered with TLS set"
stop
echo ok
