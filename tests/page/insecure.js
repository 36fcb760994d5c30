// SPDX-License-Identifier: MPL-2.0
// A name that is not loopback, without TLS: the browser has no crypto.subtle there.
'use strict';
const { browse } = require('./driver.js');
const { createTask, root } = require('./world.js');

browse(async (page) => {
	page.expects(/Cross-Origin-Opener-Policy header has been ignored/);
	const there = `http://sandbox.test:${new URL(root).port}`;
	const taskId = createTask('to be read', 'true');
	await page.go(`${there}/#${new URL(process.env.PAGE_LINK).hash.slice(1)}`);
	await page.seesText(/read-only.* on loopback and with TLS only/i);
	await page.misses('button', 'Sign out');
	await page.click('link', 'to be read');
	await page.sees('heading', 'to be read');
	createTask('made meanwhile', 'true', { taskGroupId: taskId, schedulerId: '-' });
	await page.go(`${there}/tasks/groups/${taskId}?view=table`);
	await page.sees('row', /made meanwhile/);
	await page.click('button', 'Seal');
	await page.sees('status', /^Read-only/);
}, { args: ['--host-resolver-rules=MAP sandbox.test 127.0.0.1'] });
