/* SPDX-License-Identifier: MPL-2.0 */
/* cases.json: what is right, of schemas and of values. */
#include "tests/harness/test.h"

#include "tests/schema/judged.h"
#include <stdlib.h>
#include <string.h>

static void check_values(
	struct judged *judged, const tc_json *test, const char *which, enum verdict verdict)
{
	const tc_json *values = tc_json_get(test, which);

	for (size_t i = 0; i < tc_json_count(values); i++) {
		enum verdict ours = judged_say(judged, tc_json_item(values, i));
		if (ours != verdict)
			fail_msg("%s: %zu of %s: %d (%s)", tc_json_text(tc_json_get(test, "about")),
				i, which, ours, judged->problem);
	}
}

static void check_case(const tc_json *test)
{
	const char *about = tc_json_text(tc_json_get(test, "about"));
	const char *refused = tc_json_text(tc_json_get(test, "refused"));
	const char *noted = tc_json_text(tc_json_get(test, "noted"));
	struct judged judged;

	judged_open(&judged, tc_json_get(test, "schema"));
	if (refused && (judged.err.code == TC_OK || !strstr(tc_error_text(&judged.err), refused)))
		fail_msg("%s: expected \"%s\" in: %s", about, refused, tc_error_text(&judged.err));
	if (!refused && judged.err.code != TC_OK)
		fail_msg("%s: %s", about, tc_error_text(&judged.err));
	if (noted ? !strstr(judged.notes, noted) : *judged.notes)
		fail_msg("%s: notes are: %s", about, judged.notes);
	check_values(&judged, test, "kept", VERDICT_KEPT);
	check_values(&judged, test, "broken", VERDICT_BROKEN);
	check_values(&judged, test, "undecided", VERDICT_NONE);
	judged_close(&judged);
}

static void test_cases(void **state)
{
	size_t length;
	char *text = tc_test_read_file("tests/schema/cases.json", &length);
	const tc_json *cases = NULL;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	assert_ok(tc_json_parse(text, length, &cases, &err), &err);
	assert_true(tc_json_count(cases) > 80);
	for (size_t i = 0; i < tc_json_count(cases); i++)
		check_case(tc_json_item(cases, i));
	tc_release(cases);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_cases) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
