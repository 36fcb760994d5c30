#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Payloads that this worker does not do: each is malformed-payload, and the log says what and where.
. tests/worker/check.sh
sandbox --poll-timeout 200

# refused PAYLOAD REGEX…: lines of the log behind its headline
refused() {
	local payload=$1
	shift
	one "$payload" exception malformed-payload
	log_is '\[taskcluster:error\] TASK FAIL since the task payload is invalid\. See errors:' "$@" ''
	artifacts_are "public/logs/live_backing.log s3 text/plain; charset=utf-8"
}
# feature NAME MEMBERS: that the name is told
feature() {
	refused "{\"command\": [[\"true\"]], \"maxRunTime\": 30, $2}" "\\[taskcluster:error\\] - \\(/.*$1.*\\): .*"
}

refused '{}' '\[taskcluster:error\] - \(root\): lacks the member "command"' \
	'\[taskcluster:error\] - \(root\): lacks the member "maxRunTime"'
refused '{"command": ["true"], "maxRunTime": "1", "surprise": 1}' \
	'\[taskcluster:error\] - \(root\): must not have the member "surprise"'
refused '{"command": [["true", 1]], "maxRunTime": 30}' \
	'\[taskcluster:error\] - \(/command/0/1\): must be of type "string"'
refused '{"command": [["true"]], "maxRunTime": 86401}' '\[taskcluster:error\] - \(/maxRunTime\): is 86401.*86400'
refused '{"image": "ubuntu", "command": ["true"], "maxRunTime": 30}' '\[taskcluster:error\] - \(/image\): .*docker-worker.*'
refused '{"command": [["true"]], "maxRunTime": 30, "env": {"A=B": "c"}}' '\[taskcluster:error\] - \(/env\): .*'
feature interactive '"features": {"interactive": true}'
feature loopbackAudio '"features": {"loopbackAudio": true}'
feature loopbackVideo '"features": {"loopbackVideo": true}'
feature chainOfTrust '"features": {"chainOfTrust": true}'
feature runTaskAsCurrentUser '"features": {"runTaskAsCurrentUser": true}'
feature runAsAdministrator '"features": {"runAsAdministrator": true}'
feature osGroups '"osGroups": ["docker"]'
feature taskclusterProxyInterface '"taskclusterProxyInterface": "docker-bridge"'

# when artifacts expire: not before the deadline, nor after the task
artifact() {
	printf '{"command": [["true"]], "maxRunTime": 30, "artifacts": [{"type": "file", "path": "a", "expires": "%s"}]}' "$1"
}
refused "$(artifact "$("$TC_CLI" from-now 1 minute)")" \
	'\[taskcluster:error\] - \(/artifacts/0/expires\): .*deadline'
refused "$(artifact "$("$TC_CLI" from-now 2 years)")" \
	'\[taskcluster:error\] - \(/artifacts/0/expires\): .*expires'

# what is on by default can be said, and what is not used has no effect
one '{"command": [["true"]], "maxRunTime": 30, "features": {"resourceMonitor": true, "interactive": false},
	"supersederUrl": "https://example.com", "taskclusterProxyInterface": "localhost", "osGroups": []}' completed completed

# what mounts say says so once
one '{"command": [["true"]], "maxRunTime": 30, "mounts": [{"cacheName": "c", "directory": "d"}]}' exception malformed-payload
log_is '\[taskcluster:error\] \[mounts\] task\.scopes .*'

# a worker that has turned features off, and has less time
configure '"enableMounts": false, "enableTaskclusterProxy": false, "maxTaskRunTime": 60'
feature mounts '"mounts": [{"file": "x", "content": {"raw": "y"}}]'
feature taskclusterProxy '"features": {"taskclusterProxy": true}'
refused '{"command": [["true"]], "maxRunTime": 61}' '\[taskcluster:error\] - \(/maxRunTime\): is 61.*60'
