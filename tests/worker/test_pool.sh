#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# A static worker of worker-manager: it has nothing but its secret.
. tests/worker/check.sh
sandbox --poll-timeout 300
secret=$(printf 'abcdefghijk%.0s' 1 2 3 4)
api worker-manager createWorkerPool test/worker >/dev/null <<JSON
{"providerId": "static", "description": "d", "owner": "o@example.com", "config": {}, "emailOnError": false}
JSON
api worker-manager createWorker test/worker g w >/dev/null <<JSON
{"expires": "$("$TC_CLI" from-now 1 hour)", "capacity": 1, "providerInfo": {"staticSecret": "$secret"}}
JSON
alone() { # without the credentials of this test
	TASKCLUSTER_CLIENT_ID='' TASKCLUSTER_ACCESS_TOKEN='' "$@"
}
configure "\"providerId\": \"static\", \"staticSecret\": \"$secret\""
task "{$(bash_command 'echo in a pool')}"
alone worker 0 --tasks 1
is 0 completed completed
! grep -rF "$secret" "$folder/worker.log" "$folder/out" || fail "the secret is told"

# worker-manager does not want it any more
alone start_worker
sleep 0.5
api worker-manager removeWorker test/worker g w >/dev/null
ends 70
check_rest

# and does not take it either
configure "\"providerId\": \"static\", \"staticSecret\": \"$(tr a-k b-l <<<"$secret")\""
alone worker 69
