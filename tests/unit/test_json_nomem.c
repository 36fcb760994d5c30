/* SPDX-License-Identifier: MPL-2.0 */
/* Reading, building and writing JSON while malloc fails at the first, second, third … call, for as
 * long as that makes a difference. Our own allocations and yajl's are both hit. */
#include "tests/harness/test.h"

#include "runtime/src/json.h"
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
	__has_feature(memory_sanitizer)
#define SANITIZED 1
#endif
#endif

#if defined(__GLIBC__) && !defined(SANITIZED)

/* glibc's own, under the names that stay when malloc is replaced */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
void __libc_free(void *memory);

static long until_failure = -1; /* calls that still succeed; below 0: all */
static long living;             /* blocks, while they are counted */

static bool fails(void)
{
	if (until_failure < 0)
		return false;
	return until_failure == 0 || until_failure-- == 0;
}

static void *count_block(void *block)
{
	living += block != NULL;
	return block;
}

void *malloc(size_t size)
{
	return fails() ? NULL : count_block(__libc_malloc(size));
}

void *calloc(size_t count, size_t size)
{
	return fails() ? NULL : count_block(__libc_calloc(count, size));
}

void *realloc(void *memory, size_t size)
{
	if (fails())
		return NULL;
	void *moved = __libc_realloc(memory, size);
	living += !memory && moved;
	return moved;
}

static const char *secret; /* what no block that is freed may hold, or NULL */
static bool secret_found;

static void search_secret(const char *block, size_t size)
{
	size_t length = strlen(secret);

	for (size_t i = 0; i + length <= size; i++)
		if (memcmp(block + i, secret, length) == 0)
			secret_found = true;
}

void free(void *memory)
{
	living -= memory != NULL;
	if (secret && memory)
		search_secret(memory, malloc_usable_size(memory));
	__libc_free(memory);
}

/* Runs the work with more and more calls of malloc that succeed. It must end in TC_ERROR_NOMEM,
 * with nothing left behind, until it succeeds; which must take at least `least` calls. */
static void starve(int (*work)(tc_error *err), long least)
{
	for (long calls = 0;; calls++) {
		tc_error err = TC_ERROR_INIT;
		long before = living;
		until_failure = calls;
		int rc = work(&err);
		until_failure = -1;
		int code = err.code;
		tc_error_clear(&err);
		assert_int_equal(living, before);
		if (rc == TC_OK) {
			assert_true(calls >= least);
			return;
		}
		assert_int_equal(rc, TC_ERROR_NOMEM);
		assert_int_equal(code, TC_ERROR_NOMEM);
	}
}

static const char *text;
static size_t text_length;

static int parse(tc_error *err)
{
	const tc_json *json = NULL;
	int rc = tc_json_parse(text, text_length, &json, err);

	assert_int_equal(json != NULL, rc == TC_OK);
	tc_release(json);
	return rc;
}

static void test_parse(void **state)
{
	(void)state;
	text = "{\"a\": [1, \"two \\n\"]}";
	text_length = strlen(text);
	starve(parse, 1);
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
	text = large;
	text_length = strlen(large);
	starve(parse, 8);
	tc_release(large);
}

/* A text that is refused: the refusal or the want of memory, but nothing else. */
static void test_refusal(void **state)
{
	(void)state;
	static const char twice[] = "{\"a\": 1, \"a\": 2}";

	for (long calls = 0; calls < 20; calls++) {
		tc_error err = TC_ERROR_INIT;
		const tc_json *json = NULL;
		long before = living;
		until_failure = calls;
		int rc = tc_json_parse(twice, strlen(twice), &json, &err);
		until_failure = -1;
		assert_true(rc == TC_ERROR_INPUT || (rc == TC_ERROR_NOMEM && calls < 3));
		assert_int_equal(err.code, rc);
		assert_non_null(tc_error_text(&err));
		assert_null(json);
		tc_error_clear(&err);
		assert_int_equal(living, before);
	}
}

static int build(tc_error *err)
{
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
	starve(build, 5);
}

static const tc_json *tree;

static int copy(tc_error *err)
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

static int write_pretty(tc_error *err)
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

	assert_int_equal(tc_json_parse(large, strlen(large), &tree, NULL), TC_OK);
	starve(copy, 3);
	starve(write_pretty, 5);
	tc_release(tree);
	tc_release(large);
}

/* Builds with the text as name and value, and tells whether freed memory showed it. */
static bool shows(tc_json_builder *builder, const char *hidden)
{
	const tc_json *json = NULL;

	secret_found = false;
	secret = hidden;
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
	secret = NULL;
	return secret_found;
}

static void test_secrets_are_wiped(void **state)
{
	(void)state;
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

#else

/* A sanitizer has a malloc of its own. */
int main(void)
{
	return 0;
}

#endif
