#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# on.sh FOLDER SUITE …: the demo and the tests on a fresh Debian of that suite, which installs what it needs as anybody's
# does. ./dev test --on SUITE calls it.
. "$(dirname "$0")/system.sh"
system=$1/$2
make_system "$system" "$2"
put_source "$system"
inside "$system" ./dev demo
inside "$system" ./dev test
