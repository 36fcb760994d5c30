// SPDX-License-Identifier: MPL-2.0
// The other side of client.js for the JavaScript client (npm taskcluster-client): one question and one
// answer a line, both JSON. Its argument is the folder whose node_modules has the client.
'use strict';

const fs = require('fs');
const path = require('path');
const readline = require('readline');
const { PassThrough, Readable } = require('stream');
const { pathToFileURL } = require('url');

const home = path.join(process.argv[2], 'node_modules', 'taskcluster-client');
const manifest = JSON.parse(fs.readFileSync(path.join(home, 'package.json')));
let taskcluster;

const optionsOf = ({ rootUrl, credentials, authorizedScopes, retries }) => ({
	rootUrl,
	credentials: credentials || {},
	...(authorizedScopes && { authorizedScopes }),
	...(retries !== undefined && { retries }),
});

const service = (question, name) => new taskcluster[name || question.service](optionsOf(question));

async function pagesOf(question, ask) {
	const pages = [];
	const query = { ...question.query, limit: question.pages };
	do {
		const page = await ask(query);
		pages.push(page);
		query.continuationToken = page.continuationToken;
	} while (query.continuationToken);
	return pages;
}

function call(question) {
	const client = service(question);
	const given = [...question.args, ...('payload' in question ? [question.payload] : [])];
	if (question.pages)
		return pagesOf(question, (query) => client[question.method](...given, query));
	return client[question.method](...given, ...(question.query ? [question.query] : []));
}

const temporary = ({ credentials, scopes, start, expiry, name }) =>
	taskcluster.createTemporaryCredentials({
		credentials,
		scopes,
		start: new Date(start),
		expiry: new Date(expiry),
		...(name && { clientId: name }),
	});

function signedUrl(question) {
	const client = service(question);
	const method = client[question.method];
	const query = method.entryReference.query.length ? [question.query || {}] : [];
	return client.buildSignedUrl(method, ...question.args, ...query, {
		expiration: question.expiration,
	});
}

const upload = (question) =>
	taskcluster.upload({
		projectId: question.projectId,
		name: question.name,
		contentType: question.contentType,
		contentLength: Buffer.byteLength(question.data),
		expires: new Date(question.expires),
		uploadId: question.uploadId,
		object: service(question, 'Object'),
		streamFactory: async () => Readable.from([Buffer.from(question.data)]),
	});

// What a download writes into the last stream that it asked for, and its content type.
async function collect(begin) {
	let chunks;
	const contentType = await begin(async () => {
		const stream = new PassThrough();
		const mine = (chunks = []);
		stream.on('data', (chunk) => mine.push(chunk));
		return stream;
	});
	return { data: Buffer.concat(chunks).toString(), contentType };
}

const download = (question) =>
	collect((streamFactory) =>
		taskcluster.download({
			name: question.name,
			object: service(question, 'Object'),
			streamFactory,
		})
	);

const downloadArtifact = (question) =>
	collect((streamFactory) =>
		taskcluster.downloadArtifact({
			taskId: question.taskId,
			name: question.name,
			queue: service(question, 'Queue'),
			streamFactory,
		})
	);

const doings = { call, temporary, signedUrl, upload, download, downloadArtifact };

async function answer(question) {
	try {
		return { ok: (await doings[question.do](question)) ?? null };
	} catch (error) {
		const { statusCode: status, code, reason, message } = error;
		return { error: { status, code, reason, message } };
	}
}

async function main() {
	const start = pathToFileURL(path.join(home, manifest.exports || manifest.main || 'src/index.js'));
	taskcluster = (await import(start)).default;
	const say = (value) => process.stdout.write(JSON.stringify(value) + '\n');
	say({ ready: true, version: manifest.version });
	for await (const line of readline.createInterface({ input: process.stdin }))
		say(await answer(JSON.parse(line)));
}

main();
