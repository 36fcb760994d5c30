#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Versions: taskcluster 113.2.0 (PyPI), taskcluster-client 87.1.3 (npm).
# Expected: one certificate, one signature: the same token, seed, start, expiry and an empty list of
#   scopes give the same signature in both clients.
# Seen: they differ. The JavaScript client signs a text that ends in "scopes:" and a line feed, the
#   Python client one that ends in "scopes:". For every list that is not empty they agree.
# Matters: the auth service of release 106 computes the Python client's, so credentials without scopes
#   made by the JavaScript client are refused (401), although all that is asked of them is to be valid.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv python
timeout 300 python/bin/pip install -q --disable-pip-version-check taskcluster==113.2.0 mohawk==1.1.0
timeout 300 npm install --silent --no-audit --no-fund --prefix . taskcluster-client@87.1.3 >npm.log

cat >make.py <<'PYTHON'
import json
import sys
from datetime import datetime, timezone

import taskcluster
import taskcluster.utils

taskcluster.utils.slugId = lambda: "A" * 22
made = taskcluster.createTemporaryCredentials(
    "tester",
    "no-secret",
    datetime(2026, 1, 1, tzinfo=timezone.utc),
    datetime(2026, 1, 2, tzinfo=timezone.utc),
    json.loads(sys.argv[1]),
)
print(json.loads(made["certificate"])["signature"])
PYTHON
cat >make.mjs <<'NODE'
import slugid from 'slugid';
import taskcluster from 'taskcluster-client';
slugid.v4 = () => 'A'.repeat(22);
const made = taskcluster.createTemporaryCredentials({
	credentials: { clientId: 'tester', accessToken: 'no-secret' },
	start: new Date('2026-01-01T00:00:00Z'),
	expiry: new Date('2026-01-02T00:00:00Z'),
	scopes: JSON.parse(process.argv[2]),
});
console.log(JSON.parse(made.certificate).signature);
NODE
# What openssl makes of a text that ends as given.
mac() {
	printf "version:1\\nseed:%s\\nstart:1767225600000\\nexpiry:1767312000000\\n$1" "$(printf 'A%.0s' {1..44})" |
		openssl dgst -sha256 -hmac no-secret -binary | base64
}
for scopes in '[]' '["a"]'; do
	echo "scopes $scopes: Python $(python/bin/python make.py "$scopes"), JavaScript $(node make.mjs "$scopes")"
done | tee seen
diff - seen <<TEXT
scopes []: Python $(mac 'scopes:'), JavaScript $(mac 'scopes:\n')
scopes ["a"]: Python $(mac 'scopes:\na'), JavaScript $(mac 'scopes:\na')
TEXT
