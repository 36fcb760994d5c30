#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Which room may include which: inside runtime each file includes only rooms that stand before its
# own (those in one line stand beside each other), and no room reaches into one above it.
set -euo pipefail
status=0
complain() {
	echo "$*" >&2
	status=1
}

rooms=(
	"ascii memory buffer"
	"error log clock"
	"sax json"
	"type"
	"slugid date scope url crypto"
	"credentials hawk"
	"conventions operation binding query"
	"request response retry session rpc events"
	"transport"
	"call client generated"
	"loop pages batch wait stream download"
	"version"
)

# The longest room name that begins the file's name: json_read.c belongs to json.
room_level() {
	local file=${1##*/} level name best=-1 length=0
	file=${file%.*}
	for level in "${!rooms[@]}"; do
		for name in ${rooms[level]}; do
			[[ $file == "$name" || $file == "$name"_* ]] || continue
			((${#name} > length)) && best=$level length=${#name}
		done
	done
	echo "$best"
}

for file in runtime/src/*.[ch]; do
	level=$(room_level "$file")
	((level >= 0)) || complain "$file belongs to no room that this test knows"
	while read -r included; do
		((level >= $(room_level "$included"))) ||
			complain "$file includes $included, of a room that stands after its own"
	done < <(sed -n 's/^#include "\([^"]*\)".*/\1/p' "$file")
done

# only(ROOM, PATTERN): quoted includes of a folder stay within what matches the pattern
only() {
	local folder=$1 allowed=$2 file included
	while IFS=: read -r file included; do
		[[ $included != */* || $included =~ $allowed ]] || complain "$file must not include $included"
	done < <(grep -rHo --include='*.[ch]' '^#include "[^"]*"' "$folder" | sed 's/#include "\(.*\)"/\1/')
}
only runtime '^$'
only generated '^$'
only codegen '^(codegen/src/|runtime/src/(memory|buffer|error|sax|json)\.h$)'
only tools '^(tools/|workflows/|runtime/src/(memory|buffer|error)\.h$)'
only workflows '^(workflows/|runtime/src/(memory|buffer|error|clock)\.h$)'
only examples '^$'

# public headers and generated code know nothing of the private ones; the runtime nothing of them
! grep -rn 'include "' runtime/include generated/include || complain "a public header includes a private one"
! grep -rnE '#include <taskcluster/(registry|auth|queue|index|hooks|secrets|object)' runtime ||
	complain "runtime includes generated code"

# no system is a special case in code
! grep -rniE 'buildbot|treeherder' runtime/src codegen/src || complain "a system's name in runtime or codegen"
((status == 0)) && echo "every include goes downwards"
exit $status
