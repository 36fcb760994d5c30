/* SPDX-License-Identifier: MPL-2.0 */
/*
 * What validate_strictly says is what ajv says, for schemas and values that are made from a seed,
 * and for those of cases.json but where a case says why ajv sees it otherwise.
 */
#include "tests/harness/test.h"

#include "tests/harness/peer.h"
#include "tests/schema/judged.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS 20
#define ROUND 100 /* schemas */

static size_t asked, broken, refused, different;

#define differ(...) \
	do { \
		print_error(__VA_ARGS__); \
		different++; \
	} while (0)

static void compare(const tc_json *answer)
{
	const tc_json *values = tc_json_get(answer, "values"), *kept = tc_json_get(answer, "kept");
	const tc_json *schema = tc_json_get(answer, "schema");
	struct judged judged;
	char *schema_text = NULL, *value_text = NULL;

	assert_ok(tc_json_write(schema, TC_JSON_COMPACT, &schema_text, NULL, NULL), NULL);
	judged_open(&judged, schema);
	if (!kept != (judged.err.code != TC_OK))
		differ("%s\nwe say: %s\najv says: %s\n", schema_text,
			judged.err.code ? tc_error_text(&judged.err) : "a schema",
			kept ? "a schema" : tc_json_text(tc_json_get(answer, "refused")));
	refused += !kept;
	for (size_t i = 0; kept && i < tc_json_count(values); i++) {
		const tc_json *value = tc_json_item(values, i);
		enum verdict theirs =
			tc_json_true(tc_json_item(kept, i)) ? VERDICT_KEPT : VERDICT_BROKEN;
		enum verdict ours = judged_say(&judged, value);
		assert_ok(tc_json_write(value, TC_JSON_COMPACT, &value_text, NULL, NULL), NULL);
		if (ours != theirs)
			differ("%s\n%s\nwe say %d (%s), ajv says %d\n", schema_text, value_text,
				ours, judged.problem, theirs);
		asked++;
		broken += theirs == VERDICT_BROKEN;
		tc_release(value_text);
	}
	judged_close(&judged);
	tc_release(schema_text);
}

static struct tc_peer *peer;

static int start(void **state)
{
	(void)state;
	peer = tc_peer_start("tests/schema/judge.js");
	if (!peer)
		print_message("without node-ajv there is nobody to ask\n");
	return 0;
}

static int stop(void **state)
{
	(void)state;
	tc_peer_stop(peer);
	return 0;
}

static void compare_all(const char *question, size_t count)
{
	const tc_json *answers = tc_peer_ask(peer, question);

	assert_int_equal(tc_json_count(answers), count);
	for (size_t i = 0; i < count; i++)
		compare(tc_json_item(answers, i));
	tc_release(answers);
	assert_int_equal(different, 0);
}

static void test_what_is_made(void **state)
{
	char question[64];

	(void)state;
	if (!peer)
		skip();
	for (int round = 0; round < ROUNDS; round++) {
		snprintf(question, sizeof question, "{\"make\":%d,\"seed\":%d}", ROUND, round);
		compare_all(question, ROUND);
	}
	assert_true(asked > 10000 && broken > asked / 5 && broken < asked);
	print_message("%zu values asked about, %zu broken\n", asked, broken);
}

static void add_items(tc_json_builder *question, const tc_json *list)
{
	for (size_t i = 0; i < tc_json_count(list); i++)
		tc_json_add_json(question, tc_json_item(list, i));
}

/* A case as a question, unless ajv is known to see it otherwise. */
static size_t add_case(tc_json_builder *question, const tc_json *test)
{
	if (tc_json_get(test, "ajv"))
		return 0;
	tc_json_add_object(question);
	tc_json_add_name(question, "schema");
	tc_json_add_json(question, tc_json_get(test, "schema"));
	tc_json_add_name(question, "values");
	tc_json_add_array(question);
	add_items(question, tc_json_get(test, "kept"));
	add_items(question, tc_json_get(test, "broken"));
	tc_json_end(question);
	tc_json_end(question);
	return 1;
}

static void test_the_cases(void **state)
{
	size_t length, count = 0;
	char *text = tc_test_read_file("tests/schema/cases.json", &length), *line = NULL;
	const tc_json *cases = NULL, *question = NULL;
	tc_json_builder *builder = tc_json_builder_new();

	(void)state;
	if (!peer)
		skip();
	assert_ok(tc_json_parse(text, length, &cases, NULL), NULL);
	tc_json_add_object(builder);
	tc_json_add_name(builder, "schemas");
	tc_json_add_array(builder);
	for (size_t i = 0; i < tc_json_count(cases); i++)
		count += add_case(builder, tc_json_item(cases, i));
	tc_json_end(builder);
	tc_json_end(builder);
	assert_ok(tc_json_build(builder, &question, NULL), NULL);
	assert_ok(tc_json_write(question, TC_JSON_COMPACT, &line, NULL, NULL), NULL);
	compare_all(line, count);
	assert_true(refused > 5 && count > 50);
	tc_release(line);
	tc_release(question);
	tc_release(cases);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_what_is_made),
		cmocka_unit_test(test_the_cases) };

	return cmocka_run_group_tests(tests, start, stop);
}
