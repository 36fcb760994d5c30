// SPDX-License-Identifier: MPL-2.0
// Runs the table of checks.js with one client that no one here wrote:
// node client.js NAME PROGRAM ARGUMENT…; PROGRAM says {"ready":true,"version":…} and then answers each
// line with one. A question says what to do ("call", "temporary", "signedUrl", …) and with what; an
// answer is {"ok":reply}, {"error":{status,code,message,…}}, or {"absent":true} for what this client
// does not offer. The Taskcluster is that of the environment. Exit status: 0, or 1 when a check failed.
'use strict';

const { spawn } = require('child_process');
const readline = require('readline');
const { rows, newWorld } = require('./checks.js');

const [name, program, ...args] = process.argv.slice(2);
const longest = 60000; // of one question, in milliseconds

function start() {
	const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
	child.on('error', (error) => fail(`${program}: ${error.message}`));
	const lines = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]();
	const next = async () => {
		const timer = setTimeout(() => fail(`no answer within ${longest} ms`), longest);
		const { value, done } = await lines.next();
		clearTimeout(timer);
		return done ? fail('it ended') : JSON.parse(value);
	};
	const ask = (question) => {
		child.stdin.write(JSON.stringify(question) + '\n');
		return next();
	};
	return { next, ask, child };
}

let peer;
function fail(text) {
	console.log(`${name}: ${text}`);
	peer?.child.kill();
	process.exit(1);
}

// What of `must` is not in `seen`, as words; undefined when all of it is. Objects may have more members.
function lacks(must, seen, where) {
	if (typeof must === 'function')
		return must(seen) ? undefined : `${where}: ${JSON.stringify(seen)} is not as ${must}`;
	if (must instanceof RegExp)
		return must.test(seen) ? undefined : `${where}: ${JSON.stringify(seen)} does not match ${must}`;
	if (must === null || typeof must !== 'object')
		return must === seen
			? undefined
			: `${where}: ${JSON.stringify(seen)} instead of ${JSON.stringify(must)}`;
	if (seen === null || typeof seen !== 'object')
		return `${where}: ${JSON.stringify(seen)} instead of an object`;
	if (Array.isArray(must) && must.length !== seen.length)
		return `${where}: ${seen.length} instead of ${must.length}: ${JSON.stringify(seen)}`;
	for (const key of Object.keys(must)) {
		const text = lacks(must[key], seen[key], `${where}.${key}`);
		if (text)
			return text;
	}
	return undefined;
}

// A row's wish, or the one for this client where it reads the same reply otherwise.
const wish = (row) => ({ ...row, ...row.except?.[name] });

async function check(row, world) {
	const { ask, must, refused, keep, needs } = wish(row);
	if (needs && !world[needs])
		return 'absent';
	const question = await ask(world);
	const answer = question.here ? { ok: question.here } : await peer.ask({ ...world.common, ...question });
	if (answer.absent)
		return 'absent';
	const wanted = refused ? { error: refused } : { ok: must };
	const text = lacks(wanted, answer, 'answer');
	if (text)
		return text;
	keep?.(world, answer.ok);
	return undefined;
}

async function main() {
	peer = start();
	const hello = await peer.next();
	const world = newWorld(process.env);
	const count = { passed: 0, failed: 0, absent: 0 };
	for (const row of rows) {
		const text = await check(row, world);
		if (text && text !== 'absent')
			console.log(`${name}: FAILED: ${row.what}: ${text}`);
		count[text === 'absent' ? 'absent' : text ? 'failed' : 'passed']++;
	}
	peer.child.stdin.end();
	console.log(
		`${name} ${hello.version}: ${count.passed} passed, ${count.failed} failed, ` +
			`${count.absent} left out (not offered, or what they need failed)`
	);
	process.exitCode = count.failed ? 1 : 0;
}

main().catch((error) => fail(error.stack));
