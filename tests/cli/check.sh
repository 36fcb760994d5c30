# SPDX-License-Identifier: MPL-2.0
# What the tests of the command line share: a place of their own, an environment without a
# Taskcluster, and checks that say what they saw. To be sourced.
set -euo pipefail
export LC_ALL=C # texts are compared as bytes, wherever the tests run
export TERM=xterm # and drawn as on a terminal that can do it, where they say so
unset NO_COLOR
: "${TC_CLI:?the path of the program under test}"

folder=$(mktemp -d)
servers=() checks=()
finish() {
	local server left
	for server in "${servers[@]}" "${checks[@]}"; do
		kill "$server" 2>/dev/null || true
		wait "$server" 2>/dev/null || true
	done
	left=$(jobs -p) # what a test that has failed was still to wait for
	# shellcheck disable=SC2086 # numbers
	[[ -z $left ]] || kill $left 2>/dev/null || true
	rm -rf "$folder"
}
trap finish EXIT

unset TREEHERDER_URL TREEHERDER_CLIENT_ID TREEHERDER_SECRET BUILDBOT_URL BUILDBOT_USER BUILDBOT_PASSWORD
unset TASKCLUSTER_ROOT_URL TASKCLUSTER_CLIENT_ID TASKCLUSTER_ACCESS_TOKEN TASKCLUSTER_CERTIFICATE \
	TASKCLUSTER_PROXY_URL http_proxy HTTP_PROXY https_proxy HTTPS_PROXY all_proxy ALL_PROXY no_proxy NO_PROXY \
	SSL_CERT_FILE SSL_CERT_DIR
export HOME=$folder/home XDG_CONFIG_HOME=
mkdir -p "$HOME/.config"

fail() {
	echo "FAILED: $*" >&2
	echo "  last: taskcluster ${last[*]}" >&2
	echo "  exit status: $status" >&2
	echo "  out: ${out:0:2000}" >&2
	echo "  err: ${err:0:2000}" >&2
	exit 1
}

# run STATUS ARGUMENT…: runs the program with standard input as it is; sets out and err.
run() {
	local wanted=$1
	shift
	last=("$@") status=0
	out=$("$TC_CLI" "$@" 2>"$folder/err") || status=$?
	err=$(<"$folder/err")
	((status == wanted)) || fail "expected exit status $wanted"
}

is() {
	[[ $out == "$1" ]] || fail "expected on standard output: $1"
}

has() {
	[[ $out == *"$1"* ]] || fail "expected within standard output: $1"
}

tells() {
	[[ $err == *"$1"* ]] || fail "expected within standard error: $1"
}

ends_with() {
	[[ $err == "$1" || $err == *$'\n'"$1" ]] || fail "expected as the last line of standard error: $1"
}

silent() {
	[[ -z $err ]] || fail "expected nothing on standard error"
}

lacks() {
	[[ $out$err != *"$1"* ]] || fail "never to be printed: $1"
}

# Waits until FILE has a line; stops the test after ten seconds.
await_line() {
	local i
	for ((i = 0; i < 200; i++)); do
		[[ ! -s $1 || $(wc -l <"$1") == 0 ]] || return 0
		sleep 0.05
	done
	echo "nothing came in $1" >&2
	exit 1
}

# start_sandbox OPTION…: a Taskcluster of the test's own, to which the environment leads then; its process is the
# last of $servers.
start_sandbox() {
	rm -f "$folder/environment"
	"$TC_SANDBOX" "$@" >"$folder/environment" 2>"$folder/sandbox.log" </dev/null &
	servers+=($!)
	await_line "$folder/environment"
	. "$folder/environment"
}

# meanwhile COMMAND…: checks that take their time, beside what follows and in a folder of their own;
# all_have_ended waits for them.
meanwhile() {
	(
		folder=$(mktemp -d "$folder/meanwhile.XXXX")
		"$@"
	) &
	checks+=($!)
}

all_have_ended() {
	local check
	for check in "${checks[@]}"; do
		wait "$check" || exit 1
	done
}

# Whether the servers are reached through the rig (tests/rig/rig.sh).
in_rig() {
	[[ -n ${TC_RIG_URL:-} ]]
}

# Starts the server with ready-made replies, as the server of every system.
start_canned() {
	command -v node >/dev/null || exit 77
	node tests/cli/canned.js >"$folder/root" &
	servers+=($!)
	await_line "$folder/root"
	canned=$(<"$folder/root") TASKCLUSTER_ROOT_URL=$(<"$folder/root")
	! in_rig || TASKCLUSTER_ROOT_URL=${TC_RIG_URL/\{port\}/${canned##*:}}
	TREEHERDER_URL=$TASKCLUSTER_ROOT_URL BUILDBOT_URL=$TASKCLUSTER_ROOT_URL
	export TASKCLUSTER_ROOT_URL TREEHERDER_URL BUILDBOT_URL
}

# on_terminal STATUS ARGUMENT…: the same as run, with a terminal; what it shows is out.
on_terminal() {
	local wanted=$1
	shift
	last=("$@") status=0 err=
	out=$(script -qec "'$TC_CLI' $*" /dev/null </dev/null | tr -d '\r'; exit "${PIPESTATUS[0]}") || status=$?
	((status == wanted)) || fail "expected exit status $wanted on a terminal"
}

# interrupted SECONDS ARGUMENT…: Ctrl-C after that time must end the program, by the signal.
interrupted() {
	local seconds=$1
	shift
	last=("$@") status=0
	out=$(timeout --preserve-status -s INT "$seconds" "$TC_CLI" "$@" 2>"$folder/err") || status=$?
	err=$(<"$folder/err")
	((status == 130)) || fail "expected an end by SIGINT"
}

# lean KIB ARGUMENT…: runs the program, which must not take more memory; output goes nowhere.
lean() {
	local limit=$1
	shift
	last=("$@") status=0 out= err=
	[[ -x /usr/bin/time && -z ${TC_SANITIZE:-} ]] || return 0
	/usr/bin/time -f %M -o "$folder/peak" "$TC_CLI" "$@" >"$folder/lean" || status=$?
	((status == 0)) || fail "expected success"
	(($(<"$folder/peak") <= limit)) || fail "took $(<"$folder/peak") KiB"
}
