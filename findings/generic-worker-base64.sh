#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Version: generic-worker 83.1.0 (Go module github.com/taskcluster/taskcluster/v83); 106.0.0 does the same.
# Expected: a mount with {"base64": …} is a file of the bytes that the text stands for. The payload's schema
#   calls it "Base64 encoded content of file/archive" and takes nothing else; text has {"raw": …} beside it.
# Seen: the file has the base64 text itself, undecoded. A read-only directory tries to unpack that text, so
#   that a good archive given so fails the task.
# Matters: bytes cannot be mounted so at all; tasks that work decode the file themselves, and fail with
#   a worker that follows the schema.
set -euo pipefail
. "$(dirname "$0")/generic-worker/run.sh"
mkdir "$folder/packed"
echo hello >"$folder/packed/file"
archive=$(tar -czf - -C "$folder/packed" file | base64 -w 0)
sed "s|ARCHIVE|$archive|" >"$folder/filled" <<'JSON'
[
  {
    "mounts": [
      {"file": "raw", "content": {"raw": "hello"}},
      {"file": "base64", "content": {"base64": "aGVsbG8="}}
    ],
    "command": [["/bin/sh", "-c", "printf '\n| %s\n' \"raw: $(cat raw)\" \"base64: $(cat base64)\""]]
  }, {
    "mounts": [{"directory": "it", "format": "tar.gz", "content": {"base64": "ARCHIVE"}}],
    "command": [["/bin/sh", "-c", "printf '\n| %s\n' \"$(cat it/file)\""]]
  }
]
JSON
work 2 <"$folder/filled"
diff - "$folder/said" <<'TEXT'
completed, exit code 0:
  | raw: hello
  | base64: aGVsbG8=
failed:
TEXT
