#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Programs that were built against other versions' headers run with this shared library. Each struct that
# may grow lacks its last declaration (an older version), and all works; or it has a member more (a newer
# one), and all works that leaves it zero, while what sets it is refused. None of them ends in padding: what a
# later version put there would begin as whatever a program left.
. tests/examples/check.sh
. tests/package/component.sh
cc=${TC_CC:-cc}
houses=(runtime generated workflows codegen)

headers() {
	printf '%s\n' {runtime,workflows,codegen}/include/taskcluster/*.h
}

# rewrite WAY: all public headers, in $folder/WAY
rewrite() {
	local header
	mkdir -p "$folder/$1/taskcluster"
	for header in "${houses[@]/%//include/taskcluster}"; do
		cp "$header"/*.h "$folder/$1/taskcluster"
	done
	while read -r header; do
		awk -v way="$1" -f tests/package/versions.awk "$header" >"$folder/$1/taskcluster/${header##*/}"
	done < <(headers)
}

# structs: each that may grow, and its last member
structs() {
	headers | xargs -n 1 awk -v way=list -f tests/package/versions.awk
}

# build SOURCE PROGRAM OPTION…: against the headers that the options name, with this library and its components
build() {
	"$cc" -std=c11 -D_POSIX_C_SOURCE=200809L -Wall -Wextra -Werror "${@:3}" "$1" -o "$2" \
		-Wl,--as-needed "${components[@]}" "$TC_LIBRARY" "-Wl,-rpath,${TC_LIBRARY%/*}"
}

# program STRUCT: the one that uses it; nothing for one of a component that is not built
program() {
	local component
	component=$(cut -d _ -f 2 <<<"$1")
	if [[ ! -e tests/package/versions_$component.c ]]; then
		echo versions
	elif built "$component"; then
		echo "versions_$component"
	fi
}

# sizes WAY OPTION…: of all these structs, in $folder/WAY.sizes
sizes() {
	build "$folder/sizes.c" "$folder/sizes-$1" "${@:2}"
	"$folder/sizes-$1" >"$folder/$1.sizes"
}

components=()
programs=(versions)
for component in pulse references; do
	if built "$component"; then
		components+=("$(component_library "$component")")
		programs+=("versions_$component")
	fi
done
structs >"$folder/structs"
(($(wc -l <"$folder/structs") >= 8)) || fail "only these structs were found: $(<"$folder/structs")"
{
	for header in $(headers); do echo "#include <taskcluster/${header##*/}>"; done
	echo '#include <stdio.h>'
	echo 'int main(void) {'
	while read -r name last; do
		echo "#ifdef NOW"
		echo "_Static_assert(offsetof(struct $name, $last) + sizeof((struct $name *)0)->$last =="
		echo "	sizeof(struct $name), \"struct $name ends in padding\");"
		echo "#endif"
		echo "printf(\"$name %zu\\n\", sizeof(struct $name));"
	done <"$folder/structs"
	echo 'return 0; }'
} >"$folder/sizes.c"
now=("${houses[@]/#/-I}")
now=("${now[@]/%//include}")
rewrite older
rewrite newer

# They really are of other sizes, and the program below uses each.
sizes older "-I$folder/older"
sizes now "${now[@]}" -DNOW
sizes newer "-I$folder/newer"
paste -d ' ' "$folder/"{older,now,newer}.sizes >"$folder/compared"
while read -r name older _ size _ newer; do
	((older < size && size < newer)) || 
		fail "struct $name has $older, $size and $newer bytes: its last declaration has to be more than padding"
	source=$(program "$name")
	[[ -z $source ]] || grep -q "struct $name " "tests/package/$source.c" ||
		fail "tests/package/$source.c has no use of struct $name"
done <"$folder/compared"

for program in "${programs[@]}"; do
	build "tests/package/$program.c" "$folder/$program-now" "${now[@]}"
	build "tests/package/$program.c" "$folder/$program-older" "-I$folder/older" -DOLDER
	build "tests/package/$program.c" "$folder/$program-newer" "-I$folder/newer" -DNEWER
done
sandbox --references references/taskcluster
for program in "${programs[@]}"; do
	for version in now older newer; do
		"$folder/$program-$version" work >"$folder/out" 2>&1 || fail "$program: $version"
	done
	"$folder/$program-newer" wish >"$folder/out" 2>&1 || fail "$program: what is unknown"
done
stop_servers

# An example of before goes through the whole demo.
mkdir "$folder/bin"
ln -s "$TC_CODEGEN" "$TC_SANDBOX" "$TC_CLI" "$TC_EXAMPLES"/example-* "$folder/bin"
rm "$folder/bin/example-tour"
build examples/tour.c "$folder/bin/example-tour" "-I$folder/older"
examples/demo.sh "$folder/bin" >"$folder/out" 2>&1 || fail "the demo with a tour of before"
echo "$(wc -l <"$folder/structs") structs, older and newer"
