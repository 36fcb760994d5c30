// SPDX-License-Identifier: MPL-2.0
// Files of the sandbox's page in node, as far as they need no browser: parts(['ansi.js'], ['LogText']).LogText.
'use strict';
const fs = require('fs');
const path = require('path');

const FOLDER = path.join(__dirname, '../../tools/sandbox/page');

module.exports = function parts(files, names) {
	const source = files.map((file) => fs.readFileSync(path.join(FOLDER, file), 'utf8')).join('');
	return new Function('route', `'use strict';${source};return { ${names} };`)(() => {});
};
