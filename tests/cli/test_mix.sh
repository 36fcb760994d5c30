#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Credentials of one deployment never get to another, whatever of them is in the environment and in
# the file; what is signed is signed by the right token. A server looks.
. tests/cli/check.sh
exec </dev/null
command -v node >/dev/null || exit 77
node tests/cli/mix.js "$TC_CLI" "$folder"
echo "mix: all as it should be"
