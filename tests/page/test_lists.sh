#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# The page's lists: the overview as things happen, the index, a hook that is triggered, queues with their workers and tasks.
. tests/page/check.sh
with_page --poll-timeout 200
drive lists
