# SPDX-License-Identifier: MPL-2.0
# A public header of another version: with -v way=older each struct that may grow (its first member is
# size_t size) lacks its last declaration, with way=newer it has one more; with way=list their names and
# last members are printed instead.

BEGIN {
	RS = "^$"
}

function name_of(declaration) {
	if (match(declaration, /\(\*[a-z_]+\)/))
		return substr(declaration, RSTART + 2, RLENGTH - 3)
	sub(/\[[^]]*\]$/, "", declaration)
	match(declaration, /[a-z_0-9]+$/)
	return substr(declaration, RSTART)
}

# The declarations of a struct's body, without the last, with one more, or as they are.
function rewrite(name, body,   count, parts, i, made) {
	count = split(body, parts, ";") - 1
	if (way == "list")
		print name, name_of(parts[count])
	if (way == "older")
		count--
	for (i = 1; i <= count; i++)
		made = made parts[i] ";"
	return way == "newer" ? made "\n\tint64_t tc_newer[2];\n" : made "\n"
}

{
	text = $0
	while (match(text, /\/\*([^*]|\*+[^*\/])*\*+\//))
		text = substr(text, 1, RSTART - 1) " " substr(text, RSTART + RLENGTH)
	made = ""
	while (match(text, /struct tc_[a-z_]+ \{\n[ \t]*size_t size;/)) {
		opening = index(substr(text, RSTART), "{") + RSTART - 1
		name = substr(text, RSTART + 7, opening - RSTART - 8)
		closing = index(substr(text, opening), "\n}") + opening - 1
		made = made substr(text, 1, opening) rewrite(name, substr(text, opening + 1, closing - opening))
		text = substr(text, closing + 1)
	}
	if (way != "list")
		printf "%s", made text
}
