#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Versions: taskcluster 113.2.0 (PyPI), taskcluster-client 87.1.3 (npm).
# Expected: listWorkers takes `quarantined`, and true is written alike by both clients.
# Seen: the Python client writes `quarantined=True`, the JavaScript client `quarantined=true`.
# Matters: the queue of release 106 takes nothing but the words "true" and "false" there, so the natural
#   call of a Python program is a 400. The string "true" works.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv python
timeout 300 python/bin/pip install -q --disable-pip-version-check taskcluster==113.2.0 mohawk==1.1.0
timeout 300 npm install --silent --no-audit --no-fund --prefix . taskcluster-client@87.1.3 >npm.log

cat >url.py <<'PYTHON'
import taskcluster

queue = taskcluster.Queue({"rootUrl": "https://tc.example.com"})
names = {"provisionerId": "prov", "workerType": "wt"}
print("Python:", queue.buildUrl("listWorkers", params=names, query={"quarantined": True}))
PYTHON
cat >url.mjs <<'NODE'
import taskcluster from 'taskcluster-client';
const queue = new taskcluster.Queue({ rootUrl: 'https://tc.example.com' });
console.log('JavaScript:', queue.buildUrl(queue.listWorkers, 'prov', 'wt', { quarantined: true }));
NODE
{ timeout 60 python/bin/python url.py && timeout 60 node url.mjs; } | tee seen
workers=https://tc.example.com/api/queue/v1/provisioners/prov/worker-types/wt/workers
diff - seen <<TEXT
Python: $workers?quarantined=True
JavaScript: $workers?quarantined=true
TEXT
