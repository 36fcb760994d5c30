#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Installed, the library is found by pkg-config, and README.md's first program builds against it, shared
# and static, and runs.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# the prefix is compiled into taskcluster.pc at configuration, so the copy is told its own
cmake --install "$TC_BUILD_DIR" --prefix "$work" >"$work/log"
pc=$(find "$work" -name taskcluster.pc)
sed -i "s|^prefix=.*|prefix=$work|" "$pc"
export PKG_CONFIG_PATH=${pc%/*}
libdir=$(pkg-config --variable=libdir taskcluster)
awk '/^```c$/ && !n {n=1; inside=1; next} /^```$/ {inside=0} inside' README.md >"$work/first.c"
cc=${TC_CC:-cc}
read -ra flags <<<"$(pkg-config --cflags --libs taskcluster)"
read -ra below <<<"$(pkg-config --libs libcurl yajl libsodium libcrypto libpcre2-8 zlib)"
"$cc" -std=c11 -Wall -Wextra -Werror "$work/first.c" -o "$work/shared" "${flags[@]}"
"$cc" -std=c11 "-I$(pkg-config --variable=includedir taskcluster)" "$work/first.c" \
	-o "$work/static" "$libdir/libtaskcluster.a" "${below[@]}" -pthread
# without an environment the program says what it lacks
for program in shared static; do
	if env -i LD_LIBRARY_PATH="$libdir" "$work/$program" abc 2>"$work/said"; then
		echo "$program: succeeded without a root URL" >&2
		exit 1
	fi
	grep -q TASKCLUSTER_ROOT_URL "$work/said" || { cat "$work/said" >&2; exit 1; }
done
[[ $(LD_LIBRARY_PATH=$libdir "$work/bin/taskcluster" slugid) =~ ^[A-Za-z0-9_-]{22}$ ]]
size=$(strip -o "$work/stripped" "$libdir"/libtaskcluster.so.*.*.* && stat -c %s "$work/stripped")
# with the worker and the chain of trust inside
((size < 1150000)) || { echo "the stripped library has $size bytes, over 1,150,000" >&2; exit 1; }
echo "installed, found, linked twice; stripped library $size bytes"
