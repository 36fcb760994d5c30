#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Version: taskcluster 113.2.0 (PyPI).
# Expected: path arguments may be given by name, as the client's documentation shows; run 0 is a run
#   as any other.
# Seen: reclaimTask(taskId=…, runId=1) is sent; with runId=0 it is refused before sending:
#   "reclaimTask takes 2 args, only 0 were given". A name whose value is false in Python counts as absent.
# Matters: the first run of every task is run 0, so each function that takes a runId fails for most
#   tasks when called so, with a message that points elsewhere. runId="0" works.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv python
timeout 300 python/bin/pip install -q --disable-pip-version-check taskcluster==113.2.0 mohawk==1.1.0

cat >call.py <<'PYTHON'
import taskcluster
import taskcluster.utils


class Reply:
    status_code = 204

    def raise_for_status(self):
        pass


def sent(method, url, *rest):
    print("sent:", url.partition("/v1")[2])
    return Reply()


taskcluster.utils.makeSingleHttpRequest = sent
queue = taskcluster.Queue({"rootUrl": "https://tc.example.com"})
for run in 1, 0, "0":
    try:
        queue.reclaimTask(taskId="fN1SbArXTPSVFNUvaOlinQ", runId=run)
    except taskcluster.TaskclusterFailure as error:
        print("refused:", error)
PYTHON
timeout 60 python/bin/python -W ignore call.py | tee seen
diff - seen <<'TEXT'
sent: /task/fN1SbArXTPSVFNUvaOlinQ/runs/1/reclaim
refused: reclaimTask takes 2 args, only 0 were given
sent: /task/fN1SbArXTPSVFNUvaOlinQ/runs/0/reclaim
TEXT
