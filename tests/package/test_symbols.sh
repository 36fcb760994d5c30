#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# What the shared library exports: the runtime's symbols as listed in symbols.txt, the generated ones
# and those of the workflows as their headers declare them, and nothing else. TC_SYMBOLS_WRITE=1 rewrites the list.
set -euo pipefail
list=tests/package/symbols.txt
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
nm -D --defined-only "$TC_LIBRARY" | awk '$2 ~ /[TBDRVW]/ {print $3}' | sort -u >"$work/exported"
cat {generated,workflows}/include/taskcluster/*.h | tr '\n' ' ' | grep -oE 'TC_API [^;{]*[;{]' |
	sed -E 's/^TC_API ([^(]*[ *])([a-z0-9_]+)[(;[].*/\2/' | sort -u >"$work/generated"
comm -23 "$work/exported" "$work/generated" >"$work/runtime"
[[ -z ${TC_SYMBOLS_WRITE:-} ]] || cp "$work/runtime" "$list"
diff -u "$list" "$work/runtime" || {
	echo "the runtime's exported symbols are not those in $list" >&2
	exit 1
}
comm -13 "$work/exported" "$work/generated" >"$work/missing"
[[ ! -s $work/missing ]] || { echo "declared but not exported:" && cat "$work/missing"; exit 1; }
! grep -v '^tc_' "$work/exported" || { echo "exported without the prefix" >&2; exit 1; }
# gperftools exports these
! grep -xE 'tc_(malloc|free|calloc|realloc|cfree|memalign|version|new.*|delete.*|set_new_mode|malloc_.*|valloc|pvalloc|mallo.*|posix_memalign)' \
	"$work/exported" || { echo "a name of gperftools" >&2; exit 1; }
echo "$(wc -l <"$work/runtime") runtime and $(wc -l <"$work/generated") generated or workflow symbols"
