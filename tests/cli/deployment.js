// SPDX-License-Identifier: MPL-2.0
// Deployments that publish references: each of its kind, on a port of its own. It prints a line with <kind>=<root URL> of all of
// them, then serves, and appends "<kind> <method> <path> <whether signed>" of each request to the file that it is given.
'use strict';
const fs = require('fs');
const http = require('http');
const path = require('path');
const tree = 'references/taskcluster';
const log = process.argv[2];

const clone = value => JSON.parse(JSON.stringify(value));
const api = service => `/references/${service}/v1/api.json`;

function readTree() {
  const files = {};
  for (const entry of fs.readdirSync(tree, { recursive: true })) {
    const file = path.join(tree, entry);
    if (/^(references|schemas)\//.test(entry) && fs.statSync(file).isFile()) files[`/${entry}`] = JSON.parse(fs.readFileSync(file));
  }
  return files;
}
const release = readTree();

const operation = (name, method, route, rest) => ({ type: 'function', name, method, route, args: [...route.matchAll(/<(\w+)>/g)].map(m => m[1]),
  title: name, description: `What ${name} does.`, category: 'Test', stability: 'experimental', ...rest });

// ---- kinds: each changes the release's files, or answers in its own way

const batch = operation('taskQueueForecast', 'post', '/task-queues/forecast',
  { scopes: { AllOf: [{ for: 'q', in: 'taskQueueIds', each: 'queue:pending-count:<q>' }] },
    input: 'v1/task-queue-counts-request.json#', output: 'v1/task-queue-counts-list-response.json#' });
const countsRequest = { $schema: '/schemas/common/metaschema.json#', $id: '/schemas/queue/v1/task-queue-counts-request.json#', title: 'Request',
  description: 'Which.', type: 'object', additionalProperties: false, required: ['taskQueueIds'],
  properties: { taskQueueIds: { title: 'Queues', description: 'Which.', type: 'array', minItems: 1, maxItems: 3, items: { type: 'string', maxLength: 10 } } } };
const anything = name => ({ $schema: '/schemas/common/metaschema.json#', $id: `/schemas/queue/v1/${name}#`, title: 'Reply', description: 'A reply.',
  type: 'object', additionalProperties: true, properties: {}, required: [] });

function newer(files) {
  const queue = files[api('queue')];
  queue.entries.push(batch,
    operation('listShades', 'get', '/shades/<color>', { query: ['continuationToken', 'limit', 'shade', 'color'], output: 'v1/shades.json#' }),
    operation('steer', 'get', '/steer', { description: 'Owned \u001b]0;owned\u0007\u009b31m it.' }));
  const moved = queue.entries.find(entry => entry.name === 'status');
  moved.route = '/tasks/<taskId>/state';
  queue.entries.find(entry => entry.name === 'listProvisioners').query.push('kind');
  files['/schemas/queue/v1/tasks-request.json'].properties.taskIds.maxItems = 1;
  files['/schemas/queue/v1/task-queue-counts-request.json'] = countsRequest;
  files['/schemas/queue/v1/task-queue-counts-list-response.json'] = anything('task-queue-counts-list-response.json');
  files['/schemas/queue/v1/shades.json'] = { ...anything('shades.json'), properties: { shades: { type: 'array', title: 'Shades',
    description: 'Shades.', items: { type: 'string' } }, continuationToken: { type: 'string', title: 'Token', description: 'Of the next.' } } };
  files['/references/paint/v1/api.json'] = { ...clone(queue), serviceName: 'paint', title: 'Paint', description: 'Paints.',
    entries: [operation('ping', 'get', '/ping', { stability: 'stable' })] };
  files['/references/manifest.json'].references.push('/references/paint/v1/api.json');
}

function older(files) {
  const queue = files[api('queue')];
  queue.entries = queue.entries.filter(entry => !['getTaskGroup', 'sealTaskGroup'].includes(entry.name));
  const manifest = files['/references/manifest.json'];
  manifest.references = manifest.references.filter(name => !name.includes('/object/'));
}

const changed = change => {
  const files = clone(release);
  change(files);
  return files;
};
const entry = (rest, name = 'evil', method = 'get', route = '/evil') => files => files[api('queue')].entries.push(operation(name, method, route, rest));
const schema = (value, name = 'evil.json') => files => {
  entry({ input: `v1/${name}#` }, 'evil', 'post')(files);
  files[`/schemas/queue/v1/${name}`] = { ...countsRequest, $id: `/schemas/queue/v1/${name}#`, ...value };
};
const manifest = (...names) => files => files['/references/manifest.json'].references.push(...names);
const self = name => ({ properties: { taskQueueIds: { $ref: `${name}#` } } });

// what each of them is refused for is what it is called
const kinds = elsewhere => ({
  newer: changed(newer),
  older: changed(older),
  broken: { ...changed(() => {}), [api('queue')]: '{"$schema": "/schemas/common/api-reference-v0.json#", "entries": [' },
  page: () => [200, '<!doctype html><title>Taskcluster</title><p>an application of one page</p>', 'text/html'],
  none: () => [404, 'Not Found', 'text/html'],
  endless: () => 'endless',
  hosts: changed(manifest(`${elsewhere}/references/queue/v1/api.json`)),
  slashes: changed(manifest(`//${elsewhere.slice(7)}/references/queue/v1/api.json`)),
  climbing: changed(manifest('/references/../../etc/v1/api.json')),
  outside: changed(manifest('/api/queue/v1/ping')),
  routes: changed(entry({}, 'evil', 'get', '/../../auth/v1/evil')),
  absolute: changed(entry({}, 'evil', 'get', `${elsewhere}/evil`)),
  service: changed(files => { files[api('queue')].serviceName = 'queue/../auth'; }),
  absent: changed(files => { delete files[api('queue')]; }),
  open: changed(files => { delete files[api('queue')].entries.find(entry => entry.name === 'cancelTask').scopes; }),
  dialect: changed(files => { files[api('queue')].$schema = '/schemas/libtaskcluster/api-reference-x1.json#'; files[api('queue')].baseUrl = elsewhere; }),
  classic: changed(files => { files[api('queue')].baseUrl = `${elsewhere}/v1`; }),
  schemahost: changed(entry({ input: `${elsewhere}/schemas/queue/v1/evil.json#` }, 'evil', 'post')),
  refhost: changed(schema(self(`${elsewhere}/schemas/queue/v1/evil.json`))),
  circle: changed(schema({ $ref: 'evil.json#' })),
  huge: changed(files => { files[api('queue')].description = 'x'.repeat(70 << 20); }),
  deep: { ...changed(() => {}), [api('queue')]: '['.repeat(100000) },
});

// ---- serving

function call(kind, request, url, body) {
  const function_ = `${request.method} ${url.pathname}`;
  if (function_ === 'POST /api/queue/v1/task-queues/forecast') return [200, body, 'application/json'];
  if (function_ === 'GET /api/queue/v1/shades/blue') {
    const token = url.searchParams.get('continuationToken');
    return [200, JSON.stringify(token ? { shades: ['navy'] } : { shades: ['sky', url.searchParams.get('shade') || ''], continuationToken: 'b' }), 'application/json'];
  }
  if (function_ === 'GET /api/queue/v1/tasks/T/state') return [200, '{"state":"new"}', 'application/json'];
  if (function_.endsWith('/ping')) return [200, '{"alive":true}', 'application/json'];
  if (url.pathname.endsWith('__version__')) return [200, `{"version":"v107.2.0${kind === 'page' ? '\\u001b[31m' : ''}"}`, 'application/json'];
  if (['PUT /api/queue/v1/task/T', 'GET /api/queue/v1/provisioners', 'POST /api/queue/v1/tasks'].includes(function_))
    return [400, JSON.stringify({ code: 'InputValidationError', message: 'no', requestInfo: {} }), 'application/json'];
  return [404, '<h1>Not Found</h1>', 'text/html'];
}

function answer(kind, deployment, request, body) {
  const url = new URL(request.url, 'http://here');
  if (url.pathname.startsWith('/api/')) return call(kind, request, url, body);
  if (typeof deployment === 'function') return deployment();
  const file = deployment[url.pathname];
  if (file === undefined) return [404, 'Not Found', 'text/plain'];
  return [200, typeof file === 'string' ? file : JSON.stringify(file), 'application/json'];
}

function pour(response) {
  response.writeHead(200, { 'Content-Type': 'application/json' });
  response.write('{"references": [');
  const piece = Buffer.from('"/references/x/v1/api.json",'.repeat(4000));
  const more = () => { while (!response.destroyed && response.write(piece)); };
  response.on('drain', more);
  more();
}

function serve(kind, deployment) {
  const server = http.createServer((request, response) => {
    const chunks = [];
    request.on('data', chunk => chunks.push(chunk)).on('end', () => {
      fs.appendFileSync(log, `${kind} ${request.method} ${request.url} ${request.headers.authorization ? 'signed' : 'unsigned'}\n`);
      const reply = answer(kind, deployment, request, Buffer.concat(chunks));
      if (reply === 'endless') return pour(response);
      const [status, body, type] = reply;
      response.writeHead(status, { 'Content-Type': type });
      return response.end(body);
    });
  });
  return new Promise(done => server.listen(0, '127.0.0.1', () => done(`http://127.0.0.1:${server.address().port}`)));
}

async function main() {
  const lines = [['elsewhere', await serve('elsewhere', release)]];
  for (const [kind, deployment] of Object.entries(kinds(lines[0][1]))) lines.push([kind, await serve(kind, deployment)]);
  console.log(lines.map(line => line.join('=')).join(' '));
}
main();
