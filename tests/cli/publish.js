// SPDX-License-Identifier: MPL-2.0
// Publishes standard input, whatever bytes those are, as one message, by AMQP 0-9-1 and nothing else:
//
//	node publish.js amqp://USER:PASSWORD@HOST:PORT EXCHANGE ROUTING-KEY [TYPE] <body
//
// With a type (topic) it makes the exchange first. It ends well when the broker has taken it: it closes the
// connection behind it, and that is answered in order.
'use strict';
const [url, exchange, key, type] = process.argv.slice(2);
const { hostname, port, username, password } = new URL(url);
const body = require('fs').readFileSync(0);

const short = (text) => Buffer.concat([Buffer.from([Buffer.byteLength(text)]), Buffer.from(text)]);
const number = (bytes, value) => {
	const buffer = Buffer.alloc(bytes);
	buffer.writeUIntBE(value, 0, bytes);
	return buffer;
};
const long = (bytes) => Buffer.concat([number(4, bytes.length), bytes]);
const frame = (type, channel, bytes) =>
	Buffer.concat([Buffer.from([type, 0, channel]), long(bytes), Buffer.from([0xce])]);
const method = (channel, group, id, ...parts) =>
	frame(1, channel, Buffer.concat([number(2, group), number(2, id), ...parts]));

const account = Buffer.from(`\0${username}\0${password}`);
const publish = () => [method(1, 60, 40, number(2, 0), short(exchange), short(key), number(1, 0)),
	frame(2, 1, Buffer.concat([number(2, 60), number(2, 0), number(4, 0), number(4, body.length), number(2, 0)])),
	frame(3, 1, body),
	method(1, 20, 40, number(2, 200), short(''), number(4, 0))];
const answers = {
	'10,10': () => [method(0, 10, 11, long(Buffer.alloc(0)), short('PLAIN'), long(account), short('en_US'))],
	'10,30': () => [method(0, 10, 31, number(2, 1), number(4, 131072), number(2, 0)),
		method(0, 10, 40, short('/'), short(''), number(1, 0))],
	'10,41': () => [method(1, 20, 10, short(''))],
	'20,11': () => (type ? [method(1, 40, 10, number(2, 0), short(exchange), short(type), number(1, 0), number(4, 0))]
		: publish()),
	'40,11': publish,
	'20,41': () => process.exit(0),
};

let pending = Buffer.alloc(0);
const socket = require('net').connect(Number(port), hostname, () => socket.write('AMQP\0\0\x09\x01'));
socket.on('data', (bytes) => {
	pending = Buffer.concat([pending, bytes]);
	while (pending.length >= 7 && pending.length >= pending.readUInt32BE(3) + 8) {
		const size = pending.readUInt32BE(3);
		const got = `${pending.readUInt16BE(7)},${pending.readUInt16BE(9)}`;
		if (!answers[got]) {
			console.error(`the broker says ${got}: ${pending.subarray(11, 7 + size)}`);
			process.exit(1);
		}
		pending = pending.subarray(size + 8);
		answers[got]().forEach((answer) => socket.write(answer));
	}
});
socket.on('close', () => process.exit(1));
socket.on('error', (error) => console.error(error.message));
