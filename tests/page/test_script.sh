#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# The page's files are one script: it can be read, no name of its top level stands twice, and nothing puts markup into the page.
set -euo pipefail
command -v node >/dev/null || {
	echo "there is no node: nothing is tested"
	exit 77
}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd tools/sandbox/page
files=(elements.js)
for file in *.js; do
	[[ $file == elements.js || $file == start.js ]] || files+=("$file")
done
cat "${files[@]}" start.js >"$folder/page.js"
node --check "$folder/page.js"
twice=$(sed -nE 's/^(async )?(function\*? ?|const |let |class )([A-Za-z_]+).*/\3/p' "$folder/page.js" | sort | uniq -d)
[[ -z $twice ]] || {
	echo "names that stand twice: $twice" >&2
	exit 1
}
markup=$(grep -nE 'innerHTML|outerHTML|insertAdjacentHTML|document\.write|(^|[^.$[:alnum:]])eval\(|new Function' "${files[@]}" || true)
[[ -z $markup ]] || {
	echo "what text could become markup or code by: $markup" >&2
	exit 1
}
