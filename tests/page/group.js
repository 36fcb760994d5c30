// SPDX-License-Identifier: MPL-2.0
// What the page computes of a task group: the functions are taken from its script, which touches no document until it starts.
'use strict';
const assert = require('assert');
const { test } = require('node:test');
const { chainGraph, mixedGraph, pushGraph } = require('./graphs.js');
const parts = require('./parts.js');

const { layoutGraph, ownDependencies, edge, shortName, spansOf, timelineOf, ticksOf, fits, unmetOf } = parts(
	['elements.js', 'api.js', 'group.js', 'layout.js', 'graph.js', 'timeline.js'],
	['layoutGraph', 'ownDependencies', 'edge', 'shortName', 'spansOf', 'timelineOf', 'ticksOf', 'fits', 'unmetOf']);

// ---- graphs ----

function tasksOf(graph) {
	return graph.map(({ name, needs }, i) => ({ id: `id-${i}`, name, dependencies: needs.map((other) => `id-${other}`) }));
}

function nodesOf(tasks, aspect = 2) {
	return new Map(layoutGraph(tasks, aspect).nodes.map((node) => [node.name, node]));
}

function task(name, ...dependencies) {
	return { id: name, name, dependencies };
}

test('a layer is the longest chain of what a task waits for', () => {
	const nodes = nodesOf([task('a'), task('b', 'a'), task('c', 'a', 'b'), task('d')]);
	assert.deepStrictEqual(['a', 'b', 'c', 'd'].map((name) => nodes.get(name).layer), [0, 1, 2, 0]);
	assert.ok(nodes.get('a').x < nodes.get('b').x && nodes.get('b').x < nodes.get('c').x);
	assert.deepStrictEqual(nodes.get('c').from.map(({ id }) => id), ['a', 'b']);
	assert.deepStrictEqual(nodes.get('a').to.map(({ id }) => id), ['b', 'c']);
});

test('a dependency of another group is a node, one named twice is one edge, and on itself none', () => {
	const nodes = nodesOf([task('a', 'elsewhere', 'elsewhere', 'a')]);
	assert.deepStrictEqual([...nodes.keys()].sort(), ['a', 'elsewhere']);
	assert.deepStrictEqual(nodes.get('a').from.map(({ id }) => id), ['elsewhere']);
	assert.strictEqual(nodes.get('a').layer, 1);
});

test('tasks that wait for each other are nodes, too', () => {
	const nodes = nodesOf([task('first'), task('a', 'c', 'first'), task('b', 'a'), task('c', 'b'), task('last', 'c')]);
	assert.deepStrictEqual([...nodes.values()].map(({ name, layer }) => `${name} ${layer}`).sort(), ['a 1', 'b 2', 'c 3', 'first 0', 'last 4']);
});

test('nothing is laid out, too', () => {
	assert.deepStrictEqual(layoutGraph([], 2).nodes, []);
	assert.ok(layoutGraph([], 2).height > 0);
});

test('no two boxes overlap, and all are within the drawing', () => {
	for (const graph of [pushGraph(300), mixedGraph(500), chainGraph(100)]) {
		const { nodes, width, height } = layoutGraph(tasksOf(graph), 2);
		assert.strictEqual(nodes.length, graph.length);
		assert.ok(nodes.every(({ x, y }) => x >= 0 && x + 160 <= width && y >= 0 && y + 20 <= height));
		const sorted = [...nodes].sort((a, b) => a.x - b.x || a.y - b.y);
		assert.ok(sorted.every((node, i) => !i || sorted[i - 1].x !== node.x || sorted[i - 1].y + 20 < node.y));
	}
});

test('the drawing is about as wide as the window', () => {
	for (const aspect of [0.5, 1, 2.4]) {
		const { width, height } = layoutGraph(tasksOf(pushGraph(1000)), aspect);
		assert.ok(width / height <= aspect && width / height > aspect * 0.6, `${width} by ${height} for ${aspect}`);
	}
});

test('tasks in any order are laid out the same', () => {
	const tasks = tasksOf(mixedGraph(400));
	const places = (all) => JSON.stringify(layoutGraph(all, 2).nodes.map(({ id, x, y }) => [id, x, y]));
	assert.strictEqual(places(tasks), places([...tasks].reverse()));
	assert.strictEqual(places(tasks), places([...tasks].sort((a, b) => (a.id.at(-1) < b.id.at(-1) ? -1 : 1))));
});

test('chains beside each other do not cross', () => {
	const tasks = [];
	for (let i = 0; i < 20; i++)
		for (let step = 0; step < 4; step++) // names that sort differently in each layer
			tasks.push({ id: `${i}-${step}`, name: `${(i * (2 * step + 1)) % 20 + 10}`, dependencies: step ? [`${i}-${step - 1}`] : [] });
	const { nodes } = layoutGraph(tasks, 1);
	assert.ok(nodes.every(({ y, from }) => from.every((other) => other.y === y)));
});

test('an edge that another dependency implies is not drawn', () => {
	const nodes = nodesOf([task('decision'), task('build', 'decision'), task('test', 'decision', 'build')]);
	assert.deepStrictEqual(ownDependencies(nodes.get('test')).map(({ id }) => id), ['build']);
	assert.deepStrictEqual(ownDependencies(nodes.get('build')).map(({ id }) => id), ['decision']);
});

test('an edge goes from the right of one box to the left of the other', () => {
	assert.strictEqual(edge({ x: 0, y: 0 }, { x: 260, y: 30 }), 'M160 10c50 0 50 30 100 30');
});

test('3,000 tasks are laid out at once', () => {
	const tasks = tasksOf(mixedGraph(3000));
	const took = Array.from({ length: 5 }, () => {
		const start = performance.now();
		layoutGraph(tasks, 2).nodes.forEach(ownDependencies);
		return performance.now() - start;
	});
	assert.ok(Math.min(...took) < 150, `${took} ms`);
});

test('both ends of a long name are kept', () => {
	assert.strictEqual(shortName('build-linux'), 'build-linux');
	assert.strictEqual(shortName('test-linux1804-64/opt-xpcshell-12'), 'test-li…-xpcshell-12');
});

// ---- the timeline ----

const T = Date.parse('2026-01-01T10:00:00.000Z');
const at = (seconds) => new Date(T + 1000 * seconds).toISOString();
const run = (runId, state, times, reasons = {}) => ({ runId, state, reasonCreated: 'scheduled', scheduled: at(times[0]),
	...(times[1] !== undefined && { started: at(times[1]) }), ...(times[2] !== undefined && { resolved: at(times[2]) }), ...reasons });
const short = ({ kind, state, start, end }) => [kind, state, (start - T) / 1000, (end - T) / 1000];

test('a run waited, then ran', () => {
	const spans = spansOf({ runs: [run(0, 'completed', [0, 5, 65], { reasonResolved: 'completed' })] }, T);
	assert.deepStrictEqual(spans.map(short), [['waited', 'completed', 0, 5], ['ran', 'completed', 5, 65]]);
	assert.deepStrictEqual(spans.map(({ text }) => text), ['Run 0 waited 5 s', 'Run 0 ran 1 min: completed']);
});

test('what has not ended lasts until now', () => {
	assert.deepStrictEqual(spansOf({ runs: [run(0, 'running', [0, 5])] }, T + 9000).map(short), [['waited', 'running', 0, 5], ['ran', 'running', 5, 9]]);
	assert.deepStrictEqual(spansOf({ runs: [run(0, 'pending', [1])] }, T + 9000).map(short), [['waited', 'pending', 1, 9]]);
	assert.deepStrictEqual(spansOf({ runs: [] }, T), []);
});

test('a run that was canceled before it started waited only', () => {
	const exception = run(0, 'exception', [0, undefined, 4], { reasonResolved: 'canceled' });
	assert.deepStrictEqual(spansOf({ runs: [exception] }, T + 9000).map(short), [['waited', 'exception', 0, 4]]);
});

test('a retry says so', () => {
	const runs = [run(0, 'exception', [0, 1, 2], { reasonResolved: 'worker-shutdown' }), run(1, 'running', [2, 3], { reasonCreated: 'retry' })];
	assert.deepStrictEqual(spansOf({ runs }, T + 4000).map(({ text }) => text),
		['Run 0 waited 1 s', 'Run 0 ran 1 s: worker-shutdown', 'Run 1 (retry) waited 1 s', 'Run 1 (retry) ran 1 s: running']);
});

test('rows are in the order in which they were scheduled, and tasks that never were are none', () => {
	const item = (name, ...runs) => ({ name, status: { runs } });
	const { rows, start, end } = timelineOf([item('late', run(0, 'completed', [20, 21, 30])), item('never'), item('b', run(0, 'completed', [0, 1, 9])),
		item('a', run(0, 'completed', [0, 1, 9]))], T + 99000);
	assert.deepStrictEqual(rows.map(({ item: { name } }) => name), ['a', 'b', 'late']);
	assert.deepStrictEqual([start, end], [T, T + 30000]);
});

test('an empty timeline has a length', () => {
	assert.deepStrictEqual(timelineOf([], T), { rows: [], start: T, end: T + 1000 });
});

test('ticks are at round times, as many as there is room for', () => {
	assert.deepStrictEqual(ticksOf(T + 500, T + 3500, 8).map(({ text }) => text), ['10:00:01', '10:00:02', '10:00:03']);
	assert.deepStrictEqual(ticksOf(T, T + 3600000, 8).map(({ text }) => text),
		['10:00', '10:10', '10:20', '10:30', '10:40', '10:50', '11:00']);
	assert.deepStrictEqual(ticksOf(T, T + 20 * 86400000, 8).map(({ text }) => text.slice(5)),
		['01-04', '01-07', '01-10', '01-13', '01-16', '01-19']);
	for (const seconds of [1, 7, 100, 4000, 86400, 9e6])
		assert.ok(ticksOf(T, T + 1000 * seconds, 8).length <= 9, `${seconds} s`);
});

// ---- what is shown ----

test('a filter takes part of a name, whatever its letters, and states', () => {
	const item = { name: 'Build-Linux', state: 'failed' };
	assert.ok(fits({ text: '', states: new Set(['failed']) }, item));
	assert.ok(fits({ text: 'd-lin', states: new Set(['failed']) }, item));
	assert.ok(!fits({ text: 'windows', states: new Set(['failed']) }, item));
	assert.ok(!fits({ text: '', states: new Set(['running']) }, item));
});

test('what a task still waits for is what is not as it requires', () => {
	const items = new Map([['a', { state: 'completed' }], ['b', { state: 'failed' }], ['c', { state: 'running' }]]);
	const waiting = (requires) => ({ state: 'unscheduled', task: { requires, dependencies: ['a', 'b', 'c', 'of another group'] } });
	assert.strictEqual(unmetOf(waiting('all-completed'), items), 2);
	assert.strictEqual(unmetOf(waiting('all-resolved'), items), 1);
	assert.strictEqual(unmetOf({ ...waiting('all-completed'), state: 'running' }, items), 0);
});
