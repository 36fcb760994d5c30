// SPDX-License-Identifier: MPL-2.0
'use strict';
const assert = require('assert');
const { LogPlace, lineAt, topOf, endOf, LOG_ROW, LOG_HIGHEST } =
	require('./parts.js')(['ansi.js', 'log.js'], ['LogPlace', 'lineAt', 'topOf', 'endOf', 'LOG_ROW', 'LOG_HIGHEST']);

// ---- from one source to another ----

function bytes(length, first = 0) {
	return Uint8Array.from({ length }, (none, i) => (first + i) * 7 % 251);
}

// Gives a source's bytes in pieces; what was new of them, or null.
function give(place, source, piece) {
	const fresh = [];
	for (let at = 0; at < source.length; at += piece) {
		const some = place.take(at, source.subarray(at, at + piece));
		if (!some)
			return null;
		fresh.push(...some);
	}
	return fresh;
}

for (const [known, all, pieces] of [[0, 100, [1, 7, 100]], [10, 10, [3, 10]], [5000, 20000, [997, 4096, 20000]],
	[4096, 4097, [1, 4096]]])
	for (const piece of pieces) {
		const place = new LogPlace(), whole = bytes(all);
		assert.deepStrictEqual(give(place, whole.subarray(0, known), 1000), [...whole.subarray(0, known)]);
		assert.deepStrictEqual(give(place, whole, piece), [...whole.subarray(known)], `${known} of ${all} by ${piece}`);
		assert.strictEqual(place.passed, all);
	}

const place = new LogPlace(), source = bytes(10000);
give(place, source, 1000);
assert.deepStrictEqual(give(place, source.subarray(0, 3000), 1000), []); // it lacks what is known: nothing new
assert.strictEqual(place.passed, 10000);
for (const [at, isSame] of [[9999, false], [10000 - 4096, false], [10000 - 4097, true]]) { // the last 4 KiB are looked at
	const other = bytes(12000);
	other[at] ^= 1;
	const begun = Object.assign(new LogPlace(), place);
	assert.strictEqual(give(begun, other, 1000) !== null, isSame, `another byte ${at}`);
}

// ---- what is seen ----

const rows = 30.5;
for (const count of [0, 1, 30, 31, 1000, 800000, 1e6, 2e7])
	for (const wraps of [false, true]) {
		const end = endOf(count, rows, wraps), height = topOf(end, count);
		assert.strictEqual(end, Math.max(0, wraps ? count - 1 : count - rows));
		assert(height <= LOG_HIGHEST + 1, `${count} lines are ${height} px`);
		assert(count > 8e5 || height === end * LOG_ROW, `${count} lines have their own height`);
		for (const line of [0, 1, 29.5, 999, 654321, end].filter((one) => one <= end))
			assert(Math.abs(lineAt(topOf(line, count), count) - line) < 1e-6, `line ${line} of ${count}`);
	}
