// SPDX-License-Identifier: MPL-2.0
// node guard.js FOLDER: when its input ends, which is when the test has ended, in whatever way, it ends the browser whose HOME is
// that folder, with all of its processes, and removes the folder.
'use strict';
const fs = require('fs');

const [, , folder] = process.argv;

// Of a process that has ended, or is somebody else's: nothing.
function read(file) {
	try {
		return fs.readFileSync(file, 'utf8');
	} catch {
		return '';
	}
}

function namesIn(folder) {
	try {
		return fs.readdirSync(folder);
	} catch {
		return [];
	}
}

// Each thread has those that it started.
function childrenOf(pid) {
	return namesIn(`/proc/${pid}/task`).flatMap((thread) => read(`/proc/${pid}/task/${thread}/children`).split(' ').filter(Boolean));
}

function familyOf(pid) {
	return [pid, ...childrenOf(pid).flatMap(familyOf)];
}

// Chromium's crash handlers are nobody's children, and its zygotes show no environment: so both are looked at.
function processes() {
	const isOurs = (pid) => `\0${read(`/proc/${pid}/environ`)}`.includes(`\0HOME=${folder}\0`);
	return namesIn('/proc').filter((name) => /^\d+$/.test(name) && isOurs(name)).flatMap(familyOf);
}

function kill(pid) {
	try {
		process.kill(Number(pid), 'SIGKILL');
	} catch {
		// it has ended
	}
}

function end() {
	const left = processes();
	left.forEach(kill);
	if (left.length)
		setTimeout(end, 20);
	else
		fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
}

process.stdin.on('end', end).resume();
