/* SPDX-License-Identifier: MPL-2.0 */
/* Logs on terminals: what passes and what does not, wherever the pieces end. */
#include "tests/harness/test.h"

#include "tools/taskcluster/text/colored.h"
#include <stdio.h>
#include <string.h>

#define ROOM 4096

/* Filters it in pieces that end at `first` and `second`. */
static void filter(
	struct colored *colored, const char *text, size_t first, size_t second, char shown[ROOM])
{
	size_t length = strlen(text);
	size_t used = colored_filter(colored, text, first, shown);

	used += colored_filter(colored, text + first, second - first, shown + used);
	used += colored_filter(colored, text + second, length - second, shown + used);
	used += colored_end(colored, shown + used);
	assert_true(used <= length + COLORED_MORE);
	shown[used] = '\0';
}

static void check(const char *text, const char *expected, bool plain)
{
	size_t length = strlen(text);
	char shown[ROOM];

	for (size_t first = 0; first <= length; first++)
		for (size_t second = first; second <= length; second++) {
			struct colored colored = { .plain = plain };
			filter(&colored, text, first, second, shown);
			if (strcmp(shown, expected) != 0)
				print_message("of \"%s\" in pieces to %zu and %zu\n", text, first,
					second);
			assert_string_equal(shown, expected);
		}
}

static void passes(const char *text)
{
	check(text, text, false);
}

static void becomes(const char *text, const char *expected)
{
	check(text, expected, false);
}

static void test_text_passes(void **state)
{
	(void)state;
	passes("");
	passes("a line\n\tanother\r\n");
	passes("10 %\r20 %\r30 %\n");
	passes("\u00e9 \u011b \u20ac \U0001f600 \u2010\n"); /* continuations from 0x80 to 0x9f */
	becomes("no line end", "no line end\n");
}

static void test_colors_pass(void **state)
{
	(void)state;
	becomes("\033[31mred", "\033[31mred\033[0m\n");
	becomes("\033[m\n", "\033[m\n\033[0m");
	becomes("\033[1;4;38;5;8;48;2;1;8;3mx\n", "\033[1;4;38;5;8;48;2;1;8;3mx\n\033[0m");
	becomes("\033[38:2::1:8:3;4:3mx\n", "\033[38:2::1:8:3;4:3mx\n\033[0m");
	becomes("\033[97;107;39;49mx\n", "\033[97;107;39;49mx\n\033[0m");
	check("\033[31mred\033[0m\n", "red\n", true);
}

static void test_other_sgr_vanishes(void **state)
{
	(void)state;
	becomes("\033[8mhidden\n", "hidden\n");
	becomes("\033[1;8mhidden\n", "hidden\n");
	becomes("\033[38;8mx\n", "x\n");             /* what would be read as another begin */
	becomes("\033[38;5;1;8mx\n", "x\n");         /* behind the colour's own */
	becomes("\033[38:5;8mx\n", "x\n");           /* colons leave it no more */
	becomes("\033[11mx\n\033[12mx\n", "x\nx\n"); /* fonts of Linux's console */
	becomes("\033[>4;2mx\n", "x\n");             /* keys of xterm */
	becomes("\033[?4mx\n", "x\n");
	becomes("\033[1 mx\n", "x\n");
	becomes("\033[99999999999999999999mx\n", "x\n");
	becomes("\033[1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1mx\n",
		"x\n");
}

static void test_sequences_vanish(void **state)
{
	(void)state;
	becomes("a\033[2J\033[H\033[10;10Hb\n", "ab\n");
	becomes("a\033[?1049h\033[6n\033[5n\033[0cb\n", "ab\n");
	becomes("a\0337\0338\033c\033D\033M\033=b\n", "ab\n");
	becomes("a\033(0\033#8\033 Fb\n", "ab\n");
	becomes("a\033]0;owned\ab\n", "ab\n");
	becomes("a\033]8;;http://x/\033\\link\033]8;;\033\\\n", "alink\n");
	becomes("a\033P1$r\033\\b\033_x\033\\c\033^x\033\\d\033Xx\033\\e\n", "abcde\n");
	becomes("a\033]52;c;AAAA\030b\032\n", "ab \n");
	becomes("a\033]no end\nb\n", "a\nb\n"); /* its line only */
	becomes("a\033[31\nb\n", "a\nb\n");
	becomes("a\033\nb\n", "a\nb\n");
	becomes("a\033\033[31mb\n", "a\033[31mb\n\033[0m");
	becomes("a\033[\033[31mb\n", "a\033[31mb\n\033[0m");
	becomes("a\033[31", "a\n"); /* not whole */
}

static void test_controls_are_spaces(void **state)
{
	(void)state;
	becomes("a\a\b\v\f\016\017\177b\n", "a       b\n");
	becomes("a\xc2\x9b"
		"31mb\n",
		"a 31mb\n"); /* CSI as ISO 6429 has it, in UTF-8 */
	becomes("a\xc2\x9d"
		"0;x\xc2\x9c\n",
		"a 0;x \n");
	becomes("a\u202eb\u2066c\u200fd\u061ce\u2028\n", "a b c d e \n"); /* turn the text */
}

static void test_broken_characters_are_marks(void **state)
{
	(void)state;
	becomes("a\x9b"
		"31mb\n",
		"a?31mb\n");
	becomes("\xe2\x82x\n", "??x\n");
	becomes("\xc3\033[31mx\n", "?\033[31mx\n\033[0m");
	becomes("\xed\xa0\x80 \xf8\x88\x80\x80 \xc0\x9b\n", "??? ???? ??\n");
	becomes("\xe2\x82", "??\n");
}

static void test_nul_is_a_space(void **state)
{
	struct colored colored = { 0 };
	char shown[3 + COLORED_MORE];

	(void)state;
	assert_int_equal(colored_filter(&colored, "a\0b", 3, shown), 3);
	assert_memory_equal(shown, "a b", 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_passes),
		cmocka_unit_test(test_colors_pass),
		cmocka_unit_test(test_other_sgr_vanishes),
		cmocka_unit_test(test_sequences_vanish),
		cmocka_unit_test(test_controls_are_spaces),
		cmocka_unit_test(test_broken_characters_are_marks),
		cmocka_unit_test(test_nul_is_a_space),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
