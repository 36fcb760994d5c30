/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/sandbox/request/mend.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 512
#define NAMES_MAX 20000 /* compared one by one: an object of more is left as it is */
#define ESCAPE 6        /* of \uXXXX */

/* The unit that \uXXXX stands for, or -1. */
static long unit_of(const char *at, size_t rest)
{
	char digits[5] = "";

	if (rest < ESCAPE || at[0] != '\\' || at[1] != 'u')
		return -1;
	for (size_t i = 0; i < 4; i++) {
		if (!isxdigit((unsigned char)at[2 + i]))
			return -1;
		digits[i] = at[2 + i];
	}
	return strtol(digits, NULL, 16);
}

static bool is_high(long unit)
{
	return unit >= 0xd800 && unit < 0xdc00;
}

static bool is_low(long unit)
{
	return unit >= 0xdc00 && unit < 0xe000;
}

bool mend_escapes(char *text, size_t length)
{
	bool found = false;

	for (size_t i = 0; i + 1 < length;) {
		const char *escape = memchr(text + i, '\\', length - i);
		if (!escape)
			break;
		i = (size_t)(escape - text);
		long unit = unit_of(text + i, length - i);
		if (unit < 0) {
			i += 2;
			continue;
		}
		if (is_high(unit) && length - i > ESCAPE &&
			is_low(unit_of(text + i + ESCAPE, length - i - ESCAPE))) {
			i += (size_t)2 * ESCAPE;
			continue;
		}
		found = found || unit == 0;
		if (is_high(unit) || is_low(unit)) {
			memcpy(text + i, "\\ufffd", ESCAPE);
			found = true;
		}
		i += ESCAPE;
	}
	return found;
}

struct member {
	size_t name, name_length, end; /* the end lies behind its comma */
};

struct mender {
	char *text;
	size_t at, length;
	struct member *members; /* of all objects that are open, innermost last */
	size_t count, capacity;
	int depth;
	bool no_memory;
};

static char peek(struct mender *mender)
{
	while (mender->at < mender->length && strchr(" \t\n\r", mender->text[mender->at]) &&
		mender->text[mender->at])
		mender->at++;
	return mender->at < mender->length ? mender->text[mender->at] : '\0';
}

static bool take(struct mender *mender, char c)
{
	if (peek(mender) != c)
		return false;
	mender->at++;
	return true;
}

static bool take_string(struct mender *mender)
{
	if (!take(mender, '"'))
		return false;
	while (mender->at < mender->length && mender->text[mender->at] != '"')
		mender->at += mender->text[mender->at] == '\\' ? 2 : 1;
	return take(mender, '"');
}

/* Remembers a member, and blanks an earlier one of its name. */
static bool note_member(struct mender *mender, size_t first, struct member member)
{
	const char *name = mender->text + member.name;

	for (size_t i = first; i < mender->count && mender->count - first < NAMES_MAX; i++) {
		struct member *old = &mender->members[i];
		if (old->name_length != member.name_length ||
			memcmp(mender->text + old->name, name, member.name_length) != 0)
			continue;
		memset(mender->text + old->name, ' ', old->end - old->name);
		*old = member;
		return true;
	}
	if (mender->count == mender->capacity) {
		size_t capacity = mender->capacity ? 2 * mender->capacity : 64;
		struct member *grown = realloc(mender->members, capacity * sizeof *grown);
		mender->no_memory = !grown;
		if (!grown)
			return false;
		mender->members = grown;
		mender->capacity = capacity;
	}
	mender->members[mender->count++] = member;
	return true;
}

static bool take_value(struct mender *mender);

static bool take_object(struct mender *mender)
{
	size_t first = mender->count;

	if (take(mender, '}'))
		return true;
	for (;;) {
		peek(mender);
		struct member member = { .name = mender->at };
		if (!take_string(mender))
			return false;
		member.name_length = mender->at - member.name;
		if (!take(mender, ':') || !take_value(mender))
			return false;
		bool more = take(mender, ',');
		member.end = mender->at;
		if (!note_member(mender, first, member))
			return false;
		if (!more)
			break;
	}
	mender->count = first;
	return take(mender, '}');
}

static bool take_array(struct mender *mender)
{
	if (take(mender, ']'))
		return true;
	do {
		if (!take_value(mender))
			return false;
	} while (take(mender, ','));
	return take(mender, ']');
}

static bool take_value(struct mender *mender)
{
	bool good;

	if (peek(mender) == '"')
		return take_string(mender);
	if (mender->depth++ >= DEPTH_MAX)
		return false;
	if (take(mender, '{')) {
		good = take_object(mender);
	} else if (take(mender, '[')) {
		good = take_array(mender);
	} else {
		size_t begin = mender->at;
		while (mender->at < mender->length &&
			!strchr(",]} \t\n\r\"{[:", mender->text[mender->at]))
			mender->at++;
		good = mender->at > begin;
	}
	mender->depth--;
	return good;
}

bool mend_names(char *text, size_t length)
{
	struct mender mender = { .text = text, .length = length };

	take_value(&mender);
	free(mender.members);
	return !mender.no_memory;
}
