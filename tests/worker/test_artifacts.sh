#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# What a task leaves as artifacts: names, types, encodings, folders, faults.
. tests/worker/check.sh
sandbox --poll-timeout 200
log='public/logs/live_backing.log s3 text/plain; charset=utf-8
public/logs/live.log link text/plain; charset=utf-8'

# found MEMBERS-OF-ARTIFACT…: a task whose command makes files, with these artifacts
make='mkdir -p d/e empty; echo text >a.txt; echo log >a.log; echo "{}" >a.json; echo bytes >a.bin; echo z >a.zip
	echo 1 >d/one.txt; echo 2 >d/e/two.json; ln -s ../a.txt d/inside; ln -s /etc/passwd outside; mkfifo pipe'
with() {
	printf '{%s, "artifacts": [%s]}' "$(bash_command "$make")" "$1"
}
file() {
	printf '{"type": "file", "path": "%s", "name": "public/%s" %s}' "$1" "$1" "${2:+, $2}"
}

# encoding NAME: as it is stored
encoding() {
	curl -sS --noproxy '*' -o "$folder/raw" -D - "$(api queue getArtifact "$task" 0 "$1" |
		grep -o 'http[^"]*' | head -n 1)" | tr -d '\r' | sed -n 's/^[Cc]ontent-[Ee]ncoding: //p'
}

# types and encodings
one "$(with "$(file a.txt), $(file a.log), $(file a.json), $(file a.bin), $(file a.zip),
	$(file d/one.txt '"contentType": "text/html", "contentEncoding": "identity"'),
	{\"type\": \"file\", \"path\": \"a.txt\", \"name\": \"public/page.html\"}")" completed completed
artifacts_are "$log
public/a.txt s3 text/plain; charset=utf-8
public/a.log s3 text/plain; charset=utf-8
public/a.json s3 application/json
public/a.bin s3 application/octet-stream
public/a.zip s3 application/zip
public/page.html s3 text/plain; charset=utf-8
public/d/one.txt s3 text/html"
fetch public/a.txt
[[ $(<"$folder/fetched") == text ]] || fail "a.txt came back as $(<"$folder/fetched")"
[[ $(encoding public/a.txt) == gzip ]] || fail "a.txt is stored as $(encoding public/a.txt)"
[[ $(encoding public/a.zip) != gzip && $(encoding public/d/one.txt) != gzip ]] || fail "needlessly compressed"
# a folder, all of it; nothing in an empty one; a link inside is followed, out of the task's folder is not
one "$(with '{"type": "directory", "path": "d", "name": "public/dir"}, {"type": "directory", "path": "empty"}')" completed completed
artifacts_are "$log
public/dir/one.txt s3 text/plain; charset=utf-8
public/dir/inside s3 application/octet-stream
public/dir/e/two.json s3 application/json"

# faults: each is an artifact that says so, and fails the task unless it is optional
fault() { # ARTIFACT REASON
	one "$(with "$1")" failed failed
	log_is '.*Result: SUCCEEDED' ".*=== Task Finished ===" "\\[taskcluster:error\\] TASK FAILURE during artifact upload: $2: .*"
	api queue listArtifacts "$task" 0 | grep -q '"storageType":"error"' || fail "no error artifact"
}
fault "$(file nothing)" file-missing-on-worker
fault "$(file d)" invalid-resource-on-worker
fault "$(file outside)" invalid-resource-on-worker
fault "$(file pipe)" invalid-resource-on-worker
fault "$(file ../x)" invalid-resource-on-worker
fault "$(file /etc/passwd)" invalid-resource-on-worker
fault '{"type": "directory", "path": "a.txt"}' invalid-resource-on-worker
fault '{"type": "directory", "path": "no"}' file-missing-on-worker
one "$(with "$(file nothing '"optional": true'), $(file a.txt)")" completed completed
artifacts_are "$log
public/nothing error application/binary
public/a.txt s3 text/plain; charset=utf-8"

# a failed task's artifacts are made all the same; the command's error is the last word
make="$make; exit 5"
one "$(with "$(file a.txt), $(file nothing)")" failed failed
log_is '\[taskcluster:error\] TASK FAILURE during artifact upload: file-missing-on-worker: .*' '\[taskcluster:error\] exit status 5' ''
fetch public/a.txt
make=${make%; exit 5}

# names of the worker's own are left out, with a warning
one "$(with '{"type": "file", "path": "a.txt", "name": "public/logs/live_backing.log"}')" completed completed
log_is '\[taskcluster:warn DATE\] Artifact public/logs/live_backing.log is not uploaded: .*'

# many at once
make='mkdir d; for i in {1..45}; do echo $i >d/$i.txt; done'
one "$(with '{"type": "directory", "path": "d", "name": "public/d"}')" completed completed
[[ $(api queue listArtifacts "$task" 0 | grep -o '"public/d/' | wc -l) == 45 ]] || fail "not all files of the folder"

# the log's own name; no log at all
one "{$(bash_command 'echo here'), \"logs\": {\"backing\": \"public/my.log\"}}" completed completed
artifacts_are 'public/my.log s3 text/plain; charset=utf-8
public/logs/live.log link text/plain; charset=utf-8'
one "{$(bash_command 'echo here'), \"features\": {\"backingLog\": false, \"liveLog\": false}}" completed completed
artifacts_are ''

# the object service instead
configure '"createObjectArtifacts": true'
make='echo text >a.txt'
one "$(with "$(file a.txt)")" completed completed
artifacts_are "${log/s3/object}
public/a.txt object text/plain; charset=utf-8"
fetch public/a.txt
[[ $(<"$folder/fetched") == text ]] || fail "the object came back as $(<"$folder/fetched")"
