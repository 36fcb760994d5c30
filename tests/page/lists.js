// SPDX-License-Identifier: MPL-2.0
'use strict';
const { browse } = require('./driver.js');
const { api, createTask, later, newId, root } = require('./world.js');

const metadata = { name: '<b>nightly</b>', description: 'd', owner: 'a@example.com' };

function cells(page, row) {
	return page.run((element) => Array.from(element.cells, (cell) => cell.innerText.trim()), row);
}

// Waits until a row of a section's table, or of the page's only one (null), has these cells at its beginning; null is any.
async function rowHas(page, section, name, expected) {
	await page.wait(`${name} to be ${expected}`, async () => {
		const seen = await cells(page, await page.find('row', name, section && await page.find('region', section)));
		return expected.every((text, i) => text === null || text === seen[i]);
	});
}

// A hook, two entries of the index, and a worker that took one task and then another.
function makeWorld() {
	const taskId = createTask('first', 'true');
	const entry = (rank) => ({ taskId, rank, data: { of: rank }, expires: later(3600) });
	for (const path of ['top', 'a.b.c', ...Array.from({ length: 12 }, (none, i) => `many.n${i}`)])
		api(['index', 'insertTask', path], entry(path.length));
	api(['auth', 'createRole', 'hook-id:group/nightly'], { description: '', scopes: ['queue:create-task:project:none', 'queue:scheduler-id:-',
		'queue:create-task:lowest:test/worker'] });
	api(['hooks', 'createHook', 'group', 'nightly'], { metadata, schedule: ['0 0 3 * * *'], triggerSchema: { type: 'object' },
		task: { taskQueueId: 'test/worker', payload: {}, created: { $fromNow: '0 seconds' }, deadline: { $fromNow: '1 hour' },
			metadata: { ...metadata, source: 'https://example.com/' } } });
	api(['queue', 'claimWork', 'test/worker'], { tasks: 1, workerGroup: 'here', workerId: 'w-1' });
	return taskId;
}

// What is shown changes as things happen, without another page.
async function overviewIsLive(page) {
	await page.find('heading', 'Overview').then((heading) => page.run((element) => (element.dataset.kept = 'yes'), heading));
	await rowHas(page, 'Task queues', /^test\/worker/, ['test/worker', '0', '1', '0', '1']);
	const second = createTask('<i>second</i>', 'true');
	await rowHas(page, 'Latest tasks', /second/, ['<i>second</i>', 'P\npending', 'test/worker', second]);
	await rowHas(page, 'Task queues', /^test\/worker/, ['test/worker', '1', '1', '0', '1']);
	api(['queue', 'cancelTask', second]);
	await rowHas(page, 'Latest tasks', /second/, ['<i>second</i>', 'E\nexception']);
	await rowHas(page, 'Task queues', /^test\/worker/, ['test/worker', '0', '1', '1', '1']);
	api(['index', 'insertTask', 'new.entry'], { taskId: second, rank: 1, data: {}, expires: later(3600) });
	await page.sees('link', 'new');
	await page.until('the same page', () => document.querySelector('h1').dataset.kept === 'yes');
}

async function findsTasks(page, taskId) {
	await page.write('textbox', 'Task or group', newId());
	await page.click('button', 'Show');
	await page.seesText('There is no task or group');
	await page.write('textbox', 'Task or group', `https://tc.example/tasks/${taskId}/runs/0`);
	await page.click('button', 'Show');
	await page.until('the task', (id) => location.pathname === `/tasks/${id}`, taskId);
}

async function showsIndex(page, taskId) {
	await page.click('link', 'Index');
	await rowHas(page, 'Tasks', /^top/, ['top', taskId, '3']);
	await page.click('link', 'many');
	await page.write('textbox', 'Filter', 'N1');
	await page.misses('link', 'n7');
	await page.click('link', 'n11');
	await page.seesText('"of": 8');
	await page.click('link', 'many');
	await page.sees('heading', 'many');
	await page.go(`${root}/tasks/index/a.b/c/task-group`);
	await page.until('the group', (id) => location.pathname === `/tasks/groups/${id}`, taskId);
	page.expects(/index\/v1\/task\/a\.b\.x .*404/);
	await page.go(`${root}/tasks/index/a.b/x`);
	await page.sees('alert');
}

async function triggersHook(page) {
	await page.click('link', 'Hooks');
	await rowHas(page, null, /nightly/, ['group', 'nightly', '0 0 3 * * *', 'd']);
	page.expects(/last-fires.* 404/);
	await page.click('link', 'nightly');
	await page.seesText('Not fired yet.');
	await page.seesText('Next run');
	await page.write('textbox', 'Payload, JSON', '{');
	await page.click('button', 'Trigger');
	await page.seesText('JSON');
	await page.write('textbox', 'Payload, JSON', '{"branch": "main"}');
	await page.click('button', 'Trigger');
	await page.seesText('it made the task');
	const { taskId } = api(['hooks', 'listLastFires', 'group', 'nightly']).lastFires[0];
	await rowHas(page, 'Last fires', new RegExp(taskId), [null, 'triggerHook', taskId, 'P\npending']);
}

async function showsQueues(page, taskId) {
	await page.click('link', 'Queues');
	await page.click('link', 'test');
	await page.click('link', 'test/worker');
	await rowHas(page, 'Workers', /w-1/, ['here / w-1', taskId]);
	await rowHas(page, 'Claimed tasks', /first/, ['first', '0', 'here / w-1']);
	createTask('third', 'true');
	await rowHas(page, 'Pending tasks', /third/, ['third', '0', 'lowest']);
	await page.click('link', 'Pending tasks');
	await rowHas(page, null, /nightly/, ['<b>nightly</b>', '0', 'lowest']);
	await page.command('POST', '/back');
	api(['queue', 'quarantineWorker', 'test', 'worker', 'here', 'w-1'], { quarantineUntil: later(3600) });
	await page.click('link', 'here / w-1');
	await page.seesText('Quarantined until');
	await rowHas(page, 'Recent tasks', /running/, [taskId, '0', 'R\nrunning']);
	await page.click('link', 'Pools');
	await page.sees('heading', 'Worker pools');
	await page.seesText('None');
}

// A name that a browser would resolve leads to its log; a long word stays in the window.
async function showsOddArtifacts(page) {
	const taskId = createTask('odd', 'true', { taskQueueId: 'test/odd' });
	api(['queue', 'claimWork', 'test/odd'], { tasks: 1, workerGroup: 'here', workerId: 'w-1' });
	const name = 'public/../../hooks.log';
	api(['queue', 'createArtifact', taskId, '0', name], { storageType: 'error', reason: 'file-missing-on-worker', message: 'z'.repeat(900),
		expires: later(3600) });
	page.expects(/artifacts\/.* 424/);
	await page.go(`${root}/tasks/${taskId}`);
	await page.click('link', name);
	await page.sees('heading', name);
	await page.seesText('zzzz');
	await page.until('no line longer than the window', () => document.documentElement.scrollWidth <= innerWidth);
}

browse(async (page) => {
	const taskId = makeWorld();
	await page.go(process.env.PAGE_LINK);
	await page.sees('button', 'Sign out');
	await overviewIsLive(page);
	page.expects(/queue\/v1\/task.* 404/);
	await findsTasks(page, taskId);
	await showsIndex(page, taskId);
	await triggersHook(page);
	await showsQueues(page, taskId);
	await showsOddArtifacts(page);
	if (await page.run(() => document.querySelector('main b:not(.state b), main i')))
		throw new Error('a name became markup');
});
