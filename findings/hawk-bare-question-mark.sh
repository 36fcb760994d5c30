#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Version: hawk 9.0.2 (npm), with the http module and the fetch of Node 18 and later.
# Expected: a URL that ends in a bare "?" is signed as it is sent.
# Seen: hawk's client signs it with the "?", Node sends it without: "Bad mac". Browsers send the "?", and URL.search, by
#   which one would sign there, is "" for it.
# Matters: who puts a query together that may be empty must leave the "?" out; the refusal names the key, not the URL.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund --prefix "$folder" hawk@9.0.2 >/dev/null
cat >"$folder/ask.js" <<'JS'
const Hawk = require('hawk'), http = require('http');
const credentials = { id: 'worker', key: 'k'.repeat(44), algorithm: 'sha256' };
const server = http.createServer((request, response) => Hawk.server.authenticate(request, () => credentials)
	.then(() => 'accepted', (error) => error.message).then((text) => response.end(`${request.url}: ${text}`)));
const viaHttp = (url, headers) => new Promise((done) => http.get(url, { headers }, (response) => {
	let text = '';
	response.on('data', (part) => { text += part; }).on('end', () => done(text));
}));
const viaFetch = (url, headers) => fetch(url, { headers }).then((response) => response.text());
server.listen(0, '127.0.0.1', async () => {
	for (const path of ['/list?limit=1', '/list', '/list?'])
		for (const [name, send] of [['http', viaHttp], ['fetch', viaFetch]]) {
			const url = `http://127.0.0.1:${server.address().port}${path}`;
			const { header } = Hawk.client.header(url, 'GET', { credentials });
			console.log(`${path} by ${name}: ${await send(url, { Authorization: header, Connection: 'close' })}`);
		}
	server.close();
});
JS
node "$folder/ask.js" | tee "$folder/out"
diff "$folder/out" - <<'TEXT'
/list?limit=1 by http: /list?limit=1: accepted
/list?limit=1 by fetch: /list?limit=1: accepted
/list by http: /list: accepted
/list by fetch: /list: accepted
/list? by http: /list: Bad mac
/list? by fetch: /list: Bad mac
TEXT
