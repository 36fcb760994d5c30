# SPDX-License-Identifier: MPL-2.0
# Follows a page literally, as a reader would who has the library installed and nothing of its source. In order:
# a C block whose first line is a comment with a file's name is put into that file; an sh block is run, all of them by one
# shell; and a text block is what the sh block before it has printed on standard output, with `*` for anything within a line.
# It needs $prefix, where all is installed.
#
#	follow PAGE               all of it
#	follow PAGE SECTION…      only these, by the text of "## …"
. tests/package/like.sh

# steps PAGE SECTION…: its blocks as files of $follow, 01.c, 02.sh, 03.text …
steps() {
	local page=$1
	shift
	(($# == 0)) || printf '%s\n' "$@" >"$follow.sections"
	awk -v folder="$follow" -v page="$page" '
		FILENAME != page { wanted[$0]; some = 1; next }
		/^## / { section = substr($0, 4) }
		/^```/ && !inside { inside = 1; kind = substr($0, 4); block = ""; next }
		/^```/ {
			inside = 0
			if (kind ~ /^(c|sh|text)$/ && (!some || section in wanted)) {
				file = sprintf("%s/%02d.%s", folder, ++count, kind)
				printf "%s", block > file
				close(file)
			}
			next
		}
		inside { block = block $0 "\n" }' "$follow.sections" "$page"
}

# script: what does all of it; its output goes to files beside the steps
script() {
	local step name
	cat <<-'TEXT'
		set -e
		stop() {
			local job
			for job in $(jobs -p); do kill "$job" 2>/dev/null || true; done
			wait
		}
		trap stop EXIT
		# A page says how long a server takes to come up, as a rule. It is waited for as long as it takes here.
		sleep() {
			local i last
			for ((i = 0; i < 900; i++)); do
				last=$(ls -t -- *.env 2>/dev/null | head -n 1)
				[[ $last ]] && grep -q ^export "$last" || { command sleep 0.1; continue; }
				break
			done
			command sleep 0.3
		}
	TEXT
	for step in "$follow"/*; do
		case $step in
		*.c)
			name=$(sed -n '1s|^/\* \([a-z_]*\.c\).*|\1|p' "$step")
			[[ -z $name ]] || echo "cp '$step' $name"
			;;
		*.sh)
			echo "exec >'${step%.sh}.out' 2>>'$follow.errors'"
			cat "$step"
			;;
		esac
	done
}

# compare: what was printed, and what the page says of it
compare() {
	local step said=
	for step in "$follow"/*; do
		case $step in
		*.sh) said=${step%.sh}.out ;;
		*.text)
			like "$step" "$said" || {
				diff -u --label 'the page' --label printed "$step" "$said" >&2
				return 1
			}
			;;
		esac
	done
}

follow() {
	local status=0 libraries
	follow=$(mktemp -d)
	: | tee "$follow.sections" >"$follow.errors"
	steps "$@"
	[[ $(ls "$follow") == *.sh* ]] || {
		echo "$1 has nothing to be done in: ${*:2}" >&2
		return 1
	}
	script >"$follow.script"
	mkdir "$follow.here"
	libraries=$(find "$prefix" -name taskcluster.pc)
	libraries=${libraries%/pkgconfig/*}
	ln -s "$PWD/examples" "$follow.here/examples"
	(
		cd "$follow.here"
		unset "${!TASKCLUSTER_@}" "${!PULSE_@}"
		HOME=$follow.here PATH=$prefix/bin:$PATH LD_LIBRARY_PATH=$libraries PKG_CONFIG_PATH=$libraries/pkgconfig \
			no_proxy=127.0.0.1 timeout -k 5 100 bash "$follow.script"
	) || status=$?
	((status == 0)) || {
		echo "following $1 ended with $status; the last that was printed:" >&2
		tail -n 20 "$follow"/*.out "$follow.errors" >&2
	}
	((status != 0)) || compare || status=1
	rm -rf "$follow" "$follow".*
	return "$status"
}
