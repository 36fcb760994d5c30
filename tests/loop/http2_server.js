// SPDX-License-Identifier: MPL-2.0
// An HTTP/2 server over TLS that answers late, and tells how many connections it has had; the n-th
// request for something large gets 4 MB of the n-th letter: node http2_server.js KEY CERT
'use strict';
const fs = require('fs');
const http2 = require('http2');
const [, , key, cert] = process.argv;
let sessions = 0, large = 0;
const server = http2.createSecureServer(
  { key: fs.readFileSync(key), cert: fs.readFileSync(cert) },
  (request, response) => {
    response.setHeader('content-type', 'application/json');
    if (request.url.includes('/task/')) response.end(Buffer.alloc(4000000, 96 + ++large));
    else setTimeout(() => response.end(JSON.stringify({ sessions })), 20);
  });
server.on('session', () => sessions++);
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.stdin.resume();
process.stdin.on('end', () => process.exit(0)); // with the test
