/* SPDX-License-Identifier: MPL-2.0 */

// ---- what a run left ----

function artifactApi(taskId, runId, name, kind = 'artifacts') {
	return `queue/v1/task/${seg(taskId)}/runs/${seg(runId)}/${kind}/${seg(name)}`;
}

// A link to an artifact's bytes, in a tab of their own or as a download: they never are a part of the page. It carries the
// right to them from when it is wanted on.
function artifactLink(taskId, runId, name, text, isDownload) {
	const where = isDownload ? { download: name.split('/').pop() } : { target: '_blank', rel: 'noopener' };
	const path = `/api/${artifactApi(taskId, runId, name)}`;
	return h('a', { href: path, ...where, async onclick(event) {
		if (!signedIn())
			return;
		event.preventDefault();
		h('a', { href: await signedUrl(path, 900), ...where }).click();
	} }, text);
}

function runLink(taskId, runId) {
	return link(`/tasks/${seg(taskId)}/runs/${seg(runId)}`, `Run ${runId}`);
}

function logLink(taskId, runId, name, text, isLive) {
	const isOdd = /(^|\/)\.{0,2}(\/|$)/.test(name); // what a browser would resolve
	const path = isOdd ? seg(name) : name.split('/').map(seg).join('/');
	return link(`/tasks/${seg(taskId)}/runs/${runId}/logs/${isLive ? 'live/' : ''}${path}`, text);
}

function artifactColumns(taskId, runId) {
	const isLog = ({ name, contentType }) => name.endsWith('.log') || contentType.startsWith('text/plain');
	return [
		['Artifact', (it) => (isLog(it) ? logLink(taskId, runId, it.name, it.name, it.storageType === 'reference') :
			artifactLink(taskId, runId, it.name, it.name))],
		['Type', 'contentType'],
		['Storage', 'storageType'],
		['Size', 'contentLength', Number],
		['Expires', 'expires', when],
		['Bytes', ({ name }) => [artifactLink(taskId, runId, name, 'Open'), ' ', artifactLink(taskId, runId, name, 'Download', true)]],
	];
}

async function showArtifact(main, { taskId, runId, name }, signal) {
	main.append(heading(name, taskLink(taskId), runLink(taskId, runId)), table('Artifact', artifactColumns(taskId, runId),
		[await call('GET', artifactApi(taskId, runId, name, 'artifact-info'), { signal })]));
}
