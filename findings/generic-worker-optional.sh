#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Version: generic-worker 83.1.0 (Go module github.com/taskcluster/taskcluster/v83); 106.0.0 does the same.
# Expected: of an optional artifact whose file is not there nothing is made: the payload's schema says that
#   then "the artifact won't be created".
# Seen: the task completes, but an artifact of the kind "error", with the reason file-missing-on-worker, is
#   created as for any other; so also for a directory.
# Matters: who lists a task's artifacts finds ones that no one can fetch: the queue answers 424 for them,
#   not 404.
set -euo pipefail
. "$(dirname "$0")/generic-worker/run.sh"
work 2 <<'JSON'
[
  {
    "command": [["/bin/sh", "-c", "true"]],
    "artifacts": [{"type": "file", "path": "none", "name": "public/none", "optional": true}]
  }, {
    "command": [["/bin/sh", "-c", "true"]],
    "artifacts": [{"type": "directory", "path": "nowhere", "name": "public/nowhere", "optional": true}]
  }
]
JSON
diff - "$folder/said" <<'TEXT'
completed, exit code 0:
  artifact public/none: error file-missing-on-worker
completed, exit code 0:
  artifact public/nowhere: error file-missing-on-worker
TEXT
