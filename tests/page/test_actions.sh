#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Actions of a decision task's public/actions.json, by hooks and by tasks: which are offered, what is made of their templates,
# and what is refused.
. tests/page/check.sh
with_page --poll-timeout 200
drive actions
