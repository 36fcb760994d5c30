#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Every C program in README.md compiles and links against the library, without warnings.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
awk -v dir="$work" '/^```c$/ {n++; inside=1; next} /^```$/ {inside=0} inside {print > dir "/" n ".c"}' README.md
count=0
for program in "$work"/*.c; do
	grep -q 'int main' "$program" || continue
	"${TC_CC:-cc}" -std=c11 -Wall -Wextra -Werror -Iruntime/include -Igenerated/include \
		${TC_SANITIZE:+-fsanitize=$TC_SANITIZE} "$program" "$TC_LIBRARY" -o "$work/program"
	count=$((count + 1))
done
((count > 0)) || { echo "README.md has no program" >&2; exit 1; }
echo "$count programs of README.md compile"
