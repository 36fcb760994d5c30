#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Version: generic-worker 83.1.0 (Go module github.com/taskcluster/taskcluster/v83); 106.0.0 does the same.
# Expected: a mount of a URL without a hash is fetched for each task, or asked for again as HTTP's caching
#   rules say; here the server answers each time with other bytes and Cache-Control: no-store.
# Seen: the worker fetches it once. Every later task gets the first one's bytes from its disk, for as long
#   as there is room there, with nothing but a line in the log that no hash was given. Only with a sha256 in
#   the payload is an old copy ever replaced.
# Matters: a URL whose bytes change ("latest") stays what it was on workers that live on, and differs between
#   workers of a pool.
set -euo pipefail
. "$(dirname "$0")/generic-worker/run.sh"
work 2 <<'JSON'
[
  {
    "mounts": [{"file": "it", "content": {"url": "ROOT/changing"}}],
    "command": [["/bin/sh", "-c", "printf '\n| %s\n' \"$(cat it)\""]]
  }, {
    "mounts": [{"file": "it", "content": {"url": "ROOT/changing"}}],
    "command": [["/bin/sh", "-c", "printf '\n| %s\n' \"$(cat it)\""]]
  }
]
JSON
diff - "$folder/said" <<'TEXT'
completed, exit code 0:
  | text 1
completed, exit code 0:
  | text 1
TEXT
