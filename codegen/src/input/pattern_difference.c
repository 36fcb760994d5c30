/* SPDX-License-Identifier: MPL-2.0 */
/* What PCRE2 reads otherwise than ECMAScript, whose patterns schemas have. */
#include "codegen/src/input/pattern.h"

#include <stdio.h>
#include <string.h>

/* Letters behind a backslash, and what they are for PCRE2. For ECMAScript they are the letters
 * themselves, but for \s, \S and \v. */
static const struct {
	char letter;
	bool slight;
	const char *meaning;
} escapes[] = {
	{ 's', true, "ASCII's blanks, without those of Unicode" },
	{ 'S', true, "all but ASCII's blanks, those of Unicode included" },
	{ 'v', false, "any vertical blank" },
	{ 'V', false, "all but vertical blanks" },
	{ 'h', false, "any horizontal blank" },
	{ 'H', false, "all but horizontal blanks" },
	{ 'a', false, "the bell" },
	{ 'e', false, "the escape character" },
	{ 'N', false, "all but line ends" },
	{ 'R', false, "a line end of one or two characters" },
	{ 'X', false, "a character with its marks" },
	{ 'C', false, "a byte" },
	{ 'p', false, "characters with a property" },
	{ 'P', false, "characters without a property" },
	{ 'o', false, "a number in octal digits" },
	{ 'g', false, "a group" },
	{ 'K', false, "the match's beginning" },
	{ 'A', false, "the text's beginning" },
	{ 'Z', false, "the text's end, or the line feed there" },
	{ 'z', false, "the text's end" },
	{ 'G', false, "where the search began" },
	{ 'Q', false, "the beginning of literal text" },
	{ 'E', false, "the end of literal text" },
};

/* Keeps the first, but one that is no slight one rather than one that is. */
static void note(struct pattern_difference *difference, const char *construct, size_t length,
	bool slight, const char *meaning)
{
	if (difference->meaning && (!difference->slight || slight))
		return;
	snprintf(difference->construct, sizeof difference->construct, "%.*s", (int)length,
		construct);
	difference->meaning = meaning;
	difference->slight = slight;
}

/* Each of these gives what stands behind its construct. */

static const char *skip_escape(const char *at, struct pattern_difference *difference)
{
	for (size_t i = 0; i < sizeof escapes / sizeof *escapes; i++) {
		if (escapes[i].letter == at[1])
			note(difference, at, 2, escapes[i].slight, escapes[i].meaning);
	}
	if (at[1] == 'k' && (at[2] == '{' || at[2] == '\''))
		note(difference, at, 3, false, "a group");
	return at + (at[1] ? 2 : 1);
}

static bool is_named_class(const char *at)
{
	const char end[] = { at[1], ']', '\0' };

	return at[0] == '[' && at[1] && strchr(":.=", at[1]) && strstr(at + 2, end);
}

static const char *skip_class(const char *at, struct pattern_difference *difference)
{
	at += at[1] == '^' ? 2 : 1;
	while (*at && *at != ']') {
		if (is_named_class(at))
			note(difference, at, 2, false, "a class by its name");
		at = *at == '\\' ? skip_escape(at, difference) : at + 1;
	}
	return at + (*at == ']');
}

static const char *skip_open(const char *at, struct pattern_difference *difference)
{
	static const char *const known[] = { "(?:", "(?=", "(?!", "(?<" };

	if (at[1] == '*' && at[2] >= 'A' && at[2] <= 'Z')
		note(difference, at, 3, false, "a verb");
	if (at[1] != '?')
		return at + 1;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		if (strncmp(at, known[i], strlen(known[i])) == 0)
			return at + strlen(known[i]);
	}
	note(difference, at, at[2] > ' ' && at[2] <= '~' ? 3 : 2, false,
		"a group of a kind of its own");
	return at + 2;
}

/* The length of a quantifier, without what makes it lazy; 0: there is none. */
static size_t quantifier(const char *at)
{
	if (*at && strchr("*+?", *at))
		return 1;
	if (*at != '{')
		return 0;
	size_t length = 1 + strspn(at + 1, "0123456789");
	if (length > 1 && at[length] == ',')
		length += 1 + strspn(at + length + 1, "0123456789");
	return length > 1 && at[length] == '}' ? length + 1 : 0;
}

static const char *skip(const char *at, struct pattern_difference *difference)
{
	size_t length = quantifier(at);

	if (length && at[length] == '+')
		note(difference, at, length + 1, false, "a repetition that gives nothing back");
	if (length)
		return at + length + (at[length] == '+' || at[length] == '?');
	switch (*at) {
	case '\\':
		return skip_escape(at, difference);
	case '[':
		return skip_class(at, difference);
	case '(':
		return skip_open(at, difference);
	case '.':
		note(difference, at, 1, true, "all but its own line ends");
		return at + 1;
	default:
		return at + 1;
	}
}

bool pattern_differs(const char *pattern, struct pattern_difference *difference)
{
	*difference = (struct pattern_difference){ .meaning = NULL };
	while (*pattern)
		pattern = skip(pattern, difference);
	return difference->meaning != NULL;
}
