# SPDX-License-Identifier: MPL-2.0
# Programs that stand on pages. To be sourced.

# first_program PATTERN FILE…: of all C blocks the first whole program that has it
first_program() {
	awk -v pattern="$1" '
		/^```c$/ { inside = 1; block = ""; next }
		/^```$/ && inside {
			inside = 0
			if (block ~ /int main\(/ && block ~ pattern) { printf "%s", block; exit }
		}
		inside { block = block $0 "\n" }' "${@:2}"
}
