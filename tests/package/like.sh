# SPDX-License-Identifier: MPL-2.0
# What a page says is printed, and what was. To be sourced.

# like TEXT OUTPUT: line by line, with `*` in the text for anything
like() {
	local pattern line
	while IFS= read -r pattern <&3; do
		IFS= read -r line <&4 || return 1
		# shellcheck disable=SC2053
		[[ $line == $pattern ]] || return 1
	done 3< <(sed 's/[][\\?+@!()|]/\\&/g' "$1") 4<"$2"
	[[ $(wc -l <"$1") == "$(wc -l <"$2")" ]]
}
