#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Installed and moved elsewhere, the library is found by pkg-config and by CMake, and README.md's first program builds against
# it, shared and static, and runs; so it is with the components, where they are built: references with the program of its page,
# pulse with the first of docs/api that listens. Who does not need librabbitmq does not have it. The examples compile where they
# are installed, all belongs to a part that a packager can take alone, and libraries and programs are small.
set -euo pipefail
. tests/package/component.sh
. tests/package/program.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cc=${TC_CC:-cc}

fail() {
	echo "$*" >&2
	exit 1
}

# The archives lie apart once more, for who is to find no other. libcurl's own list of what stands below it names what not every
# machine has.
install_all() {
	local pc archive
	cmake --install "$TC_BUILD_DIR" --prefix "$work/first" >"$work/log"
	mkdir "$work/elsewhere" "$work/archives" "$work/below"
	mv "$work/first" "$work/elsewhere/second"
	root=$work/elsewhere/second
	pc=$(find "$root" -name taskcluster.pc)
	sed -E '/^(Libs|Requires)\.private/d' "$(pkg-config --variable=pcfiledir libcurl)/libcurl.pc" >"$work/below/libcurl.pc"
	export PKG_CONFIG_PATH=${pc%/*}
	libdir=$(pkg-config --variable=libdir taskcluster)
	for archive in "$libdir"/*.a; do
		ln -s "$archive" "$work/archives"
	done
}

# link PACKAGE SOURCE NAME: NAME.shared and NAME.static as pkg-config says
link() {
	local shared static
	read -ra shared <<<"$(pkg-config --cflags --libs "$1")"
	read -ra static <<<"$(PKG_CONFIG_PATH=$work/below:$PKG_CONFIG_PATH pkg-config --cflags --static --libs "$1")"
	"$cc" -std=c11 -Wall -Wextra -Werror "$2" -o "$work/$3.shared" "${shared[@]}"
	"$cc" -std=c11 -Wall -Wextra -Werror "$2" -o "$work/$3.static" "-L$work/archives" "${static[@]}"
	! needs "$work/$3.static" taskcluster || fail "$3.static needs a shared library of ours"
}

# by_cmake TARGET SOURCE COMPONENT…: the program that a project of CMake's makes of it, with what lies in $root
by_cmake() {
	local project=$work/project.$1
	rm -rf "$project"
	mkdir "$project"
	cp "$2" "$project/program.c"
	cat >"$project/CMakeLists.txt" <<-TEXT
		cmake_minimum_required(VERSION 3.25)
		project(program LANGUAGES C)
		find_package(taskcluster 0.1 REQUIRED ${3:+COMPONENTS} ${@:3})
		add_executable(program program.c)
		target_link_libraries(program taskcluster::$1)
	TEXT
	{ cmake -S "$project" -B "$project/build" -G Ninja -DCMAKE_C_COMPILER="$cc" -DCMAKE_PREFIX_PATH="$root" &&
		cmake --build "$project/build"; } >"$work/log" 2>&1 || { cat "$work/log" >&2; return 1; }
}

# alone_by_cmake TARGET SOURCE COMPONENT…: the same, and it needs no shared library of ours
alone_by_cmake() {
	by_cmake "$@"
	! needs "$work/project.$1/build/program" taskcluster || fail "taskcluster::$1 is a shared library"
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

# parts: all that is installed belongs to one of them, and to no other
parts() {
	local part known='runtime development pulse_runtime pulse_development references_runtime references_development tools
		worker sandbox data documentation'
	for part in $known; do
		cmake --install "$TC_BUILD_DIR" --prefix "$work/parts/$part" --component "$part" >"$work/log"
	done
	(cd "$work/parts" && find . ! -type d | cut -d / -f 3- | sort) >"$work/parts.all"
	(cd "$root" && find . ! -type d | cut -d / -f 2- | sort) | diff - "$work/parts.all" >&2 || fail "the parts are not the whole"
	[[ -z $(find "$work/parts/runtime" -type f ! -name 'libtaskcluster.so.*') ]] || fail "more than the library is needed to run"
	[[ $(cd "$work/parts/sandbox" && find . -type f) == ./bin/taskcluster-sandbox ]] || fail "the sandbox is more than itself"
}

# whole LIMIT: what libraries and programs take, stripped, without the sandbox and the generator; not counted is what only who
# develops installs, and the data
whole() {
	local sum=0 file
	while read -r file; do
		strip -o "$work/stripped" "$file"
		sum=$((sum + $(stat -c %s "$work/stripped")))
	done < <(find "$work"/parts/{*runtime,tools,worker} -type f ! -path '*/share/*')
	((sum < $1)) || fail "libraries and programs have $sum bytes, over $1"
	echo "$sum"
}

# compile_examples: where they are installed, with what is there for them
compile_examples() {
	local source module flags count=0
	for source in "$root"/share/doc/taskcluster/examples/*.c; do
		module=taskcluster
		case $source in
		*libuv.c) module='taskcluster libuv' ;;
		*libevent.c) module='taskcluster libevent' ;;
		*listener.c) module=taskcluster-pulse ;;
		esac
		pkg-config --exists $module || continue
		read -ra flags <<<"$(pkg-config --cflags --libs $module)"
		"$cc" -std=c11 -D_POSIX_C_SOURCE=200809L -Wall -Wextra -Werror "$source" -o "$work/example" "${flags[@]}" -pthread
		count=$((count + 1))
	done
	((count > 4)) || fail "only $count examples compiled"
	echo "$count"
}

install_all
first_program '' README.md >"$work/first.c"
link taskcluster "$work/first.c" first
by_cmake taskcluster "$work/first.c"
alone_by_cmake taskcluster_static "$work/first.c" static
for program in first.shared first.static; do
	# without an environment the program says what it lacks
	! env -i LD_LIBRARY_PATH="$libdir" "$work/$program" abc 2>"$work/said" ||
		fail "$program: succeeded without a root URL"
	grep -q TASKCLUSTER_ROOT_URL "$work/said" || fail "$program: $(<"$work/said")"
	! needs "$work/$program" rabbitmq || fail "$program needs librabbitmq"
done
[[ $("$root/bin/taskcluster" slugid) =~ ^[A-Za-z0-9_-]{22}$ ]]
! grep -rnF "$TC_BUILD_DIR/" "$root" >&2 || fail "what is installed names the folder it was built in"
! grep -rnF "$work/first" "$root" >&2 || fail "what is installed names the folder it was installed to"
# with the worker and the chain of trust inside, and what guards the stack in each function that has arrays
size=$(stripped taskcluster 1200000)
parts
limit=4194304 # as gcc makes them
[[ $("$TC_CC" --version) != *clang* ]] || limit=4400000
all=$(whole "$limit")
examples=$(compile_examples)
echo "installed, moved, found, linked twice; stripped library $size bytes, with all programs $all; $examples examples"

if built references; then
	first_program 'taskcluster/references\.h' docs/api/references.md >"$work/references.c"
	[[ -s $work/references.c ]] || fail "docs/api/references.md has no program"
	link taskcluster-references "$work/references.c" references
	[[ -z $(nm "$libdir/libtaskcluster-references.a" | awk 'NF == 3 && $2 ~ /[A-TV-Z]/ && $3 !~ /^tc_/') ]] ||
		fail "names without tc_ are seen in the static component"
	by_cmake references "$work/references.c" references
	alone_by_cmake references_static "$work/references.c" references static
	for program in references.shared references.static; do
		! env -i LD_LIBRARY_PATH="$libdir" "$work/$program" >"$work/said" 2>&1 || fail "$program: succeeded without a root URL"
		grep -q TASKCLUSTER_ROOT_URL "$work/said" || fail "$program: $(<"$work/said")"
	done
	needs "$libdir/libtaskcluster-references.so" taskcluster || fail "the component has a library of its own inside"
	size=$(stripped taskcluster-references 215000)
	[[ $("$root/bin/taskcluster" api diff builtin references/taskcluster) == "nothing changes" ]] ||
		fail "taskcluster does not find the references that are installed beside it"
	echo "the component references: installed, found, linked twice; stripped $size bytes"
else
	! find "$root" -name '*references*.[hsa]*' | grep . || fail "these are there without the component"
fi

if ! built pulse; then
	! find "$root" -name '*pulse*' | grep . || fail "these are there without the component"
	exit 0
fi
first_program 'taskcluster/pulse_listener\.h' docs/api/*.md >"$work/pulse.c"
[[ -s $work/pulse.c ]] || fail "no program in docs/api listens"
link taskcluster-pulse "$work/pulse.c" pulse
for program in pulse.shared pulse.static; do
	! env -i LD_LIBRARY_PATH="$libdir" "$work/$program" >"$work/said" 2>&1 || fail "$program: succeeded without a broker"
	grep -q PULSE_HOSTNAME "$work/said" || fail "$program: $(<"$work/said")"
	needs "$work/$program" rabbitmq || fail "$program does without librabbitmq"
done
by_cmake pulse "$work/pulse.c" pulse
alone_by_cmake pulse_static "$work/pulse.c" static pulse
! by_cmake nothing "$work/pulse.c" nothing 2>"$work/said" || fail "CMake has found a component that is none"
grep -q 'without its component nothing' "$work/said" || fail "$(<"$work/said")"
needs "$libdir/libtaskcluster-pulse.so" taskcluster || fail "the component has a library of its own inside"
size=$(stripped taskcluster-pulse 100000)
echo "the component pulse: installed, found, linked twice; stripped $size bytes"

# where only archives are installed the plain names are these
rm -f "$libdir"/*.so* "$libdir"/cmake/taskcluster/taskcluster{,-pulse,-references}-targets*.cmake
alone_by_cmake pulse "$work/pulse.c" pulse
echo "without shared libraries: the plain names are the archives"
