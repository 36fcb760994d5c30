#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Who gets nothing: a page of another origin, a foreign Host, a process without the token, an artifact with a script, a text of
# a task that would be markup. What is not a secure origin is for reading only.
. tests/page/check.sh
with_page --poll-timeout 200
drive walls
with_page --root-url 'http://sandbox.test:{port}'
port=${TASKCLUSTER_ROOT_URL##*:}
export TASKCLUSTER_ROOT_URL=http://127.0.0.1:$port
drive insecure
