# SPDX-License-Identifier: MPL-2.0
# Python's messaging client (PyPI kombu): python3 pulse.py URL QUEUE MESSAGES PREFETCH
# takes so many typical messages, reads each, acknowledges it, and prints its version, and the
# milliseconds and CPU milliseconds that took.
import json
import sys
import time
from importlib.metadata import version

import kombu

url, queue, left, prefetch = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])


def handle(body, message):
    global left
    if isinstance(body, (bytes, str)):
        body = json.loads(body)
    assert body["status"]["state"] == "completed"
    message.ack()
    left -= 1


with kombu.Connection(url) as connection:
    channel = connection.channel()
    consumer = kombu.Consumer(channel, kombu.Queue(queue, no_declare=True), accept=["json"])
    consumer.register_callback(handle)
    consumer.qos(prefetch_count=prefetch)
    cpu, begun = time.process_time(), time.perf_counter()
    with consumer:
        while left:
            connection.drain_events(timeout=30)
    print(
        version("kombu"),
        (time.perf_counter() - begun) * 1e3,
        (time.process_time() - cpu) * 1e3,
    )
