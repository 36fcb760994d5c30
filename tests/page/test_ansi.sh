#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# How the sandbox's page reads a log's bytes.
set -euo pipefail
command -v node >/dev/null || {
	echo "there is no node: nothing is tested"
	exit 77
}
node tests/page/ansi.js
