#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Who is signed in: by a link that is good once, in all tabs, until they sign out, the time is over or the sandbox is another.
. tests/page/check.sh
drive session
