/* SPDX-License-Identifier: MPL-2.0 */

// ---- which page is shown ----

// route('/tasks/:taskId/runs/:runId/:name+', show): `show(main, args, signal)` fills the element `main`; args are decoded, a
// name with a plus takes the rest of the path, `:state(pending|claimed)` one of these. `signal` is aborted when the page is
// left: what listens, fetches or waits ends by it. What `show` throws is shown. The first route that fits counts.
function route(pattern, show) {
	const args = [];
	const source = pattern.replace(/:(\w+)(\+|\([^)]+\))?/g, (all, name, what = '([^/]+)') => {
		args.push(name);
		return what === '+' ? '(.+)' : what;
	});
	routes.push({ expression: new RegExp(`^${source}/?$`), args, show });
}

function decoded(text) {
	try {
		return decodeURIComponent(text);
	} catch {
		return text; // a percent sign that stands for itself
	}
}

// { show, args } of a path; undefined when no route has it.
function routeOf(path) {
	for (const { expression, args, show } of routes) {
		const match = expression.exec(path);
		if (match)
			return { show, args: Object.fromEntries(args.map((name, i) => [name, decoded(match[i + 1])])) };
	}
	return undefined;
}

let leave = new AbortController(); // aborts what the page that is shown has under way
let shown; // its path and query

function title(text) {
	document.title = `${text} - Taskcluster sandbox`;
	document.getElementById('main').setAttribute('aria-label', text);
}

function notFound(main) {
	title('Not found');
	main.append(h('h1', {}, 'There is no such page'));
}

// Fills `main` by the path; `y` is where it is scrolled to then.
async function showPath(y = 0) {
	const main = document.getElementById('main');
	const page = h('div'); // each has its own: what comes late to a page that was left is seen nowhere
	const { show, args } = routeOf(location.pathname) || { show: notFound };
	leave.abort();
	leave = new AbortController();
	const { signal } = leave;
	shown = location.pathname + location.search;
	for (const anchor of document.querySelectorAll('header a'))
		anchor.ariaCurrent = `${location.pathname}/`.startsWith(`${anchor.pathname}/`) ? 'page' : null;
	main.replaceChildren(page);
	const showing = (async () => show(page, args, signal))(); // what it loads is under way before anything is laid out
	main.style.minHeight = y ? `${y + innerHeight}px` : ''; // the window keeps its place while the page comes
	window.scrollTo(0, y);
	try {
		await showing;
	} catch (error) {
		page.append(refusal(error));
		if (error.status >= 400 && error.status < 500)
			leave.abort(); // what is not there, or not for who asks, has nothing to follow
	}
}

// Each entry of the history keeps how far it was scrolled.
function keepScroll() {
	history.replaceState({ y: window.scrollY }, '');
}

// Shows another page, in place of this one in the history with `replace`.
function go(path, { replace = false } = {}) {
	keepScroll();
	history[replace ? 'replaceState' : 'pushState'](null, '', path);
	showPath();
	document.getElementById('main').focus({ preventScroll: true });
}

// Shows the same page anew.
function reload() {
	showPath(window.scrollY);
}

function onPopState(event) {
	if (shown === location.pathname + location.search) // only the hash is another, which is the page's own
		return;
	showPath(event.state?.y);
	document.getElementById('main').focus({ preventScroll: true });
}

// Links within the page do not load it anew.
function onClick(event) {
	const anchor = event.target.closest('a[href]');
	if (!anchor || event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey ||
		event.altKey || anchor.target || anchor.hasAttribute('download') || anchor.origin !== location.origin ||
		/^\/(api|sandbox|references|schemas)\//.test(anchor.pathname) || anchor.getAttribute('href').startsWith('#'))
		return;
	event.preventDefault();
	go(anchor.pathname + anchor.search + anchor.hash);
}
