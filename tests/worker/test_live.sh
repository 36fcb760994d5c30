#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# The live log: read by its artifact while the task runs, from its beginning to its end; a link afterwards.
. tests/worker/check.sh
sandbox --poll-timeout 200

url() { # where the artifact leads to, with the queue's own redirect
	curl -sS --noproxy '*' -o /dev/null -w '%{redirect_url}' \
		"$TASKCLUSTER_ROOT_URL/api/queue/v1/task/$task/runs/0/artifacts/public%2Flogs%2Flive.log"
}
# begin SCRIPT: a task that waits for a file in the middle
begin() {
	rm -f "$folder/began" "$folder/go"
	task "{$(bash_command "echo first; touch $folder/began; while [[ ! -e $folder/go ]]; do sleep 0.05; done; $1")}"
	start_worker --tasks 1
	await "$folder/began"
}

begin 'echo second; exit 3'
live=$(url)
[[ $live =~ ^http://127\.0\.0\.1:[0-9]+/log/[A-Za-z0-9_-]{22}$ ]] || fail "live.log leads to '$live'"
artifacts_are 'public/logs/live.log reference text/plain; charset=utf-8'
curl -sSN --noproxy '*' -D "$folder/head" -o "$folder/read" "$live" &
reader=$!
for ((i = 0; i < 100; i++)); do
	grep -qx first "$folder/read" 2>/dev/null && break
	sleep 0.05
done
grep -qx first "$folder/read" || fail "the reader got nothing while the task ran"
! grep -qx second "$folder/read" || fail "the reader knows the future"
[[ $(curl -sS --noproxy '*' -o /dev/null -w '%{http_code}' "${live%?????}wrong") == 401 ]] || fail "another token opens it"
touch "$folder/go"
wait "$reader" || fail "the reader was cut off"
ends 0
is 0 failed failed
log_is first second '\[taskcluster:error\] exit status 3' ''
diff "$folder/read" "$folder/fetched" >&2 || fail "the reader saw another log"
artifacts_are 'public/logs/live.log link text/plain; charset=utf-8
public/logs/live_backing.log s3 text/plain; charset=utf-8'
fetch public/logs/live.log
diff "$folder/read" "$folder/fetched" >&2 || fail "the link leads elsewhere"

# a reader that takes nothing does not hold the task
begin 'head -c 20000000 /dev/zero | tr "\0" x; echo'
curl -sSN --noproxy '*' --limit-rate 1k -o /dev/null "$(url)" &
reader=$!
touch "$folder/go"
began=$(date +%s)
ends 0
(($(date +%s) - began < 15)) || fail "the reader held the task"
kill "$reader" 2>/dev/null || true
wait "$reader" 2>/dev/null || true
is 0 completed completed
log_is first
[[ $(grep -c '^x*$' "$folder/fetched") == 1 && $(wc -c <"$folder/fetched") -gt 20000000 ]] || fail 'the log is not whole'

# another name; none
one "{$(bash_command 'true'), \"logs\": {\"live\": \"public/now.log\"}}" completed completed
artifacts_are 'public/now.log link text/plain; charset=utf-8
public/logs/live_backing.log s3 text/plain; charset=utf-8'
one "{$(bash_command 'true'), \"features\": {\"liveLog\": false}}" completed completed
artifacts_are 'public/logs/live_backing.log s3 text/plain; charset=utf-8'
configure '"enableLiveLog": false'
one "{$(bash_command 'true')}" completed completed
artifacts_are 'public/logs/live_backing.log s3 text/plain; charset=utf-8'

# a port that is taken: a warning, and the task goes on
configure "\"livelogPortBase\": ${TASKCLUSTER_ROOT_URL##*:}"
one "{$(bash_command 'true')}" completed completed
log_is '\[taskcluster:warn DATE\] the live log: .*'
