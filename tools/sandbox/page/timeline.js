/* SPDX-License-Identifier: MPL-2.0 */

// ---- when each task waited, ran, was retried ----

// What a task's runs were at which time, in ms: [{ kind: 'waited' | 'ran', state, start, end, text }].
function spansOf({ runs }, at) {
	return runs.flatMap(({ runId, state, reasonCreated, reasonResolved, ...dates }) => {
		const [scheduled, started, resolved] = ['scheduled', 'started', 'resolved'].map((name) => Date.parse(dates[name]));
		const run = `Run ${runId}${reasonCreated === 'scheduled' ? '' : ` (${reasonCreated})`}`;
		const span = (kind, start, end, how) => ({ kind, state, start, end, text: `${run} ${kind} ${duration(end - start)}${how}` });
		const waited = span('waited', scheduled, started || resolved || at, '');
		return started ? [waited, span('ran', started, resolved || at, `: ${reasonResolved || state}`)] : [waited];
	});
}

// { rows: [{ item, spans }] by when they were first scheduled, start, end }: the time that they take together.
function timelineOf(items, at) {
	const rows = items.map((item) => ({ item, spans: spansOf(item.status, at) })).filter(({ spans }) => spans.length)
		.sort((a, b) => a.spans[0].start - b.spans[0].start || a.spans.at(-1).end - b.spans.at(-1).end || (a.item.name < b.item.name ? -1 : 1));
	const start = rows.length ? rows[0].spans[0].start : at;
	return { rows, start, end: rows.reduce((last, { spans }) => Math.max(last, spans.at(-1).end), start + 1000) };
}

// Round times between two, at most so many.
function ticksOf(start, end, most) {
	const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200];
	const step = 1000 * (steps.find((one) => (end - start) / one / 1000 < most) || 86400 * Math.ceil((end - start) / 86400000 / most));
	const first = Math.ceil(start / step);
	return Array.from({ length: Math.floor(end / step) - first + 1 }, (_, i) => {
		const date = new Date((first + i) * step);
		return { at: date.getTime(), text: date.toISOString().slice(...(step < 60000 ? [11, 19] : step < 86400000 ? [11, 16] : [0, 10])) };
	});
}

const TIMELINE_ROW = 22; // px

// As GraphView. Only the rows in the window are elements.
class TimelineView {
	lines = new Map(); // by id: the rows that are elements

	constructor(group, signal) {
		this.group = group;
		this.axis = h('div', { class: 'axis' });
		this.rows = h('div', { role: 'list' });
		this.element = h('div', { class: 'timeline', tabindex: 0, role: 'region', 'aria-label': 'Timeline',
			onscroll: () => this.showSoon() }, this.axis, this.rows);
		const clock = setInterval(() => this.element.isConnected && this.goesOn && this.update(), 1000);
		signal.addEventListener('abort', () => clearInterval(clock));
	}

	update() {
		const items = this.group.list();
		this.goesOn = items.some(({ state }) => state === 'pending' || state === 'running');
		this.line = timelineOf(items, now());
		this.rows.style.height = `${this.line.rows.length * TIMELINE_ROW}px`;
		this.show();
	}

	showSoon() {
		this.frame ||= requestAnimationFrame(() => this.show());
	}

	show() {
		const { element, line: { rows, start, end }, lines: before } = this;
		this.frame = 0;
		this.axis.replaceChildren('UTC', h('div', {}, ticksOf(start, end, element.clientWidth / 140)
			.map(({ at, text }) => this.laid(h('span', {}, text), at))));
		const first = Math.max(0, Math.floor(element.scrollTop / TIMELINE_ROW) - 4);
		const seen = rows.slice(first, first + Math.ceil(element.clientHeight / TIMELINE_ROW) + 8);
		this.lines = new Map(seen.map((row, i) => [row.item.id, this.rowOf(row, first + i, before.get(row.item.id))]));
		before.forEach((old, id) => this.lines.has(id) || old.remove());
		this.rows.append(...[...this.lines.values()].filter((one) => !one.isConnected));
	}

	share(ms) {
		return `${(ms / (this.line.end - this.line.start) * 100).toFixed(3)}%`;
	}

	laid(bar, start, end) {
		bar.style.left = this.share(start - this.line.start);
		if (end)
			bar.style.width = this.share(end - start);
		return bar;
	}

	newRow({ id, name }) {
		return h('div', { class: 'line', role: 'listitem' }, taskLink(id, name), h('div', { role: 'img' }));
	}

	// The element of a row, at its place: the one that there was, or a new one.
	rowOf({ item, spans }, i, row = this.newRow(item)) {
		row.style.top = `${i * TIMELINE_ROW}px`;
		row.firstChild.title = item.name;
		row.lastChild.ariaLabel = spans.map(({ text }) => text).join('; ');
		row.lastChild.replaceChildren(...spans.map(({ kind, state, start, end, text }) =>
			this.laid(h('span', { class: `${kind} ${state}`, title: text }), start, end)));
		return row;
	}
}
