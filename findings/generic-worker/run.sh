# SPDX-License-Identifier: MPL-2.0
# For the scripts beside this folder: builds generic-worker 83.1.0 (insecure engine: a task's commands run as
# who runs the script) in $folder, or takes GENERIC_WORKER, the path of another release's program.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=$(mktemp -d)
queue=
finish() {
	[[ -z $queue ]] || { kill "$queue" && wait "$queue"; } 2>/dev/null || true
	rm -rf "$folder"
}
trap finish EXIT

build_worker() {
	mkdir "$folder/build"
	cp "$here"/../../tests/bench/peers/go/go.{mod,sum} "$folder/build" # versions and checksums
	(
		cd "$folder/build"
		export GOPATH=$folder/go GOFLAGS='-modcacherw -mod=mod' CGO_ENABLED=0
		timeout 900 go build -tags insecure -o "$folder/generic-worker" \
			github.com/taskcluster/taskcluster/v83/workers/generic-worker >log 2>&1 || (tail log && false)
	)
}

# work COUNT: works on the tasks of the payloads on standard input, as many as COUNT says, and says what
# came of each (queue.mjs), also in $folder/said. Not in a pipe: what is started is ended by this shell.
work() {
	local worker=${GENERIC_WORKER:-$folder/generic-worker} i
	[[ -e $worker ]] || build_worker
	mkdir "$folder"/{run,tasks,caches,downloads}
	cd "$folder/run"
	cat >../payloads
	node "$here/queue.mjs" ../payloads ../root >../said &
	queue=$!
	for ((i = 0; i < 200; i++)); do
		[[ ! -s ../root ]] || break
		sleep 0.05
	done
	"$worker" new-ed25519-keypair --file ../key >/dev/null
	cat >../config <<JSON
{
  "rootURL": "$(<../root)", "clientId": "worker", "accessToken": "no-secret",
  "provisionerId": "made", "workerType": "up", "workerGroup": "group", "workerId": "worker",
  "ed25519SigningKeyLocation": "$folder/key", "publicIP": "127.0.0.1",
  "tasksDir": "$folder/tasks", "cachesDir": "$folder/caches", "downloadsDir": "$folder/downloads",
  "enableLiveLog": false, "enableTaskclusterProxy": false, "enableInteractive": false,
  "disableReboots": true, "requiredDiskSpaceMegabytes": 1, "numberOfTasksToRun": $1
}
JSON
	timeout 120 "$worker" run --config ../config >../log 2>&1 || (tail ../log && false)
	"$worker" --version >&2
	cat ../said
}
