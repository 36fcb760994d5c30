// SPDX-License-Identifier: MPL-2.0
'use strict';
const assert = require('assert/strict');
const { browse } = require('./driver.js');
const { api, root } = require('./world.js');

function value(page, label) {
	return page.find('textbox', label).then((field) => page.run((element) => element.value, field));
}

async function refuses(page, callback) {
	await page.go(`${root}/auth/clients/create?scope=*&name=x&callback_url=${encodeURIComponent(callback)}`);
	await page.sees('alert', /not http\(s\):\/\/localhost/);
	await page.misses('button', /Create/);
}

// Without a callback the token is shown; a client that exists gets another when that is wanted.
async function anew(page) {
	const create = async (scope) => {
		await page.go(`${root}/auth/clients/create?scope=${scope}&name=again&expires=1h&description=d`);
		await page.click('button', 'Create the client');
	};
	const token = () => page.until('a token', () => (/shown once: (\S{40,})/.exec(document.body.innerText) || [])[1]);
	await create('a');
	const first = await token();
	page.expects(/clients.*again - .* 409/);
	await create('b');
	await page.click('button', 'Leave it', await page.find('dialog'));
	await page.sees('alert', 'Nothing was changed.');
	await page.click('button', 'Create the client');
	await page.click('button', 'Yes', await page.find('dialog'));
	assert.notEqual(await token(), first);
	assert.deepEqual(api(['auth', 'client', 'tester/again']).scopes, ['b']);
}

browse(async (page) => {
	await page.go(process.env.PAGE_URL);
	await page.seesText('Nobody is signed in');
	await page.misses('button', /Create/);
	await page.go(process.env.PAGE_LINK);
	await page.sees('button', 'Sign out');
	for (const callback of ['http://evil.example/', 'https://localhost.evil.example/', 'http://localhost:80@evil.example/',
		'http://127.0.0.1:1/', 'javascript:alert(1)', 'http://localhost\\@evil.example'])
		await refuses(page, callback);

	await anew(page);
	await page.go(process.env.PAGE_URL);
	await page.seesText(`${new URL(new URL(process.env.PAGE_URL).searchParams.get('callback_url')).host} asks for`);
	assert.equal(await value(page, /Scopes/), 'queue:*\nauth:current-scopes');
	await page.screenshot('signin');
	await page.write('textbox', 'Expires in', 'soon');
	await page.click('button', 'Create the client');
	await page.sees('alert', /"soon" is no time/);
	await page.write('textbox', 'Expires in', '2 hours');
	await page.click('button', 'Create the client');
	await page.seesText('This page can be closed.');
});
