#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Holds the house: a room is a folder, and stands only on rooms that its house's plan in
# tests/package/rooms/ names. Seen are quoted includes, includes of public headers, and the symbols of
# the built objects. Files that need each other are a circle; each one is listed there with its reason.
#
#	house FOLDER             the house, one to a plan
#	objects TARGET…          the CMake targets that its files are built into
#	component NAME           one more, tc_NAME, where that component is built
#	room NAME: NAME…         a folder of it (. is the house itself), and the rooms that it stands on
#	headers NAME: HEADER…    public headers that belong to a room
#	outside FOLDER…          rooms of other houses whose private headers and symbols it may use;
#	                         public functions and headers are anybody's above the runtime
#	beside                   its includes name the file beside (what a generator writes can be moved)
#	without FUNCTION…        functions of the system that it leaves to those below
#	circle FILE FILE…: WHY   files that are one thing in several parts
set -euo pipefail
. tests/package/component.sh
plans=tests/package/rooms
build=${TC_BUILD_DIR:=build}

read_plans() {
	cat "$plans"/* | sed -e 's/#.*//' -e 's/[[:space:]]*$//' -e '/^$/d'
}

# FILE "quoted include" or <taskcluster/…> FILE of every include
read_includes() {
	local houses
	mapfile -t houses < <(read_plans | sed -n 's/^house //p')
	grep -rH --include='*.[ch]' -E '^#[[:space:]]*include ("|<taskcluster/)' "${houses[@]}" runtime/include |
		sed -E 's/^([^:]*):#[[:space:]]*include ["<]([^">]*)[">].*/include \1 \2/'
}

read_targets() {
	local name
	read_plans | sed -n 's/^objects //p' | tr ' ' '\n'
	for name in $(read_plans | sed -n 's/^component //p'); do
		! built "$name" || echo "tc_$name"
	done
}

# SYMBOL lines: FILE needs or defines. An object lies in the build as its source does in the tree, but for two folders.
read_symbols() {
	local target tops folders
	mapfile -t tops < <(read_plans | sed -nE 's/^house ([^/]*).*/\1/p' | sort -u)
	while read -r target; do
		mapfile -t folders < <(find "${tops[@]/#/$build/}" -type d -path "*/CMakeFiles/$target.dir" -prune)
		((${#folders[@]} == 1)) || {
			echo "$build has ${#folders[@]} folders of objects of $target, and should have one" >&2
			return 1
		}
		find "${folders[0]}" -name '*.o' -exec nm -A {} + |
			sed -E -e "s|^$build/||" -e "s|CMakeFiles/$target\.dir/||" |
			sed -nE -e 's/^([^:]*)\.o:.* U (.*)/needs \1 \2/p' -e 's/^([^:]*)\.o:.* [TDRBVWC] (.*)/defines \1 \2/p'
	done < <(read_targets)
}

{
	read_plans
	find $(read_plans | sed -n 's/^house //p') -name '*.[ch]' | sed 's/^/file /'
	read_includes
	read_symbols
} | awk '
function complain(text) { print text > "/dev/stderr"; failed = 1 }
function folder(path) { sub(/\/[^\/]*$/, "", path); return path }
function house_of(path,  h) {
	for (h in houses)
		if (index(path, h "/") == 1) return h
	return ""
}
# May what is in room a use what is in room b?
function may(a, b) { return a == b || (a, b) in stands }
function list(rest, words) { sub(/^[^:]*:/, "", rest); return split(rest, words, " ") }

# An edge from one file to another, by an include or by a symbol
function edge(from, to, how, public,  a, b, h) {
	if (from == to) return
	a = folder(from); b = folder(to); h = house_of(from)
	if (h == house_of(to)) {
		if (!may(a, b)) complain(from " must not stand on " to " (" how ")")
	} else if (!public && !((h, b) in outside)) {
		complain(from " must not use " to " of another house (" how ")")
	}
}

/^house / { house = $2; houses[house] = 1; next }
/^room / {
	name = $2; sub(/:$/, "", name)
	room = name == "." ? house : house "/" name
	rooms[room] = 1
	n = list($0, words)
	for (i = 1; i <= n; i++) stands[room, words[i] == "." ? house : house "/" words[i]] = 1
	next
}
/^headers / {
	name = $2; sub(/:$/, "", name)
	n = list($0, words)
	for (i = 1; i <= n; i++) floor["taskcluster/" words[i]] = house "/" name
	next
}
/^outside / { for (i = 2; i <= NF; i++) outside[house, $i] = 1; next }
/^without / { for (i = 2; i <= NF; i++) without[house, $i] = 1; next }
/^beside/ { beside[house] = 1; next }
/^circle / {
	circles++
	sub(/:.*/, "")
	for (i = 2; i <= NF; i++) {
		f = house "/" $i
		if (f in circle) complain(f " is in two circles")
		circle[f] = circles; unseen[f] = 1
	}
	next
}
/^file / { files[$2] = 1; if (!(folder($2) in rooms)) complain($2 " lies in no room that a plan names"); next }
/^include / {
	if ($3 ~ /^taskcluster\//) {
		if (house_of($2) == "runtime/src") {
			if (!($3 in floor)) complain($2 " includes <" $3 ">, which belongs to no room")
			else if (!may(folder($2), floor[$3])) complain($2 " must not include <" $3 ">")
		} else if (index($2, "runtime/include/") == 1) {
			own = $2; sub(/^runtime\/include\//, "", own)
			if (!(own in floor)) complain($2 " belongs to no room")
			else if (!($3 in floor)) complain($2 " includes <" $3 ">, which is not of the runtime")
			else if (!may(floor[own], floor[$3])) complain($2 " must not include <" $3 ">")
		}
	} else if (house_of($2) in beside && (folder($2) "/" $3) in files) edge($2, folder($2) "/" $3, "include", 0)
	else if (index($2, "runtime/include/") == 1) complain($2 ", a public header, includes " $3)
	else if (!($3 in files)) complain($2 " includes \"" $3 "\", which is no path from the root")
	else edge($2, $3, "include", 0)
	next
}
# objects of files that have moved may lie in an old build
/^defines / { if ($2 in files) owner[$3] = at_home[house_of($2), $3] = $2; next }
/^needs / {
	if (!($2 in files)) next
	needs[$2 " " $3] = 1
	if ((house_of($2), $3) in without) complain($2 " must not call " $3)
	next
}
END {
	for (pair in needs) {
		split(pair, w, " ")
		h = house_of(w[1]) # two programs may have a function of the same name
		to = (h, w[2]) in at_home ? at_home[h, w[2]] : owner[w[2]]
		if (to == "" || to == w[1]) continue
		edge(w[1], to, w[2], w[2] ~ /^tc_[^_]/)
		if (house_of(w[1]) == house_of(to)) { reach[w[1], to] = 1; nodes[w[1]] = nodes[to] = 1 }
	}
	# Warshall: who reaches whom
	for (k in nodes) for (i in nodes) if ((i, k) in reach) for (j in nodes) if ((k, j) in reach) reach[i, j] = 1
	for (i in nodes) for (j in nodes)
		if (i < j && (i, j) in reach && (j, i) in reach) {
			delete unseen[i]; delete unseen[j]
			if (!(i in circle) || circle[i] != circle[j]) complain(i " and " j " need each other")
		}
	for (f in unseen) complain(f " is listed in a circle, but is in none")
	if (failed) exit 1
	print length(files) " files, " length(rooms) " rooms: everything stands on what is below it"
}' || exit 1

# what stands above the library needs no libcurl of its own
if grep -rnE '#[[:space:]]*include[[:space:]]*<curl/' examples workflows tools/taskcluster; then
	echo "a user of the library includes curl's headers" >&2
	exit 1
fi

# no system is a special case in code
if grep -rniE 'buildbot|treeherder' runtime/src codegen/src; then
	echo "a system's name in runtime or codegen" >&2
	exit 1
fi
