// SPDX-License-Identifier: MPL-2.0
// What clients that no one here wrote must see of our sandbox: a row says what is called and what must
// come of it, and `except` what one client makes of the same reply. Rows build on those before them:
// `keep` puts something into the world, and a row that `needs` it is left out where it is not there.
'use strict';

const { randomBytes } = require('crypto');

// A v4 UUID as a slug that does not begin with a dash.
function slugid() {
	const bytes = randomBytes(16);
	bytes[0] &= 0x7f;
	bytes[6] = (bytes[6] & 0x0f) | 0x40;
	bytes[8] = (bytes[8] & 0x3f) | 0x80;
	return bytes.toString('base64url');
}

const later = (seconds) => new Date(Date.now() + seconds * 1000).toISOString();
const hour = 3600;

function newWorld(env) {
	return {
		common: {
			rootUrl: env.TASKCLUSTER_ROOT_URL,
			credentials: {
				clientId: env.TASKCLUSTER_CLIENT_ID,
				accessToken: env.TASKCLUSTER_ACCESS_TOKEN,
			},
		},
		task: slugid(),
		second: slugid(),
		queueId: `peers/${slugid().toLowerCase().replace(/_/g, '-')}x`,
		group: slugid(),
		space: `peers.${randomBytes(6).toString('hex')}`,
		object: `peers/${slugid()}`,
	};
}

const definition = (world, more) => ({
	taskQueueId: world.queueId,
	taskGroupId: world.group,
	schedulerId: 'peers',
	created: later(0),
	deadline: later(hour),
	expires: later(24 * hour),
	payload: { text: 'é <&> "\\" \u{1f4a9}', number: 1, list: [] },
	metadata: {
		name: 'peers',
		description: 'd',
		owner: 'nobody@example.com',
		source: 'https://example.com',
	},
	...more,
});

const call = (service, method, args = [], more = {}) => ({ do: 'call', service, method, args, ...more });
const worker = { workerGroup: 'group', workerId: 'worker' };
const claimed = (world) => ({ credentials: world.claim.credentials });
const nobody = { credentials: null };
const is = (text) => (seen) => seen === text;
const has = (text) => (seen) => seen.includes(text);
const sorted = (seen) => [...seen].sort().join(' ');
const are = (texts) => (seen) => sorted(seen) === sorted(texts);

// A link that a client signed, as a browser follows it.
async function follow(url, method = 'GET') {
	const reply = await fetch(url, { method, redirect: 'manual' });
	const text = await reply.text();
	return {
		here: { status: reply.status, location: reply.headers.get('location'), text },
	};
}

async function put(url, data, headers) {
	const reply = await fetch(url, { method: 'PUT', body: data, headers });
	return { here: { status: reply.status } };
}

// What a question without an answer in JSON becomes.
const empty = { must: null };

const authentication = [
	{ what: 'ping, unsigned', ask: () => call('Auth', 'ping', [], nobody), must: { alive: true } },
	{
		what: 'currentScopes of the root client',
		ask: () => call('Auth', 'currentScopes'),
		must: { scopes: ['*'] },
	},
	{
		what: 'a client with a slash, a bar, an at sign and a colon in its name is made',
		ask: (world) =>
			call('Auth', 'createClient', [`peers/${world.task}|x@y:z`], {
				payload: { expires: later(hour), description: 'd', scopes: ['a:*', 'queue:get-task:*'] },
			}),
		must: { accessToken: /^[A-Za-z0-9_-]{44}$/, disabled: false },
		keep: (world, { clientId, accessToken }) => (world.client = { clientId, accessToken }),
	},
	{
		what: 'that client signs',
		ask: (world) => call('Auth', 'currentScopes', [], { credentials: world.client }),
		must: { scopes: has('a:*') },
	},
	{
		what: 'a client is read by its name',
		ask: (world) => call('Auth', 'client', [world.client.clientId]),
		must: { description: 'd', scopes: are(['a:*', 'queue:get-task:*']) },
	},
	{
		what: 'authorizedScopes are narrower than the credentials',
		ask: (world) =>
			call('Auth', 'currentScopes', [], {
				credentials: world.client,
				authorizedScopes: ['a:b', 'a:c*'],
			}),
		must: { scopes: (seen) => has('a:b')(seen) && has('a:c*')(seen) && !has('a:*')(seen) },
	},
	{
		what: 'authorizedScopes whose base64 has + and /: each client writes them in its own alphabet',
		ask: () =>
			call('Auth', 'currentScopes', [], { authorizedScopes: ['x:~~~???>>>', 'x:???~~~'] }),
		must: { scopes: (seen) => has('x:~~~???>>>')(seen) && has('x:???~~~')(seen) },
	},
	{
		what: 'an empty list of authorizedScopes allows nothing',
		ask: (world) =>
			call('Queue', 'createTask', [slugid()], {
				payload: definition(world),
				authorizedScopes: [],
			}),
		refused: { status: 403, code: 'InsufficientScopes' },
	},
	{
		what: 'authorizedScopes beyond the credentials are refused',
		ask: (world) =>
			call('Auth', 'currentScopes', [], { credentials: world.client, authorizedScopes: ['b'] }),
		refused: { status: 401, code: 'AuthenticationFailed' },
	},
	{
		what: 'a wrong token',
		ask: (world) =>
			call('Auth', 'currentScopes', [], {
				credentials: { clientId: world.client.clientId, accessToken: 'wrong' },
			}),
		refused: { status: 401, code: 'AuthenticationFailed' },
		except: { python: { refused: { kind: 'TaskclusterAuthFailure', status: 401 } } },
	},
	{
		what: 'an unknown client',
		ask: () =>
			call('Auth', 'currentScopes', [], {
				credentials: { clientId: 'no/such', accessToken: 'wrong' },
			}),
		refused: { status: 401, code: 'AuthenticationFailed' },
	},
	{
		what: 'testAuthenticate',
		ask: () =>
			call('Auth', 'testAuthenticate', [], {
				credentials: { clientId: 'tester', accessToken: 'no-secret' },
				payload: { clientScopes: ['test:*'], requiredScopes: ['test:x'] },
			}),
		must: { clientId: 'tester', scopes: has('test:*') },
	},
	{
		what: 'expandScopes',
		ask: () => call('Auth', 'expandScopes', [], { payload: { scopes: ['b', 'a'] } }),
		must: { scopes: are(['a', 'b']) },
	},
];

const temporary = [
	['of two scopes', { scopes: ['t:a', 't:b*'] }, ['t:a', 't:b*']],
	['without scopes', { scopes: [] }, []],
	['with a name', { scopes: ['t:a'], name: 'peers/temporary' }, ['t:a']],
].flatMap(([which, wanted, scopes]) => [
	{
		what: `temporary credentials ${which} are made`,
		ask: () => ({ do: 'temporary', start: later(-60), expiry: later(hour), ...wanted }),
		must: { accessToken: /^[A-Za-z0-9_-]{43}$/, certificate: /^\{/ },
		keep: (world, made) => (world.made = made),
	},
	{
		what: `temporary credentials ${which} sign`,
		needs: 'made',
		ask: (world) => call('Auth', 'currentScopes', [], { credentials: world.made }),
		must: { scopes: (seen) => scopes.every((scope) => has(scope)(seen)) && !has('*')(seen) },
	},
	{
		what: `temporary credentials ${which} do no more`,
		needs: 'made',
		ask: (world) => call('Secrets', 'get', ['x'], { credentials: world.made }),
		refused: { status: 403, code: 'InsufficientScopes' },
	},
]);

// The JavaScript client signs an empty list with one line feed more than the servers do.
temporary[4].except = {
	javascript: { must: undefined, refused: { status: 401, code: 'AuthenticationFailed' } },
};
temporary[5].except = { javascript: { refused: { status: 401, code: 'AuthenticationFailed' } } };

const tasks = [
	{
		what: 'createTask',
		ask: (world) => call('Queue', 'createTask', [world.task], { payload: definition(world) }),
		must: { status: { state: 'pending', runs: [{ runId: 0, reasonCreated: 'scheduled' }] } },
	},
	{
		what: 'task: the definition comes back as it was given',
		ask: (world) => call('Queue', 'task', [world.task]),
		must: { payload: { text: 'é <&> "\\" \u{1f4a9}', number: 1, list: [] }, priority: 'lowest' },
	},
	{
		what: 'pendingTasks of a queue with a slash in its name',
		ask: (world) => call('Queue', 'pendingTasks', [world.queueId]),
		must: { pendingTasks: 1 },
	},
	{
		what: 'claimWork: the worker gets the task and credentials for it',
		ask: (world) => call('Queue', 'claimWork', [world.queueId], { payload: { tasks: 2, ...worker } }),
		must: {
			tasks: [{ runId: 0, status: { state: 'running' }, credentials: { certificate: /^\{/ } }],
		},
		keep: (world, { tasks: [claim] }) => (world.claim = claim),
	},
	{
		what: 'status while it runs, without credentials',
		ask: (world) => call('Queue', 'status', [world.task], nobody),
		must: { status: { state: 'running', runs: [worker] } },
	},
	{
		what: 'reclaimTask with the credentials of the claim',
		ask: (world) => call('Queue', 'reclaimTask', [world.task, 0], claimed(world)),
		must: { runId: 0, credentials: { accessToken: /./ } },
		keep: (world, claim) => (world.claim = claim),
	},
	{
		what: 'createArtifact s3 with the credentials of the reclaim',
		ask: (world) =>
			call('Queue', 'createArtifact', [world.task, 0, 'public/a b/+&.txt'], {
				...claimed(world),
				payload: { storageType: 's3', contentType: 'text/plain', expires: later(hour) },
			}),
		must: { storageType: 's3', putUrl: /^http/ },
		keep: (world, { putUrl }) => (world.putUrl = putUrl),
	},
	{
		what: 'its bytes are put',
		needs: 'putUrl',
		ask: (world) => put(world.putUrl, 'the bytes', { 'content-type': 'text/plain' }),
		must: { status: 200 },
	},
	{
		what: 'createArtifact object',
		ask: (world) =>
			call('Queue', 'createArtifact', [world.task, 0, 'public/object'], {
				...claimed(world),
				payload: { storageType: 'object', contentType: 'text/plain', expires: later(hour) },
			}),
		must: { storageType: 'object', uploadId: /./, expires: /Z$/ },
		keep: (world, made) => (world.upload = made),
	},
	{
		what: 'the object is uploaded by the client itself',
		needs: 'upload',
		ask: (world) => ({
			do: 'upload',
			credentials: world.upload.credentials,
			name: world.upload.name,
			projectId: world.upload.projectId,
			uploadId: world.upload.uploadId,
			expires: world.upload.expires,
			contentType: 'text/plain',
			data: 'an object',
		}),
		...empty,
		keep: (world) => (world.uploaded = true),
	},
	{
		what: 'finishArtifact',
		needs: 'uploaded',
		ask: (world) => call('Queue', 'finishArtifact', [world.task, 0, 'public/object'], {
						...claimed(world),
						payload: { uploadId: world.upload.uploadId },
					}),
		must: (seen) => seen === null || Object.keys(seen).length === 0,
	},
	...['link', 'error', 'reference'].map((storageType) => ({
		what: `createArtifact ${storageType}`,
		ask: (world) =>
			call('Queue', 'createArtifact', [world.task, 0, `public/${storageType}`], {
				...claimed(world),
				payload: {
					storageType,
					expires: later(hour),
					...(storageType === 'link' && {
						contentType: 'text/plain',
						artifact: 'public/a b/+&.txt',
					}),
					...(storageType === 'error' && {
						reason: 'file-missing-on-worker',
						message: 'no such file',
					}),
					...(storageType === 'reference' && {
						contentType: 'text/plain',
						url: 'https://example.com/x',
					}),
				},
			}),
		must: { storageType },
	})),
	{
		what: 'reportCompleted',
		ask: (world) => call('Queue', 'reportCompleted', [world.task, 0], claimed(world)),
		must: { status: { state: 'completed', runs: [{ reasonResolved: 'completed' }] } },
	},
	{
		what: 'a report of the other kind afterwards: 409',
		ask: (world) => call('Queue', 'reportFailed', [world.task, 0]),
		refused: { status: 409, code: 'RequestConflict' },
	},
];

const artifacts = [
	{
		what: 'listLatestArtifacts',
		ask: (world) => call('Queue', 'listLatestArtifacts', [world.task]),
		must: { artifacts: (seen) => has('public/a b/+&.txt')(seen.map(({ name }) => name)) },
	},
	{
		what: 'latestArtifact: where the bytes are',
		ask: (world) => call('Queue', 'latestArtifact', [world.task, 'public/a b/+&.txt']),
		must: { storageType: 's3', url: /^http/ },
	},
	{
		what: 'an s3 artifact is downloaded',
		ask: (world) => ({ do: 'downloadArtifact', taskId: world.task, name: 'public/a b/+&.txt' }),
		must: { data: 'the bytes', contentType: /^text\/plain/ },
	},
	{
		what: 'a link is followed',
		ask: (world) => ({ do: 'downloadArtifact', taskId: world.task, name: 'public/link' }),
		must: { data: 'the bytes' },
	},
	{
		what: 'an object artifact is downloaded and its hashes agree',
		needs: 'uploaded',
		ask: (world) => ({ do: 'downloadArtifact', taskId: world.task, name: 'public/object' }),
		must: { data: 'an object', contentType: /^text\/plain/ },
	},
	{
		what: 'an error artifact is told as its reason',
		ask: (world) => ({ do: 'downloadArtifact', taskId: world.task, name: 'public/error' }),
		refused: { reason: 'file-missing-on-worker', message: /no such file/ },
		except: { shell: { refused: { message: /no such file: file-missing-on-worker/ } } },
	},
	{
		what: 'getLatestArtifact of a reference: a 303 with JSON',
		ask: (world) => call('Queue', 'getLatestArtifact', [world.task, 'public/reference']),
		must: { url: 'https://example.com/x' },
	},
	{
		what: 'an artifact that is not there',
		ask: (world) => call('Queue', 'latestArtifact', [world.task, 'public/none']),
		refused: { status: 404, code: 'ResourceNotFound' },
	},
	{
		what: 'an object of its own',
		ask: (world) => ({
			do: 'upload',
			name: world.object,
			projectId: 'peers',
			expires: later(hour),
			contentType: 'application/x-thing',
			data: 'é'.repeat(10000),
		}),
		...empty,
		keep: (world) => (world.own = true),
	},
	{
		what: 'that object is downloaded',
		needs: 'own',
		ask: (world) => ({ do: 'download', name: world.object }),
		must: { data: 'é'.repeat(10000), contentType: 'application/x-thing' },
	},
];

const signedUrls = [
	{
		what: 'a signed URL is made',
		ask: (world) => ({
			do: 'signedUrl',
			service: 'Queue',
			method: 'getLatestArtifact',
			args: [world.task, 'public/a b/+&.txt'],
			expiration: 60,
		}),
		must: /[?&]bewit=[A-Za-z0-9_-]+$/,
		keep: (world, url) => (world.url = url),
	},
	{
		what: 'a signed URL is followed',
		needs: 'url',
		ask: (world) => follow(world.url),
		must: { status: 303, location: /^http/ },
	},
	{
		what: 'a signed URL for another artifact is refused',
		needs: 'url',
		ask: (world) => follow(world.url.replace('public%2Fa', 'public%2Fb')),
		must: { status: 401 },
	},
	{
		what: 'a signed URL with a query is made',
		ask: (world) => ({
			do: 'signedUrl',
			service: 'Queue',
			method: 'listTaskGroup',
			args: [world.group],
			query: { limit: 5 },
			expiration: 60,
		}),
		must: /\?limit=5&bewit=[A-Za-z0-9_-]+$/,
		keep: (world, url) => (world.query = url),
	},
	{
		what: 'a signed URL with a query is followed',
		needs: 'query',
		ask: (world) => follow(world.query),
		must: { status: 200 },
	},
	{
		what: 'a signed URL with another query is refused',
		needs: 'query',
		ask: (world) => follow(world.query.replace('limit=5', 'limit=6')),
		must: { status: 401 },
	},
	{
		what: 'a signed URL of temporary credentials carries their certificate',
		needs: 'made',
		ask: (world) => ({
			do: 'signedUrl',
			service: 'Auth',
			method: 'currentScopes',
			args: [],
			credentials: world.made,
			expiration: 60,
		}),
		must: /bewit=/,
		keep: (world, url) => (world.certified = url),
	},
	{
		what: 'a signed URL of temporary credentials is followed',
		needs: 'certified',
		ask: (world) => follow(world.certified),
		must: { status: 200, text: /t:a/ },
	},
	{
		what: 'a signed URL of the past is made',
		ask: (world) => ({
			do: 'signedUrl',
			service: 'Auth',
			method: 'currentScopes',
			args: [],
			expiration: 1,
		}),
		must: /bewit=/,
		keep: (world, url) => (world.past = url),
	},
	{
		what: 'a signed URL of the past is refused',
		needs: 'past',
		ask: async (world) => {
			await new Promise((resolve) => setTimeout(resolve, 2500));
			return follow(world.past);
		},
		must: { status: 401 },
	},
];

const indexed = [
	...['a', 'b', 'c', 'd', 'e'].map((name, rank) => ({
		what: `insertTask ${name}`,
		ask: (world) =>
			call('Index', 'insertTask', [`${world.space}.${name}`], {
				payload: { taskId: world.task, rank, data: { name }, expires: later(hour) },
			}),
		must: { rank, data: { name } },
	})),
	{
		what: 'findTask',
		ask: (world) => call('Index', 'findTask', [`${world.space}.b`]),
		must: (seen) => seen.rank === 1 && seen.namespace.endsWith('.b'),
	},
	{
		what: 'findTask of nothing: 404',
		ask: (world) => call('Index', 'findTask', [`${world.space}.none`]),
		refused: { status: 404, code: 'ResourceNotFound' },
	},
	{
		what: 'findArtifactFromTask: a 303 that is no JSON',
		ask: (world) => call('Index', 'findArtifactFromTask', [`${world.space}.a`, 'public/a b/+&.txt']),
		must: null, // the location is lost to the caller
		except: {
			python: { must: { status: 303, location: /^http/ } },
			'python aio': { must: { status: 303, location: /^http/ } },
			shell: { must: /^See Other\. Redirecting to http/ }, // what it prints
		},
	},
	{
		what: 'listTasks in pages of two: three pages, nothing missed, nothing twice',
		ask: (world) => call('Index', 'listTasks', [world.space], { pages: 2 }),
		must: (seen) =>
			seen.length === 3 &&
			seen.flatMap(({ tasks }) => tasks.map(({ data }) => data.name)).join('') === 'abcde',
	},
	{
		what: 'listTaskGroup in pages of one',
		ask: (world) => call('Queue', 'listTaskGroup', [world.group], { pages: 1 }),
		must: (seen) => seen.flatMap((page) => page.tasks).length === 1,
	},
];

const secrets = [
	{
		what: 'a secret is set',
		ask: (world) =>
			call('Secrets', 'set', [`${world.space}/s`], {
				payload: { secret: { password: 'é' }, expires: later(hour) },
			}),
		must: (seen) => seen === null || Object.keys(seen).length === 0,
	},
	{
		what: 'a secret is read',
		ask: (world) => call('Secrets', 'get', [`${world.space}/s`]),
		must: { secret: { password: 'é' } },
	},
	{
		what: 'secrets are listed: the Python client takes the final slash of that path away',
		ask: () => call('Secrets', 'list'),
		must: { secrets: (seen) => seen.some((name) => name.startsWith('peers.')) },
	},
	{
		what: 'clients are listed, by such a path',
		ask: () => call('Auth', 'listClients'),
		must: { clients: (seen) => seen.some(({ clientId }) => clientId.startsWith('peers/')) },
	},
	{
		what: 'roles are listed, by such a path',
		ask: () => call('Auth', 'listRoles'),
		must: (seen) => Array.isArray(seen),
	},
	{
		what: 'a secret is removed: 200 or 204 without a member',
		ask: (world) => call('Secrets', 'remove', [`${world.space}/s`]),
		must: (seen) => seen === null || Object.keys(seen).length === 0,
	},
	{
		what: 'a secret that is gone: 404',
		ask: (world) => call('Secrets', 'get', [`${world.space}/s`]),
		refused: { status: 404, code: 'ResourceNotFound' },
	},
];

const refusals = [
	{
		what: '400: a body that breaks the schema',
		ask: (world) => call('Queue', 'createTask', [slugid()], { payload: { created: later(0) } }),
		refused: { status: 400, code: 'InputValidationError', message: /must have required|Schema/i },
	},
	{
		what: '400: a task id that is none',
		ask: () => call('Queue', 'status', ['nonsense']),
		refused: { status: 400, code: 'InvalidRequestArguments' },
	},
	{
		what: '400: a limit that is none',
		ask: (world) => call('Index', 'listTasks', [world.space], { query: { limit: 'many' } }),
		refused: { status: 400, code: 'InvalidRequestArguments' },
	},
	{
		what: '403: the message names the scopes that are missing',
		ask: (world) =>
			call('Queue', 'createTask', [slugid()], {
				payload: definition(world),
				credentials: world.client,
			}),
		refused: { status: 403, code: 'InsufficientScopes', message: /queue:create-task:/ },
	},
	{
		what: '403 without credentials',
		ask: () => call('Secrets', 'get', ['x'], nobody),
		refused: { status: 403, code: 'InsufficientScopes' },
	},
	{
		what: '404: an unknown task',
		ask: () => call('Queue', 'status', [slugid()]),
		refused: { status: 404, code: 'ResourceNotFound' },
	},
	{
		what: '409: a task of the same id and another definition',
		ask: (world) =>
			call('Queue', 'createTask', [world.task], {
				payload: definition(world, { retries: 2 }),
			}),
		refused: { status: 409, code: 'RequestConflict' },
	},
	{
		what: 'cancelTask',
		ask: (world) => call('Queue', 'createTask', [world.second], { payload: definition(world) }),
		must: { status: { state: 'pending' } },
	},
	{
		what: 'cancelTask of a pending task',
		ask: (world) => call('Queue', 'cancelTask', [world.second]),
		must: { status: { state: 'exception', runs: [{ reasonResolved: 'canceled' }] } },
	},
	{
		what: 'rerunTask',
		ask: (world) => call('Queue', 'rerunTask', [world.second]),
		must: { status: { state: 'pending', runs: (seen) => seen.length === 2 } },
	},
];

const hook = () => ({
	metadata: { name: 'n', description: 'd', owner: 'nobody@example.com', emailOnError: false },
	schedule: ['0 0 0 * * *'],
	task: {
		provisionerId: 'peers',
		workerType: 'hooks',
		payload: { said: { $eval: 'payload.word' } },
		metadata: { name: 'n', description: 'd', owner: 'o@example.com', source: 'https://example.com' },
	},
	triggerSchema: { type: 'object', additionalProperties: true },
});

const others = [
	{
		what: 'a purge of a cache is asked for',
		ask: (world) =>
			call('PurgeCache', 'purgeCache', [world.queueId], { payload: { cacheName: 'cache' } }),
		must: (seen) => seen === null || Object.keys(seen).length === 0,
	},
	{
		what: 'a worker asks what to purge',
		ask: (world) => call('PurgeCache', 'purgeRequests', [world.queueId]),
		must: { requests: (seen) => seen.some(({ cacheName }) => cacheName === 'cache') },
	},
	{
		what: 'createHook',
		ask: (world) =>
			call('Hooks', 'createHook', ['peers', world.task], { payload: hook() }),
		must: { hookGroupId: 'peers', schedule: ['0 0 0 * * *'] },
	},
	{
		what: "triggerHook without the hook's role: 403 that names it",
		ask: (world) => call('Hooks', 'triggerHook', ['peers', world.task], { payload: { word: '' } }),
		refused: { status: 403, code: 'InsufficientScopes', message: /hook-id:peers\// },
	},
	{
		what: 'that role is made',
		ask: (world) =>
			call('Auth', 'createRole', [`hook-id:peers/${world.task}`], {
				payload: {
					description: 'd',
					scopes: ['queue:create-task:*', 'queue:scheduler-id:*'],
				},
			}),
		must: { scopes: are(['queue:create-task:*', 'queue:scheduler-id:*']) },
	},
	{
		what: 'triggerHook: the task that it makes',
		ask: (world) =>
			call('Hooks', 'triggerHook', ['peers', world.task], { payload: { word: 'é' } }),
		must: { taskId: /^[A-Za-z0-9_-]{22}$/ },
		keep: (world, { taskId }) => (world.fired = taskId),
	},
	{
		what: "the hook's task has the word that came with the trigger",
		needs: 'fired',
		ask: (world) => call('Queue', 'task', [world.fired]),
		must: { payload: { said: 'é' }, schedulerId: '-' },
	},
	{
		what: 'listHooks',
		ask: () => call('Hooks', 'listHooks', ['peers']),
		must: { hooks: (seen) => seen.length === 1 },
	},
	{
		what: 'removeHook',
		ask: (world) => call('Hooks', 'removeHook', ['peers', world.task]),
		must: (seen) => seen === null || Object.keys(seen).length === 0,
	},
	{
		what: 'a hook that is gone: 404',
		ask: (world) => call('Hooks', 'hook', ['peers', world.task]),
		refused: { status: 404, code: 'ResourceNotFound' },
	},
	{
		what: 'an e-mail is taken: the reply is the word OK, which is no JSON',
		ask: () =>
			call('Notify', 'email', [], {
				payload: { address: 'nobody@example.com', subject: 's', content: 'c' },
			}),
		must: null,
		except: {
			python: { must: { status: 200 } },
			'python aio': { must: { status: 200 } },
			shell: { must: 'OK' },
		},
	},
	{
		what: 'a worker of a queue is listed',
		ask: (world) => call('Queue', 'listWorkers', world.queueId.split('/')),
		must: { workers: [{ workerId: 'worker' }] },
	},
];

module.exports = {
	rows: [
		...authentication,
		...temporary,
		...tasks,
		...artifacts,
		...signedUrls,
		...indexed,
		...secrets,
		...refusals,
		...others,
	],
	newWorld,
};
