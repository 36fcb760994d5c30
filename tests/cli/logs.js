// SPDX-License-Identifier: MPL-2.0
// A queue, workers and their logs, for what goes wrong with logs. Each task is a scene of its own, that begins when it is first asked
// for. It prints its root URL; the whole log of every scene but a few is in the file that is its argument.
'use strict';
const fs = require('fs');
const http = require('http');
const zlib = require('zlib');

// lines of every length, and every byte
const lines = Array.from({ length: 3000 }, (_, i) => `${i} ${'x'.repeat((i * 37) % 200)}\n`).join('');
const log = Buffer.concat([Buffer.from(lines), Buffer.from(Array.from({ length: 1024 }, (_, i) => i % 256)),
  Buffer.from('y'.repeat(200000) + '\n' + lines + 'no line end')]);
fs.writeFileSync(process.argv[2], log);
const half = 150001; // within a line

const steering = Buffer.concat([Buffer.from('plain \u001b[1;31mred\u001b[0m \u001b]0;owned\u0007\u001b]8;;http://x/\u001b\\link\u001b]8;;\u001b\\' +
  '\u001b[2J\u001b[H\u001b[?1049h\u001bP1$x\u001b\\\u001bc\u009b31m\u0007|'), Buffer.from([0x9b, 0x31, 0x6d]), Buffer.from('\n\u001b[32mgreen')]);

const began = {}, reads = {};
const sceneOf = name => scenes[name.replace(/\d+$/, '')]; // the same scene anew
const age = name => Date.now() - (began[name] = began[name] || Date.now());

// A scene: when the run is over (ms; 0: from the beginning), how, when its backing log is there (never: undefined), how that is
// given out, what the live log does at its n-th reading (`dead`: its name leads to the worker in the end, too), and when the queue does not answer.
const scenes = {
  broken: { over: 3000, backing: 3000, live: [r => part(r, 0, half, 'cut'), r => part(r, 0, log.length, 'end')] },
  dies: { over: 1000, backing: 2500, gzip: true, live: [r => part(r, 0, half, 'cut')], dead: true },
  hangs: { over: 600, backing: 600, noRanges: true, live: [r => part(r, 0, half, 'hang')] },
  unreachable: { over: 6000, backing: 6000, host: 'http://worker.invalid:1/log/x', live: [] },
  trimmed: { over: 800, backing: 800, live: [r => part(r, 0, half, 'end')] },
  early: { over: 800, backing: 800, gzip: true, live: [r => part(r, 0, log.length, 'cut')] },
  begins: { over: 800, backing: 800, live: [r => part(r, 1234, half, 'cut')], dead: true },
  another: { over: 800, backing: 800, content: Buffer.from('something else\n'.repeat(50000)), live: [r => part(r, 0, half, 'cut')], dead: true },
  lost: { over: 700, reason: ['exception', 'claim-expired'], next: true, live: [r => part(r, 0, half, 'cut')], dead: true },
  late: { over: 3500, backing: 4200 },
  deaf: { over: 9900, backing: 9900, silent: [300, 9800] },
  alone: { over: 700, live: [r => part(r, 0, log.length, 'end')] },
  still: { over: 1e9, live: [r => part(r, 0, half, 'hang')] },
  shy: { over: 0, backing: 0, secret: true },
  ended: { over: 0, backing: 0 },
  zipped: { over: 0, backing: 0, gzip: true },
  barred: { over: 0, backing: 0, barred: true },
  interrupted: { over: 0, backing: 0, cuts: 3 },
  empty: { over: 0, backing: 0, content: Buffer.alloc(0) },
  none: { over: 0 },
  failed: { over: 0, error: true },
  stale: { over: 0, backing: 0, live: [], dead: true },
  moved: { over: 0, live: [r => part(r, 0, log.length, 'end')] },
  steer: { over: 0, backing: 0, content: steering },
  large: { over: 0, backing: 0, times: 200 },
  waits: { begins: 700, over: 1200, backing: 1200 },
};

const send = (response, status, json, headers) => {
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
  response.end(JSON.stringify(json));
};
const isDeaf = name => sceneOf(name) && sceneOf(name).silent && age(name) > sceneOf(name).silent[0] && age(name) < sceneOf(name).silent[1];
const refuse = (response, status, code) => send(response, status, { code, message: `told as ${code}`, requestInfo: {} });

// What the live log sends, and how that ends.
function part(response, from, to, end) {
  response.writeHead(200, { 'Content-Type': 'text/plain; charset=utf-8' });
  response.write(log.subarray(from, to));
  if (end === 'end') response.end();
  if (end === 'cut') setTimeout(() => response.destroy(), 100);
}

function status(response, name) {
  const scene = sceneOf(name), ms = age(name);
  if (!scene) return refuse(response, 404, 'ResourceNotFound');
  if (scene.begins > ms) return send(response, 200, { status: { state: 'pending', runs: [{ runId: 0, state: 'pending' }] } });
  const [state, reasonResolved] = ms >= scene.over ? scene.reason || ['failed', 'failed'] : ['running', undefined];
  const runs = [{ runId: 0, state, reasonResolved }];
  if (scene.next && state !== 'running')
    runs.push(ms < scene.over + 900 ? { runId: 1, state: 'pending' } : ms < scene.over + 1500 ? { runId: 1, state: 'running' }
      : { runId: 1, state: 'completed', reasonResolved: 'completed' });
  return send(response, 200, { status: { state: runs[runs.length - 1].state, runs } });
}

function artifact(request, response, name, run, artifactName) {
  const scene = sceneOf(name), ms = age(name);
  const live = artifactName.endsWith('/live.log'), there = ms >= (run === '1' ? scene.over + 1500 : scene.backing);
  const to = (storageType, url) => send(response, 303, { storageType, url }, { Location: url });
  if (scene.secret && !request.headers.authorization) return refuse(response, 403, 'InsufficientScopes');
  if (scene.error) return refuse(response, 424, 'file-missing-on-worker');
  if (live && scene.live && run === '0' && !(there && !scene.dead)) return to('reference', scene.host || `${root}/live/${name}`);
  return there && /^public\/logs\/live(_backing)?\.log$/.test(artifactName) ? to('s3', `${root}/s3/${name}`)
    : refuse(response, 404, 'ResourceNotFound');
}

function live(response, name) {
  const n = reads[name] = (reads[name] || 0) + 1;
  const act = sceneOf(name).live[n - 1];
  return act ? act(response) : response.destroy();
}

function pump(response, piece, times) {
  while (times-- > 0) if (!response.write(piece)) return response.once('drain', () => pump(response, piece, times));
  return response.end();
}

// The store: by ranges, also of what is encoded, as S3 does.
function stored(request, response, name) {
  const scene = sceneOf(name);
  if (scene.barred) return refuse(response, 403, 'AccessDenied');
  if (scene.times) return pump(response, Buffer.alloc(1 << 20, 'log line\n'), scene.times);
  const content = scene.gzip ? zlib.gzipSync(scene.content || log) : scene.content || log;
  const range = !scene.noRanges && /^bytes=(\d+)-$/.exec(request.headers.range || '');
  const from = range ? Number(range[1]) : 0;
  if (range && from >= content.length) return refuse(response, 416, 'InvalidRange');
  response.writeHead(range ? 206 : 200, { 'Content-Type': 'text/plain', ...(scene.gzip && { 'Content-Encoding': 'gzip' }),
    'Content-Length': content.length - from, ...(range && { 'Content-Range': `bytes ${from}-${content.length - 1}/${content.length}` }) });
  if (scene.cuts-- > 0) {
    response.write(content.subarray(from, from + 100000));
    return setTimeout(() => response.destroy(), 50);
  }
  return response.end(content.subarray(from));
}

const routes = [
  [/^\/api\/queue\/v1\/task\/(\w+)\/status$/, (request, response, name) => status(response, name)],
  [/^\/api\/queue\/v1\/task\/(\w+)\/runs\/(\d+)\/artifacts\/(.*)$/, artifact],
  [/^\/live\/(\w+)$/, (request, response, name) => live(response, name)],
  [/^\/s3\/(\w+)$/, stored],
];

const server = http.createServer((request, response) => {
  const path = decodeURIComponent(request.url);
  if (path.startsWith('/api/') && request.headers.authorization) console.error(`signed ${path}`);
  for (const [pattern, give] of routes) {
    const match = pattern.exec(path);
    if (match && isDeaf(match[1])) return refuse(response, 503, 'InternalServerError');
    if (match) return give(request, response, ...match.slice(1));
  }
  return refuse(response, 404, 'ResourceNotFound');
});
let root;
server.listen(0, '127.0.0.1', () => {
  root = `http://127.0.0.1:${server.address().port}`;
  console.log(root);
});
