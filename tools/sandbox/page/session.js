/* SPDX-License-Identifier: MPL-2.0 */

// ---- who is signed in ----

// Credentials are in sessionStorage, which ends with the tab: localStorage and cookies of 127.0.0.1 would outlive the sandbox,
// and the next program that listens on its port could read them. Tabs of the same sandbox ask each other.
const tabs = new BroadcastChannel('session');
let sessionEnd;

const CANNOT_SIGN = 'Read-only: a browser signs calls on loopback and with TLS only.';

function expiryOf(given) {
	return given.certificate ? JSON.parse(given.certificate).expiry : Infinity;
}

// Takes credentials, or null; a page that is shown already is shown anew.
function setSession(given) {
	credentials = given && canSign && expiryOf(given) > now() ? given : null;
	if (credentials)
		sessionStorage.setItem('credentials', JSON.stringify(credentials));
	else
		sessionStorage.removeItem('credentials');
	clearTimeout(sessionEnd);
	if (credentials && expiryOf(credentials) < Infinity)
		sessionEnd = setTimeout(endSession, Math.min(expiryOf(credentials) - now(), 2 ** 31 - 1), 'The time of your sign-in is over.');
	showSession();
	if (shown)
		reload();
}

function endSession(why) {
	if (!credentials)
		return;
	setSession(null);
	say(why, true);
}

function signOut() {
	setSession(null);
	tabs.postMessage('out');
	say('You are signed out.');
}

// A call was not taken as ours. A fault may have done that, or a clock; no fault meets this path, so it tells.
async function doubtSession() {
	if (!signedIn())
		return;
	const response = await attempt('GET', new URL('/sandbox/faults', location.origin));
	if (response.status === 401 && !response.mistimed)
		endSession('The sandbox does not know your sign-in any more: it may have been started anew. Open its new link.');
}

// The token of a link that the sandbox printed is good once: it is exchanged for credentials.
async function signIn(token) {
	if (!canSign)
		return;
	try {
		const reply = await request('POST', '/sandbox/session', { body: { token }, sign: false });
		setSession((await reply.json()).credentials);
		say(`You are signed in as ${credentials.clientId}.`);
	} catch (error) {
		say(`Signing in was refused: ${error.message}`, true);
	}
}

function onTab({ data }) {
	if (data === 'who' && credentials)
		tabs.postMessage(credentials);
	else if (data === 'out')
		endSession('You signed out in another tab.');
	else if (data.clientId && !credentials)
		setSession(data);
}

// The token is taken out of the address before anything else can read, keep or share it.
function takeToken() {
	const [, token] = /^#(\w{40,})$/.exec(location.hash) || [];
	if (!token)
		return false;
	history.replaceState(null, '', location.pathname);
	signIn(token);
	return true;
}

function startSession() {
	const kept = sessionStorage.getItem('credentials');
	tabs.addEventListener('message', onTab);
	window.addEventListener('hashchange', takeToken);
	setSession(kept && JSON.parse(kept));
	if (!takeToken() && !credentials)
		tabs.postMessage('who');
}

function signInForm() {
	const input = h('input', { autocomplete: 'off', size: 30, required: true });
	return h('details', {}, h('summary', {}, 'Sign in'), h('form', { onsubmit(event) {
		event.preventDefault();
		signIn(input.value.trim().replace(/^.*#/, ''));
	} }, field('Link or token', input, 'The sandbox prints it when it starts, and a new one whenever one was used.'),
	h('button', {}, 'Sign in')));
}

function showSession() {
	const place = document.getElementById('session');
	const focused = place.contains(document.activeElement);
	if (credentials)
		place.replaceChildren(h('span', {}, 'Signed in as ', h('b', {}, credentials.clientId)),
			h('button', { type: 'button', onclick: signOut }, 'Sign out'));
	else if (canSign)
		place.replaceChildren(h('span', { class: 'quiet' }, 'Read-only'), signInForm());
	else
		place.textContent = CANNOT_SIGN;
	if (focused)
		place.querySelector('summary, button')?.focus();
}
