/* SPDX-License-Identifier: MPL-2.0 */
// The page's one script: the files of this folder behind each other, this one first and start.js last.
'use strict';

const routes = []; // router.js's, here since files before that one fill it

// ---- elements: whatever a text comes from, it stays text ----

const absent = (value) => value === undefined || value === null || value === false;

function fill(element, properties, children) {
	for (const [name, value] of Object.entries(properties || {})) {
		if (name.startsWith('on'))
			element.addEventListener(name.slice(2), value);
		else if (!absent(value))
			element.setAttribute(name, value === true ? '' : value);
	}
	element.append(...children.flat(Infinity).filter((child) => !absent(child)));
	return element;
}

// h('a', { href: '/', onclick: f }, 'text', element, [more], null): an element of HTML; s: one of SVG.
function h(tag, properties, ...children) {
	return fill(document.createElement(tag), properties, children);
}

function s(tag, properties, ...children) {
	return fill(document.createElementNS('http://www.w3.org/2000/svg', tag), properties, children);
}

let names = 0;

function freshId() {
	return `x${++names}`;
}

// ---- links: paths have their segments encoded ----

const seg = encodeURIComponent;

function link(path, ...children) {
	return h('a', { href: path }, ...children);
}

function taskLink(taskId, name = taskId) {
	return link(`/tasks/${seg(taskId)}`, name);
}

function groupLink(taskGroupId) {
	return link(`/tasks/groups/${seg(taskGroupId)}`, taskGroupId);
}

function queueLink(taskQueueId) {
	return link(`/provisioners/${taskQueueId.split('/').map(seg).join('/worker-types/')}`, taskQueueId);
}

// ---- times ----

function now() {
	return Date.now() + clockOffset;
}

const units = [['d', 86400000], ['h', 3600000], ['min', 60000], ['s', 1000]];

// "3 d 4 h", "4.2 s", "350 ms"
function duration(ms) {
	if (ms < 1000)
		return `${Math.max(0, Math.round(ms))} ms`;
	if (ms < 10000)
		return `${Math.floor(ms / 100) / 10} s`;
	const i = units.findIndex(([, unit]) => ms >= unit);
	const [[name, unit], [smaller, part]] = [units[i], units[i + 1] || ['', 1000]];
	const rest = Math.floor(ms % unit / part);
	return `${Math.floor(ms / unit)} ${name}${rest ? ` ${rest} ${smaller}` : ''}`;
}

// "3 min ago", "in 2 h"
function ago(date) {
	const ms = now() - Date.parse(date);
	const [name, unit] = units.find((one) => Math.abs(ms) >= one[1]) || [];
	if (!unit)
		return 'now';
	const text = `${Math.floor(Math.abs(ms) / unit)} ${name}`;
	return ms < 0 ? `in ${text}` : `${text} ago`;
}

// "1 day 2 hours", "1d2h": the Date that is so much from now.
function fromNow(text) {
	const seconds = { y: 31536000, mo: 2592000, w: 604800, d: 86400, h: 3600, m: 60, s: 1 };
	const part = /\s*(\d+)\s*(y|mo|w|d|h|m|s)[a-z]*\s*/gi;
	if (text.replace(part, ''))
		throw new Error(`"${text}" is no time such as "1 day 2 hours".`);
	const ms = [...text.matchAll(part)].map(([, count, unit]) => 1000 * count * seconds[unit.toLowerCase()]);
	return new Date(ms.reduce((sum, one) => sum + one, now()));
}

function exactly(date) {
	return new Date(date).toISOString().replace('T', ' ').replace(/\.\d+Z/, ' UTC');
}

// A time that keeps itself current (start.js).
function when(date) {
	return h('time', { datetime: date, title: exactly(date) }, ago(date));
}

function keepTimes() {
	for (const time of document.querySelectorAll('time')) {
		const text = ago(time.dateTime);
		if (text !== time.textContent)
			time.textContent = text;
	}
}

// ---- what many pages show ----

// The heading of a page and its title, below links to what it is in.
function heading(text, ...above) {
	title(text);
	const nav = above.length > 0 && h('nav', { class: 'quiet', 'aria-label': 'Breadcrumb' }, above.map((one) => [one, ' / ']));
	return h('div', {}, nav, h('h1', {}, text));
}

const STATES = ['unscheduled', 'pending', 'running', 'completed', 'failed', 'exception'];

function isResolved(state) {
	return ['completed', 'failed', 'exception'].includes(state);
}

// Whether a task whose `requires` this is waits no more for one in that state.
function isSatisfied(requires, state) {
	return requires === 'all-resolved' ? isResolved(state) : state === 'completed';
}

function stateLetter(state) {
	return state[0].toUpperCase();
}

function stateBadge(state) {
	return h('span', { class: 'state', 'data-state': state }, h('b', { 'aria-hidden': 'true' }, stateLetter(state)), state);
}

function section(text, ...children) {
	const id = freshId();
	return h('section', { 'aria-labelledby': id }, h('h2', { id }, text), ...children);
}

// facts([['Owner', 'somebody'], …]): those without a value are left out.
function facts(pairs) {
	return h('dl', {}, pairs.filter(([, value]) => !absent(value))
		.map(([name, ...value]) => h('div', {}, h('dt', {}, name), h('dd', {}, ...value))));
}

function pre(text) {
	return h('pre', { tabindex: '0' }, text);
}

function json(value) {
	return pre(JSON.stringify(value, null, 2));
}

// ---- tables ----

// A column is { name, cell(row), number }, or [name, member of the row or function of it, what shows it if it is there].
function columnOf(column) {
	if (!Array.isArray(column))
		return column;
	const [name, from, show = (value) => value] = column;
	const value = (row) => typeof from === 'function' ? from(row) : row[from];
	return { name, number: show === Number, cell: (row) => absent(value(row)) ? '' : show(value(row)) };
}

// A table whose rows are replaced one by one: set(rows), put(row, first), drop(key). `key(row)` names a row.
function keyedTable(caption, columns, key, empty = 'None.') {
	const made = columns.map(columnOf);
	const rows = new Map();
	const lines = new Map();
	const body = h('tbody');
	const element = h('div', {}, h('div', { class: 'scroll', role: 'group', 'aria-label': caption, tabindex: '0' }, h('table', {},
		h('caption', {}, caption),
		h('thead', {}, h('tr', {}, made.map(({ name, number }) => h('th', { scope: 'col', class: number && 'number' }, name)))),
		body)), h('p', { class: 'quiet' }, empty));

	function put(row, first = false) {
		const name = key(row);
		const line = h('tr', {}, made.map(({ cell, number }, i) =>
			i ? h('td', { class: number && 'number' }, cell(row)) : h('th', { scope: 'row' }, cell(row))));
		if (lines.has(name))
			replaceFocused(lines.get(name), line);
		else
			body[first ? 'prepend' : 'append'](line);
		rows.set(name, row);
		lines.set(name, line);
	}

	function drop(name) {
		lines.get(name)?.remove();
		lines.delete(name);
		rows.delete(name);
	}

	function set(all) {
		[...rows.keys()].forEach(drop);
		all.forEach((row) => put(row));
	}

	return { element, rows, put, drop, set };
}

// The focus stays at the same place within what is replaced.
function replaceFocused(old, fresh) {
	const inside = (line) => [...line.querySelectorAll('a, button, input')];
	const at = inside(old).indexOf(document.activeElement);
	old.replaceWith(fresh);
	inside(fresh)[at]?.focus();
}

function table(caption, columns, rows, empty) {
	const made = keyedTable(caption, columns, (row) => row, empty);
	made.set(rows);
	return made.element;
}

// Shows a list's first page, and a button while there is more: paged(pages('queue/v1/…', 'tasks'), (tasks) => …). Its promise
// `loaded` resolves with the first, or with what is shown in its place.
function paged(iterator, show) {
	const more = h('button', { type: 'button', hidden: true, onclick: next }, 'More');
	const element = h('p', {}, more);

	async function next() {
		more.disabled = true;
		try {
			const { value } = await iterator.next();
			more.hidden = !value.more;
			show(value);
		} catch (error) {
			element.append(refusal(error));
		}
		more.disabled = false;
	}

	return Object.assign(element, { loaded: next() });
}

// A list of the API as a table, with a filter where it is long: list('Tasks', columns, `index/v1/tasks/${…}`, 'tasks', signal).
function list(caption, columns, path, member, signal, empty) {
	const shown = keyedTable(caption, columns, (row) => row, empty);
	let text = '';
	const filter = filterField('Filter', (typed) => [text = typed, hide()]);
	filter.hidden = shown.element.hidden = true;

	function hide() {
		for (const line of shown.element.querySelectorAll('tbody tr'))
			line.hidden = !line.textContent.toLowerCase().includes(text);
	}

	const more = paged(pages(path, member, { query: { limit: 200 }, signal }), (rows) => {
		rows.forEach((row) => shown.put(row));
		filter.hidden = shown.rows.size < 10;
		shown.element.hidden = false;
		hide();
	});
	return Object.assign(h('div', {}, filter, shown.element, more), { loaded: more.loaded });
}

// A place for a list that is made anew by its load(), unless somebody is in it.
function renewed(make) {
	const place = h('div', {}, make());

	async function load() {
		const fresh = make();
		await fresh.loaded;
		if (!place.contains(document.activeElement))
			place.replaceChildren(fresh);
	}

	return Object.assign(place, { load });
}

// ---- what is told and asked ----

let saidUntil;

// Tells the user, and screen readers, what was done or refused.
function say(text, refused = false) {
	const said = document.getElementById('said');
	said.replaceChildren(h('span', { class: refused && 'refusal' }, text));
	clearTimeout(saidUntil);
	saidUntil = setTimeout(() => said.replaceChildren(), 15000);
}

// What a page shows in place of what it could not load; nothing when it was left meanwhile.
function refusal({ name, message, details }) {
	return name === 'AbortError' ? '' : h('div', { class: 'refusal', role: 'alert' }, message,
		details && h('details', {}, h('summary', {}, 'Details'), details));
}

// Fills a place of a page with what `load` resolves to, or why it was refused.
async function loadInto(place, load) {
	try {
		place.replaceChildren(await load());
	} catch (error) {
		place.replaceChildren(refusal(error));
	}
}

function ask(question, yes = 'Yes') {
	return new Promise((answer) => {
		const button = (text, value) => h('button', { type: 'button', onclick: () => dialog.close(value) }, text);
		const dialog = h('dialog', { 'aria-label': question, onclose() {
			dialog.remove();
			answer(dialog.returnValue === 'yes');
		} }, h('p', {}, question), h('p', { class: 'actions' }, button('Leave it', ''), button(yes, 'yes')));
		document.body.append(dialog);
		dialog.showModal();
	});
}

// A button: asks `confirm`, runs, and says what `run` returns; why it was refused stands beside it.
function action(label, run, { confirm, danger } = {}) {
	const button = h('button', { type: 'button', class: danger && 'danger', onclick: press }, label);
	const refused = h('div'); // beside the button, until it is pressed again

	async function press() {
		if (button.ariaBusy === 'true')
			return;
		if (!signedIn())
			return say(canSign ? 'Sign in first, by the link that the sandbox printed.' : CANNOT_SIGN, true);
		if (confirm && !await ask(confirm, label))
			return;
		button.ariaBusy = 'true'; // not disabled: that would lose the focus
		refused.remove();
		try {
			say(await run() || '');
		} catch (error) {
			refused.replaceChildren(refusal(error));
			button.after(refused);
		}
		button.ariaBusy = 'false';
	}
	return button;
}

function field(label, control, hint) {
	const id = control.id ||= freshId();
	if (hint)
		control.setAttribute('aria-describedby', `${id}-hint`);
	return h('p', { class: 'field' }, h('label', { for: id }, label), control, hint && h('small', { id: `${id}-hint` }, hint));
}

function filterField(label, onChange) {
	const input = h('input', { type: 'search', oninput: () => onChange(input.value.trim().toLowerCase()) });
	return field(label, input);
}
