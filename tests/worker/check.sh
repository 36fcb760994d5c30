# SPDX-License-Identifier: MPL-2.0
# What the tests of taskcluster-worker share: those of the examples' worker, with another worker. To be
# sourced.
. tests/examples/check.sh
program=$TC_EXAMPLES/taskcluster-worker
mkdir "$folder/w" # where it works

# configure [MEMBERS]: its configuration, without credentials, which the environment has
configure() {
	cat >"$folder/config" <<JSON
{"provisionerId": "test", "workerType": "worker", "workerGroup": "g", "workerId": "w",
 "tasksDir": "$folder/w/tasks", "cachesDir": "$folder/w/caches", "downloadsDir": "$folder/w/downloads",
 "stateFile": "$folder/w/state", "publicIP": "127.0.0.1", "requiredDiskSpaceMegabytes": 0,
 "statusPollSecs": 1 ${1:+, $1}}
JSON
}
configure

# what is left of tasks when the worker has ended
check_rest() {
	local left
	left=$(ls -A "$folder/w/tasks" 2>/dev/null || true)
	[[ -z $left ]] || fail "the worker left $left behind"
	[[ -z $(ls -A "$folder/tmp") ]] || fail "the worker left $(ls -A "$folder/tmp") behind"
	[[ ! -e $folder/w/state ]] || fail "the state file is still there"
}

# worker STATUS OPTION…: runs it; its exit status must be this
worker() {
	local wanted=$1 status=0
	shift
	TMPDIR=$folder/tmp timeout 60 "$program" run --config "$folder/config" "$@" >"$folder/out" 2>"$folder/worker.log" ||
		status=$?
	((status == wanted)) || fail "the worker ended with $status, expected $wanted"
	check_rest
}

start_worker() {
	TMPDIR=$folder/tmp "$program" run --config "$folder/config" "$@" >"$folder/out" 2>"$folder/worker.log" &
	worker=$!
}

# artifact NAME: its bytes in $folder/fetched
fetch() {
	"$TC_CLI" artifact download "$task" 0 "$1" -o "$folder/fetched" >/dev/null || fail "no artifact $1"
}

# log_is REGEX…: the log has, in this order, a line for each, with other lines between
log_is() {
	fetch public/logs/live_backing.log
	# shellcheck disable=SC2016
	node -e 'const lines = require("fs").readFileSync(process.argv[1], "utf8").split("\n");
		let at = 0;
		for (const wanted of process.argv.slice(2)) {
			const regex = new RegExp("^" + wanted.replaceAll("DATE",
				"\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z") + "$");
			while (at < lines.length && !regex.test(lines[at]))
				at++;
			if (at++ >= lines.length) {
				console.error("the log has no line " + wanted + " here:\n" + lines.join("\n"));
				process.exit(1);
			}
		}' "$folder/fetched" "$@" || fail "the log is not as expected"
}

# artifacts_are TEXT: "name storageType contentType" of each of run 0, one a line, sorted
artifacts_are() {
	api queue listArtifacts "$task" "${2:-0}" >"$folder/list"
	# shellcheck disable=SC2016
	node -e 'for (const a of JSON.parse(require("fs").readFileSync(process.argv[1])).artifacts)
		console.log(a.name, a.storageType, a.contentType)' "$folder/list" | sort >"$folder/listed"
	[[ $(<"$folder/listed") == "$(sort <<<"$1")" ]] || fail "artifacts: $(<"$folder/listed")"
}

# one PAYLOAD RUN-STATE REASON [STATUS]: a task, run to its end by a worker of its own
one() {
	task "$1"
	worker "${4:-0}" --tasks 1
	is 0 "$2" "$3"
}

# bash WORDS: the payload's command, and how long it may take
bash_command() {
	printf '"command": [["/bin/bash", "-c", %s]], "maxRunTime": 30' "$(node -p 'JSON.stringify(process.argv[1])' "$1")"
}
