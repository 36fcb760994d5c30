/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/types/schemas.h"

#include "tests/harness/test.h"
#include <stdio.h>
#include <string.h>

#define ITEMS 3

static const tc_json *get(struct schema schema, const char *keyword)
{
	return tc_json_get(schema.json, keyword);
}

static int64_t whole(struct schema schema, const char *keyword, int64_t otherwise)
{
	int64_t value;

	return tc_json_int64(get(schema, keyword), &value) ? value : otherwise;
}

static bool is_true(const tc_json *json)
{
	return tc_json_true(json);
}

static bool is_false(const tc_json *json)
{
	return tc_json_kind(json) == TC_JSON_BOOL && !tc_json_true(json);
}

/* ---- texts ---- */

static void sample_format(const char *format, struct dice *dice, char text[256])
{
	uint32_t n = dice_roll(dice, 28);

	if (strcmp(format, "date-time") == 0)
		snprintf(text, 256,
			n % 2 ? "2026-02-%02uT13:0%u:59.%03uZ" : "1999-12-%02uT23:0%u:01+0%u:30",
			n + 1, n % 10, n % 10);
	else if (strcmp(format, "uri") == 0)
		snprintf(text, 256, "https://example.com/a%u?b=%%20#c", n);
	else if (strcmp(format, "email") == 0)
		snprintf(text, 256, "some.one+%u@mail.example.com", n);
	else if (strcmp(format, "hostname") == 0)
		snprintf(text, 256, "h%u.example.com", n);
	else if (strcmp(format, "ipv4") == 0)
		snprintf(text, 256, "10.0.0.%u", n);
	else if (strcmp(format, "ipv6") == 0)
		snprintf(text, 256, "2001:db8::%u", n);
	else
		fail_msg("the format %s is not known", format);
}

/* JSON schema counts characters, not bytes. */
static int64_t characters(const char *text)
{
	int64_t count = 0;

	for (; *text; text++)
		count += ((unsigned char)*text & 0xc0) != 0x80;
	return count;
}

static void add_text(tc_json_builder *b, struct schema schema, enum size size, struct dice *dice)
{
	static const char *const words[] = { "", "a", "caf\303\251 \360\237\246\212", "x/y~z",
		"\"q\"\\n\t" };
	int64_t least = whole(schema, "minLength", 0), most = whole(schema, "maxLength", 200);
	char text[512] = "";

	if (get(schema, "pattern")) {
		const char *pattern = tc_json_text(get(schema, "pattern"));
		do
			pattern_sample(
				pattern, size == SMALLEST && least ? ANY_SIZE : size, dice, text);
		while ((int64_t)strlen(text) < least || (int64_t)strlen(text) > most);
	} else if (get(schema, "format")) {
		sample_format(tc_json_text(get(schema, "format")), dice, text);
	} else if (size != SMALLEST) {
		strcpy(text, words[dice_roll(dice, 5)]);
		if (most < 30)
			text[0] = '\0';
	}
	/* task.metadata.source: no pattern makes a whole URL */
	if (get(schema, "anyOf"))
		strcpy(text, "https://example.com/source");
	while (characters(text) < least)
		strcat(text, "x");
	tc_json_add_string(b, text);
}

/* ---- numbers ---- */

static void add_int64(tc_json_builder *b, struct schema schema, enum size size, struct dice *dice)
{
	int64_t least = whole(schema, "minimum", -3),
		most = whole(schema, "maximum", INT64_C(1) << 40);

	if (size == SMALLEST)
		tc_json_add_int64(b, least);
	else if (size == LARGEST)
		tc_json_add_int64(b, most);
	else
		tc_json_add_int64(b,
			least +
				dice_roll(dice,
					most - least < 1000 ? (uint32_t)(most - least + 1) : 1000));
}

static void add_double(tc_json_builder *b, struct schema schema, struct dice *dice)
{
	int64_t least = whole(schema, "minimum", -100), most = whole(schema, "maximum", 1000000);

	tc_json_add_double(
		b, (double)least + (double)(most - least) * dice_roll(dice, 1000) / 1001);
}

/* ---- anything ---- */

static void add_any(tc_json_builder *b, struct dice *dice, int depth)
{
	uint32_t kind = dice_roll(dice, depth > 2 ? 4 : 6);

	if (kind == 0)
		tc_json_add_null(b);
	else if (kind == 1)
		tc_json_add_bool(b, dice_roll(dice, 2));
	else if (kind == 2)
		tc_json_add_double(b, dice_roll(dice, 1000) / 8.0);
	else if (kind == 3)
		tc_json_add_string(b, "free");
	else {
		char name[16];
		if (kind == 4)
			tc_json_add_array(b);
		else
			tc_json_add_object(b);
		for (uint32_t i = 0, n = dice_roll(dice, 4); i < n; i++) {
			snprintf(name, sizeof name, "m%u", i);
			if (kind == 5)
				tc_json_add_name(b, name);
			add_any(b, dice, depth + 1);
		}
		tc_json_end(b);
	}
}

static void add_any_object(tc_json_builder *b, enum size size, struct dice *dice)
{
	tc_json_add_object(b);
	if (size != SMALLEST) {
		tc_json_add_name(b, "some thing");
		add_any(b, dice, 0);
	}
	tc_json_end(b);
}

/* ---- objects and arrays ---- */

static bool is_required(struct schema schema, const char *name)
{
	const tc_json *required = get(schema, "required");

	for (size_t i = 0; i < tc_json_count(required); i++) {
		if (strcmp(tc_json_text(tc_json_item(required, i)), name) == 0)
			return true;
	}
	return false;
}

static void add_others(tc_json_builder *b, struct schema schema, enum size size, struct dice *dice)
{
	const tc_json *others = get(schema, "additionalProperties");
	struct schema values = { schema.file, others };
	size_t count = size == SMALLEST ? 0 : size == LARGEST ? 3 : dice_roll(dice, 3);
	char name[32];

	if (is_false(others))
		return;
	for (size_t i = 0; i < count; i++) {
		snprintf(name, sizeof name, "x-Other/%zu~", i);
		tc_json_add_name(b, name);
		if (tc_json_kind(others) == TC_JSON_OBJECT)
			instance_add(b, values, size, dice);
		else
			add_any(b, dice, 0);
	}
}

static void add_object(tc_json_builder *b, struct schema schema, enum size size, struct dice *dice)
{
	const tc_json *properties = get(schema, "properties");
	int64_t most = whole(schema, "maxProperties", INT32_MAX);
	int64_t least = whole(schema, "minProperties", 0), count = 0;

	tc_json_add_object(b);
	for (size_t i = 0; i < tc_json_count(properties); i++) {
		const char *name = tc_json_text(tc_json_name(properties, i));
		struct schema member = { schema.file, tc_json_item(properties, i) };
		bool wanted = size == LARGEST || (size == ANY_SIZE && dice_roll(dice, 2));
		if (!is_required(schema, name) && !(wanted && count < most) && count >= least)
			continue;
		tc_json_add_name(b, name);
		instance_add(b, member, size, dice);
		count++;
	}
	if (count < most)
		add_others(b, schema, size, dice);
	tc_json_end(b);
}

static bool is_there(const tc_json *const *items, size_t count, const tc_json *item)
{
	for (size_t i = 0; i < count; i++) {
		if (tc_json_equal(items[i], item))
			return true;
	}
	return false;
}

static void add_array(tc_json_builder *b, struct schema schema, enum size size, struct dice *dice)
{
	struct schema items = { schema.file, get(schema, "items") };
	int64_t least = whole(schema, "minItems", 0), most = whole(schema, "maxItems", ITEMS);
	int64_t wanted = size == SMALLEST ? least
		: size == LARGEST         ? ITEMS
					  : dice_roll(dice, ITEMS + 1);
	const tc_json *made[ITEMS + 1];
	size_t count = 0;

	wanted = wanted < least ? least : wanted > most ? most : wanted;
	tc_json_add_array(b);
	for (int64_t i = 0; i < wanted && i < ITEMS; i++) {
		if (!items.json) {
			add_any(b, dice, 0);
			continue;
		}
		const tc_json *item = instance_make(items, size, dice);
		bool twice = is_true(get(schema, "uniqueItems")) && is_there(made, count, item);
		if (!twice)
			tc_json_add_json(b, item);
		made[count++] = item;
	}
	while (count)
		tc_release(made[--count]);
	tc_json_end(b);
}

/* ---- schemas ---- */

static void add_one_of(tc_json_builder *b, struct schema schema, const tc_json *list,
	enum size size, struct dice *dice)
{
	size_t chosen = size == SMALLEST ? 0 : dice_roll(dice, (uint32_t)tc_json_count(list));
	struct schema alternative = { schema.file, tc_json_item(list, chosen) };

	instance_add(b, alternative, size, dice);
}

void instance_add(tc_json_builder *b, struct schema schema, enum size size, struct dice *dice)
{
	schema = schemas_resolve(schema);
	const char *type = tc_json_text(get(schema, "type"));
	const tc_json *values = get(schema, "enum");
	const tc_json *one_of = get(schema, "oneOf") ? get(schema, "oneOf") : get(schema, "anyOf");

	if (get(schema, "const"))
		tc_json_add_json(b, get(schema, "const"));
	else if (values)
		tc_json_add_json(
			b, tc_json_item(values, dice_roll(dice, (uint32_t)tc_json_count(values))));
	else if (one_of && !get(schema, "pattern"))
		add_one_of(b, schema, one_of, size, dice);
	else if (!type && get(schema, "format"))
		add_text(b, schema, size, dice);
	else if (!type)
		add_any(b, dice, 0);
	else if (strcmp(type, "string") == 0)
		add_text(b, schema, size, dice);
	else if (strcmp(type, "integer") == 0)
		add_int64(b, schema, size, dice);
	else if (strcmp(type, "number") == 0)
		add_double(b, schema, dice);
	else if (strcmp(type, "boolean") == 0)
		tc_json_add_bool(b, dice_roll(dice, 2));
	else if (strcmp(type, "array") == 0)
		add_array(b, schema, size, dice);
	else if (strcmp(type, "object") != 0)
		fail_msg("the type %s is not known", type);
	else if (get(schema, "properties") || get(schema, "additionalProperties"))
		add_object(b, schema, size, dice);
	else
		add_any_object(b, size, dice);
}

const tc_json *instance_make(struct schema schema, enum size size, struct dice *dice)
{
	tc_error err = TC_ERROR_INIT;
	tc_json_builder *b = tc_json_builder_new();
	const tc_json *json = NULL;

	instance_add(b, schema, size, dice);
	assert_ok(tc_json_build(b, &json, &err), &err);
	return json;
}
