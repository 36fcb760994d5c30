#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Versions: versitygw 1.8.0 (Go module github.com/versity/versitygw, built here: some minutes).
# Expected: a range asked for with `If-Range: "the ETag it had"` is answered with 200 and all of the
#   object when that has changed since, as RFC 9110 (13.1.5) says.
# Seen: 206, a part of the new object. If-Match, which S3's reference names, is answered with 412; and
#   the part has the new ETag. SeaweedFS 4.53 does the same.
# Matters: a download that goes on behind a broken connection, and trusts If-Range, puts a file together
#   from two objects, without any error. The ETag of each part has to be compared.
set -euo pipefail
folder=$(mktemp -d)
pid=
finish() {
	[[ -z $pid ]] || kill "$pid"
	rm -rf "$folder"
}
trap finish EXIT
cd "$folder"
GOPATH=$folder/go GOFLAGS=-modcacherw timeout 1200 go install github.com/versity/versitygw/cmd/versitygw@v1.8.0 \
	>build 2>&1 || (tail build && false)

mkdir -p store/bucket
port=$((20000 + RANDOM % 10000))
ROOT_ACCESS_KEY=key ROOT_SECRET_KEY=secret go/bin/versitygw --port "127.0.0.1:$port" posix "$folder/store" >log 2>&1 &
pid=$!

# s3 ARGUMENT ...: a signed request for the object
s3() {
	curl -sS --max-time 10 --aws-sigv4 aws:amz:us-east-1:s3 --user key:secret \
		-H 'x-amz-content-sha256: UNSIGNED-PAYLOAD' "$@" \
		"http://127.0.0.1:$port/bucket/object"
}
for _ in {1..50}; do
	s3 -o /dev/null 2>/dev/null && break
	sleep 0.1
done

s3 -o /dev/null -X PUT --data-binary 'the first object'
etag=$(s3 -o /dev/null -D - | tr -d '\r' | sed -n 's/^[Ee][Tt]ag: //p')
s3 -o /dev/null -X PUT --data-binary 'another, changed'
for condition in If-Range If-Match; do
	status=$(s3 -o part -D head -w '%{http_code}' -H "Range: bytes=9-" -H "$condition: $etag")
	grep -qiF "etag: $etag" head && whose=old || whose=new
	case $status in
	206) echo "$condition: $status, of the $whose object: $(cat part)" ;;
	*) echo "$condition: $status" ;;
	esac
done | tee seen
diff - seen <<'TEXT'
If-Range: 206, of the new object: changed
If-Match: 412
TEXT
