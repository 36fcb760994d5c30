#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# A task group as the browser shows it: its graph, timeline and table, filtered, by keys and pointer, as its tasks run.
. tests/page/check.sh
with_page --poll-timeout 200
drive graph
