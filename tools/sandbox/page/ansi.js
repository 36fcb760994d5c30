/* SPDX-License-Identifier: MPL-2.0 */

// ---- a log as a terminal would show it ----

const PLAIN_STYLE = { fore: '', back: '', bold: false, dim: false, italic: false, underline: false, reverse: false };
const SGR_ATTRIBUTES = { 0: PLAIN_STYLE, 1: { bold: true }, 2: { dim: true }, 3: { italic: true }, 4: { underline: true },
	7: { reverse: true }, 22: { bold: false, dim: false }, 23: { italic: false }, 24: { underline: false }, 27: { reverse: false },
	39: { fore: '' }, 49: { back: '' } };
const SGR = /\x1b\[([\d:;]*)m/g;
// CSI; OSC and the like, until BEL or ST; others behind ESC; control characters. Each ends with its line at the latest.
const ESCAPE_SEQUENCE = new RegExp(String.raw`\x1b(?:\[[ -?]{0,99}[@-~]?|[\]PX^_][^\x07\x1b\n]{0,4096}(?:\x07|\x1b\\)?|` +
	String.raw`[ -/]{0,9}[0-~]?)|[\0-\x08\v\f\x0e-\x1f\x7f]`, 'g');
const UNFINISHED_SEQUENCE = /\x1b(?:\[[ -?]{0,99}|[\]PX^_][^\x07\x1b\n]{0,4096}\x1b?|[ -/]{0,9})$/;
// What would change the order of what is read, or is not seen: it is shown by its name.
const DECEPTIVE = /[\x80-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;
const LOG_BLOCK = 256; // lines that are one string: a string for each would take more than its text
const LOG_LONGEST = 20000; // characters of a line that are kept; the download has the rest

// The 16 colours are the style sheet's; then come a cube of 6 * 6 * 6, and greys.
function paletteColour(n) {
	if (n < 16)
		return `var(--ansi-${n})`;
	const cube = [(n - 16) / 36, (n - 16) / 6 % 6, (n - 16) % 6].map((of) => (of < 1 ? 0 : 55 + 40 * Math.floor(of)));
	return `rgb(${n > 231 ? Array(3).fill(10 * n - 2312) : cube})`;
}

// Changes a style by the parameters of an SGR sequence, "1;31", "38;5;208", "48:2::1:2:3".
function restyle(style, parameters) {
	const codes = parameters.replace('::', ':').split(/[:;]/).map(Number);
	while (codes.length) {
		const code = codes.shift(), bright = code < 90 ? 0 : 8, colour = code - (bright ? 90 : 30);
		const layer = colour < 10 ? 'fore' : 'back';
		if (code === 38 || code === 48) {
			const [kind, ...values] = codes.splice(0, codes[0] === 5 ? 2 : 4);
			style[layer] = kind === 5 ? paletteColour(values[0]) : `rgb(${values})`;
		} else if (colour >= 0 && colour < 18 && colour % 10 < 8)
			style[layer] = paletteColour(colour % 10 + bright);
		else
			Object.assign(style, SGR_ATTRIBUTES[code]);
	}
	return style;
}

function sgrsOf(text) {
	return text.match(SGR) || [];
}

function restyledBy(text, style) {
	return sgrsOf(text).reduce((now, sgr) => restyle(now, sgr.slice(2, -1)), { ...style });
}

// A line without what other text behind a carriage return took the place of; its colours last.
function overwritten(line) {
	const parts = line.split('\r');
	const last = Math.max(0, parts.findLastIndex((part) => part.replace(SGR, '')));
	return sgrsOf(parts.slice(0, last).join()).slice(-50).join('') + parts.slice(last).join('\r');
}

function shortened(line) {
	return line.length > LOG_LONGEST ? line.slice(0, LOG_LONGEST) + (line.endsWith('\r') ? '\r' : '') : line;
}

function cleaned(sequence) {
	if (/^\x1b\[[\d:;]*m$/.test(sequence))
		return sequence;
	return /^\x1b\[[01]?G$/.test(sequence) ? '\r' : ''; // to the first column
}

// Takes the bytes of a log, however they are cut, and keeps its lines with what colours them, in little more than their size.
class LogText {
	decoder = new TextDecoder();
	rest = ''; // a sequence that has not ended yet
	blocks = []; // { lines, style }: a string, and the style where it begins
	tail = { lines: [], style: PLAIN_STYLE }; // the block that is filled
	last = ''; // the line that has not ended yet

	get count() {
		return this.blocks.length * LOG_BLOCK + this.tail.lines.length + (this.last ? 1 : 0);
	}

	add(bytes) {
		const text = this.rest + this.decoder.decode(bytes, { stream: true });
		const at = text.lastIndexOf('\n') + 1, unfinished = text.slice(at).search(UNFINISHED_SEQUENCE);
		const whole = unfinished < 0 ? text : text.slice(0, at + unfinished);
		this.rest = text.slice(whole.length);
		whole.replace(ESCAPE_SEQUENCE, cleaned).split('\n').forEach((line, i) => {
			if (i)
				this.endLine();
			const longer = this.last + line;
			this.last = shortened(longer.includes('\r') ? overwritten(longer) : longer);
		});
	}

	endLine() {
		const { lines, style } = this.tail, length = lines.push(this.last);
		this.last = '';
		if (length < LOG_BLOCK)
			return;
		const text = lines.join('\n');
		this.blocks.push({ lines: text, style });
		this.tail = { lines: [], style: restyledBy(text, style) };
	}

	linesOf(block) {
		return block < this.blocks.length ? this.blocks[block].lines.split('\n') : [...this.tail.lines, this.last];
	}

	// The parts of a line (the first is 0) that look alike: [{ text, style }].
	spans(line) {
		const block = Math.floor(line / LOG_BLOCK), lines = this.linesOf(block), at = line % LOG_BLOCK;
		const text = lines[at].replaceAll('\r', ''), spans = [];
		const style = restyledBy(lines.slice(0, at).join(), (this.blocks[block] || this.tail).style);
		const named = (it) => `<U+${it.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}>`;
		text.replace(/\x1b[[\d:;]*$/, '').split(SGR).forEach((part, i) => {
			if (i % 2)
				restyle(style, part);
			else if (part)
				spans.push({ text: part.replace(DECEPTIVE, named), style: { ...style } });
		});
		if (text.length >= LOG_LONGEST)
			spans.push({ text: ' (the rest of the line is in the download)', style: PLAIN_STYLE });
		return spans;
	}

	// The next line that has a text, in any case, from `line` on and round; -1 where none has. Others work in between.
	async find(words, line, signal) {
		const wanted = words.toLowerCase(), blocks = this.blocks.length + 1, first = Math.floor(line / LOG_BLOCK);
		for (let i = 0; i <= blocks; i++) {
			const block = (first + i) % blocks, from = i ? 0 : line % LOG_BLOCK;
			const lines = this.linesOf(block).join('\n').replace(SGR, '').toLowerCase().split('\n');
			const found = lines.findIndex((text, at) => at >= from && text.includes(wanted));
			if (found >= 0)
				return block * LOG_BLOCK + found;
			if (i % 50 === 49)
				await new Promise((resolve) => setTimeout(resolve));
			signal.throwIfAborted();
		}
		return -1;
	}
}
