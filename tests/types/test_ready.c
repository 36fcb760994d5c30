/* SPDX-License-Identifier: MPL-2.0 */
/* The decoder that stands ready for the whole process: whoever has it, whatever it has read before,
 * a value is the same. */
#include "tests/harness/test.h"

#include "runtime/src/type/type.h"
#include "tests/harness/kinds.h"
#include "tests/harness/task_group.h"
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <taskcluster/type.h>

#define THREADS 4
#define ROUNDS 200

/* ---- threads ---- */

struct group_text {
	char *text;
	size_t length;
	char *again; /* as it is written once it was read */
};

/* Reads the group, and writes it again. */
static char *rewrite(const struct group_text *text, unsigned flags)
{
	char *again = NULL;
	void *group = tc_decode(&tt_task_group_type, text->text, text->length, flags, NULL);

	if (group)
		(void)tc_encode(
			&tt_task_group_type, group, TC_ENCODE_UNCHECKED, &again, NULL, NULL);
	tc_release(group);
	return again;
}

/* NULL: it was the same each time; else the text. */
static void *read_often(void *data)
{
	const struct group_text *text = data;
	bool wrong = false;

	for (int i = 0; i < ROUNDS && !wrong; i++) {
		char *again = rewrite(text, i % 3 ? 0 : TC_DECODE_SECRET);
		wrong = !again || strcmp(again, text->again) != 0;
		tc_release(again);
	}
	return wrong ? data : NULL;
}

static void test_threads(void **state)
{
	(void)state;
	pthread_t threads[THREADS];
	struct group_text texts[THREADS];

	for (size_t i = 0; i < THREADS; i++) {
		texts[i].text = tt_task_group_text(1 + i * 3000, &texts[i].length);
		texts[i].again = rewrite(&texts[i], 0);
		assert_non_null(texts[i].again);
	}
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, read_often, &texts[i]), 0);
	for (size_t i = 0; i < THREADS; i++) {
		void *wrong = NULL;
		assert_int_equal(pthread_join(threads[i], &wrong), 0);
		assert_null(wrong);
		tc_release(texts[i].text);
		tc_release(texts[i].again);
	}
}

/* ---- one thread ---- */

static void *read_text(const struct tc_type *type, const char *text)
{
	tc_error err = TC_ERROR_INIT;
	void *value = tc_decode(type, text, strlen(text), 0, &err);

	assert_ok(value ? TC_OK : err.code, &err);
	return value;
}

/* A value that comes in pieces, while others are read. */
static void test_others_meanwhile(void **state)
{
	(void)state;
	static const char front[] = "[{\"x\":1,\"y\":2},{\"y\"", back[] = ":3,\"x\":4}]";
	tc_error err = TC_ERROR_INIT;
	struct tc__decoder *decoder = tc__decoder_new(&kinds_points_type, 0, TC_ERROR_REPLY, &err);

	assert_non_null(decoder);
	assert_ok(tc__decoder_feed(decoder, front, sizeof front - 1, &err), &err);
	tc_release(read_text(&kinds_points_type, "[{\"y\":7,\"x\":8}]"));
	assert_null(tc_decode(&kinds_points_type, "[{\"y\":7}]", 9, 0, NULL));
	assert_ok(tc__decoder_feed(decoder, back, sizeof back - 1, &err), &err);
	struct tc__list *points = tc__decoder_finish(decoder, &err);
	tc__decoder_free(decoder);
	assert_true(points && points->count == 2);
	const struct kinds_point *items = points->items;
	assert_true(items[0].x == 1 && items[0].y.value == 2);
	assert_true(items[1].x == 4 && items[1].y.value == 3);
	tc_release(points);
}

struct pair {
	const char *first, *second;
};

/* Texts of one value are kept once; those of the one before are not its own. */
static void test_texts_end_with_their_value(void **state)
{
	(void)state;
	static const struct tc_field fields[] = {
		TC_FIELD(struct pair, first, "first", &tc_type_string, TC_REQUIRED),
		TC_FIELD(struct pair, second, "second", &tc_type_string, TC_REQUIRED),
	};
	static const struct tc_type type = TC_TYPE_OF_OBJECT(struct pair, fields, NULL);
	static const char *const texts[] = { "", "a", "ab", "abc", "abcd", "abcdefg", "abcdefgh",
		"abcdefghijklmno", "abcdefghijklmnop", "abcdefghijklmnopqrstuvwxyzabcdef",
		"abcdefghijklmnopqrstuvwxyzabcdefg",
		"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklm" };

	struct pair *before = read_text(&type, "{\"first\":\"\",\"second\":\"\"}");

	for (size_t i = 0; i < 3 * sizeof texts / sizeof *texts; i++) {
		const char *text = texts[i / 3];
		char json[256];
		snprintf(json, sizeof json, "{\"first\":\"%s\",\"second\":\"%s\"}", text, text);
		struct pair *pair = read_text(&type, json);
		assert_string_equal(pair->first, text);
		assert_ptr_equal(pair->first, pair->second);
		assert_ptr_not_equal(pair->first, before->first);
		tc_release(before);
		before = pair;
	}
	tc_release(before);
}

/* Types may be made at run time, end, and others lie where they lay. */
static void test_another_type_at_the_same_place(void **state)
{
	(void)state;
	enum { MANY = 600 };
	static char names[MANY][8];
	static struct tc_field fields[MANY];
	static const size_t counts[] = { 1, 3, 200, 64, 65, 511, 512, 2, MANY, 4 };
	struct tc_type type = { .kind = TC_TYPE_OBJECT, .of.fields = fields };
	struct tc__buffer text = TC__BUFFER(65536);

	for (size_t i = 0; i < MANY; i++) {
		snprintf(names[i], sizeof names[i], "f%d", (int)i);
		fields[i] = (struct tc_field){ .name = names[i],
			.type = &tc_type_int64,
			.offset = (uint16_t)(i * sizeof(int64_t)),
			.name_length = (uint8_t)strlen(names[i]),
			.flags = TC_REQUIRED };
	}
	for (size_t i = 0; i < 2 * sizeof counts / sizeof *counts; i++) {
		size_t count = counts[i / 2];
		type.count = (uint16_t)count;
		type.size = (uint16_t)(count * sizeof(int64_t));
		tc__buffer_truncate(&text, 0);
		for (size_t k = 0; k < count; k++) /* from the last on */
			tc__buffer_printf(&text, "%c\"%s\":%d", k ? ',' : '{', names[count - 1 - k],
				(int)(count - 1 - k));
		tc__buffer_char(&text, '}');
		int64_t *values = read_text(&type, tc__buffer_get(&text));
		for (size_t k = 0; k < count; k++)
			assert_true(values[k] == (int64_t)k);
		tc_release(values);
	}
	tc__buffer_clear(&text);
}

/* The member that is expected may be there twice, or never. */
static void test_members_that_are_expected(void **state)
{
	(void)state;
	static const char good[] = "[{\"x\":1,\"y\":2},{\"x\":3,\"y\":4}]";
	static const struct {
		const char *text, *pointer, *part;
	} bad[] = {
		{ "[{\"x\":1,\"x\":2}]", "/0/x", "is there twice" },
		{ "[{\"x\":1,\"y\":2,\"x\":2}]", "/0/x", "is there twice" },
		{ "[{\"x\":1,\"y\":2},{\"x\":1,\"y\":2,\"y\":1}]", "/1/y", "is there twice" },
		{ "[{\"y\":1,\"y\":2}]", "/0/y", "is there twice" },
		{ "[{\"y\":1}]", "/0/x", "a required member is missing" },
	};
	tc_error err = TC_ERROR_INIT;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		tc_release(read_text(&kinds_points_type, good));
		for (int again = 0; again < 2; again++) {
			assert_null(tc_decode(
				&kinds_points_type, bad[i].text, strlen(bad[i].text), 0, &err));
			assert_string_equal(tc_error_pointer(&err), bad[i].pointer);
			assert_failure(&err, TC_ERROR_INPUT, bad[i].part);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_others_meanwhile),
		cmocka_unit_test(test_texts_end_with_their_value),
		cmocka_unit_test(test_another_type_at_the_same_place),
		cmocka_unit_test(test_members_that_are_expected),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
