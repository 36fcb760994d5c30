#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Version: hawk 9.0.2 (npm), the reference implementation.
# Expected: a request that its client part signs is taken by its server part.
# Seen: not by TLS to port 80: "Bad mac". The server reads Host as a URL of http, which drops the port 80, and takes 443.
# Matters: behind a front that speaks TLS on port 80, or passes such a Host on, every signature is refused.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/ask.js" <<'JS'
const Hawk = require('hawk');
const credentials = { id: 'worker', key: 'k'.repeat(44), algorithm: 'sha256' };
async function ask(url) {
	const { header } = Hawk.client.header(url, 'GET', { credentials });
	const request = { method: 'GET', url: '/ping', headers: { host: url.split('/')[2], authorization: header }, connection: { encrypted: true } };
	return Hawk.server.authenticate(request, () => credentials).then(() => 'accepted', (error) => error.message);
}
(async () => {
	for (const host of ['example.com', 'example.com:443', 'example.com:8443', 'example.com:80'])
		console.log(`https://${host}/ping:`, await ask(`https://${host}/ping`));
})();
JS
npm install --silent --no-audit --no-fund --prefix "$folder" hawk@9.0.2 >/dev/null
node "$folder/ask.js" | tee "$folder/out"
diff "$folder/out" - <<'TEXT'
https://example.com/ping: accepted
https://example.com:443/ping: accepted
https://example.com:8443/ping: accepted
https://example.com:80/ping: Bad mac
TEXT
