#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Version: hawk 9.0.2 (npm), the reference implementation.
# Expected: a request that its client part signs is taken by its server part.
# Seen: not when the host is an IPv6 address: "Bad mac". The client signs the host without brackets,
#   the server checks with those of the Host header. With a name or an IPv4 address it is taken.
# Matters: a deployment reached by an IPv6 address refuses JavaScript clients as if their token were
#   wrong; clients that keep the brackets work.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
timeout 300 npm install --silent --no-audit --no-fund --prefix . hawk@9.0.2 >npm.log

cat >both.mjs <<'NODE'
import hawk from 'hawk';
const credentials = { id: 'tester', key: 'no-secret', algorithm: 'sha256' };
for (const host of ['localhost:8000', '127.0.0.1:8000', '[::1]:8000']) {
	const { header } = hawk.client.header(`http://${host}/x`, 'GET', { credentials });
	const request = { method: 'GET', url: '/x', headers: { host, authorization: header } };
	const verdict = await hawk.server.authenticate(request, async () => credentials).then(
		() => 'taken',
		(error) => error.message
	);
	console.log(`${host}: ${verdict}`);
}
NODE
timeout 60 node both.mjs | tee seen
diff - seen <<'TEXT'
localhost:8000: taken
127.0.0.1:8000: taken
[::1]:8000: Bad mac
TEXT
