#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# cross.sh FOLDER WHAT PACKAGE…: the library and its unit tests for another kind of machine, in a Debian of this one's suite
# that has the other's libraries beside its own; what this machine cannot run, qemu's user emulation does. PACKAGE…: what the
# project is built with. ./dev test --cross WHAT calls it.
. "$(dirname "$0")/system.sh"
folder=$1 what=$2
shift 2
# shellcheck disable=SC1091
suite=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
[[ -n $suite ]] || die "which Debian this is /etc/os-release does not say"
case $what in
arm64) triplet=aarch64-linux-gnu emulator=qemu-aarch64 ;;
s390x) triplet=s390x-linux-gnu emulator=qemu-s390x ;;
i386) triplet=i686-linux-gnu emulator= ;;
musl) exec tests/systems/musl.sh "$folder" "$suite" ;;
*) die "there is i386, arm64, s390x and musl, and no $what" ;;
esac
libraries=$triplet
[[ $what != i386 ]] || libraries=i386-linux-gnu

system=$folder/cross-$what
make_system "$system" "$suite"
put_source "$system"
inside "$system" dpkg --add-architecture "$what"
packages=(build-essential cmake ninja-build pkg-config openssl ca-certificates "crossbuild-essential-$what")
[[ -z $emulator ]] || packages+=(qemu-user)
for package; do
	[[ $package != lib*-dev && $package != zlib1g-dev ]] || packages+=("$package:$what")
done
install "$system" "${packages[@]}"

echo "building for $what"
build=build/$what
there "it could not be configured" env PKG_CONFIG_LIBDIR="/usr/lib/$libraries/pkgconfig:/usr/share/pkgconfig" cmake -S . -B "$build" -G Ninja \
	-DTC_WERROR=ON -DCMAKE_SYSTEM_NAME=Linux -DCMAKE_SYSTEM_PROCESSOR="${triplet%%-*}" \
	-DCMAKE_C_COMPILER="$triplet-gcc" -DCMAKE_LIBRARY_ARCHITECTURE="$libraries" \
	${emulator:+-DCMAKE_CROSSCOMPILING_EMULATOR=$emulator}
# Those of nomem that start a server of their own start a program, which this machine does not know, and an emulator keeps
# nothing out of core dumps.
tests='^(unit|nomem|api)\.' apart='^nomem\.(network|worker_pool)$'
[[ -z $emulator ]] || apart+='|^unit\.credentials$'
programs=$(inside "$system" ninja -C "$build" -t targets all | sed -nE 's/^(test_(unit|nomem|api)_[a-z0-9_]*): phony$/\1/p')
# shellcheck disable=SC2086 # words
there "it does not build" ninja -k 0 -C "$build" taskcluster_shared taskcluster_static $programs
inside "$system" ctest --test-dir "$build" -R "$tests" -E "$apart" --output-on-failure -j "$(nproc)"
