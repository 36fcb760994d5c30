#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# The page by the keyboard alone: what has the focus has a name, Enter and Space do what a click does, dialogs hold the focus and
# give it back.
. tests/page/check.sh
with_page
drive keyboard
