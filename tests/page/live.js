// SPDX-License-Identifier: MPL-2.0
'use strict';
const assert = require('assert/strict');
const http = require('http');
const { browse } = require('./driver.js');
const { api, createTask, later, root } = require('./world.js');

// A worker's log, from its first byte for who asks, and on as it is written: { url, write(text), end() }.
function startLog() {
	const written = [];
	const readers = new Set();
	const server = http.createServer((request, response) => {
		response.writeHead(200, { 'Content-Type': 'text/plain', 'Access-Control-Allow-Origin': '*' });
		response.write(written.join(''));
		readers.add(response);
	});
	const write = (text) => {
		written.push(text);
		readers.forEach((response) => response.write(text));
	};
	const end = () => (server.closeAllConnections(), server.close());
	return new Promise((resolve) => server.listen(0, '127.0.0.1', () =>
		resolve({ url: `http://127.0.0.1:${server.address().port}/`, write, end })));
}

function countIs(page, text) {
	return page.until(text, (wanted) => document.querySelector('.log-tools').textContent.includes(wanted), text);
}

browse(async (page) => {
	page.expects(/status of 404/, /net::ERR_/); // there is no log yet, and then no worker
	const log = await startLog();
	const taskId = createTask('speaks', 'true');
	await page.go(process.env.PAGE_LINK);
	await page.sees('button', 'Sign out');
	await page.go(`${root}/tasks/${taskId}/runs/0/logs/live/public/logs/live.log`);
	await countIs(page, '0 lines, pending: there is no such log yet');
	api(['queue', 'claimWork', 'test/worker'], { tasks: 1, workerGroup: 'here', workerId: 'w' });
	log.write('\x1b[32mthe first\x1b[0m\n');
	api(['queue', 'createArtifact', taskId, '0', 'public/logs/live.log'],
		{ storageType: 'reference', url: log.url, expires: later(600), contentType: 'text/plain' });
	await countIs(page, '1 lines, running');
	log.write('x\n'.repeat(500));
	log.write('the last so far\n');
	await countIs(page, '502 lines, running');
	await page.seesText('the last so far');
	await page.run(() => document.querySelector('.log').focus());
	await page.press('Home');
	await page.seesText('the first');
	await page.until('it follows no more', () => document.querySelector('.log-tools button').ariaPressed === 'false');
	log.write('the very last\n');
	await countIs(page, '503 lines');
	assert.ok(!(await page.text()).includes('the very last'));
	await page.click('button', 'Follow');
	await page.seesText('the very last');
	log.end();
	await countIs(page, 'running: its worker does not answer');
	api(['queue', 'reportCompleted', taskId, '0']);
	await countIs(page, '503 lines, completed');
});
