/* SPDX-License-Identifier: MPL-2.0 */
/* All tables at once: patterns that can be compiled, and structs as the tables say. */
#include "tests/harness/test.h"

#include "runtime/src/type/type.h"
#include "tests/types/schemas.h"
#include <string.h>

#define TYPES_MAX 4000

struct visit {
	const struct tc_type *seen[TYPES_MAX];
	size_t count, patterns, fields;
	struct tc__matcher matcher;
};

static bool first(struct visit *visit, const struct tc_type *type)
{
	for (size_t i = 0; i < visit->count; i++) {
		if (visit->seen[i] == type)
			return false;
	}
	assert_true(visit->count < TYPES_MAX);
	visit->seen[visit->count++] = type;
	return true;
}

static void look(struct visit *visit, const struct tc_type *type);

static size_t held_size(const struct tc_field *field)
{
	if (!(field->flags & TC_INDIRECT))
		return tc__type_size(field->type);
	switch ((enum tc_type_kind)field->type->kind) {
	case TC_TYPE_INT64:
		return sizeof(struct tc_opt_int64);
	case TC_TYPE_DOUBLE:
		return sizeof(struct tc_opt_double);
	case TC_TYPE_BOOL:
		return sizeof(struct tc_opt_bool);
	default:
		return sizeof(void *);
	}
}

static void look_at_fields(struct visit *visit, const struct tc_type *type)
{
	for (size_t i = 0; i < type->count; i++) {
		const struct tc_field *field = &type->of.fields[i];
		if (field->offset + held_size(field) > type->size)
			fail_msg("%s lies beyond its struct", field->name);
		assert_int_equal(strlen(field->name), field->name_length);
		visit->fields++;
		look(visit, field->type);
	}
}

static void look(struct visit *visit, const struct tc_type *type)
{
	if (!first(visit, type))
		return;
	switch ((enum tc_type_kind)type->kind) {
	case TC_TYPE_TEXT:
		if (!type->of.text || !type->of.text->pattern)
			break;
		visit->patterns++;
		if (tc__pattern_match(type->of.text->pattern, &visit->matcher, "", 0) < 0)
			fail_msg("%s cannot be compiled", type->of.text->pattern->source);
		break;
	case TC_TYPE_OBJECT:
		look_at_fields(visit, type);
		break;
	case TC_TYPE_ARRAY:
	case TC_TYPE_MAP:
		look(visit, type->of.item);
		break;
	case TC_TYPE_UNION:
		for (size_t i = 0; i < type->count; i++) {
			const struct tc_arm *arm = &type->of.arms[i];
			assert_true(type->offset + tc__type_size(arm->type) <= type->size);
			assert_true((type->by.discriminator != NULL) == (arm->value_count != 0));
			look(visit, arm->type);
		}
		break;
	default:
		break;
	}
}

static void test_tables(void **state)
{
	(void)state;
	static struct visit visit;
	size_t count;
	const struct root *roots = schemas_roots(&count);

	for (size_t i = 0; i < count; i++)
		look(&visit, roots[i].type);
	tc__matcher_clear(&visit.matcher);
	assert_true(visit.patterns > 20 && visit.fields > 500);
	print_message("%zu types, %zu members, %zu patterns\n", visit.count, visit.fields,
		visit.patterns);
	schemas_clear();
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_tables) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
