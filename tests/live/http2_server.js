// SPDX-License-Identifier: MPL-2.0
// An HTTP/2 server over TLS that tells which version each request came with: node http2_server.js KEY CERT
'use strict';
const fs = require('fs');
const http2 = require('http2');
const [, , key, cert] = process.argv;
const server = http2.createSecureServer(
  { key: fs.readFileSync(key), cert: fs.readFileSync(cert), allowHTTP1: true },
  (request, response) => {
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify({ version: request.httpVersion, host: request.headers[':authority'] }));
  });
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.stdin.resume();
process.stdin.on('end', () => process.exit(0)); // with the test
