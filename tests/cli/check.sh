# SPDX-License-Identifier: MPL-2.0
# What the tests of the command line share: a place of their own, an environment without a
# Taskcluster, and checks that say what they saw. To be sourced.
set -euo pipefail
: "${TC_CLI:?the path of the program under test}"

folder=$(mktemp -d)
servers=()
finish() {
	local server
	for server in "${servers[@]}"; do
		kill "$server" 2>/dev/null || true
		wait "$server" 2>/dev/null || true
	done
	rm -rf "$folder"
}
trap finish EXIT

unset TASKCLUSTER_ROOT_URL TASKCLUSTER_CLIENT_ID TASKCLUSTER_ACCESS_TOKEN TASKCLUSTER_CERTIFICATE \
	TASKCLUSTER_PROXY_URL http_proxy https_proxy HTTPS_PROXY all_proxy ALL_PROXY SSL_CERT_FILE
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
		[[ $(wc -l <"$1") == 0 ]] || return 0
		sleep 0.05
	done
	echo "nothing came in $1" >&2
	exit 1
}
