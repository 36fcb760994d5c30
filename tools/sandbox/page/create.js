/* SPDX-License-Identifier: MPL-2.0 */

// A slugid that begins with a letter, so that no command line takes it for an option.
function newTaskId() {
	const bytes = crypto.getRandomValues(new Uint8Array(16));
	bytes[0] &= 0x7f;
	bytes[6] = (bytes[6] & 0x0f) | 0x40;
	bytes[8] = (bytes[8] & 0x3f) | 0x80;
	return base64(bytes).slice(0, 22).replace(/\+/g, '-').replace(/\//g, '_');
}

// `make(taskId)` gives the definition, which may need no more than `authorizedScopes` where they are given. Shows what was created.
async function createTask(make, authorizedScopes) {
	const taskId = newTaskId();
	await call('PUT', `queue/v1/task/${taskId}`, { body: make(taskId), authorizedScopes });
	go(`/tasks/${taskId}`);
	return `Created ${taskId}.`;
}

// A definition's text, YAML or JSON, where each value that is a date is as much later as its `created` is past.
function renewDates(text) {
	const [, created] = /\bcreated["']?\s*:\s*["']?([-\dT:.]+Z)/.exec(text) || [];
	const later = created ? now() - Date.parse(created) : 0;
	return text.replace(/(?<=[:,[-]\s*(["']?))\d{4}-\d\d-\d\dT[\d:.]+Z(?=\1\s*([,\]}#\n]|$))/g,
		(date) => new Date(Date.parse(date) + later).toISOString());
}

// What is left of a task for another: nothing that ties it to its group, or that others find it by.
async function looseTask(taskId) {
	const { provisionerId, workerType, taskGroupId, schedulerId, dependencies, requires, routes, priority, ...task } =
		await call('GET', `queue/v1/task/${seg(taskId)}`);
	return JSON.stringify(task, null, 2);
}

// A text field with its lines' numbers, and the problems of what is in it. read(): the task, or undefined where there are
// problems.
function definitionField() {
	const text = h('textarea', { rows: 24, wrap: 'off', spellcheck: 'false', onscroll: scrollNumbers });
	const numbers = h('div', { class: 'numbers', 'aria-hidden': 'true' });
	const problems = h('ul', { class: 'problems', 'aria-live': 'polite' });
	const element = field('Definition, YAML or JSON', text);
	let timer, readings = 0;

	function scrollNumbers() {
		numbers.scrollTop = text.scrollTop;
	}

	function number(found) {
		const bad = new Set(found.map(({ line }) => line));
		numbers.replaceChildren(...text.value.split('\n').map((_, i) => h('div', { class: bad.has(i + 1) && 'bad' }, i + 1)));
		scrollNumbers();
	}

	function goTo(line, column) {
		const at = text.value.split('\n').slice(0, line - 1).join('\n').length + column - (line === 1);
		text.focus();
		text.setSelectionRange(at, at);
		text.scrollTop = (line - 10) * parseFloat(getComputedStyle(text).lineHeight);
	}

	async function read() {
		clearTimeout(timer); // it would ask once more, and this answer would be of a text before
		const reading = ++readings;
		const response = await fetch('/sandbox/read-task', { method: 'POST', body: text.value });
		if (!response.ok)
			throw await refusalOf(response);
		const { task, problems: found } = await response.json();
		if (reading !== readings) // of a text that is no longer there
			return undefined;
		problems.replaceChildren(...found.map(({ line, column, pointer, message }) => h('li', {},
			h('button', { type: 'button', onclick: () => goTo(line, column) }, `Line ${line}, column ${column}`),
			` ${pointer} ${message}`)));
		number(found);
		text.ariaInvalid = found.length > 0;
		return found.length ? undefined : task;
	}

	text.addEventListener('input', () => {
		number([]);
		clearTimeout(timer);
		timer = setTimeout(() => read().catch((error) => problems.replaceChildren(refusal(error))), 300);
	});
	const row = h('div', { class: 'editor' }, numbers);
	text.before(row);
	row.append(text);
	return { element, text, problems, read };
}

function startForm(use) {
	const queue = h('input', { required: true, pattern: '[^\\/]+\\/[^\\/]+', placeholder: 'provisioner/worker-type' });
	const name = h('input', { required: true });
	const command = h('input', { required: true });
	return h('form', { class: 'actions', onsubmit(event) {
		event.preventDefault();
		const dates = { created: new Date(now()), deadline: new Date(now() + 3600000) };
		use(JSON.stringify({ taskQueueId: queue.value, ...dates, payload: { command: ['sh', '-c', command.value], maxRunTime: 600 },
			metadata: { name: name.value, description: 'Made by hand', owner: 'nobody@localhost', source: location.href } }, null, 2));
	} }, field('Task queue', queue), field('Name', name), field('Command, for a shell', command),
	h('button', {}, 'Write the definition'));
}

// What is written is kept in this tab, for each task that it is made from, until it is created.
route('/tasks/create', async (main) => {
	const from = new URLSearchParams(location.search).get('taskId');
	const kept = `task ${from}`;
	const { element, text, problems, read } = definitionField();
	const use = (definition) => {
		text.value = renewDates(definition);
		text.dispatchEvent(new Event('input'));
	};
	const create = async () => {
		const task = await read();
		if (!task)
			throw new Error('The definition has problems: nothing was created.');
		const said = await createTask(() => task);
		sessionStorage.removeItem(kept);
		return said;
	};
	text.addEventListener('input', () => sessionStorage.setItem(kept, text.value));
	const buttons = h('p', { class: 'actions' }, action('Create the task', create),
		h('button', { type: 'button', onclick: () => use(text.value) }, 'Update timestamps'));
	main.append(heading(from ? 'Edit and create again' : 'Create a task'), from
		? h('p', {}, 'As ', taskLink(from), ', without its group, scheduler, dependencies, routes and priority.') : startForm(use),
	h('div', { class: 'columns' }, element, h('div', {}, buttons, problems)));
	const definition = sessionStorage.getItem(kept) || (from && await looseTask(from));
	if (definition)
		use(definition);
});
