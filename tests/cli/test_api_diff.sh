#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# What differs between two references: published ones, what a newer one may do to each part, that of
# this release with itself, and deployments that serve others. Those of releases 30 and 99 are two
# services of the bundles published with them, without titles and descriptions.
. tests/cli/check.sh
exec </dev/null
[[ -x ${TC_SANDBOX:-} ]] || exit 77
here=tests/cli/references
if [[ $("$TC_CLI" api diff builtin builtin 2>&1 || true) == *"built without"* ]]; then
	run 2 api diff builtin builtin
	exit 0
fi

nobody_there() { # who is asked several times
	run 1 api diff builtin http://127.0.0.1:1
	tells 'no reply from 127.0.0.1:1'
}
meanwhile nobody_there

# the words, the marks, and their order
is_file() {
	printf '%s\n' "$out" | cmp -s - "$1" || fail "expected on standard output: $(<"$1")"
}
run 1 api diff $here/older.json $here/newer.json
silent
is_file $here/older-newer.txt
run 1 api diff $here/v30.0.0.json $here/v99.2.1.json
is_file $here/v30.0.0-v99.2.1.txt
run 0 api diff $here/older.json $here/older.json
is "nothing changes"

# arguments are given in their order: another name breaks no caller, another place does
cat >"$folder/lines.json" <<'EOF'
{"$schema":"/schemas/common/api-reference-v0.json#","apiVersion":"v1","serviceName":"shop","title":"","description":"","entries":[
{"type":"function","name":"line","method":"get","route":"/order/<orderId>/<line>","args":["orderId","line"],"title":"","description":""}]}
EOF
sed 's/<line>/<item>/; s/"line"\]/"item"]/' "$folder/lines.json" >"$folder/items.json"
run 0 api diff "$folder/lines.json" "$folder/items.json"
has 'argument: <line> is called <item> now'
sed 's,<orderId>/<line>,<line>/<orderId>,; s/"orderId","line"/"line","orderId"/' "$folder/lines.json" >"$folder/turned.json"
run 1 api diff "$folder/lines.json" "$folder/turned.json"
has 'breaks callers  argument: <line> is where <orderId> was'

# one service
run 0 api diff $here/older.json $here/newer.json --service cellar
is "cellar
  compatible      service: is new (functions: 1, exchanges: 0)

1 change: 0 break callers, 0 break readers, 1 is compatible"
run 1 api diff --service attic $here/older.json $here/newer.json
has "1 change: 1 breaks callers, 0 break readers, 0 are compatible"
run 2 api diff $here/older.json $here/newer.json --service cave
tells "neither side has a service cave"

# for programs
run 1 api diff $here/older.json $here/newer.json --json
has '{"service":"shop","kind":"input","function":"order","place":"/properties/note/type","change":"may be null, too","breaks":"none"}'
has '{"service":"shop","kind":"output","function":"order","place":"/properties/note/type","change":"may be null, too","breaks":"readers"}'
has '{"service":"shop","kind":"routing-key","exchange":"ordered","change":"orderId may be _ now","breaks":"readers"}'
has '{"service":"attic","kind":"service","change":"is gone (functions: 1, exchanges: 0)","breaks":"callers"}'
[[ $(<$here/older-newer.txt) == *"
$(wc -l <<<"$out") changes: "* ]] || fail "expected a line for each change"
run 1 api diff $here/older.json $here/newer.json --service attic --select /breaks
is callers
run 1 api diff $here/older.json $here/newer.json --service shop --select /place # methods have none
[[ $(wc -l <<<"$err") == 1 ]] || fail "expected to be told once"
tells "/place leads nowhere"
run 0 api diff $here/older.json $here/older.json --json
is ""

# this release with itself, by each of its names
run 0 api diff builtin builtin
is "nothing changes"
run 0 api diff builtin references/taskcluster --service=workerManager
run 0 api diff references/taskcluster builtin
single=references/taskcluster/references/purge-cache/v1/api.json
run 0 api diff builtin $single --service purge-cache
cp $single "$folder/alone.json"
run 1 api diff builtin "$folder/alone.json" --service purge-cache
has "input: cannot be compared: the newer schema is not there"
lacks "function: is"

# what a newer release may do, on disk and served by a deployment
cp -r references/taskcluster "$folder/newer"
newer=$folder/newer/schemas/queue/v1
sed -i '0,/"required": \[/s//"required": ["ownerId", /' "$newer/task-metadata.json"
sed -i '0,/"properties": {/s//"properties": { "ownerId": { "type": "string" },/' "$newer/task-metadata.json"
run 1 api diff builtin "$folder/newer"
has "  createTask
    breaks callers  input metadata.ownerId: is new, and required"
has "    compatible      output metadata.ownerId: is new, and always there"
run 1 api diff "$folder/newer" builtin
has "    breaks readers  output metadata.ownerId: is gone"

# serve FOLDER: a deployment with the references there
serve() {
	rm -f "$folder/environment"
	"$TC_SANDBOX" --references "$1" >"$folder/environment" 2>"$folder/sandbox.log" &
	servers+=($!)
	await_line "$folder/environment"
	. "$folder/environment"
	! in_rig || TASKCLUSTER_ROOT_URL=${TC_RIG_URL/\{port\}/${TASKCLUSTER_ROOT_URL##*:}}
	unset TASKCLUSTER_PROXY_URL
}
serve references/taskcluster
older_url=$TASKCLUSTER_ROOT_URL
serve "$folder/newer"
run 1 api diff
has "createTask"
run 1 api diff --service queue -v
has "createTask"
tells "/references/manifest.json"
run 0 api diff --service auth
run 0 api -v diff builtin "$older_url"
is "nothing changes"
run 1 api diff "$older_url" live --json
has '"function":"createTask"'
TASKCLUSTER_PROXY_URL=http://127.0.0.1:1 run 0 api diff --service auth # functions alone are below it
TASKCLUSTER_CLIENT_ID=x run 0 api diff --service auth # nobody signs

# broken ones, and none
run 2 api diff --service cave
tells "neither side has a service cave"
run 0 api diff live $here/newer.json --service cellar
has "service: is new"
run 1 api diff $here/newer.json live --service cellar
has "service: is gone"
echo '{' >"$newer/task.json"
run 2 api diff builtin "$folder/newer"
tells "task.json"
run 1 api diff
tells "task.json"
rm "$folder/newer/references/manifest.json"
run 1 api diff
tells 404
run 1 api diff builtin "$folder/nowhere"
tells "$folder/nowhere"
unset TASKCLUSTER_ROOT_URL
run 2 api diff
tells "no root URL"

# the command line
run 2 api diff a b c
tells "expected \`taskcluster api diff [A [B]]\`"
run 2 api diff --services queue
tells "did you mean --service?"
run 0 api diff --help
help=$out
has "taskcluster api diff [A [B]]"
run 0 api --help diff
is "$help"
run 0 help api diff
is "$help"
run 0 api --help
has "tell what differs between two references"

# colours are for terminals; what references say does not steer those
sed 's/"name":{"type":"string"/&,"pattern":"\\u001b[31mred"/' $here/newer.json >"$folder/steering.json"
TERM=xterm on_terminal 1 api diff $here/older.json "$folder/steering.json"
has $'\e[31mbreaks callers\e[0m'
has " [31mred"
lacks $'\e[31mred'
all_have_ended
