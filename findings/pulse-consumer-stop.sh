#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Versions: the services' own libraries/pulse of Taskcluster 83.1.0 and 106.0.0, amqplib 0.10.8; RabbitMQ 3.10.8 (Debian 12).
# Expected: after PulseConsumer's stop() was called "no further messages will be consumed from the queue", as its comment
#   says: the handler finishes the five that it may have (prefetch), at most, and stop() returns.
# Seen: more than a hundred others come to the handler as well, often all that the queue has, before stop() returns. It
#   never cancels its consumer: the tag is taken from what amqplib's consume() returns, which is a promise, and is
#   undefined. It only waits for a moment in which no message is being handled, and a full queue hardly leaves one.
# Matters: a service on a busy queue does not stop, and each hour, when the client makes a new connection, the old one
#   goes on consuming beside it, until it is closed with messages in hand, which come again.
set -euo pipefail
. "$(dirname "$0")/pulse-consumer/run.sh"
get_library
start_broker
cat >"$folder/stop.mjs" <<'JS'
import { client, consumeBy, publish, queued, sleep } from './begin.mjs';
let handled = 0, late = 0, stopping = false;
const consumer = await consumeBy(async () => {
	if (stopping) late++;
	await sleep(20 + 10 * (handled++ % 5));
});
await publish(200);
while (handled < 20) await sleep(10);
stopping = true;
await consumer.stop();
const left = await queued();
console.log(`came to the handler after stop() was called: ${late}; left in the queue: ${left}`);
await client.stop();
process.exit(late > 20 ? 0 : 1);
JS
cd "$folder" && timeout 60 node stop.mjs "$url"
