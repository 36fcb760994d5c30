#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# What the page computes of a task group, without a browser: the graph's layout, the timeline, what a filter shows.
set -euo pipefail
command -v node >/dev/null || {
	echo "there is no node: nothing is tested"
	exit 77
}
node --test --test-reporter=spec tests/page/group.js
