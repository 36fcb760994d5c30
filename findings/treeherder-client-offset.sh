#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Version: treeherder-client 5.0.0 (PyPI).
# Expected: get_jobs(project, offset=100, count=N) gives N jobs from the hundredth on, for each N; the client
#   splits what is more than the service's 2000 a request.
# Seen: for N up to 2000 so; for more, or for count=None (all), it begins with the first job: the offset is
#   overwritten. And when N is a whole multiple of 2000 it asks once more at the end, with count=0.
# Matters: who goes on where the last run ended, in large steps, gets the first jobs again each time, and
#   never the later ones.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv python
timeout 300 python/bin/pip install -q --disable-pip-version-check treeherder-client==5.0.0

cat >jobs.py <<'PYTHON'
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

from thclient import TreeherderClient

asked = []


class Service(BaseHTTPRequestHandler):
    def do_GET(self):
        query = {name: int(values[0]) for name, values in parse_qs(urlsplit(self.path).query).items()}
        asked.append(f"count={query['count']} offset={query['offset']}")
        jobs = list(range(5000))[query["offset"] : query["offset"] + query["count"]]
        body = json.dumps({"results": jobs}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *rest):
        pass


server = HTTPServer(("127.0.0.1", 0), Service)
threading.Thread(target=server.serve_forever, daemon=True).start()
client = TreeherderClient(server_url=f"http://127.0.0.1:{server.server_address[1]}")
for count in 2000, 2001, 4000, None:
    asked.clear()
    jobs = client.get_jobs("autoland", offset=100, count=count)
    print(f"offset=100, count={count}: {len(jobs)} jobs from {jobs[0]} on: {', '.join(asked)}")
PYTHON
timeout 60 python/bin/python jobs.py | tee seen
diff - seen <<'TEXT'
offset=100, count=2000: 2000 jobs from 100 on: count=2000 offset=100
offset=100, count=2001: 2001 jobs from 0 on: count=2000 offset=0, count=1 offset=2000
offset=100, count=4000: 4000 jobs from 0 on: count=2000 offset=0, count=2000 offset=2000, count=0 offset=4000
offset=100, count=None: 5000 jobs from 0 on: count=2000 offset=0, count=2000 offset=2000, count=2000 offset=4000
TEXT
