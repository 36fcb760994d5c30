// SPDX-License-Identifier: MPL-2.0
'use strict';
const assert = require('assert/strict');
const http = require('http');
const { browse } = require('./driver.js');
const { api, createTask, later, root, startWorker } = require('./world.js');

const token = new URL(process.env.PAGE_LINK).hash.slice(1);
const markup = '<img src=x onerror="window.hacked = true"><script>window.hacked = true</script>';

// ---- a page of another origin ----

function serveForeign() {
	const server = http.createServer((request, response) => {
		response.setHeader('Content-Type', 'text/html');
		response.end('<!doctype html><title>Foreign</title><body>');
	});
	return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server.unref())));
}

// In the foreign page: what each attempt came to.
async function attempt(sandbox, guess) {
	const asked = (path, options) => fetch(sandbox + path, options)
		.then((reply) => `${reply.type} ${reply.status}`, () => 'refused');
	const loaded = (element, attributes) => new Promise((resolve) => {
		const events = { onload: () => resolve('loaded'), onerror: () => resolve('refused') };
		document.body.append(Object.assign(document.createElement(element), attributes, events));
	});
	const heard = (path) => new Promise((resolve) => {
		const source = new EventSource(sandbox + path);
		source.onopen = () => resolve('heard');
		source.onerror = () => [source.close(), resolve('refused')];
	});
	const seen = { ping: await asked('/api/queue/v1/ping') };
	for (const path of ['/', '/tasks', '/sandbox/page.js', '/sandbox/faults', '/sandbox/notifications',
		'/sandbox/events?about=overview']) {
		seen[path] = await asked(path);
		seen[`${path} without cors`] = await asked(path, { mode: 'no-cors' });
	}
	const session = { method: 'POST', body: JSON.stringify({ token: guess }) };
	seen.session = await asked('/sandbox/session', { ...session, headers: { 'Content-Type': 'application/json' } });
	seen['plain session'] = await asked('/sandbox/session', session);
	seen.faults = await asked('/sandbox/faults', { method: 'PUT', body: '{"faults":["garbage"]}' });
	seen['read-task'] = await asked('/sandbox/read-task', { method: 'POST', body: '{}' });
	seen.events = await heard('/sandbox/events?about=overview');
	seen.script = await loaded('script', { src: `${sandbox}/sandbox/page.js` });
	return seen;
}

async function frameShowsNothing(page, path) {
	await page.run((url) => new Promise((resolve) => {
		document.body.replaceChildren(Object.assign(document.createElement('iframe'), { src: url, onload: resolve }));
	}), root + path);
	await page.command('POST', '/frame', { id: 0 });
	assert.equal(await page.run(() => location.protocol), 'chrome-error:', `a frame shows ${path}`);
	await page.command('POST', '/frame/parent');
}

async function foreignPage(page) {
	const server = await serveForeign();
	const origin = `http://127.0.0.1:${server.address().port}`;
	await page.go(origin);
	const { ping, ...others } = await page.run(attempt, root, token);
	assert.equal(ping, 'cors 200');
	for (const [what, came] of Object.entries(others))
		assert.equal(came, 'refused', `a foreign page asked for ${what}: ${came}`);
	for (const path of ['/', '/auth/clients/create?name=x&callback_url=http://localhost:1/', '/tasks/create'])
		await frameShowsNothing(page, path);
	await page.run((url, guess) => {
		document.body.innerHTML = `<form method="post" enctype="text/plain" action="${url}">
			<input name='{"token":"${guess}","a":"' value='"}'></form>`;
		document.forms[0].submit();
	}, `${root}/sandbox/session`, token);
	await page.seesText('ForeignOrigin');
	await page.go(origin);
	await page.run((url) => {
		window.open(url);
	}, root);
	const handle = await page.otherWindow();
	await page.sees('heading', 'Overview');
	assert.ok(await page.run(() => window.opener === null), 'a window that another opened knows it');
	await page.closeWindow(handle);
	server.close();
}

// ---- others ----

async function foreignHost(page) {
	await page.go(`http://evil.example:${new URL(root).port}/`);
	assert.ok(await page.run(() => !document.querySelector('main')), 'a foreign Host gets the page');
	await page.seesText('MisdirectedRequest');
}

async function processWithoutToken() {
	const ask = async (method, path, body, headers) => (await fetch(root + path, { method, headers:
		{ 'Content-Type': 'application/json', ...headers }, body: body && JSON.stringify(body) })).status;
	const Origin = root;
	assert.equal(await ask('GET', '/sandbox/faults'), 403);
	assert.equal(await ask('PUT', '/sandbox/faults', { faults: [] }, { Origin }), 403);
	assert.equal(await ask('POST', '/sandbox/session', { token }), 403); // as no browser sends it
	assert.equal(await ask('POST', '/sandbox/session', { token: '' }, { Origin }), 401);
	assert.equal(await ask('GET', '/api/secrets/v1/secret/x'), 403);
}

// ---- artifacts ----

const artifact = `<!doctype html><body><script>
const seen = { origin };
for (const name of ['localStorage', 'sessionStorage', 'indexedDB'])
	try { seen[name] = String(window[name].length ?? window[name].open('x')); } catch (error) { seen[name] = error.name; }
try { document.cookie = 'a=b'; seen.cookie = document.cookie; } catch (error) { seen.cookie = error.name; }
seen.opener = String(window.opener);
const channel = new BroadcastChannel('session');
channel.onmessage = ({ data }) => { seen.channel = data; };
channel.postMessage('who');
const asked = (path, options) => fetch('${root}' + path, options).then((reply) => reply.status + reply.type, () => 'refused');
Promise.all([asked('/sandbox/page.js'), asked('/sandbox/session', { method: 'POST', body: '{}' })]).then(async (replies) => {
	seen.replies = replies.join();
	await new Promise((resolve) => setTimeout(resolve, 300));
	document.body.textContent = JSON.stringify(seen);
});
</script>`;

async function artifactIsAlone(page) {
	const command = `cat >a.html <<'END'\n${artifact}\nEND`;
	const taskId = createTask('evil', '', { payload: { command: ['sh', '-c', command],
		artifacts: [{ name: 'public/evil.html', path: 'a.html', contentType: 'text/html' }] } });
	await startWorker(1).done;
	await page.go(`${root}/tasks/${taskId}`);
	await page.click('link', 'Open', await page.find('row', /evil\.html/));
	const handle = await page.otherWindow();
	await page.seesText('replies');
	assert.deepEqual(JSON.parse(await page.text()), { origin: 'null', localStorage: 'SecurityError', sessionStorage: 'SecurityError',
		indexedDB: 'SecurityError', cookie: 'SecurityError', opener: 'null',
		replies: 'refused,refused' }); // and nothing by the channel
	await page.closeWindow(handle);
}

// ---- texts of tasks ----

function assertText(page) {
	return page.run(() => !window.hacked && !document.querySelector('img, main script'))
		.then(async (isText) => assert.ok(isText, `markup of a task is markup at ${await page.url()}`));
}

async function textStaysText(page) {
	const taskId = createTask(markup, 'true', { routes: ['index.a.b'], tags: { a: markup }, scopes: [],
		metadata: { name: markup, description: markup, owner: markup, source: 'https://example.com/' } });
	api(['index', 'insertTask', 'a.b'], { taskId, rank: 1, data: { markup }, expires: later(3600) });
	await startWorker(1).done;
	const group = `/tasks/groups/${taskId}`;
	for (const path of ['/', `/tasks/${taskId}`, `/tasks/${taskId}/definition`, group, `${group}?view=timeline`,
		`${group}?view=table`, `/tasks/create?taskId=${taskId}`]) {
		await page.go(root + path);
		await page.until(`the name at ${path}`, (text) => Array.from(document.querySelectorAll('main, textarea, svg'))
			.some((one) => (one.value || one.textContent).includes(text)), markup.slice(0, 6));
		await assertText(page);
	}
	await page.go(`${root}/tasks/index/a/b`);
	await page.seesText(taskId);
	await assertText(page);
}

browse(async (page) => {
	page.expects(/ 403 \(|CORS policy|frame-ancestors|ERR_BLOCKED_BY_RESPONSE|ERR_FAILED|421/);
	await foreignPage(page);
	await foreignHost(page);
	await processWithoutToken();
	await page.go(process.env.PAGE_LINK); // nothing has used it up
	await page.sees('button', 'Sign out');
	await page.troubles();
	page.expected = [];
	await textStaysText(page);
	page.expects(/CORS policy|ERR_FAILED|ERR_BLOCKED_BY_RESPONSE/); // what the artifact attempts
	await artifactIsAlone(page);
}, { args: ['--host-resolver-rules=MAP evil.example 127.0.0.1'] });
