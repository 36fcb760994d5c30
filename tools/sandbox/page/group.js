/* SPDX-License-Identifier: MPL-2.0 */

// An item is shown when its name has the text, in small letters, and its state is among them.
function fits({ text, states }, { name, state }) {
	return states.has(state) && name.toLowerCase().includes(text);
}

// How many of a task's dependencies in its group are not yet as they have to be.
function unmetOf({ task, state }, items) {
	return state !== 'unscheduled' ? 0
		: task.dependencies.filter((id) => items.has(id) && !isSatisfied(task.requires, items.get(id).state)).length;
}

// What is known of those of other groups is not shown here.
function waitsOf(item, items) {
	const { dependencies } = item.task;
	const others = dependencies.filter((id) => !items.has(id)).length;
	return item.state === 'unscheduled' &&
		`${unmetOf(item, items)} of ${dependencies.length - others}${others ? `, and ${others} of other groups` : ''}`;
}

// ---- the tasks as a table ----

const TABLE_ROWS = 500; // at first: a browser takes seconds for some thousands

function lastRun({ status }) {
	return status.runs.at(-1) || {};
}

// How long the last run took, or takes until now; in ms.
function tookOf(item) {
	const { started, resolved } = lastRun(item);
	return started ? (resolved ? Date.parse(resolved) : now()) - Date.parse(started) : 0;
}

// Of keyedTable, sorted by `value` when a heading is pressed; for rows that are items of `group`.
function groupColumns(group, sort) {
	return [ // name, what is sorted by, what is shown
		['Name', ({ name }) => name, ({ id, name }) => taskLink(id, name)],
		['State', ({ state }) => STATES.indexOf(state), ({ state }) => stateBadge(state)],
		['Runs', ({ status }) => status.runs.length, ({ status }) => status.runs.length],
		['Waits for', (item) => unmetOf(item, group.items), (item) => waitsOf(item, group.items)],
		['Duration', tookOf, (item) => (lastRun(item).resolved ? duration(tookOf(item)) :
			lastRun(item).started && ['since ', when(lastRun(item).started)])],
		['Worker', (item) => lastRun(item).workerId || '', (item) => lastRun(item).workerId],
	].map(([name, value, cell]) => ({ value, cell, name: h('button', { type: 'button', onclick: () => sort(value) }, name) }));
}

// As GraphView.
class TableView {
	order = 1; // -1: backwards
	most = TABLE_ROWS;

	constructor(group) {
		this.group = group;
		this.columns = groupColumns(group, (value) => this.sort(value));
		this.by = this.columns[0].value;
		this.shown = keyedTable('Tasks', this.columns, ({ id }) => id, 'No task is like this.');
		this.more = h('button', { type: 'button', onclick: () => this.showAll() });
		this.element = h('div', { class: 'tasks' }, this.shown.element, this.more);
	}

	showAll() {
		this.most = Infinity;
		this.fill();
	}

	sort(value) {
		this.order = this.by === value ? -this.order : 1;
		this.by = value;
		this.fill();
	}

	update(changed) {
		const { shown, most } = this;
		if (!changed)
			return this.fill();
		for (const item of changed)
			if (item.hidden)
				shown.drop(item.id);
			else if (shown.rows.has(item.id) || shown.rows.size < most)
				shown.put(item);
	}

	fill() {
		const { by, order, most } = this;
		const keys = new Map(this.group.list().map((item) => [item, by(item)]));
		const compare = (a, b) => order * (keys.get(a) < keys.get(b) ? -1 : keys.get(a) > keys.get(b) ? 1 : 0);
		for (const { name, value } of this.columns)
			name.parentNode.ariaSort = value !== by ? null : order > 0 ? 'ascending' : 'descending';
		this.shown.set([...keys.keys()].sort(compare).slice(0, most));
		this.more.hidden = keys.size <= most;
		this.more.textContent = `Show the other ${keys.size - most}`;
	}
}

// ---- the tasks of a group, as the list and the stream tell of them ----

class Group {
	items = new Map(); // by id: { id, name, task, status, state, hidden }
	dependents = new Map(); // by id: the items that wait for it
	changed = new Set(); // items, since they were drawn last
	early = null; // while the list comes: what events told meanwhile, which is newer

	// `draw` is called when all of them are there, and a while after some changed.
	constructor(taskGroupId, filter, draw) {
		Object.assign(this, { taskGroupId, filter, draw });
	}

	async load(signal) {
		this.early = new Map();
		for await (const tasks of pages(`queue/v1/task-group/${seg(this.taskGroupId)}/list`, 'tasks', { signal }))
			tasks.forEach(({ status, task }) => this.put(this.early.get(status.taskId) || status, task));
		this.early = null;
		this.drawNow();
	}

	// A task's status; with its definition when it is new.
	put(status, task) {
		const { items, early } = this;
		const id = status.taskId;
		if (early && !task)
			early.set(id, status);
		if (!items.has(id) && !task)
			return;
		if (!items.has(id))
			this.add({ id, name: task.metadata.name, task });
		const item = Object.assign(items.get(id), { status, state: status.state });
		item.hidden = !fits(this.filter, item);
		[item, ...this.dependents.get(id) || []].forEach((one) => this.changed.add(one));
		if (!early)
			this.timer ||= setTimeout(() => this.drawNow(), 200); // much changes at once: the machine is to run it, not draw it
	}

	add(item) {
		this.items.set(item.id, item);
		for (const id of item.task.dependencies)
			(this.dependents.get(id) || this.dependents.set(id, []).get(id)).push(item);
	}

	drawNow() {
		const { changed } = this;
		this.timer = 0;
		this.changed = new Set();
		this.draw(changed);
	}

	hide() {
		for (const item of this.items.values())
			item.hidden = !fits(this.filter, item);
	}

	list() {
		return [...this.items.values()].filter(({ hidden }) => !hidden);
	}

	// How many are in each state.
	totals() {
		const number = Object.fromEntries(STATES.map((state) => [state, 0]));
		for (const { state } of this.items.values())
			number[state]++;
		return number;
	}
}

// ---- the page ----

class GroupPage {
	kinds = { graph: GraphView, timeline: TimelineView, table: TableView };
	drawn = 0; // how many tasks there were then
	sealed = '';
	views = {}; // those that were looked at, by name

	constructor(taskGroupId, signal) {
		const query = new URLSearchParams(location.search);
		this.signal = signal;
		this.filter = { text: query.get('name') || '', states: new Set(query.has('state') ? query.get('state').split(',') : STATES) };
		this.group = new Group(taskGroupId, this.filter, (changed) => this.draw(changed));
		this.loaded = this.group.load(signal); // is under way before anything is built
		this.totals = STATES.map((state) => ({ state, part: h('span', { 'data-state': state }), count: h('span') }));
		this.bar = h('div', { class: 'progress', role: 'progressbar', 'aria-label': 'Resolved tasks' },
			this.totals.map(({ part }) => part));
		this.told = h('p', {}, 'Loading…');
		this.place = h('div');
		this.buttons = ['Graph', 'Timeline', 'Table'].map((text) =>
			h('button', { type: 'button', value: text.toLowerCase(), onclick: () => this.look(text.toLowerCase()) }, text));
		this.elements = [heading(`Task group ${taskGroupId}`), this.bar, this.told, this.controls(), this.place];
		this.look(Object.hasOwn(this.kinds, query.get('view')) ? query.get('view') : 'graph');
	}

	controls() {
		const name = filterField('Name', (text) => {
			this.filter.text = text;
			this.choose();
		});
		const input = name.querySelector('input');
		input.value = this.filter.text;
		this.findBySlash(input);
		return h('div', { class: 'controls' }, h('div', { role: 'group', 'aria-label': 'View' }, this.buttons), name,
			h('fieldset', {}, h('legend', {}, 'States'), this.totals.map((total) => this.stateBox(total))));
	}

	findBySlash(input) {
		document.addEventListener('keydown', (event) => {
			if (event.key !== '/' || event.ctrlKey || event.metaKey || event.target.closest('input, textarea, select, dialog'))
				return;
			event.preventDefault();
			input.focus();
		}, { signal: this.signal });
	}

	stateBox({ state, count }) {
		const { states } = this.filter;
		const box = h('input', { type: 'checkbox', checked: states.has(state), onchange: () => {
			states[box.checked ? 'add' : 'delete'](state);
			this.choose();
		} });
		return h('label', {}, box, stateBadge(state), count);
	}

	// ---- what is shown, which the address keeps ----

	get view() {
		return this.views[this.viewName] ||= new this.kinds[this.viewName](this.group, this.signal);
	}

	look(name) {
		this.viewName = name;
		this.place.replaceChildren(this.view.element);
		for (const button of this.buttons)
			button.ariaPressed = String(button.value === name);
		this.choose();
	}

	choose() {
		const { text, states } = this.filter;
		const kept = new URLSearchParams({ ...(this.viewName !== 'graph' && { view: this.viewName }), ...(text && { name: text }),
			...(states.size < STATES.length && { state: [...states] }) });
		history.replaceState(history.state, '', `${location.pathname}${kept.size ? '?' : ''}${kept}`);
		this.group.hide();
		if (this.drawn)
			this.view.update();
	}

	draw(changed) {
		const { size } = this.group.items;
		this.view.update(this.drawn === size ? changed : undefined);
		this.drawn = size;
		this.count();
	}

	count() {
		const { bar, group } = this;
		const number = group.totals();
		for (const { state, part, count } of this.totals)
			count.textContent = part.style.flexGrow = number[state];
		bar.ariaValueMax = group.items.size;
		bar.ariaValueNow = number.completed + number.failed + number.exception;
		bar.ariaValueText = `${bar.ariaValueNow} of ${group.items.size} tasks are resolved`;
		this.told.replaceChildren(`${bar.ariaValueText}. `, ...this.sealed);
	}

	tell({ sealed }) {
		this.sealed = sealed ? ['Sealed ', when(sealed)] : ['Not sealed.'];
		this.count();
	}
}

async function showGroup(main, { taskGroupId }, signal) {
	const page = new GroupPage(taskGroupId, signal);
	const { group } = page;
	main.append(...page.elements);
	await page.loaded.catch((error) => {
		page.told.remove(); // nothing is loading any more
		throw error;
	});
	await sleep(100, signal); // the first sight before all else
	main.append(groupActions(taskGroupId));
	await watch(`group:${taskGroupId}`, { task: ({ status, task }) => group.put(status, task), group: (event) => page.tell(event),
		lost: () => group.load(signal).catch((error) => say(error.message, true)) }, signal);
	await group.load(signal); // what happened before the stream stood
}

route('/tasks/groups/:taskGroupId/profiler', (main, { taskGroupId }) =>
	go(`/tasks/groups/${seg(taskGroupId)}?view=timeline`, { replace: true }));
route('/tasks/groups/:taskGroupId', showGroup);
