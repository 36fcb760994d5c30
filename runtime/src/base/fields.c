/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/base/fields.h"

#include "runtime/src/base/ascii.h"
#include <string.h>

static const char *value_of(const char *name)
{
	return name + strlen(name) + 1;
}

static const char *behind(const char *name)
{
	const char *value = value_of(name);

	return value + strlen(value) + 1;
}

const char *tc__fields_find(const struct tc__fields *fields, const char *name)
{
	const char *at = fields->text, *found = NULL;

	for (size_t i = 0; i < fields->count; i++, at = behind(at))
		if (tc__same_word(at, name))
			found = value_of(at);
	return found;
}

/* The bytes of a field, or 0 when it is not to be kept. */
static size_t kept_size(const char *at, size_t room)
{
	size_t size = (size_t)(behind(at) - at);

	return size > room || tc__same_word(at, "set-cookie") ? 0 : size;
}

static size_t kept_total(const struct tc__fields *fields, size_t max)
{
	const char *at = fields->text;
	size_t total = 0;

	for (size_t i = 0; i < fields->count; i++, at = behind(at))
		total += kept_size(at, max - total);
	return total;
}

struct tc__fields tc__fields_copy(
	const struct tc__fields *fields, size_t max, struct tc__arena *arena)
{
	size_t total = kept_total(fields, max);
	char *text = total ? tc__arena_bytes(arena, total) : NULL;
	struct tc__fields copy = { .text = text };
	const char *at = fields->text;

	for (size_t i = 0; text && i < fields->count; i++, at = behind(at)) {
		size_t size = kept_size(at, total);
		if (!size)
			continue;
		memcpy(text, at, size);
		text += size;
		total -= size;
		copy.count++;
	}
	return copy;
}
