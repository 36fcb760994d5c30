#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Version: dpkg-shlibdeps 1.21.22 (dpkg-dev, Debian 12), binutils 2.40, glibc 2.36.
# Expected: what a library needs of libc6 becomes its package's dependency, as libc6's symbols file tells the version of each need.
# Seen: a need that no symbol has is left out: a library with packed relocations (-z pack-relative-relocs) needs
#   GLIBC_ABI_DT_RELR, which is there from 2.36 on, and its package says that an older libc6 will do.
# Matters: the package installs on a system whose loader refuses the library.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
dpkg-shlibdeps --version | sed -n 1p
mkdir -p debian
printf 'Source: one\n\nPackage: one\nArchitecture: any\n' >debian/control
printf '#include <stdlib.h>\nstatic int a, b, c;\nint *const table[] = { &a, &b, &c };\nvoid *one(void) { return malloc(1); }\n' >one.c
cc -shared -fPIC -Wl,-z,pack-relative-relocs one.c -o one.so
{
	readelf -V one.so | grep -o 'Name: GLIBC_[A-Z0-9_.]*' | sort
	grep -h GLIBC_ABI_DT_RELR /var/lib/dpkg/info/libc6:*.symbols
	dpkg-shlibdeps -O -eone.so 2>/dev/null
} | tee seen
diff - seen <<'TEXT'
Name: GLIBC_2.2.5
Name: GLIBC_ABI_DT_RELR
 GLIBC_ABI_DT_RELR@GLIBC_ABI_DT_RELR 2.36
shlibs:Depends=libc6 (>= 2.2.5)
TEXT
