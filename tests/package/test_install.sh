#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Installed, the library is found by pkg-config, and README.md's first program builds against it, shared
# and static, and runs; so it is with the components, where they are built: references with the program of its page,
# pulse with the first of docs/api that listens. Who does not need librabbitmq does not have it. A CMake project can have all of it as a part.
set -euo pipefail
. tests/package/component.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cc=${TC_CC:-cc}

fail() {
	echo "$*" >&2
	exit 1
}

install_all() {
	cmake --install "$TC_BUILD_DIR" --prefix "$work" >"$work/log"
	pc=$(find "$work" -name taskcluster.pc)
	export PKG_CONFIG_PATH=${pc%/*}
	libdir=$(pkg-config --variable=libdir taskcluster)
	includes=$(pkg-config --variable=includedir taskcluster)
}

# first_program PATTERN FILE…: of all C blocks the first whole program that has it
first_program() {
	awk -v pattern="$1" '
		/^```c$/ { inside = 1; block = ""; next }
		/^```$/ && inside {
			inside = 0
			if (block ~ /int main\(/ && block ~ pattern) { printf "%s", block; exit }
		}
		inside { block = block $0 "\n" }' "${@:2}"
}

# link PACKAGE SOURCE NAME ARCHIVE…: NAME.shared as pkg-config says, and NAME.static of these
link() {
	local flags below
	read -ra flags <<<"$(pkg-config --cflags --libs "$1")"
	# not --static: libcurl's list names what not every machine has, and below it all is shared here
	read -ra below <<<"$(pkg-config --libs $(private "$1"))"
	"$cc" -std=c11 -Wall -Wextra -Werror "$2" -o "$work/$3.shared" "${flags[@]}"
	"$cc" -std=c11 "-I$includes" "$2" -o "$work/$3.static" "${@:4}" "${below[@]}" -pthread
}

# private PACKAGE: what stands below it, and below those of ours that it needs
private() {
	pkg-config --print-requires-private "$1"
	[[ $1 == taskcluster ]] || pkg-config --print-requires-private taskcluster
}

# by_cmake TARGET SOURCE COMPONENT…: the program that a project of CMake's makes of it
by_cmake() {
	local project=$work/project.$1
	mkdir "$project"
	cp "$2" "$project/program.c"
	cat >"$project/CMakeLists.txt" <<-TEXT
		cmake_minimum_required(VERSION 3.25)
		project(program LANGUAGES C)
		find_package(taskcluster 0.1 REQUIRED ${3:+COMPONENTS} ${@:3})
		add_executable(program program.c)
		target_link_libraries(program taskcluster::$1)
	TEXT
	{ cmake -S "$project" -B "$project/build" -DCMAKE_C_COMPILER="$cc" -DCMAKE_PREFIX_PATH="$work" &&
		cmake --build "$project/build"; } >"$work/log" 2>&1 || { cat "$work/log" >&2; return 1; }
}

# needs FILE LIBRARY: whether it is loaded with it, by whichever way
needs() {
	[[ $(LD_LIBRARY_PATH=$libdir ldd "$1") == *"lib$2.so"* ]] # a pipe to grep -q could break
}

# stripped LIBRARY LIMIT: its size, which may not be over the limit
stripped() {
	local size
	size=$(strip -o "$work/stripped" "$libdir/lib$1".so.*.*.* && stat -c %s "$work/stripped")
	((size < $2)) || fail "the stripped lib$1 has $size bytes, over $2"
	echo "$size"
}

install_all
first_program '' README.md >"$work/first.c"
link taskcluster "$work/first.c" first "$libdir/libtaskcluster.a"
by_cmake taskcluster "$work/first.c"
for program in first.shared first.static; do
	# without an environment the program says what it lacks
	! env -i LD_LIBRARY_PATH="$libdir" "$work/$program" abc 2>"$work/said" ||
		fail "$program: succeeded without a root URL"
	grep -q TASKCLUSTER_ROOT_URL "$work/said" || fail "$program: $(<"$work/said")"
	! needs "$work/$program" rabbitmq || fail "$program needs librabbitmq"
done
[[ $(LD_LIBRARY_PATH=$libdir "$work/bin/taskcluster" slugid) =~ ^[A-Za-z0-9_-]{22}$ ]]
# with the worker and the chain of trust inside
size=$(stripped taskcluster 1150000)
echo "installed, found, linked twice; stripped library $size bytes"

if built references; then
	first_program 'taskcluster/references\.h' docs/api/references.md >"$work/references.c"
	[[ -s $work/references.c ]] || fail "docs/api/references.md has no program"
	link taskcluster-references "$work/references.c" references "$libdir"/libtaskcluster{-references,}.a
	[[ -z $(nm "$libdir/libtaskcluster-references.a" | awk 'NF == 3 && $2 ~ /[A-TV-Z]/ && $3 !~ /^tc_/') ]] ||
		fail "names without tc_ are seen in the static component"
	by_cmake references "$work/references.c" references
	for program in references.shared references.static; do
		! env -i LD_LIBRARY_PATH="$libdir" "$work/$program" >"$work/said" 2>&1 || fail "$program: succeeded without a root URL"
		grep -q TASKCLUSTER_ROOT_URL "$work/said" || fail "$program: $(<"$work/said")"
	done
	needs "$libdir/libtaskcluster-references.so" taskcluster || fail "the component has a library of its own inside"
	size=$(stripped taskcluster-references 210000)
	[[ $(LD_LIBRARY_PATH=$libdir "$work/bin/taskcluster" api diff builtin references/taskcluster) == "nothing changes" ]] ||
		fail "taskcluster does not find the references that are installed beside it"
	echo "the component references: installed, found, linked twice; stripped $size bytes"
else
	! find "$work" -name '*references*.[hsa]*' | grep . || fail "these are there without the component"
fi

if ! built pulse; then
	! find "$work" -name '*pulse*' | grep . || fail "these are there without the component"
	exit 0
fi
first_program 'taskcluster/pulse_listener\.h' docs/api/*.md >"$work/pulse.c"
[[ -s $work/pulse.c ]] || fail "no program in docs/api listens"
link taskcluster-pulse "$work/pulse.c" pulse "$libdir"/libtaskcluster{-pulse,}.a
[[ $(pkg-config --static --libs taskcluster-pulse) == *-lrabbitmq* ]] ||
	fail "taskcluster-pulse.pc: who links with the archive is not told of librabbitmq"
for program in pulse.shared pulse.static; do
	! env -i LD_LIBRARY_PATH="$libdir" "$work/$program" >"$work/said" 2>&1 || fail "$program: succeeded without a broker"
	grep -q PULSE_HOSTNAME "$work/said" || fail "$program: $(<"$work/said")"
	needs "$work/$program" rabbitmq || fail "$program does without librabbitmq"
done
by_cmake pulse "$work/pulse.c" pulse
! by_cmake nothing "$work/pulse.c" nothing 2>"$work/said" || fail "CMake has found a component that is none"
grep -q 'without its component nothing' "$work/said" || fail "$(<"$work/said")"
needs "$libdir/libtaskcluster-pulse.so" taskcluster || fail "the component has a library of its own inside"
size=$(stripped taskcluster-pulse 100000)
echo "the component pulse: installed, found, linked twice; stripped $size bytes"

cat >"$work/CMakeLists.txt" <<END
cmake_minimum_required(VERSION 3.25)
project(host C)
add_subdirectory("$PWD" tc EXCLUDE_FROM_ALL)
add_executable(host pulse.c)
target_link_libraries(host taskcluster::pulse)
END
{ cmake -S "$work" -B "$work/host" -G Ninja "-DCMAKE_C_COMPILER=$cc" && ninja -C "$work/host" -t query host; } \
	>"$work/log" 2>&1 || fail "a project with this one in it: $(tail -n 20 "$work/log")"
[[ $(<"$work/log") == *libtaskcluster-pulse.so* ]] || fail "taskcluster::pulse is not what the project links with"
echo "the component pulse: a part of another project"
