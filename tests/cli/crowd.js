// SPDX-License-Identifier: MPL-2.0
// A queue whose task groups are as no sandbox can be made to have them in a moment, by the group's name:
// crowd has 10,000 tasks in pages of 1,000; grows-N has one task, and a new one whenever one is cancelled until there
// were N; stuck has two of which no cancelling comes to an end; hung cannot be read in any time; empty has none. It
// prints its root URL, then serves.
'use strict';
const http = require('http');

const STATES = ['completed', 'completed', 'completed', 'running', 'pending', 'unscheduled', 'failed', 'exception'];
const PAGE = 1000, CROWD = 10 * PAGE;
const started = new Date(Date.now() - 3600e3).toISOString();
const resolved = new Date(Date.now() - 60e3).toISOString();

// What a real task has, in about as many bytes.
function task(name, n, state) {
  const taskId = `${name}.${n}`;
  const run = { runId: 0, state, reasonCreated: 'scheduled', started, ...(/ed$|^exc/.test(state) && { resolved }) };
  return {
    status: { taskId, provisionerId: 'p', workerType: 'w', taskQueueId: 'p/w', schedulerId: 's', taskGroupId: name, state,
      deadline: started, expires: started, retriesLeft: 5, runs: ['unscheduled', 'pending'].includes(state) ? [] : [run] },
    task: { provisionerId: 'p', workerType: 'w', taskQueueId: 'p/w', schedulerId: 's', taskGroupId: name,
      payload: { command: ['x'.repeat(2000)] }, metadata: { name: `task ${n}`, description: 'd', owner: 'o@example.com', source: 'https://example.com' } },
  };
}

const groups = {}; // of those that grow: how many tasks there are, and which are cancelled
const growing = name => groups[name] ||= { count: 1, cancelled: new Set() };

function tasksOf(name, page) {
  if (name === 'crowd') return Array.from({ length: PAGE }, (_, i) => task(name, page * PAGE + i, STATES[i % STATES.length]));
  if (name === 'stuck') return [task(name, 0, 'pending'), task(name, 1, 'pending')];
  if (name === 'empty') return [];
  const { count, cancelled } = growing(name);
  return Array.from({ length: count }, (_, i) => task(name, i, cancelled.has(i) ? 'exception' : 'pending'));
}

function send(response, value) {
  response.writeHead(200, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(value));
}

function list(response, name, page) {
  if (name === 'hung') return;
  const more = name === 'crowd' && (page + 1) * PAGE < CROWD;
  send(response, { taskGroupId: name, schedulerId: 's', expires: started, tasks: tasksOf(name, page),
    ...(more && { continuationToken: String(page + 1) }) });
}

function cancel(response, name, n) {
  if (name === 'stuck') return;
  const group = growing(name), most = Number(name.split('-')[1]);
  group.cancelled.add(n);
  if (group.count < most) group.count++;
  send(response, { status: task(name, n, 'exception').status });
}

const server = http.createServer((request, response) => {
  const url = new URL(request.url, 'http://here');
  const group = /task-group\/([\w-]+)\/list$/.exec(url.pathname);
  const one = /task\/([\w-]+)\.(\d+)\/cancel$/.exec(url.pathname);
  request.resume().on('end', () => {
    if (group) list(response, group[1], Number(url.searchParams.get('continuationToken') || 0));
    else if (one) cancel(response, one[1], Number(one[2]));
    else response.writeHead(404).end();
  });
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
