#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Every public header compiles alone, as C11 and as C++17, pedantic and without warnings; g++'s -Wshadow
# minds functions that are called like a struct, which they hide. Every INIT macro is used, in each C++ since C++11,
# and gives the size and zeros.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cc=${TC_CC:-cc}
[[ $cc == *clang* ]] && cxx=clang++ || cxx=g++
flags=(-Wall -Wextra -Wpedantic -Wshadow -Werror -fsyntax-only
	-Iruntime/include -Igenerated/include -Iworkflows/include -Icodegen/include)
count=0
for header in {runtime,generated,workflows,codegen}/include/taskcluster/*.h; do
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

# Each INIT macro with its type, "NAME TYPE".
inits() {
	sed -n 's/^#define \(TC_[A-Z_]*_INIT\) TC_SIZED_INIT(\(.*\))$/\1 \2/p' {runtime,workflows,codegen}/include/taskcluster/*.h
}

# A program that uses all of them and prints the names of those that are wrong.
{
	cat "$work/all.c"
	echo '#include <stdio.h>'
	echo '#include <string.h>'
	while read -r name type; do
		echo "static $type at_start_$name = $name;"
		echo "static void use_$name(void) {"
		echo "	const $type made = $name; $type zero; size_t size = sizeof zero;"
		echo "	memset(&zero, 0, sizeof zero); memcpy(&zero, &size, sizeof size);"
		echo "	if (made.size != size || memcmp(&at_start_$name, &zero, size) != 0) puts(\"$name\");"
		echo "}"
	done < <(inits)
	echo 'int main(void) {'
	echo '	tc_error err = TC_ERROR_INIT; if (err.code != TC_OK) puts("TC_ERROR_INIT");'
	while read -r name _; do echo "	use_$name();"; done < <(inits)
	echo '	return 0; }'
} >"$work/inits.c"
uses=$(inits | wc -l)
((uses >= 7)) || { echo "only $uses INIT macros found" >&2; exit 1; }
for way in "$cc -std=c11" "$cxx -x c++ -std=c++"{11,14,17,20}; do
	$way "${flags[@]/-fsyntax-only/-O1}" "$work/inits.c" -o "$work/inits" -x none "$TC_LIBRARY" "-Wl,-rpath,${TC_LIBRARY%/*}"
	wrong=$("$work/inits")
	[[ -z $wrong ]] || { echo "$way: neither size nor zeros by $wrong" >&2; exit 1; }
done
((count > 30)) || { echo "only $count headers found" >&2; exit 1; }
echo "$count headers compile alone as C and C++, and together, with $uses INIT macros"
