#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Tasks are created by the page's form and by the API, a worker runs them, and the pages follow: why they wait, their states, a
# log with colours, a second run, a cancellation. Nothing is loaded anew.
. tests/page/check.sh
with_page --poll-timeout 200
drive work
