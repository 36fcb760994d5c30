// SPDX-License-Identifier: MPL-2.0
'use strict';
const assert = require('assert/strict');
const { spawnSync } = require('child_process');
const { browse } = require('./driver.js');
const { api, createTask, later, newId, root, startWorker } = require('./world.js');

// The server takes longer to read a definition than the page waits before it asks.
function readSlowly(page) {
	return page.run(() => {
		const atOnce = window.fetch;
		window.fetch = async (url, ...rest) => {
			if (String(url).endsWith('/read-task'))
				await new Promise((done) => setTimeout(done, 600));
			return atOnce(url, ...rest);
		};
	});
}

async function createByForm(page) {
	await readSlowly(page);
	await page.click('link', 'Create a task');
	await page.write('textbox', 'Task queue', 'test/worker');
	await page.write('textbox', 'Name', 'colours');
	await page.write('textbox', 'Command, for a shell',
		'printf "\\033[31mred\\033[0m and plain\\n"; echo the second line; sleep 1; echo the end');
	await page.click('button', 'Write the definition');
	await page.click('button', 'Create the task');
	await page.sees('heading', 'colours');
	return new URL(await page.url()).pathname.split('/')[2];
}

// The page is the same document until the end.
function brand(page) {
	return page.run(() => {
		window.branded = true;
	});
}

function isBranded(page) {
	return page.until('the page that was there before', () => window.branded);
}

async function watchTheGroup(page, group) {
	await page.go(`${root}/tasks/groups/${group}?view=table`);
	await brand(page);
	await page.sees('row', /middle .*unscheduled.* 1 of 1/i);
	const added = createTask('added', 'true', { taskGroupId: group, schedulerId: '-' });
	await page.sees('row', /added .*pending/i);
	const worker = startWorker(4);
	await page.sees('row', /colours .*running/i);
	for (const name of ['colours', 'middle', 'last', 'added'])
		await page.sees('row', new RegExp(`${name} .*completed`, 'i'));
	await isBranded(page);
	await page.screenshot('group-completed');
	await worker.done;
	return added;
}

async function readTheLog(page, task) {
	await page.go(`${root}/tasks/${task}/runs/0/logs/live/public/logs/live.log`);
	await page.seesText('red and plain');
	await page.seesText('the second line');
	const colours = await page.run(() => Array.from(document.querySelectorAll('.log span'))
		.filter((span) => span.textContent === 'red').map((span) => getComputedStyle(span).color));
	assert.equal(colours.length, 1);
	assert.notEqual(colours[0], await page.run(() => getComputedStyle(document.querySelector('.log')).color));
	await page.screenshot('log');
}

async function runAgainAndCancel(page, task) {
	await page.go(`${root}/tasks/${task}`);
	await brand(page);
	await page.click('button', 'Rerun');
	await page.sees('row', /Run 1 .*pending/i);
	await page.click('button', 'Cancel');
	await page.click('button', 'Cancel', await page.find('dialog'));
	await page.sees('row', /Run 1 .*exception.*canceled/i);
	await page.misses('button', 'Cancel');
	await isBranded(page);
}

// Why it waits is told, too, when the worker that came may not claim.
async function claimWithout(page) {
	const id = 'without/scopes';
	const { accessToken } = api(['auth', 'createClient', id], { expires: later(3600), description: 'd' });
	const env = { ...process.env, TASKCLUSTER_CLIENT_ID: id, TASKCLUSTER_ACCESS_TOKEN: accessToken };
	const input = JSON.stringify({ tasks: 1, workerGroup: 'here', workerId: 'w' });
	const { status } = spawnSync(process.env.TC_CLI, ['api', 'queue', 'claimWork', 'test/worker'], { env, input });
	assert.notEqual(status, 0);
	await page.seesText(/a claim by without\/scopes from test\/worker was refused .*: its scopes lack queue:claim-work:test\/worker, queue:/);
}

async function missTask(page) {
	page.expects(/status of 40[04]/);
	await page.go(`${root}/tasks/${newId()}`);
	await page.sees('alert', /There is no task/);
	await page.go(`${root}/tasks/nothing`);
	await page.sees('alert', /expected a slugid/);
	await page.sees('heading', 'nothing');
	assert.equal(await page.run(() => document.getElementById('live').textContent), '');
}

browse(async (page) => {
	await page.go(process.env.PAGE_LINK);
	await page.sees('button', 'Sign out');
	await page.until('an address without the token', () => location.hash === '');
	const first = await createByForm(page);
	await page.seesText(/no worker has ever asked for work of test\/worker/i);
	await claimWithout(page);
	const middle = createTask('middle', 'true', { taskGroupId: first, schedulerId: '-', dependencies: [first] });
	await page.go(`${root}/tasks/${middle}`);
	await page.seesText(/it waits for 1 of 1/i);
	createTask('last', 'true', { taskGroupId: first, schedulerId: '-', dependencies: [middle] });
	const added = await watchTheGroup(page, first);
	await readTheLog(page, first);
	await runAgainAndCancel(page, added);
	await missTask(page);
});
