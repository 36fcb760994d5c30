/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A synchronous signed call over a kept connection, beside a bare libcurl easy call to the same
 * server with the same Authorization and body, prepared beforehand.
 */
#include "tests/harness/test.h"

#include "tests/bench/bare_call.h"
#include "tests/bench/measure.h"
#include "tests/harness/fake.h"
#include "tests/harness/server.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/auth.h>
#include <taskcluster/queue.h>

#define BODY "{\"scopes\":[\"assume:worker\",\"queue:create-task:*\"]}"
#define CALLS 300
#define LIMIT 1.15
#define SERVER_MIN 8000.0 /* bare calls a second, below which the figure says nothing */

struct sides {
	tc_call *call;
	struct bare_call *bare;
};

static void run_ours(void *data)
{
	const struct sides *sides = data;
	tc_error err = TC_ERROR_INIT;

	for (int i = 0; i < CALLS; i++) {
		tc_response *response = NULL;
		if (tc_call_perform(sides->call, &response, &err) != TC_OK)
			fail_msg("%s", tc_error_text(&err));
		tc_release(response);
	}
}

static void run_bare(void *data)
{
	const struct sides *sides = data;

	for (int i = 0; i < CALLS; i++)
		bare_call_perform(sides->bare);
}

/* What a call of ours sends as Authorization, seen by a transport that sends nothing. */
static char *authorization_of(tc_client *client, tc_call *call)
{
	static const struct tc_fake_reply reply = { .head = "HTTP/1.1 200 OK\n\n", .body = "{}" };
	struct tc_fake fake;
	tc_error err = TC_ERROR_INIT;

	tc_fake_init(&fake, &reply, 1);
	tc__client_set_transport(client, &fake.transport);
	assert_ok(tc_call_perform(call, NULL, &err), &err);
	const char *value = tc_fake_header(&fake, 0, "Authorization");
	assert_non_null(value);
	char *line = malloc(strlen(value) + 32);
	sprintf(line, "Authorization: %s", value);
	tc__client_set_transport(client, NULL);
	return line;
}

static bool measure(const char *label, tc_client *client, tc_call *call, const char *body)
{
	char *authorization = authorization_of(client, call);
	struct sides sides = { call, bare_call_new(tc_call_url(call), authorization, body) };
	const struct measure_side ours = { "ours", run_ours, &sides };
	const struct measure_side bare = { "bare", run_bare, &sides };
	struct measure_result result = measure_pair(&ours, &bare, CALLS);
	bool ok = measure_print(label, &result, LIMIT, false);
	double rate = 1e9 / result.bare_ns;

	if (rate < SERVER_MIN)
		printf("%-28s INVALID: the server made only %.0f bare calls a second\n", label,
			rate);
	bare_call_free(sides.bare);
	free(authorization);
	return ok;
}

static tc_client *open_client(const struct tc_test_server *server)
{
	struct tc_options options = TC_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;

	options.root_url = server->root_url;
	options.credentials =
		tc_credentials_new(server->client_id, server->access_token, NULL, &err);
	tc_client *client = tc_client_new(&options, &err);
	if (!client)
		fail_msg("%s", tc_error_text(&err));
	tc_credentials_free((tc_credentials *)(uintptr_t)options.credentials);
	return client;
}

int main(void)
{
	struct tc_test_server *server = tc_test_server_start(NULL, NULL);
	tc_client *client = open_client(server);
	tc_error err = TC_ERROR_INIT;
	tc_call *get = tc_queue_ping_call(client, &err);
	tc_call *post = tc_auth_expand_scopes_call(client, &err);
	assert_ok(tc_call_body_bytes(post, BODY, strlen(BODY), NULL, &err), &err);
	bool ok = measure("call.get", client, get, NULL);
	ok = measure("call.post", client, post, BODY) && ok;

	tc_call_free(get);
	tc_call_free(post);
	tc_client_free(client);
	tc_test_server_stop(server);
	return !ok;
}
