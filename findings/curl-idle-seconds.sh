#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Versions: libcurl 8.12.1 as pycurl 7.45.6 (PyPI) brings it; 7.88.1 does the same.
# Expected: a connection that has been idle for longer than CURLOPT_MAXAGE_CONN is not used again.
# Seen: with 2 seconds one that has been idle for 2.5 is; after 3.2 it is not. Whole seconds are compared,
#   and have to be more.
# Matters: servers that keep connections for N seconds (node's 5) want a limit of N - 1 or less here, or
#   requests go into connections that are being closed, which is an error for those that must not be sent
#   twice.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv python
timeout 300 python/bin/pip install -q --disable-pip-version-check pycurl==7.45.6

cat >fetch.py <<'PYTHON'
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pycurl

connections = []


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def setup(self):
        super().setup()
        connections.append(self)

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
easy = pycurl.Curl()
easy.setopt(pycurl.URL, f"http://127.0.0.1:{server.server_address[1]}/")
easy.setopt(pycurl.MAXAGE_CONN, 2)
print("libcurl", pycurl.version_info()[1])
easy.perform()
for idle in (1.5, 2.5, 3.2):
    before = len(connections)
    time.sleep(idle)
    easy.perform()
    print(f"idle for {idle} s:", "used again" if len(connections) == before else "a new one")
PYTHON
timeout 60 python/bin/python fetch.py | tee seen
diff - seen <<'TEXT'
libcurl 8.12.1-DEV
idle for 1.5 s: used again
idle for 2.5 s: used again
idle for 3.2 s: a new one
TEXT
