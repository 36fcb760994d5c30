/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/harness/test.h"

#include "runtime/src/base/memory.h"
#include <stdalign.h>
#include <string.h>

static void test_release_of_null(void **state)
{
	(void)state;
	tc_release(NULL);
}

static void test_object_is_zeroed_and_aligned(void **state)
{
	(void)state;
	for (size_t size = 0; size < 100; size++) {
		unsigned char *object = tc__object_alloc(size);
		assert_non_null(object);
		assert_int_equal((uintptr_t)object % alignof(max_align_t), 0);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(object[i], 0);
		tc_release(object);
	}
}

static void test_object_realloc_keeps_bytes(void **state)
{
	(void)state;
	char *object = tc__object_realloc(NULL, 4);
	assert_non_null(object);
	memcpy(object, "abc", 4);
	object = tc__object_realloc(object, 100000);
	assert_non_null(object);
	assert_string_equal(object, "abc");
	assert_null(tc__object_realloc(object, SIZE_MAX));
	assert_string_equal(object, "abc");
	tc_release(object);
}

static int destroyed;

static void note_destroyed(void *object)
{
	destroyed = *(int *)object;
}

static void test_destroy_runs_before_release(void **state)
{
	(void)state;
	int *object = tc__object_alloc_with(sizeof *object, note_destroyed);
	assert_non_null(object);
	*object = 7;
	destroyed = 0;
	tc_release(object);
	assert_int_equal(destroyed, 7);
}

static void test_object_text(void **state)
{
	(void)state;
	char *text = tc__object_text("a\0bcd", 4);
	assert_memory_equal(text, "a\0bc", 5);
	tc_release(text);
	text = tc__object_text(NULL, 0);
	assert_string_equal(text, "");
	tc_release(text);
	assert_null(tc__object_text("", SIZE_MAX));
}

static void test_arena_is_aligned_and_apart(void **state)
{
	(void)state;
	struct tc__arena arena = { 0 };
	unsigned char *objects[2000];

	for (size_t i = 0; i < 2000; i++) {
		assert_non_null(tc__arena_text(&arena, "xyz", i % 4));
		objects[i] = tc__arena_alloc(&arena, i % 50);
		assert_non_null(objects[i]);
		assert_int_equal((uintptr_t)objects[i] % alignof(max_align_t), 0);
		memset(objects[i], (int)(i % 251), i % 50);
	}
	for (size_t i = 0; i < 2000; i++)
		for (size_t k = 0; k < i % 50; k++)
			assert_int_equal(objects[i][k], i % 251);
	tc__arena_clear(&arena);
	assert_null(arena.chunks);
	assert_int_equal(arena.total, 0);
}

static void test_arena_stands_hardly_empty(void **state)
{
	(void)state;
	struct tc__arena arena = { 0 };
	size_t used = 0;

	for (; used < 4000000; used += 100)
		assert_non_null(tc__arena_bytes(&arena, 100));
	assert_true(arena.total < used + used / 3);
	assert_non_null(tc__arena_bytes(&arena, 20000000)); /* more than any chunk */
	tc__arena_clear(&arena);
}

static void test_arena_refuses_absurd_sizes(void **state)
{
	(void)state;
	struct tc__arena arena = { 0 };

	assert_null(tc__arena_alloc(&arena, SIZE_MAX));
	assert_null(tc__arena_bytes(&arena, SIZE_MAX));
	assert_null(tc__arena_text(&arena, "", SIZE_MAX));
	assert_null(tc__arena_object(&arena, SIZE_MAX));
	assert_non_null(tc__arena_alloc(&arena, 1)); /* and still works */
	tc__arena_clear(&arena);
}

/* That nothing leaks is for the leak checker to see. */
static void test_arena_object_owns_the_rest(void **state)
{
	(void)state;
	struct tc__arena arena = { 0 };
	struct {
		const char *text;
		int zero;
	} *object = tc__arena_object(&arena, sizeof *object);

	assert_non_null(object);
	assert_int_equal(object->zero, 0);
	for (int i = 0; i < 1000; i++)
		object->text = tc__arena_text(&arena, "text of the object", 18);
	tc__arena_seal(&arena, object);
	assert_null(arena.chunks);
	assert_string_equal(object->text, "text of the object");
	tc_release(object);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_release_of_null),
		cmocka_unit_test(test_object_is_zeroed_and_aligned),
		cmocka_unit_test(test_object_realloc_keeps_bytes),
		cmocka_unit_test(test_destroy_runs_before_release),
		cmocka_unit_test(test_object_text),
		cmocka_unit_test(test_arena_is_aligned_and_apart),
		cmocka_unit_test(test_arena_stands_hardly_empty),
		cmocka_unit_test(test_arena_refuses_absurd_sizes),
		cmocka_unit_test(test_arena_object_owns_the_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
