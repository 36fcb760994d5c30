/* SPDX-License-Identifier: MPL-2.0 */

/* Clients, roles and what they allow. */

#include "tests/harness/test.h"

#include "client.h"
#include "fixture.h"

#include <stdio.h>
#include <string.h>

#define AUTH "/api/auth/v1"

static int set_up(void **state)
{
	(void)state;
	server = tc_test_server_start(NULL);
	return 0;
}

static struct reply *put_client(const char *id, const char *scopes, const struct quirks *quirks)
{
	char path[200];
	char body[500];

	snprintf(path, sizeof path, AUTH "/clients/%s", id);
	snprintf(body, sizeof body,
		"{\"description\":\"d\",\"expires\":\"2100-01-01T00:00:00.000Z\",\"scopes\":%s}",
		scopes);
	return ask(server, "PUT", path, body, quirks);
}

static struct reply *put_role(const char *id, const char *scopes, const struct quirks *quirks)
{
	char path[200];
	char body[500];

	snprintf(path, sizeof path, AUTH "/roles/%s", id);
	snprintf(body, sizeof body, "{\"description\":\"d\",\"scopes\":%s}", scopes);
	return ask(server, "PUT", path, body, quirks);
}

static struct reply *post(const char *path, const char *body)
{
	return ask(server, "POST", path, body, NULL);
}

static void a_client_lives(void **state)
{
	char token[100];
	char path[] = AUTH "/scopes/current";

	(void)state;
	struct reply *reply = put_client("a%2Fb", "[\"auth:current-scopes\"]", NULL);
	assert_int_equal(reply->status, 200);
	snprintf(token, sizeof token, "%s", reply_text(reply, "/accessToken"));
	/* again, the same client with the same token */
	reply = put_client("a%2Fb", "[\"auth:current-scopes\"]", NULL);
	assert_string_equal(reply_text(reply, "/accessToken"), token);
	assert_int_equal(put_client("a%2Fb", "[]", NULL)->status, 409);
	struct quirks quirks = { .id = "a/b", .key = token };
	reply = ask(server, "GET", path, NULL, &quirks);
	assert_string_equal(reply_text(reply, "/scopes/0"), "assume:anonymous");
	assert_string_equal(reply_text(reply, "/scopes/1"), "auth:current-scopes");
	reply = ask(server, "GET", AUTH "/clients/a%2Fb", NULL, NULL);
	assert_string_equal(reply_text(reply, "/accessToken"), "");
	assert_string_equal(reply_text(reply, "/expandedScopes/0"), "auth:current-scopes");
	post(AUTH "/clients/a%2Fb/disable", NULL);
	assert_int_equal(ask(server, "GET", path, NULL, &quirks)->status, 401);
	post(AUTH "/clients/a%2Fb/enable", NULL);
	assert_int_equal(ask(server, "GET", path, NULL, &quirks)->status, 200);
	post(AUTH "/clients/a%2Fb/reset", NULL);
	assert_int_equal(ask(server, "GET", path, NULL, &quirks)->status, 401);
	for (int i = 0; i < 2; i++) {
		reply = ask(server, "DELETE", AUTH "/clients/a%2Fb", NULL, NULL);
		assert_int_equal(reply->status, 204);
		assert_int_equal(reply->body_length, 0);
	}
	assert_int_equal(ask(server, "GET", AUTH "/clients/a%2Fb", NULL, NULL)->status, 404);
	assert_int_equal(post(AUTH "/clients/a%2Fb/reset", NULL)->status, 404);
}

static void nobody_gives_what_he_lacks(void **state)
{
	char token[100];

	(void)state;
	struct reply *reply = put_client(
		"maker", "[\"auth:create-client:*\",\"auth:create-role:*\",\"x:*\"]", NULL);
	snprintf(token, sizeof token, "%s", reply_text(reply, "/accessToken"));
	struct quirks quirks = { .id = "maker", .key = token };
	assert_int_equal(put_client("one", "[\"x:y\"]", &quirks)->status, 200);
	assert_int_equal(put_client("two", "[\"y\"]", &quirks)->status, 403);
	assert_int_equal(put_role("one", "[\"x:y\"]", &quirks)->status, 200);
	assert_int_equal(put_role("two", "[\"y\"]", &quirks)->status, 403);
	assert_int_equal(put_client("static%2Fx", "[]", NULL)->status, 400);
}

static void roles_count_at_once(void **state)
{
	char token[100];

	(void)state;
	struct reply *reply =
		put_client("member", "[\"assume:team:x\",\"auth:current-scopes\"]", NULL);
	snprintf(token, sizeof token, "%s", reply_text(reply, "/accessToken"));
	struct quirks quirks = { .id = "member", .key = token };
	assert_int_equal(put_role("team:*", "[\"secrets:get:<..>\"]", NULL)->status, 200);
	reply = ask(server, "GET", AUTH "/scopes/current", NULL, &quirks);
	assert_non_null(strstr(reply->body, "\"secrets:get:x\""));
	assert_int_equal(
		ask(server, "GET", "/api/secrets/v1/secret/x", NULL, &quirks)->status, 404);
	post(AUTH "/roles/team:*", "{\"description\":\"d\",\"scopes\":[\"a\"]}");
	assert_int_equal(
		ask(server, "GET", "/api/secrets/v1/secret/x", NULL, &quirks)->status, 403);
	assert_int_equal(ask(server, "DELETE", AUTH "/roles/team:*", NULL, NULL)->status, 204);
	assert_int_equal(ask(server, "GET", AUTH "/roles/team:*", NULL, NULL)->status, 404);
	assert_int_equal(put_role("x", "[\"a\"]", NULL)->status, 200);
	assert_int_equal(put_role("x", "[\"a\"]", NULL)->status, 200);
	assert_int_equal(put_role("x", "[\"b\"]", NULL)->status, 409);
}

static void lists(void **state)
{
	char path[300];

	(void)state;
	put_client("list%2F1", "[]", NULL);
	put_client("list%2F2", "[]", NULL);
	struct reply *reply = ask(server, "GET", AUTH "/clients/?prefix=list/&limit=1", NULL, NULL);
	assert_string_equal(reply_text(reply, "/clients/0/clientId"), "list/1");
	snprintf(path, sizeof path, AUTH "/clients/?prefix=list/&limit=1&continuationToken=%s",
		reply_text(reply, "/continuationToken"));
	reply = ask(server, "GET", path, NULL, NULL);
	assert_string_equal(reply_text(reply, "/clients/0/clientId"), "list/2");
	assert_string_equal(reply_text(reply, "/continuationToken"), "");
	reply = ask(server, "GET", AUTH "/roles/", NULL, NULL);
	assert_string_equal(reply_text(reply, "/0/roleId"), "anonymous");
	reply = ask(server, "GET", AUTH "/roleids/?limit=1", NULL, NULL);
	assert_string_equal(reply_text(reply, "/roleIds/0"), "anonymous");
	reply = ask(server, "GET", AUTH "/audit/client/list%2F1", NULL, NULL);
	assert_string_equal(reply_text(reply, "/auditHistory/0/actionType"), "created");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_client_lives),
		cmocka_unit_test(nobody_gives_what_he_lacks),
		cmocka_unit_test(roles_count_at_once),
		cmocka_unit_test(lists),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
