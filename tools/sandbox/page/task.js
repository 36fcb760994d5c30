/* SPDX-License-Identifier: MPL-2.0 */

// ---- other tasks, by their ids ----

const OTHER_TASKS = [
	['Task', ({ status, task }) => taskLink(status.taskId, task.metadata.name)],
	['State', ({ status }) => stateBadge(status.state)],
	['Task queue', ({ task }) => queueLink(task.taskQueueId)],
];

function ofTasks(taskIds) {
	return { method: 'POST', query: { limit: 100 }, body: { taskIds } };
}

function statusesOf(taskIds, signal) {
	return pages('queue/v1/tasks/status', 'statuses', { ...ofTasks(taskIds), signal });
}

// Those that are there any more, with their names.
async function* tasksOf(taskIds, signal) {
	for await (const tasks of pages('queue/v1/tasks', 'tasks', { ...ofTasks(taskIds), signal })) {
		const states = {};
		for await (const some of statusesOf(tasks.map((it) => it.taskId), signal))
			some.forEach(({ taskId, status }) => states[taskId] = { status });
		const found = tasks.filter((it) => states[it.taskId]).map((it) => ({ ...it, ...states[it.taskId] }));
		yield Object.assign(found, { more: tasks.more });
	}
}

// { element, renew() }
function dependencyList(taskIds, signal) {
	const made = keyedTable('Dependencies', OTHER_TASKS, (it) => it.taskId);
	const put = (some) => some.forEach((it) => made.put(it));
	const element = section('Depends on', made.element, paged(tasksOf(taskIds, signal), put));
	return { element, async renew() {
		for await (const some of statusesOf([...made.rows.keys()], signal))
			some.forEach(({ taskId, status }) => made.put({ ...made.rows.get(taskId), status }));
	} };
}

// ---- a task ----

function lines(texts) {
	return texts.length > 0 && texts.map((text) => h('div', {}, h('code', {}, text)));
}

function taskFacts(taskId, task, status) {
	const { owner, source } = task.metadata;
	return h('div', { class: 'columns' }, facts([
		['Task', h('code', {}, taskId)],
		['Group', groupLink(task.taskGroupId)],
		['Task queue', queueLink(task.taskQueueId)],
		['Priority', status.priority || task.priority],
		['Owner', owner],
		['Source', /^https?:\/\//.test(source) ? h('a', { href: source, target: '_blank', rel: 'noopener' }, source) : source],
		['Project', task.projectId],
		['Scheduler', task.schedulerId],
	]), facts([
		['Created', when(task.created)],
		['Deadline', when(status.deadline)],
		['Expires', when(status.expires)],
		['Retries left', `${status.retriesLeft} of ${task.retries}`],
		['Tags', lines(Object.entries(task.tags).map((tag) => tag.join(': ')))],
		['Scopes', lines(task.scopes)],
		['Routes', lines(task.routes)],
	]));
}

function jsonSection(text, value) {
	const copy = () => navigator.clipboard.writeText(JSON.stringify(value, null, 2))
		.then(() => say('Copied.'), (error) => say(error.message, true));
	return section(text, h('button', { type: 'button', onclick: copy }, 'Copy'), json(value));
}

function runsTable(taskId, task) {
	return keyedTable('Runs', [
		['Run', ({ runId }) => runLink(taskId, runId)],
		['State', 'state', stateBadge],
		['Log', ({ runId, started }) => started && logLink(taskId, runId, 'public/logs/live.log', 'Log', true)],
		['Created as', 'reasonCreated'],
		['Resolved as', 'reasonResolved'],
		['Worker', (run) => run.workerId && workerLink(task, run)],
		['Scheduled', 'scheduled', when],
		['Started', 'started', when],
		['Resolved', 'resolved', when],
	], ({ runId }) => runId, 'No run yet.');
}

// The artifacts of a run, in `place`; what puts in another.
function showArtifacts(place, taskId, runId, signal) {
	const text = `Artifacts of run ${runId}`, path = `queue/v1/task/${seg(taskId)}/runs/${runId}/artifacts`;
	const made = keyedTable(text, artifactColumns(taskId, runId), (it) => it.name, 'No artifact yet.');
	const put = (some) => some.forEach((it) => made.put(it));
	place.replaceChildren(section(text, made.element, paged(pages(path, 'artifacts', { query: { limit: 200 }, signal }), put)));
	return made.put;
}

async function loadTask(taskId, signal) {
	const get = (path) => call('GET', `queue/v1/task/${seg(taskId)}${path}`, { signal });
	try {
		return await Promise.all([get(''), get('/status')]);
	} catch (error) {
		throw error.status !== 404 ? error
			: new Refusal(404, error.code, `There is no task ${taskId}: it was never made, or has expired.`);
	}
}

// What of a task's page changes with its status: elements, update(status, why), and artifact(event).
function taskParts(taskId, task, wantedRun, signal) {
	const state = h('p'), why = whyLine(signal), runs = runsTable(taskId, task);
	const actions = h('div'), artifacts = h('div');
	const dependencies = task.dependencies.length > 0 && dependencyList(task.dependencies, signal);
	const last = {}; // what is shown
	const isNew = (name, value) => last[name] !== value && [last[name] = value];

	function update(status, reasons) {
		const { state: name, priority, runs: { length } } = status, run = Number(wantedRun ?? length - 1);
		why.show(name, reasons);
		state.replaceChildren(stateBadge(name));
		status.runs.filter((it) => isNew(`run ${it.runId}`, JSON.stringify(it))).forEach((it) => runs.put(it));
		if (run >= 0 && isNew('run', run))
			last.put = showArtifacts(artifacts, taskId, run, signal);
		if (isNew('actions', `${name} ${length} ${priority}`)) // what was begun in them stays otherwise
			actions.replaceChildren(taskActions(taskId, status, task));
		if (dependencies && isNew('unmet', `${name} ${reasons?.unmet}`))
			dependencies.renew();
	}
	const elements = [state, h('p', { class: 'described' }, task.metadata.description), why.element, actions,
		section('Runs', runs.element), artifacts, dependencies && dependencies.element];
	return { elements, update, artifact: (event) => event.runId === last.run && last.put(event.artifact) };
}

async function showTask(main, { taskId, runId }, signal) {
	main.append(heading(taskId)); // until its name is known
	let status, why, parts;
	const update = () => parts && parts.update(status, why);
	await watch(`task:${taskId}`, {
		task: (event) => update(status = event.status),
		why: (event) => update(why = event),
		artifact: (event) => parts && parts.artifact(event),
		lost: reload,
	}, signal);
	const [task, loaded] = await loadTask(taskId, signal);
	status ||= loaded.status; // what the stream says came later, or more comes
	parts = taskParts(taskId, task, runId, signal);
	main.replaceChildren();
	fill(main, {}, [heading(task.metadata.name, groupLink(task.taskGroupId)), parts.elements,
		section('Tasks that depend on it',
			list('Dependents', OTHER_TASKS, `queue/v1/task/${seg(taskId)}/dependents`, 'tasks', signal)),
		section('About it', taskFacts(taskId, task, status)), jsonSection('Payload', task.payload),
		h('p', {}, link(`/tasks/${seg(taskId)}/definition`, 'The whole definition'))]);
	update();
	if (!why && /^(pending|unscheduled)$/.test(status.state))
		update(why = await whyByApi(status, task, signal));
}

async function showDefinition(main, { taskId }, signal) {
	const [task] = await loadTask(taskId, signal);
	main.append(heading('Definition', groupLink(task.taskGroupId), taskLink(taskId, task.metadata.name)),
		jsonSection('As JSON', task));
}

route('/tasks/:taskId/definition', showDefinition);
route('/tasks/:taskId/runs/:runId/:name+', showArtifact);
for (const end of ['', '/runs/:runId', '/connect', '/profiler'])
	route(`/tasks/:taskId${end}`, showTask);
