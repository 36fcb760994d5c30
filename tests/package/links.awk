# SPDX-License-Identifier: MPL-2.0
# Reads the files of a site, and says which of their links lead nowhere in it, and which files they get from elsewhere.
FNR == 1 {
	file = FILENAME
	sub(/.*\//, "", file)
	files[file]
}
{
	rest = $0
	while (match(rest, / id="[^"]*"/)) {
		there[file "#" substr(rest, RSTART + 5, RLENGTH - 6)]
		rest = substr(rest, RSTART + RLENGTH)
	}
	rest = $0
	while (match(rest, /<a href="[^"]*"/)) {
		links[file " " substr(rest, RSTART + 9, RLENGTH - 10)]
		rest = substr(rest, RSTART + RLENGTH)
	}
	rest = $0
	while (match(rest, /(src|<link [^>]*href)="[^"]*"/)) {
		got = substr(rest, RSTART, RLENGTH)
		if (got ~ /"(https?:)?\/\//) { print file ": takes a file from elsewhere: " got; wrong = 1 }
		rest = substr(rest, RSTART + RLENGTH)
	}
}
END {
	for (link in links) {
		split(link, part, " ")
		target = part[2]
		if (target ~ /^https?:\/\//) continue
		if (target ~ /^#/) target = part[1] target
		count++
		if (!(target ~ /#/ ? target in there : target in files)) { print part[1] ": leads to " part[2] ", where nothing is"; wrong = 1 }
	}
	if (!count) { print "there are no links"; wrong = 1 }
	exit wrong
}
