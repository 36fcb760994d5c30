/* SPDX-License-Identifier: MPL-2.0 */

// ---- what happens, as it happens ----

function showLive(text) {
	const live = document.getElementById('live');
	if (live.textContent !== text)
		live.textContent = text;
}

// watch('group:' + id, { task(data) {…}, lost() {…} }, signal): calls a handler for each event of the sandbox's stream. A
// stream that ends is opened again, and `lost` is called then, as when more happened than was read: what is shown is to be
// loaded anew. Resolves when the stream stands, so that what is loaded after it misses nothing, or when the page has to go
// on without. A browser has six connections to a server for all its tabs: a tab that nobody sees has no stream.
function watch(about, handlers, signal) {
	let source = null;
	let opening = false;
	let missed = false;
	let failures = 0;
	let timer;

	function close() {
		clearTimeout(timer);
		source?.close();
		source = null;
		missed = true;
	}

	function stood() {
		failures = 0;
		showLive('');
		if (missed)
			handlers.lost?.();
		missed = false;
	}

	function ended({ target }) {
		const refused = target.readyState === EventSource.CLOSED;
		close();
		if (failures++)
			showLive(`The sandbox ${refused ? 'refuses to tell what happens here' : 'does not answer'}: trying again.`);
		timer = setTimeout(open, Math.min(failures * 500, 5000));
	}

	async function open(stands = () => {}) {
		if (source || opening || signal.aborted)
			return;
		if (document.hidden) {
			missed = true;
			stands();
			return;
		}
		opening = true;
		if (failures > 1)
			await doubtSession(); // an EventSource does not tell why it failed
		const url = await signedUrl(`/sandbox/events?about=${seg(about)}`, 60);
		opening = false;
		if (signal.aborted)
			return;
		source = new EventSource(url);
		source.addEventListener('hello', () => [stood(), stands()]);
		source.addEventListener('error', (event) => [ended(event), stands()]);
		for (const [name, handler] of Object.entries(handlers))
			source.addEventListener(name, (event) => handler(JSON.parse(event.data)));
	}

	signal.addEventListener('abort', () => [close(), showLive('')]);
	document.addEventListener('visibilitychange', () => {
		clearTimeout(timer);
		if (document.hidden)
			timer = setTimeout(close, 10000);
		else
			open();
	}, { signal });
	return new Promise((stands) => open(stands));
}

// A handler that is given events together, so that much that happens is not drawn piece by piece.
function gathered(handle, ms = 200) {
	const events = [];
	return (event) => {
		if (events.push(event) === 1)
			setTimeout(() => handle(events.splice(0)), ms);
	};
}
