# SPDX-License-Identifier: MPL-2.0
# Taskcluster's own worker works on tasks of the Taskcluster that the environment names:
# generic_worker.sh PROGRAM FOLDER. FOLDER is an empty one to work in. Exit status: 0, or 1 when
# something was not seen. The worker is the insecure engine: what it runs are the lines below.
set -euo pipefail
program=$1 folder=$2
: "${TC_CLI:?the path of the command line}"
passed=0 failed=0

# is WHAT SEEN WANTED
is() {
	if [[ $2 == "$3" ]]; then
		passed=$((passed + 1))
		return
	fi
	echo "generic-worker: FAILED: $1: ${2:0:500} instead of $3"
	failed=$((failed + 1))
}

# member NAME: the text of the last member of that name in the JSON on standard input
member() {
	tr ',{}' '\n\n\n' | sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" | tail -n 1
}

# create COMMAND PAYLOAD TASK: creates a task that runs a shell command, with more members of its payload
# and of itself
create() {
	task=$("$TC_CLI" slugid)
	"$TC_CLI" api queue createTask "$task" >/dev/null <<JSON
{
  "taskQueueId": "peers/generic", "retries": 1 $3,
  "created": "$("$TC_CLI" from-now 0 seconds)", "deadline": "$("$TC_CLI" from-now 1 hour)",
  "payload": {
    "command": [["/bin/bash", "-c", "$1"]], "maxRunTime": 60,
    "features": {"liveLog": false, "resourceMonitor": false} $2
  },
  "metadata": {"name": "n", "description": "d", "owner": "a@example.com", "source": "https://example.com"}
}
JSON
}

# resolved WHAT TASK STATE REASON
resolved() {
	local status before=$failed
	status=$("$TC_CLI" api queue status "$2")
	is "$1: the task's state" "$(tr ',' '\n' <<<"$status" | sed -n 's/.*"state":"\([a-z]*\)".*/\1/p' | head -n 1)" "$3"
	is "$1: why its last run ended" "$(member reasonResolved <<<"$status")" "$4"
	((failed == before)) || bytes "$2" public/logs/live_backing.log | tail -n 5
}

bytes() {
	curl -sSL --fail --compressed --max-time 20 \
		"$TASKCLUSTER_ROOT_URL/api/queue/v1/task/$1/artifacts/$2" || true
}

mkdir -p "$folder"/{tasks,caches,downloads,home}
"$program" new-ed25519-keypair --file "$folder/key" >/dev/null
cat >"$folder/config" <<JSON
{
  "rootURL": "$TASKCLUSTER_ROOT_URL",
  "clientId": "$TASKCLUSTER_CLIENT_ID", "accessToken": "$TASKCLUSTER_ACCESS_TOKEN",
  "provisionerId": "peers", "workerType": "generic", "workerGroup": "group", "workerId": "worker",
  "ed25519SigningKeyLocation": "$folder/key", "publicIP": "127.0.0.1",
  "tasksDir": "$folder/tasks", "cachesDir": "$folder/caches", "downloadsDir": "$folder/downloads",
  "enableLiveLog": false, "enableTaskclusterProxy": false, "enableInteractive": false,
  "disableReboots": true, "disableOOMProtection": true,
  "requiredDiskSpaceMegabytes": 1, "numberOfTasksToRun": 8
}
JSON

result=',"artifacts": [
  {"type": "file", "path": "out.txt", "name": "public/out.txt"},
  {"type": "file", "path": "none.txt", "name": "public/none.txt", "optional": true},
  {"type": "file", "path": "small.json", "name": "public/small.json", "contentEncoding": "identity"}]'
cache=',"mounts": [{"cacheName": "peers-cache", "directory": "cache"}]'
create 'echo from-the-task; echo result >out.txt; echo {} >small.json' "$result" ''
good=$task
create 'exit 3' '' ''
bad=$task
create 'exit 42' ',"onExitStatus": {"retry": [42]}' ''
again=$task # its second run is a task of its own to the worker
scopes=',"scopes": ["generic-worker:cache:peers-cache"]'
create 'echo kept >cache/file' "$cache" "$scopes"
before=$task
create 'cat cache/file' "$cache" "$scopes"
after=$task
create 'cat mounted' ",\"mounts\": [{\"file\": \"mounted\",
  \"content\": {\"taskId\": \"$good\", \"artifact\": \"public/out.txt\"}}]" ",\"dependencies\": [\"$good\"]"
mounted=$task
create 'true' ',"nonsense": 1' ''
malformed=$task

status=0
(cd "$folder" && HOME=$folder/home timeout 120 "$program" run --config "$folder/config") \
	>"$folder/log" 2>&1 || status=$?
is "the worker leaves after eight runs" "$status" 0
((status == 0)) || tail -n 5 "$folder/log"

resolved "a task that does well" "$good" completed completed
is "an s3 artifact, compressed on the way" "$(bytes "$good" public/out.txt)" result
is "an artifact as it is" "$(bytes "$good" public/small.json)" '{}'
is "the log has what the task printed" \
	"$(bytes "$good" public/logs/live_backing.log | grep -x from-the-task)" from-the-task
is "an optional file that is not there: 424 with its reason" \
	"$(curl -s --max-time 20 "$TASKCLUSTER_ROOT_URL/api/queue/v1/task/$good/artifacts/public%2Fnone.txt" |
		member reason)" file-missing-on-worker
resolved "a task that fails" "$bad" failed failed
resolved "a task that asks for a retry twice" "$again" exception intermittent-task
resolved "a task that fills a cache" "$before" completed completed
resolved "a task that finds the cache: purge-cache let it be" "$after" completed completed
is "what the cache kept" "$(bytes "$after" public/logs/live_backing.log | grep -x kept)" kept
resolved "a task with an artifact mounted" "$mounted" completed completed
is "what was mounted" "$(bytes "$mounted" public/logs/live_backing.log | grep -x result)" result
resolved "a payload that the worker refuses" "$malformed" exception malformed-payload

echo "generic-worker $("$program" --short-version): $passed passed, $failed failed"
((failed == 0))
