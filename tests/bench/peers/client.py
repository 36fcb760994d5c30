# SPDX-License-Identifier: MPL-2.0
# The Python client (PyPI taskcluster): python3 client.py ROOT_URL CALLS IN_FLIGHT
# prints its version, and the milliseconds and CPU milliseconds of its calls.
import asyncio
import sys
import time
from importlib.metadata import version

import aiohttp
import taskcluster.aio

root_url, calls, in_flight = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])


async def run(queue, count):
    left = iter(range(count))

    async def worker():
        for _ in left:
            reply = await queue.status("fN1SbArXTPSVFNUvaOlinQ")
            assert reply["status"]["state"] == "running"

    await asyncio.gather(*(worker() for _ in range(in_flight)))


async def main():
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=in_flight)) as session:
        queue = taskcluster.aio.Queue(
            {
                "rootUrl": root_url,
                "credentials": {"clientId": "project/releng/a-worker", "accessToken": "no-secret"},
            },
            session=session,
        )
        await run(queue, calls // 10)
        cpu, begun = time.process_time(), time.perf_counter()
        await run(queue, calls)
        print(
            version("taskcluster"),
            (time.perf_counter() - begun) * 1e3,
            (time.process_time() - cpu) * 1e3,
        )


asyncio.run(main())
