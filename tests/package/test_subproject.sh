#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Another project has this one inside, by add_subdirectory and by FetchContent, where nothing is found but what the library
# stands on. That project has targets that are called as rooms here are and a C standard and flags of its own, and keeps
# them; it gets the library and no program. What is asked for and not there is one sentence, with the switch that does
# without it.
set -euo pipefail
. tests/package/component.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cc=${TC_CC:-cc}

fail() {
	echo "$*" >&2
	tail -n 30 "$work/log" >&2
	exit 1
}

# found MODULE…: from now on pkg-config finds these, with those that they require, and no other
found() {
	local module
	rm -rf "$work/pc"
	mkdir "$work/pc"
	for module; do
		copy_module "$module"
	done
}

copy_module() {
	local from next
	[[ ! -e $work/pc/$1.pc ]] || return 0
	from=$(env -u PKG_CONFIG_LIBDIR pkg-config --variable=pcfiledir "$1")
	cp "$from/$1.pc" "$work/pc"
	for next in $(env -u PKG_CONFIG_LIBDIR pkg-config --print-requires --print-requires-private "$1" | cut -d ' ' -f 1); do
		copy_module "$next"
	done
}

# configure FOLDER SOURCE OPTION…
configure() {
	PKG_CONFIG_LIBDIR=$work/pc PKG_CONFIG_PATH='' cmake -S "$2" -B "$work/$1" -G Ninja "-DCMAKE_C_COMPILER=$cc" "${@:3}" \
		>"$work/log" 2>&1
}

# lacks SENTENCE OPTION…: configuring says this and fails
lacks() {
	local said
	! configure lacking . "${@:2}" || fail "configured with ${*:2}"
	said=$(tr -s ' \n' ' ' <"$work/log")
	[[ $said == *"$1"* ]] || fail "not said: $1"
	rm -rf "$work/lacking"
}

alone=(libcurl yajl libsodium libcrypto libpcre2-8 zlib)
found "${alone[@]}"
mkdir "$work/host"
cat >"$work/host/CMakeLists.txt" <<END
cmake_minimum_required(VERSION 3.25)
project(host LANGUAGES C)
set(CMAKE_C_STANDARD 99)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
add_compile_options(-Wall -Wextra -pedantic-errors -Werror)
foreach(room core runtime generated workflows reader codegen references pulse tools sandbox schema worker livelog
    proxy tests harness world failing budget examples)
  add_custom_target(\${room})
endforeach()
if(FETCHED)
  include(FetchContent)
  FetchContent_Declare(taskcluster SOURCE_DIR "$PWD")
  FetchContent_MakeAvailable(taskcluster)
else()
  add_subdirectory("$PWD" inside)
endif()

add_executable(shared first.c)
target_link_libraries(shared taskcluster::taskcluster)
add_executable(static first.c)
target_link_libraries(static taskcluster::taskcluster_static)
add_library(old STATIC old.c) # which has nothing to do with it

get_directory_property(options COMPILE_OPTIONS)
get_directory_property(definitions COMPILE_DEFINITIONS)
message(NOTICE "kept: \${CMAKE_C_STANDARD} \${options} \${definitions} \${CMAKE_RUNTIME_OUTPUT_DIRECTORY} \${CMAKE_BUILD_TYPE}")
function(tell folder)
  get_property(targets DIRECTORY \${folder} PROPERTY BUILDSYSTEM_TARGETS)
  foreach(target \${targets})
    message(NOTICE "target: \${target}")
  endforeach()
  get_property(folders DIRECTORY \${folder} PROPERTY SUBDIRECTORIES)
  foreach(inside \${folders})
    tell(\${inside})
  endforeach()
endfunction()
tell("$PWD")
END
cat >"$work/host/first.c" <<'END'
#include <stdio.h>
#include <taskcluster/queue.h>
#include <taskcluster/version.h>

int main(void)
{
	return puts(tc_sdk_version()) < 0;
}
END
echo 'int class_of(int this); int class_of(int this) { return this; }' >"$work/host/old.c"

# check_guest: what the host said about itself and about what it has inside
check_guest() {
	local kept other
	kept=$(grep '^kept: ' "$work/log")
	[[ $kept == "kept: 99 -Wall;-Wextra;-pedantic-errors;-Werror   " ]] || fail "the host is another: $kept"
	other=$(sed -n 's/^target: //p' "$work/log" | grep -vE '^(tc_|taskcluster_(pulse_|references_)?(shared|static)$)' || true)
	[[ -z $other ]] || fail "targets in a project that has this one inside: $other"
}

configure fetched "$work/host" -DFETCHED=ON || fail "FetchContent"
check_guest
configure archives "$work/host" -DBUILD_SHARED_LIBS=OFF || fail "without shared libraries"
[[ $(ninja -C "$work/archives" -t query shared) == *libtaskcluster.a* ]] || fail "BUILD_SHARED_LIBS=OFF: the plain name is no archive"
[[ $(ninja -C "$work/archives" -t query all) != *libtaskcluster.so* ]] || fail "BUILD_SHARED_LIBS=OFF: a shared library is made"
configure inside "$work/host" || fail "add_subdirectory"
check_guest
cmake --build "$work/inside" --target shared static old >"$work/log" 2>&1 || fail "it does not build"
for program in shared static; do
	[[ $("$work/inside/$program") =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] || fail "$program does not tell its version"
done
[[ $(ldd "$work/inside/shared") == *libtaskcluster.so* && $(ldd "$work/inside/static") != *libtaskcluster* ]] ||
	fail "the plain name is not the shared library"
echo "inside another project, with what the library stands on and nothing else"

lacks "The component pulse needs librabbitmq, whose development files are not found: install them, or leave the component out by -DTC_PULSE=OFF." \
	-DTC_PULSE=ON -DTC_TOOLS=OFF
lacks "The tool sandbox needs libmicrohttpd, whose development files are not found: install them, or leave it out by '-DTC_TOOLS=codegen'." \
	'-DTC_TOOLS=codegen;sandbox'
lacks "What tests this project needs cmocka, whose development files are not found: install them, or leave the tests out by -DTC_TESTS=OFF." \
	-DTC_TOOLS=OFF
lacks "TC_TOOLS names brush, which is none of" -DTC_TOOLS=brush
rm "$work/pc/yajl.pc"
lacks "The library needs yajl, whose development files are not found: install them." -DTC_TOOLS=OFF -DTC_TESTS=OFF
found "${alone[@]}" libmicrohttpd
configure livelog . -DTC_TOOLS=livelog -DTC_TESTS=OFF || fail "the tool livelog needs more than libmicrohttpd"
if built pulse; then
	found "${alone[@]}" librabbitmq
	configure pulse . -DTC_TOOLS=OFF -DTC_TESTS=OFF || fail "the component pulse needs more than librabbitmq"
	(TC_BUILD_DIR=$work/pulse built pulse) || fail "librabbitmq is there, and pulse is left out"
fi
echo "what is missing is told with its switch"
