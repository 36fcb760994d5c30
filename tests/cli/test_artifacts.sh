#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Artifacts and objects as whole jobs: both storages, files, folders and pipes, inside a task, by the
# official client's names, and what is drawn on a terminal.
. tests/cli/check.sh
exec </dev/null
[[ -x ${TC_SANDBOX:-} ]] || exit 77
unset TASK_ID RUN_ID
start_canned
elsewhere=$TASKCLUSTER_ROOT_URL # a server of anybody's

start_sandbox --credentials tester:never-to-be-printed-0123456789
cd "$folder" # where files without -o go
mkdir tmp
export TMPDIR=$folder/tmp

# member NAME: the value of a member in the compact JSON in out, a text or another
member() {
	sed -nE "s/.*\"$1\":(\"([^\"]*)\"|([^,}]*)).*/\2\3/p" <<<"$out"
}

# are NAME VALUE…: members of the JSON in out
are() {
	while (($#)); do
		[[ $(member "$1") == "$2" ]] || fail "expected $1 to be $2"
		shift 2
	done
}

same() {
	cmp -s "$1" "$2" || fail "$1 and $2 differ"
}

# running_task: one that runs, claimed by hand; sets $task
running_task() {
	task=$("$TC_CLI" slugid)
	run 0 api queue createTask "$task" <<<"{
		\"taskQueueId\": \"test/cli\", \"payload\": {}, \"projectId\": \"p\",
		\"created\": \"$("$TC_CLI" from-now 0 s)\", \"deadline\": \"$("$TC_CLI" from-now 1 hour)\",
		\"metadata\": {\"name\": \"n\", \"description\": \"d\", \"owner\": \"a@example.com\",
			\"source\": \"https://example.com\"}}"
	run 0 api queue claimWork test/cli <<<'{"tasks": 1, "workerGroup": "g", "workerId": "w"}'
}
running_task

plain="text/plain; charset=utf-8"
printf 'some text\n' >text.txt
head -c 300000 /dev/urandom >noise.bin
: >nothing.txt

# there and back, by both storages
for storage in s3 object; do
	for file in text.txt noise.bin nothing.txt; do
		run 0 artifact upload "$task" 0 "public/$storage/$file" "$file" --storage "$storage"
		silent
		has "uploaded public/$storage/$file: $(wc -c <"$file") bytes"
		run 0 artifact download "$task" "public/$storage/$file" -o back
		silent
		has "downloaded public/$storage/$file: $(wc -c <"$file") bytes, "
		has ", to back"
		same "$file" back
	done
done
has 'text/plain'
rm back

# what --json tells
run 0 artifact upload "$task" 0 public/json.txt text.txt --json --expires '30 minutes'
sum=$(sha256sum text.txt) sum=${sum%% *}
are name public/json.txt taskId "$task" runId 0 contentType "$plain" contentEncoding gzip \
	contentLength 10 sha256 "$sum" public true storageType s3
[[ $(member sha512) == $(sha512sum text.txt | cut -d ' ' -f 1) ]] || fail "sha512"
(($(member storedLength) > 10)) || fail "storedLength"
run 0 artifact upload "$task" 0 public/json.bin text.txt --json --content-encoding identity \
	--content-type 'text/html; charset=utf-8' --expires "$("$TC_CLI" from-now 30 minutes)"
are contentType 'text/html; charset=utf-8' contentEncoding identity storedLength 10
run 0 artifact download "$task" 0 public/json.bin --json -o there
are name public/json.bin path there contentType 'text/html; charset=utf-8' contentLength 10 \
	received 10 restarts 0 sha256 "$sum" kept false storageType s3
same text.txt there
run 0 artifact download "$task" public/object/text.txt --json -o there
are verified true storageType object

# what is private is said to be
run 0 artifact upload "$task" 0 secret/x text.txt --json
are public false
tells 'secret/x is private, as its name does not begin with public/'
run 0 artifact upload "$task" 0 secret/x text.txt --quiet
silent
is ''

# names: the last part in this folder, or in another one
mkdir into
run 0 artifact download "$task" public/s3/text.txt
has 'to text.txt'
run 0 artifact download "$task" public/s3/text.txt -o into
has 'to into/text.txt'
run 0 artifact download "$task" public/s3/text.txt -o into/ --quiet
is ''
same text.txt into/text.txt
run 2 artifact download "$task" public/s3/text.txt -o none/
tells 'there is no folder "none/"'
run 2 artifact download "$task" public/s3/
tells 'has no last part'
run 2 artifact download "$task" public/..
tells 'has no last part'

# what is there stays what it is when nothing comes
run 1 artifact download "$task" public/none -o into/text.txt
tells 404
same text.txt into/text.txt
[[ $(ls -A into) == text.txt ]] || fail "left-overs: $(ls -A into)"

# the same again
run 0 artifact download "$task" public/object/noise.bin -o kept --keep
has downloaded
run 0 artifact download "$task" public/object/noise.bin -o kept --keep
has 'kept public/object/noise.bin: 300000 bytes'
printf x >kept
run 0 artifact download "$task" public/object/noise.bin -o kept --keep --json --anew --identity \
	--no-sync --ranges 2
are kept false
same noise.bin kept

# pipes
run 0 artifact upload "$task" 0 public/piped - < <(cat noise.bin)
has 'uploaded public/piped: 300000 bytes'
run 0 artifact upload "$task" 0 public/redirected - <noise.bin
has 'uploaded public/redirected: 300000 bytes'
run 0 artifact upload "$task" 0 public/substituted <(cat noise.bin)
for name in piped redirected substituted; do
	"$TC_CLI" artifact download "$task" "public/$name" -o - 2>err >back
	[[ ! -s err ]] || fail "it told: $(<err)"
	same noise.bin back
	"$TC_CLI" artifact download "$task" "public/$name" -o - | cat >back
	same noise.bin back
done
run 0 artifact download "$task" public/piped -o /dev/null
has 'to /dev/null'
[[ -c /dev/null ]] || fail "/dev/null was replaced"
[[ -z $(ls -A tmp) ]] || fail "left in the temporary folder: $(ls -A tmp)"

# broken ones
status=0
"$TC_CLI" artifact download "$task" public/piped -o - 2>err | true || status=${PIPESTATUS[0]}
((status == 1)) && grep -q 'taskcluster: .*Broken pipe' err || fail "a closed pipe: $status, $(<err)"
if [[ -e /dev/full ]]; then
	run 1 artifact download "$task" public/piped -o /dev/full
	tells 'No space left'
fi
run 2 artifact upload "$task" 0 public/x 'no such file'
tells 'no such file: No such file'
run 2 artifact upload "$task" 0 public/x into
tells 'into is a folder'
run 2 artifact download "$task" public/piped -o - --json
tells 'both want standard output'

# without bytes
run 0 artifact upload "$task" 0 public/link --link public/s3/text.txt
is 'created public/link: link to public/s3/text.txt'
run 0 artifact download "$task" public/link -o back
same text.txt back
run 0 artifact upload "$task" 0 public/error --error file-missing-on-worker --message 'no such thing' --json
are storageType error
run 1 artifact download "$task" public/error -o back
tells 'no such thing'
run 0 artifact upload "$task" 0 public/reference --url "$TASKCLUSTER_ROOT_URL/api/queue/v1/ping"
run 0 artifact download "$task" public/reference -o back
grep -q alive back || fail "the reference was not followed"
in_rig || run 1 artifact download "$task" public/reference -o back --public-only
run 2 artifact upload "$task" 0 public/x --link a --url b
tells 'exclude each other'
run 2 artifact upload "$task" 0 public/x --error file-missing-on-worker
tells 'go together'
run 2 artifact upload "$task" 0 public/x text.txt --message m
tells '--message goes with --error'
run 2 artifact upload "$task" 0 public/x --link a --storage object
tells 'about bytes'

# inside a task
export TASK_ID=$task RUN_ID=0
run 0 artifact upload public/inside text.txt --json
are taskId "$task" runId 0
run 0 artifact download public/inside -o back
same text.txt back
run 0 artifact list --json
has '"name":"public/inside"'
RUN_ID=3 run 1 artifact download public/inside -o back
run 0 artifact upload "$task" public/named text.txt --json
are runId 0
RUN_ID= run 0 artifact upload public/named text.txt --run 0 --json
RUN_ID= run 2 artifact upload public/named text.txt
tells 'which run?'
RUN_ID=x run 2 artifact download public/inside
tells 'the run is "x"'
unset TASK_ID RUN_ID
run 2 artifact upload public/x text.txt
tells 'which task?'
run 2 artifact download public/x
tells 'which task?'
run 2 artifact list
tells 'which task?'

# lists
run 0 artifact list "$task"
[[ $(grep -c . <<<"$out") == $("$TC_CLI" api queue listArtifacts "$task" 0 --all | wc -l) ]] ||
	fail "not every artifact has its line"
grep -qE '^s3 +10  text/plain; charset=utf-8  20[^ ]*Z  public/s3/text\.txt$' <<<"$out" || fail "the line of public/s3/text.txt"
grep -qE '^object +' <<<"$out" || fail "object artifacts"
run 0 artifact list "$task" 0 --json
[[ $out == "$("$TC_CLI" api queue listArtifacts "$task" 0 --all)" ]] || fail "--json is not what the queue tells"
run 0 artifact list "$task" 0 --select /name
[[ $(sort <<<"$out") == "$("$TC_CLI" api queue listArtifacts "$task" 0 --all --select /name | sort)" ]] || fail "--select"
has $'public/s3/text.txt\n'
run 1 artifact list "$task" 7
tells 404
run 1 artifact list "$task" 7 --errors json
[[ $err == '{"error":"queue.listArtifacts: 404 '*'"code":"http","status":404,'*'}' ]] || fail "--errors json"

# by the index
run 0 api index insertTask p.latest <<<"{\"taskId\": \"$task\", \"rank\": 1, \"data\": {},
	\"expires\": \"$("$TC_CLI" from-now 1 day)\"}"
run 0 artifact download --index p.latest public/s3/text.txt -o back
same text.txt back
run 2 artifact download --index p.latest "$task" public/s3/text.txt -o back
tells 'one of them'

# objects
run 0 object upload some/object noise.bin --project p --expires '1 hour' --json
are name some/object projectId p contentLength 300000
run 0 object download some/object
has 'to object'
same noise.bin object
"$TC_CLI" object download some/object -o - | cat >back
same noise.bin back
run 2 object upload some/object noise.bin --expires 1h
tells 'needs --project and --expires'
run 2 object upload some/object noise.bin --project p --expires soon
tells '--expires is "soon"'
run 1 object download some/none -o back
tells 404

# the official names and lines
official() {
	run 0 "$@"
	out=$(sed -E 's/ in ([0-9]+m?s|[0-9.]+s) \(/ in TIME (/' <<<"$out")
	silent
}
official download artifact "$task" public/object/text.txt back
is "Downloading \`public/object/text.txt\` from latest run of task $task to \`back\`
Downloaded 10 bytes of type $plain in TIME (including API calls)"
same text.txt back
official download artifact "$task" 0 public/json.bin back
is "Downloading \`public/json.bin\` from run 0 of task $task to \`back\`
Downloaded 10 bytes of type text/html; charset=utf-8 in TIME (including API calls)"
official download object some/object back
has "Downloading \`some/object\` to \`back\`
Downloaded 300000 bytes of type "
same noise.bin back
run 1 download artifact "$task" public/none back
tells 404
for words in 'artifact' 'artifact T x' 'artifact T 0 x f y' 'object x' 'object x f y'; do
	run 2 download $words
	tells "see \`taskcluster download ${words%% *} --help\`"
done
run 2 download artifact T x y z
tells 'the run is "x"'

# usage
for words in artifact object download; do
	run 2 "$words"
	tells 'needs a command'
	run 0 "$words" --help
	has 'COMMAND --help'
done
run 2 artifact uplaod
tells 'unknown command artifact uplaod: did you mean upload?'
run 0 help artifact upload
has --content-encoding
run 0 artifact upload --help
has --content-encoding
run 2 artifact upload
tells 'expected `taskcluster artifact upload [TASK_ID [RUN_ID]] NAME FILE`'
run 2 artifact upload a b c d e
run 2 artifact upload "$task" 0 public/x text.txt --run 0
tells 'one of them'
run 2 artifact upload "$task" 0 public/x text.txt --storage tape
run 2 artifact upload "$task" 0 public/x text.txt --content-encoding br
run 2 artifact upload "$task" 0 public/x text.txt --expires tomorrow
tells '--expires is "tomorrow"'
run 2 artifact download "$task" x --ranges 33
tells 'expected a number from 1 to 32'
run 2 artifact download "$task" x --ranges 0
run 2 artifact download "$task" x --live
tells 'go with --all'
run 2 artifact download "$task" x --no-such
tells '`taskcluster artifact download --help` lists them'
run 2 artifact download

# all of a run, whatever their names are: nothing is written outside the folder, the others go on
running_task
good=(public/a.txt public/sub/b.zip public/sub/deeper/c.zip 'a\b' -o)
bad=(../../outside /tmp/outside-of-the-tests a//b a/./b dup/x/..)
for name in "${good[@]}" "${bad[@]}" dup dup/x; do
	run 0 artifact upload "$task" 0 --quiet --content-encoding identity -- "$name" text.txt
done
run 0 artifact upload "$task" 0 public/error --error file-missing-on-worker --message gone
run 0 artifact upload "$task" 0 public/other-name --link public/a.txt
run 0 artifact upload "$task" 0 public/object noise.bin --storage object
mkdir -p deep/er/all
all=deep/er/all
run 1 artifact download "$task" --all -o "$all"
tells "6 of "
for name in "${bad[@]}"; do
	tells "  $name: "
done
[[ $err == *"  dup: "* || $err == *"  dup/x: "* ]] || fail "two names that exclude each other"
for name in "${good[@]}"; do
	same text.txt "$all/$name"
done
same text.txt "$all/public/other-name"
has "downloaded public/a.txt: 10 bytes, $plain, to $all/public/a.txt"
has "6 failed"
lacks 'left out:'
[[ ! -e deep/outside && ! -e outside && ! -e /tmp/outside-of-the-tests ]] || fail "written outside the folder"
run 1 -v artifact download "$task" --all -o "$all" --keep
tells 'public/error is left out: '
has "kept public/object: 300000 bytes, verified, in $all/public/object"
run 1 artifact download "$task" --all -o "$all" --json
[[ $(grep -cE '^\{"name":.*"storageType":"(s3|object|link)".*\}$' <<<"$out") == 8 &&
	$(grep -c . <<<"$out") == 8 ]] || fail "a line for each file"
has "\"path\":\"$all/public/a.txt\""

run 1 artifact download "$task" --all -o "$all" --errors json
[[ $err == '{"error":"6 of '*'"hints":["'*'","'*'"],"exitStatus":1}' ]] || fail "an error with six hints"

# those that match, into this folder, too; inside a task
mkdir here
cd here
TASK_ID=$task RUN_ID=0 run 0 artifact download --all 'public/*.zip' --in-flight 1
[[ $(find . -type f | sort) == $'./public/sub/b.zip\n./public/sub/deeper/c.zip' ]] || fail "patterns: $(find .)"
has '2 downloaded, 20 bytes; 0 kept'
silent
run 0 artifact download "$task" --all 'public/a*' 'public/*/b.zip' -o ../chosen --run 0 --quiet
is ''
same ../text.txt ../chosen/public/a.txt
cd ..
run 2 artifact download "$task" --all -o -
tells 'needs a folder'
run 2 artifact download "$task" --all -o text.txt
tells 'text.txt is a file'
run 2 artifact download --all 'public/*'
tells 'which task?'
run 1 artifact download "$("$TC_CLI" slugid)" --all
tells 404

# on a terminal there is a line for each file under way, which nothing in a name steers; in a pipe none
export TERM=xterm
in_terminal() {
	on_terminal "$@"
	out=${out//$'\033[K'/} out=${out//$'\033[J'/}
	out=$(sed -E 's/\x1b\[[0-9]+A//g' <<<"$out")
	lacks $'\033'
}
run 0 artifact upload "$task" 0 public/large --url "$elsewhere/api/v2/logs/4/raw"
in_terminal 0 artifact download "$task" public/large -o large
grep -qE '^public/large +\[#* *\] +[0-9]+% +[0-9.]+ [KM]iB +[0-9.]+ [KMG]iB/s +[0-9]+:[0-9][0-9]$' <<<"$out" ||
	grep -qE '^public/large +[0-9.]+ [KM]iB +[0-9.]+ [KMG]iB/s$' <<<"$out" || fail "no bar"
has 'downloaded public/large: 314572800 bytes'
rm large
in_terminal 0 artifact download "$task" public/a.txt -o "'"$'\033[31mred'"'"
has "downloaded public/a.txt: 10 bytes, $plain, to  [31mred"
in_terminal 0 artifact download "$task" --all "'public/*.zip'" -o "$all"
has ' done'
on_terminal 0 artifact download "$task" public/a.txt -o red --quiet
is ''
on_terminal 0 artifact download "$task" public/large -o large --errors json
is "downloaded public/large: 314572800 bytes, text/plain, to large"
rm large
TERM=dumb on_terminal 0 artifact download "$task" public/a.txt -o red
is "downloaded public/a.txt: 10 bytes, $plain, to red"
on_terminal 0 artifact download "$task" public/a.txt -o -
is 'some text'
run 0 artifact upload "$task" 0 public/binary noise.bin
on_terminal 1 artifact download "$task" public/binary -o -
has 'nothing for a terminal'

# a signal ends it in order, and it goes on from there the next time
run 0 artifact upload "$task" 0 public/slow --url "$elsewhere/resumable"
"$TC_CLI" artifact download "$task" public/slow -o slow >out 2>err &
download=$!
for ((i = 0; i < 200; i++)); do
	[[ ! -e .slow.tc-part || $(wc -c <.slow.tc-part) != 1048576 ]] || break
	sleep 0.05
done
kill "$download"
status=0
wait "$download" || status=$?
((status == 143)) && [[ ! -s out && ! -s err ]] || fail "expected an end by SIGTERM, not $status: $(<err)"
[[ ! -e slow && -s .slow.tc-part ]] || fail "what came is not kept: $(ls -A)"
run 0 artifact download "$task" public/slow -o slow --json
are contentLength 2097152 received 1048576 restarts 0
[[ -s slow && ! -e .slow.tc-part ]] || fail "a part is left"
interrupted 1 artifact download "$task" public/slow -o slow --anew
silent
[[ $(wc -c <slow) == 2097152 ]] || fail "what was there is not any more"

# who calls
run 0 artifact upload "$task" 0 secret/x text.txt
TASKCLUSTER_CLIENT_ID= TASKCLUSTER_ACCESS_TOKEN= run 0 artifact download "$task" public/a.txt -o back
TASKCLUSTER_CLIENT_ID= TASKCLUSTER_ACCESS_TOKEN= run 1 artifact download "$task" secret/x -o back
tells 403
tells 'not signed'
lacks never-to-be-printed
echo "artifacts: all as they should be"
