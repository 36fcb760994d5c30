/* SPDX-License-Identifier: MPL-2.0 */

const queueRoute = '/provisioners/:provisionerId/worker-types/:workerType';
const QUEUE_TASKS = { pending: 'Pending tasks', claimed: 'Claimed tasks' };

route('/provisioners', (main, args, signal) => main.append(heading('Queues'), list('Provisioners', [
	['Provisioner', 'provisionerId', (id) => link(`/provisioners/${seg(id)}`, id)], ['Last active', 'lastDateActive', when],
], 'queue/v1/provisioners', 'provisioners', signal, 'No worker came yet.')));
route('/provisioners/:provisionerId', (main, { provisionerId }, signal) =>
	main.append(heading(provisionerId, link('/provisioners', 'Queues')),
		list('Task queues', [['Task queue', 'taskQueueId', queueLink], ['Last active', 'lastDateActive', when]],
			`queue/v1/provisioners/${seg(provisionerId)}/worker-types`, 'workerTypes', signal)));
route(queueRoute, showQueue);
route(`${queueRoute}/:state(pending|claimed)-tasks`, (main, { state, ...queue }, signal) =>
	main.append(heading(QUEUE_TASKS[state], ...queueLinks(queue)), queueTasks(queue, state, signal)));
route(`${queueRoute}/workers/:workerGroup/:workerId`, showWorker);

function queuePath({ provisionerId, workerType }) {
	return `provisioners/${seg(provisionerId)}/worker-types/${seg(workerType)}`;
}

function queueLinks({ provisionerId, workerType }) {
	return [link('/provisioners', 'Queues'), link(`/provisioners/${seg(provisionerId)}`, provisionerId),
		link(`/${queuePath({ provisionerId, workerType })}`, workerType)];
}

function workerLink(queue, { workerGroup, workerId }) {
	return link(`/${queuePath(queue)}/workers/${seg(workerGroup)}/${seg(workerId)}`, `${workerGroup} / ${workerId}`);
}

// Until when a worker gets no work; false when it does.
function quarantine({ quarantineUntil }) {
	return Date.parse(quarantineUntil) > now() && quarantineUntil;
}

function queueTasks(queue, state, signal) {
	return list(QUEUE_TASKS[state], [
		['Task', ({ taskId, task }) => taskLink(taskId, task.metadata.name)], ['Run', 'runId', Number],
		state === 'pending' ? ['Priority', ({ task }) => task.priority] : ['Worker', (run) => workerLink(queue, run)],
		['Since', ({ inserted, claimed }) => inserted || claimed, when],
	], `queue/v1/task-queues/${seg(`${queue.provisionerId}/${queue.workerType}`)}/${state}`, 'tasks', signal);
}

function queueWorkers(queue, signal) {
	return list('Workers', [
		['Worker', (worker) => workerLink(queue, worker)], ['Latest task', ({ latestTask }) => latestTask?.taskId, taskLink],
		['First claim', 'firstClaim', when], ['Last active', 'lastDateActive', when], ['Quarantined until', quarantine, exactly],
	], `queue/v1/${queuePath(queue)}/workers`, 'workers', signal, 'No worker came yet.');
}

async function showQueue(main, queue, signal) {
	const [queues, provisioner] = queueLinks(queue);
	const workers = renewed(() => queueWorkers(queue, signal));
	const states = Object.keys(QUEUE_TASKS);
	const tasks = states.map((state) => renewed(() => queueTasks(queue, state, signal)));
	const load = () => [workers, ...tasks].forEach((place) => place.load());
	const isOurs = ({ taskQueueId }) => taskQueueId === `${queue.provisionerId}/${queue.workerType}`;
	main.append(heading(queue.workerType, queues, provisioner), section('Workers', workers),
		...states.map((state, i) => section(link(`/${queuePath(queue)}/${state}-tasks`, QUEUE_TASKS[state]), tasks[i])));
	await watch('overview', {
		queues: gathered((events) => events.some((event) => event.queues.some(isOurs)) && load(), 1000),
		lost: load,
	}, signal);
}

// The runs that a worker took of late, the latest first, with what the queue still knows of them.
function recentRuns({ recentTasks }, signal) {
	return Promise.all(recentTasks.toReversed().map(async ({ taskId, runId }) => {
		const found = await call('GET', `queue/v1/task/${seg(taskId)}/status`, { signal }).catch(unlessMissing);
		return { taskId, runId, ...found?.status.runs[runId] };
	}));
}

async function showWorker(main, { workerGroup, workerId, ...queue }, signal) {
	main.append(heading(`Worker ${workerGroup} / ${workerId}`, ...queueLinks(queue)));
	const worker = await call('GET', `queue/v1/${queuePath(queue)}/workers/${seg(workerGroup)}/${seg(workerId)}`, { signal });
	const { firstClaim, lastDateActive, expires } = worker;
	main.append(facts([['First claim', when(firstClaim)], ['Last active', lastDateActive && when(lastDateActive)],
		['Expires', when(expires)], ['Quarantined until', quarantine(worker) && exactly(worker.quarantineUntil)]]),
	section('Recent tasks', table('Recent tasks', [['Task', 'taskId', taskLink], ['Run', 'runId', Number],
		['State', 'state', stateBadge], ['Started', 'started', when]], await recentRuns(worker, signal))));
}
