/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/differences/keywords.h"

#include <stdio.h>
#include <string.h>

/* Each integer is a number. */
enum {
	TYPE_NULL = 1,
	TYPE_BOOLEAN = 2,
	TYPE_INTEGER = 4,
	TYPE_FRACTION = 8,
	TYPE_STRING = 16,
	TYPE_ARRAY = 32,
	TYPE_OBJECT = 64,
	TYPE_ALL = 127
};

static const struct {
	const char *name, *words;
	unsigned types;
} kinds[] = {
	{ "object", "an object", TYPE_OBJECT },
	{ "array", "a list", TYPE_ARRAY },
	{ "string", "a text", TYPE_STRING },
	{ "number", "a number", TYPE_INTEGER | TYPE_FRACTION },
	{ "integer", "an integer", TYPE_INTEGER },
	{ "boolean", "a boolean", TYPE_BOOLEAN },
	{ "null", "null", TYPE_NULL },
};
#define KIND_COUNT (sizeof kinds / sizeof *kinds)

static unsigned type_named(const tc_json *name)
{
	const char *text = tc_json_text(name);

	for (size_t i = 0; text && i < KIND_COUNT; i++)
		if (strcmp(kinds[i].name, text) == 0)
			return kinds[i].types;
	return 0;
}

unsigned schema_types(const tc_json *schema)
{
	const tc_json *type = tc_json_get(schema, "type");
	unsigned types = type_named(type);

	for (size_t i = 0; i < tc_json_count(type); i++)
		types |= type_named(tc_json_item(type, i));
	return type ? types : TYPE_ALL;
}

const char *schema_types_in_words(unsigned types, char words[TYPE_WORDS_SIZE])
{
	size_t length = 0;

	snprintf(words, TYPE_WORDS_SIZE, types == TYPE_ALL ? "anything" : "nothing");
	if (types == TYPE_ALL)
		return words;
	for (size_t i = 0; i < KIND_COUNT; i++) {
		if (!kinds[i].types || (types & kinds[i].types) != kinds[i].types)
			continue;
		types &= ~kinds[i].types;
		length += (size_t)snprintf(words + length, TYPE_WORDS_SIZE - length, "%s%s",
			length ? " or " : "", kinds[i].words);
	}
	return words;
}

void compare_types(struct comparison *comparison)
{
	unsigned older = schema_types(comparison->step->older);
	unsigned newer = schema_types(comparison->step->newer);
	char was[TYPE_WORDS_SIZE], is[TYPE_WORDS_SIZE];

	if (older == newer)
		return;
	enum effect effect = (newer & ~older) == 0 ? EFFECT_NARROWER
		: (older & ~newer) == 0            ? EFFECT_WIDER
						   : EFFECT_OTHER;
	if (newer == (older | TYPE_NULL) || older == (newer | TYPE_NULL))
		comparison_tell(comparison, "type", effect, "may%s be null%s",
			newer & TYPE_NULL ? "" : " not", newer & TYPE_NULL ? ", too" : " any more");
	else
		comparison_tell(comparison, "type", effect, "is %s; it was %s",
			schema_types_in_words(newer, is), schema_types_in_words(older, was));
}
