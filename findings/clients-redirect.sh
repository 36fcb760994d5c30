#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Versions: taskcluster 113.2.0 (PyPI), taskcluster-client 87.1.3 (npm).
# Expected: index.findArtifactFromTask answers a 303 whose Location is the artifact; a client gives its
#   caller that Location.
# Seen: the JavaScript client resolves to undefined, so that it is lost; the Python client returns
#   {"response": …} with the HTTP library's own response, a shape that no other function has.
# Matters: "where is the newest build" is the most used function of the index. In JavaScript only
#   buildSignedUrl and a request of one's own get at it.
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
const server = createServer((request, reply) => {
	reply.writeHead(303, { location: 'https://tc.example.com/there', 'content-type': 'text/plain' });
	reply.end('See Other');
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const rootUrl = `http://127.0.0.1:${server.address().port}`;
const index = new taskcluster.Index({ rootUrl, credentials: {} });
console.log('JavaScript:', await index.findArtifactFromTask('a.b', 'public/x'));
const { stdout } = await promisify(execFile)('python/bin/python', ['call.py', rootUrl]);
console.log(stdout.trim());
server.close();
NODE
cat >call.py <<'PYTHON'
import sys

import taskcluster

reply = taskcluster.Index({"rootUrl": sys.argv[1]}).findArtifactFromTask("a.b", "public/x")
response = reply["response"]
print("Python:", sorted(reply), type(response).__name__, response.headers["Location"])
PYTHON
timeout 60 node server.mjs | tee seen
diff - seen <<'TEXT'
JavaScript: undefined
Python: ['response'] Response https://tc.example.com/there
TEXT
