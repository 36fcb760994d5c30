#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# The reference in HTML, and the manual pages: whatever the library exports has a place of its own, each function of a service
# with its route, all links lead somewhere, and nothing comes from elsewhere. What is wrong in a page is said with its place.
set -euo pipefail
shopt -s nullglob
maker=$TC_BUILD_DIR/docs/tc_docs_maker
programs=$TC_BUILD_DIR/docs/programs
[[ -x $maker ]] || { echo "manual pages are not made in this build (TC_MAN)" && exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
site=$work/site
mkdir "$site" "$work/man"

fail() {
	echo "FAILED: $*" >&2
	exit 1
}

# ids: what has a place of its own, sorted
ids() {
	grep -ohE 'id="[^"]*"' "$site"/*.h.html | sed 's/^id="//; s/"$//' | sort -u
}

# The functions of all services, by their headers, which say what the generator made.
functions() {
	sed -nE 's/^TC_API .*[ *](tc_[a-z0-9_]+)\(.*/\1/p' generated/include/taskcluster/*.h
}

# lacks ROUTES: those of "SERVICE METHOD ROUTE" lines that their service's page does not have
lacks() {
	local service method route
	while read -r service method route; do
		route=${route//</"&lt;"}
		route=${route//>/"&gt;"}
		grep -qF -- "$method $route;" "$site/$service.h.html" || echo "$service: $method $route"
	done
}

# refuses WORDS: the maker does not take the project in $work/project, and says these
refuses() {
	local said
	said=$("$maker" site "$work/project" "$work/none" "$work/none" 2>&1) && fail "it took a page in which: $1"
	[[ $said == *"$1"* ]] || fail "it says \"$said\", and should say: $1"
}

"$maker" site . "$programs" "$site"
ids >"$work/ids"
{
	cat tests/package/symbols.txt
	functions
} | sort -u | comm -23 - "$work/ids" >"$work/missing"
[[ ! -s $work/missing ]] || fail "these have no place in the reference: $(<"$work/missing")"
(($(functions | wc -l) > 1000)) || fail "the headers were not read: $(functions | head)"

"$TC_BUILD_DIR/bin/taskcluster-codegen" --references references/taskcluster --references references/classic \
	--references references/treeherder --references references/buildbot --list |
	awk -F'\t' '{ gsub("-", "_", $1); print $1, $3, $4 }' >"$work/routes"
(($(wc -l <"$work/routes") > 400)) || fail "these routes are all there are: $(<"$work/routes")"
lacks <"$work/routes" >"$work/missing"
[[ ! -s $work/missing ]] || fail "these routes are on no page: $(head "$work/missing")"
awk -f tests/package/links.awk "$site"/*.html >"$work/out" || fail "$(head "$work/out")"
if command -v node >/dev/null; then
	node tests/package/search.js "$site" || fail "the search does not find what it should"
fi

mkdir "$work/none" "$work/project"
echo '# Page with [a link](nowhere.md)' >"$work/project/README.md"
refuses 'README.md: a link leads to nowhere.md'
printf '# Page\n\n[a](#one) ## one\n' >"$work/project/README.md"
refuses 'README.md: a link leads to #one'
printf '# Page\n\n```c\nint x;\n' >"$work/project/README.md"
refuses 'README.md: code that has no end'

"$maker" man . "$programs" "$work/man" 2026-11-30 "libtaskcluster test"
for page in docs/api/*.md; do
	name=${page##*/}
	[[ -s $work/man/man7/libtaskcluster-${name%.md}.7 ]] || fail "$page is no manual page"
done
for name in taskcluster $("$TC_BUILD_DIR/bin/taskcluster" help | sed -nE 's/^  ([a-z][a-z0-9-]*) +.*/taskcluster-\1/p') \
	taskcluster-{sandbox,worker,livelog,proxy,codegen}; do
	[[ -s $work/man/man1/$name.1 ]] || fail "there is no manual page $name(1)"
done
if command -v groff >/dev/null; then
	groff -man -ww -Tutf8 "$work"/man/man?/* 2>&1 >/dev/null | head -5 >"$work/out"
	[[ ! -s $work/out ]] || fail "groff warns: $(<"$work/out")"
fi
if command -v mandoc >/dev/null; then
	mandoc -T lint -W warning "$work"/man/man?/* >"$work/out" || fail "mandoc warns: $(head -5 "$work/out")"
fi
echo "all that is exported, $(wc -l <"$work/routes") routes and $(find "$work/man" -type f | wc -l) manual pages are there"
