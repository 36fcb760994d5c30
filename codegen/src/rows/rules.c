/* SPDX-License-Identifier: MPL-2.0 */
#include "codegen/src/rows/rules.h"

#include <string.h>

void *types_allocate(struct types *types, size_t count, size_t size)
{
	void *memory = tc__arena_alloc(types->arena, count * size);

	types->no_memory |= !memory;
	return memory ? memset(memory, 0, count * size) : NULL;
}

const char *rules_join(struct types *types, const char *const *texts, size_t count)
{
	size_t length = 0;

	for (size_t i = 0; i < count; i++)
		length += strlen(texts[i]) + 1;
	char *joined = length ? tc__arena_bytes(types->arena, length) : NULL;
	types->no_memory |= length && !joined;
	for (size_t i = 0, at = 0; joined && i < count; i++) {
		size_t bytes = strlen(texts[i]) + 1;
		memcpy(joined + at, texts[i], bytes);
		at += bytes;
	}
	return joined;
}

/* The same one for the same source: each is compiled once. */
static struct tc_pattern *pattern_of(struct types *types, const char *source)
{
	struct types_pattern *row = table_get(&types->by_source, source, strlen(source));

	if (row)
		return &row->pattern;
	row = types_allocate(types, 1, sizeof *row);
	if (!row)
		return NULL;
	row->pattern.source = source;
	row->next = types->patterns;
	types->patterns = row;
	types->no_memory |= !table_put(&types->by_source, source, strlen(source), row);
	return &row->pattern;
}

const struct tc_text_rules *rules_of_text(struct types *types, const struct text_rules *rules)
{
	/* in the order of text_formats */
	static const uint8_t formats[] = { TC_FORMAT_DATE_TIME, TC_FORMAT_URI, TC_FORMAT_EMAIL,
		TC_FORMAT_HOSTNAME, TC_FORMAT_IPV4, TC_FORMAT_IPV6 };
	bool any = rules->pattern || rules->allowed_count || rules->allowed_or_rest ||
		rules->min_length || rules->has_max_length || rules->formats;
	struct tc_text_rules *row = any ? types_allocate(types, 1, sizeof *row) : NULL;

	if (!row)
		return NULL;
	*row = (struct tc_text_rules){
		.pattern = rules->pattern ? pattern_of(types, rules->pattern) : NULL,
		.allowed = rules_join(types, rules->allowed, rules->allowed_count),
		.allowed_count = (uint16_t)rules->allowed_count,
		.allowed_or_rest = rules->allowed_or_rest,
		.min_length = rules->min_length,
		.has_max_length = rules->has_max_length,
		.max_length = rules->has_max_length ? rules->max_length : 0,
	};
	for (size_t i = 0; i < text_format_count; i++)
		row->formats |= rules->formats & 1u << i ? formats[i] : 0;
	return row;
}

const struct tc_int64_rules *rules_of_int64(struct types *types, const struct int64_rules *rules)
{
	bool any = rules->has_minimum || rules->has_maximum || rules->multiple_of ||
		rules->allowed_count;
	struct tc_int64_rules *row = any ? types_allocate(types, 1, sizeof *row) : NULL;

	if (!row)
		return NULL;
	*row = (struct tc_int64_rules){
		.has_minimum = rules->has_minimum,
		.minimum = rules->has_minimum ? rules->minimum : 0,
		.has_maximum = rules->has_maximum,
		.maximum = rules->has_maximum ? rules->maximum : 0,
		.multiple_of = rules->multiple_of,
		.allowed = rules->allowed_count ? rules->allowed : NULL,
		.allowed_count = (uint16_t)rules->allowed_count,
	};
	return row;
}

/* Any locale; the text is a number of JSON. */
static double number_of(struct types *types, const char *text)
{
	const tc_json *json = NULL;
	double number = 0;

	if (text && tc_json_parse(text, strlen(text), &json, NULL) != TC_OK)
		types->no_memory = true;
	tc_json_double(json, &number);
	tc_release(json);
	return number;
}

const struct tc_double_rules *rules_of_double(struct types *types, const struct double_rules *rules)
{
	bool any = rules->minimum || rules->maximum;
	struct tc_double_rules *row = any ? types_allocate(types, 1, sizeof *row) : NULL;

	if (!row)
		return NULL;
	*row = (struct tc_double_rules){
		.has_minimum = rules->minimum != NULL,
		.minimum = number_of(types, rules->minimum),
		.above_minimum = rules->minimum && rules->above_minimum,
		.has_maximum = rules->maximum != NULL,
		.maximum = number_of(types, rules->maximum),
		.below_maximum = rules->maximum && rules->below_maximum,
	};
	return row;
}

const struct tc_count_rules *rules_of_counts(struct types *types, const struct count_rules *counts)
{
	bool any = counts->minimum || counts->has_maximum || counts->unique;
	struct tc_count_rules *row = any ? types_allocate(types, 1, sizeof *row) : NULL;

	if (!row)
		return NULL;
	*row = (struct tc_count_rules){
		.minimum = counts->minimum,
		.has_maximum = counts->has_maximum,
		.maximum = counts->has_maximum ? counts->maximum : 0,
		.unique = counts->unique,
	};
	return row;
}
