#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Version: libcurl 8.23.0 as pycurl 7.49.0 (PyPI) brings it, also 8.22.0; 8.12.1 (pycurl 7.45.6) and 8.14.1 do not wait.
# Expected: with CURLOPT_QUICK_EXIT, which exists for that, a transfer whose look-up hangs leaves it behind.
# Seen: it ends in time, but curl_multi_cleanup waits until the resolver gives up: since 8.20 the threads are the multi
#	handle's, and only its own CURLMOPT_QUICK_EXIT counts.
# Matters: a program whose resolver is down does not end; canceling hangs.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/slow.c" <<'C'
#include <netdb.h>
#include <unistd.h>

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **found)
{
	(void)name, (void)service, (void)hints, (void)found;
	sleep(4); /* a resolver whose servers are silent takes 30 s */
	return EAI_AGAIN;
}
C
cc -shared -fPIC -o "$folder/slow.so" "$folder/slow.c"
cat >"$folder/ask.py" <<'PYTHON'
import time, pycurl

QUICK_EXIT = 322 # CURLOPT_QUICK_EXIT, for which pycurl has no name
multi, curl = pycurl.CurlMulti(), pycurl.Curl()
curl.setopt(curl.URL, 'http://slow.test/')
curl.setopt(curl.PROXY, '')
curl.setopt(curl.TIMEOUT_MS, 500)
curl.setopt(curl.NOSIGNAL, 1)
curl.setopt(QUICK_EXIT, 1)
multi.add_handle(curl)
begun, running = time.monotonic(), 1
while running:
    multi.select(0.1)
    _, running = multi.perform()
ended = time.monotonic()
multi.remove_handle(curl)
multi.close()
print(pycurl.version.split()[1], 'ended after %.1f s, closed after %.1f s' % (ended - begun, time.monotonic() - begun))
PYTHON
for version in 7.45.6 7.49.0; do
	python3 -m venv "$folder/$version"
	"$folder/$version/bin/pip" -q install pycurl==$version
	LD_PRELOAD=$folder/slow.so "$folder/$version/bin/python" "$folder/ask.py" | tee "$folder/$version.txt"
done
grep -q "^libcurl/8.12.*closed after 0" "$folder/7.45.6.txt"
grep -q "^libcurl/8.23.0 ended after 0.* closed after [34]" "$folder/7.49.0.txt"
