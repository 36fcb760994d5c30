// SPDX-License-Identifier: MPL-2.0
'use strict';
const assert = require('assert/strict');
const { browse } = require('./driver.js');
const { api, atAnother, createTask, definition, newId, root, startWorker } = require('./world.js');

// As a decision task of taskgraph leaves it.
const actions = { version: 1, variables: { revision: '123abc' }, actions: [
	{ kind: 'hook', name: 'retry', title: 'Retry it', description: 'By a hook', context: [{ kind: 'test' }],
		hookGroupId: 'tests', hookId: 'act', schema: { type: 'object', properties: { times: { type: 'integer', default: 2 } } },
		hookPayload: { decision: { action: { cb_name: 'retry-${revision}' } },
			user: { input: { $eval: 'input' }, taskId: { $eval: 'taskId' }, taskGroupId: { $eval: 'taskGroupId' } } } },
	{ kind: 'task', name: 'check', title: 'Check it', description: 'By a task', context: [{}], task: {
		taskQueueId: 'test/worker', created: { $fromNow: '' }, deadline: { $fromNow: '1 hour' },
		payload: { of: '${task.metadata.name}', by: '$${x}', input: { $json: { $eval: 'input' } } },
		metadata: { name: 'checks', description: 'd', owner: 'a@example.com', source: 'https://example.com/' } } },
	{ kind: 'task', name: 'more', title: 'More than it may', description: '', context: [{}], task: {
		taskQueueId: 'test/worker', created: { $fromNow: '' }, deadline: { $fromNow: '1 hour' }, payload: {}, scopes: ['secrets:get:x'],
		metadata: { name: 'takes more', description: 'd', owner: 'a@example.com', source: 'https://example.com/' } } },
	{ kind: 'task', name: 'strange', title: 'Strange', description: '', context: [{}], task: { $switch: {} } },
	{ kind: 'task', name: 'check', title: 'Second of its name', description: '', context: [{}], task: {} },
	{ kind: 'task', name: 'else', title: 'Of another kind', description: '', context: [{ kind: 'build' }], task: {} },
	{ kind: 'task', name: 'all', title: 'Of the group', description: '', context: [], task: {} },
] };

async function decide(page, scopes) {
	const taskId = newId();
	createTask('decision', '', { taskId, taskGroupId: taskId, schedulerId: 's', scopes,
		payload: { command: ['sh', '-c', `cat >a.json <<'END'\n${JSON.stringify(actions)}\nEND`],
			artifacts: [{ name: 'public/actions.json', path: 'a.json', contentType: 'application/json' }] } });
	const done = createTask('target', 'true', { taskGroupId: taskId, schedulerId: 's', tags: { kind: 'test' } });
	const worker = startWorker();
	await page.wait('the decision', () => api(['queue', 'status', done]).status.state === 'completed');
	await worker.stop();
	return { group: taskId, taskId: done };
}

function createHook() {
	api(['auth', 'createRole', 'hook-id:tests/act'], { description: 'd', scopes: ['queue:*'] });
	api(['hooks', 'createHook', 'tests', 'act'], { metadata: { name: 'act', description: 'd', owner: 'a@example.com' },
		triggerSchema: {}, task: { taskQueueId: 'test/hooked', created: { $fromNow: '' }, deadline: { $fromNow: '1 hour' },
			payload: { $eval: 'payload' },
			metadata: { name: 'acts', description: 'd', owner: 'a@example.com', source: 'https://example.com/' } } });
}

async function openActions(page, path) {
	await page.go(root + path);
	await page.click('button', 'More actions');
	await page.click('button', 'Load public/actions.json');
}

async function actByHook(page, { group, taskId }) {
	await openActions(page, `/tasks/${taskId}`);
	const hook = await page.find('region', 'Retry it');
	await page.write('textbox', /Input/, '{"times": 3}', hook);
	await page.click('button', 'Do it', hook);
	await page.sees('heading', 'acts');
	assert.deepEqual(definition(await atAnother(page, taskId)).payload, { decision: { action: { cb_name: 'retry-123abc' } },
		user: { input: { times: 3 }, taskId, taskGroupId: group } });
}

async function actByTask(page, { group, taskId }) {
	await openActions(page, `/tasks/${taskId}`);
	await page.click('button', 'Do it', await page.find('region', 'Strange'));
	await page.sees('alert', /does not know \$switch/);
	for (const title of ['Second of its name', 'Of another kind', 'Of the group'])
		await page.misses('region', title);
	page.expects(/api\/queue\/v1\/task\/.* 403/);
	await page.click('button', 'Do it', await page.find('region', 'More than it may'));
	await page.sees('alert', /secrets:get:x/);
	await page.click('button', 'Do it', await page.find('region', 'Check it'));
	await page.sees('heading', 'checks');
	assert.deepEqual(definition(await atAnother(page, taskId)).payload, { of: 'target', by: '${x}', input: 'null' });
	await openActions(page, `/tasks/groups/${group}`);
	await page.sees('region', 'Of the group');
	await page.misses('region', 'Check it');
}

browse(async (page) => {
	await page.go(process.env.PAGE_LINK);
	await page.sees('button', 'Sign out');
	createHook();
	await actByHook(page, await decide(page, ['in-tree:hook-action:tests/*']));
	const without = await decide(page, ['queue:create-task:*', 'queue:scheduler-id:*']);
	await openActions(page, `/tasks/${without.taskId}`);
	await page.click('button', 'Do it', await page.find('region', 'Retry it'));
	await page.sees('alert', /lacks the scope in-tree:hook-action:tests\/act/);
	await actByTask(page, without);
});
