/* SPDX-License-Identifier: MPL-2.0 */

/* Faults that are switched on and off while the sandbox runs. */

#include "tests/harness/test.h"

#include "client.h"
#include "fixture.h"

#include <stdio.h>
#include <string.h>

#define FAULTS "/sandbox/faults"
#define PING "/api/queue/v1/ping"

static int set_up(void **state)
{
	(void)state;
	server = tc_test_server_start("--fault", "status=503:only=auth.ping", NULL);
	return 0;
}

static struct reply *put(const char *body)
{
	return ask(server, "PUT", FAULTS, body, &(struct quirks){ .origin = server->root_url });
}

static void assert_faults(const char *expected)
{
	assert_string_equal(ask(server, "GET", FAULTS, NULL, NULL)->body, expected);
}

static long status_of(const char *path)
{
	return ask(server, "GET", path, NULL, NULL)->status;
}

static void those_of_the_command_line_are_there(void **state)
{
	(void)state;
	assert_faults("{\"faults\":[\"status=503:only=auth.ping\"]}");
	assert_int_equal(status_of("/api/auth/v1/ping"), 503);
	assert_int_equal(put("{\"faults\":[]}")->status, 200);
	assert_faults("{\"faults\":[]}");
	assert_int_equal(status_of("/api/auth/v1/ping"), 200);
}

/* The page must be able to switch them off. */
static void they_meet_all_but_the_page(void **state)
{
	static const char *const calm[] = { "/", "/tasks", "/sandbox/page.css", "/sandbox/page.js",
		FAULTS };
	static const char body[] = "{\"faults\":[\"status=418\",\"stall=1,clock=900\"]}";

	(void)state;
	struct reply *reply = put(body);
	assert_int_equal(reply->status, 200);
	assert_string_equal(reply->body, body);
	assert_int_equal(status_of(PING), 418);
	assert_int_equal(status_of("/references/manifest.json"), 418);
	assert_int_equal(status_of("/sandbox/notifications"), 418);
	for (size_t i = 0; i < sizeof calm / sizeof *calm; i++)
		assert_int_equal(status_of(calm[i]), 200);
	assert_int_equal(ask(server, "POST", "/sandbox/session", "{\"token\":\"x\"}",
				 &(struct quirks){ .origin = server->root_url })
				 ->status,
		401);
	assert_int_equal(put("{\"faults\":[\"close-early\"]}")->status, 200);
	assert_int_equal(ask(server, "GET", PING, NULL, NULL)->curl, CURLE_GOT_NOTHING);
	assert_faults("{\"faults\":[\"close-early\"]}");
	assert_int_equal(put("{\"faults\":[]}")->status, 200);
	assert_int_equal(status_of(PING), 200);
}

static void what_is_counted_begins_anew(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(put("{\"faults\":[\"status=500:times=2\"]}")->status, 200);
		assert_int_equal(status_of(PING), 500);
		assert_int_equal(status_of(PING), 500);
		assert_int_equal(status_of(PING), 200);
	}
	assert_int_equal(put("{\"faults\":[]}")->status, 200);
}

static const struct {
	const char *body, *part;
} bad[] = {
	{ "{\"faults\":[\"status=500\",\"broken=1\"]}", "faults[1], \"broken=1\": no such fault" },
	{ "{\"faults\":[\"status=many\"]}", "faults[0], \"status=many\": the value" },
	{ "{\"faults\":[\"stall\"]}", "faults[0], \"stall\": no such fault, or its value" },
	{ "{\"faults\":[\"stall=1:often=2\"]}", "modifiers are" },
	{ "{\"faults\":[7]}", "expected {" },
	{ "{\"faults\":[\"stall=1\\u0000\"]}", "expected {" },
	{ "{\"faults\":\"status=500\"}", "expected {" },
	{ "{}", "expected {" },
	{ "[]", "expected an object" },
	{ "{\"faults\":", "parse" },
	{ "{\"faults\":[\"a=1\",\"a=1\",\"a=1\",\"a=1\",\"a=1\",\"a=1\",\"a=1\",\"a=1\",\"a=1\","
	  "\"a=1\",\"a=1\",\"a=1\",\"a=1\",\"a=1\",\"a=1\",\"a=1\",\"a=1\"]}",
		"at most 16" },
};

static void what_is_wrong_changes_nothing(void **state)
{
	static const char before[] = "{\"faults\":[\"status=599:only=index\"]}";

	(void)state;
	assert_int_equal(put(before)->status, 200);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct reply *reply = put(bad[i].body);
		if (reply->status != 400 || !strstr(reply_text(reply, "/message"), bad[i].part))
			fail_msg("%s gave %ld: %s", bad[i].body, reply->status, reply->body);
		assert_faults(before);
	}
	assert_int_equal(put("{\"faults\":[]}")->status, 200);
}

static void sixteen_are_taken(void **state)
{
	(void)state;
	assert_int_equal(put("{\"faults\":[\"stall=1\",\"stall=1\",\"stall=1\",\"stall=1\","
			     "\"stall=1\",\"stall=1\",\"stall=1\",\"stall=1\",\"stall=1\","
			     "\"stall=1\",\"stall=1\",\"stall=1\",\"stall=1\",\"stall=1\","
			     "\"stall=1\",\"stall=1\"]}")
				 ->status,
		200);
	assert_int_equal(put("{\"faults\":[]}")->status, 200);
}

/* "{"authorizedScopes":["sandbox:faults"]}" and the same of another scope */
static void the_scope_is_needed(void **state)
{
	static const char allowed[] = "eyJhdXRob3JpemVkU2NvcGVzIjpbInNhbmRib3g6ZmF1bHRzIl19";
	static const char other[] = "eyJhdXRob3JpemVkU2NvcGVzIjpbInF1ZXVlOioiXX0=";
	struct quirks quirks = { .origin = server->root_url, .ext = allowed };

	(void)state;
	assert_int_equal(ask(server, "PUT", FAULTS, "{\"faults\":[]}", &quirks)->status, 200);
	assert_int_equal(ask(server, "GET", FAULTS, NULL, &quirks)->status, 200);
	quirks.ext = other;
	struct reply *reply = ask(server, "PUT", FAULTS, "{\"faults\":[]}", &quirks);
	assert_int_equal(reply->status, 403);
	assert_non_null(strstr(reply_text(reply, "/message"), "sandbox:faults"));
	assert_int_equal(ask(server, "GET", FAULTS, NULL, &quirks)->status, 403);
	quirks = (struct quirks){ .origin = server->root_url, .unsigned_ = true };
	assert_int_equal(ask(server, "PUT", FAULTS, "{\"faults\":[]}", &quirks)->status, 403);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(those_of_the_command_line_are_there),
		cmocka_unit_test(they_meet_all_but_the_page),
		cmocka_unit_test(what_is_counted_begins_anew),
		cmocka_unit_test(what_is_wrong_changes_nothing),
		cmocka_unit_test(sixteen_are_taken),
		cmocka_unit_test(the_scope_is_needed),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
