/* SPDX-License-Identifier: MPL-2.0 */
/* Reading, building and writing JSON with every allocation failing in turn, ours and yajl's; and
 * what secret builders leave behind in freed memory. */
#include "tests/harness/test.h"

#include "runtime/src/json/json.h"
#include "tests/nomem/failing.h"
#include <stdio.h>
#include <string.h>

struct text {
	const char *bytes;
	size_t length;
};

static int parse(void *data, tc_error *err)
{
	const struct text *text = data;
	const tc_json *json = NULL;
	int rc = tc_json_parse(text->bytes, text->length, &json, err);

	assert_int_equal(json != NULL, rc == TC_OK);
	tc_release(json);
	return rc;
}

static void test_parse(void **state)
{
	(void)state;
	static const char bytes[] = "{\"a\": [1, \"two \\n\"]}";
	struct text text = { bytes, strlen(bytes) };

	assert_true(tc_failing_each(parse, &text) >= 1);
}

/* Nested, with long escaped strings: yajl's own buffers leave its pool. */
static char *large_text(void)
{
	struct tc__buffer large = TC__BUFFER(SIZE_MAX / 4);

	for (int i = 0; i < 500; i++)
		tc__buffer_char(&large, '[');
	tc__buffer_char(&large, '"');
	for (int i = 0; i < 5000; i++)
		tc__buffer_text(&large, "text\\n");
	tc__buffer_text(&large, "\",{");
	for (int i = 0; i < 100; i++)
		tc__buffer_printf(&large, "%s\"a-name-%d\":%d", i ? "," : "", i, i);
	tc__buffer_char(&large, '}');
	for (int i = 0; i < 500; i++)
		tc__buffer_char(&large, ']');
	return tc__buffer_take(&large);
}

static void test_parse_large(void **state)
{
	(void)state;
	char *large = large_text();
	struct text text = { large, strlen(large) };

	assert_true(tc_failing_each(parse, &text) >= 8);
	tc_release(large);
}

/* A text that is refused: the refusal or the want of memory, but nothing else. */
static void test_refusal(void **state)
{
	(void)state;
	static const char twice[] = "{\"a\": 1, \"a\": 2}";
	bool failed = true;

	for (long n = 1; failed; n++) {
		tc_error err = TC_ERROR_INIT;
		const tc_json *json = NULL;
		long before = tc_live_blocks();
		tc_failing_start_for_good(n);
		int rc = tc_json_parse(twice, strlen(twice), &json, &err);
		tc_failing_stop(&failed);
		assert_true(rc == TC_ERROR_INPUT || (failed && rc == TC_ERROR_NOMEM));
		assert_int_equal(err.code, rc);
		assert_true(strlen(tc_error_text(&err)) > 5);
		assert_null(json);
		tc_error_clear(&err);
		assert_int_equal(tc_live_blocks(), before);
	}
}

static int build(void *data, tc_error *err)
{
	(void)data;
	const tc_json *json = NULL;
	tc_json_builder *builder = tc_json_builder_new();

	tc_json_add_object(builder);
	for (int i = 0; i < 100; i++) {
		char name[32];
		snprintf(name, sizeof name, "name-of-a-member-%d", i);
		tc_json_add_name(builder, name);
		tc_json_add_string(builder, "a string that is copied into the arena");
	}
	tc_json_end(builder);
	int rc = tc_json_build(builder, &json, err);
	assert_int_equal(json != NULL, rc == TC_OK);
	tc_release(json);
	return rc;
}

static void test_build(void **state)
{
	(void)state;
	assert_true(tc_failing_each(build, NULL) >= 5);
}

static int copy(void *tree, tc_error *err)
{
	const tc_json *json = NULL;
	tc_json_builder *builder = tc__json_builder_new_secret();

	tc_json_add_array(builder);
	tc_json_add_json(builder, tree);
	tc_json_end(builder);
	int rc = tc_json_build(builder, &json, err);
	tc_release(json);
	return rc;
}

static int write_pretty(void *tree, tc_error *err)
{
	char *written = NULL;
	size_t length = 0;
	int rc = tc_json_write(tree, TC_JSON_PRETTY, &written, &length, err);

	assert_int_equal(written != NULL, rc == TC_OK);
	assert_int_equal(length > 0, rc == TC_OK);
	tc_release(written);
	return rc;
}

static void test_copy_and_write(void **state)
{
	(void)state;
	char *large = large_text();
	const tc_json *tree = NULL;

	assert_int_equal(tc_json_parse(large, strlen(large), &tree, NULL), TC_OK);
	assert_true(tc_failing_each(copy, (void *)(uintptr_t)tree) >= 3);
	assert_true(tc_failing_each(write_pretty, (void *)(uintptr_t)tree) >= 5);
	tc_release(tree);
	tc_release(large);
}

/* Builds with the text as name and value, and tells whether freed memory showed it. */
static bool shows(tc_json_builder *builder, const char *hidden)
{
	const tc_json *json = NULL;

	tc_failing_search(hidden);
	tc_json_add_array(builder);
	for (int i = 0; i < 100; i++) { /* beyond what the builder holds itself */
		tc_json_add_object(builder);
		tc_json_add_name(builder, hidden);
		tc_json_add_string(builder, hidden);
		tc_json_end(builder);
	}
	tc_json_end(builder);
	assert_int_equal(tc_json_build(builder, &json, NULL), TC_OK);
	tc_release(json);
	return tc_failing_search(NULL);
}

static void test_secrets_are_wiped(void **state)
{
	(void)state;
	if (!tc_failing_sees_blocks())
		skip();
	static const char *const secrets[] = { "tokEn17", "a token that is longer than a node" };

	for (size_t i = 0; i < 2; i++) {
		assert_true(
			shows(tc_json_builder_new(), secrets[i])); /* or this would test nothing */
		assert_false(shows(tc__json_builder_new_secret(), secrets[i]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_parse_large),
		cmocka_unit_test(test_refusal),
		cmocka_unit_test(test_build),
		cmocka_unit_test(test_copy_and_write),
		cmocka_unit_test(test_secrets_are_wiped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
