#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# What needs no server: lists, help, suggestions, URLs, dry runs, and the small commands.
. tests/cli/check.sh
exec </dev/null

# the program itself
run 0
has "taskcluster COMMAND"
silent
run 0 --help
has "routing-key"
has "The exit status is 0; 1 when"
run 0 help slugid
has "taskcluster slugid"
run 0 help slugid decode
has "taskcluster slugid"
run 0 help api queue createTask
has "PUT /task/<taskId>"
run 0 help api
has "taskcluster api"
run 0 help -v artifact --help upload
has "taskcluster artifact upload"
run 0 help artifact
has "explains each"
run 0 help
has "taskcluster COMMAND"
run 2 help --bogus
tells "unknown option --bogus"
run 0 help routing-key queue taskCompleted
has "exchange/taskcluster-queue/v1/task-completed"
run 0 help artifact upload
has "taskcluster artifact upload"
run 2 help api queue stauts
tells "did you mean status?"
run 2 help qqq
tells "unknown command qqq"
run 2 apu
tells "unknown command apu: did you mean api?"
run 2 --frobnicate
tells "unknown option --frobnicate"
run 0 --version
silent
run 0 version
[[ $out =~ ^"taskcluster version "[0-9]+\.[0-9]+\.[0-9]+" (libtaskcluster "[0-9.]+")"$ ]] || fail "no release"
release=${out#taskcluster version } release=${release%% *}
run 0 version -s
is "$release"
run 2 version 106
tells 'version takes no argument, such as "106"'
run 0 version --short-version
is "$release"

# lists come from the tables
run 0 api
has "queue"$'\n'
has "worker-manager"$'\n'
has "classic-scheduler"$'\n'
run 0 api queue
has "listArtifacts <taskId> <runId>"$'\n'
has "createTask <taskId>"$'\n'"    Creates a task"
[[ $(grep -c '^[a-z]' <<<"$out") == 50 ]] || fail "queue has 50 functions"
run 0 api auth azureTables --help
has "deprecated, removed in 109"
has "--continuationToken"
run 0 api queue taskQueueCountsBatch --help
has "experimental, there since 109"
run 0 api queue createTask --help
for part in "<taskId>" "PUT /task/<taskId>" "all of:" "queue:scheduler-id:<schedulerId>" "stable" \
	"queue:route:<route>, for each route in routes" "JSON, from standard input or --body FILE"; do
	has "$part"
done
run 0 api --help queue listArtifacts
has "--continuationToken VALUE"
has "--limit VALUE"
run 0 api classic-queue createTask --help
has "queue:create-task:<provisionerId>/<workerType>"

# what was meant
run 2 api quue
tells "did you mean queue?"
run 2 api createTask
tells "\`taskcluster api queue createTask\`"
run 2 api queue stauts
tells "did you mean status?"
run 2 api queue create-task
tells "did you mean createTask?"
run 2 api queue listArtifacts T 0 --limt 3
tells "did you mean --limit?"
run 2 api queue ping --dryrun
tells "did you mean --dry-run?"
run 2 api queue qqqqqqqq
tells "\`taskcluster api queue\` lists them"

# wrong use
export TASKCLUSTER_ROOT_URL=https://tc.example.com/
run 2 api queue status
tells "needs <taskId>"
run 2 api queue status a b
tells '"b" is one too many'
run 2 api queue ping --body "$folder/none"
tells "takes no body"
run 2 api queue status -Abc
tells "put -- before"
run 2 api queue listArtifacts a 0 --limit
tells "--limit needs a value"
run 2 api queue ping --url --dry-run
tells "exclude each other"
run 2 api queue ping --url -o "$folder/none"
tells "-o is for replies"
run 2 api queue createTask T --url --body /nonexistent
tells "need no body"
run 2 api queue ping --url=maybe
tells '--url is "maybe"; expected true, false, or nothing'
run 2 api queue ping -v=2
tells '--verbose is "2"'
run 2 api queue ping --base-url https://other.example.com
tells "--base-url"
run 2 api queue createTask T
tells "standard input is empty"
run 2 api queue createTask T --body "$folder/none"
tells "$folder/none: No such file"
printf '{"a":\n 1,}' >"$folder/bad.json"
run 2 api queue createTask T --body "$folder/bad.json"
tells "$folder/bad.json: "
tells "line 2"
head -c 11000000 /dev/zero >"$folder/big"
run 2 api queue createTask T <"$folder/big"
tells "over 10 MiB"
unset TASKCLUSTER_ROOT_URL
run 2 api queue ping
tells "set TASKCLUSTER_ROOT_URL"

# URLs: arguments are encoded, values too, and no body is awaited
export TASKCLUSTER_ROOT_URL=https://tc.example.com/
run 0 api queue listArtifacts --url --limit=5 'a/b c' 0
is 'https://tc.example.com/api/queue/v1/task/a%2Fb%20c/runs/0/artifacts?limit=5'
run 0 api queue status --url -- -AbcdefghijklmnopqrsA
is 'https://tc.example.com/api/queue/v1/task/-AbcdefghijklmnopqrsA/status'
run 0 api queue createTask --url T
is 'https://tc.example.com/api/queue/v1/task/T'
run 0 api classic-queue getTask --url T
is 'https://queue.taskcluster.net/v1/task/T'
run 0 api classic-queue getTask --url T --base-url 'http://localhost:1/{service}'
has 'http://localhost:1/'
has '/task/T'

run 0 api queue ping --url=1
is 'https://tc.example.com/api/queue/v1/ping'
for said in false FALSE F 0; do # as if it was not there; of several the last counts
	run 0 api queue ping --url --dry-run="$said" --verbose --verbose="$said" -v=$said
	is 'https://tc.example.com/api/queue/v1/ping'
done
run 0 api queue ping --url --dry-run --dry-run=false
is 'https://tc.example.com/api/queue/v1/ping'
run 2 api queue ping --dry-run --dry-run=false --url --dry-run
tells 'exclude each other'
for words in '-s --short-version=false' '--short-version -s=false' '-s -s=false' '-s=false -s -s=0'; do
	# shellcheck disable=SC2086 # words
	run 0 version $words
	has 'taskcluster version '
done
run 0 version -s=false -s
lacks version
# the official client's names
for pair in workerManager:worker-manager purgeCache:purge-cache webServer:web-server; do
	run 0 api "${pair%:*}" ping --url
	is "https://tc.example.com/api/${pair#*:}/v1/ping"
	run 0 api "${pair%:*}"
	has "ping"
done
run 2 api workermanager ping
tells 'did you mean worker-manager?'
run 2 api workerManager pong
tells 'worker-manager has no function pong'
# of a query value the last counts, and an empty one is none: scripts page so
run 0 api queue listArtifacts a 0 --url --limit 1 --limit=2
is 'https://tc.example.com/api/queue/v1/task/a/runs/0/artifacts?limit=2'
run 0 api queue listArtifacts a 0 --url --limit '' --continuationToken=
is 'https://tc.example.com/api/queue/v1/task/a/runs/0/artifacts'
run 0 api queue listArtifacts a 0 --url --limit 1 --limit ''
is 'https://tc.example.com/api/queue/v1/task/a/runs/0/artifacts'
run 2 api queue listArtifacts '' 0 --url
tells 'taskId is empty'
# but an argument without which the server lists the top
run 0 api index listNamespaces '' --url
is 'https://tc.example.com/api/index/v1/namespaces/'
run 2 api index listNamespaces --url
tells 'index listNamespaces needs <namespace>, or "" for the top level of the index: see'
run 2 api index findTask '' --url
tells 'indexPath is empty'

# other systems have servers of their own, and queries with operators and lists
run 0 api treeherder getJobs try --url --id__in=1,2 --last_modified__lt 2026-01-31T12:00
is 'https://treeherder.mozilla.org/api/project/try/jobs/?id__in=1,2&last_modified__lt=2026-01-31T12%3A00'
run 0 api buildbot listBuilds --url --server-url http://localhost:1/ --field number --field results --number__gt 5
is 'http://localhost:1/api/v2/builds?number__gt=5&field=number&field=results'
run 0 api buildbot listBuilds --url --server-url http://localhost:1 --number__gt 5 --number__gt 6 --number__eq 1 --number__eq 2
is 'http://localhost:1/api/v2/builds?number__eq=1&number__eq=2&number__gt=6'
run 2 api buildbot listBuilds --server-url http://localhost:1 --number__gt 5 --field results
tells 'number is filtered by, but not among the values of field'
run 2 api buildbot listBuilds --url --number__near 5
tells 'unknown option --number__near'
run 2 api buildbot listBuilds
tells 'set BUILDBOT_URL'
run 2 api buildbot listBuilds --server-url nonsense
tells 'neither http:// nor https://'
lacks TASKCLUSTER_ROOT_URL

# signed URLs
run 2 api queue ping --signed-url
tells "credentials"
export TASKCLUSTER_CLIENT_ID=tester TASKCLUSTER_ACCESS_TOKEN=never-to-be-printed
run 0 api queue getArtifact T 0 public/log.txt --signed-url --expires '1 hour'
has 'https://tc.example.com/api/queue/v1/task/T/runs/0/artifacts/public%2Flog.txt?bewit='
bewit=${out##*bewit=}
while ((${#bewit} % 4)); do bewit+==; done
expiry=$(tr _- /+ <<<"$bewit" | base64 -d | cut -d '\' -f 2)
((expiry > $(date +%s) + 3500 && expiry < $(date +%s) + 3700)) || fail "an hour from now: $expiry"
lacks never-to-be-printed
# a root URL's credentials are not for classic servers that nobody named
run 2 api classic-queue getTask T --signed-url
tells 'the credentials are for the root URL'
run 0 api classic-queue getTask T --signed-url --base-url 'http://localhost:1/{service}'
has 'http://localhost:1/queue/task/T?bewit='
run 2 api queue getArtifact T 0 x --signed-url --expires '-1 hour'
tells "not in the future"
run 2 api queue getArtifact T 0 x --signed-url --expires soon
tells "--expires"
run 2 api queue createTask T --signed-url
tells "GET"
run 2 api queue ping --expires 5m
tells "--signed-url"

# dry run: the request, all but the secret
run 0 api queue createTask T --dry-run <<<'{"z": 1.50, "payload": {"a": "<&>"}, "z2": "é"}'
is "PUT https://tc.example.com/api/queue/v1/task/T
Authorization: Hawk id=\"tester\", … (signed when it is sent)
Content-Type: application/json

{\"z\":1.50,\"payload\":{\"a\":\"<&>\"},\"z2\":\"é\"}"
run 0 -v api queue status T --dry-run
lacks never-to-be-printed
TASKCLUSTER_PROXY_URL=http://taskcluster run 0 api queue status T --dry-run
has "GET https://tc.example.com/"
has 'Hawk id="tester"'
unset TASKCLUSTER_CLIENT_ID
TASKCLUSTER_PROXY_URL=http://taskcluster run 0 api queue status T --dry-run
has "GET http://taskcluster/"
has "the proxy signs it"
run 2 api queue status T
tells "TASKCLUSTER_CLIENT_ID"
lacks never-to-be-printed
unset TASKCLUSTER_ACCESS_TOKEN
run 0 api queue status T --dry-run
has "not signed: there are no credentials"

# somebody who gives no body is told what is awaited
mkfifo "$folder/pipe"
exec 9<>"$folder/pipe"
"$TC_CLI" api queue createTask T --dry-run <"$folder/pipe" >/dev/null 2>"$folder/waiting" &
servers+=($!)
await_line "$folder/waiting"
grep -q 'waiting for the JSON body of queue createTask' "$folder/waiting" || fail "told nothing"
exec 9>&-
on_terminal 2 api queue createTask T --dry-run
has 'takes a JSON body: type it, and end it with Ctrl-D'

# routing keys
run 0 routing-key
has "queue"$'\n'
run 0 routing-key queue
has "taskCompleted"$'\n'
run 0 routing-key queue taskCompleted --help
has "exchange/taskcluster-queue/v1/task-completed"
has "taskGroupId"
run 0 routing-key queue taskCompleted runId=0 taskId=T
is "exchange/taskcluster-queue/v1/task-completed
primary.T.0.*.*.*.*.*.*.#"
run 0 routing-key workerManager
has "workerRunning"$'\n'
run 0 routing-key --json
has $'{"service":"queue"}\n'
run 0 routing-key queue --json
has '{"name":"taskCompleted","exchange":"exchange/taskcluster-queue/v1/task-completed"}'
run 0 routing-key queue taskCompleted runId=0 taskId=T --json
is '{"exchange":"exchange/taskcluster-queue/v1/task-completed","routingKey":"primary.T.0.*.*.*.*.*.*.#"}'
run 2 routing-key queue taskCompleted taskid=T
tells "did you mean taskId?"
run 2 routing-key queue taskCompleted taskId=a.b
tells "taskId"
run 2 routing-key queue taskCompleted T
tells "no key=value"
run 2 routing-key queue taskComplete
tells "did you mean taskCompleted?"
run 2 routing-key secrets
tells "publishes nothing"

# slugids
for ((i = 0; i < 20; i++)); do
	run 0 slugid
	[[ $out =~ ^[A-Za-f][A-Za-z0-9_-]{7}[Q-T][A-Za-z0-9_-][CGKOSWaeimquy26-][A-Za-z0-9_-]{10}[AQgw]$ ]] ||
		fail "no nice slugid"
done
first=$out
run 0 slugid generate -n
[[ $out != "$first" ]] || fail "twice the same"
run 0 slugid decode "$first"
run 0 slugid encode "$out"
is "$first"
run 0 slugid encode 804F3FC8-DFCB-4B06-89FB-AEFAD5E18754
is gE8_yN_LSwaJ-6761eGHVA
run 0 slugid decode -- -E8_yN_LSwaJ-6761eGHVA
is f84f3fc8-dfcb-4b06-89fb-aefad5e18754
run 2 slugid decode gE8_yN_LSwaJ-6761eGHV
tells "22"
run 2 slugid decode AAAAAAAAAAAAAAAAAAAAAA # 22 characters, and no id of Taskcluster's
tells "not of version 4"
run 0 slugid decode AAAAAAAAAAAAAAAAAAAAAA --any
is 00000000-0000-0000-0000-000000000000
run 2 slugid encode 00000000-0000-0000-0000-000000000000
tells "not of version 4"
run 0 slugid encode --any 00000000-0000-0000-0000-000000000000
is AAAAAAAAAAAAAAAAAAAAAA
run 2 slugid encode 804f3fc8
tells "no UUID"
run 2 slugid frobnicate

# times
run 0 from-now 1 hour
[[ $out =~ ^20[0-9-]{8}T[0-9:]{8}\.[0-9]{3}Z$ ]] || fail "no date"
delta=$(($(date -d "$out" +%s) - $(date +%s)))
((delta > 3590 && delta < 3610)) || fail "an hour from now"
run 0 from-now -30 min
(($(date -d "$out" +%s) < $(date +%s) - 1700)) || fail "half an hour ago"
for words in '-- -1d' '-1d -v' '-1 day --verbose=true'; do
	run 0 from-now $words
	(($(date -d "$out" +%s) < $(date +%s) - 86000)) || fail "a day ago"
done
run 0 from-now 1 day -v
(($(date -d "$out" +%s) > $(date +%s) + 86000)) || fail "in a day"
run 0 from-now ''
run 0 from-now 1 day --help
has "taskcluster from-now"
run 2 from-now tomorrow
tells "tomorrow"
run 2 from-now -v
tells "from-now needs a text"
run 2 from-now 1 day --soon
tells "unknown option --soon"
run 2 from-now

# who am I, as far as it can be told here
unset TASKCLUSTER_ROOT_URL
run 0 scopes
has "client: none"
tells "no root URL"
export TASKCLUSTER_CLIENT_ID=tester TASKCLUSTER_ACCESS_TOKEN=never-to-be-printed
run 0 scopes
has "client: tester"
has "permanent, from the environment"
lacks never-to-be-printed
run 0 scopes --json
is '{"clientId":"tester","temporary":false,"from":"the environment"}'
lacks never-to-be-printed

# outputs that cannot be written are told
if [[ -e /dev/full ]]; then
	status=0
	"$TC_CLI" api queue >/dev/full 2>"$folder/err" || status=$?
	((status == 1)) && grep -q 'No space' "$folder/err" || fail "a full disk went unnoticed"
fi
echo "offline: all as it should be"
