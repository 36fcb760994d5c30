// SPDX-License-Identifier: MPL-2.0
// A server with ready-made replies, for what no well-behaved Taskcluster sends. The reply is chosen
// by the taskId: GET /api/queue/v1/task/<name>/status, or what follows the version. It prints its root URL, then serves.
'use strict';
const http = require('http');

const all = Buffer.from(Array.from({ length: 1024 }, (_, i) => i % 256));
const refusal = (code, message) => [JSON.stringify({ code, message, requestInfo: {} }), 'application/json'];
const replies = {
  json: [200, '{ "text": "<a href=\'x\'>&é\\u0000", "number": 1.50, "empty": {} }', 'application/json; charset=utf-8'],
  twice: [200, '{"a":1,"a":2}', 'application/json'],
  binary: [200, all, 'application/octet-stream'],
  text: [200, '{"a":   1}', 'text/plain'],
  svg: [200, '<svg/>', 'image/svg+xml'],
  none: [204, ''],
  redirect: [303, '', undefined, { Location: 'https://elsewhere.example.com/?secret=1' }],
  large: [200, JSON.stringify('x'.repeat(70000000)), 'application/json'],
  forbidden: [403, ...refusal('InsufficientScopes', 'You lack scopes:\n\u001b[31mqueue:x\n---\n\nmethod: GET')],
  unauthorized: [401, ...refusal('AuthenticationFailed', 'Unauthorized: no')],
  missing: [404, ...refusal('ResourceNotFound', 'no such task'), { 'x-for-request-id': 'REQUEST-7' }],
  conflict: [409, ...refusal('RequestConflict', 'there already')],
  __version__: [200, '{"version":"v107.2.0","source":"elsewhere"}', 'application/json'],
  page: [502, '<html><title>Bad Gateway</title></html>', 'text/html'],
};

const server = http.createServer((request, response) => {
  const parts = new URL(request.url, 'http://here').pathname.split('/');
  const name = parts[5] || parts[4];
  if (name === 'hang') return;
  const [status, body, type, headers] = replies[name] || replies.missing;
  request.resume().on('end', () => {
    response.writeHead(status, { ...(type && { 'Content-Type': type }), ...headers });
    response.end(body);
  });
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
