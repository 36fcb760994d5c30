#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Version: taskcluster 113.2.0 (PyPI); beside it taskcluster-client 87.1.3 (npm).
# Expected: an error whose body is no JSON, as load balancers send them, has a message: the Python
#   client's code holds "Unknown Server Error", "Authentication Error" and "Internal Server Error" ready.
# Seen: the exception's text is "None" for every status. The JavaScript client says a sentence.
# Matters: logs of decision tasks read "TaskclusterRestFailure: None"; the status is only in the
#   exception's status_code.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv python
timeout 300 python/bin/pip install -q --disable-pip-version-check taskcluster==113.2.0 mohawk==1.1.0
timeout 300 npm install --silent --no-audit --no-fund --prefix . taskcluster-client@87.1.3 >npm.log

cat >server.mjs <<'NODE'
import { createServer } from 'http';
import { promisify } from 'util';
import { execFile } from 'child_process';
import taskcluster from 'taskcluster-client';
const task = 'fN1SbArXTPSVFNUvaOlinQ';
let status;
const server = createServer((request, reply) => {
	reply.writeHead(status, { 'content-type': 'text/html' });
	reply.end('<html><body>no</body></html>');
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const rootUrl = `http://127.0.0.1:${server.address().port}`;
const queue = new taskcluster.Queue({ rootUrl, credentials: {}, retries: 0 });
for (status of [401, 403, 404, 500]) {
	const { stdout } = await promisify(execFile)('python/bin/python', ['call.py', rootUrl, task]);
	const text = await queue.status(task).catch((error) => error.message);
	console.log(`${status}: Python: ${stdout.trim()}; JavaScript: ${text}`);
}
server.close();
NODE
cat >call.py <<'PYTHON'
import sys

import taskcluster

try:
    taskcluster.Queue({"rootUrl": sys.argv[1], "maxRetries": 0}).status(sys.argv[2])
except taskcluster.TaskclusterFailure as error:
    print(type(error).__name__, error)
PYTHON
timeout 60 node server.mjs | tee seen
diff - seen <<'TEXT'
401: Python: TaskclusterAuthFailure None; JavaScript: Authentication Error
403: Python: TaskclusterRestFailure None; JavaScript: Unknown Server Error
404: Python: TaskclusterRestFailure None; JavaScript: Unknown Server Error
500: Python: TaskclusterRestFailure None; JavaScript: Internal Server Error
TEXT
