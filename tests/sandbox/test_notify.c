/* SPDX-License-Identifier: MPL-2.0 */

/* Notify: nothing is sent, all is recorded, and the denylist holds. */

#include "tests/harness/test.h"

#include "fixture.h"
#include "rows.h"
#include "typed.h"

#include <stdio.h>
#include <string.h>
#include <taskcluster/notify.h>

#define NOTIFY "/api/notify/v1"
#define RECORDS "/sandbox/notifications"
#define MAIL(subject) \
	"{\"address\":\"a@example.com\",\"subject\":\"" subject "\",\"content\":\"c\"}"
#define ADDRESS "{\"notificationType\":\"email\",\"notificationAddress\":\"no@example.com\"}"

static int set_up(void **state)
{
	(void)state;
	server = tc_test_server_start("--check-replies", NULL);
	return 0;
}

static void what_is_sent_is_recorded(void **state)
{
	static const struct row rows[] = {
		{ "no records yet", "GET", RECORDS, NULL, 200, "{\"notifications\":[]}",
			{ .unsigned_ = true } },
		{ "a mail", "POST", NOTIFY "/email", MAIL("one"), 200, "OK", { 0 } },
		{ "the same again is not sent", "POST", NOTIFY "/email", MAIL("one"), 204, NULL,
			{ 0 } },
		{ "another", "POST", NOTIFY "/email", MAIL("two"), 200, "OK", { 0 } },
		{ "the newest first", "GET", RECORDS, NULL, 200,
			"{\"notifications\":[{\"kind\":\"email\",\"address\":\"a@example.com\","
			"\"received\":",
			{ .unsigned_ = true } },
		{ "with the body and its defaults", "GET", RECORDS, NULL, 200,
			"\"subject\":\"two\",\"content\":\"c\",\"template\":\"simple\"",
			{ .unsigned_ = true } },
		{ "no address", "POST", NOTIFY "/email",
			"{\"address\":\"a\",\"subject\":\"s\",\"content\":\"c\"}", 400,
			"InputValidationError", { 0 } },
		{ "the scope names the address", "POST", NOTIFY "/email", MAIL("one"), 403,
			"notify:email:a@example.com", { .unsigned_ = true } },
		{ "Matrix", "POST", NOTIFY "/matrix", "{\"roomId\":\"!r:x\",\"body\":\"b\"}", 200,
			"OK", { 0 } },
		{ "Slack", "POST", NOTIFY "/slack", "{\"channelId\":\"C1\",\"text\":\"t\"}", 200,
			"OK", { 0 } },
		{ "a Pulse message has no reply", "POST", NOTIFY "/pulse",
			"{\"routingKey\":\"a.b\",\"message\":{\"x\":1}}", 204, NULL, { 0 } },
		{ "it is recorded too", "GET", RECORDS, NULL, 200,
			"\"kind\":\"pulse\",\"address\":\"a.b\"", { 0 } },
		{ "the page takes GET only", "POST", RECORDS, "{}", 404, "Not found", { 0 } },
	};

	(void)state;
	RUN_ROWS(rows);
}

static void the_denylist(void **state)
{
	static const struct row rows[] = {
		{ "empty", "GET", NOTIFY "/denylist/list", NULL, 200, "{\"addresses\":[]}", { 0 } },
		{ "an address", "POST", NOTIFY "/denylist/add", ADDRESS, 200, "OK", { 0 } },
		{ "again", "POST", NOTIFY "/denylist/add", ADDRESS, 200, "OK", { 0 } },
		{ "nothing is sent to it", "POST", NOTIFY "/email",
			"{\"address\":\"no@example.com\",\"subject\":\"s\",\"content\":\"c\"}", 400,
			"\"code\":\"DenylistedAddress\"", { 0 } },
		{ "not for everybody", "GET", NOTIFY "/denylist/list", NULL, 403,
			"notify:manage-denylist", { .unsigned_ = true } },
		{ "an unknown type", "POST", NOTIFY "/denylist/add",
			"{\"notificationType\":\"irc\",\"notificationAddress\":\"x\"}", 400,
			"InputValidationError", { 0 } },
		{ "off again", "DELETE", NOTIFY "/denylist/delete", ADDRESS, 200, "OK", { 0 } },
		{ "also when it is not there", "DELETE", NOTIFY "/denylist/delete", ADDRESS, 200,
			"OK", { 0 } },
		{ "then it is sent", "POST", NOTIFY "/email",
			"{\"address\":\"no@example.com\",\"subject\":\"s\",\"content\":\"c\"}", 200,
			"OK", { 0 } },
	};

	(void)state;
	RUN_ROWS(rows);
}

/* The library's way: a success that is no JSON, 204, a DELETE with a body, pages. */
static void typed_calls(void **state)
{
	tc_client *client = typed_client(server, NULL, NULL, NULL);
	struct tc_notify_notification_address address = { .notification_type = "slack-channel",
		.notification_address = "C2" };
	struct tc_notify_list_denylist_query query = { .limit = "1" };
	struct tc_notify_notification_address_list *list = NULL;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	assert_ok(tc_notify_add_denylist_address(client, &address, NULL, &err), &err);
	address.notification_address = "C3";
	assert_ok(tc_notify_add_denylist_address(client, &address, NULL, &err), &err);
	assert_ok(tc_notify_list_denylist(client, &query, &list, &err), &err);
	assert_int_equal(list->addresses_count, 1);
	assert_string_equal(list->addresses[0].notification_address, "C2");
	char token[100];
	snprintf(token, sizeof token, "%s", list->continuation_token);
	tc_release(list);
	query.continuation_token = token;
	assert_ok(tc_notify_list_denylist(client, &query, &list, &err), &err);
	assert_string_equal(list->addresses[0].notification_address, "C3");
	assert_null(list->continuation_token);
	tc_release(list);
	assert_ok(tc_notify_delete_denylist_address(client, &address, NULL, &err), &err);
	struct tc_notify_slack_request slack = { .channel_id = "C2", .text = "t" };
	assert_int_equal(tc_notify_slack(client, &slack, NULL, &err), TC_ERROR_HTTP);
	tc_error_clear(&err);
	slack.channel_id = "C3";
	assert_ok(tc_notify_slack(client, &slack, NULL, &err), &err);
	tc_client_free(client);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_sent_is_recorded),
		cmocka_unit_test(the_denylist),
		cmocka_unit_test(typed_calls),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
