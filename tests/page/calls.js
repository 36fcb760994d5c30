// SPDX-License-Identifier: MPL-2.0
// How the sandbox's page signs its calls, against Hawk's reference implementation, and what it makes of answers.
'use strict';
const assert = require('assert');
const Hawk = require('hawk');

globalThis.crypto ??= require('crypto').webcrypto;
globalThis.location = { origin: 'http://127.0.0.1:8080' };
const page = require('./parts.js')(['elements.js', 'api.js'], ['hawkHeader', 'signedUrl', 'call', 'request', 'pages', 'now', 'seg',
	'signIn: (given) => (credentials = given)']);
globalThis.doubtSession = () => (globalThis.doubts = (globalThis.doubts || 0) + 1);

const key = 'an access token-_0123456789';
const plain = { clientId: 'project/a@b:c+d|e', accessToken: key };
const temporary = { ...plain, certificate: JSON.stringify({ version: 1, scopes: ['a:*', 'b:"\\'], start: 1, expiry: 2, seed: 's', signature: 'x' }) };
const find = (id) => ({ id, key, algorithm: 'sha256' });
const certificateOf = (ext) => (ext ? JSON.stringify(JSON.parse(Buffer.from(ext, 'base64')).certificate) : undefined);

// ---- Hawk ----

const urls = ['http://127.0.0.1:8080/', 'http://127.0.0.1:8080/api/queue/v1/ping?', 'http://localhost:80/a%2Fb?c=%20d&e',
	'https://tc.example/api/x/%F0%9F%98%80?q=ü', 'http://[::1]:9/x', 'https://tc.example:8443/a/../b'];

async function checkHeader(given, text) {
	const url = new URL(text);
	page.signIn(given);
	const { credentials, artifacts } = await Hawk.server.authenticate({ method: 'PUT', url: url.href.slice(url.origin.length),
		host: url.hostname, port: url.port || (url.protocol === 'https:' ? 443 : 80), authorization: await page.hawkHeader('PUT', url) }, find);
	assert.strictEqual(credentials.id, given.clientId);
	assert.strictEqual(certificateOf(artifacts.ext), given.certificate);
}

async function checkBewit(given, path) {
	page.signIn(given);
	const url = new URL(await page.signedUrl(path, 60));
	const { credentials, attributes } = await Hawk.uri.authenticate({ method: 'GET', url: url.href.slice(url.origin.length), host: url.hostname,
		port: url.port }, find);
	assert.strictEqual(credentials.id, given.clientId);
	assert.strictEqual(certificateOf(attributes.ext), given.certificate);
	assert.ok(Math.abs(Number(attributes.exp) - page.now() / 1000 - 60) < 2);
}

// ---- answers ----

// Answers calls with these one after the other, each [status, body, headers] or null for none; what was asked.
function answering(...answers) {
	const asked = [];
	globalThis.fetch = async (url, options) => {
		asked.push({ url: url.href, ...options });
		const answer = answers.shift();
		if (!answer)
			throw new TypeError('fetch failed');
		return new Response(answer[1], { status: answer[0], headers: answer[2] });
	};
	return asked;
}

const refused = (status, code) => (error) => error.status === status && error.code === code;
const resource = JSON.stringify({ code: 'ResourceNotFound', message: 'no such task\n\n---\n\n* method: task' });

async function checkAnswers() {
	page.signIn(null);
	let asked = answering([500, ''], null, [200, '{"a":1}']);
	assert.deepStrictEqual(await page.call('GET', 'queue/v1/ping', { query: { x: 'y z' } }), { a: 1 });
	assert.deepStrictEqual(asked.map(({ url, headers }) => [url, headers]), Array(3).fill(['http://127.0.0.1:8080/api/queue/v1/ping?x=y+z', {}]));
	asked = answering([429, ''], [503, ''], [502, ''], [200, '']);
	await assert.rejects(page.call('GET', 'x'), refused(502, '502'));
	asked = answering([500, ''], [200, '']);
	await assert.rejects(page.call('POST', 'x', { body: {} }), refused(500, '500')); // it may have been done
	assert.strictEqual(asked[0].body, '{}');
	answering(null);
	await assert.rejects(page.call('PUT', 'x', { body: {} }), refused(0, 'Unreachable'));
	answering([404, resource]);
	await assert.rejects(page.call('GET', 'x'), { status: 404, code: 'ResourceNotFound', message: 'no such task', details: '* method: task' });
	answering([200, '']);
	assert.deepStrictEqual(await page.call('DELETE', 'x'), {});
	asked = answering([200, '{"tasks":[1,2],"continuationToken":"+/"}'], [200, '{"tasks":[3]}']);
	const seen = [];
	for await (const tasks of page.pages('x', 'tasks', { query: { limit: 2 } }))
		seen.push([...tasks, tasks.more]);
	assert.deepStrictEqual(seen, [[1, 2, true], [3, false]]);
	assert.strictEqual(asked[1].url, 'http://127.0.0.1:8080/api/x?limit=2&continuationToken=%2B%2F');
}

// A server whose clock is an hour ahead refuses once; all that follows is signed by its clock.
async function checkClock() {
	const ahead = { Date: new Date(Date.now() + 3600000).toUTCString() };
	const tsOf = ({ headers }) => Number(/ts="(\d+)"/.exec(headers.Authorization)[1]);
	page.signIn(plain);
	const asked = answering([401, '', ahead], [200, '', ahead], [401, '', ahead]);
	await page.call('POST', 'x', { body: {} });
	assert.ok(tsOf(asked[1]) - tsOf(asked[0]) >= 3598);
	assert.ok(Math.abs(page.now() - Date.now() - 3600000) < 3000);
	assert.strictEqual(globalThis.doubts, undefined);
	await assert.rejects(page.call('GET', 'x'), refused(401, '401'));
	assert.strictEqual(globalThis.doubts, 1);
}

// Of calls at once each is made again; what is below /sandbox/ has a clock of its own, as no fault meets it.
async function checkClocks() {
	const right = { Date: new Date().toUTCString() }, behind = { Date: new Date(Date.now() - 3600000).toUTCString() };
	const asked = answering([401, '', behind], [401, '', behind], [200, '{}', behind], [200, '{}', behind], [200, '{}', right], [200, '{}', behind]);
	globalThis.doubts = 0;
	await Promise.all([page.call('GET', 'x'), page.call('GET', 'y')]);
	await page.request('GET', '/sandbox/faults');
	await page.call('GET', 'x');
	assert.strictEqual(asked.length, 6);
	assert.strictEqual(globalThis.doubts, 0);
}

async function check() {
	for (const given of [plain, temporary]) {
		for (const url of urls)
			await checkHeader(given, url);
		for (const path of ['/sandbox/events?about=task%3Ax', '/a%2Fb', '/c?d=%20'])
			await checkBewit(given, path);
	}
	await checkAnswers();
	await checkClock();
	await checkClocks();
}

check().catch((error) => {
	console.error(error);
	process.exitCode = 1;
});
