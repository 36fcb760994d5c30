/* SPDX-License-Identifier: MPL-2.0 */
/* Whether texts of a list are equal: names of a map, items that must differ. */
#include "tests/harness/test.h"

#include "runtime/src/type/type.h"
#include "tests/harness/growth.h"
#include <stdio.h>
#include <string.h>

#define TEXT_SIZE 32
#define MANY 4000

static char texts[MANY][TEXT_SIZE];

static struct tc__span get(const void *context, size_t position)
{
	const char *text = texts[position];

	(void)context;
	return (struct tc__span){ text, strlen(text) };
}

static void number_texts(size_t count)
{
	for (size_t i = 0; i < count; i++)
		snprintf(texts[i], TEXT_SIZE, "name-%zu", i);
}

static void test_the_first_two_that_are_equal(void **state)
{
	static const size_t counts[] = { 2, 3, 12, 13, 14, 100, MANY };
	size_t first, second;

	(void)state;
	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
		size_t count = counts[i];
		number_texts(count);
		assert_int_equal(tc__spans_twice(get, NULL, count, &first, &second), 0);
		snprintf(texts[count - 1], TEXT_SIZE, "name-%zu", count / 3);
		assert_int_equal(tc__spans_twice(get, NULL, count, &first, &second), 1);
		assert_int_equal(first, count / 3);
		assert_int_equal(second, count - 1);
	}
	assert_int_equal(tc__spans_twice(get, NULL, 0, &first, &second), 0);
	assert_int_equal(tc__spans_twice(get, NULL, 1, &first, &second), 0);
}

/* A good hash, but one that everybody can compute, since it has no secret in it. */
static uint64_t known_hash(const char *text, size_t length)
{
	const uint64_t prime = UINT64_C(0x9E3779B97F4A7C15);
	uint64_t sum = length * prime, word = 0;
	size_t i = 0;

	for (; length - i >= sizeof word; i += sizeof word) {
		memcpy(&word, text + i, sizeof word);
		sum = ((sum ^ word) * prime) ^ (sum >> 29);
	}
	word = 0;
	memcpy(&word, text + i, length - i);
	sum = (sum ^ word) * prime;
	return sum ^ sum >> 32;
}

/* Texts that all fall into one place of a table that uses it. */
static void choose_texts(void)
{
	char text[] = "aaaaaaaa";
	size_t count = 0;

	while (count < MANY) {
		size_t at = 0;
		while (text[at] == 'z')
			text[at++] = 'a';
		text[at]++;
		if ((known_hash(text, strlen(text)) & (2 * 4096 - 1)) == 0)
			strcpy(texts[count++], text);
	}
}

static void find_none(size_t count)
{
	size_t first, second;

	assert_int_equal(tc__spans_twice(get, NULL, count, &first, &second), 0);
}

/* Who sends a map may choose its names. */
static void test_nobody_can_choose_texts_that_are_slow(void **state)
{
	(void)state;
	choose_texts();
	assert_linear(find_none, MANY / 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_first_two_that_are_equal),
		cmocka_unit_test(test_nobody_can_choose_texts_that_are_slow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
