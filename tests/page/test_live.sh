#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# A log is read while its worker writes it: before it is there, as it grows, followed and not, and when the worker is gone.
. tests/page/check.sh
with_page --poll-timeout 0
drive live
