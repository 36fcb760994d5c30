/* SPDX-License-Identifier: MPL-2.0 */

// ---- what the state of a task or a group allows ----

function postAction(label, path, confirm, body = () => undefined) {
	return action(label, async () => {
		await call('POST', path, { body: body() });
		return `${label}: done.`;
	}, { confirm, danger: Boolean(confirm) });
}

function priorityActions(path, current) {
	const names = ['highest', 'very-high', 'high', 'medium', 'low', 'very-low', 'lowest'];
	const options = names.map((name) => h('option', { selected: name === current }, name));
	const priority = h('select', { 'aria-label': 'Priority' }, options);
	return [priority, postAction('Change priority', `${path}/priority`, '', () => ({ newPriority: priority.value }))];
}

function actionsRow(...buttons) {
	return h('div', { class: 'actions', role: 'group', 'aria-label': 'Actions' }, ...buttons);
}

// `task` is the definition as the queue gives it.
function taskActions(taskId, status, task) {
	const path = `queue/v1/task/${seg(taskId)}`;
	const inTime = Date.parse(status.deadline) > now();
	const resolved = inTime && isResolved(status.state);
	const open = inTime && !resolved;
	return h('div', {}, actionsRow(
		resolved && postAction('Rerun', `${path}/rerun`),
		action('Retrigger', () => createTask(() => JSON.parse(renewDates(JSON.stringify(task))))),
		open && postAction('Cancel', `${path}/cancel`, 'Cancel this task?'),
		open && status.state === 'unscheduled' && postAction('Schedule', `${path}/schedule`,
			'Schedule this task, although what it depends on is not resolved?'),
		open && priorityActions(path, status.priority),
		link(`/tasks/create?taskId=${seg(taskId)}`, 'Edit and create again')), decisionActions(status.taskGroupId, taskId, task));
}

function groupActions(taskGroupId) {
	const path = `queue/v1/task-group/${seg(taskGroupId)}`;
	return h('div', {}, actionsRow(
		postAction('Seal', `${path}/seal`, 'Seal this group for good, so that it takes no more tasks?'),
		postAction('Cancel all', `${path}/cancel`, 'Cancel what is not resolved in this group? It must be sealed.'),
		priorityActions(path, 'lowest')), decisionActions(taskGroupId, null, null));
}

// ---- public/actions.json of the group's decision task ----

// Templates of actions need of JSON-e "${name.name}" and these; another operator is refused by its name.
const OPERATORS = {
	$eval: (path, context) => path.trim().split('.').reduce((value, name) => {
		if (!Object.hasOwn(Object(value), name))
			throw new Error(`This page cannot evaluate "${path}" in the action's template.`);
		return value[name];
	}, context),
	$json: (value, context) => JSON.stringify(fillIn(value, context)),
	$fromNow: (text, context) => fromNow(fillIn(text, context)),
};

function fillIn(template, context) {
	if (typeof template === 'string')
		return template.replace(/(\$?)\$\{([^}]*)\}/g,
			(all, escaped, path) => (escaped ? all.slice(1) : OPERATORS.$eval(path, context)));
	if (Array.isArray(template))
		return template.map((item) => fillIn(item, context));
	if (!template || typeof template !== 'object')
		return template;
	const operator = Object.keys(template).find((name) => /^\$[a-z]/i.test(name));
	if (operator && !OPERATORS[operator])
		throw new Error(`This page does not know ${operator} in the action's template.`);
	return operator ? OPERATORS[operator](template[operator], context) : Object.fromEntries(
		Object.entries(template).map(([name, value]) => [fillIn(name.replace(/^\$\$/, '$'), context), fillIn(value, context)]));
}

// An input to begin with, by the defaults in its schema.
function defaultOf({ default: value, properties }) {
	return value !== undefined || !properties ? value
		: Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, defaultOf(schema)]));
}

// A hook may do what the person may not: only one that the decision task's scopes name is triggered.
async function triggerByAction({ hookGroupId, hookId, hookPayload }, decision, context) {
	const { scopes } = await call('POST', 'auth/v1/scopes/expand', { body: { scopes: decision.scopes } });
	const needed = `in-tree:hook-action:${hookGroupId}/${hookId}`;
	if (!scopes.some((scope) => scope === needed || (scope.endsWith('*') && needed.startsWith(scope.slice(0, -1)))))
		throw new Error(`The decision task lacks the scope ${needed}.`);
	const taskId = await triggerHook(`hooks/v1/hooks/${seg(hookGroupId)}/${seg(hookId)}`, fillIn(hookPayload, context));
	if (taskId)
		go(`/tasks/${taskId}`);
	return `Triggered ${hookGroupId}/${hookId}.`;
}

// A task gets no more than the decision task could have given it, whatever the person may do.
function decisionAction(one, decision, known, task) {
	const input = one.schema && h('textarea', { rows: 6 }, JSON.stringify(defaultOf(one.schema) ?? null, null, 2));
	const run = async () => {
		const context = { ...known, input: input ? JSON.parse(input.value) : null };
		return one.kind === 'hook' ? triggerByAction(one, decision, context)
			: createTask((ownTaskId) => fillIn(one.task, { task, ownTaskId, ...context }), decision.scopes);
	};
	return section(one.title, h('p', {}, one.description), input && [field('Input, JSON', input), json(one.schema)],
		action('Do it', run));
}

// Loaded when they are asked for, as most groups have none. Those without a context are for the group.
function decisionActions(taskGroupId, taskId, task) {
	const path = `queue/v1/task/${seg(taskGroupId)}`;
	const fits = (tags) => Object.entries(tags).every(([name, value]) => (task.tags || {})[name] === value);
	const isFor = ({ context }) => (task ? context.some(fits) : context.length === 0);
	const place = h('details', {}, h('summary', {}, 'More actions'), action('Load public/actions.json', async () => {
		const { actions, variables } = await call('GET', `${path}/artifacts/public/actions.json`);
		const decision = await call('GET', path);
		const firsts = new Map(actions.filter(isFor).reverse().map((one) => [one.name, one])); // of one name the first counts
		const known = { taskGroupId, taskId, ...variables };
		place.append(...[...firsts.values()].reverse().map((one) => decisionAction(one, decision, known, task)));
		return `${firsts.size} actions.`;
	}));
	return place;
}
