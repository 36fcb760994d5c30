/* SPDX-License-Identifier: MPL-2.0 */

route('/', overview);
route('/tasks', overview);
route('/tasks/groups', overview);

const queueColumns = [['Task queue', 'taskQueueId', queueLink], ['Pending', 'pending', Number], ['Running', 'running', Number],
	['Resolved', 'resolved', Number], ['Workers', 'workers', Number],
	['Last claim', ({ lastClaimed }) => lastClaimed ? when(lastClaimed) : 'never']];
const taskColumns = [
	['Task', ({ status, task }) => taskLink(status.taskId, task.metadata.name)],
	['State', ({ status }) => status.state, stateBadge], ['Task queue', ({ status }) => status.taskQueueId, queueLink],
	['Group', ({ status }) => status.taskGroupId, groupLink], ['Created', ({ task }) => task.created, when]];

// Leads to a task, or else to the group of that name; an address that has its id will do.
async function findTask(text) {
	const [id] = /[\w-]{22}/.exec(text) || [text];
	if (await call('GET', `queue/v1/task/${seg(id)}/status`).catch(unlessMissing))
		go(`/tasks/${seg(id)}`);
	else if (await call('GET', `queue/v1/task-group/${seg(id)}`).catch(unlessMissing))
		go(`/tasks/groups/${seg(id)}`);
	else
		throw new Error(`There is no task or group ${id}.`);
}

function findForm() {
	const input = h('input', { size: 30, required: true, autocomplete: 'off', spellcheck: 'false' });
	return h('form', { class: 'actions', role: 'search', onsubmit(event) {
		event.preventDefault();
		findTask(input.value).catch(({ message }) => say(message, true));
	} }, field('Task or group', input), h('button', {}, 'Show'));
}

async function overview(main, args, signal) {
	const queues = keyedTable('Task queues', queueColumns, ({ taskQueueId }) => taskQueueId, 'No task and no worker yet.');
	const tasks = keyedTable('Latest tasks', taskColumns, ({ status }) => status.taskId, 'No task yet.');
	const places = { index: h('div'), hooks: h('div') };
	const loads = { index: () => namespaces('', signal), hooks: () => hooksTable(signal) };
	const load = ({ what }) => loads[what] && loadInto(places[what], loads[what]);
	main.append(heading('Overview'), findForm(), section('Task queues', queues.element), section('Latest tasks', tasks.element),
		h('div', { class: 'columns' }, section('Index', places.index), section('Hooks', places.hooks)), faultsSection(signal));
	Object.keys(loads).forEach((what) => load({ what }));
	await watch('overview', {
		queues: (event) => event.queues.forEach((queue) => queues.put(queue)),
		tasks: (event) => setTasks(tasks, event.tasks),
		task: gathered((events) => putTasks(tasks, events)),
		faults: ({ faults }) => document.dispatchEvent(new CustomEvent('faults', { detail: faults })),
		changed: load,
		lost: reload,
	}, signal);
}

// The newest comes first, and is shown so; the table has them in the order in which they were made.
function setTasks(tasks, newest) {
	tasks.set([]);
	newest.toReversed().forEach((row) => tasks.put(row, true));
}

// Shows the latest of those known and those told of. An event has the task's definition only when it was just made.
function putTasks(tasks, events) {
	const all = new Map(tasks.rows);
	for (const { status, task = all.get(status.taskId)?.task } of events)
		if (task)
			all.set(status.taskId, { status, task });
	const rows = [...all.values()];
	rows.slice(0, -50).forEach(({ status }) => tasks.drop(status.taskId)); // as many as the stream tells at its start
	rows.slice(-50).filter((row) => tasks.rows.get(row.status.taskId) !== row).forEach((row) => tasks.put(row, true));
}
