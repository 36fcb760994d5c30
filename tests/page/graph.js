// SPDX-License-Identifier: MPL-2.0
'use strict';
const assert = require('assert');
const { browse } = require('./driver.js');
const { pushGraph, fill, create, work } = require('./graphs.js');
const { api, newId } = require('./world.js');

const sandbox = { rootUrl: process.env.TASKCLUSTER_ROOT_URL, clientId: process.env.TASKCLUSTER_CLIENT_ID,
	accessToken: process.env.TASKCLUSTER_ACCESS_TOKEN };

function boxes(page, state) {
	return page.run((name) => document.querySelectorAll(`.box${name}`).length, state ? `.${state}` : '');
}

function untilBoxes(page, count, state) {
	return page.until(`${count} boxes ${state}`, (number, name) =>
		document.querySelectorAll(`.box.${name}`).length === number, count, state);
}

// ---- what is seen while tasks run ----

async function followsTasks(page, graph) {
	await untilBoxes(page, 1, 'pending');
	assert.strictEqual(await boxes(page), graph.length);
	await page.seesText(`0 of ${graph.length} tasks are resolved`);
	await page.seesText('Not sealed');
	// nothing is loaded any more from here on: what changes comes by the stream
	await page.run(() => { window.first = document.querySelector('.box'); });
	await work(sandbox, (name) => (name.endsWith('-3') ? 'failed' : name.startsWith('build-') || name.startsWith('Gecko') ? 'completed' : undefined));
	await untilBoxes(page, 1, 'failed');
	await untilBoxes(page, 5, 'completed');
	await untilBoxes(page, 43, 'running');
	await page.seesText(`6 of ${graph.length} tasks are resolved`);
	assert.ok(await page.run(() => window.first.isConnected), 'what did not change stays');
}

// Another task of the group, whose name is no markup.
async function showsNewTask(page, taskGroupId, count) {
	await create(sandbox, taskGroupId, { name: '<b>late</b>' });
	await page.until('one more box', (number) => document.querySelectorAll('.box').length === number, count + 1);
	assert.ok(await page.run(() => Array.from(document.querySelectorAll('.names text')).some((text) => text.textContent === 'P <b>late</b>')));
}

// A task that one of them waits for, and that is of another group: its box is there, and looks like none that is over.
async function showsOtherGroups(page, taskGroupId, count) {
	await create(sandbox, taskGroupId, { name: 'waits for others' }, [await create(sandbox, newId(), { name: 'elsewhere' })]);
	await page.until('two more boxes', (number) => document.querySelectorAll('.box').length === number, count + 2);
	const fills = await page.run(() => ['elsewhere', 'unscheduled', 'completed'].map((state) =>
		getComputedStyle(document.querySelector(`.box.${state}`)).fill));
	assert.strictEqual(fills[0], fills[1]);
	assert.notStrictEqual(fills[0], fills[2]);
}

// What happens while there is no stream is seen when it is there again. A change of roles ends all, and the next comes a little later.
async function missesNothing(page, taskGroupId, count) {
	api(['auth', 'createRole', 'another'], { description: '', scopes: [] });
	await create(sandbox, taskGroupId, { name: 'missed' });
	await page.until('one more box', (number) => document.querySelectorAll('.box').length === number, count + 1);
}

// ---- filter, keys, pointer ----

async function filters(page) {
	await page.run(() => document.activeElement.blur());
	await page.press('/');
	assert.strictEqual((await page.focused()).name, 'Name');
	await page.press(...'debug');
	await page.until('dimmed boxes', () => document.querySelectorAll('.box.dim').length > 10);
	assert.match(await page.url(), /\?name=debug$/);
	await page.click('button', 'Table');
	await page.until('fewer rows', () => document.querySelectorAll('tbody tr').length < 20);
	assert.ok(await page.run(() => Array.from(document.querySelectorAll('tbody tr'), (row) => row.textContent).every((text) => /debug/.test(text))));
	await page.click('checkbox', /failed/);
	assert.match(await page.url(), /view=table&name=debug&state=unscheduled%2Cpending%2Crunning%2Ccompleted%2Cexception$/);
	await page.until('no row that failed', () => !document.querySelector('tbody [data-state=failed]'));
	await page.go((await page.url()));
	await page.until('the same rows', () => document.querySelector('tbody tr') && !document.querySelector('tbody [data-state=failed]'));
	await page.click('checkbox', /failed/);
	await page.write('textbox', 'Name', 'e');
	await page.until('all rows', () => document.querySelectorAll('tbody tr').length > 30);
}

async function sorts(page) {
	const names = () => page.run(() => Array.from(document.querySelectorAll('tbody th'), (cell) => cell.textContent));
	const sorted = await names();
	assert.deepStrictEqual(sorted, [...sorted].sort());
	await page.click('button', 'Name');
	assert.deepStrictEqual(await names(), sorted.reverse());
	await page.click('button', 'State');
	const states = await page.run(() => Array.from(document.querySelectorAll('tbody .state'), ({ dataset }) => dataset.state));
	assert.strictEqual(states.at(-1), 'failed');
	assert.ok(await page.run(() => document.querySelector('th[aria-sort=ascending]').textContent === 'State'));
}

async function goesByKeys(page) {
	await page.click('button', 'Graph');
	await page.run(() => document.querySelector('.graph').focus());
	const said = () => page.run(() => document.getElementById('said').textContent);
	await page.press('Down');
	assert.match(await said(), /^<b>late<\/b>: pending, waits for 0, 0 wait for it$/);
	await page.press('Down');
	assert.match(await said(), /^Gecko Decision Task: completed, waits for 0, /);
	await page.press('Right');
	assert.match(await said(), /^build-.*, waits for 1, /);
	await page.sees('heading', 'Waits for 1');
	assert.ok(await page.run(() => document.querySelector('.lit').getAttribute('d').startsWith('M')));
	await page.press('Left', 'Enter');
	await page.until('the task', () => /^\/tasks\/[^/]{22}$/.test(location.pathname));
	await page.command('POST', '/back');
	await page.until('the graph', () => document.querySelector('.box'));
}

async function showsTimes(page) {
	await page.click('button', 'Timeline');
	await page.until('bars', () => document.querySelectorAll('.line .ran').length > 20);
	assert.ok(await page.run(() => Array.from(document.querySelectorAll('.line .ran.failed'), ({ title }) => title)
		.every((text) => /^Run 0 ran .*: failed$/.test(text))));
	const wide = () => page.run(() => document.querySelector('.line .ran.completed').style.left);
	const before = await wide();
	await page.until('time goes on', (left) => document.querySelector('.line .ran.completed').style.left !== left, before);
}

async function pictures(page, url) {
	for (const [view, dark] of [['graph', false], ['graph', true], ['timeline', false], ['table', false]]) {
		await page.view({ dark });
		await page.go(`${url}?view=${view}`);
		await page.until('tasks', () => document.querySelector('.box, .line, tbody tr'));
		await page.screenshot(`group-${view}${dark ? '-dark' : ''}`);
	}
}

browse(async (page) => {
	const graph = pushGraph(60, 5);
	const { taskGroupId } = await fill(sandbox, graph);
	const url = `${sandbox.rootUrl}/tasks/groups/${taskGroupId}`;
	await page.go(url);
	await followsTasks(page, graph);
	await showsNewTask(page, taskGroupId, graph.length);
	await missesNothing(page, taskGroupId, graph.length + 1);
	await filters(page);
	await sorts(page);
	await goesByKeys(page);
	await showsTimes(page);
	await page.click('button', 'Graph');
	await showsOtherGroups(page, taskGroupId, graph.length + 2);
	await pictures(page, url);
});
