#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Every public header compiles alone, as C11 and as C++17, pedantic and without warnings; g++'s -Wshadow
# minds functions that are called like a struct, which they hide.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cc=${TC_CC:-cc}
[[ $cc == *clang* ]] && cxx=clang++ || cxx=g++
flags=(-Wall -Wextra -Wpedantic -Wshadow -Werror -fsyntax-only
	-Iruntime/include -Igenerated/include -Iworkflows/include)
count=0
for header in {runtime,generated,workflows}/include/taskcluster/*.h; do
	name=${header##*/}
	echo "#include <taskcluster/$name>" >"$work/alone.c"
	echo "#include <taskcluster/$name>" >>"$work/all.c"
	echo "$work/alone.c"
	"$cc" -std=c11 "${flags[@]}" "$work/alone.c"
	"$cxx" -x c++ -std=c++17 "${flags[@]}" "$work/alone.c"
	count=$((count + 1))
done >"$work/log"
cat >>"$work/all.c" <<'TEXT'
int use(char *text, const char **given);
int use(char *text, const char **given)
{
	*given = tc_decimal(text, 1);
	return *TC_DECIMAL(INT64_MIN) == '-';
}
TEXT
"$cc" -std=c11 "${flags[@]}" "$work/all.c"
"$cxx" -x c++ -std=c++17 "${flags[@]}" "$work/all.c"
((count > 30)) || { echo "only $count headers found" >&2; exit 1; }
echo "$count headers compile alone as C and C++, and together"
