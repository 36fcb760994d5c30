#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Version: taskcluster 113.2.0 (PyPI).
# Expected: the address that buildUrl gives for a function is the one that a call of it uses; the
#   reference says `/clients/` and `/roles/`, with a final slash.
# Seen: buildUrl keeps the slash, the call drops it.
# Matters: a server or proxy that matches routes exactly serves the signed URL and refuses the call (or
#   the reverse), and logs and allowlists hold two addresses for one function.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv python
timeout 300 python/bin/pip install -q --disable-pip-version-check taskcluster==113.2.0 mohawk==1.1.0

cat >call.py <<'PYTHON'
import taskcluster
import taskcluster.utils


class Reply:
    status_code = 204

    def raise_for_status(self):
        pass


def sent(method, url, *rest):
    print("call:    ", url)
    return Reply()


taskcluster.utils.makeSingleHttpRequest = sent
auth = taskcluster.Auth({"rootUrl": "https://tc.example.com"})
for name in "listClients", "listRoles":
    print("buildUrl:", auth.buildUrl(name))
    getattr(auth, name)()
PYTHON
timeout 60 python/bin/python call.py | tee seen
diff - seen <<'TEXT'
buildUrl: https://tc.example.com/api/auth/v1/clients/
call:     https://tc.example.com/api/auth/v1/clients
buildUrl: https://tc.example.com/api/auth/v1/roles/
call:     https://tc.example.com/api/auth/v1/roles
TEXT
