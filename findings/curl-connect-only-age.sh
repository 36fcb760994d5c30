#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Versions: libcurl 8.12.1 as pycurl 7.45.6 (PyPI) brings it; 7.88.1 and 8.14.1 do the same.
# Expected: a connection made with CURLOPT_CONNECT_ONLY is its application's ("you can use the socket")
#   until its handle is removed from the multi handle.
# Seen: once it stands libcurl counts it as idle: when another transfer on the multi handle makes a
#   connection, and this one was made longer ago than that transfer's CURLOPT_MAXAGE_CONN (118 s where
#   nobody sets it), libcurl closes it, however much goes over it. 8.14.1 also closes one, however young,
#   on which bytes have come that nobody has read yet.
# Matters: who speaks another protocol (AMQP, MQTT) beside HTTP on one multi handle loses that connection
#   now and then for no reason that anybody sees. On a multi handle of its own it stays.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv python
timeout 300 python/bin/pip install -q --disable-pip-version-check pycurl==7.45.6

cat >talk.py <<'PYTHON'
import os, socket, threading, time
import pycurl

def listen():
    server = socket.create_server(("127.0.0.1", 0))
    return server, server.getsockname()[1]

closed = []
def on_close(fd):
    closed.append(fd)
    os.close(fd)
    return 0

def drive(multi, seconds):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        multi.perform()
        multi.select(0.05)

def easy(port):
    handle = pycurl.Curl()
    handle.setopt(pycurl.URL, f"http://127.0.0.1:{port}/")
    handle.setopt(pycurl.CLOSESOCKETFUNCTION, on_close)
    return handle

first, first_port = listen()
second, second_port = listen()
multi = pycurl.CurlMulti()
connection = easy(first_port)
connection.setopt(pycurl.CONNECT_ONLY, 1)
multi.add_handle(connection)
drive(multi, 0.5)
print("libcurl", pycurl.version_info()[1])
peer, _ = first.accept()
print("connected, sockets closed:", len(closed))
time.sleep(2.5)
call = easy(second_port)
call.setopt(pycurl.MAXAGE_CONN, 1)
multi.add_handle(call)
drive(multi, 0.5)
peer.settimeout(1)
print("after another transfer has connected, sockets closed:", len(closed))
try:
    print("the other side of the connection reads", peer.recv(1))
except TimeoutError:
    print("the other side of the connection reads nothing yet")
multi.remove_handle(call)
multi.remove_handle(connection)
PYTHON
timeout 60 python/bin/python talk.py | tee seen
diff - seen <<'TEXT'
libcurl 8.12.1-DEV
connected, sockets closed: 0
after another transfer has connected, sockets closed: 1
the other side of the connection reads b''
TEXT
