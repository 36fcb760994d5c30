#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Version: generic-worker 83.1.0 (Go module github.com/taskcluster/taskcluster/v83); 106.0.0 does the same.
# Expected: a command that a signal ended has an exit status as a shell gives it, 128 and the signal's
#   number, so that onExitStatus.retry with 137 runs a task again whose command was killed (for its memory,
#   mostly).
# Seen: its exit status is -1, which the schema (1 and above) lets no payload name: the task fails, whatever
#   stands there. The same command under another shell ends as 137, and is tried again.
# Matters: whether the retry works depends on whether what was killed is the command itself or its child;
#   `sh -c` with one command in it is often the command itself.
set -euo pipefail
. "$(dirname "$0")/generic-worker/run.sh"
work 2 <<'JSON'
[
  {
    "command": [["/bin/sh", "-c", "kill -KILL $$"]],
    "onExitStatus": {"retry": [137, 9]}
  }, {
    "command": [["/bin/sh", "-c", "/bin/sh -c 'kill -KILL $$'; exit $?"]],
    "onExitStatus": {"retry": [137, 9]}
  }
]
JSON
diff - "$folder/said" <<'TEXT'
failed, exit code -1:
exception (intermittent-task), exit code 137:
TEXT
