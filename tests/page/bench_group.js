// SPDX-License-Identifier: MPL-2.0
// How long a task group takes from the start of the navigation until all of its tasks are painted, by the side of a static
// page with the same drawing and style: both are opened in turns, without a cache.
//
//	TC_SANDBOX=build/bin/taskcluster-sandbox node tests/page/bench_group.js [tasks [times]]
//
// Fails when the median of the page is more than 1.3 times that of the static one.
'use strict';
const http = require('http');
const { spawn } = require('child_process');
const { browse } = require('./driver.js');
const { pushGraph, fill, work } = require('./graphs.js');

const tasks = Number(process.argv[2] || 1000);
const times = Number(process.argv[3] || 9);
const most = 1.3;

function startSandbox() {
	const sandbox = { clientId: 'bench', accessToken: 'a-token-of-the-benchmark-only' };
	sandbox.child = spawn(process.env.TC_SANDBOX || 'build/bin/taskcluster-sandbox',
		['--credentials', `${sandbox.clientId}:${sandbox.accessToken}`, '--poll-timeout', '100'], { stdio: ['ignore', 'pipe', 'ignore'] });
	return new Promise((resolve, reject) => {
		sandbox.child.on('error', reject);
		sandbox.child.stdout.on('data', (bytes) => {
			const match = /ROOT_URL='([^']+)'/.exec(bytes);
			if (match)
				resolve(Object.assign(sandbox, { rootUrl: match[1] }));
		});
	});
}

// In each page before anything of its own: notes when the frame with all boxes has been painted. No frame is asked for before.
function watchBoxes(count) {
	const observer = new MutationObserver(() => {
		if (document.getElementsByClassName('box').length < count)
			return;
		observer.disconnect();
		requestAnimationFrame(() => { // of the frame that paints them, behind which the message comes
			const { port1, port2 } = new MessageChannel();
			port1.onmessage = () => {
				window.painted = performance.now();
			};
			port2.postMessage(null);
		});
	});
	observer.observe(document, { childList: true, subtree: true });
}

async function painted(page, url) {
	await page.go('about:blank');
	await page.chromium('Network.clearBrowserCache', {});
	await page.go(url);
	return page.until('painted', () => window.painted);
}

// What the page came to, as a document that has no script, with its style, and its isolation from other pages: for that the
// browser takes another process, which costs both the same.
async function staticPage(page) {
	const html = await page.run(() => document.documentElement.outerHTML.replace(/<script.*?<\/script>/, ''));
	const css = await page.run(() => fetch('/sandbox/page.css').then((response) => response.text()));
	return { '/': ['text/html', `<!doctype html>${html}`], '/sandbox/page.css': ['text/css', css] };
}

function serve(files) {
	const server = http.createServer((request, response) => {
		const [type, text] = files[request.url] || ['text/plain', ''];
		response.writeHead(200, { 'Content-Type': `${type}; charset=utf-8`, 'Cache-Control': 'no-cache', 'Cross-Origin-Opener-Policy': 'same-origin' });
		response.end(text);
	});
	return new Promise((resolve) => {
		server.listen(0, '127.0.0.1', () => resolve(server));
	});
}

function median(numbers) {
	return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
}

function report(name, numbers) {
	console.log(`${name}: ${median(numbers).toFixed(0)} ms (${Math.min(...numbers).toFixed(0)} to ${Math.max(...numbers).toFixed(0)})`);
}

async function bench(page, sandbox) {
	const { taskGroupId } = await fill(sandbox, pushGraph(tasks));
	await work(sandbox, (name) => (name.endsWith('7') ? 'failed' : 'completed'), tasks / 2);
	const url = new URL(`/tasks/groups/${taskGroupId}`, process.env.TC_PAGE || sandbox.rootUrl).href;
	await page.chromium('Page.addScriptToEvaluateOnNewDocument', { source: `(${watchBoxes})(${tasks})` });
	await painted(page, url);
	const server = await serve(await staticPage(page));
	const took = { live: [], still: [] };
	for (let i = 0; i < times; i++) {
		took.still.push(await painted(page, `http://127.0.0.1:${server.address().port}/`));
		took.live.push(await painted(page, url));
	}
	server.close();
	server.closeAllConnections();
	report(`${tasks} tasks, static page`, took.still);
	report(`${tasks} tasks, task group`, took.live);
	const ratio = median(took.live) / median(took.still);
	console.log(`ratio: ${ratio.toFixed(2)}`);
	if (ratio > most)
		throw new Error(`the task group takes ${ratio.toFixed(2)} times what the static page takes; ${most} is expected at most`);
}

startSandbox().then(async (sandbox) => {
	process.on('exit', () => sandbox.child.kill()); // also by a signal, of which the browser's end makes an exit
	await browse((page) => bench(page, sandbox));
	sandbox.child.kill();
});
