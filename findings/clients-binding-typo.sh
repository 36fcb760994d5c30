#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Versions: taskcluster 113.2.0 (PyPI), taskcluster-client 87.1.3 (npm).
# Expected: a routing key's part with a name that the exchange does not have (taskGroupID for taskGroupId)
#   is refused, as the same slip in a call's query is by the JavaScript client.
# Seen: both clients leave it out and bind by the pattern that is left: here the one that matches all.
# Matters: the listener works in a trial, where its messages are the only ones, and gets those of every task
#   of the deployment later.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv python
timeout 300 python/bin/pip install -q --disable-pip-version-check taskcluster==113.2.0 mohawk==1.1.0
timeout 300 npm install --silent --no-audit --no-fund --prefix . taskcluster-client@87.1.3 >npm.log

cat >bind.py <<'PYTHON'
import taskcluster

events = taskcluster.QueueEvents({"rootUrl": "https://tc.example.com"})
for name in "taskGroupId", "taskGroupID":
    print(f"Python, {name}:", events.taskCompleted(**{name: "G"})["routingKeyPattern"])
PYTHON
cat >bind.mjs <<'NODE'
import taskcluster from 'taskcluster-client';
const rootUrl = 'https://tc.example.com';
const events = new taskcluster.QueueEvents({ rootUrl });
for (const name of ['taskGroupId', 'taskGroupID'])
	console.log(`JavaScript, ${name}:`, events.taskCompleted({ [name]: 'G' }).routingKeyPattern);
const queue = new taskcluster.Queue({ rootUrl });
try {
	queue.buildUrl(queue.listTaskGroup, 'G', { Limit: 5 });
} catch (error) {
	console.log('JavaScript, a query:', error.message);
}
NODE
{ timeout 60 python/bin/python -W ignore bind.py && timeout 60 node bind.mjs; } | tee seen
diff - seen <<'TEXT'
Python, taskGroupId: primary.*.*.*.*.*.*.*.G.#
Python, taskGroupID: primary.*.*.*.*.*.*.*.*.#
JavaScript, taskGroupId: primary.*.*.*.*.*.*.*.G.#
JavaScript, taskGroupID: primary.*.*.*.*.*.*.*.*.#
JavaScript, a query: Function listTaskGroup takes options: continuationToken, limit but was given Limit
TEXT
