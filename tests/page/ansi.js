// SPDX-License-Identifier: MPL-2.0
'use strict';
const assert = require('assert');
const { LogText } = require('./parts.js')(['ansi.js'], ['LogText']);

const calm = { throwIfAborted() {} };

function read(...pieces) {
	const log = new LogText();
	pieces.forEach((piece) => log.add(Buffer.from(piece)));
	return log;
}

// Each line as text with its style in braces, colours by their numbers: "{1 bold}error{}: no file".
function written(log) {
	const name = ({ fore, back, ...others }) => [fore, back && `on ${back}`,
		...Object.keys(others).filter((one) => others[one])].filter(Boolean).join(' ').replace(/var\(--ansi-(\d+)\)/g, '$1');
	return Array.from({ length: log.count }, (none, line) => log.spans(line)
		.map(({ text, style }) => (name(style) ? `{${name(style)}}${text}` : text)).join('{}'));
}

function shows(bytes, ...lines) {
	assert.deepStrictEqual(written(read(bytes)), lines, JSON.stringify(bytes));
}

// ---- styles ----

shows('', ...[]);
shows('a\nb', 'a', 'b');
shows('a\n\nb\n', 'a', '', 'b');
shows('\x1b[31mred\x1b[0m plain', '{1}red{} plain');
shows('\x1b[1;4;91mloud\x1b[22mless\x1b[24;39mnone', '{9 bold underline}loud{}{9 underline}less{}none');
shows('\x1b[2;3mfaint\x1b[22mslanted\x1b[23m.', '{dim italic}faint{}{italic}slanted{}.');
shows('\x1b[7;42mturned\x1b[27;49m.', '{on 2 reverse}turned{}.');
shows('\x1b[38;5;208mo\x1b[48;5;232mg\x1b[38;5;3my', '{rgb(255,135,0)}o{}{rgb(255,135,0) on rgb(8,8,8)}g{}{3 on rgb(8,8,8)}y');
shows('\x1b[38;2;1;2;3;1mx', '{rgb(1,2,3) bold}x');
shows('\x1b[38:2::1:2:3mx\x1b[38:2:4:5:6my\x1b[38:5:1mz', '{rgb(1,2,3)}x{}{rgb(4,5,6)}y{}{1}z');
shows('\x1b[32mlasts\nbehind\x1b[m the end\nof a line', '{2}lasts', '{2}behind{} the end', 'of a line');

// ---- what is dropped, and what is not ----

shows('a\x1b[2K\x1b[10;20H\x1b[?25lb', 'ab');
shows('\x1b]0;title\x07a\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\b', 'alinkb');
shows('\x1bPq#0~\x1b\\a\x1b(Bb\x1b7c\x1b=d', 'abcd');
shows('\x1b]0;never ends\nnext', '', 'next');
shows(`\x1b]${'x'.repeat(5000)}end`, `${'x'.repeat(904)}end`);
shows('\x1b[31\nm', '', 'm');
shows('\x1b[3é1m', 'é1m');
shows('a\0\x08\x7fb\tc', 'ab\tc');
shows('\x1b\x1b[31mx', '{1}x');
shows('a\u202eb\u2066c\u200bd\x9b31me', 'a<U+202E>b<U+2066>c<U+200B>d<U+009B>31me');
shows(Buffer.from([0x61, 0xff, 0xc3, 0x62]), 'a\ufffd\ufffdb');
shows('<img src=x onerror=alert(1)>&amp;', '<img src=x onerror=alert(1)>&amp;');

// ---- carriage returns ----

shows('10%\r50%\r100%\ndone', '100%', 'done');
shows('a\r\nb\r\r\nc\r', 'a', 'b', 'c');
shows('50%\r\x1b[K60%\r', '60%');
shows('x\x1b[31m1%\r2%\x1b[1G3%\x1b[0m\r\x1b[32m\ny', '{1}3%', '{2}y');
shows('a\r\x1b[31m\n\x1b[0mb', 'a', 'b');

// ---- wherever it is cut ----

const hostile = 'é€😀\x1b[1;38;5;208mx\x1b]0;t\x1b\\\x1b]8;;\x07\r\n' +
	'50%\r\x1b[K\x1b[32m60%\x1b[G7\x1b[m\x1b(B\r\n\x1b[3\nx\ry\n\x1b\x1b[4mz\u202e\x9b';
const bytes = Buffer.from(hostile), whole = written(read(bytes));
for (let i = 0; i <= bytes.length; i++)
	for (let j = i; j <= bytes.length; j++) {
		const cut = read(bytes.subarray(0, i), bytes.subarray(i, j), bytes.subarray(j));
		assert.deepStrictEqual(written(cut), whole, `cut at ${i} and ${j}`);
	}
assert.deepStrictEqual(written(read(...Array.from(bytes, (byte) => [byte]))), whole);

const long = read('\x1b[35m' + 'line\n'.repeat(1000));
for (const line of [0, 255, 256, 511, 512, 999])
	assert.deepStrictEqual(written({ count: 1, spans: () => long.spans(line) }), ['{5}line'], `line ${line}`);

// ---- much of it ----

function much(line, count) {
	const piece = Buffer.from(line.repeat(1000)), log = new LogText(), begun = process.cpuUsage();
	for (let i = 0; i < count / 1000; i++)
		for (let at = 0; at < piece.length; at += 65536)
			log.add(piece.subarray(at, at + 65536));
	return { log, ms: process.cpuUsage(begun).user / 1000 }; // of the processor: others use it, too
}

async function lastly() {
	const { log, ms } = much(
		'\x1b[32m[task 10:00:00.000]\x1b[0m cc -O2 -Wall -c somewhere/in/a/folder/file.c -o somewhere/else/file.o\n', 1e6);
	assert.strictEqual(log.count, 1e6);
	assert(ms < 3000, `a million lines took ${ms} ms`);
	assert.deepStrictEqual(log.spans(777777)[0].text, '[task 10:00:00.000]');
	log.add(Buffer.from('the Needle\nand more'));
	assert.strictEqual(await log.find('needle', 5, calm), 1e6);
	assert.strictEqual(await log.find('CC -o2', 1e6, calm), 0); // round
	assert.strictEqual(await log.find('000] cc', 300, calm), 300); // across a style
	assert.strictEqual(await log.find('nowhere', 0, calm), -1);
	const endless = much('\x1b[31mx'.repeat(20), 5e5).log; // a line of 60 MB
	endless.add(Buffer.from('\x1b[0\nbehind\n'));
	const shown = written(endless);
	assert.strictEqual(shown.length, 2);
	assert(shown[0].startsWith('{1}x{}{1}x') && shown[0].endsWith('{1}x{} (the rest of the line is in the download)'));
	assert.strictEqual(shown[1], '{1}behind');
	assert.deepStrictEqual(written(read('x'.repeat(30000), '\r', 'y')), ['y']);
	assert.deepStrictEqual(written(much('\x1b[32m50%\x1b[0m\r', 1e5).log), ['{2}50%']); // nothing is kept of what was overwritten
	console.log(`a million lines: ${Math.round(ms)} ms`);
}

lastly();
