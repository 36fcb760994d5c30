// SPDX-License-Identifier: MPL-2.0
// mix.js PROGRAM FOLDER: every mixture of environment, file, proxy and --mix-config, and for each what
// arrives at which server: who called, and whose access token and certificate made the signature.
'use strict';
const crypto = require('crypto');
const fs = require('fs');
const http = require('http');
const { spawn } = require('child_process');
const [program, folder] = process.argv.slice(2);
const AT_ONCE = 4;

const certificate = issuer => JSON.stringify({ version: 1, scopes: ['a:*'], start: Date.now() - 60000,
  expiry: Date.now() + 3600000, seed: '0123456789012345678901_012345678901234567890',
  signature: Buffer.alloc(32, issuer).toString('base64'), issuer: `boss-${issuer}` });
const certificates = { file: certificate('file'), env: certificate('env') };
const tokens = { file: 'token-of-the-file', env: 'token-of-the-environment' };

// ---- the servers: what arrived is filed under the task that was asked for ----

const arrived = {};
const ports = {};

function signer(request, port) {
  const header = request.headers.authorization;
  if (!header) return 'nobody';
  const said = Object.fromEntries([...header.matchAll(/(\w+)="([^"]*)"/g)].map(m => [m[1], m[2]]));
  const text = ['hawk.1.header', said.ts, said.nonce, request.method, request.url,
    '127.0.0.1', port, said.hash || '', said.ext || '', ''].join('\n');
  const token = Object.keys(tokens).find(name =>
    crypto.createHmac('sha256', tokens[name]).update(text).digest('base64') === said.mac);
  const ext = said.ext ? JSON.parse(Buffer.from(said.ext, 'base64')) : {};
  return `${said.id}+${token}` + (ext.certificate ? `+${ext.certificate.issuer.slice('boss-'.length)}` : '');
}

function serve(name) {
  return new Promise(resolve => {
    const server = http.createServer((request, response) => {
      const task = /\/task\/(\w+)\/status$/.exec(request.url)[1];
      (arrived[task] = arrived[task] || []).push(`${name}: ${signer(request, ports[name])}`);
      response.setHeader('content-type', 'application/json');
      response.end('{"status": {}}');
    }).listen(0, '127.0.0.1', () => {
      ports[name] = server.address().port;
      resolve();
    });
  });
}

const url = name => `http://127.0.0.1:${ports[name]}`;

// ---- what should arrive ----

function expected(c) {
  const file = c.file || {}, explicit = c.id && c.token;
  if (c.proxy && !explicit) return 'P: nobody';
  const root = c.root || file.root;
  const id = c.id || file.id, token = c.token || file.token;
  let cert = c.cert || file.cert;
  if (!root) return 'refused';
  if (!id && !token && !c.cert) return `${root}: nobody`;
  if (!id || !token) return 'refused';
  if (!c.mix) {
    if (!explicit && file.root && root !== file.root) return 'refused';
    if (c.cert && !c.token) return 'refused';
    if (!c.cert && file.cert && !c.token && c.id) return 'refused';
    if (!c.cert && c.token) cert = undefined;
  }
  return `${root}: ${id}+${token}` + (cert ? `+${cert}` : '');
}

function* all() {
  const who = { id: 'file', token: 'file' };
  const files = [null, { root: 'A' }, who, { root: 'A', ...who }, { root: 'A', ...who, cert: 'file' },
    { root: 'A', id: 'file' }, { root: 'A', token: 'file' }];
  for (const file of files)
    for (const root of [null, 'A', 'B'])
      for (const id of [null, 'env'])
        for (const token of [null, 'env'])
          for (const cert of [null, 'env'])
            for (const proxy of [null, 'P'])
              for (const mix of [false, true])
                if (!proxy || (!mix && root !== 'B')) // with a proxy these change nothing, or it is as if it was not there
                  yield { file, root, id, token, cert, proxy, mix };
}

// ---- the trial ----

function yaml(file) {
  const lines = ['config:'];
  if (file.root) lines.push(`  rootUrl: ${url(file.root)}`);
  if (file.id) lines.push(`  clientId: ${file.id}`);
  if (file.token) lines.push(`  accessToken: ${tokens[file.token]}`);
  if (file.cert) lines.push(`  certificate: '${certificates[file.cert]}'`);
  return lines.join('\n') + '\n';
}

function environment(c, home) {
  const env = { PATH: process.env.PATH, XDG_CONFIG_HOME: home };
  if (process.env.ASAN_OPTIONS) env.ASAN_OPTIONS = process.env.ASAN_OPTIONS;
  if (c.root) env.TASKCLUSTER_ROOT_URL = url(c.root);
  if (c.id) env.TASKCLUSTER_CLIENT_ID = c.id;
  if (c.token) env.TASKCLUSTER_ACCESS_TOKEN = tokens[c.token];
  if (c.cert) env.TASKCLUSTER_CERTIFICATE = certificates[c.cert];
  if (c.proxy) env.TASKCLUSTER_PROXY_URL = url(c.proxy);
  return env;
}

function run(c, task) {
  const home = fs.mkdtempSync(`${folder}/mix-`);
  if (c.file) fs.writeFileSync(`${home}/taskcluster.yml`, yaml(c.file), { mode: 0o600 });
  const words = ['-vv', 'api', 'queue', 'status', task].concat(c.mix ? ['--mix-config'] : []);
  return new Promise(resolve => {
    const child = spawn(program, words, { env: environment(c, home), stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', bytes => { said += bytes; });
    child.on('close', status => resolve({ status, said }));
  });
}

let wrong = 0, count = 0;

async function tryOne(c) {
  const task = `T${count++}`, wanted = expected(c);
  const { status, said } = await run(c, task);
  const got = (arrived[task] || ['refused']).join(', ');
  const leaked = Object.values(tokens).some(token => said.includes(token));
  if (got === wanted && status === (wanted === 'refused' ? 2 : 0) && !leaked) return;
  wrong++;
  console.error(`${JSON.stringify(c)}: expected ${wanted}, got ${got}, exit status ${status}${leaked ? ', a token is told' : ''}`);
}

async function work(left) {
  for (let next = left.next(); !next.done; next = left.next()) await tryOne(next.value);
}

(async () => {
  await Promise.all(['A', 'B', 'P'].map(serve));
  const left = all();
  await Promise.all(Array.from({ length: AT_ONCE }, () => work(left)));
  console.log(`${count} mixtures, ${wrong} wrong`);
  process.exit(wrong ? 1 : 0);
})();
