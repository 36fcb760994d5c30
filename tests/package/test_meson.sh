#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# The example of packaging/meson: a project of Meson's that builds the library from the wrap file, where the system has none.
# All is set up, and what stands on the public headers is compiled; the rest are the files that other tests compile.
set -euo pipefail
command -v meson >/dev/null || { echo "Meson is absent: its recipe was not tried" && exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp packaging/meson/example/* "$work"
mkdir "$work/subprojects"
cp packaging/meson/*.wrap "$work/subprojects"
ln -s "$PWD" "$work/subprojects/$(sed -n 's/^directory = //p' packaging/meson/taskcluster.wrap)"
export PKG_CONFIG_PATH='' CMAKE_PREFIX_PATH=''
{ CC=${TC_CC:-cc} meson setup "$work/build" "$work" && ninja -C "$work/build" example.p/example.c.o; } >"$work/log" 2>&1 ||
	{ grep -v '^taskcluster| WARNING' "$work/log" | tail -n 20 >&2; exit 1; }
echo "a project of Meson's has the library inside"
