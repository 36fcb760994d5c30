/* SPDX-License-Identifier: MPL-2.0 */
/* oneOf and anyOf: texts become one text, other shapes a union. */
#include "codegen/src/shape/builder.h"

#include <string.h>

/* ---- texts ---- */

bool shape_are_texts(struct builder *b, const tc_json *schema, const tc_json *alternatives)
{
	bool integer;
	bool typed = shape_kinds(schema, &integer) == 1u << TC_JSON_STRING;
	size_t count = tc_json_count(alternatives);

	for (size_t i = 0; i < count; i++) {
		struct peeled peeled = shape_peel(b, tc_json_item(alternatives, i), "");
		unsigned kinds = shape_kinds(peeled.schema, &integer);
		bool nested = tc_json_get(peeled.schema, "oneOf") ||
			tc_json_get(peeled.schema, "anyOf") || tc_json_get(peeled.schema, "allOf");
		if (!peeled.schema || peeled.nullable || nested)
			return false;
		if (kinds != 1u << TC_JSON_STRING && !(typed && !kinds))
			return false;
	}
	return count > 0;
}

static bool has_rest(const struct text_rules *rules)
{
	return rules->pattern || rules->min_length || rules->has_max_length;
}

/* What several alternatives come to. */
struct pool {
	const char **allowed;
	size_t allowed_count;
	unsigned formats;
	struct text_rules rest;
	size_t rests; /* alternatives with other rules */
	bool any;     /* one of them takes any text */
	bool mixed;   /* something that the tables cannot say */
};

static void add_alternative(struct pool *pool, const struct text_rules *rules)
{
	int kinds = (rules->allowed_count != 0) + (rules->formats != 0) + has_rest(rules);

	pool->any |= kinds == 0;
	pool->mixed |= kinds > 1;
	for (size_t i = 0; i < rules->allowed_count; i++)
		pool->allowed[pool->allowed_count++] = rules->allowed[i];
	pool->formats |= rules->formats;
	if (has_rest(rules)) {
		pool->rest = *rules;
		pool->rests++;
	}
}

static size_t count_allowed(const tc_json *schema)
{
	return tc_json_count(tc_json_get(schema, "enum")) + 1;
}

static bool read_pool(
	struct builder *b, struct shape *shape, const tc_json *alternatives, struct pool *pool)
{
	size_t count = tc_json_count(alternatives), most = 0;

	for (size_t i = 0; i < count; i++)
		most += count_allowed(shape_peel(b, tc_json_item(alternatives, i), "").schema);
	pool->allowed = shape_alloc(b, most * sizeof *pool->allowed);
	for (size_t i = 0; pool->allowed && i < count; i++) {
		struct shape *text = shape_new(b, SHAPE_TEXT, "");
		shape_read_text(b, text, shape_peel(b, tc_json_item(alternatives, i), "").schema);
		add_alternative(pool, &text->text);
		if (text->notes)
			shape_note(b, shape, "%s", text->notes);
	}
	return pool->allowed != NULL;
}

void shape_merge_texts(struct builder *b, struct shape *shape, const tc_json *alternatives)
{
	struct text_rules *rules = &shape->text;
	struct pool pool = { 0 };

	if (!read_pool(b, shape, alternatives, &pool) || pool.any)
		return;
	pool.mixed |= pool.allowed_count > UINT16_MAX;
	bool formats = pool.formats && !pool.allowed_count && !pool.rests && !rules->formats;
	bool rest = pool.rests <= 1 && !has_rest(rules) && !rules->allowed_count;
	if (!pool.mixed && formats) {
		rules->formats = pool.formats;
	} else if (!pool.mixed && rest && !pool.formats) {
		unsigned before = rules->formats;
		*rules = pool.rest;
		rules->formats = before;
		rules->allowed = pool.allowed;
		rules->allowed_count = pool.allowed_count;
		rules->allowed_or_rest = pool.rests && pool.allowed_count;
	} else {
		shape_note(b, shape, "Not checked: its alternatives.");
	}
}

/* ---- unions ---- */

/* The kinds of values that a shape may have, as a set of 1 << enum tc_json_kind; 0: any. */
static unsigned kinds_of(const struct shape *shape)
{
	static const unsigned kinds[] = {
		[SHAPE_TEXT] = 1 << TC_JSON_STRING,
		[SHAPE_INT64] = 1 << TC_JSON_NUMBER,
		[SHAPE_DOUBLE] = 1 << TC_JSON_NUMBER,
		[SHAPE_BOOL] = 1 << TC_JSON_BOOL,
		[SHAPE_OBJECT] = 1 << TC_JSON_OBJECT,
		[SHAPE_MAP] = 1 << TC_JSON_OBJECT,
		[SHAPE_ARRAY] = 1 << TC_JSON_ARRAY,
	};

	return shape->kind == SHAPE_JSON || shape->kind == SHAPE_UNION ? shape->json_kinds
								       : kinds[shape->kind];
}

static const tc_json *property(const tc_json *schema, const char *name)
{
	return tc_json_get(tc_json_get(schema, "properties"), name);
}

static bool requires_member(const tc_json *schema, const char *name)
{
	const tc_json *required = tc_json_get(schema, "required");

	for (size_t i = 0; i < tc_json_count(required); i++) {
		const char *text = tc_json_text(tc_json_item(required, i));
		if (text && strcmp(text, name) == 0)
			return true;
	}
	return false;
}

/* The texts that a member of an alternative may have. */
static size_t member_texts(
	struct builder *b, const tc_json *schema, const char *name, const char *const **texts)
{
	struct peeled member = shape_peel(b, property(schema, name), "");

	if (!member.schema || member.nullable || !requires_member(schema, name))
		return 0;
	return shape_read_allowed(b, member.schema, texts);
}

/* One alternative with what is known of it before its shape is made. */
struct candidate {
	const tc_json *schema; /* as it stands in the list */
	struct peeled peeled;
	const char *const *values;
	size_t value_count;
	bool object;
};

/* Keeps that these texts are of one alternative; false when another has one of them. */
static bool take_texts(struct builder *b, struct table *owners, struct candidate *candidate)
{
	for (size_t i = 0; i < candidate->value_count; i++) {
		const char *text = candidate->values[i];
		const struct candidate *owner = table_get(owners, text, strlen(text));
		if (owner && owner != candidate)
			return false;
		b->no_memory |= !table_put(owners, text, strlen(text), candidate);
	}
	return true;
}

/* Whether the member `name` tells all objects apart, each by texts that no other has. */
static bool tells_apart(
	struct builder *b, struct candidate *candidates, size_t count, const char *name)
{
	struct table owners = { .arena = &b->model->arena };

	for (size_t i = 0; i < count && !b->no_memory; i++) {
		struct candidate *mine = &candidates[i];
		if (!mine->object)
			continue;
		mine->value_count = member_texts(b, mine->peeled.schema, name, &mine->values);
		if (!mine->value_count || mine->value_count > UINT8_MAX ||
			!take_texts(b, &owners, mine))
			return false;
	}
	return true;
}

static const char *find_discriminator(struct builder *b, struct candidate *candidates, size_t count)
{
	const tc_json *first = NULL;
	size_t objects = 0;

	for (size_t i = count; i > 0; i--) {
		if (!candidates[i - 1].object)
			continue;
		first = tc_json_get(candidates[i - 1].peeled.schema, "properties");
		objects++;
	}
	for (size_t i = 0; objects > 1 && i < tc_json_count(first); i++) {
		const char *name = tc_json_text(tc_json_name(first, i));
		if (tells_apart(b, candidates, count, name))
			return name;
	}
	for (size_t i = 0; i < count; i++)
		candidates[i].value_count = 0;
	return NULL;
}

/* What an object is called for what it must have: "document_and_signature". */
static const char *required_name(struct builder *b, const tc_json *schema)
{
	const tc_json *required = tc_json_get(schema, "required");
	const char *name = NULL;

	for (size_t i = 0; i < tc_json_count(required); i++) {
		const char *text = tc_json_text(tc_json_item(required, i));
		if (text)
			name = name ? shape_text(b, "%s_and_%s", name, text)
				    : shape_text(b, "%s", text);
	}
	const tc_json *others = tc_json_get(schema, "additionalProperties");
	if (!name && !tc_json_count(tc_json_get(schema, "properties")))
		return others && tc_json_kind(others) == TC_JSON_BOOL && !tc_json_true(others)
			? "empty"
			: "object";
	return name && strlen(name) <= 40 ? name : NULL;
}

static const char *arm_name(
	struct builder *b, const struct candidate *candidate, unsigned kinds, size_t position)
{
	static const char *const names[] = { [TC_JSON_BOOL] = "boolean",
		[TC_JSON_NUMBER] = "number",
		[TC_JSON_STRING] = "text",
		[TC_JSON_ARRAY] = "list",
		[TC_JSON_OBJECT] = "object" };
	const char *name = NULL;

	if (candidate->value_count)
		return candidate->values[0];
	if (b->model->for_rows)
		return "";
	if (candidate->object)
		name = required_name(b, candidate->peeled.schema);
	for (size_t kind = TC_JSON_BOOL; !name && kind <= TC_JSON_OBJECT; kind++) {
		if (kinds == 1u << kind && kind != TC_JSON_OBJECT)
			name = names[kind];
	}
	return name ? name : shape_text(b, "option%zu", position + 1);
}

/* Whether each value shows by its kind, or as one of several objects, which arm it is of. */
static bool can_be_told(const struct shape *shape, unsigned *all)
{
	size_t objects = 0, odd = 0;
	unsigned seen = 0;
	bool any = false, clear = true;

	for (size_t i = 0; i < shape->arm_count; i++) {
		const struct shape *arm = shape->arms[i].shape;
		unsigned kinds = kinds_of(arm), object = 1u << TC_JSON_OBJECT;
		any |= kinds == 0;
		clear = clear && kinds && !(seen & kinds & ~object);
		seen |= kinds;
		objects += (kinds & object) != 0;
		odd += kinds & object && arm->kind != SHAPE_OBJECT;
	}
	*all = any ? 0 : seen;
	return clear && !(objects > 1 && odd);
}

static size_t read_candidates(struct builder *b, const tc_json *alternatives, const char *name,
	struct candidate *candidates)
{
	size_t count = 0;
	bool integer;

	for (size_t i = 0; i < tc_json_count(alternatives); i++) {
		struct candidate *candidate = &candidates[count];
		candidate->schema = tc_json_item(alternatives, i);
		if (shape_is_null(candidate->schema))
			continue; /* that is told where the union is used */
		candidate->peeled = shape_peel(b, candidate->schema, name);
		candidate->object =
			shape_kinds(candidate->peeled.schema, &integer) == 1u << TC_JSON_OBJECT;
		count++;
	}
	return count;
}

static void name_arms(
	struct builder *b, struct shape *shape, struct candidate *candidates, size_t count)
{
	shape->discriminator = find_discriminator(b, candidates, count);
	shape->arm_count = count;
	for (size_t i = 0; i < count; i++) {
		struct shape_arm *arm = &shape->arms[i];
		bool integer;
		unsigned kinds = shape_kinds(candidates[i].peeled.schema, &integer);
		arm->c_name = arm_name(b, &candidates[i], kinds, i);
		arm->values = candidates[i].values;
		arm->value_count = candidates[i].value_count;
	}
}

const tc_json *const *shape_begin_union(
	struct builder *b, struct shape *shape, const tc_json *alternatives, const char **stem)
{
	size_t count = tc_json_count(alternatives);
	struct candidate *candidates = shape_alloc(b, (count + 1) * sizeof *candidates);
	const tc_json **schemas = shape_alloc(b, (count + 1) * sizeof *schemas);

	shape->arms = shape_alloc(b, (count + 1) * sizeof *shape->arms);
	if (!candidates || !schemas || !shape->arms)
		return NULL;
	count = read_candidates(b, alternatives, shape->c_name, candidates);
	for (size_t i = 0; i < count; i++)
		schemas[i] = candidates[i].schema;
	shape->kind = SHAPE_UNION;
	shape->c_name = shape_claim(b, shape->c_name, stem);
	name_arms(b, shape, candidates, count);
	return schemas;
}

void shape_end_union(struct builder *b, struct shape *shape)
{
	unsigned kinds = 0;

	if (shape->arm_count > 1 && can_be_told(shape, &kinds)) {
		shape->json_kinds = kinds;
		shape_name_arms(b, shape);
		return;
	}
	shape->kind = SHAPE_JSON;
	shape->json_kinds = kinds;
	shape_note(b, shape, "Free-form: its alternatives cannot be told apart.");
}
