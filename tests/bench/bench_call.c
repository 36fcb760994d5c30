/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Synchronous signed calls over a kept connection, one after the other, beside libcurl's easy
 * interface with the same header lines and body, prepared beforehand: a GET and a POST at the
 * sandbox, and a GET with a typed reply at a small responder.
 */
#include "tests/harness/test.h"

#include "tests/bench/bare_call.h"
#include "tests/bench/measure.h"
#include "tests/bench/status.h"
#include "tests/harness/fake.h"
#include "tests/harness/server.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/auth.h>
#include <taskcluster/queue.h>

#define BODY "{\"scopes\":[\"assume:worker\",\"queue:create-task:*\"]}"
#define CALLS 300
#define INSTRUCTIONS_MAX 1.45

/* System calls: a look more or less, by whether the reply was there already at the last one. */
#define CALLS_MAX 1.20

struct sides {
	tc_client *client;
	tc_call *call;
	struct bare_call *bare;
	bool typed;
	int count;
};

static void run_ours(void *data)
{
	const struct sides *sides = data;
	tc_error err = TC_ERROR_INIT;

	for (int i = 0; i < sides->count; i++) {
		tc_response *response = NULL;
		if (tc_call_perform(sides->call, &response, &err) != TC_OK)
			fail_msg("%s", tc_error_text(&err));
		if (sides->typed)
			status_take(response);
		tc_release(response);
	}
}

static void run_bare(void *data)
{
	const struct sides *sides = data;

	for (int i = 0; i < sides->count; i++)
		bare_call_perform(sides->bare);
}

/* The header lines of a call of ours, seen by a transport that sends nothing. */
static struct bare_call *bare_of(tc_client *client, tc_call *call, const char *body)
{
	static const struct tc_fake_reply reply = { .head = "HTTP/1.1 200 OK\n\n", .body = "{}" };
	struct tc_fake fake;
	tc_error err = TC_ERROR_INIT;

	tc_fake_init(&fake, &reply, 1);
	tc__client_set_transport(client, &fake.transport);
	assert_ok(tc_call_perform(call, NULL, &err), &err);
	tc__client_set_transport(client, NULL);
	struct bare_call *bare = bare_call_new(tc_call_url(call), fake.attempts[0].lines, body);
	tc_fake_clear(&fake);
	return bare;
}

/* `work`: get or post at a sandbox, or typed at a responder. */
static struct sides open_sides(const char *work, const char *root_url, int count)
{
	bool typed = strcmp(work, "typed") == 0, posts = strcmp(work, "post") == 0;
	tc_error err = TC_ERROR_INIT;
	struct sides sides = { .typed = typed, .count = count };

	sides.client = typed ? status_client(root_url) : tc_test_client(root_url);
	sides.call = typed ? status_call(sides.client)
		: posts    ? tc_auth_expand_scopes_call(sides.client, &err)
			   : tc_queue_ping_call(sides.client, &err);
	if (posts)
		assert_ok(tc_call_body_bytes(sides.call, BODY, strlen(BODY), NULL, &err), &err);
	sides.bare = bare_of(sides.client, sides.call, posts ? BODY : NULL);
	return sides;
}

static void close_sides(struct sides *sides)
{
	bare_call_free(sides->bare);
	tc_call_free(sides->call);
	tc_client_free(sides->client);
}

/* In a process of its own: so many calls, or those whose instructions are counted. */
static int run_side(char **argv)
{
	struct sides sides = open_sides(argv[2], argv[3], argv[4] ? atoi(argv[4]) : CALLS);
	struct measure_side side = { argv[1], strcmp(argv[1], "ours") == 0 ? run_ours : run_bare,
		&sides };

	side.run(side.data);
	if (!argv[4])
		measure_counted(&side);
	close_sides(&sides);
	return 0;
}

static bool measure(const char *program, const char *work, const char *root_url)
{
	struct sides sides = open_sides(work, root_url, CALLS);
	const struct measure_side ours = { "ours", run_ours, &sides };
	const struct measure_side bare = { "bare", run_bare, &sides };
	char label[32], our_arguments[256], bare_arguments[256];

	snprintf(label, sizeof label, "call.%s", work);
	snprintf(our_arguments, sizeof our_arguments, "ours %s %s", work, root_url);
	snprintf(bare_arguments, sizeof bare_arguments, "bare %s %s", work, root_url);
	struct measure_result result = measure_pair(&ours, &bare, CALLS);
	measure_print(label, &result, 0);
	close_sides(&sides);
	bool ok = measure_sides(
		label, program, our_arguments, bare_arguments, CALLS, INSTRUCTIONS_MAX);
	return measure_calls(label, program, our_arguments, bare_arguments, CALLS, CALLS_MAX) && ok;
}

int main(int argc, char **argv)
{
	if (argc > 3)
		return run_side(argv);
	struct tc_test_server *server = tc_test_server_start(NULL, NULL);
	struct tc_responder *responder = tc_responder_fork(status_answer, NULL);
	bool ok = measure(argv[0], "typed", tc_responder_url(responder));

	ok = measure(argv[0], "get", server->root_url) && ok;
	ok = measure(argv[0], "post", server->root_url) && ok;
	tc_responder_stop(responder);
	tc_test_server_stop(server);
	return !ok;
}
