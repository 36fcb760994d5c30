# SPDX-License-Identifier: MPL-2.0
# The Python client (PyPI taskcluster): python3 objects.py ROOT_URL SOURCE TARGET
# uploads the file SOURCE as an object and downloads one to TARGET; prints its version, the
# milliseconds and CPU milliseconds of both, and the KiB of memory at its peak.
import os
import resource
import sys
import time
from importlib.metadata import version

import taskcluster
from taskcluster.download import downloadToFile
from taskcluster.upload import uploadFromFile

root_url, source, target = sys.argv[1:]
service = taskcluster.Object(
    {
        "rootUrl": root_url,
        "credentials": {"clientId": "project/releng/a-worker", "accessToken": "no-secret"},
    }
)


def upload():
    with open(source, "rb") as file:
        uploadFromFile(
            file=file,
            projectId="none",
            name="t/object",
            contentType="application/octet-stream",
            contentLength=os.path.getsize(source),
            expires=taskcluster.fromNow("1 day"),
            objectService=service,
        )


def download():
    with open(target, "wb+") as file:
        downloadToFile(file, name="t/object", objectService=service)


def measure(work):
    cpu, begun = time.process_time(), time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1e3, (time.process_time() - cpu) * 1e3


up, down = measure(upload), measure(download)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(version("taskcluster"), *up, *down, peak)
