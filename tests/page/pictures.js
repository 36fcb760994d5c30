// SPDX-License-Identifier: MPL-2.0
'use strict';
const { browse } = require('./driver.js');
const { api, createTask, newId, root, startWorker } = require('./world.js');

const log = [
	'\\033[36m$\\033[0m make -C build test',
	'[  1/214] Building C object core/json/read.o',
	'[ 97/214] Building C object core/json/write.o',
	'\\033[1;35mwarning:\\033[0m unused variable \\033[1mlength\\033[0m [-Wunused-variable]',
	'[214/214] Linking C executable bin/tests',
	'      Start   1: json.read',
	'\\033[32m  1/3 Test   #1: json.read ......   Passed\\033[0m    0.12 sec',
	'\\033[32m  2/3 Test   #2: json.write .....   Passed\\033[0m    0.09 sec',
	'\\033[31m  3/3 Test   #3: json.depth .....***Failed\\033[0m    0.41 sec',
	'    expected 1000, got 999 at depth.c:81',
	'\\033[33m67%% tests passed, 1 tests failed out of 3\\033[0m',
];

// name: [what it waits for, the command]
const push = {
	decision: [[], 'true'],
	'toolchain-linux': [['decision'], 'true'],
	'toolchain-macos': [['decision'], 'true'],
	'toolchain-windows': [['decision'], 'true'],
	'build-linux': [['toolchain-linux'], 'sleep 0.3'],
	'build-linux-asan': [['toolchain-linux'], 'sleep 0.2'],
	'build-macos': [['toolchain-macos'], 'sleep 0.2'],
	'build-windows': [['toolchain-windows'], 'true'],
	'test-linux-unit': [['build-linux'], `printf '${log.join('\\n')}\\n'; exit 8`],
	'test-linux-browser': [['build-linux'], 'sleep 0.2'],
	'test-linux-asan': [['build-linux-asan'], 'true'],
	'test-macos-unit': [['build-macos'], 'true'],
	'test-windows-unit': [['build-windows'], 'sleep 0.1'],
	'sign-macos': [['build-macos'], 'sleep 30'],
	'sign-windows': [['build-windows'], 'true'],
	'package-linux': [['build-linux', 'test-linux-unit'], 'true'],
	publish: [['package-linux', 'sign-macos', 'sign-windows'], 'true'],
};

function createPush() {
	const ids = Object.fromEntries(Object.keys(push).map((name) => [name, newId()]));
	for (const [name, [dependencies, command]] of Object.entries(push))
		createTask(name, command, { taskId: ids[name], taskGroupId: ids.decision, schedulerId: 'project', projectId: 'project',
			dependencies: dependencies.map((one) => ids[one]), priority: 'low', routes: [`index.project.main.latest.${name}`],
			metadata: { name, description: 'A part of the push', owner: 'ada@example.com', source: 'https://example.com/project' } });
	return ids;
}

const stateOf = (taskId) => api(['queue', 'status', taskId]).status.state;

const views = { '': { width: 1280, height: 700 }, '-dark': { width: 1280, height: 700, dark: true },
	'-narrow': { width: 400, height: 800 } };

async function takePicture(page, name, path, text) {
	for (const [kind, view] of Object.entries(views)) {
		await page.view(view);
		await page.go(root + path);
		await page.seesText(text);
		await page.until('all of it', () => document.fonts.status === 'loaded' && document.querySelector('svg, .log code, td'));
		await page.screenshot(`page-${name}${kind}`);
	}
}

browse(async (page) => {
	const ids = createPush();
	api(['hooks', 'createHook', 'project', 'nightly'], { schedule: ['0 0 3 * * *'],
		metadata: { name: 'nightly', description: 'Builds every night', owner: 'ada@example.com' },
		task: { taskQueueId: 'test/worker', payload: {}, created: { $fromNow: '' }, deadline: { $fromNow: '1 hour' },
			metadata: { name: 'nightly', description: 'd', owner: 'ada@example.com', source: 'https://example.com/' } } });
	const workers = [startWorker(), startWorker()];
	await page.wait('the tests', async () => ['test-linux-unit', 'test-windows-unit', 'test-linux-asan', 'sign-windows']
		.every((name) => !['unscheduled', 'pending', 'running'].includes(stateOf(ids[name]))));
	await page.go(process.env.PAGE_LINK);
	await page.sees('button', 'Sign out');
	await takePicture(page, 'overview', '/', 'publish');
	await takePicture(page, 'group', `/tasks/groups/${ids.decision}`, 'of 17 tasks');
	await takePicture(page, 'log', `/tasks/${ids['test-linux-unit']}/runs/0/logs/public/logs/live_backing.log`, 'tests passed');
	await Promise.all(workers.map((worker) => worker.stop()));
});
