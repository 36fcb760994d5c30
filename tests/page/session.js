// SPDX-License-Identifier: MPL-2.0
'use strict';
const { spawn } = require('child_process');
const { browse } = require('./driver.js');

// A sandbox that this test ends and starts anew at the same port, with other credentials.
class Sandbox {
	start(port = 0) {
		this.process = spawn(process.env.TC_SANDBOX, ['--port', String(port)], { stdio: ['ignore', 'ignore', 'pipe'] });
		this.said = '';
		process.once('exit', () => this.process.kill());
		return new Promise((resolve) => this.process.stderr.on('data', (piece) => {
			this.said += piece;
			this.link = new URL(/the page: (\S+)\n(?!.*the page: )/s.exec(this.said)?.[1] || 'http://none/');
			resolve();
		}));
	}

	stop() {
		this.process.kill();
		return new Promise((resolve) => this.process.once('exit', resolve));
	}
}

function isSignedIn(page, clientId = 'sandbox') {
	return page.until(`${clientId} signed in`, (id) => document.getElementById('session').innerText.includes(`Signed in as ${id}`) &&
		sessionStorage.length === 1, clientId);
}

function isNobody(page) {
	return page.until('nobody signed in', () => document.getElementById('session').innerText.includes('Read-only') &&
		sessionStorage.length === 0);
}

async function keepsNothing(page) {
	const kept = await page.run(() => [location.hash, document.cookie, localStorage.length].join());
	if (kept !== ',,0')
		throw new Error(`the page keeps ${kept}`);
}

async function linkIsGoodOnce(page, sandbox) {
	const used = sandbox.link.href;
	await page.go(used);
	await isSignedIn(page);
	await keepsNothing(page);
	await page.command('POST', '/refresh');
	await isSignedIn(page);
	page.expects(/sandbox\/session .*401/);
	await page.click('button', 'Sign out');
	await isNobody(page);
	await page.click('button', 'Sign in');
	await page.write('textbox', 'Link or token', used);
	await page.press('Enter');
	await page.seesText('Signing in was refused');
	await page.wait('a new link', async () => sandbox.link.href !== used);
	await page.write('textbox', 'Link or token', sandbox.link.href);
	await page.press('Enter');
	await isSignedIn(page);
}

async function tabsAgree(page, sandbox) {
	const first = await page.window();
	const second = await page.newWindow();
	await page.go(`${sandbox.link.origin}/hooks`);
	await isSignedIn(page);
	await page.click('button', 'Sign out');
	await isNobody(page);
	await page.closeWindow(first);
	await isNobody(page);
	await page.seesText('You signed out in another tab.');
	return second;
}

async function anotherSandbox(page, sandbox) {
	await page.run((link) => {
		location.href = link; // the page is open already
	}, sandbox.link.href);
	await isSignedIn(page);
	page.expects(/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET|40[13] \(/);
	await sandbox.stop();
	await page.seesText('The sandbox does not answer');
	await sandbox.start(sandbox.link.port);
	await isNobody(page);
	await page.seesText('does not know your sign-in any more');
	await page.misses('status', /does not answer/);
}

browse(async (page) => {
	const sandbox = new Sandbox();
	await sandbox.start();
	await linkIsGoodOnce(page, sandbox);
	await tabsAgree(page, sandbox);
	await anotherSandbox(page, sandbox);
	await sandbox.stop();
});
