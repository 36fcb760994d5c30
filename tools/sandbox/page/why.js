/* SPDX-License-Identifier: MPL-2.0 */

// ---- why a task does not run ----

// What the stream's `why` says, as far as the API tells: for who has no stream.
async function whyByApi({ taskId, taskQueueId, ...queue }, { dependencies, requires }, signal) {
	const waitsFor = [];
	for await (const some of dependencies.length ? statusesOf(dependencies, signal) : [])
		waitsFor.push(...some.filter((it) => it.taskId !== taskId && !isSatisfied(requires, it.status.state)).map((it) => it.taskId));
	const get = (path) => call('GET', `queue/v1/${path}`, { signal });
	const [{ pendingTasks }, { workers }] = await Promise.all(
		[get(`task-queues/${seg(taskQueueId)}/counts`), get(`${queuePath(queue)}/workers`)]);
	const lastClaimed = workers.map((worker) => worker.lastDateActive || '').sort().pop();
	return { dependencies: dependencies.length, unmet: waitsFor.length, waitsFor: waitsFor.slice(0, 20),
		queue: { taskQueueId, pending: pendingTasks, lastClaimed, refused: null } };
}

function whyUnscheduled({ dependencies, unmet, waitsFor }) {
	if (!unmet)
		return ['nobody has scheduled it, as by scheduleTask.'];
	return [`it waits for ${unmet} of ${dependencies}: `, waitsFor.map((taskId, i) => [i ? ', ' : '', taskLink(taskId)]),
		unmet > waitsFor.length && ` and ${unmet - waitsFor.length} more`, '.'];
}

function whyPending({ queue: { taskQueueId, pending, lastClaimed, refused } }) {
	const queue = queueLink(taskQueueId), others = pending > 1 && ` ${pending} tasks are pending there.`;
	if (refused && !(lastClaimed > refused.when))
		return [refused.clientId === null ? 'a claim by nobody' : `a claim by ${refused.clientId}`, ' from ', queue,
			` was refused ${ago(refused.when)}: ${refused.message.trim().replaceAll('\n', ', ')}.`];
	if (!lastClaimed)
		return ['no worker has ever asked for work of ', queue, '.', others];
	return ['no worker has claimed from ', queue, ` for ${Math.round((now() - Date.parse(lastClaimed)) / 1000)} s.`, others];
}

// A sentence that keeps itself current: { element, show(state, why) }.
function whyLine(signal) {
	const element = h('p', { class: 'why', hidden: true });
	let show = () => {};
	const timer = setInterval(() => element.contains(document.activeElement) || show(), 1000);
	signal.addEventListener('abort', () => clearInterval(timer));
	return { element, show(state, why) {
		const tell = { unscheduled: whyUnscheduled, pending: whyPending }[state];
		element.hidden = !why || !tell;
		show = () => element.hidden || element.replaceChildren(h('span', {}, h('b', {}, 'Why it does not run: '), tell(why)));
		show();
	} };
}
