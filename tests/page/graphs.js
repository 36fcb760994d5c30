// SPDX-License-Identifier: MPL-2.0
// Task groups to look at: graphs of several shapes, and what creates them in a sandbox.
'use strict';
const crypto = require('crypto');
const { newId } = require('./world.js');

// ---- shapes: [{ name, needs: [index…] }], each task behind those that it needs ----

// A decision task, builds that wait for it, and tests that wait for a build: what a push to a large project comes to.
function pushGraph(size, builds = Math.max(1, Math.round(size / 16))) {
	const systems = ['linux1804-64', 'linux2204-64-wayland', 'windows11-64-24h2', 'macosx1500-aarch64', 'android-em-14-x86_64'];
	const suites = ['mochitest-browser-chrome', 'xpcshell', 'web-platform-tests', 'reftest', 'crashtest', 'jsreftest', 'marionette-unittest', 'gtest'];
	const graph = [{ name: 'Gecko Decision Task', needs: [] }];
	for (let i = 0; i < builds; i++)
		graph.push({ name: `build-${systems[i % systems.length]}/${i % 2 ? 'debug' : 'opt'}-${i}`, needs: [0] });
	while (graph.length < size) {
		const i = graph.length;
		const build = 1 + i % builds;
		graph.push({ name: `test-${systems[(build - 1) % systems.length]}/${suites[i % suites.length]}-${i}`, needs: i % 3 ? [0, build] : [build] });
	}
	return graph;
}

function chainGraph(size) {
	return Array.from({ length: size }, (_, i) => ({ name: `step-${i}`, needs: i ? [i - 1] : [] }));
}

// Two dependencies a task, by a rule that looks like chance and always gives the same; some ten layers.
function mixedGraph(size) {
	const below = (i, salt) => Math.floor(((i * 7919 + salt * 104729) % i) / 2);
	return Array.from({ length: size }, (_, i) => ({ name: `${['build', 'sign', 'test', 'upload'][i % 4]}-${i}`,
		needs: i < 12 ? [] : [...new Set([below(i, 1), below(i, 2)])] }));
}

// ---- calls ----

function hawk(method, url, { clientId, accessToken }) {
	const ts = Math.floor(Date.now() / 1000);
	const nonce = crypto.randomBytes(6).toString('base64url');
	const text = ['hawk.1.header', ts, nonce, method, url.pathname + url.search, url.hostname, url.port, '', '', ''].join('\n');
	const mac = crypto.createHmac('sha256', accessToken).update(text).digest('base64');
	return `Hawk id="${clientId}", ts="${ts}", nonce="${nonce}", mac="${mac}"`;
}

async function call(sandbox, method, path, body) {
	const url = new URL(`/api/${path}`, sandbox.rootUrl);
	const response = await fetch(url, { method, body: body && JSON.stringify(body),
		headers: { 'Content-Type': 'application/json', Authorization: hawk(method, url, sandbox) } });
	const reply = await response.json();
	if (!response.ok)
		throw new Error(`${method} ${path}: ${response.status} ${reply.message}`);
	return reply;
}

function definition({ name }, taskGroupId, dependencies) {
	return { taskQueueId: 'proj-page/linux', taskGroupId, schedulerId: 'page', dependencies, created: new Date().toISOString(),
		deadline: new Date(Date.now() + 3600000).toISOString(), payload: { command: ['/bin/sh', '-c', `echo ${name}`], maxRunTime: 600 },
		retries: 5, metadata: { name, description: 'A task to look at', owner: 'page@example.com', source: 'https://example.com/page' } };
}

// One task of a group: its id.
async function create(sandbox, taskGroupId, task, dependencies = [], taskId = newId()) {
	await call(sandbox, 'PUT', `queue/v1/task/${taskId}`, definition(task, taskGroupId, dependencies));
	return taskId;
}

// Creates a graph's tasks, some at a time but none before those that it needs: { taskGroupId, taskIds }.
async function fill(sandbox, graph) {
	const taskIds = graph.map(newId);
	const created = [];
	const createAfter = async (task, i) => {
		await Promise.all(task.needs.map((other) => created[other]));
		return create(sandbox, taskIds[0], task, task.needs.map((other) => taskIds[other]), taskIds[i]);
	};
	for (const [i, task] of graph.entries()) {
		created.push(createAfter(task, i));
		await created[i - 16];
	}
	await Promise.all(created);
	return { taskGroupId: taskIds[0], taskIds };
}

// Works on the queue's tasks: `outcome(name)` is 'completed', 'failed', a reason of reportException, or undefined, to be left
// running. Ends when nothing is pending or `most` were done.
async function work(sandbox, outcome, most = Infinity) {
	for (let done = 0; done < most;) {
		const { tasks } = await call(sandbox, 'POST', 'queue/v1/claim-work/proj-page/linux',
			{ tasks: Math.min(16, most - done), workerGroup: 'here', workerId: `worker-${done % 7}` });
		if (!tasks.length)
			return;
		done += tasks.length;
		await Promise.all(tasks.map(({ status, runId, task }) => {
			const end = outcome(task.metadata.name, runId);
			const where = `queue/v1/task/${status.taskId}/runs/${runId}/`;
			return end && (['completed', 'failed'].includes(end) ? call(sandbox, 'POST', where + end)
				: call(sandbox, 'POST', `${where}exception`, { reason: end }));
		}));
	}
}

module.exports = { pushGraph, chainGraph, mixedGraph, fill, create, work };
