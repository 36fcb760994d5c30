#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Versions: the services' own libraries/pulse of Taskcluster 83.1.0 and 106.0.0, amqplib 0.10.8; RabbitMQ 3.10.8 (Debian 12).
# Expected: PulseConsumer gives up a message when its handler has failed twice: the first failure sends it back.
# Seen: it goes by the flag `redelivered`, which a lost connection sets as well. A message that was being handled when
#   the connection ended comes again, and is dropped at its first failure: it is not in the queue any more.
# Matters: just after a broker's restart, when the services behind a handler fail most, one failure loses the message.
set -euo pipefail
. "$(dirname "$0")/pulse-consumer/run.sh"
get_library
start_broker
cat >"$folder/redelivered.mjs" <<'JS'
import { consumeBy, loseConnections, publish, queued, sleep } from './begin.mjs';
const cases = { undisturbed: false, 'connection lost before': true };
const failures = {};
let handler;
await consumeBy(async () => handler());
for (const [name, lose] of Object.entries(cases)) {
	let lost = false;
	failures[name] = 0;
	handler = async () => {
		if (lose && !lost) {
			lost = true;
			loseConnections();
			await sleep(500);
			return;
		}
		failures[name]++;
		throw new Error('not now');
	};
	await publish(1);
	await sleep(4000);
	console.log(`${name}: the handler failed ${failures[name]} times; left in the queue: ${await queued()}`);
}
process.exit(failures.undisturbed === 2 && failures['connection lost before'] === 1 ? 0 : 1);
JS
cd "$folder" && timeout 60 node redelivered.mjs "$url"
