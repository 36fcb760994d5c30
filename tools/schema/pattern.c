/* SPDX-License-Identifier: MPL-2.0 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "tools/schema/pattern.h"

#include "runtime/src/base/ascii.h"
#include "runtime/src/base/buffer.h"

#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Steps of a search, a second or so: what takes more is for ever. */
#define STEPS_MAX "(*LIMIT_MATCH=4000000)"
#define PATTERN_MAX ((size_t)1 << 20)
#define OPTIONS \
	(PCRE2_UTF | PCRE2_NO_UTF_CHECK | PCRE2_DOLLAR_ENDONLY | PCRE2_MATCH_UNSET_BACKREF | \
		PCRE2_ALLOW_EMPTY_CLASS)

struct pattern {
	pcre2_code *code;
	pcre2_match_data *data;
};

/* A translation on its way. */
struct translation {
	const char *at, *end;
	struct tc__buffer out;
	char *reason;
	bool in_class;
	bool dot_is_all; /* after (?s) */
	bool counted;    /* what stands before is a quantifier */
};

static bool refuse(struct translation *t, const char *what, size_t length)
{
	snprintf(t->reason, PATTERN_REASON_SIZE, "%.*s is nothing that ECMA 262 has",
		(int)(length < 40 ? length : 40), what);
	return false;
}

static bool copy(struct translation *t, size_t length)
{
	tc__buffer_add(&t->out, t->at, length);
	t->at += length;
	return true;
}

static bool put(struct translation *t, size_t length, const char *text)
{
	tc__buffer_text(&t->out, text);
	t->at += length;
	return true;
}

static char next(const struct translation *t, size_t distance)
{
	return t->at + distance < t->end ? t->at[distance] : '\0';
}

/* A NUL is none of any. */
static bool is_one_of(char c, const char *characters)
{
	return c && strchr(characters, c);
}

/* ---- what a backslash begins ---- */

/* \x41, \u00e9, \u{1f600}: hexadecimal digits at a distance; false: there are not so many. */
static bool read_hex(const struct translation *t, size_t distance, size_t count, unsigned *value)
{
	*value = 0;
	for (size_t i = 0; i < count; i++) {
		int digit = tc__hex_digit(next(t, distance + i));
		if (digit < 0)
			return false;
		*value = *value * 16 + (unsigned)digit;
	}
	return true;
}

static bool put_character(struct translation *t, size_t length, unsigned character)
{
	tc__buffer_printf(&t->out, "\\x{%x}", character);
	t->at += length;
	return true;
}

static bool translate_unicode(struct translation *t)
{
	unsigned first, second;

	if (next(t, 2) == '{') {
		size_t digits = 0;
		while (tc__hex_digit(next(t, 3 + digits)) >= 0)
			digits++;
		if (digits == 0 || digits > 6 || next(t, 3 + digits) != '}' ||
			!read_hex(t, 3, digits, &first))
			return refuse(t, t->at, 3 + digits);
		return put_character(t, digits + 4, first);
	}
	if (!read_hex(t, 2, 4, &first))
		return refuse(t, t->at, 2);
	if (first >> 10 == 0xd800 >> 10 && next(t, 6) == '\\' && next(t, 7) == 'u' &&
		read_hex(t, 8, 4, &second) && second >> 10 == 0xdc00 >> 10)
		return put_character(t, 12, 0x10000 + ((first & 0x3ff) << 10) + (second & 0x3ff));
	return put_character(t, 6, first);
}

/* \1 is a reference back; \0 a NUL. */
static bool translate_digits(struct translation *t)
{
	size_t length = 1;

	if (next(t, 1) == '0' && !tc__is_digit(next(t, 2)))
		return put_character(t, 2, 0);
	while (tc__is_digit(next(t, length)))
		length++;
	if (t->in_class || next(t, 1) == '0' || length > 4)
		return refuse(t, t->at, length);
	tc__buffer_printf(&t->out, "\\g{%.*s}", (int)length - 1, t->at + 1);
	t->at += length;
	return true;
}

/* \p{L}: of what there is, PCRE2 knows. */
static bool translate_property(struct translation *t)
{
	const char *close = memchr(t->at, '}', (size_t)(t->end - t->at));

	if (next(t, 2) != '{' || !close)
		return refuse(t, t->at, 2);
	return copy(t, (size_t)(close + 1 - t->at));
}

static bool translate_escape(struct translation *t)
{
	char c = next(t, 1);
	unsigned value;

	if (t->end - t->at < 2)
		return refuse(t, t->at, 1);
	if (tc__is_digit(c))
		return translate_digits(t);
	if (c & 0x80) /* itself */
		return put(t, 1, "");
	if (!tc__is_alphanumeric(c))
		return copy(t, 2);
	switch (c) {
	case 's':
		return put(t, 2, t->in_class ? "\\p{Xsp}\\x{feff}" : "[\\p{Xsp}\\x{feff}]");
	case 'S':
		return put(t, 2, t->in_class ? "\\P{Xsp}" : "[^\\p{Xsp}\\x{feff}]");
	case 'v':
		return put_character(t, 2, '\v');
	case 'u':
		return translate_unicode(t);
	case 'x':
		return read_hex(t, 2, 2, &value) ? put_character(t, 4, value) : refuse(t, t->at, 2);
	case 'p':
	case 'P':
		return translate_property(t);
	case 'c':
		return tc__is_letter(next(t, 2)) ? copy(t, 3) : refuse(t, t->at, 2);
	case 'B':
		return t->in_class ? refuse(t, t->at, 2) : copy(t, 2);
	case 'k':
		return t->in_class || next(t, 2) != '<' ? refuse(t, t->at, 2) : copy(t, 2);
	default:
		return is_one_of(c, "dDwWbtnfr") ? copy(t, 2) : refuse(t, t->at, 2);
	}
}

/* ---- all else ---- */

static bool translate_group(struct translation *t)
{
	size_t flags = 2;

	if (next(t, 1) == '*')
		return refuse(t, t->at, 2);
	if (next(t, 1) != '?')
		return copy(t, 1);
	if (is_one_of(next(t, 2), ":=!<") || (next(t, 2) == 'P' && next(t, 3) == '<'))
		return copy(t, 3);
	while (is_one_of(next(t, flags), "ims-"))
		t->dot_is_all |= next(t, flags++) == 's';
	if (flags > 2 && (next(t, flags) == ')' || next(t, flags) == ':'))
		return copy(t, flags + 1);
	return refuse(t, t->at, 3);
}

/* The length of {2}, {2,} or {2,3}; 0: it is just a brace. */
static size_t braces(const struct translation *t)
{
	size_t length = 1;

	while (tc__is_digit(next(t, length)))
		length++;
	if (length > 1 && next(t, length) == ',')
		length++;
	while (length > 1 && tc__is_digit(next(t, length)))
		length++;
	return length > 1 && next(t, length) == '}' ? length + 1 : 0;
}

static bool translate_quantifier(struct translation *t, size_t length)
{
	bool lazy = next(t, length) == '?';

	if (next(t, length) == '+')
		return refuse(t, t->at, length + 1);
	if (t->counted)
		return refuse(t, t->at, length);
	copy(t, length + lazy);
	t->counted = true;
	return true;
}

static bool translate_plain(struct translation *t)
{
	switch (*t->at) {
	case '[':
		t->in_class = true;
		return copy(t, next(t, 1) == '^' ? 2 : 1);
	case '.':
		return t->dot_is_all ? copy(t, 1) : put(t, 1, "[^\\n\\r\\x{2028}\\x{2029}]");
	case '(':
		return translate_group(t);
	default:
		return copy(t, 1);
	}
}

static bool translate_in_class(struct translation *t)
{
	if (*t->at == '[')
		return put(t, 1, "\\[");
	t->in_class = *t->at != ']';
	return copy(t, 1);
}

static bool translate_next(struct translation *t)
{
	size_t length = !t->in_class && *t->at == '{' ? braces(t) : 0;

	if (!t->in_class && is_one_of(*t->at, "*+?"))
		length = 1;
	if (length)
		return translate_quantifier(t, length);
	t->counted = false;
	if (*t->at == '\\')
		return translate_escape(t);
	return t->in_class ? translate_in_class(t) : translate_plain(t);
}

static pcre2_code *compile(const struct translation *t)
{
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);
	PCRE2_UCHAR reason[PATTERN_REASON_SIZE];
	PCRE2_SIZE offset;
	int problem;

	if (!context)
		return NULL;
	pcre2_set_newline(context, PCRE2_NEWLINE_ANYCRLF);
	pcre2_code *code = pcre2_compile((PCRE2_SPTR)tc__buffer_get(&t->out), t->out.length,
		OPTIONS, &problem, &offset, context);
	pcre2_compile_context_free(context);
	if (!code && pcre2_get_error_message(problem, reason, sizeof reason) > 0)
		snprintf(t->reason, PATTERN_REASON_SIZE, "%.150s", (const char *)reason);
	return code;
}

struct pattern *pattern_new(const char *source, size_t length, char reason[PATTERN_REASON_SIZE])
{
	struct translation t = { .at = source,
		.end = source + length,
		.out = TC__BUFFER(PATTERN_MAX),
		.reason = reason };
	struct pattern *made = calloc(1, sizeof *made);
	bool good = made != NULL;

	snprintf(reason, PATTERN_REASON_SIZE, "memory ended");
	tc__buffer_text(&t.out, STEPS_MAX);
	while (good && t.at < t.end)
		good = translate_next(&t);
	if (good && !tc__buffer_failed(&t.out))
		made->code = compile(&t);
	if (made && made->code)
		made->data = pcre2_match_data_create(1, NULL);
	tc__buffer_clear(&t.out);
	if (made && made->data)
		return made;
	pattern_free(made);
	return NULL;
}

void pattern_free(struct pattern *pattern)
{
	if (!pattern)
		return;
	pcre2_match_data_free(pattern->data);
	pcre2_code_free(pattern->code);
	free(pattern);
}

enum pattern_answer pattern_search(const struct pattern *pattern, const char *text, size_t length)
{
	int found = pcre2_match(pattern->code, (PCRE2_SPTR)text, length, 0, PCRE2_NO_UTF_CHECK,
		pattern->data, NULL);

	if (found >= 0)
		return PATTERN_FOUND;
	return found == PCRE2_ERROR_NOMATCH ? PATTERN_ABSENT : PATTERN_UNDECIDED;
}
