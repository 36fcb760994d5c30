#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Version: taskcluster-client 87.1.3 (npm).
# Expected: downloadArtifact, left as it is, waits longer before each of its five retries, as the client's
#   calls do (0.2 s, 0.4 s, 0.8 s, … each with a quarter's chance more or less).
# Seen: it waits for about a millisecond each time, so that all six requests go out within some hundredths
#   of a second. A randomizationFactor that is not given stays undefined, and the pause is then not a
#   number. Any that is given becomes 0.25, and the pauses are right: also with 0, which asks for none.
# Matters: a storage that is down for a second fails every download that began in it, and a storage that
#   is overloaded gets six times the load at once. Who gives the default by name is well off.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
timeout 300 npm install --silent --no-audit --no-fund --prefix . taskcluster-client@87.1.3 >npm.log

cat >download.mjs <<'NODE'
import { createServer } from 'http';
import { PassThrough } from 'stream';
import taskcluster from 'taskcluster-client';
let times;
const server = createServer((request, reply) => {
	if (request.url.startsWith('/api/')) {
		reply.writeHead(200, { 'content-type': 'application/json' });
		reply.end(JSON.stringify({ storageType: 's3', url: `${rootUrl}/storage` }));
		return;
	}
	times.push(performance.now());
	reply.writeHead(503);
	reply.end();
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const rootUrl = `http://127.0.0.1:${server.address().port}`;
const queue = new taskcluster.Queue({ rootUrl, credentials: {} });
const artifact = { taskId: 'fN1SbArXTPSVFNUvaOlinQ', name: 'public/x', queue };
for (const options of [{}, { randomizationFactor: 0.25 }]) {
	times = [];
	await taskcluster.downloadArtifact({ ...artifact, streamFactory: () => new PassThrough(), ...options }).catch(() => {});
	const seconds = (times.at(-1) - times[0]) / 1000;
	console.error(`${seconds.toFixed(3)} s`);
	const pace = seconds < 1 ? 'less than a second' : seconds > 4 ? 'more than four seconds' : 'something between';
	console.log(`${JSON.stringify(options)}: ${times.length} requests in ${pace}`);
}
server.close();
NODE
timeout 90 node download.mjs | tee seen
diff - seen <<'TEXT'
{}: 6 requests in less than a second
{"randomizationFactor":0.25}: 6 requests in more than four seconds
TEXT
