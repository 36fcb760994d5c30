#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# debian/*.symbols say of each symbol in which version it came, so that a package of a program that uses it needs that version:
# they have all that the libraries export, and nothing else. TC_SYMBOLS_WRITE=1 gives what is new the version of the
# library.
set -euo pipefail
. tests/package/component.sh
[[ -d debian ]] || exit 77 # a release without it
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LC_ALL=C
version=$(sed -n 's/^#define TC_SDK_VERSION "\(.*\)"/\1/p' runtime/include/taskcluster/version.h)

# exported LIBRARY: its symbols, name@node
exported() {
	nm -D --defined-only "$1" | awk '{ sub("@+", "@", $3); print $3 ~ /@/ ? $3 : $3 "@" $3 }' | sort -u
}

# versions FILE: its lines about symbols, without the blank
versions() {
	sed -n 's/^ //p' "$1"
}

# write FILE: the same head, what is exported, and in which version it came
write() {
	sed '/^ /d' "$1" >"$work/new"
	versions "$1" | sort | join -a 1 -e "$version" -o '0 2.2' "$work/exported" - | sed 's/^/ /' >>"$work/new"
	cp "$work/new" "$1"
}

# check LIBRARY FILE
check() {
	exported "$1" >"$work/exported"
	[[ -z ${TC_SYMBOLS_WRITE:-} ]] || write "$2"
	versions "$2" | cut -d ' ' -f 1 | sort | diff -U 0 --label "$2" --label "${1##*/}" - "$work/exported" >&2 || {
		echo "$2 has other symbols than the library: TC_SYMBOLS_WRITE=1 ctest --test-dir ${TC_BUILD_DIR##*/} -R package.debian" >&2
		exit 1
	}
	echo "$2: $(wc -l <"$work/exported") symbols"
}

check "$TC_LIBRARY" debian/libtaskcluster0.1.symbols
for component in pulse references; do
	! built "$component" || check "$(component_library "$component")" "debian/libtaskcluster-${component}0.1.symbols"
done
