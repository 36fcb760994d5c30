// SPDX-License-Identifier: MPL-2.0
// JavaScript's AMQP client (npm amqplib): node pulse.js URL QUEUE MESSAGES PREFETCH
// takes so many typical messages, reads each, acknowledges it, and prints its version, and the
// milliseconds and CPU milliseconds that took.
'use strict';
const amqplib = require('amqplib');
const fs = require('fs');
const path = require('path');
const [url, queue, messages, prefetch] = [process.argv[2], process.argv[3], Number(process.argv[4]),
	Number(process.argv[5])];

// The package does not export its package.json.
function version() {
	const file = path.join(path.dirname(require.resolve('amqplib')), 'package.json');
	return JSON.parse(fs.readFileSync(file)).version;
}

async function main() {
	const connection = await amqplib.connect(url);
	const channel = await connection.createChannel();
	await channel.prefetch(prefetch);
	const begun = performance.now();
	const before = process.cpuUsage();
	let left = messages;
	await new Promise((resolve) => {
		channel.consume(queue, (message) => {
			if (JSON.parse(message.content).status.state !== 'completed')
				process.exit(1);
			channel.ack(message);
			if (--left === 0)
				resolve();
		});
	});
	const wall = performance.now() - begun;
	const cpu = process.cpuUsage(before);
	console.log(version(), wall, (cpu.user + cpu.system) / 1e3);
	await connection.close();
}

main();
