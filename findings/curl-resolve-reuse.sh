#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Versions: libcurl 8.12.1 as pycurl 7.45.6 (PyPI) brings it; 7.88.1 does the same.
# Expected: two handles of one multi handle that are told other addresses for the same name
#   (CURLOPT_RESOLVE) reach other servers.
# Seen: the second goes over the connection that the first has left, to the first one's address. On a
#   multi handle of its own it reaches the other server.
# Matters: a program that pins the names of two deployments, or of the machines behind one name, talks to
#   the wrong one as soon as both share connections; nothing says so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv python
timeout 300 python/bin/pip install -q --disable-pip-version-check pycurl==7.45.6

cat >fetch.py <<'PYTHON'
import io
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pycurl


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        name = self.server.server_address[0].encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(name)))
        self.end_headers()
        self.wfile.write(name)

    def log_message(self, *arguments):
        pass


def serve(address, port):
    server = ThreadingHTTPServer((address, port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


def get(multi, address):
    body = io.BytesIO()
    easy = pycurl.Curl()
    easy.setopt(pycurl.URL, f"http://queue.test:{port}/")
    easy.setopt(pycurl.RESOLVE, [f"queue.test:{port}:{address}"])
    easy.setopt(pycurl.WRITEDATA, body)
    multi.add_handle(easy)
    while multi.perform()[1]:
        multi.select(1)
    multi.remove_handle(easy)
    easy.close()
    return body.getvalue().decode()


port = serve("127.0.0.1", 0)
serve("127.0.0.2", port)
shared = pycurl.CurlMulti()
print("libcurl", pycurl.version_info()[1])
print("first, resolved to 127.0.0.1: answered by", get(shared, "127.0.0.1"))
print("second, resolved to 127.0.0.2: answered by", get(shared, "127.0.0.2"))
print("alone, resolved to 127.0.0.2: answered by", get(pycurl.CurlMulti(), "127.0.0.2"))
PYTHON
timeout 60 python/bin/python fetch.py | tee seen
diff - seen <<'TEXT'
libcurl 8.12.1-DEV
first, resolved to 127.0.0.1: answered by 127.0.0.1
second, resolved to 127.0.0.2: answered by 127.0.0.1
alone, resolved to 127.0.0.2: answered by 127.0.0.2
TEXT
