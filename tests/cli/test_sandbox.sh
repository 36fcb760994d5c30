#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# The command line against a Taskcluster on loopback: a task's life, signed URLs, refusals.
. tests/cli/check.sh
exec </dev/null
[[ -x ${TC_SANDBOX:-} ]] || exit 77

start_sandbox --private --credentials tester:never-to-be-printed-0123456789 --poll-timeout 100

# member NAME: the text of a member in the compact JSON in out
member() {
	sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" <<<"$out"
}

run 0 api queue ping
has '"alive":true'
run 0 version --server
has "server: "
lacks "They differ"
run 0 scopes
has "client: tester"
has "server: $TASKCLUSTER_ROOT_URL"
has "scopes:
  *"
lacks never-to-be-printed

# a task, from standard input and from a file
task=$("$TC_CLI" slugid)
cat >"$folder/task.json" <<JSON
{
  "provisionerId": "test", "workerType": "cli",
  "created": "$("$TC_CLI" from-now 0 seconds)",
  "deadline": "$("$TC_CLI" from-now 1 hour)",
  "payload": {"text": "<&> é"},
  "metadata": {"name": "n", "description": "d", "owner": "a@example.com", "source": "https://example.com"}
}
JSON
run 0 -v api queue createTask "$task" <"$folder/task.json"
has '"state":"pending"'
tells "PUT $TASKCLUSTER_ROOT_URL/api/queue/v1/task/$task"
lacks never-to-be-printed
run 0 api queue createTask "$task" --body "$folder/task.json"
run 0 api queue status "$task"
[[ $(member taskId) == "$task" ]] || fail "another task"
run 0 api queue task "$task" -o "$folder/definition"
grep -q '"<&> é"' "$folder/definition" || fail "the definition is not as it was given"

# claim, report, and what is refused
run 0 api queue claimWork test/cli <<<'{"tasks":1,"workerGroup":"g","workerId":"w"}'
has "$task"
run 0 api queue claimWork test/cli <<<'{"tasks":1,"workerGroup":"g","workerId":"w"}'
is '{"tasks":[]}'
run 0 api queue createArtifact "$task" 0 public/link <<JSON
{"storageType": "reference", "contentType": "text/plain", "url": "https://example.com/x",
 "expires": "$("$TC_CLI" from-now 30 minutes)"}
JSON
run 0 api queue reportCompleted "$task" 0
run 1 api queue reportFailed "$task" 0
tells 409
run 1 api queue status "$("$TC_CLI" slugid)"
tells "404 ResourceNotFound"
run 1 api queue claimWork test/cli <<<'{"tasks":100,"workerGroup":"g","workerId":"w"}'
tells "400 InputValidationError"
tells "--help"
run 1 api queue listArtifacts "$task" 0 --limit many
tells 400
run 0 api queue listArtifacts "$task" 0 --limit 5
has '"name":"public/link"'
run 0 api queue getArtifact "$task" 0 public/link
has 'https://example.com/x'

# secrets, and redirects that are nothing but a Location
run 0 api secrets set a/b <<<"{\"secret\": {\"k\": 1.50}, \"expires\": \"$("$TC_CLI" from-now 1 day)\"}"
run 0 api secrets get a/b
has '"k":1.50'
run 0 api index insertTask project.x.latest <<<"{\"taskId\": \"$task\", \"rank\": 1, \"data\": {},
	\"expires\": \"$("$TC_CLI" from-now 1 day)\"}"
run 0 api index findArtifactFromTask project.x.latest public/link
[[ $out == http*"$task"* ]] || fail "no Location"
run 0 api index listNamespaces '' --select /namespaces/0/namespace
is project
run 0 api index listTasks '' --all
is ''

# a signed URL is good for anybody, and only as long as it should be
run 0 api queue listArtifacts "$task" 0 --limit 1 --signed-url --expires 1m
signed=$out
curl -sf "$signed" | grep -q public/link || fail "curl could not open the signed URL"
run 0 api secrets get a/b --signed-url
[[ $(curl -s -o "$folder/reply" -w '%{http_code}' "$out") == 200 ]] || fail "a signed URL"
[[ $(curl -s -o "$folder/reply" -w '%{http_code}' "${out%%\?*}") == 403 ]] || fail "an open secret"
run 0 api secrets get a/b --signed-url --expires 1s
sleep 2
[[ $(curl -s -o "$folder/reply" -w '%{http_code}' "$out") == 401 ]] || fail "it should have expired"

# authorizedScopes of the file narrow what the environment's credentials may do
cat >"$HOME/.config/taskcluster.yml" <<<'config: {authorizedScopes: ["queue:get-task:*", "auth:current-scopes"]}'
run 0 scopes
has 'queue:get-task:*'
lacks '  *'$'\n'
run 1 api secrets get a/b
tells "403 InsufficientScopes"
tells "narrowed to the authorizedScopes in $HOME/.config/taskcluster.yml"
rm "$HOME/.config/taskcluster.yml"

# wrong and missing credentials
TASKCLUSTER_ACCESS_TOKEN=wrong run 1 api secrets get a/b
tells 401
tells "from the environment"
lacks never-to-be-printed
TASKCLUSTER_CLIENT_ID= TASKCLUSTER_ACCESS_TOKEN= run 1 api secrets get a/b
tells 403
tells "not signed"
TASKCLUSTER_CLIENT_ID= TASKCLUSTER_ACCESS_TOKEN= run 1 scopes
has "client: none"
tells auth:current-scopes

# a schedule that means another time than it seems to
hook() {
	printf '{"metadata":{"name":"n","description":"d","owner":"a@example.com"},"task":{},"schedule":%s}' "$1"
}
run 0 api hooks createHook g h < <(hook '["0 4 * * *", "@daily"]')
silent
run 0 api hooks updateHook g h < <(hook '["0 4 * * *", "4 * * *", ""]')
tells 'warning: schedule[1] is "4 * * *": it has 4 fields where 5 are usual'
tells 'warning: schedule[2] is "": it has 0 fields'
tells "every minute that the rest allows"
[[ $err != *'schedule[0]'* ]] || fail "warned of five fields"
run 0 api hooks getHookStatus g h
has nextScheduledDate

# TLS: an authority of one's own
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost \
	-addext subjectAltName=IP:127.0.0.1 -keyout "$folder/key.pem" -out "$folder/cert.pem" 2>/dev/null
"$TC_SANDBOX" --tls "$folder/cert.pem" "$folder/key.pem" >"$folder/secure" 2>>"$folder/sandbox.log" &
servers+=($!)
await_line "$folder/secure"
sleep 0.1
. "$folder/secure"
[[ $TASKCLUSTER_ROOT_URL == https://* ]] || fail "no https: $TASKCLUSTER_ROOT_URL"
SSL_CERT_FILE=$folder/cert.pem run 0 api queue ping
run 1 api queue ping
tells certificate
SSL_CERT_FILE=$folder/environment run 2 api queue ping
tells SSL_CERT_FILE

echo "sandbox: all as it should be"
