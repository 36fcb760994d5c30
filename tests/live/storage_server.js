// SPDX-License-Identifier: MPL-2.0
// A storage over TLS, HTTP/2 or 1.1: PUT tells how many bytes came, their SHA-256 and the version, and
// refuses /refused when the first of them are there: node storage_server.js KEY CERT
'use strict';
const crypto = require('crypto');
const fs = require('fs');
const http2 = require('http2');
const [, , key, cert] = process.argv;
const expired = '<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>';

function refuse(request, response) {
  if (response.headersSent) return;
  response.writeHead(403, { 'content-type': 'application/xml' });
  response.end(expired);
}

function answer(request, response) {
  const hash = crypto.createHash('sha256');
  let length = 0;
  request.on('data', (bytes) => {
    length += bytes.length;
    hash.update(bytes);
    if (request.url === '/refused') refuse(request, response);
  });
  request.on('end', () => {
    if (request.url === '/refused') return;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ version: request.httpVersion, length, sha256: hash.digest('hex'),
      told: request.headers['content-length'], type: request.headers['content-type'],
      coding: request.headers['transfer-encoding'], method: request.method }));
  });
  request.on('error', () => {});
}

const server = http2.createSecureServer(
  { key: fs.readFileSync(key), cert: fs.readFileSync(cert), allowHTTP1: true }, answer);
server.on('sessionError', () => {});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.stdin.resume();
process.stdin.on('end', () => process.exit(0)); // with the test
