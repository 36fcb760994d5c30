/* SPDX-License-Identifier: MPL-2.0 */
/* What is sent how often, counted by a server that breaks off, and which pages are asked for. */
#include "tests/harness/test.h"

#include "tests/harness/ci.h"
#include "tests/harness/responder.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <taskcluster/loop.h>
#include <taskcluster/pages.h>
#include <unistd.h>

#define ATTEMPTS 3
#define THINGS_MAX 16

enum mood { ANSWERS, BREAKS_OFF, CUTS, BUSY, LIMITS, REFUSES };

struct server {
	struct tc_responder *responder;
	enum mood mood;
	size_t requests, with_same_id;
	int64_t last_id;
	char authorization[200];
	/* of the list by key: newest first */
	int64_t keys[THINGS_MAX];
	int count;
	int asked[32]; /* the counts of all requests */
	char text[4096];
};

/* ---- the server ---- */

static int64_t number(const char *target, const char *key, int64_t otherwise)
{
	const char *at = strstr(target, key);

	return at ? strtoll(at + strlen(key), NULL, 10) : otherwise;
}

static void give_things(struct server *s, const char *target, struct tc_responder_reply *reply)
{
	int64_t count = number(target, "count=", 0), before = number(target, "at=", INT64_MAX);
	int64_t given = 0;
	char *at = s->text;

	s->asked[(s->requests - 1) % 32] = (int)count;
	at += sprintf(at, "{\"things\":[");
	for (int i = 0; i < s->count && given < count; i++)
		if (s->keys[i] < before)
			at += sprintf(at, "%s{\"n\":%d,\"id\":\"i%d\"}", given++ ? "," : "",
				(int)s->keys[i], i);
	at += sprintf(at, "]}");
	reply->body = s->text;
	reply->body_length = (size_t)(at - s->text);
}

static void handle(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply)
{
	static const char text[] = "{\"id\":1,\"error\":{\"code\":-1,\"message\":\"no\"}}";
	struct server *s = data;
	const char *id = strstr(request->body, "\"id\":");
	const char *authorization = tc_responder_header(request, "authorization");

	s->requests++;
	snprintf(s->authorization, sizeof s->authorization, "%s",
		authorization ? authorization : "");
	if (id) {
		int64_t number = strtoll(id + 5, NULL, 10);
		s->with_same_id += number == s->last_id;
		s->last_id = number;
	}
	reply->body = text;
	reply->body_length = sizeof text - 1;
	if (strstr(request->target, "/things?"))
		give_things(s, request->target, reply);
	else if (s->mood == BREAKS_OFF)
		reply->close = true;
	else if (s->mood == CUTS)
		reply->cut = 5;
	else if (s->mood == BUSY)
		reply->status = 503;
	else if (s->mood == LIMITS)
		reply->status = 429;
	else if (s->mood == REFUSES)
		reply->status = 500;
}

static tc_client *client_of(const char *url, tc_error *err)
{
	tc_credentials *credentials = tc_credentials_new("me", "secret", NULL, err);
	struct tc_options options = TC_OPTIONS_INIT;

	options.base_url = url;
	options.credentials = credentials;
	options.attempts = ATTEMPTS;
	options.retry_delay_ms = 1;
	tc_client *client = tc_client_new(&options, err);
	assert_non_null(client);
	tc_credentials_free(credentials);
	return client;
}

static int perform(tc_client *client, const struct tc_operation *operation, tc_error *err)
{
	const tc_json *params = NULL;
	tc_call *call = tc_generated_call(client, operation, NULL, NULL, err);

	assert_non_null(call);
	if (operation->has_input) {
		assert_ok(tc_json_parse("{}", 2, &params, err), err);
		assert_ok(tc_call_body_json(call, params, err), err);
		tc_release(params);
	}
	int rc = tc_call_perform(call, NULL, err);
	tc_call_free(call);
	return rc;
}

/* ---- how often ---- */

static size_t sent(struct server *s, const struct tc_operation *operation, enum mood mood)
{
	tc_error err = TC_ERROR_INIT;
	tc_client *client = client_of(tc_responder_url(s->responder), &err);

	s->mood = mood;
	s->requests = 0;
	assert_int_not_equal(perform(client, operation, &err), TC_OK);
	tc_error_clear(&err);
	tc_client_free(client);
	return s->requests;
}

static void test_retry_classes(void **state)
{
	static const enum mood moods[] = { BREAKS_OFF, CUTS, BUSY, REFUSES };
	struct server *s = *state;

	for (size_t i = 0; i < sizeof moods / sizeof *moods; i++) {
		assert_int_equal(sent(s, CI_SIGNED(ONCE), moods[i]), 1);
		assert_int_equal(sent(s, CI_SIGNED(UNSENT), moods[i]), 1);
		assert_int_equal(sent(s, CI(STOP), moods[i]), 1);
		assert_int_equal(sent(s, CI_SIGNED(WRITE), moods[i]), ATTEMPTS);
	}
	assert_int_equal(sent(s, CI_SIGNED(ONCE), LIMITS), 1);
	assert_int_equal(sent(s, CI_SIGNED(UNSENT), LIMITS), ATTEMPTS);
	assert_int_equal(sent(s, CI(STOP), LIMITS), ATTEMPTS);
}

static void on_done(void *data, uint64_t run, tc_response *response, const tc_error *err)
{
	(void)run;
	tc_release(response);
	*(int *)data = err ? err->code : TC_OK;
}

/* A kept connection that breaks is where transports like to send again by themselves. */
static void test_a_procedure_is_called_once(void **state)
{
	struct server *s = *state;
	tc_error err = TC_ERROR_INIT;
	tc_client *client = client_of(tc_responder_url(s->responder), &err);
	tc_loop *loop = tc_loop_new(NULL, &err);
	uint64_t run;
	int code = TC_OK;

	s->mood = ANSWERS;
	for (int i = 0; i < 3; i++) { /* keeps the connection */
		perform(client, CI(READ), &err);
		tc_error_clear(&err);
	}
	s->mood = BREAKS_OFF;
	s->requests = 0;
	assert_int_equal(perform(client, CI(STOP), &err), TC_ERROR_NETWORK);
	tc_error_clear(&err);
	assert_int_equal(s->requests, 1);
	tc_call *call = tc_generated_call(client, CI(STOP), NULL, NULL, &err);
	assert_ok(tc_call_body_bytes(call, "{}", 2, NULL, &err), &err);
	assert_ok(tc_loop_start(loop, call, on_done, &code, &run, &err), &err);
	assert_ok(tc_loop_run(loop, &err), &err);
	assert_int_equal(code, TC_ERROR_NETWORK);
	assert_int_equal(s->requests, 2);
	assert_int_equal(s->with_same_id, 0);
	tc_call_free(call);
	tc_loop_free(loop);
	tc_client_free(client);
}

static void on_log(void *data, enum tc_log_level level, const char *line)
{
	*(int *)data += level == TC_LOG_INFO && strstr(line, "no reply from");
}

/* Nothing listens there. */
static int attempts_without_server(const struct tc_operation *operation)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	struct tc_options options = TC_OPTIONS_INIT;
	socklen_t size = sizeof address;
	tc_error err = TC_ERROR_INIT;
	int attempts = 0;
	char url[64];

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	int fd = socket(AF_INET, SOCK_STREAM, 0); /* bound, so that nobody else can listen */
	assert_true(fd >= 0 && bind(fd, (struct sockaddr *)&address, size) == 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
	snprintf(url, sizeof url, "http://127.0.0.1:%d", ntohs(address.sin_port));
	options.base_url = url;
	options.attempts = ATTEMPTS;
	options.retry_delay_ms = 1;
	options.log = on_log;
	options.log_data = &attempts;
	tc_client *client = tc_client_new(&options, &err);
	assert_int_equal(perform(client, operation, &err), TC_ERROR_NETWORK);
	tc_error_clear(&err);
	tc_client_free(client);
	close(fd);
	return attempts;
}

/* What was not sent was not begun: only what is never repeated is not tried again. */
static void test_unsent(void **state)
{
	(void)state;
	assert_int_equal(attempts_without_server(CI_SIGNED(ONCE)), 1);
	assert_int_equal(attempts_without_server(CI_SIGNED(UNSENT)), ATTEMPTS);
	assert_int_equal(attempts_without_server(CI(STOP)), ATTEMPTS);
}

/* ---- lists by key ---- */

/* Seconds of so many things each, newest first. */
static void fill(struct server *s, int count, int a_second)
{
	s->count = count;
	for (int i = 0; i < count; i++)
		s->keys[i] = 100 - i / a_second;
}

static int read_things(struct server *s, tc_client *client, int64_t item_max)
{
	struct tc_pages_options options = TC_PAGES_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;
	const tc_json *item;
	char expected[16];
	int count = 0;

	s->requests = 0;
	options.item_max = item_max;
	tc_call *call = tc_generated_call(client, CI(BY_KEY), NULL, NULL, &err);
	tc_items *items = tc_items_new(call, &options, &err);
	assert_non_null(items);
	while (tc_items_next(items, &item, &err) == TC_OK && item) {
		snprintf(expected, sizeof expected, "i%d", count++);
		assert_string_equal(tc_json_text(tc_json_get(item, "id")), expected);
	}
	assert_ok(err.code, &err);
	tc_items_free(items);
	tc_call_free(call);
	return count;
}

/* Whatever is in the list and however much of it is wanted: it comes, in its order, each once, and
 * no request is for nothing. A page has 3; one second fills at most 2 of it. */
static void test_lists_by_key(void **state)
{
	struct server *s = *state;
	tc_error err = TC_ERROR_INIT;
	tc_client *client = client_of(tc_responder_url(s->responder), &err);

	s->mood = ANSWERS;
	for (int in_all = 0; in_all <= 9; in_all++) {
		for (int wanted = 0; wanted <= in_all + 1; wanted++) {
			for (int a_second = 1; a_second <= 2; a_second++) {
				fill(s, in_all, a_second);
				int expected = wanted && wanted < in_all ? wanted : in_all;
				assert_int_equal(read_things(s, client, wanted), expected);
				assert_true(s->requests <= (size_t)in_all / 2 + 1);
				for (size_t i = 0; i < s->requests; i++)
					assert_int_in_range(s->asked[i], 1, 3);
			}
		}
	}
	tc_client_free(client);
}

/* The first page has all that is wanted, so that there is no second. */
static void test_no_request_beyond(void **state)
{
	struct server *s = *state;
	tc_error err = TC_ERROR_INIT;
	tc_client *client = client_of(tc_responder_url(s->responder), &err);

	s->mood = ANSWERS;
	fill(s, 9, 1);
	assert_int_equal(read_things(s, client, 3), 3);
	assert_int_equal(s->requests, 1);
	assert_int_equal(read_things(s, client, 2), 2);
	assert_int_equal(s->requests, 1);
	assert_int_equal(s->asked[0], 2);
	/* one that is missing, and one that comes again */
	assert_int_equal(read_things(s, client, 4), 4);
	assert_int_equal(s->requests, 2);
	assert_int_equal(s->asked[1], 2);
	/* an exact multiple: the last page is as full as one can be that brings one again */
	fill(s, 5, 1);
	assert_int_equal(read_things(s, client, 0), 5);
	assert_int_equal(s->requests, 3);
	tc_client_free(client);
}

/* ---- the world ---- */

static int setup(void **state)
{
	struct server *s = calloc(1, sizeof *s);

	s->responder = tc_responder_start(handle, s);
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	struct server *s = *state;

	tc_responder_stop(s->responder);
	free(s);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_retry_classes),
		TEST(test_a_procedure_is_called_once),
		cmocka_unit_test(test_unsent),
		TEST(test_lists_by_key),
		TEST(test_no_request_beyond),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
