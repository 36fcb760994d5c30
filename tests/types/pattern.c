/* SPDX-License-Identifier: MPL-2.0 */
/* Texts out of patterns: a reader of the regular expressions that the schemas have, which writes
 * instead of matching. */
#include "tests/types/schemas.h"

#include "tests/harness/test.h"
#include <string.h>

struct sampler {
	const char *at;
	enum size size;
	struct dice *dice;
	char *text;
	size_t length;
	bool mute; /* alternatives that were not chosen are read only */
};

static void alternatives(struct sampler *s);

static void put(struct sampler *s, char c)
{
	if (s->mute)
		return;
	assert_true(s->length < 255);
	s->text[s->length++] = c;
}

static int hex_digit(char c)
{
	return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}

/* A character of a class or outside one. */
static char character(struct sampler *s)
{
	char c = *s->at++;

	if (c != '\\')
		return c;
	c = *s->at++;
	if (c == 'x') {
		c = (char)(hex_digit(s->at[0]) * 16 + hex_digit(s->at[1]));
		s->at += 2;
	} else if (strchr("dwsDWSbB", c)) {
		fail_msg("\\%c in a pattern; the sampler does not know it", c);
	}
	return c;
}

/* One character out of a class, which stands at "[". */
static void pick(struct sampler *s)
{
	char set[256];
	size_t count = 0;

	s->at++;
	assert_true(*s->at != '^');
	while (*s->at != ']') {
		char first = character(s), last = first;
		bool range = *s->at == '-' && s->at[1] != ']';
		/* "9-_" at the end of "a-z0-9-_" is a dash and an underscore, as a range may not
		 * begin with what ended another */
		if (range) {
			s->at++;
			last = character(s);
		}
		for (int c = first; c <= last && count < sizeof set; c++)
			set[count++] = (char)c;
		if (range && *s->at == '-')
			set[count++] = *s->at++;
	}
	s->at++;
	put(s, set[dice_roll(s->dice, (uint32_t)count)]);
}

static void atom(struct sampler *s)
{
	if (*s->at == '[') {
		pick(s);
	} else if (*s->at == '(') {
		s->at++;
		if (s->at[0] == '?' && s->at[1] == ':')
			s->at += 2;
		alternatives(s);
		assert_true(*s->at++ == ')');
	} else if (*s->at == '.') {
		s->at++;
		put(s, (char)('a' + dice_roll(s->dice, 26)));
	} else {
		put(s, character(s));
	}
}

static unsigned number(struct sampler *s)
{
	unsigned value = 0;

	while (*s->at >= '0' && *s->at <= '9')
		value = value * 10 + (unsigned)(*s->at++ - '0');
	return value;
}

/* How often what stands before is there. */
static void bounds(struct sampler *s, unsigned *least, unsigned *most)
{
	*least = *most = 1;
	if (*s->at == '?' || *s->at == '*' || *s->at == '+') {
		*least = *s->at == '+';
		*most = *s->at++ == '?' ? 1 : 6;
	} else if (*s->at == '{') {
		s->at++;
		*least = *most = number(s);
		if (*s->at == ',') {
			s->at++;
			*most = *s->at == '}' ? *least + 6 : number(s);
		}
		assert_true(*s->at++ == '}');
	}
}

static void repeated(struct sampler *s)
{
	const char *begin = s->at;
	bool mute = s->mute;
	unsigned least, most;

	s->mute = true;
	atom(s);
	bounds(s, &least, &most);
	const char *end = s->at;
	s->mute = mute;
	unsigned count = s->size == SMALLEST ? least
		: s->size == LARGEST         ? most
					     : least + dice_roll(s->dice, most - least + 1);
	for (unsigned i = 0; i < count; i++) {
		s->at = begin;
		atom(s);
	}
	s->at = end;
}

static void sequence(struct sampler *s)
{
	while (*s->at && *s->at != '|' && *s->at != ')') {
		if (*s->at == '^' || *s->at == '$')
			s->at++;
		else
			repeated(s);
	}
}

static unsigned count_alternatives(const struct sampler *s)
{
	unsigned count = 1, depth = 0;

	for (const char *at = s->at; *at && !(*at == ')' && !depth); at++) {
		if (*at == '\\')
			at++;
		else if (*at == '[')
			at = strchr(at, ']');
		else if (*at == '(' || *at == ')')
			depth += *at == '(' ? 1u : -1u;
		else if (*at == '|' && !depth)
			count++;
	}
	return count;
}

static void alternatives(struct sampler *s)
{
	unsigned count = count_alternatives(s), chosen = dice_roll(s->dice, count);
	bool mute = s->mute;

	for (unsigned i = 0; i < count; i++) {
		s->mute = mute || i != chosen;
		sequence(s);
		s->at += i + 1 < count;
	}
	s->mute = mute;
}

void pattern_sample(const char *pattern, enum size size, struct dice *dice, char text[256])
{
	struct sampler s = { pattern, size, dice, text, 0, false };

	alternatives(&s);
	text[s.length] = '\0';
}
