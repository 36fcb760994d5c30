// SPDX-License-Identifier: MPL-2.0
'use strict';
const assert = require('assert/strict');
const { browse } = require('./driver.js');
const { api, createTask, root } = require('./world.js');

// Tabs on until something of that role and name has the focus; all on the way must have a name, and be seen to have the focus.
async function tabTo(page, role, name, stroke = 'Tab') {
	for (let steps = 0; steps < 80; steps++) {
		await page.press(stroke);
		const seen = await page.focused();
		assert.ok(seen.name || seen.role === 'generic', `a ${seen.role} without a name has the focus, on the way to ${role} ${name}`);
		const outline = await page.run(() => document.activeElement === document.body || document.activeElement.matches('main') ||
			getComputedStyle(document.activeElement).outlineStyle !== 'none');
		assert.ok(outline, `one does not see that ${seen.role} ${seen.name} has the focus`);
		if (seen.role === role && (name.test ? name.test(seen.name) : seen.name === name))
			return;
	}
	assert.fail(`${role} ${name} cannot be reached`);
}

browse(async (page) => {
	const taskId = createTask('by keys', 'true');
	await page.go(process.env.PAGE_LINK);
	await page.sees('button', 'Sign out');
	await page.sees('link', 'by keys');

	await page.press('Tab');
	assert.equal((await page.focused()).name, 'To the content');
	await page.press('Enter');
	await tabTo(page, 'link', 'by keys');
	await page.press('Enter');
	await page.sees('heading', 'by keys');
	await page.until('the focus in the page', () => document.activeElement.id === 'main');

	await tabTo(page, 'button', 'Cancel');
	await page.press('Enter');
	await page.sees('dialog');
	await page.press('Escape');
	await page.misses('dialog');
	await page.until('the focus where it was', () => document.activeElement.textContent === 'Cancel');
	await page.press('Enter');
	await page.sees('dialog');
	for (let i = 0; i < 4; i++) {
		await page.press('Tab');
		assert.ok(await page.run(() => document.activeElement === document.body ||
			document.querySelector('dialog').contains(document.activeElement)), 'the focus leaves the dialog');
	}
	await page.press('Escape');
	assert.equal(api(['queue', 'status', taskId]).status.state, 'pending');

	await page.go(`${root}/tasks/groups/${taskId}`);
	await page.sees('button', 'Table');
	await tabTo(page, 'button', 'Table');
	await page.press('Space');
	await page.sees('row', /by keys/);
	await tabTo(page, 'link', 'by keys');
	await page.press('Enter');
	await page.until('the task', (id) => location.pathname === `/tasks/${id}`, taskId);
});
