#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Version: abidw 2.2 of Debian 12 (abigail-tools 2.2-2), gcc 12.
# Expected: with --headers-dir and --drop-private-types a type is private unless a header of that folder defines it.
# Seen: a type that a source's own header defines is public when some header of the folder has the same file name, in whatever
#   folder the source's is; under another name it is private.
# Matters: what is in an opaque handle counts as ABI, and a change of it as a break, by the name of the file that it stands in.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
abidw --version
mkdir include src
printf 'struct loop;\nstruct loop *loop_new(void);\n' >include/loop.h
for name in loop private; do
	printf 'struct loop { int secret; };\n' >"src/$name.h"
	printf '#include "../include/loop.h"\n#include "%s.h"\nstruct loop *loop_new(void) { static struct loop one; return &one; }\n' \
		"$name" >"src/$name.c"
	cc -g -shared -fPIC "src/$name.c" -o "$name.so"
	abidw --headers-dir include --drop-private-types "$name.so" >"$name.abi"
	echo "defined in src/$name.h: $(grep -c secret "$name.abi" || true) private members described"
done | tee seen
diff - seen <<'TEXT'
defined in src/loop.h: 1 private members described
defined in src/private.h: 0 private members described
TEXT
