/* SPDX-License-Identifier: MPL-2.0 */
/* Single calls by a name, TLS and HTTP/2, on connections that are retired after 7 requests and
 * closed after a second without any. */
#include "world.h"

#include "tests/harness/server.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/auth.h>
#include <taskcluster/date.h>
#include <taskcluster/hooks.h>
#include <taskcluster/queue.h>
#include <taskcluster/secrets.h>
#include <time.h>

#define TOKEN_REPLY "{\"token\":\"something\"}"

/* ---- a desk ---- */

static void more_calls_than_a_connection_serves(void **state)
{
	struct desk desk;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	desk_open(&desk, "{\"alive\":true,\"uptime\":1}");
	tc_client *client = rig_client_of(NULL, tc_responder_port(desk.responder));
	for (int i = 0; i < 20; i++)
		assert_ok(tc_queue_ping(client, NULL, &err), &err);
	assert_int_equal(desk.asked, 20);
	assert_int_equal(desk.http2, 20);
	assert_int_equal(tc_responder_connections(desk.responder), 3); /* 7, 7, 6 */
	tc_client_free(client);
	desk_close(&desk);
}

static int reset_token(tc_client *client, tc_error *err)
{
	return tc_hooks_reset_trigger_token(client, "group", "hook", NULL, err);
}

/* Each arrives once, also when a connection is retired under it. */
static void what_must_not_be_repeated_is_sent_once(void **state)
{
	struct desk desk;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	desk_open(&desk, TOKEN_REPLY);
	tc_client *client = rig_client_of(NULL, tc_responder_port(desk.responder));
	for (int i = 0; i < 20; i++)
		assert_ok(reset_token(client, &err), &err);
	assert_int_equal(desk.asked, 20);
	tc_client_free(client);
	desk_close(&desk);
}

/* A connection that was used just now is good enough for them. */
static void what_must_not_be_repeated_shares_connections(void **state)
{
	struct desk desk;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	desk_open(&desk, TOKEN_REPLY);
	tc_client *client = rig_client_of(NULL, tc_responder_port(desk.responder));
	for (int i = 0; i < 20; i++)
		assert_ok(reset_token(client, &err), &err);
	assert_int_in_range(tc_responder_connections(desk.responder), 3, 5);
	tc_client_free(client);
	desk_close(&desk);
}

/* The kept connection was closed meanwhile: it arrives all the same, and once. */
static void what_must_not_be_repeated_after_the_idle_limit(void **state)
{
	struct desk desk;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	desk_open(&desk, TOKEN_REPLY);
	tc_client *client = rig_client_of(NULL, tc_responder_port(desk.responder));
	for (size_t i = 1; i <= 3; i++) {
		assert_ok(reset_token(client, &err), &err);
		assert_int_equal(desk.asked, i);
		assert_int_equal(tc_responder_connections(desk.responder), i);
		nanosleep(&(struct timespec){ .tv_sec = 1, .tv_nsec = 300000000 }, NULL);
	}
	tc_client_free(client);
	desk_close(&desk);
}

/* A name with two addresses, and nobody at the first. */
static void a_dead_address_is_passed_over(void **state)
{
	struct desk desk;
	tc_error err = TC_ERROR_INIT;
	struct ending ending = { 0 };

	(void)state;
	if (!tc_rig_resolves())
		skip();
	desk_open(&desk, "{\"alive\":true,\"uptime\":1}");
	int64_t begun = tc_test_now_ms();
	tc_client *client = rig_client_of("dead", tc_responder_port(desk.responder));
	tc_loop *loop = tc_loop_new(NULL, &err);
	for (int i = 0; i < 10; i++)
		assert_ok(tc_queue_ping(client, NULL, &err), &err);
	for (int i = 0; i < 10; i++)
		start_run(loop, tc_queue_ping_call(client, &err), &ending);
	assert_ok(tc_loop_run(loop, &err), &err);
	assert_string_equal(ending.text, "");
	assert_int_equal(ending.succeeded, 10);
	assert_true(tc_test_now_ms() - begun < 3000);
	tc_loop_free(loop);
	tc_client_free(client);
	desk_close(&desk);
}

/* ---- a Taskcluster ---- */

struct deployment {
	struct tc_test_server *server;
	tc_credentials *credentials;
};

static int set_up(void **state)
{
	static struct deployment deployment;
	tc_error err = TC_ERROR_INIT;

	deployment.server = tc_test_server_start("--faults", NULL);
	deployment.credentials = tc_credentials_new(
		deployment.server->client_id, deployment.server->access_token, NULL, &err);
	assert_non_null(deployment.credentials);
	*state = &deployment;
	return 0;
}

static int tear_down(void **state)
{
	struct deployment *deployment = *state;

	tc_credentials_free(deployment->credentials);
	tc_test_server_stop(deployment->server);
	return 0;
}

static struct tc_options options_of(const struct deployment *deployment)
{
	struct tc_options options = rig_options(deployment->server->root_url);

	options.credentials = deployment->credentials;
	return options;
}

/* The host is signed as the server sees it, and a signature fits each connection. */
static void signed_calls(void **state)
{
	const struct deployment *deployment = *state;
	struct tc_options options = options_of(deployment);
	tc_error err = TC_ERROR_INIT;

	assert_has(deployment->server->root_url, ".rig.test:");
	tc_client *client = rig_client(&options);
	for (int i = 0; i < 10; i++) {
		struct tc_auth_scopeset *reply = NULL;
		assert_ok(tc_auth_current_scopes(client, &reply, &err), &err);
		assert_int_equal(reply->scopes_count, 1);
		assert_string_equal(reply->scopes[0], "*");
		tc_release(reply);
	}
	tc_client_free(client);
}

/* Nothing but the environment, and the authority in the system's store. */
static void a_client_of_the_environment(void **state)
{
	const struct deployment *deployment = *state;
	tc_error err = TC_ERROR_INIT;

	setenv("TASKCLUSTER_ROOT_URL", deployment->server->root_url, 1);
	setenv("TASKCLUSTER_CLIENT_ID", deployment->server->client_id, 1);
	setenv("TASKCLUSTER_ACCESS_TOKEN", deployment->server->access_token, 1);
	tc_client *client = rig_client(NULL);
	assert_ok(tc_auth_current_scopes(client, NULL, &err), &err);
	tc_client_free(client);
	unsetenv("TASKCLUSTER_ROOT_URL");
	unsetenv("TASKCLUSTER_CLIENT_ID");
	unsetenv("TASKCLUSTER_ACCESS_TOKEN");
}

/* A text of a million characters that compresses well, as JSON; for tc_release. */
static const tc_json *long_secret(void)
{
	static const size_t length = 1000000;
	tc_json_builder *builder = tc_json_builder_new();
	const tc_json *json = NULL;
	char *text = malloc(length);

	assert_non_null(text);
	for (size_t i = 0; i < length; i++)
		text[i] = (char)('a' + i % 26);
	tc_json_add_object(builder);
	tc_json_add_name(builder, "text");
	tc_json_add_string_n(builder, text, length);
	tc_json_end(builder);
	assert_int_equal(tc_json_build(builder, &json, NULL), TC_OK);
	free(text);
	return json;
}

static void store_secret(tc_client *client, const tc_json *value)
{
	char expires[TC_DATE_SIZE];
	tc_error err = TC_ERROR_INIT;
	struct tc_secrets_secret secret = { .expires = expires, .secret = value };

	assert_ok(tc_from_now("1 hour", NULL, expires, &err), &err);
	assert_ok(tc_secrets_set(client, "long", &secret, NULL, &err), &err);
}

/* A megabyte there, and back by gzip, on connections that are retired in between. */
static void long_bodies_there_and_back(void **state)
{
	struct tc_options options = options_of(*state);
	tc_error err = TC_ERROR_INIT;
	tc_client *client = rig_client(&options);
	const tc_json *value = long_secret();

	for (int i = 0; i < 9; i++) {
		tc_response *response = NULL;
		store_secret(client, value);
		tc_call *call = tc_secrets_get_call(client, "long", &err);
		assert_ok(tc_call_perform(call, &response, &err), &err);
		assert_string_equal(tc_response_header(response, "content-encoding"), "gzip");
		const tc_json *json = tc_response_json(response, &err);
		assert_true(tc_json_equal(tc_json_get(json, "secret"), value));
		tc_release(response);
		tc_call_free(call);
	}
	tc_release(value);
	tc_client_free(client);
}

/* The server signed what it sent, before somebody compressed it. */
static void verified_replies(void **state)
{
	struct tc_options options = options_of(*state);
	tc_error err = TC_ERROR_INIT;
	const tc_json *value = long_secret();
	tc_client *author = rig_client(&options);

	store_secret(author, value);
	options.verify_replies = true;
	tc_client *client = rig_client(&options);
	for (int i = 0; i < 10; i++) {
		tc_call *call = tc_secrets_get_call(client, "long", &err);
		assert_ok(tc_call_header(call, "x-sandbox-fault", "sign-reply", &err), &err);
		assert_ok(tc_call_perform(call, NULL, &err), &err);
		tc_call_free(call);
	}
	tc_release(value);
	tc_client_free(author);
	tc_client_free(client);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(more_calls_than_a_connection_serves),
		cmocka_unit_test(what_must_not_be_repeated_is_sent_once),
		cmocka_unit_test(what_must_not_be_repeated_shares_connections),
		cmocka_unit_test(what_must_not_be_repeated_after_the_idle_limit),
		cmocka_unit_test(a_dead_address_is_passed_over),
		cmocka_unit_test(signed_calls),
		cmocka_unit_test(a_client_of_the_environment),
		cmocka_unit_test(long_bodies_there_and_back),
		cmocka_unit_test(verified_replies),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
