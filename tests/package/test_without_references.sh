#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# -DTC_REFERENCES=OFF builds all but the component, and nothing of that speaks of it.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cmake -S . -B "$work" -G Ninja -DTC_REFERENCES=OFF "-DCMAKE_C_COMPILER=${TC_CC:-cc}" >"$work/log" 2>&1 ||
	{ tail -n 20 "$work/log" >&2; exit 1; }
if grep -n 'src/rows/\|src/live/\|taskcluster_references\|include/taskcluster/references\.h' "$work/build.ninja" >&2; then
	echo "a build without the component speaks of it" >&2
	exit 1
fi
grep -q 'bin/taskcluster-codegen' "$work/build.ninja"
if grep -n 'taskcluster-references' "$work/cmake_install.cmake" >&2; then
	echo "without the component something of it would be installed" >&2
	exit 1
fi
echo "configured without the component"
