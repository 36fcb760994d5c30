#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Versions: taskcluster 113.2.0 (PyPI), taskcluster-client 87.1.3 (npm).
# Expected: what will not heal (501 Not Implemented) is asked once; what asks for patience (429 Too
#   Many Requests with Retry-After: 1) is asked again after that second.
# Seen: the reverse in both clients: 501 is asked six times, over seconds, 429 once.
# Matters: a service that a deployment does not have holds each call up for seconds (a worker for
#   minutes), and a limit on the rate of calls fails them at once, where waiting would do.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv python
timeout 300 python/bin/pip install -q --disable-pip-version-check taskcluster==113.2.0 mohawk==1.1.0
timeout 300 npm install --silent --no-audit --no-fund --prefix . taskcluster-client@87.1.3 >npm.log

cat >server.mjs <<'NODE'
import { execFile } from 'child_process';
import { createServer } from 'http';
import { promisify } from 'util';
import taskcluster from 'taskcluster-client';
const task = 'fN1SbArXTPSVFNUvaOlinQ';
let status, requests;
const server = createServer((request, reply) => {
	requests++;
	reply.writeHead(status, { 'content-type': 'application/json', 'retry-after': '1' });
	reply.end('{"code":"Code","message":"text"}');
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const rootUrl = `http://127.0.0.1:${server.address().port}`;
for (status of [501, 429]) {
	requests = 0;
	await promisify(execFile)('python/bin/python', ['call.py', rootUrl, task]);
	const python = requests;
	requests = 0;
	await new taskcluster.Queue({ rootUrl, credentials: {} }).status(task).catch(() => {});
	console.log(`${status}: requests by Python ${python}, by JavaScript ${requests}`);
}
server.close();
NODE
cat >call.py <<'PYTHON'
import sys

import taskcluster

try:
    taskcluster.Queue({"rootUrl": sys.argv[1]}).status(sys.argv[2])
except taskcluster.TaskclusterRestFailure:
    pass
PYTHON
timeout 90 node server.mjs | tee seen
diff - seen <<'TEXT'
501: requests by Python 6, by JavaScript 6
429: requests by Python 1, by JavaScript 1
TEXT
