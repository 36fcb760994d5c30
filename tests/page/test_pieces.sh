#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Times and routes of the sandbox's page, and which tasks are the latest.
set -euo pipefail
command -v node >/dev/null || {
	echo "there is no node: nothing is tested"
	exit 77
}
node tests/page/pieces.js
