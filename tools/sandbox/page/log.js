/* SPDX-License-Identifier: MPL-2.0 */

// ---- a log's bytes, from wherever they are ----

// Where a log goes on: it is had from several sources, and each begins at its first byte.
class LogPlace {
	passed = 0; // bytes that are known
	last = new Uint8Array(); // the last of them

	// What is new of the bytes that a source has from `position` on; null when it is another log.
	take(position, bytes) {
		const begin = this.passed - this.last.length;
		for (let i = Math.max(0, begin - position); i < bytes.length && position + i < this.passed; i++)
			if (bytes[i] !== this.last[position + i - begin])
				return null;
		const fresh = bytes.subarray(Math.max(0, this.passed - position));
		this.passed += fresh.length;
		this.last = Uint8Array.of(...this.last, ...fresh.subarray(-4096)).slice(-4096);
		return fresh;
	}
}

// Reads what there is now, until its end; whether it is the log that was read before, and no less of it.
async function readSource(path, place, take, signal) {
	const response = await fetch(await signedUrl(path, 900), { signal, cache: 'no-store', credentials: 'omit' });
	if (!response.ok)
		throw await refusalOf(response);
	const reader = response.body.getReader();
	for (let position = 0, begun = performance.now(); ;) {
		const { done, value } = await reader.read(), fresh = !done && place.take(position, value);
		if (performance.now() > begun + 30) // the page is drawn, and hears its user
			begun = await sleep(0, signal).then(() => performance.now());
		if (!fresh)
			return reader.cancel().then(() => done && position >= place.passed);
		position += value.length;
		take(fresh);
	}
}

// A run that goes on may not have it yet.
function whyNoLog(error, resolved) {
	if (error.status === 404 && !resolved)
		return 'there is no such log yet';
	return error instanceof Refusal ? error.message : 'its worker does not answer';
}

// Reads an artifact to its end; that of a run that goes on ends with the run. While it is written it is a reference to its
// worker, and then a link to what the worker left: what was read from one is not read again from the other.
async function followLog({ taskId, runId, name }, { take, begin, tell, news }, signal) {
	let place = new LogPlace(), failures = 0;
	for (let delay = 500; ; delay = Math.min(2 * delay, 10000)) {
		const { status } = await call('GET', `queue/v1/task/${seg(taskId)}/status`, { signal });
		const { state, resolved } = status.runs[runId] || status, before = place.passed;
		tell(state);
		try {
			const { storageType } = await call('GET', artifactApi(taskId, runId, name, 'artifact-info'), { signal });
			const isSame = await readSource(`/api/${artifactApi(taskId, runId, name)}`, place, take, signal);
			if (isSame && (resolved || storageType !== 'reference'))
				return tell(resolved ? `${state}, whole` : 'whole'); // the log may end before its run is resolved
			if (!isSame)
				begin(place = new LogPlace());
		} catch (error) {
			signal.throwIfAborted();
			tell(`${state}: ${whyNoLog(error, resolved)}`);
			if (resolved && ++failures > 4 || [401, 403].includes(error.status))
				return;
		}
		if (place.passed > before)
			delay = 250;
		await Promise.race([sleep(delay, signal), news()]);
		signal.throwIfAborted();
	}
}

// ---- what of it is seen ----

const LOG_ROW = 18; // height of a line in CSS pixels
const LOG_HIGHEST = 15e6; // of an element: browsers end somewhere behind it

// Where a line is, in pixels; the line at a place may have a part that is scrolled away.
function topOf(line, count) {
	return line * LOG_ROW / Math.max(1, count * LOG_ROW / LOG_HIGHEST);
}

function lineAt(top, count) {
	return top / topOf(1, count);
}

// The line at the top at the end, where so many fit in: that of the last screen, or the last one where lines have several
// rows.
function endOf(count, rows, wraps) {
	return Math.max(0, wraps ? count - 1 : count - rows);
}

function spanElement({ text, style: { fore, back, reverse, ...others } }) {
	const element = h('span', { class: Object.keys(others).filter((name) => others[name]).join(' ') || false }, text);
	element.style.color = reverse ? back || 'var(--log-ground)' : fore;
	element.style.background = reverse ? fore || 'var(--log-ink)' : back;
	return element;
}

// A log's element: only lines in view have elements.
class LogView {
	text = new LogText();
	rows = new Map(); // line: its element
	marked = -1;
	wraps = false;
	count = 0; // lines when it was drawn
	top = 0; // the line at the top, as it was wanted
	scrolled = 0; // as it was last known

	constructor() {
		this.window = h('div', { class: 'window' });
		this.space = h('div', {}, this.window);
		this.element = h('div', { class: 'log', role: 'log', 'aria-live': 'off', 'aria-label': 'Log', tabindex: '0',
			onscroll: () => this.onScroll(), onkeydown: ({ key }) => key === 'End' && this.follow(true) }, this.space);
		this.followButton = this.toggle('Follow', () => {});
		this.follow(true);
		this.wrapButton = this.toggle('Wrap', (on) => {
			this.wraps = this.element.classList.toggle('wraps', on);
			this.show(0, 0);
		});
		new ResizeObserver(() => this.draw()).observe(this.element);
	}

	toggle(label, set) {
		return h('button', { type: 'button', 'aria-pressed': 'false', onclick: ({ target }) => {
			target.ariaPressed = String(target.ariaPressed !== 'true');
			set(target.ariaPressed === 'true');
			this.draw();
		} }, label);
	}

	follow(follows) {
		this.followButton.ariaPressed = String(follows);
		this.draw();
	}

	onScroll() {
		const { scrollTop } = this.element;
		if (scrollTop === this.scrolled)
			return; // that was not the user
		this.top = lineAt(scrollTop, this.count);
		this.follow(scrollTop > this.scrolled && this.top > this.end - 2);
		this.scrolled = scrollTop;
	}

	// Soon, and once for all that happens before.
	draw() {
		this.frame ||= requestAnimationFrame(() => {
			this.frame = 0;
			this.place();
		});
	}

	place() {
		const { element, wraps, text: { count } } = this, height = element.clientHeight, rows = height / LOG_ROW;
		const follows = this.followButton.ariaPressed === 'true', end = endOf(count, rows, wraps);
		const top = follows ? end : Math.min(this.top, end), first = follows ? endOf(count, rows) : top, from = Math.floor(first);
		Object.assign(this, { count, end });
		this.space.style.height = `${topOf(end, count) + height}px`;
		this.window.style.height = `${height}px`;
		if (Math.abs(topOf(top, count) - element.scrollTop) > 1) // what the browser moves is left to it
			element.scrollTop = topOf(top, count);
		this.scrolled = element.scrollTop;
		this.show(from, Math.min(count, from + Math.ceil(rows) + 1));
		element.classList.toggle('end', follows && count > rows);
		element.style.setProperty('--digits', `${String(count).length}ch`);
		element.style.setProperty('--shift', follows ? 0 : `${(from - first) * LOG_ROW}px`);
	}

	// Elements of lines that stay in view stay, with what the user has selected in them.
	show(from, to) {
		for (const [line, row] of this.rows)
			if (line < from || line >= to || line === this.growing) {
				row.remove();
				this.rows.delete(line);
			}
		this.growing = this.text.last ? this.text.count - 1 : -1;
		for (let line = from, next = this.window.firstChild; line < to; line++) {
			const row = this.rows.get(line) || this.window.insertBefore(this.row(line), next);
			this.rows.set(line, row);
			next = row.nextSibling;
		}
	}

	row(line) {
		const number = h('a', { href: `#L${line + 1}`, tabindex: '-1' }, String(line + 1));
		return h('div', { class: line === this.marked && 'marked' }, number,
			h('code', {}, this.text.spans(line).map(spanElement)));
	}

	// Marks a line, and shows it when it is there.
	go(line) {
		this.follow(false);
		this.top = Math.max(0, line - 10);
		this.marked = line;
		this.show(0, 0);
	}

	begin() {
		this.text = new LogText();
		this.show(0, 0);
	}
}

// ---- the page ----

function logSearch(view, signal) {
	const input = h('input', { type: 'search', 'aria-label': 'Find in the log', placeholder: 'Find' });
	document.addEventListener('keydown', (event) => {
		if (event.key === 'f' && (event.ctrlKey || event.metaKey)) {
			event.preventDefault(); // the browser finds only what is in view
			input.select();
		}
	}, { signal });
	return h('form', { class: 'actions', role: 'search', async onsubmit(event) {
		event.preventDefault();
		const line = await view.text.find(input.value, view.marked + 1, signal);
		if (line >= 0)
			view.go(line);
		say(line < 0 ? 'It is nowhere in the log.' : `Line ${line + 1}: ${view.text.spans(line).map(({ text }) => text).join('')}`);
	} }, input, h('button', {}, 'Find next'));
}

async function showLog(main, log, signal) {
	const { taskId, runId, name } = log, view = new LogView(), count = h('span', {}, '0'), told = h('span', { role: 'status' });
	let awake;
	const news = () => new Promise((resolve) => awake = resolve), wake = () => awake && awake();
	const goToHash = () => /^#L\d+$/.test(location.hash) && view.go(location.hash.slice(2) - 1);
	main.append(heading(name, taskLink(taskId), runLink(taskId, runId)),
		h('div', { class: 'actions log-tools' }, view.followButton, view.wrapButton, logSearch(view, signal),
			artifactLink(taskId, runId, name, 'Download', true), h('span', { class: 'quiet' }, count, ' lines, ', told)), view.element);
	window.addEventListener('hashchange', goToHash, { signal });
	goToHash();
	await watch(`task:${taskId}`, { task: wake, artifact: wake, lost: wake }, signal);
	await followLog(log, { news, tell: (text) => told.replaceChildren(text), begin() {
		say('What there is of the log now is not what was shown before: it begins anew.');
		view.begin();
	}, take(bytes) {
		view.text.add(bytes);
		count.textContent = view.text.count.toLocaleString('en');
		view.draw();
	} }, signal);
}

for (const where of ['live/', ''])
	route(`/tasks/:taskId/runs/:runId/logs/${where}:name+`, showLog);
