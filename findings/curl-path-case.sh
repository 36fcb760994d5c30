#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Version: libcurl 8.23.0 as pycurl 7.49.0 (PyPI) brings it; 7.88.1 and 8.14.1 leave the path alone.
# Expected: with CURLOPT_PATH_AS_IS a path is sent as it was given.
# Seen: its percent-encoded bytes are sent in upper case; those of the query are sent as they stand.
# Matters: a signature over the path as it was given, such as Hawk's, is wrong: another path is sent than was signed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" -q install pycurl==7.49.0
cat >"$folder/ask.py" <<'PYTHON'
import http.server, threading, pycurl

seen = []
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        seen.append(self.path)
        self.send_response(204)
        self.end_headers()
    def log_message(self, *arguments):
        pass

server = http.server.HTTPServer(('127.0.0.1', 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(pycurl.version.split()[1])
curl = pycurl.Curl()
curl.setopt(curl.PROXY, '')
curl.setopt(curl.PATH_AS_IS, 1)
for path in ('/a%2fb%c3%a9', '/a?b=%2f'):
    curl.setopt(curl.URL, 'http://127.0.0.1:%d%s' % (server.server_port, path))
    curl.perform()
    print(path, 'is sent as', seen[-1])
server.shutdown()
PYTHON
"$folder/venv/bin/python" "$folder/ask.py" | tee "$folder/out"
diff "$folder/out" - <<'TEXT'
libcurl/8.23.0
/a%2fb%c3%a9 is sent as /a%2Fb%C3%A9
/a?b=%2f is sent as /a?b=%2f
TEXT
