// SPDX-License-Identifier: MPL-2.0
// An HTTP/2 server over TLS that answers late, and tells how many connections it has had; the n-th
// request for something large gets 4 MB of the n-th letter; a POST is refused on the first connection,
// and how many of them came is told, too: node http2_server.js KEY CERT
'use strict';
const fs = require('fs');
const http2 = require('http2');
const [, , key, cert] = process.argv;
let sessions = 0, large = 0, posts = 0;
const server = http2.createSecureServer(
  { key: fs.readFileSync(key), cert: fs.readFileSync(cert) },
  (request, response) => {
    if (request.method === 'POST') posts++;
    if (request.method === 'POST' && sessions === 1) {
      request.stream.close(http2.constants.NGHTTP2_REFUSED_STREAM);
      return;
    }
    response.setHeader('content-type', 'application/json');
    if (request.url.endsWith('/status')) response.end(Buffer.alloc(4000000, 96 + ++large));
    else setTimeout(() => response.end(JSON.stringify({ sessions, posts })), 20);
  });
server.on('session', () => sessions++);
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.stdin.resume();
process.stdin.on('end', () => process.exit(0)); // with the test
