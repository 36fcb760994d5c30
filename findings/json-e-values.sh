#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Versions: json-e 4.8.4 of PyPI and of npm.
# Expected: one template with one context renders to the same JSON in both languages: json-e has one
#   specification, with test cases for all of its languages. (Taskcluster's services render by the
#   JavaScript one, decision tasks and local trials by Python's.)
# Seen: equality takes true for 1 in Python; every quotient, and every number() of a text, is written with ".0"
#   there when it becomes text; join writes True and None, JavaScript's writes true and nothing; number('') is
#   0 in JavaScript and an error in Python; and a time without a fraction is not read by Python's fromNow.
# Matters: what was tried out locally is another task when the service renders it: a name with "2.0" in it,
#   or the other branch of an $if.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv python
timeout 300 python/bin/pip install -q --disable-pip-version-check json-e==4.8.4
timeout 300 npm install --silent --no-audit --no-fund --prefix . json-e@4.8.4 >npm.log

cat >templates.json <<'JSON'
[
	{"$if": "flag == 1", "then": "level 1", "else": "another"},
	{"$eval": "flag in levels"},
	"chunk-${chunks / 2}",
	"chunk-${number('3')}",
	{"$eval": "join([flag, none], ' ')"},
	{"$eval": "number('')"},
	{"$fromNow": "1 day", "from": "2026-01-01T00:00:00Z"}
]
JSON
echo '{"flag": true, "levels": [1, 3], "chunks": 4, "none": null}' >context.json
cat >render.py <<'PYTHON'
import json

import jsone

for template in json.load(open("templates.json")):
    try:
        print(json.dumps(jsone.render(template, json.load(open("context.json")))))
    except Exception as error:
        print(type(error).__name__)
PYTHON
cat >render.mjs <<'NODE'
import { readFileSync } from 'fs';
import jsone from 'json-e';
const read = (name) => JSON.parse(readFileSync(name));
for (const template of read('templates.json')) console.log(JSON.stringify(jsone(template, read('context.json'))));
NODE
timeout 60 python/bin/python render.py >python.out
timeout 60 node render.mjs >node.out
paste -d '|' python.out node.out | sed 's/^/Python: /; s/|/, JavaScript: /' | tee seen
diff - seen <<'TEXT'
Python: "level 1", JavaScript: "another"
Python: true, JavaScript: false
Python: "chunk-2.0", JavaScript: "chunk-2"
Python: "chunk-3.0", JavaScript: "chunk-3"
Python: "True None", JavaScript: "true "
Python: ValueError, JavaScript: 0
Python: ValueError, JavaScript: "2026-01-02T00:00:00.000Z"
TEXT
