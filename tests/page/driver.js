// SPDX-License-Identifier: MPL-2.0
// A browser for tests: Debian's chromium, headless, by chromedriver and W3C WebDriver, without another package.
//
//	const { browse } = require('./driver.js');
//	browse(async (page) => {
//		await page.go('http://127.0.0.1:8080/');
//		await page.click('button', 'Sign in');
//		await page.sees('heading', 'Overview');
//	});
//
// browse(test, { args }) starts the browser (with more of chromium's options), runs the test, and ends it and all of its
// processes, whatever happens to this one (guard.js). The process fails when the test throws, and when the browser's
// console has an error or a breach of the Content-Security-Policy that the test did not name by page.expects(). Nothing
// sleeps: what is waited for is looked at until it is so, for PATIENCE. Profile, HOME and temporary files are in one folder
// below TMPDIR, removed at the end; screenshots go to $TC_BUILD_DIR/pages.
'use strict';
const { spawn } = require('child_process');
const fs = require('fs');
const os = require('os');
const path = require('path');
const withPalette = require('./palette.js');

const PATIENCE = 20000; // ms, for machines that do much else
const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf'; // how WebDriver's JSON names a reference to an element
const KEYS = { Tab: '\ue004', Enter: '\ue007', Shift: '\ue008', Control: '\ue009', Escape: '\ue00c', Space: ' ', Left: '\ue012',
	Up: '\ue013', Right: '\ue014', Down: '\ue015', Home: '\ue011', End: '\ue010', PageDown: '\ue00f', Delete: '\ue017' };
const CHROMIUM = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
	'--disable-dev-shm-usage', '--disable-background-networking', '--disable-component-update', '--disable-sync',
	'--disable-breakpad', '--no-proxy-server'];

// ---- what runs in the browser ----

// Of all visible elements of a role, the first whose accessible name is `name` (text, or source and flags of an expression).
function findByRole(role, name, within) {
	const selectors = {
		button: 'button, [role=button], input[type=submit], summary', cell: 'td', checkbox: 'input[type=checkbox]',
		combobox: 'select', dialog: 'dialog[open]', heading: 'h1, h2, h3, h4', link: 'a[href]', listitem: 'li',
		region: '[role=region], section[aria-labelledby]', row: 'tr', table: 'table',
		textbox: 'textarea, input:not([type]), input[type=text], input[type=search]',
	};
	const written = (elements) => Array.from(elements, (element) => element.textContent).join(' ');
	const byIds = (ids) => written(ids.split(' ').map((id) => document.getElementById(id)).filter(Boolean));
	const nameOf = (element) => (element.getAttribute('aria-labelledby') && byIds(element.getAttribute('aria-labelledby'))) ||
		element.getAttribute('aria-label') || (element.labels && element.labels.length && written(element.labels)) ||
		(element.tagName === 'SELECT' ? '' : element.innerText) || element.title || element.placeholder || element.value || '';
	const fits = (text) => !name || (name.source ? new RegExp(name.source, name.flags).test(text) : text === name);
	return Array.from((within || document).querySelectorAll(selectors[role] || `[role=${role}]`))
		.find((element) => element.checkVisibility({ checkVisibilityCSS: true }) && fits(nameOf(element).trim().replace(/\s+/g, ' ')));
}

// A text that is in another, or an expression that fits it.
function fits(wanted, text) {
	return wanted instanceof RegExp ? wanted.test(text) : text.includes(wanted);
}

function asValue(name) {
	return name instanceof RegExp ? { source: name.source, flags: name.flags } : name;
}

// ---- a page ----

class Page {
	constructor(session) {
		this.session = session; // the URL of WebDriver's session
		this.expected = [];
	}

	async command(method, where, body = {}) {
		const response = await fetch(this.session + where, { method, body: method === 'POST' ? JSON.stringify(body) : undefined });
		const { value } = await response.json();
		if (!response.ok)
			throw Object.assign(new Error(`${where}: ${value.error}: ${value.message.split('\n')[0]}`), { code: value.error });
		return value;
	}

	go(url) {
		return this.command('POST', '/url', { url: String(url) });
	}

	url() {
		return this.command('GET', '/url');
	}

	// A function, sent as text, with arguments of JSON and elements; promises are waited for. What it returns, or undefined.
	async run(what, ...args) {
		const value = await this.command('POST', '/execute/sync', { script: `return (${what}).apply(null, arguments);`, args });
		return value === null ? undefined : value;
	}

	// Looks until look() gives something (or a promise of it); what that is. A page that is left under it is looked at anew.
	async wait(what, look, patience = PATIENCE) {
		for (const end = Date.now() + patience; ;) {
			const seen = await Promise.resolve().then(look).catch((error) => {
				if (!['stale element reference', 'javascript error', 'no such execution context'].includes(error.code))
					throw error;
				this.lastError = error;
			});
			if (seen)
				return seen;
			if (Date.now() > end)
				throw new Error(`not within ${patience / 1000} s: ${what}; at ${await this.url()} is: ${await this.text()}` +
					(this.lastError ? ` (${this.lastError.message})` : ''));
			await new Promise((resolve) => setTimeout(resolve, 20));
		}
	}

	// until('the task runs', () => …, arguments): waits until that function, in the browser, gives something true.
	until(what, condition, ...args) {
		return this.wait(what, () => this.run(condition, ...args));
	}

	find(role, name, within) {
		return this.wait(`${role} ${name || ''}`, () => this.run(findByRole, role, asValue(name), within));
	}

	sees(role, name, within) {
		return this.find(role, name, within);
	}

	// Waits until it is gone.
	misses(role, name, within) {
		return this.wait(`no ${role} ${name || ''}`, async () => !await this.run(findByRole, role, asValue(name), within));
	}

	// A text, or an expression that fits it.
	seesText(text) {
		return this.wait(`the text ${text}`, async () => fits(text, await this.text()));
	}

	text() {
		return this.run(() => document.body.innerText);
	}

	async act(role, name, within, action) {
		return this.wait(`${role} ${name || ''} that can be used`, async () => {
			const element = await this.run(findByRole, role, asValue(name), within);
			if (!element)
				return false;
			return action(element[ELEMENT]).then(() => element, (error) => {
				if (!['element not interactable', 'element click intercepted', 'stale element reference'].includes(error.code))
					throw error;
			});
		});
	}

	click(role, name, within) {
		return this.act(role, name, within, (id) => this.command('POST', `/element/${id}/click`));
	}

	// Puts a text in place of a field's.
	write(role, name, text, within) {
		return this.act(role, name, within, async (id) => {
			await this.command('POST', `/element/${id}/clear`);
			await this.command('POST', `/element/${id}/value`, { text });
		});
	}

	// The option of that text, or the first that an expression fits.
	async choose(name, option, within) {
		const list = await this.find('combobox', name, within);
		const options = await this.run((select) => Array.from(select.options, (one) => ({ one, text: one.text })), list);
		const chosen = options.find(({ text }) => (option instanceof RegExp ? option.test(text) : text === option));
		if (!chosen)
			throw new Error(`${name} has no option ${option}`);
		return this.command('POST', `/element/${chosen.one[ELEMENT]}/click`);
	}

	// press('Tab', 'Enter'), press('Shift+Tab'), press('a'): where the focus is.
	press(...strokes) {
		const actions = strokes.flatMap((stroke) => {
			const keys = stroke.split(/(?<=.)\+/).map((key) => KEYS[key] || key);
			return [...keys.map((value) => ({ type: 'keyDown', value })), ...keys.reverse().map((value) => ({ type: 'keyUp', value }))];
		});
		return this.command('POST', '/actions', { actions: [{ type: 'key', id: 'keyboard', actions }] });
	}

	// What has the focus, as an assistive program is told of it: { role, name }.
	async focused() {
		const id = (await this.command('GET', '/element/active'))[ELEMENT];
		const ask = (what) => this.command('GET', `/element/${id}/computed${what}`);
		return { role: await ask('role'), name: await ask('label') };
	}

	chromium(cmd, params) {
		return this.command('POST', '/goog/cdp/execute', { cmd, params });
	}

	async view({ width = 1280, height = 800, dark = false } = {}) {
		await this.chromium('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false });
		await this.chromium('Emulation.setEmulatedMedia',
			{ features: [{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }] });
	}

	async screenshot(name) {
		const folder = path.join(process.env.TC_BUILD_DIR || 'build', 'pages');
		fs.mkdirSync(folder, { recursive: true });
		const file = path.join(folder, `${name}.png`);
		fs.writeFileSync(file, withPalette(Buffer.from(await this.command('GET', '/screenshot'), 'base64')));
		return file;
	}

	// ---- windows ----

	window() {
		return this.command('GET', '/window');
	}

	async newWindow() {
		const { handle } = await this.command('POST', '/window/new', { type: 'tab' });
		await this.switchTo(handle);
		return handle;
	}

	// Waits for one that was opened beside this, and goes there.
	async otherWindow() {
		const here = await this.window();
		const other = await this.wait('another window', async () =>
			(await this.command('GET', '/window/handles')).find((handle) => handle !== here));
		await this.switchTo(other);
		return here;
	}

	switchTo(handle) {
		return this.command('POST', '/window', { handle });
	}

	async closeWindow(next) {
		await this.command('DELETE', '/window');
		await this.switchTo(next);
	}

	// ---- what went wrong in the browser ----

	// An error that the test brings about on purpose: an expression that fits the console's message.
	expects(...expressions) {
		this.expected.push(...expressions);
	}

	// The errors of the console since it was last asked that nobody expects, breaches of the policy among them.
	async troubles() {
		const entries = await this.command('POST', '/se/log', { type: 'browser' });
		return entries.filter(({ level, message }) => (level === 'SEVERE' || /Content.Security.Policy/i.test(message)) &&
			!this.expected.some((expression) => expression.test(message))).map(({ message }) => message);
	}
}

// ---- the browser's processes ----

// Of chromedriver, as it says it once it listens.
function portOf(driver) {
	return new Promise((resolve, reject) => {
		let said = '';
		const read = (piece) => {
			said += piece;
			const match = /started successfully on port (\d+)/.exec(said);
			if (match)
				resolve(match[1]);
		};
		driver.stdout.on('data', read);
		driver.stderr.on('data', read);
		driver.on('error', reject);
		driver.on('exit', (status) => reject(new Error(`chromedriver ended with ${status}: ${said}`)));
	});
}

async function newSession(base, folder, args) {
	const options = { binary: '/usr/bin/chromium', args: [...CHROMIUM, `--user-data-dir=${path.join(folder, 'profile')}`, ...args] };
	const capabilities = { alwaysMatch: { 'goog:chromeOptions': options, 'goog:loggingPrefs': { browser: 'ALL' } } };
	const { sessionId } = await new Page(base).command('POST', '/session', { capabilities });
	return new Page(`${base}/session/${sessionId}`);
}

class Browser {
	constructor() {
		this.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'page-'));
		const { folder } = this;
		this.guard = spawn(process.execPath, [path.join(__dirname, 'guard.js'), folder],
			{ detached: true, stdio: ['pipe', 'inherit', 'inherit'] });
		const env = { ...process.env, HOME: folder, TMPDIR: folder, XDG_CONFIG_HOME: folder, XDG_CACHE_HOME: folder };
		this.driver = spawn('/usr/bin/chromedriver', ['--port=0'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
	}

	async start(args) {
		this.page = await newSession(`http://127.0.0.1:${await portOf(this.driver)}`, this.folder, args);
		await this.page.view();
		return this.page;
	}

	// Asks the browser to end, and has ended what did not.
	async end() {
		const late = new Promise((resolve) => setTimeout(resolve, 3000));
		if (this.page)
			await Promise.race([this.page.command('DELETE', '').catch(() => {}), late]);
		this.guard.stdin.end();
		await new Promise((resolve) => this.guard.on('exit', resolve));
	}
}

function fail(text) {
	console.error(text);
	process.exitCode = 1;
}

async function tell(page, error) {
	fail(error.stack);
	const file = await page.screenshot(`failed-${path.basename(process.argv[1], '.js')}`);
	console.error(`what the browser shows: ${file}`);
}

async function browse(test, { args = [] } = {}) {
	const browser = new Browser();
	for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'])
		process.on(signal, () => process.exit(1)); // what waits for `exit` ends what it has started
	try {
		const page = await browser.start(args);
		await test(page).catch((error) => tell(page, error));
		const troubles = await page.troubles();
		if (troubles.length)
			fail(`the browser's console has:\n${troubles.join('\n')}`);
	} catch (error) {
		fail(error.stack);
	} finally {
		await browser.end();
		process.exit(); // ends what the test has started, too
	}
}

module.exports = { browse, ELEMENT };
