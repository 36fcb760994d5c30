#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# packages.sh FOLDER SUITE …: Debian's packages on a fresh Debian of that suite: built by a user without a home and without a
# network, looked at by lintian, installed, and tried by debian/tests. ./dev test --packages [SUITE] calls it. It stands in for
# sbuild and autopkgtest.
. "$(dirname "$0")/system.sh"
system=$1/packages-$2
version=$(sed -n '1s/.*(\(.*\)-.*/\1/p' debian/changelog)
name=libtaskcluster-$version

# a user who has nothing but /build there, with loopback and no other network
builder=(unshare --net sh -c 'ip link set lo up && cd /build && exec "$@"' sh
	setpriv --reuid=nobody --regid=nogroup --clear-groups --no-new-privs
	env HOME=/nonexistent USER=nobody LOGNAME=nobody)

# put_packages: in /build there the release's tarball, and its source with the folder debian
put_packages() {
	local build=$system/build tarball=${name/-/_}.orig.tar date
	date=$(sed -n 's/^ -- .*>  //p' debian/changelog | sed -n 1p)
	rm -rf "$build"
	mkdir -p "$build"
	tar -C "$system/source" --exclude=./build --exclude=./debian --sort=name --mtime="$date" --owner=0 --group=0 --numeric-owner \
		--transform "s,^\.,$name," -cf "$build/$tarball" .
	tar -C "$build" -xf "$build/$tarball"
	gzip -n "$build/$tarball"
	cp -R "$system/source/debian" "$build/$name"
	inside "$system" chown -R nobody:nogroup /build
}

build_packages() {
	echo "building $name"
	there "what the packages are built with cannot be installed" \
		apt-get build-dep -q -y --no-install-recommends "/build/$name"
	there "the packages cannot be built" "${builder[@]}" "DEB_BUILD_OPTIONS=parallel=$(nproc)" \
		sh -c 'cd "$1" && dpkg-buildpackage -us -uc' sh "$name"
	grep -E '^[0-9]+% tests passed' "$system.log"
}

# look_at_packages: what lintian says of an upload is left out, since this is none
look_at_packages() {
	inside "$system" "${builder[@]}" sh -c 'lintian -EIL +pedantic --fail-on error,warning,info,pedantic \
		--suppress-tags unreleased-changes,initial-upload-closes-no-bugs *.changes' || die "lintian has found something"
	echo "lintian has found nothing"
}

# tests: a line "NAME|DEPENDS" for each of debian/tests/control
tests() {
	awk 'function field(name) {
		return match($0, "(^|\n)" name ": *[^\n]*") ? substr($0, RSTART + length(name) + 2, RLENGTH - length(name) - 2) : ""
	}
	BEGIN { RS = "" }
	{ gsub(/\n +/, " "); print field("Tests") "|" field("Depends") }' debian/tests/control
}

# run_test NAME DEPENDS: as autopkgtest does it
run_test() {
	there "what debian/tests/$1 depends on cannot be installed" apt-get satisfy -q -y --no-install-recommends "$2"
	there "debian/tests/$1 has failed" "${builder[@]}" sh -c 'cd "$1" && AUTOPKGTEST_TMP=$(mktemp -d) &&
		export AUTOPKGTEST_TMP && "debian/tests/$2" && rm -rf "$AUTOPKGTEST_TMP"' sh "$name" "$1"
	echo "debian/tests/$1 has passed"
}

make_system "$system" "$2"
put_source "$system"
put_packages
install "$system" build-essential debhelper fakeroot iproute2 lintian
build_packages
look_at_packages
there "the packages cannot be installed" sh -c 'apt-get install -q -y --no-install-recommends /build/*.deb'
while IFS='|' read -r test depends; do
	run_test "$test" "$depends" </dev/null
done < <(tests)
