#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Versions: libcurl 8.12.1 as pycurl 7.45.6 (PyPI) brings it; 7.88.1 does the same.
# Expected: a gzip body may be several members one after the other (RFC 1952, 2.2), and reads as all of
#   them: so do gzip and Python.
# Seen: libcurl gives the first member and fails with error 23, "Failed writing received data to
#   disk/application", which points at the caller's own function or the disk.
# Matters: logs that are compressed piece by piece and joined (as artifacts with Content-Encoding: gzip)
#   can be read by browsers and Python, and not by programs over libcurl.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv python
timeout 300 python/bin/pip install -q --disable-pip-version-check pycurl==7.45.6

cat >fetch.py <<'PYTHON'
import gzip
import io
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pycurl

one = gzip.compress(b"first\n")
bodies = {"/one": one, "/two": one + gzip.compress(b"second\n")}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(bodies[self.path])))
        self.end_headers()
        self.wfile.write(bodies[self.path])

    def log_message(self, *args):
        pass


server = HTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
for path, body in bodies.items():
    got = io.BytesIO()
    curl = pycurl.Curl()
    curl.setopt(curl.URL, f"http://127.0.0.1:{server.server_port}{path}")
    curl.setopt(curl.ACCEPT_ENCODING, "gzip")
    curl.setopt(curl.WRITEFUNCTION, got.write)
    curl.setopt(curl.TIMEOUT, 20)
    try:
        curl.perform()
        verdict = 0
    except pycurl.error as error:
        verdict = error.args[0]
    print(f"{path}: Python reads {gzip.decompress(body)}, libcurl {got.getvalue()} and error {verdict}")
PYTHON
timeout 60 python/bin/python fetch.py | tee seen
diff - seen <<'TEXT'
/one: Python reads b'first\n', libcurl b'first\n' and error 0
/two: Python reads b'first\nsecond\n', libcurl b'first\n' and error 23
TEXT
