/* SPDX-License-Identifier: MPL-2.0 */
/* The rules that schemas have for values, as far as the runtime's tables know them. */
#include "codegen/src/shape/builder.h"

#include "codegen/src/input/pattern.h"
#include <string.h>

#define ALLOWED_MAX 1000
#define PATTERN_MAX 3999   /* bytes: C compilers need not take longer literals */
#define PATTERNS_MAX 10000 /* short ones can take long to compile */

const struct text_format text_formats[] = {
	{ "date-time", "TC_FORMAT_DATE_TIME", "a date" },
	{ "uri", "TC_FORMAT_URI", "a URI" },
	{ "email", "TC_FORMAT_EMAIL", "an e-mail address" },
	{ "hostname", "TC_FORMAT_HOSTNAME", "a host name" },
	{ "ipv4", "TC_FORMAT_IPV4", "an IPv4 address" },
	{ "ipv6", "TC_FORMAT_IPV6", "an IPv6 address" },
};
const size_t text_format_count = sizeof text_formats / sizeof *text_formats;

/* ---- texts ---- */

/* How it goes to compile a pattern; NULL when memory ends, or there were too many. */
static const struct pattern_fault *compile_once(struct builder *b, const char *pattern)
{
	struct table *known = &b->model->patterns;
	size_t length = strlen(pattern);
	struct pattern_fault *fault = table_get(known, pattern, length);

	if (fault)
		return fault;
	fault = known->count < PATTERNS_MAX ? shape_alloc(b, sizeof *fault) : NULL;
	if (!fault)
		return NULL;
	b->no_memory |= !pattern_compile(pattern, PATTERN_OF_SCHEMA, fault) ||
		!table_put(known, pattern, length, fault);
	return fault;
}

static void read_pattern(struct builder *b, struct shape *shape, const tc_json *schema)
{
	const tc_json *pattern = tc_json_get(schema, "pattern");
	const char *text = tc_json_text(pattern);
	struct pattern_difference difference;

	if (!pattern)
		return;
	if (tc_json_kind(pattern) != TC_JSON_STRING ||
		strlen(text) != tc_json_text_length(pattern) || strlen(text) > PATTERN_MAX) {
		shape_note(b, shape, "Not checked: a pattern that is none here.");
		return;
	}
	const struct pattern_fault *fault = compile_once(b, text);
	if (!fault)
		shape_note(b, shape, "Not checked: one of too many patterns.");
	else if (*fault->reason)
		shape_note(b, shape, "Not checked: a pattern that is none here (%s, at %zu).",
			fault->reason, fault->offset);
	else if (pattern_differs(text, &difference) && !difference.slight)
		shape_note(b, shape, "Not checked: a pattern with %s, which is %s here.",
			difference.construct, difference.meaning);
	else
		shape->text.pattern = text;
}

/* A length or count: what does not fit is no limit. */
static bool read_size(const tc_json *schema, const char *name, uint32_t *size)
{
	int64_t value;

	if (!tc_json_int64(tc_json_get(schema, name), &value) || value < 0 || value > UINT32_MAX)
		return false;
	*size = (uint32_t)value;
	return true;
}

static void read_format(struct builder *b, struct shape *shape, const tc_json *schema)
{
	const char *format = tc_json_text(tc_json_get(schema, "format"));

	if (!format)
		return;
	for (size_t i = 0; i < text_format_count; i++) {
		if (strcmp(text_formats[i].name, format) == 0)
			shape->text.formats |= 1u << i;
	}
	if (!shape->text.formats)
		shape_note(b, shape, "Not checked: the format %.40s.", format);
}

size_t shape_read_allowed(struct builder *b, const tc_json *schema, const char *const **texts)
{
	const tc_json *value = tc_json_get(schema, "const");
	const tc_json *values = tc_json_get(schema, "enum");
	size_t items = value ? 1 : tc_json_count(values), count = 0;
	const char **list =
		items && items <= ALLOWED_MAX ? shape_alloc(b, items * sizeof *list) : NULL;

	for (size_t i = 0; list && i < items; i++) {
		const tc_json *item = value ? value : tc_json_item(values, i);
		const char *text = tc_json_text(item);
		if (tc_json_kind(item) == TC_JSON_NULL)
			continue; /* that is told otherwise */
		if (tc_json_kind(item) != TC_JSON_STRING ||
			strlen(text) != tc_json_text_length(item))
			return 0;
		list[count++] = text;
	}
	*texts = list;
	return count;
}

void shape_read_text(struct builder *b, struct shape *shape, const tc_json *schema)
{
	struct text_rules *rules = &shape->text;

	read_pattern(b, shape, schema);
	read_format(b, shape, schema);
	read_size(schema, "minLength", &rules->min_length);
	rules->has_max_length = read_size(schema, "maxLength", &rules->max_length);
	rules->allowed_count = shape_read_allowed(b, schema, &rules->allowed);
	if (!rules->allowed_count && (tc_json_get(schema, "const") || tc_json_get(schema, "enum")))
		shape_note(b, shape, "Not checked: which values it may have.");
}

/* ---- numbers ---- */

/* An inclusive bound of an integer; `step` is 1 for a minimum, -1 for a maximum. */
static bool read_bound(const tc_json *value, int64_t step, bool exclusive, int64_t *bound)
{
	double number;

	if (tc_json_int64(value, bound)) {
		bool last = step > 0 ? *bound == INT64_MAX : *bound == INT64_MIN;
		*bound += exclusive && !last ? step : 0;
		return true;
	}
	/* between two integers: the one inside */
	if (!tc_json_double(value, &number) || number < -9e18 || number > 9e18)
		return false;
	*bound = (int64_t)number; /* towards zero */
	if (step > 0 ? (double)*bound < number : (double)*bound > number)
		*bound += step;
	return true;
}

/* Draft 6 gives the exclusive bound; draft 4 said with a boolean that the other is one. */
static bool read_bounds(const tc_json *schema, const char *name, const char *exclusive_name,
	int64_t step, int64_t *bound)
{
	const tc_json *exclusive = tc_json_get(schema, exclusive_name);

	if (tc_json_kind(exclusive) == TC_JSON_NUMBER)
		return read_bound(exclusive, step, true, bound);
	return read_bound(tc_json_get(schema, name), step, tc_json_true(exclusive), bound);
}

static void read_allowed_int64(struct builder *b, struct shape *shape, const tc_json *schema)
{
	const tc_json *value = tc_json_get(schema, "const");
	const tc_json *values = tc_json_get(schema, "enum");
	size_t items = value ? 1 : tc_json_count(values), count = 0;
	int64_t *list = items && items <= ALLOWED_MAX ? shape_alloc(b, items * sizeof *list) : NULL;

	for (size_t i = 0; list && i < items; i++) {
		const tc_json *item = value ? value : tc_json_item(values, i);
		count += tc_json_int64(item, &list[count]);
	}
	shape->int64.allowed = list;
	shape->int64.allowed_count = count;
}

void shape_read_int64(struct builder *b, struct shape *shape, const tc_json *schema)
{
	struct int64_rules *rules = &shape->int64;
	const tc_json *multiple = tc_json_get(schema, "multipleOf");

	rules->has_minimum = read_bounds(schema, "minimum", "exclusiveMinimum", 1, &rules->minimum);
	rules->has_maximum =
		read_bounds(schema, "maximum", "exclusiveMaximum", -1, &rules->maximum);
	read_allowed_int64(b, shape, schema);
	if (multiple && (!tc_json_int64(multiple, &rules->multiple_of) || rules->multiple_of < 1)) {
		rules->multiple_of = 0;
		shape_note(b, shape, "Not checked: of what it is a multiple.");
	}
}

static const char *number_text(const tc_json *schema, const char *name)
{
	const tc_json *value = tc_json_get(schema, name);
	double number;

	if (tc_json_kind(value) != TC_JSON_NUMBER || !tc_json_double(value, &number) ||
		number - number != 0 || tc_json_text_length(value) > 300)
		return NULL;
	return tc_json_text(value);
}

void shape_read_double(struct builder *b, struct shape *shape, const tc_json *schema)
{
	struct double_rules *rules = &shape->number;
	const char *above = number_text(schema, "exclusiveMinimum");
	const char *below = number_text(schema, "exclusiveMaximum");

	rules->minimum = above ? above : number_text(schema, "minimum");
	rules->maximum = below ? below : number_text(schema, "maximum");
	rules->above_minimum = above || tc_json_true(tc_json_get(schema, "exclusiveMinimum"));
	rules->below_maximum = below || tc_json_true(tc_json_get(schema, "exclusiveMaximum"));
	if (tc_json_get(schema, "multipleOf"))
		shape_note(b, shape, "Not checked: of what it is a multiple.");
	if (tc_json_get(schema, "enum") || tc_json_get(schema, "const"))
		shape_note(b, shape, "Not checked: which values it may have.");
}

void shape_read_bool(struct builder *b, struct shape *shape, const tc_json *schema)
{
	const tc_json *value = tc_json_get(schema, "const");
	const tc_json *values = tc_json_get(schema, "enum");

	(void)b;
	if (!value && tc_json_count(values) == 1)
		value = tc_json_item(values, 0);
	shape->only_true = tc_json_true(value);
	shape->only_false = value && !shape->only_true;
}

/* ---- lists and objects ---- */

void shape_read_counts(struct builder *b, struct shape *shape, const tc_json *schema,
	const char *minimum, const char *maximum)
{
	(void)b;
	read_size(schema, minimum, &shape->counts.minimum);
	shape->counts.has_maximum = read_size(schema, maximum, &shape->counts.maximum);
}

/* ---- the rest ---- */

void shape_note_others(struct builder *b, struct shape *shape, const tc_json *schema)
{
	static const char *const unknown[] = { "not", "dependencies", "dependentRequired",
		"dependentSchemas", "propertyNames", "contains", "if", "then", "else", "allOf",
		"$recursiveRef", "$dynamicRef", "unevaluatedProperties", "unevaluatedItems" };
	bool object = tc_json_get(schema, "properties") != NULL;

	if (b->model->for_rows)
		return;
	for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
		if (tc_json_get(schema, unknown[i]))
			shape_note(b, shape, "Not checked: %s.", unknown[i]);
	}
	if (object && tc_json_get(schema, "patternProperties"))
		shape_note(b, shape, "Not checked: patternProperties.");
	if (object && (tc_json_get(schema, "oneOf") || tc_json_get(schema, "anyOf")))
		shape_note(b, shape, "Not checked: which members go together.");
}
