#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# The libraries and programs that users get are hardened, without anybody's flags: they lie anywhere, what the loader has
# set is read-only, no stack is executable, and functions with arrays look after them.
set -euo pipefail
shopt -s nullglob
grep -qxE 'TC_HARDENING:BOOL=(ON|1)' "$TC_BUILD_DIR/CMakeCache.txt" || { echo "built with -DTC_HARDENING=OFF" && exit 77; }
cache=$(<"$TC_BUILD_DIR/CMakeCache.txt")
wrong=0

# has FILE WHAT TEXT PATTERN: what readelf and nm have said, with the pattern in it or, behind a !, without
has() {
	local found=0
	[[ $3 != *${4#!}* ]] || found=1
	[[ $4 != !* ]] || found=$((1 - found))
	((found)) || { echo "$1: $2" >&2 && wrong=1; }
}

# on FEATURE: whether the compiler has it
on() {
	[[ $cache == *"TC_HAS_$1:INTERNAL=1"* ]]
}

check() {
	local dynamic segments symbols
	dynamic=$(readelf -hdW "$1")
	segments=$(readelf -lW "$1")
	symbols=$(nm -D --undefined-only "$1")
	has "$1" "is not position-independent" "$dynamic" "DYN ("
	has "$1" "its relocations stay writable" "$segments" GNU_RELRO
	has "$1" "is bound while it runs" "$dynamic" NOW
	has "$1" "has an executable stack" "$(sed -n '/GNU_STACK/p' <<<"$segments")" '! RWE'
	has "$1" "has code that can be written" "$(sed -n '/LOAD/p' <<<"$segments")" '! RWE'
	has "$1" "its code was moved at start" "$dynamic" '!TEXTREL'
	has "$1" "looks for libraries in a folder that anybody could make" "$(sed -n '/RUNPATH\|RPATH/p' <<<"$dynamic")" '![/'
	! on stack_protector_strong || has "$1" "does not look after its stack" "$symbols" __stack_chk_fail
}

# fortified FILE: its calls of the C library check what they write to
fortified() {
	has "$1" "its calls of the C library are not checked" "$(nm -D --undefined-only "$1")" _chk@
}

libraries=("$TC_BUILD_DIR"/lib/libtaskcluster*.so.*.*.*)
programs=("$TC_BUILD_DIR"/bin/taskcluster* "$TC_BUILD_DIR"/libexec/taskcluster/*)
((${#libraries[@]} > 0 && ${#programs[@]} > 6)) || { echo "nothing was found to look at" >&2 && exit 1; }
for file in "${libraries[@]}" "${programs[@]}"; do
	check "$file"
done
if on cf_protection; then # the note of it needs the C library's own objects to have it, too
	has "$TC_LIBRARY" "its functions are no places to jump to" "$(objdump -d --disassemble=tc_sdk_version "$TC_LIBRARY")" endbr64
fi
if grep -q 'TC_NOT_FORTIFIED:INTERNAL=1' <<<"$cache" && grep -qE 'CMAKE_BUILD_TYPE:STRING=(Rel.*)?$' <<<"$cache"; then
	fortified "$TC_LIBRARY"
	for program in sandbox worker proxy codegen; do
		fortified "$TC_BUILD_DIR/bin/taskcluster-$program"
	done
fi
((wrong == 0)) || exit 1
echo "${#libraries[@]} libraries and ${#programs[@]} programs are hardened"
