#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# The calls of the sandbox's page: signed as Hawk's reference implementation takes them; what is tried again, and what is told.
set -euo pipefail
export NODE_PATH=${NODE_PATH:-/usr/share/nodejs} # Debian's, for a node that is not
node -e 'require("hawk")' 2>/dev/null || {
	echo "there is no node with its module hawk: nothing is tested"
	exit 77
}
node tests/page/calls.js
