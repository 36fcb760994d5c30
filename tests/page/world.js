// SPDX-License-Identifier: MPL-2.0
// What tests of the page do without the page: calls by the command line, and the example's worker.
'use strict';
const { execFileSync, spawn } = require('child_process');
const { randomBytes } = require('crypto');

const root = process.env.TASKCLUSTER_ROOT_URL;
const later = (seconds) => new Date(Date.now() + seconds * 1000).toISOString();

function newId() {
	const bytes = randomBytes(16);
	bytes[0] &= 0x7f;
	bytes[6] = (bytes[6] & 0x0f) | 0x40;
	bytes[8] = (bytes[8] & 0x3f) | 0x80;
	return bytes.toString('base64url');
}

// api(['queue', 'status', taskId], body): the reply's JSON.
function api(words, body) {
	const input = body ? JSON.stringify(body) : '';
	const reply = execFileSync(process.env.TC_CLI, ['api', ...words], { input, stdio: ['pipe', 'pipe', 'inherit'] });
	return reply.length ? JSON.parse(reply) : {};
}

const definition = (taskId) => api(['queue', 'task', taskId]);

// A task for the worker; `more` has members of the definition. Its id.
function createTask(name, command, more = {}) {
	const taskId = more.taskId || newId();
	const { taskId: _, ...members } = more;
	api(['queue', 'createTask', taskId], { taskQueueId: 'test/worker', created: later(0), deadline: later(3600),
		payload: { command: ['sh', '-c', command] },
		metadata: { name, description: 'd', owner: 'a@example.com', source: 'https://example.com/' }, ...members });
	return taskId;
}

// example-worker, until stop(), or until it has done so many tasks and done is resolved. It ends with the test.
function startWorker(tasks) {
	const words = [...(tasks ? ['--tasks', String(tasks)] : []), 'test/worker', 'here', 'worker-1'];
	const worker = spawn(`${process.env.TC_EXAMPLES}/example-worker`, words, { stdio: 'ignore' });
	const stop = () => worker.kill('SIGTERM');
	const done = new Promise((resolve) => worker.on('exit', resolve));
	process.on('exit', stop);
	return { done, stop: () => (stop(), done) };
}

// The id of a task's page, which is not that of another.
function atAnother(page, taskId) {
	return page.until('the page of another task', (id) => {
		const [, other] = /^\/tasks\/([\w-]{22})$/.exec(location.pathname) || [];
		return other !== id && other;
	}, taskId);
}

module.exports = { api, atAnother, createTask, definition, later, newId, root, startWorker };
