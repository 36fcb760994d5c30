/* SPDX-License-Identifier: MPL-2.0 */
/* Every body, reply and message, made from its schema, is read and written without a loss, and one
 * wrong member is named by its place. */
#include "tests/harness/test.h"

#include "tests/types/mutate.h"
#include <stdio.h>
#include <string.h>

#define RANDOM_INSTANCES 60

static const tc_json *parse(const char *text, size_t length)
{
	tc_error err = TC_ERROR_INIT;
	const tc_json *json = NULL;

	assert_ok(tc_json_parse(text, length, &json, &err), &err);
	return json;
}

static void fail_with(const struct root *root, const tc_json *json, const char *text)
{
	tc_error err = TC_ERROR_INIT;
	char *written = NULL;

	assert_ok(tc_json_write(json, TC_JSON_COMPACT, &written, NULL, &err), &err);
	print_error("%s (%s): %s\n", root->name, root->schema.file, written);
	tc_release(written);
	fail_msg("%s", text);
}

/* JSON to struct, struct to JSON: with its checks, as the schema's own instances keep all rules. */
static void check(const struct root *root, const tc_json *json)
{
	tc_error err = TC_ERROR_INIT;
	char *text = NULL, *again = NULL;
	size_t length;

	assert_ok(tc_json_write(json, TC_JSON_COMPACT, &text, &length, &err), &err);
	void *value = tc_decode(root->type, text, length, 0, &err);
	if (!value)
		fail_with(root, json, tc_error_text(&err));
	if (tc_encode(root->type, value, 0, &again, &length, &err) != TC_OK)
		fail_with(root, json, tc_error_text(&err));
	const tc_json *result = parse(again, length);
	if (!tc_json_equal(json, result))
		fail_with(root, json, again);
	void *from_tree = tc_decode_json(root->type, json, 0, &err);
	assert_ok(from_tree ? TC_OK : err.code, &err);
	tc_release(again);
	assert_ok(tc_encode(root->type, from_tree, 0, &again, &length, &err), &err);
	tc_release(result);
	result = parse(again, length);
	if (!tc_json_equal(json, result))
		fail_with(root, json, again);
	tc_release(result);
	tc_release(from_tree);
	tc_release(value);
	tc_release(again);
	tc_release(text);
}

static void test_every_type_survives(void **state)
{
	(void)state;
	struct dice dice = { 1 };
	size_t count, bytes = 0;
	const struct root *roots = schemas_roots(&count);

	assert_true(count > 200);
	for (size_t i = 0; i < count; i++) {
		for (size_t n = 0; n < RANDOM_INSTANCES + 2; n++) {
			enum size size = n == 0 ? SMALLEST : n == 1 ? LARGEST : ANY_SIZE;
			const tc_json *json = instance_make(roots[i].schema, size, &dice);
			check(&roots[i], json);
			bytes++;
			tc_release(json);
		}
	}
	print_message("%zu types, %zu instances\n", count, bytes);
}

/* One member of another kind, or a required one that is not there: the error names it, and lenient
 * reading takes the rest. */
static void check_mutation(const struct root *root, const tc_json *json, const struct place *place)
{
	tc_error err = TC_ERROR_INIT;
	const tc_json *wrong = mutate(json, place);
	const char *pointer;

	void *value = tc_decode_json(root->type, wrong, 0, &err);
	if (value)
		fail_with(root, wrong, place->pointer);
	pointer = tc_error_pointer(&err);
	if (!pointer || strcmp(pointer, place->pointer) != 0) {
		print_error("expected %s, got: %s\n", place->pointer, tc_error_text(&err));
		fail_with(root, wrong, "the place is not named");
	}
	assert_failure(&err, TC_ERROR_INPUT,
		place->what == WITHOUT ? "a required member is missing" : "expected ");
	value = tc_decode_json(root->type, wrong, TC_DECODE_LENIENT, &err);
	if (!value)
		fail_with(root, wrong, tc_error_text(&err));
	tc_release(value);
	tc_release(wrong);
}

static void test_a_wrong_member_is_named(void **state)
{
	(void)state;
	struct dice dice = { 2 };
	size_t count, mutations = 0;
	const struct root *roots = schemas_roots(&count);

	for (size_t i = 0; i < count; i++) {
		const tc_json *json = instance_make(roots[i].schema, LARGEST, &dice);
		struct places places = places_of(&roots[i], json);
		for (size_t p = 0; p < places.count; p++)
			check_mutation(&roots[i], json, &places.list[p]);
		mutations += places.count;
		places_clear(&places);
		tc_release(json);
	}
	assert_true(mutations > 5000);
	print_message("%zu mutations\n", mutations);
}

static int clear(void **state)
{
	(void)state;
	schemas_clear();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_type_survives),
		cmocka_unit_test(test_a_wrong_member_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, clear);
}
