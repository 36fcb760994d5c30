// SPDX-License-Identifier: MPL-2.0
// Times and routes of the sandbox's page, and which tasks are the latest.
'use strict';
const assert = require('assert');
const { duration, ago, exactly, route, routeOf, setOffset } = require('./parts.js')(['elements.js', 'router.js'],
	['duration', 'ago', 'exactly', 'route', 'routeOf', 'setOffset: (ms) => (globalThis.clockOffset = ms)']);

setOffset(0);

// ---- times ----

const minute = 60000, hour = 60 * minute, day = 24 * hour;
for (const [ms, text] of [[-5, '0 ms'], [0, '0 ms'], [999, '999 ms'], [1000, '1 s'], [4250, '4.2 s'], [9999, '9.9 s'], [10000, '10 s'],
	[59999, '59 s'], [minute, '1 min'], [minute + 999, '1 min'], [hour - 1, '59 min 59 s'], [hour, '1 h'], [hour + 5 * minute, '1 h 5 min'],
	[day - 1, '23 h 59 min'], [day, '1 d'], [3 * day + 4 * hour, '3 d 4 h']])
	assert.strictEqual(duration(ms), text, String(ms));

const from = (ms) => ago(new Date(Date.now() + ms).toISOString());
for (const [ms, text] of [[0, 'now'], [-3 * minute - 500, '3 min ago'], [-2 * day, '2 d ago'], [2 * hour + minute, 'in 2 h'], [-1500, '1 s ago']])
	assert.strictEqual(from(ms), text);
setOffset(hour); // of the sandbox's clock
assert.strictEqual(from(0), '1 h ago');
assert.strictEqual(exactly('2026-11-29T10:04:05.678Z'), '2026-11-29 10:04:05 UTC');

// ---- routes: the first that was made counts ----

const show = (name) => () => name;
route('/', show('overview'));
route('/tasks/index/:namespace', show('index'));
route('/tasks/:taskId', show('task'));
route('/tasks/:taskId/runs/:runId/logs/live/:name+', show('log'));
route('/p/:list(pending|claimed)-tasks', show('list'));

function leads(path, name, args) {
	const found = routeOf(path);
	assert.deepStrictEqual(found && [found.show(), found.args], name && [name, args], path);
}

leads('/', 'overview', {});
leads('/tasks/index/a.b', 'index', { namespace: 'a.b' });
leads('/tasks/index', 'task', { taskId: 'index' });
leads('/tasks/x/', 'task', { taskId: 'x' });
leads('/tasks/a%2Fb%20c', 'task', { taskId: 'a/b c' });
leads('/tasks/%zz', 'task', { taskId: '%zz' });
leads('/tasks/x/runs/0/logs/live/public/logs/live.log', 'log', { taskId: 'x', runId: '0', name: 'public/logs/live.log' });
leads('/p/claimed-tasks', 'list', { list: 'claimed' });
leads('/p/other-tasks', undefined);
leads('/tasks/x/y', undefined);
leads('/tasks', undefined);

// ---- the latest tasks, in the order in which they were made, whatever their `created` says ----

const { setTasks, putTasks } = require('./parts.js')(['elements.js', 'overview.js'], ['setTasks', 'putTasks']);

// As keyedTable, without elements: `seen` has the keys from top to bottom.
class Table {
	rows = new Map();
	seen = [];

	put(row, first) {
		const { taskId } = row.status;
		if (!this.rows.has(taskId))
			this.seen[first ? 'unshift' : 'push'](taskId);
		this.rows.set(taskId, row);
	}

	drop(taskId) {
		this.rows.delete(taskId);
		this.seen = this.seen.filter((one) => one !== taskId);
	}

	set(rows) {
		[...this.rows.keys()].forEach((taskId) => this.drop(taskId));
		rows.forEach((row) => this.put(row));
	}
}

const made = Array.from({ length: 70 }, (none, i) =>
	({ status: { taskId: `t${i}` }, task: { created: new Date(i % 7 ? 0 : 1000 * (70 - i)).toISOString() } }));
const latest = new Table();
setTasks(latest, made.slice(0, 50).reverse());
for (const one of made.slice(50)) {
	putTasks(latest, [{ status: one.status }, one]);
	putTasks(latest, [{ status: made[30].status }]); // which has another state
}
assert.deepStrictEqual(latest.seen, made.slice(-50).reverse().map(({ status }) => status.taskId));
