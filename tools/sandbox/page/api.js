/* SPDX-License-Identifier: MPL-2.0 */

// ---- who calls ----

// null: nobody. { clientId, accessToken, certificate }, as temporary credentials are.
let credentials = null;
const canSign = Boolean(globalThis.crypto?.subtle); // browsers have it on loopback and with TLS only
let clockOffset = 0; // what is to be added to this machine's clock for the sandbox's, in ms
let calmOffset = 0; // the same for what is below /sandbox/: no fault `clock` meets that

function signedIn() {
	return Boolean(credentials && canSign);
}

function isCalm({ pathname }) {
	return pathname.startsWith('/sandbox/');
}

function offsetOf(url) {
	return isCalm(url) ? calmOffset : clockOffset;
}

// Clocks that differ by less than replies take to come are the same.
function keepClock(url, date) {
	const offset = Date.parse(date) - Date.now();
	if (Number.isNaN(offset) || Math.abs(offset - offsetOf(url)) <= 5000)
		return;
	const kept = Math.abs(offset) > 5000 ? offset : 0;
	if (isCalm(url))
		calmOffset = kept;
	else
		clockOffset = kept;
}

// ---- Hawk ----

function base64(bytes) {
	return btoa(String.fromCharCode(...new Uint8Array(bytes)));
}

async function mac(lines) {
	const encode = new TextEncoder();
	const key = await crypto.subtle.importKey('raw', encode.encode(credentials.accessToken),
		{ name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
	return base64(await crypto.subtle.sign('HMAC', key, encode.encode(lines.join('\n') + '\n')));
}

// `authorizedScopes`: those that the call may use, of all that the credentials have.
function hawkExt(authorizedScopes) {
	const certificate = credentials.certificate ? JSON.parse(credentials.certificate) : undefined;
	return certificate || authorizedScopes ? btoa(JSON.stringify({ certificate, authorizedScopes })) : '';
}

function hawkMac(type, ts, nonce, method, url, ext) {
	const port = url.port || (url.protocol === 'https:' ? '443' : '80');
	const resource = url.href.slice(url.origin.length); // url.search does not tell whether there is a bare question mark
	return mac([`hawk.1.${type}`, ts, nonce, method, resource, url.hostname, port, '', ext]);
}

async function hawkHeader(method, url, authorizedScopes) {
	const { clientId } = credentials;
	const ts = Math.floor((Date.now() + offsetOf(url)) / 1000);
	const nonce = base64(crypto.getRandomValues(new Uint8Array(6)));
	const ext = hawkExt(authorizedScopes);
	const signed = await hawkMac('header', ts, nonce, method, url, ext);
	return `Hawk id="${clientId}", ts="${ts}", nonce="${nonce}", ${ext && `ext="${ext}", `}mac="${signed}"`;
}

// A path (with its query) as a URL that carries its credentials for so many seconds; without credentials, as it is.
async function signedUrl(path, seconds) {
	const url = new URL(path, location.origin);
	if (!signedIn())
		return url.href;
	const { clientId } = credentials;
	const end = Math.floor((Date.now() + offsetOf(url)) / 1000) + seconds;
	const ext = hawkExt();
	const signed = await hawkMac('bewit', end, '', 'GET', url, ext);
	const bewit = btoa([clientId, end, signed, ext].join('\\')).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
	return `${url.href}${url.search ? '&' : '?'}bewit=${bewit}`;
}

// ---- calls ----

// What a server refused: status (0: it was not reached), code (as "ResourceNotFound"), message, and what it says of the call.
class Refusal extends Error {
	constructor(status, code, message, details) {
		super(message);
		Object.assign(this, { status, code, details });
	}
}

async function refusalOf(response) {
	const body = await response.json().catch(() => ({}));
	const [message, details] = (body.message || `the sandbox answered ${response.status}`).split(/\n+---\n+/);
	return new Refusal(response.status, body.code || String(response.status), message.replace(/\n+```\n?/g, '\n'), details);
}

// call(…).catch(unlessMissing): undefined for what is not there, or cannot be by its name.
function unlessMissing(error) {
	if (error.status !== 404 && error.status !== 400)
		throw error;
}

// One attempt: the response, or a Refusal. `mistimed` says that it was signed by another clock than is known now.
async function attempt(method, url, { body, signal, sign = true, authorizedScopes } = {}) {
	const headers = body === undefined ? {} : { 'Content-Type': 'application/json' };
	const offset = offsetOf(url);
	if (sign && signedIn())
		headers.Authorization = await hawkHeader(method, url, authorizedScopes);
	try {
		const response = await fetch(url, { method, headers, signal, body, cache: 'no-store', credentials: 'omit' });
		keepClock(url, response.headers.get('Date'));
		return Object.assign(response, { mistimed: offset !== offsetOf(url) });
	} catch (error) {
		if (error.name === 'AbortError')
			throw error;
		return new Refusal(0, 'Unreachable', method === 'GET' ? 'The sandbox does not answer.' :
			'The sandbox did not answer: look whether it was done.');
	}
}

function sleep(ms, signal) {
	return new Promise((resolve, reject) => {
		setTimeout(() => signal && signal.aborted ? reject(signal.reason) : resolve(), ms);
	});
}

// Fetches a path of this server, signed where somebody is signed in (and `sign` is not false). What only reads is tried three
// times while the server is busy, broken or away, as when it is started anew. Throws a Refusal for all but 2xx.
async function request(method, path, { body, signal, sign, authorizedScopes } = {}) {
	const url = new URL(path, location.origin);
	const options = { body: body === undefined ? undefined : JSON.stringify(body), signal, sign, authorizedScopes };
	for (let tried = 1; ; tried++) {
		const response = await attempt(method, url, options);
		if (response.ok)
			return response;
		const refused = response instanceof Refusal ? response : await refusalOf(response);
		if (refused.status === 401 && tried === 1 && response.mistimed)
			continue; // also when another call has found that out meanwhile
		if (refused.status === 401)
			await doubtSession();
		if (method !== 'GET' || tried === 3 || !(refused.status === 0 || refused.status === 429 || refused.status >= 500))
			throw refused;
		await sleep(500 * tried, signal);
	}
}

// call('GET', 'queue/v1/task/' + seg(id)): the reply's JSON, {} where it is empty. `query` is an object.
async function call(method, path, { query, ...options } = {}) {
	const search = new URLSearchParams(query);
	const response = await request(method, `/api/${path}${search.size ? '?' : ''}${search}`, options);
	const text = await response.text();
	return text ? JSON.parse(text) : {};
}

// All items of a list, as its pages come: for await (const items of pages('queue/v1/…', 'tasks', { signal })).
// `items.more` tells whether another page follows.
async function* pages(path, member, { method = 'GET', query = {}, body, signal } = {}) {
	let continuationToken;
	do {
		const reply = await call(method, path, { query: continuationToken ? { ...query, continuationToken } : query, body, signal });
		({ continuationToken } = reply);
		yield Object.assign(reply[member], { more: Boolean(continuationToken) });
	} while (continuationToken);
}
