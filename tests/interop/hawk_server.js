// SPDX-License-Identifier: MPL-2.0
// The other side of test_hawk.c: Hawk's reference implementation, one question and one answer a
// line, both JSON. The clock is the question's: its `now`, in seconds.
'use strict';

const readline = require('readline');
const Hawk = require('hawk');

const decode = (text) => (text === undefined ? undefined : Buffer.from(text, 'base64'));

// What node's HTTP server would hand over.
const requestOf = (question) => ({
	method: question.method,
	url: question.url,
	connection: { encrypted: question.https },
	headers: {
		host: question.host,
		authorization: question.authorization,
		'content-type': question.contentType,
	},
});

const credentialsOf = (question) => async (id) =>
	id === question.id ? { id, key: question.key, algorithm: 'sha256' } : null;

// An empty Buffer counts as no payload there, an empty string does not.
const payloadOf = (text) => {
	const payload = decode(text);
	return payload && payload.length === 0 ? '' : payload;
};

const optionsOf = (question) => ({
	localtimeOffsetMsec: question.now * 1000 - Date.now(),
	payload: payloadOf(question.payload),
});

const answers = {
	async authenticate(question) {
		const { credentials, artifacts } = await Hawk.server.authenticate(
			requestOf(question), credentialsOf(question), optionsOf(question));
		return {
			ext: artifacts.ext,
			hash: artifacts.hash,
			serverAuthorization: Hawk.server.header(credentials, artifacts, {
				payload: payloadOf(question.replyPayload),
				contentType: question.replyType,
				ext: question.replyExt,
			}),
		};
	},

	async bewit(question) {
		const { attributes } = await Hawk.server.authenticateBewit(
			requestOf(question), credentialsOf(question), optionsOf(question));
		return { ext: attributes.ext };
	},
};

const answer = async (question) => {
	try {
		return await answers[question.ask](question);
	} catch (error) {
		const headers = (error.output && error.output.headers) || {};
		return { error: error.message, challenge: headers['WWW-Authenticate'] };
	}
};

const main = async () => {
	console.log(JSON.stringify({ ready: Hawk.server !== undefined }));
	for await (const line of readline.createInterface({ input: process.stdin }))
		console.log(JSON.stringify(await answer(JSON.parse(line))));
};

main();
