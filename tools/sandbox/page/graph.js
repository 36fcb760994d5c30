/* SPDX-License-Identifier: MPL-2.0 */

// ---- the dependency graph as it is seen ----

const OUTLINES = {
	unscheduled: 'M0 0h160v20H0z',
	pending: 'M0 0h160v20H0z',
	running: 'M0 0h150l10 10-10 10H0z',
	completed: 'M10 0h140a10 10 0 0 1 0 20H10a10 10 0 0 1 0-20z',
	failed: 'M0 0h160l-8 10 8 10H0l8-10z',
	exception: 'M10 0h140l10 10-10 10H10L0 10z',
	elsewhere: 'M4 4h152v12H4z',
};

// Of a long name both ends tell it from others.
function shortName(name) {
	return name.length > 20 ? `${name.slice(0, 7)}…${name.slice(-12)}` : name;
}

// A group as it is drawn: `element`, and update(changed), where `changed` has the items that did; without, anything may have.
class GraphView {
	boxes = new Map(); // by id: a node's path
	texts = new Map(); // by id: its name, where it can be read
	drawn = 0; // how many tasks there were then
	around = new Set(); // ids of what the selected task waits for, and what waits for it
	pressed = null; // where the pointer was pressed: { node, far }, how far it went since

	constructor(group, signal) {
		this.group = group;
		[this.edges, this.lit, this.shapes] = [s('g', { class: 'edges' }), s('path', { class: 'lit' }), s('g')];
		[this.names, this.tip] = [s('g', { class: 'names' }), s('title')];
		this.drawing = s('g', {}, this.edges, this.lit, this.shapes, this.names);
		this.svg = s('svg', { role: 'img' }, this.drawing);
		this.panel = h('aside', { hidden: true });
		this.element = h('div', { class: 'graph', role: 'application', tabindex: 0, onkeydown: (event) => this.onKey(event),
			'aria-label': 'Dependency graph: arrow keys go along dependencies, Enter opens a task, plus and minus zoom, 0 shows all. ' +
			'The table tells the same.' }, this.svg, this.panel, this.tools());
		this.listen(signal);
	}

	tools() {
		const tool = (text, label, run) => h('button',
			{ type: 'button', 'aria-label': label, title: label, onclick: () => this.graph && run() }, text);
		return h('div', { class: 'tools' }, tool('+', 'Zoom in', () => this.zoom(1.4)), tool('−', 'Zoom out', () => this.zoom(1 / 1.4)),
			tool('0', 'Show all', () => this.fit()));
	}

	// ---- drawing ----

	update(changed) {
		if (this.drawn !== this.group.items.size)
			this.draw();
		else
			(changed || [...this.group.items.values()]).forEach(({ id }) => this.paint(id));
		if (this.selected)
			this.showSelected();
	}

	draw() {
		const { items } = this.group;
		this.size ||= this.measured();
		this.drawn = items.size;
		this.graph = layoutGraph(Array.from(items.values(), ({ id, name, task }) =>
			({ id, name, dependencies: task.dependencies })), this.size.aspect);
		this.nodes = new Map(this.graph.nodes.map((node) => [node.id, node]));
		this.svg.setAttribute('aria-label', `${items.size} tasks and what they wait for`);
		this.drawEdges();
		this.drawBoxes();
		this.names.replaceChildren();
		this.texts.clear();
		this.selected = this.selected && this.nodes.get(this.selected.id);
		if (this.view)
			this.show();
		else
			this.fit(0.9);
	}

	// Asked for before much is drawn: asking lays out what there is.
	measured() {
		const { clientWidth: width, clientHeight: height } = this.svg;
		return { width, height, aspect: width / height || 2 };
	}

	// One path for each layer: an element for each edge would cost more than all else.
	drawEdges() {
		const paths = [];
		for (const node of this.graph.nodes)
			paths[node.layer] = (paths[node.layer] || '') + ownDependencies(node).map((other) => edge(other, node)).join('');
		this.edges.replaceChildren(...paths.filter(Boolean).map((d) => s('path', { d })));
	}

	// Copies of one box for each state: setting all that they share again takes half the time of a large group's first sight.
	drawBoxes() {
		const models = Object.fromEntries(Object.entries(OUTLINES).map(([state, d]) => [state, s('path', { class: `box ${state}`, d })]));
		for (const { id, x, y } of this.graph.nodes) {
			const known = this.boxes.get(id);
			const box = known || models[this.stateOf(id)].cloneNode();
			box.setAttribute('transform', `translate(${x} ${y})`);
			if (!known)
				this.boxes.set(id, Object.assign(box, { task: id }));
			this.paint(id);
		}
		this.shapes.replaceChildren(...this.boxes.values());
	}

	stateOf(id) {
		return this.group.items.get(id)?.state || 'elsewhere';
	}

	paint(id) {
		const state = this.stateOf(id);
		const box = this.boxes.get(id);
		const near = !this.selected ? '' : this.selected.id === id ? ' selected' : this.around.has(id) ? ' near' : '';
		const look = `box ${state}${this.group.items.get(id)?.hidden ? ' dim' : ''}${near}`;
		if (box.getAttribute('class') === look)
			return;
		box.setAttribute('class', look);
		box.setAttribute('d', OUTLINES[state]);
		if (this.texts.has(id))
			this.write(id);
	}

	write(id) {
		const item = this.group.items.get(id);
		const text = this.texts.get(id);
		text.textContent = `${item ? stateLetter(item.state) : '…'} ${shortName(item ? item.name : id)}`;
		text.setAttribute('class', this.boxes.get(id).getAttribute('class').slice('box '.length));
	}

	// ---- what part of it is seen, and how large ----

	// At first, what is wide is seen from its left, as large as can be read.
	fit(least = 0) {
		const { size, graph } = this;
		const scale = Math.min(1.2, size.height / (graph.height + 16), Math.max(least, size.width / (graph.width + 16)));
		this.view = { scale, x: Math.max(8, (size.width - graph.width * scale) / 2), y: (size.height - graph.height * scale) / 2 };
		this.show();
	}

	// Keeps the point x, y of the window where it is.
	zoom(factor, x = this.size.width / 2, y = this.size.height / 2) {
		const { view } = this;
		const scale = Math.min(3, Math.max(0.02, view.scale * factor));
		this.look(x - (x - view.x) * scale / view.scale, y - (y - view.y) * scale / view.scale, scale);
	}

	look(x, y, scale = this.view.scale) {
		this.view = { x, y, scale };
		this.frame ||= requestAnimationFrame(() => this.show());
		this.element.classList.toggle('moving', this.drawn > 1000); // thousands of edges take longer than a frame
		clearTimeout(this.moving);
		this.moving = setTimeout(() => this.element.classList.remove('moving'), 150);
	}

	show() {
		const { x, y, scale } = this.view;
		this.frame = 0;
		this.drawing.setAttribute('transform', `translate(${x} ${y}) scale(${scale})`);
		this.showNames(new Map(this.graph.nodes.filter((node) => scale > 0.45 && this.isSeen(node)).map((node) => [node.id, node])));
	}

	// Names are there only where they can be read.
	showNames(seen) {
		for (const [id, text] of this.texts)
			if (!seen.has(id)) {
				text.remove();
				this.texts.delete(id);
			}
		for (const [id, { x, y }] of seen)
			if (!this.texts.has(id)) {
				this.texts.set(id, s('text', { x: x + 11, y: y + 14 }));
				this.names.append(this.texts.get(id));
				this.write(id);
			}
	}

	isSeen(node) {
		const { view: { x, y, scale }, size } = this;
		const [left, top] = [x + node.x * scale, y + node.y * scale];
		return left > -BOX.width * scale && left < size.width && top > -BOX.height * scale && top < size.height;
	}

	// ---- the task that is selected ----

	select(node) {
		const { around: before, size, view } = this;
		this.selected = node;
		this.around = new Set(node ? [node, ...node.from, ...node.to].map(({ id }) => id) : []);
		[...before, ...this.around].forEach((id) => this.paint(id));
		const edges = node ? [...node.from.map((other) => edge(other, node)), ...node.to.map((other) => edge(node, other))] : [];
		this.lit.setAttribute('d', edges.join(''));
		if (node && !this.isSeen(node))
			this.look(size.width / 2 - (node.x + BOX.width / 2) * view.scale, size.height / 2 - node.y * view.scale);
		this.showSelected();
	}

	// As select, for who does not look: says it, and has the focus where the arrow keys are.
	tellSelected(node) {
		this.select(node);
		this.element.focus();
		say(this.described(node));
	}

	described({ id, name, from, to }) {
		const { state } = this.group.items.get(id) || { state: 'of another group' };
		return `${name}: ${state}, waits for ${from.length}, ${to.length} wait for it`;
	}

	showSelected() {
		const { panel, selected } = this;
		panel.hidden = !selected;
		if (!selected)
			return;
		const item = this.group.items.get(selected.id);
		panel.replaceChildren(h('h2', {}, taskLink(selected.id, selected.name)), item ? stateBadge(item.state) : 'of another group',
			...this.neighbours('Waits for', selected.from), ...this.neighbours('Waited for by', selected.to));
	}

	neighbours(text, all) {
		const button = (node) => h('button',
			{ type: 'button', class: this.stateOf(node.id), onclick: () => this.tellSelected(node) }, node.name);
		return [h('h3', {}, `${text} ${all.length}`), h('ul', {}, all.slice(0, 50).map((node) => h('li', {}, button(node))))];
	}

	// ---- keys, pointer, wheel ----

	// What the arrow keys lead to: along the dependencies, or beside in the layer.
	along(side) {
		return this.selected ? this.selected[side][0] : this.graph.nodes[0];
	}

	beside(step) {
		const { layer, id } = this.selected || { layer: 0 };
		const nodes = this.graph.nodes.filter((node) => node.layer === layer);
		return nodes[id === undefined ? 0 : nodes.findIndex((node) => node.id === id) + step];
	}

	onKey(event) {
		const keys = { '+': () => this.zoom(1.4), '=': () => this.zoom(1.4), '-': () => this.zoom(1 / 1.4), 0: () => this.fit(),
			Escape: () => this.select(), Enter: () => this.selected && go(`/tasks/${seg(this.selected.id)}`),
			ArrowLeft: () => this.along('from'), ArrowRight: () => this.along('to'),
			ArrowUp: () => this.beside(-1), ArrowDown: () => this.beside(1) };
		if (event.target !== this.element || event.ctrlKey || event.metaKey || event.altKey || !keys[event.key] || !this.graph)
			return;
		event.preventDefault();
		const node = keys[event.key](); // where an arrow leads
		if (node)
			this.tellSelected(node);
	}

	nodeOf({ target }) {
		return this.graph && this.nodes.get(target.task);
	}

	onWheel(event) {
		event.preventDefault();
		const { left, top } = this.svg.getBoundingClientRect();
		this.zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.002)), event.clientX - left, event.clientY - top);
	}

	onMove(event) {
		const { pressed } = this;
		if (!pressed || (pressed.far += Math.abs(event.movementX) + Math.abs(event.movementY)) < 5)
			return;
		this.svg.setPointerCapture(event.pointerId);
		this.look(this.view.x + event.movementX, this.view.y + event.movementY);
	}

	onRelease() {
		if (this.pressed?.far < 5)
			this.select(this.pressed.node);
		this.pressed = null;
	}

	onOver(event) {
		const node = this.nodeOf(event);
		if (!node)
			return;
		this.tip.textContent = this.described(node);
		event.target.append(this.tip);
	}

	listen(signal) {
		const on = (name, listener) => this.svg.addEventListener(name, listener, { passive: false });
		on('wheel', (event) => this.onWheel(event));
		on('pointerdown', (event) => (this.pressed = event.button || !this.graph ? null : { node: this.nodeOf(event), far: 0 }));
		on('pointermove', (event) => this.onMove(event));
		on('pointerup', () => this.onRelease());
		on('dblclick', (event) => this.nodeOf(event) && go(`/tasks/${seg(this.nodeOf(event).id)}`));
		on('pointerover', (event) => this.onOver(event));
		const resized = new ResizeObserver(() => {
			this.size = this.measured();
			if (this.view)
				this.show();
		});
		resized.observe(this.svg);
		signal.addEventListener('abort', () => resized.disconnect());
	}
}
