#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Tasks as another user: what they can and cannot reach; chain of trust.
. tests/worker/check.sh
user=games # one that nobody else has processes of
((EUID == 0)) && id "$user" >/dev/null || exit 77
sandbox --poll-timeout 200
chmod 711 "$folder" "$folder/w"
"$program" new-ed25519-keypair --file "$folder/key" >"$folder/public"
configure "\"ed25519SigningKeyLocation\": \"$folder/key\""
as_user() { # PAYLOAD STATE REASON
	task "$1"
	worker 0 --tasks 1 --task-user "$user"
	is 0 "$2" "$3"
}

# who, where, with what
as_user "{$(bash_command 'id -un; id -Gn; env | sort; pwd; umask; cat '"$folder"'/key '"$folder"'/w/state /etc/shadow; ls '"$folder"'/w/tasks
	echo mine >out; touch '"$folder"'/w/x; ls /proc/self/fd | wc -l'),
	\"artifacts\": [{\"type\": \"file\", \"path\": \"out\", \"name\": \"public/out\"}]}" completed completed
! grep -q "warning: without --task-user" "$folder/worker.log" || fail "it warns in vain"
log_is '\[taskcluster DATE\]       "engine": "multiuser",' "$user" "$(id -Gn "$user")" "HOME=$folder/w/tasks/task_.*" "USER=$user" \
	"$folder/w/tasks/task_.*" '.*key: Permission denied' '.*state: Permission denied' '.*shadow: Permission denied' \
	'.*tasks.: Permission denied' '.*/w/x.*Permission denied' '.*Result: SUCCEEDED'
fetch public/out
[[ $(<"$folder/fetched") == mine ]] || fail "the artifact is another"

# its output can be opened by its name, as tee and scripts do
as_user "{$(bash_command 'echo to-out >/dev/stdout; echo to-err | tee /dev/stderr >/dev/null; echo to-fd >>/proc/self/fd/2')}" completed completed
log_is to-out to-err to-fd

# its proxy is its own: another user of the machine gets no word of it
ask='curl -sS -m 5 --noproxy "*" -o /dev/null -w "%{http_code}"'
task "{$(bash_command "echo by-task \$($ask \$TASKCLUSTER_PROXY_URL/api/queue/v1/ping)"'; echo $TASKCLUSTER_PROXY_URL >url; mv url there
	for i in {1..100}; do [[ ! -e go ]] || exit 0; sleep 0.1; done'), \"features\": {\"taskclusterProxy\": true}}"
start_worker --tasks 1 --task-user "$user"
for ((i = 0; i < 100; i++)); do
	there=$(echo "$folder"/w/tasks/task_*/there)
	[[ ! -e $there ]] || break
	sleep 0.1
done
url=$(<"$there")/api/queue/v1/ping
! setpriv --reuid 65534 --regid 65534 --clear-groups bash -c "$ask $url" >"$folder/asked" 2>&1 ||
	fail "another user reaches the task's proxy: $(<"$folder/asked")"
bash -c "$ask $url" >/dev/null || fail "root does not reach the task's proxy"
touch "${there%there}go"
ends 0
is 0 completed completed
log_is 'by-task 200'

# artifacts that the user may not read, though the worker could
fault() { # COMMAND PATH REASON
	as_user "{$(bash_command "$1"), \"artifacts\": [{\"type\": \"file\", \"path\": \"$2\", \"name\": \"public/x\"}]}" failed failed
	log_is "\\[taskcluster:error\\] TASK FAILURE during artifact upload: $3: .*"
}
fault 'ln -s /etc/shadow out' out invalid-resource-on-worker
fault 'ln -s '"$folder"'/key out' out invalid-resource-on-worker
fault 'echo 1 >out; chmod 0 out' out file-not-readable-on-worker
fault 'mkfifo out' out invalid-resource-on-worker

# what it leaves is killed, though in a session of its own
as_user "{$(bash_command "setsid bash -c 'sleep 3; touch /tmp/survivor-$$' >/dev/null 2>&1 & disown; sleep 0.2")}" completed completed
sleep 3.2
[[ ! -e /tmp/survivor-$$ ]] || fail "a process outlived its task"

# chain of trust: what it certifies can be verified with the public key
certified() {
	bash_command 'echo "{\"environment\": {\"extra\": 1}}" >chain-of-trust-additional-data.json; echo bytes >a; echo more >b'
	printf ', "features": {"chainOfTrust": true}, "artifacts": [%s, %s]' \
		'{"type": "file", "path": "a", "name": "public/a"}' '{"type": "file", "path": "b", "name": "public/b"}'
}
as_user "{$(certified)}" completed completed
artifacts_are 'public/a s3 application/octet-stream
public/b s3 application/octet-stream
public/chain-of-trust.json s3 text/plain; charset=utf-8
public/chain-of-trust.json.sig s3 application/octet-stream
public/logs/certified.log s3 text/plain; charset=utf-8
public/logs/live.log link text/plain; charset=utf-8
public/logs/live_backing.log s3 text/plain; charset=utf-8'
"$TC_CLI" chain-of-trust verify --public-key "$(<"$folder/public")" "$task" >"$folder/verified" ||
	fail "the certificate does not hold: $(<"$folder/verified")"
fetch public/chain-of-trust.json
grep -q '"extra": 1' "$folder/fetched" || fail "the task's own data is not in it"

# data that is no JSON: no certificate, but the certified log
as_user "{$(bash_command 'echo nonsense >chain-of-trust-additional-data.json'), \"features\": {\"chainOfTrust\": true}}" \
	exception internal-error
artifacts_are 'public/logs/certified.log s3 text/plain; charset=utf-8
public/logs/live.log link text/plain; charset=utf-8
public/logs/live_backing.log s3 text/plain; charset=utf-8'

# data without end does not hold up the worker
as_user "{$(bash_command 'truncate -s 4T chain-of-trust-additional-data.json'), \"features\": {\"chainOfTrust\": true}}" \
	exception internal-error
log_is '\[taskcluster:error\] chain of trust: chain-of-trust-additional-data.json .*at most 4194304 bytes.*'

# a key that the task's user can read
chown "$user" "$folder/key"
as_user "{$(certified)}" exception malformed-payload
log_is '\[taskcluster:error\] chain of trust: .*can read.*'
chown root "$folder/key"

# a configuration with secrets that the task's user can read
configure '"accessToken": "a-secret-of-this-worker", "clientId": "w"'
chmod 644 "$folder/config"
task "{$(bash_command 'echo never')}"
worker 73 --task-user "$user"
grep -q "$folder/config: .*can read it" "$folder/worker.log" || fail "it does not say who can read its configuration"
configure

# who tasks cannot run as
worker 73 --task-user root
worker 73 --task-user no-such-user-here
configure '"capacity": 2'
worker 73 --task-user "$user"
