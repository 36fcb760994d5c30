#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Where in a log the page of the sandbox goes on, and which of its lines are seen.
set -euo pipefail
command -v node >/dev/null || {
	echo "there is no node: nothing is tested"
	exit 77
}
node tests/page/log.js
