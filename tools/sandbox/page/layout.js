/* SPDX-License-Identifier: MPL-2.0 */

// ---- where the tasks of a graph stand, in px of a drawing that is zoomed as a whole ----

const BOX = { width: 160, height: 20, column: 172, row: 27, gap: 56 };

// [{ id, name, dependencies: [id…] }] and the window's width by height -> { nodes, width, height }. A node is { id, name,
// from: [node…] (what it waits for), to: [node…], layer, x, y }; tasks of other groups are nodes, too. Its layer is the longest
// chain of what it waits for. Tasks in any order are laid out the same. O(n log n + edges).
function layoutGraph(tasks, aspect) {
	const layers = layersOf(linkedNodes(tasks));
	layers.forEach(spread);
	for (let sweep = 0; sweep < 2; sweep++) {
		layers.forEach((layer) => arrange(layer, 'from'));
		[...layers].reverse().forEach((layer) => arrange(layer, 'to'));
	}
	layers.forEach((layer) => arrange(layer, 'from'));
	return placed(layers, aspect);
}

function linkedNodes(tasks) {
	const nodes = new Map();
	const nodeOf = (id, name = id) => nodes.get(id) || nodes.set(id, { id, name, from: [], to: [], layer: 0 }).get(id);
	const sorted = [...tasks].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.id < b.id ? -1 : 1));
	sorted.forEach(({ id, name }) => nodeOf(id, name));
	for (const { id, dependencies } of sorted) {
		const node = nodes.get(id);
		for (const other of dependencies.length < 2 ? dependencies : [...new Set(dependencies)].sort()) {
			if (other === id)
				continue; // it waits for itself: to be scheduled by a call
			const awaited = nodeOf(other);
			node.from.push(awaited);
			awaited.to.push(node);
		}
	}
	return [...nodes.values()];
}

// Where tasks wait for each other, as when one was made again after it had expired, the first of them is taken as if it did not.
function layersOf(nodes) {
	const layers = [];
	const ready = nodes.filter((node) => !(node.unmet = node.from.length));
	const rest = nodes[Symbol.iterator]();
	for (let i = 0; i < nodes.length; i++) {
		const node = ready[i] ||= firstUnmet(rest);
		node.unmet = 0;
		(layers[node.layer] ||= []).push(node);
		for (const next of node.to) {
			if (!next.unmet)
				continue;
			next.layer = Math.max(next.layer, node.layer + 1);
			if (!--next.unmet)
				ready.push(next);
		}
	}
	return layers;
}

function firstUnmet(rest) {
	let node;
	do
		node = rest.next().value;
	while (!node.unmet);
	return node;
}

// Places are shares of the layer's height: layers differ in size.
function spread(layer) {
	layer.forEach((node, i) => {
		node.place = (i + 0.5) / layer.length;
	});
}

// Puts each node beside the middle of its neighbours on one side, so that few edges cross.
function arrange(layer, side) {
	for (const node of layer) {
		let sum = 0;
		for (const { place } of node[side])
			sum += place;
		node.middle = sum / node[side].length || node.place;
	}
	layer.sort((a, b) => a.middle - b.middle);
	spread(layer);
}

// How many rows are as wide as they may be: a layer that is longer goes on in columns beside.
function rowsFor(layers, aspect) {
	const width = (rows) => layers.reduce((sum, layer) => sum + Math.ceil(layer.length / rows) * BOX.column + BOX.gap, 0);
	let low = 1;
	let high = Math.max(1, ...layers.map((layer) => layer.length));
	while (low < high) {
		const rows = (low + high) >> 1;
		if (width(rows) > aspect * rows * BOX.row)
			low = rows + 1;
		else
			high = rows;
	}
	return low;
}

function placed(layers, aspect) {
	const height = rowsFor(layers, aspect) * BOX.row;
	let left = 0;
	for (const layer of layers) {
		const columns = Math.ceil(layer.length * BOX.row / height);
		const row = height / Math.ceil(layer.length / columns);
		layer.forEach((node, i) => {
			node.x = left + i % columns * BOX.column;
			node.y = Math.round((Math.floor(i / columns) + 0.5) * row - BOX.height / 2);
		});
		left += columns * BOX.column + BOX.gap;
	}
	return { nodes: layers.flat(), width: Math.max(0, left - BOX.gap - BOX.column + BOX.width), height };
}

// What a node waits for and does not wait for by way of another dependency. A few of each are looked at: it stays linear.
function ownDependencies({ from }) {
	const implied = new Set(from.length < 2 ? [] : from.flatMap((other) => other.from.slice(0, 32)));
	return from.filter((other) => !implied.has(other));
}

function edge(a, b) {
	const bend = (b.x - a.x - BOX.width) / 2;
	return `M${a.x + BOX.width} ${a.y + BOX.height / 2}c${bend} 0 ${bend} ${b.y - a.y} ${2 * bend} ${b.y - a.y}`;
}
