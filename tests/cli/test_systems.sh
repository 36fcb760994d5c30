#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Treeherder and Buildbot with the comfort of commands: a Treeherder of ready-made replies, and a real Buildbot
# where there is one.
. tests/cli/check.sh
exec </dev/null
command -v node >/dev/null || exit 77

# The folders of a Buildbot take seconds to be made: it is for later.
free_port() {
	node -e 'const server = require("net").createServer().listen(0, "127.0.0.1", () => {
		console.log(server.address().port); server.close(); })'
}
make_buildbot() {
	cd "$folder"
	buildbot-worker create-worker worker "127.0.0.1:$BUILDBOT_WORKER_PORT" w1 pass
	buildbot create-master master
}
maker=
if command -v buildbot >/dev/null && command -v buildbot-worker >/dev/null && command -v twistd3 >/dev/null; then
	BUILDBOT_HTTP_PORT=$(free_port) BUILDBOT_WORKER_PORT=$(free_port)
	export BUILDBOT_HTTP_PORT BUILDBOT_WORKER_PORT
	make_buildbot >/dev/null 2>&1 &
	maker=$! checks+=($!)
fi

node tests/cli/treeherder.js >"$folder/treeherder" &
servers+=($!)
await_line "$folder/treeherder"
server=$(<"$folder/treeherder")
tab=$'\t'
old=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa new=bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb

# pushes
export TREEHERDER_URL=$server
run 0 treeherder pushes cedar
is "$new${tab}b@example.com${tab}2026-01-01T00:00:00Z${tab}Bug 2 - é  ]0;owned  second
$old${tab}a@example.com${tab}2025-12-31T00:00:00Z${tab}Bug 1 - first"
silent
run 0 treeherder pushes cedar --count 1
is "$new${tab}b@example.com${tab}2026-01-01T00:00:00Z${tab}Bug 2 - é  ]0;owned  second"
run 0 treeherder pushes cedar --author a@example.com --status
is "$old${tab}a@example.com${tab}2025-12-31T00:00:00Z${tab}success 3, testfailed 1, running 2${tab}Bug 1 - first"
run 0 treeherder pushes cedar --revision $old --json
[[ $out == '{"id":11,"revision":"'$old'"'*'}' ]] || fail "a push as the server tells it"
run 1 treeherder pushes nowhere
tells 404
run 2 treeherder pushes
run 2 treeherder pushes cedar --count 0
on_terminal 0 treeherder pushes cedar
has "bbbbbbbbbbbb  b@example.com"
lacks $'\e]'
unset TREEHERDER_URL
run 0 treeherder pushes cedar --count 1 --server-url "$server"
export TREEHERDER_URL=$server

# jobs, of the newest push unless another is named
run 0 treeherder jobs cedar
is "1${tab}success${tab}1${tab}linux${tab}1:02:05${tab}task1${tab}test-linux/opt-1
2${tab}testfailed${tab}1${tab}linux${tab}1:02:05${tab}task2${tab}test-linux/opt-2
3${tab}busted${tab}2${tab}linux${tab}1:02:05${tab}task3${tab}test-linux/opt-3
4${tab}running${tab}1${tab}linux${tab}-${tab}task4${tab}test-linux/opt-4
5${tab}retry${tab}1${tab}linux${tab}1:02:05${tab}task5${tab}test-linux/opt-5"
run 0 treeherder jobs cedar --push 11
is ''
run 0 treeherder jobs cedar --revision $new --result busted --json
[[ $out == '{"id":3,'* && $out != *$'\n'* ]] || fail "one job"
run 0 treeherder jobs cedar --tier 2
[[ $out == "3$tab"* ]] || fail "of the tier"
run 0 treeherder jobs cedar --state running
[[ $out == "4$tab"* ]] || fail "of the state"
run 0 treeherder jobs cedar --name '*-5'
[[ $out == "5$tab"* ]] || fail "of the name"
run 1 treeherder jobs cedar --revision cccc
tells 'no push with the revision cccc'
run 2 treeherder jobs cedar --push 1 --revision b
tells 'one of them'
run 2 treeherder jobs cedar --push x

# failures
run 0 treeherder failures cedar --lines 2
is "2${tab}testfailed${tab}1${tab}linux${tab}1:02:05${tab}task2${tab}test-linux/opt-2
${tab}not classified
${tab}TEST-UNEXPECTED-FAIL 0 ]0;owned 
${tab}${tab}bug 99: Intermittent x
${tab}TEST-UNEXPECTED-FAIL 1 ]0;owned 
${tab}… 5 more
3${tab}busted${tab}2${tab}linux${tab}1:02:05${tab}task3${tab}test-linux/opt-3
${tab}intermittent"
run 0 treeherder failures cedar --json
[[ $out == '{"job":{"id":2,'*'"classification":"not classified","suggestions":['*$'\n''{"job":{"id":3,'*'"classification":"intermittent"}' ]] ||
	fail "each failure in a line"
run 0 treeherder failures cedar --push 11
is ''
tells 'no job of push 11 has failed'
run 2 treeherder
tells 'treeherder needs a command'

# ---- a real Buildbot

run 2 buildbot builds
tells 'set BUILDBOT_URL'
if [[ ! $maker ]]; then
	echo "there is no Buildbot here: its commands are left out"
	exit 0
fi
wait "$maker" || fail "Buildbot makes no folders"
root=$PWD
cd "$folder"
export BUILDBOT_URL=http://127.0.0.1:$BUILDBOT_HTTP_PORT
mkdir master/static
cp "$root/tests/buildbot/master.cfg" master/
cat >>master/master.cfg <<'END'
grow = util.BuildFactory([steps.ShellCommand(name='grow', logEnviron=False, command=[
    'sh', '-c', 'for i in 1 2 3; do echo line $i; sleep 0.5; done; printf "\\033[31mred\\033]0;x\\007\\n"; exit 1'])])
c['builders'].append(util.BuilderConfig(name='grow', workernames=['w1'], factory=grow))
c['schedulers'].append(schedulers.ForceScheduler(name='one', builderNames=['grow']))
END
for part in master worker; do
	(cd "$part" && exec twistd3 --nodaemon -y buildbot.tac >output.txt 2>&1) &
	servers+=($!)
done
up=
for ((i = 0; i < 600 && ${#up} == 0; i++)); do
	sleep 0.1
	[[ $("$TC_CLI" api buildbot listWorkers 2>/dev/null) != *'"connected_to":[{'* ]] || up=yes
done
[[ $up ]] || fail "the master did not come up"

run 0 buildbot builds
is ''
run 1 buildbot force one
tells 'role'
export BUILDBOT_USER=tester BUILDBOT_PASSWORD=no-secret
run 2 buildbot force force
tells 'which builder? --builder NAME says it'
tells 'force has b1'
run 2 buildbot force force --builder b1 nonsense
tells 'expected key=value'
run 1 buildbot force nowhere
tells 404

# a build that goes well
run 0 buildbot force force --builder b1 --reason 'why not' --watch
[[ $out == "1
worker_preparation${tab}success$tab"*"
say hello${tab}success$tab"*"
build 1${tab}success$tab"*"${tab}build successful" ]] || fail "the request, the steps, the build"
run 0 buildbot watch 1
run 0 buildbot watch b1 --json
[[ $(wc -l <<<"$out") == 3 && $out == *'"buildid":1,'* ]] || fail "two steps and the build"
run 0 buildbot builds
[[ $out == "1${tab}b1${tab}1${tab}success${tab}20"*"${tab}build successful" ]] || fail "a row"
run 0 buildbot builds b1 --json
[[ $out == '{"builderid":'*'"buildid":1,'* ]] || fail "as the server tells it"
run 0 buildbot builds slow
is ''
run 0 buildbot log 1
has $'\nhello world\n'
tells 'step 1 say hello: stdio'
run 0 buildbot log b1 'say hello' stdio
has $'\nhello world\n'
run 0 buildbot log 1 1 --json
has '"content":'
run 1 buildbot log 1 nothing
tells 'has no step nothing'
run 1 buildbot log 1 1 nothing
tells 'has no log nothing'
run 1 buildbot log slow
tells 'no builder slow, or it has no build yet'
run 1 buildbot watch 99
tells 404

# one that fails, and is followed meanwhile: the scheduler has one builder, which need not be named
run 0 buildbot force one --json
[[ $out == '[2,{"'*'":2}]' ]] || fail "the reply as it came"
for ((i = 0; i < 100; i++)); do
	run 0 buildbot builds grow
	[[ -z $out ]] || break
	sleep 0.05
done
[[ $out == "2${tab}grow${tab}1${tab}running$tab"* ]] || fail "it runs"
"$TC_CLI" buildbot log 2 >"$folder/followed" 2>/dev/null &
follower=$!
run 1 buildbot watch grow
[[ $out == *"
grow${tab}failure$tab"*"
build 2${tab}failure$tab"* ]] || fail "it failed"
tells 'the build 2 ended with failure'
wait "$follower" || fail "what followed"
[[ $(grep -c '^line [123]$' "$folder/followed") == 3 ]] || fail "each line once, and none left out"
[[ $(<"$folder/followed") == *$'\nline 3\n\e[31mred\e]0;x\a\n'* ]] || fail "in pipes logs are as they are"
TERM=xterm NO_COLOR= on_terminal 0 buildbot log 2
has $'line 3\n\e[31mred'
[[ $out != *$'\e]'* ]] || fail "a log must not steer the terminal"
