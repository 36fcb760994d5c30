#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Versions: mohawk 1.1.0 (PyPI), hawk 9.0.2 (npm).
# Expected: a bewit of Hawk's own library is read by Python's, and both write the same text.
# Seen: hawk writes base64url without padding, mohawk with; and mohawk's check_bewit raises "Incorrect
#   padding" for those of hawk whose length needs it: two of three lengths of `ext`. The MACs agree.
# Matters: a signed URL made by a JavaScript client works or fails at a Python server by the length of
#   its certificate, and a Python program that signs for Taskcluster has to strip the padding itself.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv python
timeout 300 python/bin/pip install -q --disable-pip-version-check mohawk==1.1.0
timeout 300 npm install --silent --no-audit --no-fund --prefix . hawk@9.0.2 >npm.log

cat >make.mjs <<'NODE'
import hawk from 'hawk';
const credentials = { id: 'tester', key: 'no-secret', algorithm: 'sha256' };
const clock = { localtimeOffsetMsec: 4e12 - 100000 - Date.now() };
for (const ext of ['a', 'ab', 'abc'])
	console.log(hawk.client.getBewit('https://tc.example.com/x', { credentials, ttlSec: 100, ext, ...clock }));
NODE
cat >read.py <<'PYTHON'
import sys

from mohawk.base import Resource
from mohawk.bewit import check_bewit, get_bewit

credentials = {"id": "tester", "key": "no-secret", "algorithm": "sha256"}
url = "https://tc.example.com/x"
for ext, theirs in zip(("a", "ab", "abc"), sys.stdin.read().split()):
    resource = Resource(
        credentials=credentials, method="GET", ext=ext, url=url, timestamp=4000000000, nonce=""
    )
    ours = get_bewit(resource)
    try:
        verdict = check_bewit(f"{url}?bewit={theirs}", lambda sender: credentials, now=1)
    except Exception as error:
        verdict = error
    padding = len(ours) - len(ours.rstrip("="))
    print(f"ext {ext}: mohawk's padding: {padding}, hawk's: {theirs.count('=')}, read: {verdict}")
PYTHON
timeout 60 node make.mjs | timeout 60 python/bin/python read.py | tee seen
diff - seen <<'TEXT'
ext a: mohawk's padding: 2, hawk's: 0, read: Incorrect padding
ext ab: mohawk's padding: 1, hawk's: 0, read: Incorrect padding
ext abc: mohawk's padding: 0, hawk's: 0, read: True
TEXT
