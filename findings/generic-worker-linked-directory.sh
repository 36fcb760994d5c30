#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Version: generic-worker 83.1.0 (Go module github.com/taskcluster/taskcluster/v83); 106.0.0 does the same.
# Expected: a directory artifact is the files beneath a directory; a symbolic link in it to another
#   directory is followed, or left out.
# Seen: a link to a file is uploaded as that file, but a link to a directory is taken for a file that is
#   none: an error artifact (invalid-resource-on-worker), and the task, whose command succeeded, fails.
# Matters: trees with such links (installed packages, "latest" beside dated folders) cannot be uploaded as
#   a directory, and the failure comes after all the work is done.
set -euo pipefail
. "$(dirname "$0")/generic-worker/run.sh"
work 2 <<'JSON'
[
  {
    "command": [["/bin/sh", "-c", "mkdir out; echo text >out/file; ln -s file out/link"]],
    "artifacts": [{"type": "directory", "path": "out", "name": "public/out"}]
  }, {
    "command": [["/bin/sh", "-c", "mkdir -p out/dated; ln -s dated out/latest"]],
    "artifacts": [{"type": "directory", "path": "out", "name": "public/out"}]
  }
]
JSON
diff - "$folder/said" <<'TEXT'
completed, exit code 0:
  artifact public/out/file: s3
  artifact public/out/link: s3
failed, exit code 0:
  artifact public/out/latest: error invalid-resource-on-worker
TEXT
