// SPDX-License-Identifier: MPL-2.0
// A server with ready-made replies, for what no well-behaved server sends. Of Taskcluster's functions the reply is chosen by the
// taskId, GET /api/queue/v1/task/<name>/status, or by what follows the version; `routes` has lists, streams and downloads of
// several systems. It prints its root URL, then serves.
'use strict';
const http = require('http');

const all = Buffer.from(Array.from({ length: 1024 }, (_, i) => i % 256));
const refusal = (code, message) => [JSON.stringify({ code, message, requestInfo: {} }), 'application/json'];
const replies = {
  json: [200, '{ "text": "<a href=\'x\'>&é\\u0000", "number": 1.50, "empty": {} }', 'application/json; charset=utf-8'],
  twice: [200, '{"a":1,"a":2}', 'application/json'],
  binary: [200, all, 'image/svg+xml'],
  text: [200, '{"a":   1}', 'image/svg+xml'],
  svg: [200, '<svg/>', 'image/svg+xml'],
  none: [204, ''],
  redirect: [303, '', undefined, { Location: 'https://elsewhere.example.com/?secret=1' }],
  sentence: [303, 'See Other. Redirecting to https://elsewhere.example.com/?secret=1', 'text/plain; charset=utf-8',
    { Location: 'https://elsewhere.example.com/?secret=1' }],
  linked: [303, '{"storageType":"s3","url":"https://elsewhere.example.com/"}', 'application/json',
    { Location: 'https://elsewhere.example.com/' }],
  nowhere: [303, 'See Other.', 'text/plain'],
  created: [201, '{"a":1}', 'application/json', { Location: 'https://elsewhere.example.com/' }],
  large: [200, JSON.stringify('x'.repeat(70000000)), 'application/json'],
  forbidden: [403, ...refusal('InsufficientScopes', 'You lack scopes:\n\u001b[31mqueue:x\n---\n\nmethod: GET')],
  unauthorized: [401, ...refusal('AuthenticationFailed', 'Unauthorized: no')],
  missing: [404, ...refusal('ResourceNotFound', 'no such task'), { 'x-for-request-id': 'REQUEST-7' }],
  accounts: [404, '{"error":"Not found"}', 'application/json'],
  unimplemented: [501, ...refusal('NotImplemented', 'not here')],
  conflict: [409, ...refusal('RequestConflict', 'there already')],
  __version__: [200, '{"version":"v107.2.0","source":"elsewhere"}', 'application/json'],
  controls: [200, '\u001b[31m \u0007 \u009b31m \u007f', 'image/svg+xml'],
  steer: [200, '{"text":"\u007f\u009b31m\u202e é"}', 'application/json'],
  VtmKHMqDQHukwJkGZBOA2w: [200, '{}', 'application/json'],
  page: [502, '<html><title>Bad Gateway</title></html>', 'text/html'],
};

// what would steer a terminal, in places that node itself would not put it
const escape = '\u001b]0;owned\u0007\u009b31m';
const raw = {
  steerid: `404 Not Found\r\nx-for-request-id: R${escape}\r\nContent-Length: 2\r\n\r\n{}`,
  steertype: `200 OK\r\nContent-Type: a${escape}\r\nContent-Length: 1\r\n\r\n\0`,
  steerurl: `303 See Other\r\nLocation: http://x/${escape}\r\nContent-Length: 0\r\n\r\n`,
  steersentence: `303 See Other\r\nLocation: http://x/${escape}\r\nContent-Type: text/plain\r\nContent-Length: 9\r\n\r\nSee Other`,
};

function send(response, [status, body, type, headers]) {
  response.writeHead(status, { ...(type && { 'Content-Type': type }), ...headers });
  response.end(body);
}

const json = value => [200, JSON.stringify(value), 'application/json'];
const range = (from, to) => Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);

// What stalls or breaks off is to be seen at once; nginx would collect it.
const unheld = { 'X-Accel-Buffering': 'no' };

// ---- lists; each gives out a few of its items at a time, whatever is asked for

function byToken(response, url, [, group]) {
  const token = url.searchParams.get('continuationToken');
  if ((group === 'refused' || group === 'steer') && token) return send(response, replies.missing);
  if (group === 'steer') return send(response, json({ tasks: [], continuationToken: `t${escape}` }));
  if (group === 'cut' && token) { // two items, and the beginning of a third
    response.writeHead(200, { 'Content-Type': 'application/json', ...unheld });
    response.write('{"tasks":[{"n":3},{"n":4},{"n":');
    return setTimeout(() => response.destroy(), 50);
  }
  if (group === 'long') return endless(response);
  if (group === 'hang' && token) return undefined;
  const pages = { '': [[1, 2], 'b'], b: [[], 'c'], c: [[3], undefined] };
  const [numbers, continuationToken] = pages[token || ''];
  return send(response, json({ taskGroupId: group, tasks: numbers.map(n => ({ n, text: 'ä\n' })), continuationToken }));
}

function byOffset(response, url) {
  const offset = +url.searchParams.get('offset');
  const limit = Math.min(3, +url.searchParams.get('limit') || 3);
  const items = range(offset, Math.min(7, offset + limit)).map(builderid => ({ builderid }));
  return send(response, json({ builders: items, meta: { total: 99 } }));
}

function byPage(response, url) {
  const page = +(url.searchParams.get('page') || 1);
  return send(response, json({ next: page < 3 ? 'http://elsewhere.invalid/' : null, results: [{ page, n: 1 }, { page, n: 2 }] }));
}

// Pushes 9 to 1, two in each second: at the end of a page of three a second is cut in two. A search finds more.
function byKey(response, url) {
  const before = +(url.searchParams.get('push_timestamp__lt') || 1000);
  const pushes = range(1, url.searchParams.has('search') ? 500 : 10).reverse().map(id => ({ id, push_timestamp: 100 + Math.floor(id / 2) }));
  const count = Math.min(+(url.searchParams.get('count') || 9), 1000);
  return send(response, json({ results: pushes.filter(push => push.push_timestamp < before).slice(0, count) }));
}

// The database gives jobs in no order, and one of them twice.
function unordered(response) {
  return send(response, json({ results: [1, 2, 2, 3].map(id => ({ id })), meta: { count: 2000 } }));
}

// A page that is larger than anybody's memory should be.
function endless(response) {
  const items = `${JSON.stringify({ n: 1, text: 'x'.repeat(1000) })},`.repeat(100);
  response.writeHead(200, { 'Content-Type': 'application/json' });
  response.write('{"tasks":[');
  pump(response, Buffer.from(items), 1500, () => response.end('{"n":2}]}'));
}

// Writes a piece so many times, as fast as it is taken.
function pump(response, piece, times, end) {
  while (times-- > 0)
    if (!response.write(piece)) return response.once('drain', () => pump(response, piece, times, end));
  return end();
}

// ---- streams of events

let restarts = 0;

// "restarts" ends each connection but the third, as a server that is started again.
function listen(response, url, [, what]) {
  response.writeHead(200, { 'Content-Type': 'text/event-stream' });
  response.write('event: handshake\ndata: 5\n\n');
  for (const n of [1, 2, 3]) response.write(`event: event\ndata: {"key": "${what}",\ndata:  "n": ${n}}\n\n: comment\n\n`);
  if (what === 'ends' || (what === 'restarts' && ++restarts < 3)) response.end();
}

// ---- downloads

const megabyte = Buffer.alloc(1 << 20, 'log line\n');
let attempts = 0;

function named(response, disposition, body, type = 'text/plain') {
  send(response, [200, body, type, { 'Content-Disposition': disposition }]);
}

const downloads = {
  1: response => named(response, 'attachment; filename="dir/build.log"', 'a log\n'),
  2: response => send(response, [200, all, 'application/octet-stream']),
  3: response => named(response, 'attachment; filename=".profile"', 'evil\n'),
  4(response) {
    response.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Disposition': 'attachment; filename=large' });
    pump(response, megabyte, 300, () => response.end());
  },
  5(response) { // breaks off at the first attempt
    response.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': 12, ...unheld });
    response.write('first ');
    if (++attempts % 2) return setTimeout(() => response.destroy(), 50);
    return response.end('second');
  },
  6(response) { // begins, and goes no further
    response.writeHead(200, { 'Content-Type': 'text/plain', ...unheld });
    response.write('x');
  },
  7: response => send(response, [200, '', 'text/plain']),
  8: response => send(response, [302, '', undefined, { Location: 'https://elsewhere.example.com/' }]),
  9: response => send(response, [404, '{"error": "no such log"}', 'application/json']),
};

// 2 MiB of which the second comes only to those that ask for it by its place
function resumable(response) {
  const half = megabyte.length, from = /^bytes=(\d+)-$/.exec(response.req.headers.range || '');
  const head = { 'Content-Type': 'application/octet-stream', ETag: '"one"', 'Accept-Ranges': 'bytes', ...unheld };
  if (!from || response.req.headers['if-range'] !== '"one"') {
    response.writeHead(200, { ...head, 'Content-Length': 2 * half });
    return response.write(megabyte);
  }
  const start = Number(from[1]), rest = Buffer.concat([megabyte, megabyte]).subarray(start);
  response.writeHead(206, { ...head, 'Content-Length': rest.length, 'Content-Range': `bytes ${start}-${2 * half - 1}/${2 * half}` });
  return response.end(rest);
}

const download = (response, url, [, id]) => downloads[id](response);

const routes = [
  [/^\/api\/queue\/v1\/task-group\/(\w+)\/list$/, byToken],
  [/^\/api\/v2\/builders$/, byOffset],
  [/^\/api\/performance\/alertsummary\/$/, byPage],
  [/^\/api\/project\/try\/push\/$/, byKey],
  [/^\/api\/project\/try\/jobs\/$/, unordered],
  [/^\/sse\/listen\/(.*)$/, listen],
  [/^\/api\/v2\/logs\/(\d)\/raw$/, download],
  [/^\/resumable$/, resumable],
  [/^\/api\/v2\/forceschedulers\/(\w+)$/, response => send(response, json({ jsonrpc: '2.0', id: 1, result: [1, { b: null }] }))],
  [/^\/api\/v2\/builds\/1\/steps\/2\/logs\/(\w+)\/raw$/, response => send(response, [200, 'unnamed\n', 'text/plain'])],
];

function answer(request, response) {
  const url = new URL(request.url, 'http://here');
  for (const [pattern, give] of routes) {
    const match = pattern.exec(decodeURIComponent(url.pathname));
    if (match) return give(response, url, match);
  }
  const parts = url.pathname.split('/');
  const name = parts[5] || parts[4];
  if (name === 'hang') return undefined;
  if (raw[name]) return response.socket.end(`HTTP/1.1 ${raw[name]}`);
  return send(response, replies[name] || replies.missing);
}

const server = http.createServer((request, response) => {
  request.resume().on('end', () => answer(request, response));
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
