#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# The same bytes wherever the sources lie, the build is and whoever builds: an archive of the runtime, objects of each house and
# of what the sandbox holds, made twice in places, time zones and languages of their own, one build inside its sources and one
# outside. That nothing that is installed names a folder of the build is seen by package.install.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
made=(lib/libtc_references_core.a
	generated/CMakeFiles/tc_generated.dir/src/index{,_rows,_types}.c.o
	workflows/CMakeFiles/tc_workflows.dir/src/tasks/wait.c.o
	tools/sandbox/CMakeFiles/tc_sandbox_parts.dir/server/start.c.o
	tools/worker/CMakeFiles/tc_payload_held.dir/payload_held.c.o)

# build SOURCE BUILD DATE
build() {
	mkdir -p "$1"
	cp -R CMakeLists.txt cmake runtime generated workflows codegen tools docs references "$1"
	find "$1" -exec touch -d "$3" {} +
	{ cmake -S "$1" -B "$2" -G Ninja "-DCMAKE_C_COMPILER=${TC_CC:-cc}" -DTC_TESTS=OFF -DTC_EXAMPLES=OFF -DTC_PULSE=OFF \
		'-DTC_TOOLS=sandbox;worker' && ninja -C "$2" "${made[@]}"; } >"$work/log" 2>&1 || { tail -n 20 "$work/log" >&2; exit 1; }
}

export CCACHE_DISABLE=1 # which would find the first ones
TZ=UTC LC_ALL=C build "$work/a" "$work/a/build" 2001-01-01
(umask 077 && TZ=Asia/Kolkata LC_ALL=C.UTF-8 build "$work/some where/else/a" "$work/objects of it" 2021-12-31)
for file in "${made[@]}" taskcluster.pc taskcluster-config-version.cmake; do
	cmp "$work/a/build/$file" "$work/objects of it/$file" || { echo "$file differs from build to build" >&2; exit 1; }
done
echo "an archive and $((${#made[@]} - 1)) objects are the same twice"
