#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# What the shared libraries export. The library: the runtime's symbols as listed in symbols.txt, the generated
# ones and those of the workflows as their headers declare them. Of the components: what their headers
# declare. And nothing else. TC_SYMBOLS_WRITE=1 rewrites the list.
set -euo pipefail
. tests/package/component.sh
list=tests/package/symbols.txt
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# node LIBRARY: the version that its symbols have
node() {
	readelf -dW "$1" | sed -nE 's/.*\[lib(taskcluster[a-z-]*)\.so\.([0-9.]*)\]$/\1_\2/p' | tail -n 1 | tr a-z- A-Z_
}

# check_bound LIBRARY: the loader looks up no name that is the library's own; there were 1572 once, at each start
check_bound() {
	local own
	own=$(readelf -rW "$1" | grep -cE "@$(node "$1") " || true)
	((own == 0)) || { echo "$1: $own of its own names are looked up when it is loaded" >&2 && exit 1; }
}

# exported LIBRARY: without the version of each, which is that of the library and tells what it was linked with
exported() {
	nm -D --defined-only "$1" | awk -v node="$(node "$1")" '
		$2 !~ /[TBDRVW]/ { next }
		{ split($3, name, "@+"); print name[1]; if (name[2] != node) wrong = wrong " " $3 }
		END { if (wrong) { print "not of the version " node ":" wrong > "/dev/stderr"; exit 1 } }' | sort -u
}

# declared HEADER…
declared() {
	cat "$@" | tr '\n' ' ' | grep -oE 'TC_API [^;{]*[;{]' |
		sed -E 's/^TC_API ([^(]*[ *])([a-z0-9_]+)[(;[].*/\2/' | sort -u
}

# check_missing LIST: nothing is declared and not exported
check_missing() {
	[[ ! -s $1 ]] || { echo "declared but not exported:" && cat "$1"; exit 1; }
}

exported "$TC_LIBRARY" >"$work/exported"
mapfile -t headers < <(printf '%s\n' {generated,workflows}/include/taskcluster/*.h | grep -v '/pulse[a-z_]*\.h$')
declared "${headers[@]}" >"$work/generated"
comm -23 "$work/exported" "$work/generated" >"$work/runtime"
[[ -z ${TC_SYMBOLS_WRITE:-} ]] || cp "$work/runtime" "$list"
diff -u "$list" "$work/runtime" || {
	echo "the runtime's exported symbols are not those in $list" >&2
	exit 1
}
comm -13 "$work/exported" "$work/generated" >"$work/missing"
check_missing "$work/missing"
! grep -v '^tc_' "$work/exported" || { echo "exported without the prefix" >&2; exit 1; }
# gperftools exports these
! grep -xE 'tc_(malloc|free|calloc|realloc|cfree|memalign|version|new.*|delete.*|set_new_mode|malloc_.*|valloc|pvalloc|mallo.*|posix_memalign)' \
	"$work/exported" || { echo "a name of gperftools" >&2; exit 1; }
check_bound "$TC_LIBRARY"
# it stands on none of ours, so a path of its own would only have the loader look there for others' libraries
[[ $(readelf -dW "$TC_LIBRARY") != *PATH\)* ]] || { echo "$TC_LIBRARY has a path to search" >&2; exit 1; }
echo "$(wc -l <"$work/runtime") runtime and $(wc -l <"$work/generated") generated or workflow symbols"

# check_component NAME HEADER…: it exports what they declare
check_component() {
	built "$1" || return 0
	check_bound "$(component_library "$1")"
	exported "$(component_library "$1")" >"$work/component"
	declared "${@:2}" >"$work/declared"
	comm -13 "$work/component" "$work/declared" >"$work/missing"
	check_missing "$work/missing"
	comm -23 "$work/component" "$work/declared" >"$work/more"
	[[ ! -s $work/more ]] || { echo "exported by the component $1, and not declared:" && cat "$work/more"; exit 1; }
	echo "$(wc -l <"$work/component") symbols of the component $1"
}

check_component pulse workflows/include/taskcluster/pulse*.h
check_component references codegen/include/taskcluster/*.h
