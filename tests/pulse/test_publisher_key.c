/* SPDX-License-Identifier: MPL-2.0 */

/* Routing keys by the tables of exchanges, and the lists of pending messages: no broker is needed.
 */

#include "tests/harness/test.h"

#include "workflows/src/pulse/publisher/key.h"
#include "workflows/src/pulse/publisher/pending.h"
#include <stdlib.h>
#include <string.h>

static const struct tc_key_word words[] = { { .name = "kind", .constant = "primary" },
	{ .name = "task", .required = true }, { .name = "run" },
	{ .name = "rest", .multiple_words = true } };
static const struct tc_exchange table = {
	.exchange = "exchange/me/v1/table", .words = words, .word_count = 4
};

static const struct tc_key_word middle_words[] = { { .name = "front", .required = true },
	{ .name = "middle", .multiple_words = true }, { .name = "back", .required = true },
	{ .name = "end", .constant = "end" } };
static const struct tc_exchange middle = {
	.exchange = "exchange/me/v1/middle", .words = middle_words, .word_count = 4
};

static const struct tc_exchange plain = { .exchange = "exchange/me/v1/plain" };

/* ---- by name ---- */

struct made {
	struct tc_pair words[3];
	size_t count;
	const char *key, *error;
};

static char long_word[300];

static void keys_are_made_of_words_by_name(void **state)
{
	static const struct made cases[] = {
		{ { { "task", "t" } }, 1, "primary.t._._", NULL },
		{ { { "rest", "a.b" }, { "run", "0" }, { "task", "t" } }, 3, "primary.t.0.a.b",
			NULL },
		{ { { "run", "" }, { "task", "t" } }, 2, "primary.t.._", NULL },
		{ { { "run", "0" } }, 1, NULL, "task is missing, but it is required" },
		{ { { "task", "" } }, 1, NULL, "task is empty, but it is required" },
		{ { { "task", "a.b" } }, 1, NULL, "must not contain a dot" },
		{ { { "task", "t" }, { "runs", "0" } }, 2, NULL,
			"it has no word runs; its words are: task, run, rest" },
		{ { { "kind", "primary" } }, 1, NULL, "it has no word kind" },
		{ { { "task", "t" }, { "task", "t" } }, 2, NULL, "task is given twice" },
		{ { { "task", NULL } }, 1, NULL, "task is NULL" },
		{ { { NULL, "t" } }, 1, NULL, "the name of word 1 is NULL" },
		{ { { "task", "*" } }, 1, NULL, "a wildcard" },
		{ { { "task", "t" }, { "rest", "a.#.b" } }, 2, NULL, "a wildcard" },
		{ { { "task", "a\nb" } }, 1, NULL, "the control character 0x0a" },
		{ { { "task", long_word } }, 1, NULL, "over 255 bytes" },
	};
	char key[TC__KEY_MAX + 1];
	tc_error err = TC_ERROR_INIT;

	(void)state;
	memset(long_word, 'x', sizeof long_word - 1);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int rc = tc__key_make(&table, cases[i].words, cases[i].count, key, &err);
		if (cases[i].key) {
			assert_ok(rc, &err);
			assert_string_equal(key, cases[i].key);
			assert_ok(tc__key_check(&table, key, &err), &err);
		} else {
			assert_int_equal(rc, TC_ERROR_ARGUMENT);
			assert_non_null(strstr(tc_error_text(&err), table.exchange));
			assert_failure(&err, TC_ERROR_ARGUMENT, cases[i].error);
		}
	}
}

static void a_key_may_be_as_long_as_amqp_allows(void **state)
{
	char key[TC__KEY_MAX + 1], word[TC__KEY_MAX + 1];
	tc_error err = TC_ERROR_INIT;
	struct tc_pair pair = { "task", word };
	size_t rest = strlen("primary._._") + 1;

	(void)state;
	memset(word, 'x', sizeof word);
	word[TC__KEY_MAX - rest] = '\0';
	assert_ok(tc__key_make(&table, &pair, 1, key, &err), &err);
	assert_int_equal(strlen(key), TC__KEY_MAX);
	word[TC__KEY_MAX - rest] = 'x';
	word[TC__KEY_MAX - rest + 1] = '\0';
	assert_int_equal(tc__key_make(&table, &pair, 1, key, &err), TC_ERROR_ARGUMENT);
	assert_failure(&err, TC_ERROR_ARGUMENT, "over 255 bytes");
}

/* ---- ready-made ---- */

struct checked {
	const struct tc_exchange *table;
	const char *key, *error;
};

static void keys_are_checked_against_their_table(void **state)
{
	static const struct checked cases[] = {
		{ &table, "primary.t.0._", NULL },
		{ &table, "primary.t..a.b.c", NULL },
		{ &table, "primary.t.0", "has 3 words; expected 4 or more" },
		{ &table, "", "has 1 words" },
		{ &table, "secondary.t.0._", "word 1 is \"secondary\"; expected \"primary\"" },
		{ &table, "primar.t.0._", "expected \"primary\"" },
		{ &table, "primary..0._", "word 2, task, is empty, but it is required" },
		{ &table, "primary.*.0._", "a wildcard" },
		{ &table, "primary.t.0.#", "a wildcard" },
		{ &table, "primary.t*.#0._", NULL },
		{ &table, "primary.t\x7f.0._", "the control character 0x7f" },
		{ &table, "primary.t.0.\x01", "the control character 0x01" },
		{ &table, long_word, "over 255 bytes" },
		{ &middle, "f.m.b.end", NULL },
		{ &middle, "f.m.m.m.b.end", NULL },
		{ &middle, "f...b.end", NULL },
		{ &middle, "f.b.end", "has 3 words; expected 4 or more" },
		{ &middle, "f.m.m..end", "word 4, back, is empty" },
		{ &middle, "f.m.m.b.fin", "word 5 is \"fin\"; expected \"end\"" },
		{ &middle, ".m.b.end", "word 1, front, is empty" },
		{ &plain, "", NULL },
		{ &plain, "a.b", NULL },
		{ &plain, "a.*", "a wildcard" },
		{ &plain, "a\tb", "control character" },
	};
	tc_error err = TC_ERROR_INIT;

	(void)state;
	memset(long_word, 'x', sizeof long_word - 1);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int rc = tc__key_check(cases[i].table, cases[i].key, &err);
		if (!cases[i].error)
			assert_ok(rc, &err);
		else
			assert_failure(&err, TC_ERROR_ARGUMENT, cases[i].error);
	}
}

static void a_table_of_one_word_less_or_more_is_told(void **state)
{
	static const struct tc_key_word two[] = { { .name = "a" }, { .name = "b" } };
	static const struct tc_exchange pair = { .exchange = "e", .words = two, .word_count = 2 };
	tc_error err = TC_ERROR_INIT;

	(void)state;
	assert_ok(tc__key_check(&pair, "a.b", &err), &err);
	assert_ok(tc__key_check(&pair, ".", &err), &err);
	tc__key_check(&pair, "a.b.c", &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "has 3 words; expected 2");
	tc__key_check(&pair, "a", &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "has 1 words; expected 2");
}

/* ---- the wire ---- */

#define MANY 3000

static struct tc__publication *make_many(void)
{
	struct tc__publication *all = calloc(MANY, sizeof *all);

	assert_non_null(all);
	for (size_t i = 0; i < MANY; i++)
		all[i].number = i + 1;
	return all;
}

static void assert_order(const struct tc__publications *list, const uint64_t *numbers, size_t count)
{
	const struct tc__publication *message = list->first;
	const struct tc__publication *before = NULL;

	for (size_t i = 0; i < count; i++) {
		assert_non_null(message);
		assert_int_equal(message->number, numbers[i]);
		assert_ptr_equal(message->before, before);
		before = message;
		message = message->after;
	}
	assert_null(message);
	assert_ptr_equal(list->last, before);
}

static void what_is_on_the_wire_is_found_by_its_tag(void **state)
{
	struct tc__publication *all = make_many();
	struct tc__publications waiting = { 0 };
	struct tc__wire wire;

	(void)state;
	tc__wire_begin(&wire, MANY);
	for (size_t i = 0; i < MANY; i++) {
		assert_true(tc__wire_room(&wire));
		tc__wire_add(&wire, &all[i]);
		assert_int_equal(all[i].tag, i + 1);
	}
	for (size_t i = MANY; i-- > 3;) /* backwards */
		assert_ptr_equal(tc__wire_take(&wire, i + 1), &all[i]);
	assert_null(tc__wire_take(&wire, 100)); /* twice */
	assert_null(tc__wire_take(&wire, MANY + 1));
	assert_null(tc__wire_take(&wire, 0));
	assert_null(tc__wire_only(&wire));
	assert_int_equal(wire.count, 3);
	tc__wire_forget(&wire, &all[1]);
	assert_null(tc__wire_find(&wire, 2));
	assert_int_equal(wire.count, 3);
	assert_ptr_equal(tc__wire_take(&wire, 1), &all[0]);
	assert_null(tc__wire_take(&wire, 2));
	assert_ptr_equal(tc__wire_only(&wire), &all[2]);
	tc__publications_append(&waiting, &all[10]);
	tc__wire_add(&wire, &all[5]);
	tc__wire_back(&wire, &waiting);
	assert_order(&waiting, (const uint64_t[]){ 3, 6, 11 }, 3);
	assert_int_equal(wire.next, 1);
	assert_int_equal(all[2].tag, 0);
	tc__wire_end(&wire);
	free(all);
}

/* The oldest has no answer for long: the ring does not grow without end. */
static void the_distance_on_the_wire_is_bounded(void **state)
{
	struct tc__publication *all = make_many();
	struct tc__wire wire;
	size_t sent = 1;

	(void)state;
	tc__wire_begin(&wire, 100);
	assert_true(tc__wire_room(&wire));
	tc__wire_add(&wire, &all[0]);
	for (; sent < MANY && !tc__wire_full(&wire); sent++) {
		assert_true(tc__wire_room(&wire));
		tc__wire_add(&wire, &all[sent]);
		assert_ptr_equal(tc__wire_take(&wire, sent + 1), &all[sent]);
	}
	assert_int_equal(sent, 256);
	assert_ptr_equal(tc__wire_take(&wire, 1), &all[0]);
	assert_false(tc__wire_full(&wire));
	assert_true(tc__wire_room(&wire));
	tc__wire_end(&wire);
	free(all);
}

static void lists_keep_their_order(void **state)
{
	struct tc__publication *all = make_many();
	struct tc__publications one = { 0 }, other = { 0 };

	(void)state;
	for (size_t i = 0; i < 4; i++)
		tc__publications_append(i < 2 ? &one : &other, &all[i]);
	tc__publications_move(&one, &other);
	assert_order(&one, (const uint64_t[]){ 1, 2, 3, 4 }, 4);
	assert_order(&other, NULL, 0);
	tc__publications_remove(&all[1]);
	tc__publications_remove(&all[1]); /* in none */
	assert_order(&one, (const uint64_t[]){ 1, 3, 4 }, 3);
	tc__publications_remove(&all[0]);
	tc__publications_remove(&all[3]);
	assert_order(&one, (const uint64_t[]){ 3 }, 1);
	free(all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_made_of_words_by_name),
		cmocka_unit_test(a_key_may_be_as_long_as_amqp_allows),
		cmocka_unit_test(keys_are_checked_against_their_table),
		cmocka_unit_test(a_table_of_one_word_less_or_more_is_told),
		cmocka_unit_test(what_is_on_the_wire_is_found_by_its_tag),
		cmocka_unit_test(the_distance_on_the_wire_is_bounded),
		cmocka_unit_test(lists_keep_their_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
