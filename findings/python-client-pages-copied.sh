#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Version: taskcluster 113.2.0 (PyPI).
# Expected: each page of a list is handed to the function given as paginationHandler, be it a plain
#   function or an object's method.
# Seen: arguments given by name are copied deeply first, and a deep copy of a bound method has a copy of
#   its object: the method is called, three times, on an object that nobody else sees. Ours stays empty,
#   without any error. Where the object holds what cannot be copied (a lock) the call is a TypeError.
# Matters: a collector class, the natural shape beyond a few lines, sees an empty task group. A function, a
#   lambda and a list's append work, so that a small trial does not show it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv python
timeout 300 python/bin/pip install -q --disable-pip-version-check taskcluster==113.2.0 mohawk==1.1.0

cat >pages.py <<'PYTHON'
import threading

import taskcluster
import taskcluster.utils

pages = {None: ("one", "b"), "b": ("two", "c"), "c": ("three", None)}


class Reply:
    status_code = 200

    def __init__(self, url):
        self.names, self.following = pages[url.partition("continuationToken=")[2] or None]

    def raise_for_status(self):
        pass

    def json(self):
        more = {"continuationToken": self.following} if self.following else {}
        return {"tasks": [self.names], **more}


class Collector:
    def __init__(self):
        self.tasks = []

    def page(self, reply):
        print("called;", end=" ")
        self.tasks += reply["tasks"]


class Locked(Collector):
    def __init__(self):
        super().__init__()
        self.lock = threading.Lock()


taskcluster.utils.makeSingleHttpRequest = lambda method, url, *rest: Reply(url)
queue = taskcluster.Queue({"rootUrl": "https://tc.example.com"})
found = []
queue.listTaskGroup("fN1SbArXTPSVFNUvaOlinQ", paginationHandler=lambda reply: found.extend(reply["tasks"]))
print("function:", found)
for kind in Collector, Locked:
    collector = kind()
    print("method:", end=" ")
    try:
        queue.listTaskGroup("fN1SbArXTPSVFNUvaOlinQ", paginationHandler=collector.page)
        print(collector.tasks)
    except TypeError as error:
        print("TypeError,", "cannot pickle" in str(error) and "cannot be copied")
PYTHON
timeout 60 python/bin/python -W ignore pages.py | tee seen
diff - seen <<'TEXT'
function: ['one', 'two', 'three']
method: called; called; called; []
method: TypeError, cannot be copied
TEXT
