#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# The pages of docs/api are true. Each has one whole program, of under 40 lines, that compiles without warnings
# and, run on a sandbox, prints the page's first text block behind it (there `*` is anything within a line).
# Its other C blocks are pieces of a file: functions and tables, which compile behind all public headers.
# Programs of the component pulse need a broker: where no RabbitMQ is installed they have to end with an error that names
# the variable to set, and where a component is not built they are only compiled.
# docs/api.md leads to each page, every public header is named somewhere, and so named in a header is whatever
# is called like a name of this library. C blocks of the other pages of docs compile, too, and what they have the command line
# call is something that it can send (what package.readme follows is left to that).
#
#	ctest --test-dir build -R package.docs          all of it
#	TC_PAGES='client call' ctest …                  only these programs
. tests/examples/check.sh
. tests/package/like.sh
cc=${TC_CC:-cc}
houses=(runtime generated workflows codegen)
flags=(-std=c11 -Wall -Wextra -Werror)
for house in "${houses[@]}"; do flags+=("-I$house/include"); done
[[ -z ${TC_SANITIZE:-} ]] || flags+=("-fsanitize=$TC_SANITIZE")
wrong=0

# Says what is wrong, and goes on, so that one run tells all.
wrong() {
	echo "FAILED: $*" >&2
	wrong=1
}

headers() {
	find "${houses[@]/%//include}" -name '*.h' | sort
}

# split PAGE: its blocks into files of $folder/page: N.program.c, N.piece.c and N.text, N in their order
split() {
	rm -rf "$folder/page"
	mkdir "$folder/page"
	awk -v folder="$folder/page" '
		function store(kind) {
			name = sprintf("%s/%02d.%s", folder, ++count, kind)
			printf "%s", block > name
			close(name)
		}
		/^```/ && !language { language = substr($0, 4); if (!language) language = "none"; block = ""; next }
		/^```/ {
			if (language == "c") store(block ~ /int main\(/ ? "program.c" : "piece.c")
			else if (language == "text") store("text")
			language = ""
			next
		}
		language { block = block $0 "\n" }' "$1"
}

# pieces PAGE: they compile, each alone
pieces() {
	local piece
	for piece in "$folder"/page/*.piece.c; do
		[[ -e $piece ]] || continue
		cat "$folder/all.h" "$piece" >"$folder/piece.c"
		"$cc" "${flags[@]}" -D_POSIX_C_SOURCE=200809L -Wno-unused -fsyntax-only "$folder/piece.c" 2>"$folder/out" ||
			wrong "$1: its ${piece##*/} does not compile: $(<"$folder/out")"
	done
}

# needs_broker FILE: a program, or a page that has one
needs_broker() {
	grep -q '^#include <taskcluster/pulse_' "$1"
}

# without_broker PAGE: its program, which was made, says what it needs
without_broker() {
	(cd "$folder/here" && exec timeout 30 "$folder/program" </dev/null) >"$folder/out" 2>&1 &&
		wrong "$1: its program succeeds without a broker"
	grep -q PULSE_HOSTNAME "$folder/out" || wrong "$1: without a broker its program says: $(<"$folder/out")"
}

# program PAGE: there is one; it compiles, runs and prints what the page says
program() {
	local sources source text lines libraries component status=0
	sources=("$folder"/page/*.program.c)
	source=${sources[0]}
	[[ -e $source ]] || { wrong "$1 has no program" && return; }
	((${#sources[@]} == 1)) || { wrong "$1 has ${#sources[@]} programs, and should have one" && return; }
	text=$(printf '%s\n' "$folder"/page/*.text | awk -v source="$source" '$0 > source { print; exit }')
	[[ -e $text ]] || { wrong "$1 does not say what its program prints" && return; }
	lines=$(wc -l <"$source")
	((lines < 40)) || wrong "$1: its program has $lines lines"
	"$cc" "${flags[@]}" -pthread -c "$source" -o "$folder/program.o" 2>"$folder/out" ||
		{ wrong "$1: its program does not compile: $(<"$folder/out")" && return; }
	libraries=("$TC_LIBRARY")
	component=$(sed -n 's/^#include <taskcluster\/\(pulse\|references\)[_.].*/\1/p' "$source")
	if [[ $component ]]; then
		component=${TC_LIBRARY%/*}/libtaskcluster-$component.so # beside it, where the component is built
		[[ -e $component ]] || return 0
		libraries=("$component" "$TC_LIBRARY")
	fi
	"$cc" "${flags[@]}" -pthread "$folder/program.o" "${libraries[@]}" "-Wl,-rpath,${TC_LIBRARY%/*}" -o "$folder/program" \
		2>"$folder/out" || { wrong "$1: its program cannot be linked: $(<"$folder/out")" && return; }
	rm -rf "$folder/here"
	mkdir "$folder/here"
	if needs_broker "$source" && [[ -z $broker ]]; then
		without_broker "$1"
		return
	fi
	(cd "$folder/here" && exec timeout 30 "$folder/program" </dev/null) >"$folder/out" 2>"$folder/errors" || status=$?
	((status == 0)) || wrong "$1: its program ended with $status"
	[[ ! -s $folder/errors ]] || wrong "$1: its program complained: $(<"$folder/errors")"
	like "$text" "$folder/out" && return
	wrong "$1: its program prints something else"
	diff -u --label "$1" --label printed "$text" "$folder/out" >&2 || true
}

headers | sed 's|.*include/\(.*\)|#include <\1>|' >"$folder/all.h"
(($(wc -l <"$folder/all.h") > 50)) || fail "only these headers were found: $(<"$folder/all.h")"
pages=(docs/api/*.md)
pulse=${TC_LIBRARY%/*}/libtaskcluster-pulse.so # beside it, where the component is built
unset PULSE_HOSTNAME PULSE_USERNAME PULSE_PASSWORD PULSE_VHOST
for page in "${pages[@]}"; do
	name=${page##*/}
	if [[ -e $pulse && " ${TC_PAGES:-${name%.md}} " == *" ${name%.md} "* ]] && needs_broker "$page"; then
		broker || true # one for all
		break
	fi
done
sandbox --references references/taskcluster ${broker:+--pulse "$BROKER_URL"}
ran=0
for page in "${pages[@]}"; do
	name=${page##*/}
	grep -qF "(api/$name)" docs/api.md || wrong "docs/api.md does not lead to $page"
	[[ " ${TC_PAGES:-${name%.md}} " == *" ${name%.md} "* ]] || continue
	split "$page"
	pieces "$page"
	program "$page"
	ran=$((ran + 1))
done
((ran > 0)) || wrong "there is no page of $TC_PAGES"

# commands PAGE: each `taskcluster api …` that stands on a line of its own
commands() {
	local line
	while IFS= read -r line <&3; do
		line=${line%% --all*}
		line=${line%% -o *} # what is to be done with a reply
		(
			cd "$folder"
			PATH=${TC_SANDBOX%/*}:$PATH HOME=$folder BUILDBOT_URL=http://127.0.0.1:9 bash -c "$line --dry-run"
		) </dev/null >"$folder/out" 2>&1 || wrong "$1: \`$line\` is not to be sent: $(<"$folder/out")"
	done 3< <(sed -n 's/^    \(taskcluster api .*\)$/\1/p' "$1")
}

for page in docs/*.md; do
	[[ -z ${TC_PAGES:-} && $page != docs/first-call.md ]] || continue
	split "$page"
	pieces "$page"
	commands "$page"
done

while read -r header; do
	grep -qFw "${header##*/}" docs/api.md "${pages[@]}" || wrong "no page names taskcluster/${header##*/}"
done < <(headers | grep -v '_types\.h$') # those come with their services

# What looks like a name of ours and is in no header. tc_<service>_ and tc_queue_… are no whole names.
headers | xargs grep -ohE '\b(tc|TC)_[A-Za-z0-9_]+' | sort -u >"$folder/names"
grep -oHE '\b(tc_[a-z0-9_]*[a-z0-9]|TC_[A-Z0-9_]*[A-Z0-9])\b' README.md docs/{api,first-call}.md "${pages[@]}" |
	awk -F: 'NR == FNR { known[$1]; next } !($2 in known)' "$folder/names" - >"$folder/strangers"
[[ ! -s $folder/strangers ]] || wrong "no header has these: $(<"$folder/strangers")"
((wrong == 0)) || exit 1
echo "the programs of $ran pages do what the pages say${broker:+, with a broker}"
