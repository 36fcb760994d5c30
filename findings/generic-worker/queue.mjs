// SPDX-License-Identifier: MPL-2.0
// The services that one worker needs: node queue.mjs PAYLOADS ROOT. Hands out a task for each payload of the
// JSON file PAYLOADS, one after another; in it ROOT stands for the root URL, which is written into the file
// ROOT. When a task has ended: says how, with the lines of its log that begin with "| ", and its artifacts. The
// exit code is that of the first command.
// GET /changing gives another text each time, which nobody may keep.
import { createServer } from 'node:http';
import { readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

const [from, rootFile] = process.argv.slice(2);
const log = 'public/logs/live_backing.log';
const expires = '2099-01-01T00:00:00.000Z';
const names = { workerGroup: 'group', workerId: 'worker' };
const bytes = new Map(); // what was put: by its path
const tasks = []; // in order: { taskId, task, artifacts: name -> its request }
let claimed = 0;
let changes = 0;

const status = (taskId, state) => ({
	status: {
		taskId, state, taskQueueId: 'made/up', provisionerId: 'made', workerType: 'up',
		projectId: 'none', schedulerId: '-', taskGroupId: taskId, deadline: expires, expires, retriesLeft: 0,
		runs: [{ runId: 0, state, reasonCreated: 'scheduled', scheduled: new Date(), takenUntil: expires, ...names }],
	},
});
const credentials = { clientId: 'task', accessToken: 'no-secret' };

function claim() {
	if (claimed == tasks.length)
		return { tasks: [] };
	const { taskId, task } = tasks[claimed++];
	return {
		tasks: [{ ...status(taskId, 'running'), task, credentials, runId: 0, takenUntil: expires, ...names }],
	};
}

function createArtifact(root, { taskId, artifacts }, name, request) {
	artifacts.set(name, request);
	const { storageType, contentType } = request;
	const reply = { storageType, contentType, expires };
	return storageType == 's3' ? { ...reply, putUrl: `${root}put/${taskId}/${name}` } : { storageType };
}

function tell({ taskId, artifacts }, state) {
	const text = gunzipSync(bytes.get(`/put/${taskId}/${log}`)).toString();
	const code = /^\[taskcluster [^\]]*\] +Exit Code: (.*)$/m.exec(text);
	console.log(`${state}${code ? `, exit code ${code[1]}` : ''}:`);
	for (const line of text.split('\n').filter((line) => line.startsWith('| ')))
		console.log(`  ${line}`);
	for (const [name, { storageType, reason = '' }] of [...artifacts].sort())
		if (!name.startsWith('public/logs/'))
			console.log(`  artifact ${name}: ${storageType} ${reason}`.trimEnd());
}

// What a path of the queue that names a task answers.
function ofTask(root, of, taskId, rest, body) {
	const end = /^runs\/0\/(completed|failed|exception)$/.exec(rest);
	if (end)
		tell(of, `${end[1]}${body.reason ? ` (${body.reason})` : ''}`);
	const artifact = /^runs\/0\/artifacts\/(.*)$/.exec(rest);
	if (artifact)
		return createArtifact(root, of, artifact[1], body);
	if (rest.endsWith('/reclaim'))
		return { ...status(taskId, 'running'), credentials, runId: 0, takenUntil: expires, ...names };
	return rest ? status(taskId, end ? end[1] : 'running') : of.task;
}

function answer(root, path, body) {
	if (path == '/changing')
		return { text: `text ${++changes}\n` };
	if (path.startsWith('/api/queue/v1/claim-work/'))
		return claim();
	if (path.startsWith('/api/purge-cache/'))
		return { requests: [] };
	const [, taskId, rest] = /^\/api\/queue\/v1\/task\/([^/]*)\/?(.*)$/.exec(path) ?? [];
	const of = tasks.find((task) => task.taskId == taskId);
	return of && ofTask(root, of, taskId, rest, body);
}

const server = createServer(async (request, response) => {
	const chunks = [];
	for await (const chunk of request)
		chunks.push(chunk);
	const body = Buffer.concat(chunks);
	const path = decodeURIComponent(new URL(request.url, 'http://x').pathname);
	if (request.method == 'PUT' && path.startsWith('/put/')) {
		bytes.set(path, body);
		return response.end();
	}
	const reply = answer(`http://${request.headers.host}/`, path, body.length ? JSON.parse(body) : {});
	response.statusCode = reply ? 200 : 404;
	response.setHeader('Cache-Control', 'no-store');
	response.setHeader('Content-Type', reply?.text ? 'text/plain' : 'application/json');
	response.end(reply?.text ?? JSON.stringify(reply ?? { code: 'ResourceNotFound', message: path }));
});

server.listen(0, '127.0.0.1', () => {
	const root = `http://127.0.0.1:${server.address().port}`;
	const payloads = JSON.parse(readFileSync(from, 'utf8').replaceAll('ROOT', root));
	payloads.forEach((payload, i) => {
		const taskId = `AAAAAAAAQAAAAAAAAAAA${'ABCDEFGHIJ'[i]}A`;
		const task = {
			provisionerId: 'made', workerType: 'up', taskQueueId: 'made/up', projectId: 'none', schedulerId: '-',
			taskGroupId: taskId, dependencies: [], requires: 'all-completed', routes: [], priority: 'lowest', retries: 0,
			created: new Date(), deadline: expires, expires, scopes: ['generic-worker:cache:*'], tags: {}, extra: {},
			metadata: { name: 'n', description: 'd', owner: 'a@example.com', source: 'https://example.com' },
			payload: { maxRunTime: 60, features: { liveLog: false }, ...payload },
		};
		tasks.push({ taskId, task, artifacts: new Map() });
	});
	writeFileSync(rootFile, root);
});
