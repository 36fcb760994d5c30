/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/differences/place.h"

#include <stdbool.h>
#include <string.h>

/* A token of the pointer, and what follows. */
struct token {
	const char *text;
	size_t length;
};

static bool next(const char **pointer, struct token *token)
{
	if (**pointer != '/')
		return false;
	token->text = *pointer + 1;
	token->length = strcspn(token->text, "/");
	*pointer = token->text + token->length;
	return true;
}

static bool is(const struct token *token, const char *keyword)
{
	return strlen(keyword) == token->length &&
		strncmp(token->text, keyword, token->length) == 0;
}

static void print_name(FILE *out, const struct token *token)
{
	for (size_t i = 0; i < token->length; i++) {
		bool escape = token->text[i] == '~' && i + 1 < token->length;
		if (escape)
			i++;
		putc(!escape ? token->text[i] : token->text[i] == '1' ? '/' : '~', out);
	}
}

/* Those that hold schemas by names, or by numbers. */
static bool holds_names(const struct token *keyword)
{
	return is(keyword, "properties") || is(keyword, "patternProperties");
}

static bool holds_numbers(const struct token *keyword, const char *rest)
{
	bool number = rest[0] == '/' && rest[1] >= '0' && rest[1] <= '9';

	return number &&
		(is(keyword, "items") || is(keyword, "anyOf") || is(keyword, "oneOf") ||
			is(keyword, "allOf"));
}

static void print_step(
	FILE *out, const struct token *keyword, const struct token *inner, bool first)
{
	const char *dot = first ? " " : ".";

	if (is(keyword, "properties")) {
		fputs(dot, out);
		print_name(out, inner);
	} else if (is(keyword, "patternProperties")) {
		fprintf(out, "%s{", dot);
		print_name(out, inner);
		putc('}', out);
	} else if (is(keyword, "additionalProperties")) {
		fprintf(out, "%s*", dot);
	} else if (is(keyword, "items")) {
		fprintf(out, "%s[%.*s]", first ? " " : "", (int)inner->length, inner->text);
	} else {
		fprintf(out, "%s(%.*s%s%.*s)", first ? " " : "", (int)keyword->length,
			keyword->text, inner->length ? " " : "", (int)inner->length, inner->text);
	}
}

/* The last keyword alone is the rule that is another, and the words say that. */
void place_print(FILE *out, const char *pointer)
{
	struct token keyword, inner;
	bool first = true;

	while (next(&pointer, &keyword)) {
		inner = (struct token){ "", 0 };
		bool holds = holds_names(&keyword) || holds_numbers(&keyword, pointer);
		if (holds && !next(&pointer, &inner))
			return;
		if (!holds && !*pointer)
			return;
		print_step(out, &keyword, &inner, first);
		first = false;
	}
}
