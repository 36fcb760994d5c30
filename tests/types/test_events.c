/* SPDX-License-Identifier: MPL-2.0 */
/* Events of streams are read through their types, as their headers say. */
#include "tests/harness/test.h"

#include <string.h>
#include <taskcluster/buildbot.h>
#include <taskcluster/conventions.h>
#include <taskcluster/registry.h>

static struct tc_buildbot_event *decode(const char *text, tc_error *err)
{
	const tc_json *event = NULL;

	assert_ok(tc_json_parse(text, strlen(text), &event, err), err);
	struct tc_buildbot_event *read = tc_decode_json(&tc_buildbot_event_type, event, 0, err);
	tc_release(event);
	return read;
}

static void the_operation_names_the_type(void **state)
{
	const struct tc_operation *operation = tc_find_operation("buildbot", "listenEvents");

	(void)state;
	assert_non_null(operation);
	assert_ptr_equal(operation->conventions->events->item, &tc_buildbot_event_type);
	assert_string_equal(operation->conventions->events->handshake, "handshake");
	assert_string_equal(operation->conventions->events->name, "event");
}

/* The message is free-form: it differs from path to path. */
static void an_event_is_read(void **state)
{
	tc_error err = TC_ERROR_INIT;
	struct tc_buildbot_event *event =
		decode("{\"key\":[\"builds\",\"12\",\"finished\"],\"message\":{\"buildid\":12,"
		       "\"results\":0},\"added\":true}",
			&err);

	(void)state;
	assert_non_null(event);
	assert_int_equal(event->key_count, 3);
	assert_string_equal(event->key_[0], "builds");
	assert_string_equal(event->key_[2], "finished");
	assert_string_equal(tc_json_text(tc_json_at(event->message, "/buildid")), "12");
	tc_release(event);

	event = decode("{\"key\":[],\"message\":{}}", &err);
	assert_non_null(event);
	assert_non_null(event->key_);
	assert_int_equal(event->key_count, 0);
	assert_int_equal(tc_json_kind(event->message), TC_JSON_OBJECT);
	tc_release(event);
	tc_error_clear(&err);
}

static void what_is_no_event_is_refused(void **state)
{
	tc_error err = TC_ERROR_INIT;

	(void)state;
	assert_null(decode("{\"message\":{}}", &err));
	assert_non_null(strstr(tc_error_text(&err), "key"));
	tc_error_clear(&err);
	assert_null(decode("{\"key\":[12],\"message\":{}}", &err));
	assert_non_null(strstr(tc_error_text(&err), "/key/0"));
	tc_error_clear(&err);
	assert_null(decode("[]", &err));
	tc_error_clear(&err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_operation_names_the_type),
		cmocka_unit_test(an_event_is_read),
		cmocka_unit_test(what_is_no_event_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
