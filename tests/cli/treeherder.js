// SPDX-License-Identifier: MPL-2.0
// What `taskcluster treeherder` needs of a Treeherder: a repository with two pushes, the jobs of the newer one, and what is
// known of those that failed. It prints its URL, then serves.
'use strict';
const http = require('http');

const escape = '\u001b]0;owned\u0007';
const pushes = [
  { id: 12, revision: 'b'.repeat(40), author: 'b@example.com', push_timestamp: 1767225600, revision_count: 1,
    revisions: [{ revision: 'b'.repeat(40), comments: `Bug 2 - é\t${escape} second\n\nmore` }] },
  { id: 11, revision: 'a'.repeat(40), author: 'a@example.com', push_timestamp: 1767139200, revision_count: 1,
    revisions: [{ revision: 'a'.repeat(40), comments: 'Bug 1 - first' }] },
];
const job = (id, result, more) => ({ id, push_id: 12, state: 'completed', result, tier: 1, platform: 'linux', task_id: `task${id}`,
  job_type_name: `test-linux/opt-${id}`, start_timestamp: 1000, end_timestamp: 1000 + 3725, failure_classification_id: 1, ...more });
const jobs = [job(1, 'success'), job(2, 'testfailed'), job(3, 'busted', { failure_classification_id: 4, tier: 2 }),
  job(4, 'unknown', { state: 'running', end_timestamp: 0 }), job(5, 'retry')];
const suggestions = {
  2: Array.from({ length: 7 }, (_, i) => ({ search: `TEST-UNEXPECTED-FAIL ${i}${escape}`, line_number: i,
    bugs: { open_recent: i ? [] : [{ id: 99, summary: 'Intermittent x' }], all_others: [] } })),
};

const filtered = (list, query, names) =>
  list.filter(item => names.every(name => !query.has(name) || String(item[name]) === query.get(name)));

const routes = [
  [/^\/api\/project\/cedar\/push\/$/, query => ({
    results: filtered(pushes, query, ['revision', 'author'])
      .filter(push => push.push_timestamp < +(query.get('push_timestamp__lt') || 1e12)).slice(0, +(query.get('count') || 10)) })],
  [/^\/api\/project\/cedar\/push\/(\d+)\/status\/$/, () => ({ success: 3, testfailed: 1, running: 2 })],
  [/^\/api\/project\/cedar\/jobs\/$/, query => {
    const found = filtered(jobs, query, ['push_id', 'result', 'state', 'tier']).slice(+query.get('offset'));
    return { results: found, meta: { count: 2000, offset: +query.get('offset'), repository: 'cedar' } };
  }],
  [/^\/api\/project\/cedar\/jobs\/(\d+)\/bug_suggestions\/$/, (query, [, id]) => suggestions[id]],
  [/^\/api\/failureclassification\/$/, () => [{ id: 1, name: 'not classified' }, { id: 4, name: 'intermittent' }]],
];

http.createServer((request, response) => {
  const url = new URL(request.url, 'http://here');
  for (const [pattern, give] of routes) {
    const match = pattern.exec(url.pathname), body = match && give(url.searchParams, match);
    if (!body) continue;
    response.writeHead(200, { 'Content-Type': 'application/json' });
    return response.end(JSON.stringify(body));
  }
  response.writeHead(404, { 'Content-Type': 'application/json' });
  return response.end('{"detail":"Not found."}');
}).listen(0, '127.0.0.1', function ready() {
  console.log(`http://127.0.0.1:${this.address().port}`);
});
