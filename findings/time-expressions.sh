#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Versions: taskcluster 113.2.0, json-e 4.8.4 and taskcluster-taskgraph 24.5.1 (PyPI), taskcluster-client
#   87.1.3 and json-e 4.8.4 (npm).
# Expected: "1 day 2 hours" and the like mean one time everywhere in Taskcluster: in .taskcluster.yml, in a
#   client's fromNow and in a taskgraph kind; what one of them does not know it refuses.
# Seen, in seconds: the JavaScript ones agree with each other. The Python client knows no "yr", "wk" and "hr",
#   and none in Python knows capitals. Taskgraph takes the first number and unit that it finds and drops the rest,
#   the sign too: "1 day 2 hours" is a day, "-1 day" is tomorrow; it has no weeks and no "m".
# Matters: such texts move between those places. Where one is refused that is seen, where it is another time it
#   is not: a task that should live for 26 hours lives for 24.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv python
timeout 300 python/bin/pip install -q --disable-pip-version-check taskcluster==113.2.0 mohawk==1.1.0 json-e==4.8.4 \
	taskcluster-taskgraph==24.5.1
timeout 300 npm install --silent --no-audit --no-fund --prefix . taskcluster-client@87.1.3 json-e@4.8.4 >npm.log

printf '%s\n' '1 day' '1 Day' '1 yr' '2 hr' '1 week' '5m' '1 day 2 hours' '-1 day' '1 day ago' >expressions
cat >times.py <<'PYTHON'
from datetime import datetime, timezone

import jsone
from taskcluster.utils import fromNow
from taskgraph.util.time import value_of

start = datetime(2026, 1, 1, tzinfo=timezone.utc)


def template(text):
    made = jsone.render({"$fromNow": text, "from": "2026-01-01T00:00:00.000Z"}, {})
    return datetime.fromisoformat(made.replace("Z", "+00:00")) - start


def seconds(function, text):
    try:
        return int(function(text).total_seconds())
    except Exception:
        return "refused"


for text in open("expressions").read().splitlines():
    made = [seconds(function, text) for function in (lambda t: fromNow(t, start) - start, template, value_of)]
    print(f"{text}: taskcluster {made[0]}, json-e {made[1]}, taskgraph {made[2]}")
PYTHON
cat >times.mjs <<'NODE'
import { readFileSync } from 'fs';
import jsone from 'json-e';
import taskcluster from 'taskcluster-client';
const start = new Date('2026-01-01T00:00:00.000Z');
const seconds = (make) => {
	try {
		return (make() - start) / 1000;
	} catch {
		return 'refused';
	}
};
for (const text of readFileSync('expressions', 'utf8').trimEnd().split('\n')) {
	const client = seconds(() => taskcluster.fromNow(text, start));
	const template = seconds(() => new Date(jsone({ $fromNow: text, from: start.toJSON() }, {})));
	console.log(`taskcluster-client ${client}, json-e ${template}`);
}
NODE
timeout 60 python/bin/python -W ignore times.py >python.out
timeout 60 node times.mjs >node.out
paste -d '|' python.out node.out | sed 's/|/ | /' | tee seen
diff - seen <<'TEXT'
1 day: taskcluster 86400, json-e 86400, taskgraph 86400 | taskcluster-client 86400, json-e 86400
1 Day: taskcluster refused, json-e refused, taskgraph refused | taskcluster-client 86400, json-e 86400
1 yr: taskcluster refused, json-e 31536000, taskgraph refused | taskcluster-client 31536000, json-e 31536000
2 hr: taskcluster refused, json-e 7200, taskgraph refused | taskcluster-client 7200, json-e 7200
1 week: taskcluster 604800, json-e 604800, taskgraph refused | taskcluster-client 604800, json-e 604800
5m: taskcluster 300, json-e 300, taskgraph refused | taskcluster-client 300, json-e 300
1 day 2 hours: taskcluster 93600, json-e 93600, taskgraph 86400 | taskcluster-client 93600, json-e 93600
-1 day: taskcluster -86400, json-e -86400, taskgraph 86400 | taskcluster-client -86400, json-e -86400
1 day ago: taskcluster refused, json-e refused, taskgraph 86400 | taskcluster-client refused, json-e refused
TEXT
