/* SPDX-License-Identifier: MPL-2.0 */

// By the form of each; tools/sandbox/request/fault.h tells them all.
const FAULTS = {
	'close-early': 'the connection is closed, nothing was done',
	'lost-reply': 'the work is done, then the connection is closed',
	'lost-claim=0': 'claims end after so many ms, whatever takenUntil says',
	'stall=1000': 'replies come so many ms later',
	truncate: 'replies end in their middle',
	'status=500': 'refused with that status',
	'retry-after=2': '429 with Retry-After, in s',
	'html-error=502': 'a page of HTML, as a proxy sends it',
	garbage: 'bytes that are no HTTP',
	'clock=600': 'the clock is wrong by so many s',
	'clock-tsm=600': 'the same, and a stale timestamp is answered with ts and tsm',
	'sign-reply': '(no fault) Server-Authorization comes with the reply',
	'bad-reply': 'Server-Authorization comes, and is wrong',
};

// What is switched on, and what switches. It follows the document's events `faults`, whose detail is the list.
function faultsSection(signal) {
	let faults = [];
	const none = h('p', { class: 'quiet' }, signedIn() ? 'None is switched on.' : 'Who is signed in sees and switches them.');
	const shown = h('ul', {});
	const spec = h('input', { size: 40 });
	const menu = h('select', { onchange: () => (spec.value = menu.value) }, h('option', { value: '' }, 'Choose one'),
		Object.entries(FAULTS).map(([form, what]) => h('option', { value: form }, `${form}: ${what}`)));
	const off = action('Switch all off', () => put([]));

	async function put(wanted) {
		await request('PUT', '/sandbox/faults', { body: { faults: wanted } });
		show(wanted);
		return wanted.length ? `Switched on: ${wanted.join(', ')}.` : 'All faults are off.';
	}

	function show(on) {
		faults = on;
		off.hidden = on.length === 0;
		none.hidden = on.length > 0;
		shown.replaceChildren(...on.map((one, i) => h('li', {}, h('code', {}, one), ' ', switchOff(one, i))));
	}

	function switchOff(one, i) {
		const button = action('Switch off', () => put(faults.filter((_, other) => other !== i)));
		button.ariaLabel = `Switch off ${one}`;
		return button;
	}

	show([]);
	document.addEventListener('faults', ({ detail }) => show(detail), { signal });
	if (signedIn())
		request('GET', '/sandbox/faults', { signal }).then((response) => response.json()).then((reply) => show(reply.faults))
			.catch((error) => shown.replaceChildren(refusal(error)));
	return section('Faults', none, shown, off, h('div', { class: 'actions' }, field('Kind of fault', menu), field('Fault', spec),
		action('Switch on', () => put([...faults, spec.value]))),
	h('p', { class: 'quiet' }, ':times=3, :rate=0.1 and :only=queue.createTask may follow a fault.'));
}
