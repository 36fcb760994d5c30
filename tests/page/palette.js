// SPDX-License-Identifier: MPL-2.0
// A picture of the browser (PNG, 8 bits of red, green and blue) with 256 colours at most: its most frequent, and for the others
// the nearest of these. Pages of text have few, and become less than half as large. https://www.w3.org/TR/png/
'use strict';
const zlib = require('zlib');

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');

function crc(bytes) {
	let sum = ~0;
	for (const byte of bytes) {
		sum ^= byte;
		for (let bit = 0; bit < 8; bit++)
			sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
	}
	return ~sum >>> 0;
}

function chunk(type, data) {
	const body = Buffer.concat([Buffer.from(type), data]);
	const whole = Buffer.alloc(body.length + 8);
	whole.writeUInt32BE(data.length);
	body.copy(whole, 4);
	whole.writeUInt32BE(crc(body), body.length + 4);
	return whole;
}

function chunksOf(png) {
	const found = { IDAT: [] };
	for (let at = SIGNATURE.length; at < png.length; at += png.readUInt32BE(at) + 12) {
		const data = png.subarray(at + 8, at + 8 + png.readUInt32BE(at));
		const type = png.toString('latin1', at + 4, at + 8);
		if (type === 'IDAT')
			found.IDAT.push(data);
		else
			found[type] = data;
	}
	return found;
}

function paeth(left, above, corner) {
	const [a, b, c] = [above - corner, left - corner, left + above - 2 * corner].map(Math.abs);
	return a <= b && a <= c ? left : b <= c ? above : corner;
}

// Each byte was told as its difference from one of these.
const PREDICTIONS = [() => 0, (left) => left, (left, above) => above, (left, above) => (left + above) >> 1, paeth];

// The rows, of three bytes a pixel.
function rowsOf(raw, width, height) {
	const length = width * 3;
	const rows = [Buffer.alloc(length)];
	for (let y = 0; y < height; y++) {
		const predict = PREDICTIONS[raw[y * (length + 1)]];
		const above = rows[y];
		const row = Buffer.from(raw.subarray(y * (length + 1) + 1, (y + 1) * (length + 1)));
		for (let x = 0; x < length; x++)
			row[x] += x < 3 ? predict(0, above[x], 0) : predict(row[x - 3], above[x], above[x - 3]);
		rows.push(row);
	}
	return rows.slice(1);
}

function countsOf(rows) {
	const counts = new Map();
	for (const row of rows)
		for (let x = 0; x < row.length; x += 3) {
			const colour = row.readUIntBE(x, 3);
			counts.set(colour, (counts.get(colour) || 0) + 1);
		}
	return counts;
}

function distance(one, other) {
	return [16, 8, 0].map((shift) => ((one >> shift) & 255) - ((other >> shift) & 255)).reduce((sum, by) => sum + by * by, 0);
}

function nearest(colour, palette) {
	const distances = palette.map((other) => distance(colour, other));
	return distances.indexOf(Math.min(...distances));
}

module.exports = function withPalette(png) {
	const { IHDR, IDAT } = chunksOf(png);
	if (IHDR.subarray(8).toString('hex') !== '0802000000')
		throw new Error('a picture of another kind than the browser makes');
	const rows = rowsOf(zlib.inflateSync(Buffer.concat(IDAT)), IHDR.readUInt32BE(0), IHDR.readUInt32BE(4));
	const counts = countsOf(rows);
	const palette = [...counts.keys()].sort((one, other) => counts.get(other) - counts.get(one)).slice(0, 256);
	const places = new Map(palette.map((colour, i) => [colour, i]));
	for (const colour of counts.keys())
		if (!places.has(colour))
			places.set(colour, nearest(colour, palette));
	const placesOf = (row) => Array.from({ length: row.length / 3 }, (_, x) => places.get(row.readUIntBE(x * 3, 3)));
	const raw = Buffer.concat(rows.map((row) => Buffer.from([0, ...placesOf(row)]))); // each byte as it is
	const header = Buffer.from(IHDR);
	header[9] = 3; // its pixels are places in the palette
	const colours = Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]));
	return Buffer.concat([SIGNATURE, chunk('IHDR', header), chunk('PLTE', colours),
		chunk('IDAT', zlib.deflateSync(raw, { level: 9 })), chunk('IEND', Buffer.alloc(0))]);
};
