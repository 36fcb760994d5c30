// SPDX-License-Identifier: MPL-2.0
// The other side of test_judge.c: ajv says whether values are what schemas ask for. A list of
// questions a line, and a list of answers: [{ schema, value }] -> [{ valid, errors }].
'use strict';

const fs = require('fs');
const net = require('net');
const path = require('path');
const readline = require('readline');
const Ajv = require('ajv');

const TREE = 'references/taskcluster';

const filesBelow = (folder) =>
	fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
		const name = path.join(folder, entry.name);
		return entry.isDirectory() ? filesBelow(name) : [name];
	});

const makeJudge = () => {
	// Unknown formats (there are none among draft-06's) are ignored, as by the services.
	// Its own ipv6 takes white space around the address.
	const ajv = new Ajv({
		format: 'full', schemaId: 'auto', logger: false,
		formats: { ipv6: (text) => net.isIPv6(text) },
	});
	ajv.addMetaSchema(require('ajv/lib/refs/json-schema-draft-06.json'));
	for (const file of filesBelow(path.join(TREE, 'schemas'))) {
		const schema = JSON.parse(fs.readFileSync(file, 'utf8'));
		if (/metaschema/.test(file)) continue;
		delete schema.$schema; // draft-06 in all but its name
		ajv.addSchema(schema, '/' + path.relative(TREE, file) + '#');
	}
	return ajv;
};

const main = () => {
	const ajv = makeJudge();
	console.log(JSON.stringify({ ready: true }));
	readline.createInterface({ input: process.stdin }).on('line', (line) => {
		console.log(JSON.stringify(JSON.parse(line).map(({ schema, value }) => {
			const valid = ajv.validate(schema, value);
			return { valid, errors: valid ? '' : ajv.errorsText() };
		})));
	});
};

main();
