// SPDX-License-Identifier: MPL-2.0
// The other side of client.js for the official command line: one question and one answer a line, both
// JSON. Its argument is the program.
'use strict';

const { spawnSync } = require('child_process');
const fs = require('fs');
const os = require('os');
const path = require('path');
const readline = require('readline');

const program = process.argv[2];
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tc-shell-'));
process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }));

function environment({ rootUrl, credentials }) {
	const { clientId, accessToken, certificate } = credentials || {};
	return {
		PATH: process.env.PATH,
		HOME: folder,
		TASKCLUSTER_ROOT_URL: rootUrl,
		...(clientId && { TASKCLUSTER_CLIENT_ID: clientId }),
		...(accessToken && { TASKCLUSTER_ACCESS_TOKEN: accessToken }),
		...(certificate && { TASKCLUSTER_CERTIFICATE: certificate }),
	};
}

function run(question, args) {
	const { status, stdout, stderr } = spawnSync(program, args, {
		env: environment(question),
		input: 'payload' in question ? JSON.stringify(question.payload) : '',
		encoding: 'utf8',
		timeout: 60000,
	});
	if (status === 0)
		return stdout;
	const error = new Error(stderr);
	const [, code, name] = /API Error (\d+): (\w+)/.exec(stderr) || [];
	error.status = code && Number(code);
	error.code = name;
	throw error;
}

// It prints what came, JSON or not.
function parsed(text) {
	try {
		return text.trim() ? JSON.parse(text) : null;
	} catch {
		return text;
	}
}

const serviceName = (name) => name[0].toLowerCase() + name.slice(1);

function once(question, query) {
	const flags = Object.entries(query || {}).flatMap(([name, value]) => [`--${name}`, `${value}`]);
	const words = [serviceName(question.service), question.method, ...question.args.map(String)];
	return parsed(run(question, ['api', ...flags, ...words]));
}

function call(question) {
	if (!question.pages)
		return once(question, question.query);
	const pages = [];
	const query = { ...question.query, limit: question.pages };
	do {
		const page = once(question, query);
		pages.push(page);
		query.continuationToken = page.continuationToken;
	} while (query.continuationToken);
	return pages;
}

function fetched(question, words) {
	const file = path.join(folder, 'download');
	const told = run(question, ['download', ...words, file]);
	return {
		data: fs.readFileSync(file, 'utf8'),
		contentType: /bytes of type (.*) in /.exec(told)?.[1],
	};
}

const doings = {
	call,
	download: (question) => fetched(question, ['object', question.name]),
	downloadArtifact: (question) => fetched(question, ['artifact', question.taskId, question.name]),
};

function answer(question) {
	const doing = doings[question.do];
	if (!doing || question.authorizedScopes)
		return { absent: true };
	try {
		return { ok: doing(question) };
	} catch ({ status, code, message }) {
		return { error: { status, code, message } };
	}
}

const say = (value) => process.stdout.write(JSON.stringify(value) + '\n');
const version = spawnSync(program, ['version', '--short-version'], { encoding: 'utf8' }).stdout;
say({ ready: true, version: version.trim() });
readline
	.createInterface({ input: process.stdin })
	.on('line', (line) => say(answer(JSON.parse(line))));
