// SPDX-License-Identifier: MPL-2.0
'use strict';
const assert = require('assert/strict');
const { browse } = require('./driver.js');
const { api, atAnother, createTask, definition, newId, root } = require('./world.js');

const yaml = `# by hand
taskQueueId: test/worker
created: 2020-01-01T00:00:00.000Z
deadline: 2020-01-01T01:00:00.000Z   # an hour
payload: {command: ["sh", "-c", "true"], since: "2020-01-01T00:00:00.000Z"}
priority: urgent
metadata:
  name: from YAML
  description: d
  owner: a@example.com
  source: https://example.com/
`;

async function createFromYaml(page) {
	const text = (value) => page.write('textbox', /^Definition/, value);
	await page.click('link', 'Create a task');
	await text(yaml);
	await page.click('button', /^Line 6, column/);
	assert.equal(await page.run(() => {
		const { value, selectionStart } = document.activeElement;
		return value.slice(0, selectionStart).split('\n').length;
	}), 6);
	await page.click('button', 'Create the task');
	await page.sees('alert', /has problems: nothing was created/);
	await text('a: [');
	await page.sees('button', /^Line \d+, column \d+/);
	await text(yaml.replace('urgent', 'low'));
	await page.misses('button', /^Line/);
	await page.click('button', 'Update timestamps');
	await page.until('new dates', () => /deadline: (?!2020)\S+Z   # an hour/.test(document.querySelector('textarea').value));
	await page.command('POST', '/refresh');
	await page.until('the text after loading anew', () => document.querySelector('textarea').value.startsWith('# by hand'));
	await page.click('button', 'Create the task');
	await page.sees('heading', 'from YAML');
	const taskId = await atAnother(page);
	const { payload, created, deadline, priority } = definition(taskId);
	assert.equal(Date.parse(deadline) - Date.parse(created), 3600000);
	assert.equal(payload.since, created);
	assert.equal(priority, 'low');
	return taskId;
}

async function editAndCreateAgain(page, taskId) {
	await page.click('link', 'Edit and create again');
	await page.until('its definition', () => document.querySelector('textarea').value.includes('"from YAML"'));
	const text = await page.run(() => document.querySelector('textarea').value);
	await page.write('textbox', /^Definition/, text.replace('from YAML', 'edited'));
	await page.click('button', 'Create the task');
	await page.sees('heading', 'edited');
	const again = await atAnother(page, taskId);
	assert.deepEqual([definition(again).taskGroupId, definition(again).metadata.name], [again, 'edited']);
}

async function retriggerAndPrioritise(page) {
	const group = newId();
	const taskId = createTask('member', 'true', { taskGroupId: group, schedulerId: 's', tags: { kind: 'test' } });
	await page.go(`${root}/tasks/${taskId}`);
	await page.choose('Priority', 'very-high');
	await page.click('button', 'Change priority');
	await page.sees('status', 'Change priority: done.');
	assert.equal(api(['queue', 'status', taskId]).status.priority, 'very-high');
	await page.click('button', 'Retrigger');
	const again = await atAnother(page, taskId);
	assert.deepEqual([definition(again).taskGroupId, definition(again).tags], [group, { kind: 'test' }]);
}

async function endTheGroup(page) {
	const group = newId();
	const first = createTask('first', 'true', { taskGroupId: group, schedulerId: 's' });
	const second = createTask('second', 'true', { taskGroupId: group, schedulerId: 's', dependencies: [first] });
	const confirm = async (what) => {
		await page.click('button', what);
		await page.click('button', what, await page.find('dialog'));
	};
	await page.go(`${root}/tasks/${second}`);
	await confirm('Schedule');
	await page.misses('button', 'Schedule');
	assert.equal(api(['queue', 'status', second]).status.state, 'pending');
	await page.go(`${root}/tasks/groups/${group}?view=table`);
	page.expects(/cancel - .* 409/);
	await confirm('Cancel all');
	await page.sees('alert', /seal/i);
	await confirm('Seal');
	await page.sees('status', 'Seal: done.');
	await confirm('Cancel all');
	await page.sees('row', /first .*exception/i);
	await page.sees('row', /second .*exception/i);
}

// Another tab, which is signed in, too, is told.
async function seesFault(page, spec) {
	const handle = await page.window();
	await page.newWindow();
	await page.go(root);
	await page.sees('button', 'Sign out');
	await page.seesText(spec);
	await page.click('button', `Switch off ${spec}`);
	await page.sees('status', 'All faults are off.');
	await page.closeWindow(handle);
	await page.seesText('None is switched on.');
}

async function switchFaults(page) {
	await page.click('link', 'Overview');
	const faults = await page.find('region', 'Faults');
	await page.choose('Kind of fault', /^status=500/, faults);
	await page.write('textbox', 'Fault', 'status=503:only=queue.ping', faults);
	await page.click('button', 'Switch on', faults);
	await page.seesText('status=503:only=queue.ping');
	assert.equal((await fetch(`${root}/api/queue/v1/ping`)).status, 503);
	await page.write('textbox', 'Fault', 'no such thing', faults);
	await page.click('button', 'Switch on', faults);
	await page.sees('alert', /fault/);
	await seesFault(page, 'status=503:only=queue.ping');
	assert.equal((await fetch(`${root}/api/queue/v1/ping`)).status, 200);
	await page.write('textbox', 'Fault', 'stall=1:only=queue.ping', faults);
	await page.click('button', 'Switch on', faults);
	await page.click('button', 'Switch all off', faults);
	await page.seesText('None is switched on.');
}

browse(async (page) => {
	page.expects(/sandbox\/faults .* 400/);
	await page.go(process.env.PAGE_LINK);
	await page.sees('button', 'Sign out');
	const taskId = await createFromYaml(page);
	await editAndCreateAgain(page, taskId);
	await retriggerAndPrioritise(page);
	await endTheGroup(page);
	await switchFaults(page);
});
