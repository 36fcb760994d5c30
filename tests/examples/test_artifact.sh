#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# The artifact tool of the examples: both kinds of storage and sizes around their limits, refusals,
# damaged bytes, and a server in trouble.
. tests/examples/check.sh

# artifact STATUS ARGUMENT…
artifact() {
	local wanted=$1 status=0
	shift
	"$TC_EXAMPLES/example-artifact" "$@" >"$folder/out" 2>"$folder/err" || status=$?
	((status == wanted)) || fail "artifact $*: $status, expected $wanted: $(<"$folder/err")"
}

# A task that runs, claimed by hand
running_task() {
	task '{}'
	api queue claimWork test/worker <<<'{"tasks": 1, "workerGroup": "g", "workerId": "w"}' >"$folder/claim"
}

# both ways for files of these sizes
back_and_forth() {
	local size storage
	for size; do
		head -c "$size" /dev/urandom >"$folder/file"
		for storage in s3 object; do
			artifact 0 upload "$storage" "$task" 0 "public/$storage/$size" "$folder/file"
			artifact 0 download "$task" "public/$storage/$size" "$folder/back"
			cmp "$folder/file" "$folder/back" || fail "$size bytes by $storage are not the same"
			[[ ! -e $folder/back.part ]] || fail "a partial file is left"
		done
		grep -q "as it was uploaded" "$folder/out" || fail "the hashes were not compared"
	done
}

sandbox --data "$folder/data"
running_task
back_and_forth 0 1 8191 8192 300000

# what is damaged in the storage is not kept
head -c 100000 /dev/urandom >"$folder/file"
artifact 0 upload object "$task" 0 public/damaged "$folder/file"
for stored in "$folder"/data/*; do
	! cmp -s "$stored" "$folder/file" || printf x | dd of="$stored" conv=notrunc status=none
done
rm -f "$folder/back"
artifact 1 download "$task" public/damaged "$folder/back"
grep -q "and should have" "$folder/err" || fail "it does not say why: $(<"$folder/err")"
[[ ! -e $folder/back && ! -e $folder/back.part ]] || fail "damaged bytes are kept"

# refusals
artifact 1 upload object "$task" 0 public/damaged "$folder/file" # once only
artifact 1 download "$task" public/nothing "$folder/back"
grep -q 404 "$folder/err" || fail "it does not say 404: $(<"$folder/err")"
artifact 1 upload s3 "$task" 0 public/x "$folder/no such file"
artifact 1 upload s3 "$task" 7 public/x "$folder/file"
artifact 2 upload tape "$task" 0 public/x "$folder/file"
artifact 2

# a reference names any URL that a task's author likes, and what is on this machine is not for the asking
references=0
echo mine >"$folder/mine"
for url in "file://$folder/mine" "FILE://localhost$folder/mine" ftp://127.0.0.1:1/x dict://127.0.0.1:1/x; do
	name=public/reference/$((++references))
	api queue createArtifact "$task" 0 "$name" >"$folder/created" <<<"{\"storageType\": \"reference\",
		\"contentType\": \"text/plain\", \"url\": \"$url\", \"expires\": \"$("$TC_CLI" from-now 30 minutes)\"}"
	artifact 1 download "$task" "$name" "$folder/back"
	grep -q "neither http:// nor https://" "$folder/err" || fail "it does not say why: $(<"$folder/err")"
	[[ ! -e $folder/back && ! -e $folder/back.part ]] || fail "$url was opened"
done

# trouble in all but createArtifact, which nobody may repeat for object storage
sandbox --fault status=500:rate=0.3:only=object --fault status=503:rate=0.3:only=queue.finishArtifact \
	--fault truncate:rate=0.3:only=queue.latestArtifact
running_task
back_and_forth 100 20000 20001 20002
echo "artifacts come back as they went"
