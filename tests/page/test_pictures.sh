#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# How the page looks, with a push of a project half built: pictures of overview, group and log in build/pages, bright, dark and
# narrow. `TC_PICTURES=1 ctest -R page.pictures` puts those of the README into docs/, too; there they have less than 60 KB.
. tests/page/check.sh
with_page --poll-timeout 200
drive pictures
for name in overview group log; do
	picture=$TC_BUILD_DIR/pages/page-$name.png
	(($(stat -c %s "$picture") < 60000)) || fail "$picture has $(stat -c %s "$picture") bytes"
	[[ -z ${TC_PICTURES:-} ]] || cp "$picture" docs/
done
