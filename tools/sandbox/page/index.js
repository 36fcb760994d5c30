/* SPDX-License-Identifier: MPL-2.0 */

route('/tasks/index', showNamespace);
route('/tasks/index/:namespace', showNamespace);
route('/tasks/index/:namespace/:name', async (main, { namespace, name }, signal) => {
	main.append(heading(name, ...namespaceLinks(namespace)));
	const { taskId, rank, expires, data, status } = await indexed(namespace, name, signal);
	main.append(facts([['Task', taskLink(taskId)],
		['State', status ? stateBadge(status.state) : 'the queue does not have it any more'],
		['Group', status && groupLink(status.taskGroupId)], ['Rank', rank], ['Expires', when(expires)]]), section('Data', json(data)));
});
route('/tasks/index/:namespace/:name/task-group', async (main, { namespace, name }, signal) => {
	const { taskId, status } = await indexed(namespace, name, signal);
	go(status ? `/tasks/groups/${seg(status.taskGroupId)}` : `/tasks/${seg(taskId)}`, { replace: true });
});

// What the index says of a task, and the queue's status of it while there is one.
async function indexed(namespace, name, signal) {
	const entry = await call('GET', `index/v1/task/${seg(`${namespace}.${name}`)}`, { signal });
	return { ...entry, ...await call('GET', `queue/v1/task/${seg(entry.taskId)}/status`, { signal }).catch(unlessMissing) };
}

function namespacePath(namespace) {
	return `/tasks/index/${seg(namespace)}`;
}

function namespaceLinks(namespace) {
	const parts = namespace ? namespace.split('.') : [];
	return [link('/tasks/index', 'Index'),
		...parts.map((part, i) => link(namespacePath(parts.slice(0, i + 1).join('.')), part))];
}

function namespaces(namespace, signal) {
	return list('Namespaces', [['Namespace', 'namespace', (path) => link(namespacePath(path), path)], ['Expires', 'expires', when]],
		`index/v1/namespaces/${seg(namespace)}`, 'namespaces', signal);
}

function showNamespace(main, { namespace = '' }, signal) {
	const above = namespaceLinks(namespace);
	const entry = (path) => path.slice(path.lastIndexOf('.') + 1);
	main.append(heading(above.pop().textContent, ...above), section('Namespaces', namespaces(namespace, signal)),
		section('Tasks', list('Tasks', [
			['Name', 'namespace', (path) => link(`${namespacePath(namespace)}/${seg(entry(path))}`, entry(path))],
			['Task', 'taskId', taskLink], ['Rank', 'rank', Number], ['Expires', 'expires', when],
		], `index/v1/tasks/${seg(namespace)}`, 'tasks', signal)));
}
