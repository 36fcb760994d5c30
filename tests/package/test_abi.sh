#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Programs that were linked to this version of the library go on working: nothing that the runtime, the workflows and the
# components export, and no struct of theirs, is other than in tests/package/abi, which was written when the version was
# released or, before that, when somebody meant to change it. What may change is in docs/abi.md: structs that
# say their size may grow at the end. Generated structs are not looked at here: they are what the references and the generator make them.
#
#	TC_ABI_WRITE=1 ctest --test-dir build -R package.abi     writes tests/package/abi
set -euo pipefail
. tests/package/component.sh
baseline=tests/package/abi
for tool in abidw abidiff; do
	command -v "$tool" >/dev/null || { echo "$tool is absent (Debian's package abigail-tools): nothing was compared" && exit 77; }
done
[[ $(uname -m) == x86_64 ]] || { echo "$baseline is of x86_64: nothing was compared" && exit 77; }
[[ $(readelf -SW "$TC_LIBRARY") == *.debug_info* ]] || { echo "built without -g: nothing was compared" && exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# declared: what the workflows' headers declare, one a line
declared() {
	cat workflows/include/taskcluster/*.h | tr '\n' ' ' | grep -oE 'TC_API [^;{]*[;{]' |
		sed -E 's/^TC_API ([^(]*[ *])([a-z0-9_]+)[(;[].*/\2/'
}

# leave_generated: tells abidw to
leave_generated() {
	local names kind
	names=$(declared | sort -u - tests/package/symbols.txt | paste -sd '|')
	for kind in function variable; do
		printf '[suppress_%s]\n  symbol_name_not_regexp = ^(%s)$\n  drop = yes\n' "$kind" "$names"
	done
}

# allow_growth: tells abidiff which structs say their size
allow_growth() {
	local names
	names=$(printf '%s\n' {runtime,workflows,codegen}/include/taskcluster/*.h |
		xargs -n 1 awk -v way=list -f tests/package/versions.awk | cut -d ' ' -f 1 | paste -sd '|')
	printf '[suppress_type]\n  type_kind = struct\n  name_regexp = ^(%s)$\n  has_data_member_inserted_at = end\n' "$names"
}

# leave_handles: tells abidiff that what is in handles is nobody's business. abidw takes a header's name without its folder,
# and so runtime/src/loop/loop.h for the public loop.h.
leave_handles() {
	local names
	names=$(cat {runtime,workflows,codegen}/include/taskcluster/*.h |
		sed -nE 's/^typedef struct (tc_[a-z0-9_]+) \1;.*/\1/p' | sort -u | paste -sd '|')
	printf '[suppress_type]\n  type_kind = struct\n  name_regexp = ^(%s)$\n' "$names"
}

# describe LIBRARY OPTION…: its ABI, as far as public headers show it
describe() {
	local house options=()
	for house in runtime generated workflows codegen; do
		options+=(--headers-dir "$house/include")
	done
	abidw "${options[@]}" --drop-private-types --no-corpus-path --no-comp-dir-path --no-show-locs --no-elf-needed \
		--drop-undefined-syms --type-id-style hash "${@:2}" "$1"
}

# compare NAME: the description in the work folder with the one that was kept
compare() {
	local status=0
	[[ -z ${TC_ABI_WRITE:-} ]] || gzip -9nc "$work/$1.abi" >"$baseline/$1.abi.gz"
	gzip -dc "$baseline/$1.abi.gz" >"$work/kept.abi"
	abidiff --suppressions "$work/changes.ini" --no-added-syms "$work/kept.abi" "$work/$1.abi" >"$work/said" 2>&1 || status=$?
	((status == 0)) || { echo "$1 is another than programs know:" && cat "$work/said" && exit 1; } >&2
	echo "$1: $(grep -c '<function-decl' "$work/$1.abi") functions are as programs know them"
}

leave_generated >"$work/generated.ini"
{
	allow_growth
	leave_handles
} >"$work/changes.ini"
describe "$TC_LIBRARY" --suppressions "$work/generated.ini" >"$work/taskcluster.abi"
compare taskcluster
for component in pulse references; do
	built "$component" || continue
	describe "$(component_library "$component")" >"$work/taskcluster-$component.abi"
	compare "taskcluster-$component"
done
