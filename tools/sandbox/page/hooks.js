/* SPDX-License-Identifier: MPL-2.0 */

route('/hooks', async (main, args, signal) => main.append(heading('Hooks'), await hooksTable(signal)));
route('/hooks/:group', async (main, { group }, signal) =>
	main.append(heading(group, link('/hooks', 'Hooks')), await hooksTable(signal, [group])));
route('/hooks/:group/:hookId', showHook);

async function hooksTable(signal, groups) {
	const of = async (group) => (await call('GET', `hooks/v1/hooks/${seg(group)}`, { signal })).hooks;
	const all = groups || (await call('GET', 'hooks/v1/hooks', { signal })).groups;
	return table('Hooks', [
		['Group', 'hookGroupId', (group) => link(`/hooks/${seg(group)}`, group)],
		['Hook', ({ hookGroupId, hookId }) => link(`/hooks/${seg(hookGroupId)}/${seg(hookId)}`, hookId)],
		['Schedule', ({ schedule }) => schedule.join(', ')],
		['Description', ({ metadata }) => metadata.description],
	], (await Promise.all(all.map(of))).flat());
}

const fireColumns = [['Fired', 'taskCreateTime', when], ['By', 'firedBy'],
	['Task', ({ result, taskId }) => result === 'success' && taskId, taskLink],
	['State', ({ result, taskState }) => result === 'success' && taskState, stateBadge],
	['Error', ({ error }) => error || null, (text) => h('details', {}, h('summary', {}, 'refused'), pre(text))]];

async function showHook(main, { group, hookId }, signal) {
	const path = `hooks/v1/hooks/${seg(group)}/${seg(hookId)}`;
	main.append(heading(hookId, link('/hooks', 'Hooks'), link(`/hooks/${seg(group)}`, group)));
	const hook = await call('GET', path, { signal });
	const { nextScheduledDate } = await call('GET', `${path}/status`, { signal });
	const fires = h('div');
	// There is no list before the first.
	const loadFires = () => loadInto(fires, async () => {
		const found = await call('GET', `${path}/last-fires`, { query: { limit: 100 }, signal }).catch(unlessMissing);
		return table('Last fires', fireColumns, found?.lastFires || [], 'Not fired yet.');
	});
	loadFires();
	main.append(facts([['Name', hook.metadata.name], ['Description', hook.metadata.description], ['Owner', hook.metadata.owner],
		['Schedule', hook.schedule.join(', ')], ['Next run', nextScheduledDate && when(nextScheduledDate)]]),
	triggerSection(path, hook, loadFires), section('Last fires', fires), section('Definition', json(hook)));
	await watch('overview', { changed: ({ what }) => what === 'hooks' && loadFires(), lost: loadFires }, signal);
}

// Resolves to the id of the task that it made; a hook need not make one.
async function triggerHook(path, body) {
	return (await call('POST', `${path}/trigger`, { body })).taskId;
}

function triggerSection(path, { triggerSchema }, triggered) {
	const payload = h('textarea', { spellcheck: 'false' }, '{}');
	const button = action('Trigger', async () => {
		const taskId = await triggerHook(path, JSON.parse(payload.value));
		triggered();
		return taskId ? `Triggered: it made the task ${taskId}.` : 'Triggered.';
	});
	return section('Trigger', field('Payload, JSON', payload), button,
		h('details', {}, h('summary', {}, 'Schema of the payload'), json(triggerSchema)));
}
