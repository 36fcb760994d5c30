/* SPDX-License-Identifier: MPL-2.0 */

// Makes the client, or that which exists anew, when that is wanted. Its access token.
async function tokenOf(clientId, client) {
	const path = `auth/v1/clients/${seg(clientId)}`;
	const made = await call('PUT', path, { body: client }).catch((error) => {
		if (error.status !== 409)
			throw error;
	});
	if (made)
		return made.accessToken;
	if (!await ask(`There is a client ${clientId}. Change it, and end its token?`))
		throw new Error('Nothing was changed.');
	await call('POST', path, { body: client });
	return (await call('POST', `${path}/reset`)).accessToken;
}

// What the page's query asks for, to be changed and granted. The token goes to the callback, or else is shown.
function clientForm(query, callback) {
	const clientId = h('input', { size: 50, value: `${credentials.clientId}/${query.get('name') || ''}` });
	const scopes = h('textarea', { rows: 6 }, query.getAll('scope').join('\n'));
	const expires = h('input', { value: query.get('expires') || '1d' });
	const description = h('input', { size: 50, value: query.get('description') || '' });
	const token = h('p', {});
	const create = async () => {
		const accessToken = await tokenOf(clientId.value, { expires: fromNow(expires.value), description: description.value,
			deleteOnExpiration: true, scopes: scopes.value.split(/\s*\n\s*/).filter(Boolean) });
		if (callback)
			location.replace(`${callback}?clientId=${seg(clientId.value)}&accessToken=${seg(accessToken)}`);
		else
			token.replaceChildren('Its access token, shown once: ', h('code', {}, accessToken));
		return `${clientId.value} has a token.`;
	};
	return [field('Client', clientId), field('Scopes, one a line', scopes), field('Expires in', expires),
		field('Description', description),
		h('div', { class: 'actions' }, action('Create the client', create), link('/', 'Refuse')), token];
}

// `taskcluster signin` opens it, and listens at the callback: a program on this machine, as with the real page.
route('/auth/clients/create', (main) => {
	const query = new URLSearchParams(location.search);
	const callback = query.get('callback_url');
	main.append(heading('Sign in a program'));
	if (callback && !/^https?:\/\/localhost(:\d+)?(\/|$)/.test(callback))
		main.append(refusal(new Error(`Credentials would go to ${callback}, which is not http(s)://localhost: nothing was created.`)));
	else if (!signedIn())
		main.append(h('p', {}, 'Nobody is signed in here. Open the link that the sandbox printed, then load this page again.'));
	else
		main.append(h('p', {}, callback ? `${new URL(callback).host} asks for a client of ${credentials.clientId}, and gets its token.`
			: 'A client to sign in with.'), ...clientForm(query, callback));
});
