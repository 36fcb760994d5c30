#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# The command line and the artifact tool through the rig: whole lists, uploads to storage behind it,
# what stands in front instead of an answer, a proxy with a password, a name that hangs.
. tests/cli/check.sh
exec </dev/null
[[ -n ${TC_RIG_URL:-} && -x ${TC_SANDBOX:-} ]] || exit 77

# sandbox PROGRAM OPTION…: starts one and takes its environment over
sandbox() {
	"$@" --credentials tester:never-to-be-printed-0123456789 --poll-timeout 100 \
		>"$folder/environment" 2>>"$folder/sandbox.log" &
	servers+=($!)
	await_line "$folder/environment"
	sleep 0.1
	. "$folder/environment"
}

sandbox "$TC_SANDBOX"
deployment=$TASKCLUSTER_ROOT_URL port=${TASKCLUSTER_ROOT_URL#https://p} port=${port%%.*}
[[ $deployment == https://p*.rig.test:* ]] || fail "no rig: $deployment"

# at KIND: calls go to another front (tests/harness/rig.h)
at() {
	case $1 in
	plain) TASKCLUSTER_ROOT_URL=${TC_RIG_PLAIN_URL/\{port\}/$port} ;;
	*) TASKCLUSTER_ROOT_URL=${TC_RIG_URL/\{port\}/$port-$1} ;;
	esac
}

set_secret() {
	local wanted=$1
	run "$wanted" api secrets set "$2" --body <(printf '{"secret": {}, "expires": "%s"}' "$("$TC_CLI" from-now 1 hour)")
}

# a list of more pages than a connection serves requests
for i in {1..10}; do
	set_secret 0 "some/secret/$i"
done
run 0 api secrets list --all --limit 1
[[ $(wc -l <<<"$out") == 10 ]] || fail "10 secrets"

# what stands in front is no answer, and nothing is stored
at plain
set_secret 1 a/secret
tells 301
tells https://p
run 1 api secrets get some/secret/1
tells 301
run 1 api secrets list --all
tells 301
run 1 api queue ping -o "$folder/kept"
[[ ! -e $folder/kept ]] || fail "a redirect was stored"
at login
set_secret 1 a/secret
tells text/html
run 1 api secrets get some/secret/1 -o "$folder/kept"
tells text/html
[[ ! -e $folder/kept ]] || fail "a page to log in was stored"
run 1 api secrets list --all
tells text/html
TASKCLUSTER_ROOT_URL=$deployment
run 1 api secrets get behind/login
tells text/html
run 0 api secrets list --all
lacks a/secret

# uploads to both kinds of storage, which are behind the same connections, and back
task=$("$TC_CLI" slugid)
run 0 api queue createTask "$task" --body <(printf '{"taskQueueId": "rig/cli", "created": "%s", "deadline": "%s",
	"payload": {}, "metadata": {"name": "n", "description": "d", "owner": "a@example.com",
	"source": "https://example.com"}}' "$("$TC_CLI" from-now 0 seconds)" "$("$TC_CLI" from-now 1 hour)")
run 0 api queue claimWork rig/cli <<<'{"tasks": 1, "workerGroup": "g", "workerId": "w"}'
head -c 3000000 /dev/urandom >"$folder/file"
for storage in s3 object; do
	for i in 1 2; do
		"$TC_EXAMPLES/example-artifact" upload "$storage" "$task" 0 "public/$storage/$i" "$folder/file" ||
			fail "an upload to $storage"
		"$TC_EXAMPLES/example-artifact" download "$task" "public/$storage/$i" "$folder/back" >/dev/null ||
			fail "a download from $storage"
		cmp "$folder/file" "$folder/back" || fail "by $storage other bytes come back"
	done
done

# a proxy: its password is not shown, whatever happens
https_proxy=$TC_RIG_PROXY run 0 -vv api queue ping
lacks never%2F
lacks never/to
https_proxy=${TC_RIG_PROXY/printed/wrong} run 1 -vv api queue ping
tells 407
lacks never%2F
lacks never/to
https_proxy=${TC_RIG_PROXY%:*}:99999 run 2 api queue ping
lacks never%2F

# names: with two addresses, and one whose look-up hangs, which Ctrl-C ends
if [[ -n ${TC_RIG_NAMES:-} ]]; then
	sandbox "$TC_RIG_SANDBOX" --root-url "${TC_RIG_URL/.rig.test/-dead.rig.test}"
	run 0 api queue ping
	run 0 api secrets list --all --limit 7
	at slow
	SECONDS=0
	interrupted 0.5 api queue ping
	interrupted 0.5 api secrets list --all -o "$folder/hung"
	((SECONDS <= 4)) || fail "Ctrl-C took $SECONDS seconds"
	[[ -z $(find "$folder" -name 'hung*') ]] || fail "Ctrl-C left a file"
fi
echo "cli: all as it should be"
