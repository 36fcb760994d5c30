#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# What can be done on the page: a definition with problems beside their places, a task edited and created again, retriggered,
# given another priority, a group that is sealed and canceled, faults switched on and off.
. tests/page/check.sh
with_page --poll-timeout 200
drive doing
