#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Replies that are bytes: to standard output, a file or a folder, in little memory, whole or not at
# all.
. tests/cli/check.sh
exec </dev/null
start_canned

log() { run "$1" api buildbot getLogRaw "${@:2}"; }
nothing_left() {
	[[ -z $(find "$folder" -name '*.??????' -type f -newer "$folder/root" -size -2) ]] || fail "left-overs"
}

# where people want them
log 0 1
is 'a log'
silent
log 0 1 -o "$folder/own"
is ''
[[ $(<"$folder/own") == 'a log' ]] || fail "-o FILE"
log 0 7
is ''
log 1 8
tells "302, to https://elsewhere.example.com/"
"$TC_CLI" api buildbot getLogRaw 2 >"$folder/piped"
[[ $(wc -c <"$folder/piped") == 1024 ]] || fail "bytes were lost"
on_terminal 0 api buildbot getLogRaw 1
is 'a log'
on_terminal 1 api buildbot getLogRaw 2
is "taskcluster: the reply is bytes of application/octet-stream, nothing for a terminal: -o FILE saves it"

# a folder: the server's name, without its folders; what is there stays
mkdir "$folder/logs"
log 0 1 -o "$folder/logs"
is "$folder/logs/build.log"
silent
[[ $(<"$folder/logs/build.log") == 'a log' ]] || fail "-o FOLDER"
echo mine >"$folder/logs/build.log"
log 1 1 -o "$folder/logs/"
tells "$folder/logs/build.log is there already"
[[ $(<"$folder/logs/build.log") == mine ]] || fail "a file was overwritten"
rm "$folder/logs/build.log"
ln -s nowhere "$folder/logs/build.log"
log 1 1 -o "$folder/logs/"
tells "is there already"
[[ ! -e $folder/logs/nowhere ]] || fail "a link was followed"
run 0 api buildbot getBuildStepLogRaw 1 2 stdio -o "$folder/logs/"
is "$folder/logs/stdio"
log 0 7 -o "$folder/logs"
is "$folder/logs/7"
[[ -f $folder/logs/7 && ! -s $folder/logs/7 ]] || fail "an empty reply is a file, too"
# a server must not plant a file that nobody sees, but programs read
log 0 3 -o "$folder/logs"
is "$folder/logs/profile"
[[ $(<"$folder/logs/profile") == evil && ! -e $folder/logs/.profile ]] || fail "a hidden name"
log 0 3 -o "$folder/other"
[[ $(<"$folder/other") == evil ]] || fail "a name of one's own"
log 2 1 -o "$folder/none/"
tells "there is no folder"
log 2 1 -o ''
tells "there is no folder"
(cd "$folder/logs" && "$TC_CLI" api buildbot getLogRaw 2 -o .) >"$folder/printed"
[[ $(<"$folder/printed") == ./2 && -s $folder/logs/2 ]] || fail "-o ."
run 0 api queue status json -o "$folder/logs"
is "$folder/logs/json"
run 1 api queue ping -o "$folder/logs"
run 1 api queue status json -o "$folder/logs"
tells "is there already"
[[ $(ls -A "$folder/logs" | wc -l) == 6 ]] || fail "the folder has $(ls -A "$folder/logs")"

# somebody is faster with the name while the bytes come
printf 'first ' >"$folder/taken"
"$TC_CLI" api buildbot getLogRaw 4 -o "$folder/logs" >"$folder/out" 2>"$folder/err" &
download=$!
for ((i = 0; i < 200; i++)); do
	[[ -z $(find "$folder/logs" -name '.??????' -size +0) ]] || break
	sleep 0.01
done
ln "$folder/taken" "$folder/logs/large" 2>/dev/null || true
wait "$download" || true
if [[ $(<"$folder/logs/large") == 'first ' ]]; then
	grep -q 'is there already' "$folder/err" || fail "the name was taken, and nobody told"
fi
rm "$folder/logs/large"

# refusals
log 1 9
tells "404: no such log"
log 1 9 -o "$folder/logs"
log 2 x
tells "logId"
nothing_left

# what breaks off is repeated where nothing is seen of it, and else told
log 0 5 -o "$folder/repeated"
[[ $(<"$folder/repeated") == 'first second' ]] || fail "a repeated call left its first attempt"
"$TC_CLI" api buildbot getLogRaw 5 >"$folder/repeated" 2>"$folder/err"
[[ $(<"$folder/repeated") == 'first second' ]] || fail "a file on standard output was not cut back"
status=0
"$TC_CLI" api buildbot getLogRaw 5 2>"$folder/err" | cat >"$folder/piped" || status=$?
((status == 1)) && [[ $(<"$folder/piped") == 'first ' ]] || fail "what went into a pipe came twice"
# an even number of attempts, for those that follow
log 0 5
is 'first second'
on_terminal 1 api buildbot getLogRaw 5
has 'broke off after 6 bytes'

# Ctrl-C
interrupted 1 api buildbot getLogRaw 6 -o "$folder/logs"
silent
interrupted 1 api buildbot getLogRaw 6
is x
nothing_left
[[ $(ls -A "$folder/logs" | wc -l) == 6 ]] || fail "Ctrl-C left a file"

# 300 MB in little memory, to a file and into a pipe; readers that have seen enough
lean 40000 api buildbot getLogRaw 4
[[ ! -e $folder/lean || $(wc -c <"$folder/lean") == 314572800 ]] || fail "a large reply was cut"
lean 40000 api buildbot getLogRaw 4 -o "$folder/logs"
rm -f "$folder/logs/large" "$folder/lean"
"$TC_CLI" api buildbot getLogRaw 4 2>"$folder/err" | head -c 10 >/dev/null || true
[[ ! -s $folder/err ]] || fail "a reader that has gone is no error to tell"
if [[ -e /dev/full ]]; then
	status=0
	"$TC_CLI" api buildbot getLogRaw 1 >/dev/full 2>"$folder/err" || status=$?
	((status == 1)) && [[ $(grep -c . "$folder/err") == 1 ]] && grep -q 'No space' "$folder/err" ||
		fail "a full disk went unnoticed"
fi
echo "downloads: all as they should be"
