/* SPDX-License-Identifier: MPL-2.0 */

route('/worker-manager', (main, args, signal) => main.append(heading('Worker pools'), list('Worker pools', [
	['Pool', 'workerPoolId', (id) => link(`/worker-manager/${seg(id)}`, id)], ['Provider', 'providerId'],
	['Running', 'runningCount', Number], ['Capacity', 'currentCapacity', Number], ['Description', 'description'],
], 'worker-manager/v1/worker-pools', 'workerPools', signal)));
route('/worker-manager/:workerPoolId', showPool);
route('/worker-manager/:workerPoolId/:part(workers|errors|launch-configs)', showPool);

const poolWorkerColumns = [['Worker', ({ workerGroup, workerId }) => `${workerGroup} / ${workerId}`], ['State', 'state'],
	['Capacity', 'capacity', Number], ['Created', 'created', when], ['Expires', 'expires', when]];
const poolErrorColumns = [['Reported', 'reported', when], ['Kind', 'kind'], ['Title', 'title'],
	['Description', 'description', pre]];

async function showPool(main, { workerPoolId }, signal) {
	const of = (what) => `worker-manager/v1/${what}/${seg(workerPoolId)}`;
	main.append(heading(workerPoolId, link('/worker-manager', 'Worker pools')));
	const { description, owner, providerId, config } = await call('GET', of('worker-pool'), { signal });
	main.append(
		facts([['Task queue', queueLink(workerPoolId)], ['Description', description], ['Owner', owner], ['Provider', providerId]]),
		section('Workers', list('Workers', poolWorkerColumns, of('workers'), 'workers', signal)),
		section('Errors', list('Errors', poolErrorColumns, of('worker-pool-errors'), 'workerPoolErrors', signal)),
		section('Configuration', json(config)));
}
