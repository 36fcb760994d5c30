#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# -DTC_PULSE=OFF builds all but the component, and nothing of that asks for librabbitmq; the sandbox says what it lacks.
# What is compiled otherwise there is compiled, and linked with what this build has of the rest.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cmake -S . -B "$work" -G Ninja -DTC_PULSE=OFF "-DCMAKE_C_COMPILER=${TC_CC:-cc}" >"$work/log" 2>&1 ||
	{ tail -n 20 "$work/log" >&2; exit 1; }
if grep -i -n 'rabbitmq\|src/pulse/' "$work/build.ninja" >&2; then
	echo "a build without the component speaks of it" >&2
	exit 1
fi
grep -q 'bin/taskcluster-sandbox' "$work/build.ninja"

object=tools/sandbox/CMakeFiles/tc_sandbox_parts.dir/pulse/without.c.o
cmake --build "$work" --target "$object" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
read -ra libraries <<<"$(pkg-config --libs libcurl yajl libsodium libcrypto libpcre2-8 zlib libmicrohttpd sqlite3 yaml-0.1)"
"${TC_CC:-cc}" -o "$work/sandbox" "$work/$object" \
	"$TC_BUILD_DIR/tools/sandbox/CMakeFiles/taskcluster-sandbox.dir/main.c.o" \
	"$TC_BUILD_DIR"/lib/lib{tc_sandbox_parts,tc_schema_parts,tc_documents_parts,taskcluster}.a "${libraries[@]}" -lm -pthread
if "$work/sandbox" --pulse amqps://me:secret@localhost >"$work/out" 2>"$work/said"; then
	echo "the sandbox took --pulse" >&2
	exit 1
fi
grep -q -- '--pulse.*librabbitmq' "$work/said" || { cat "$work/said" >&2; exit 1; }
! grep secret "$work/said" >&2 || { echo "a password is told" >&2; exit 1; }
echo "configured, compiled and linked without librabbitmq"
