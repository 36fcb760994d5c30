// SPDX-License-Identifier: MPL-2.0
// The JavaScript client (npm taskcluster-client): node client.js ROOT_URL CALLS IN_FLIGHT
// prints its version, and the milliseconds and CPU milliseconds of its calls.
'use strict';
const taskcluster = require('taskcluster-client');
const {version} = require('taskcluster-client/package.json');

const [rootUrl, calls, inFlight] = process.argv.slice(2);
const queue = new taskcluster.Queue({
  rootUrl,
  credentials: {clientId: 'project/releng/a-worker', accessToken: 'no-secret'},
});

async function run(count) {
  let started = 0;
  const worker = async () => {
    while (started++ < count) {
      const reply = await queue.status('fN1SbArXTPSVFNUvaOlinQ');
      if (reply.status.state !== 'running') throw new Error('not the reply');
    }
  };
  await Promise.all(Array.from({length: Number(inFlight)}, worker));
}

(async () => {
  await run(calls / 10); // warm
  const cpu = process.cpuUsage();
  const begun = process.hrtime.bigint();
  await run(Number(calls));
  const wall = Number(process.hrtime.bigint() - begun) / 1e6;
  const used = process.cpuUsage(cpu);
  console.log(version, wall, (used.user + used.system) / 1e3);
})();
