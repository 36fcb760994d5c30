/* SPDX-License-Identifier: MPL-2.0 */
/* What happens to a call while its credentials are replaced or its session ends, and what an
 * attempt leaves for the next one: nothing. */
#include "tests/harness/test.h"

#include "tests/harness/ci.h"
#include "tests/harness/fake.h"
#include "tests/harness/responder.h"
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <taskcluster/loop.h>

/* ---- attempts ---- */

/* Reading a refusal, for what it says of the clock, must not be all that is ever read. */
static void test_json_of_the_last_attempt(void **state)
{
	static const struct tc_fake_reply busy[] = {
		{ .head = "HTTP/1.1 503 Busy\n\n", .body = "{\"detail\":\"busy\"}" },
		{ .head = "HTTP/1.1 200 OK\n\n", .body = "{\"id\":1}" },
	};
	struct tc_fake fake;
	tc_error err = TC_ERROR_INIT;
	const tc_json *json = NULL;
	int64_t id = 0;

	(void)state;
	tc_fake_init(&fake, busy, 2);
	struct tc_options options = tc_fake_options(&fake);
	tc_credentials *credentials = tc_credentials_password("user", "pass", &err);
	options.root_url = NULL;
	options.base_url = "https://ci.example.com";
	options.credentials = credentials;
	tc_client *client = tc_fake_client(&fake, &options);
	tc_credentials_free(credentials);
	tc_call *call = tc_generated_call(client, CI_SIGNED(READ), NULL, NULL, &err);
	assert_ok(tc_call_perform_json(call, &json, &err), &err);
	assert_int_equal(fake.attempt_count, 2);
	assert_true(tc_json_int64(tc_json_get(json, "id"), &id));
	tc_release(json);
	tc_call_free(call);
	tc_client_free(client);
	tc_fake_clear(&fake);
}

/* ---- users ---- */

/* Long enough for something to happen meanwhile, on a busy machine as well. */
#define SLOW_MS 600

enum event { LOGIN, REFUSAL }; /* what is slow, so that something can happen meanwhile */

struct world {
	struct tc_responder *responder;
	enum event slow;
	atomic_int alices_writes; /* with her session, the second of which is refused */
	char headers[2][128];
	char last_cookie[200];
	tc_credentials *alice, *bob;
	tc_client *client;
	tc_loop *loop;
	tc_call *write;
	size_t succeeded;
	char failure[300];
};

static void answer(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply)
{
	struct world *w = data;
	const char *authorization = tc_responder_header(request, "Authorization");
	bool alice = authorization && strcmp(authorization, "Basic YWxpY2U6YQ==") == 0;

	reply->body = "{}";
	reply->body_length = 2;
	if (strstr(request->target, "login")) {
		snprintf(w->headers[alice], sizeof w->headers[alice],
			"Set-Cookie: SID=%s\r\nSet-Cookie: csrftoken=t\r\n",
			alice ? "ALICE" : "BOB");
		reply->headers = w->headers[alice];
		reply->delay_ms = w->slow == LOGIN && alice ? SLOW_MS : 0;
		return;
	}
	const char *cookie = tc_responder_header(request, "Cookie");
	snprintf(w->last_cookie, sizeof w->last_cookie, "%s", cookie ? cookie : "");
	if (!strstr(w->last_cookie, "SID=") && strcmp(request->method, "POST") == 0)
		reply->status = 401;
	if (w->slow == REFUSAL && strstr(w->last_cookie, "ALICE") &&
		!strstr(request->target, "logout") && atomic_fetch_add(&w->alices_writes, 1) == 1) {
		reply->status = 401;
		reply->delay_ms = SLOW_MS;
	}
}

static void on_done(void *data, uint64_t run, tc_response *response, const tc_error *err)
{
	struct world *w = data;

	(void)run;
	w->succeeded += response != NULL;
	snprintf(w->failure, sizeof w->failure, "%s", err ? tc_error_text(err) : "");
	tc_release(response);
}

static void begin(struct world *w, enum event slow)
{
	struct tc_options options = TC_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;

	*w = (struct world){ .slow = slow };
	w->responder = tc_responder_start(answer, w);
	w->alice = tc_credentials_password("alice", "a", &err);
	w->bob = tc_credentials_password("bob", "b", &err);
	options.base_url = tc_responder_url(w->responder);
	options.credentials = w->alice;
	options.retry_delay_ms = 5;
	w->client = tc_client_new(&options, &err);
	w->loop = tc_loop_new(NULL, &err);
	w->write = tc_generated_call(w->client, CI(WRITE), NULL, NULL, &err);
	assert_ok(err.code, &err);
}

/* One that goes on while `meanwhile` happens, if anything. */
static void write_while(struct world *w, void (*meanwhile)(struct world *w))
{
	tc_error err = TC_ERROR_INIT;

	w->succeeded = 0;
	assert_ok(tc_loop_start(w->loop, w->write, on_done, w, NULL, &err), &err);
	for (int i = 0; meanwhile && i < 8; i++)
		assert_ok(tc_loop_poll(w->loop, 10, &err), &err);
	if (meanwhile)
		meanwhile(w);
	assert_ok(tc_loop_run(w->loop, &err), &err);
	if (!w->succeeded)
		fail_msg("%s", w->failure);
}

static void end(struct world *w)
{
	tc_call_free(w->write);
	tc_loop_free(w->loop);
	tc_client_free(w->client);
	tc_credentials_free(w->alice);
	tc_credentials_free(w->bob);
	tc_responder_stop(w->responder);
}

static void become_bob(struct world *w)
{
	tc_client_set_credentials(w->client, w->bob);
}

static void log_out(struct world *w)
{
	tc_error err = TC_ERROR_INIT;
	tc_call *call = tc_generated_call(w->client, CI(LOGOUT), NULL, NULL, &err);

	assert_ok(tc_call_perform(call, NULL, &err), &err);
	tc_call_free(call);
}

/* Whose login was under way when the user changed does not stay logged in. */
static void test_another_user_during_a_login(void **state)
{
	struct world w;

	(void)state;
	begin(&w, LOGIN);
	write_while(&w, become_bob);
	assert_non_null(strstr(w.last_cookie, "SID=BOB"));
	write_while(&w, NULL);
	assert_non_null(strstr(w.last_cookie, "SID=BOB"));
	end(&w);
}

/* A session that was ended here while a call with it was refused: the call logs in anew. */
static void test_session_ended_meanwhile(void **state)
{
	struct world w;

	(void)state;
	begin(&w, REFUSAL);
	write_while(&w, NULL);
	assert_non_null(strstr(w.last_cookie, "SID=ALICE"));
	write_while(&w, become_bob);
	assert_non_null(strstr(w.last_cookie, "SID=BOB"));
	end(&w);

	begin(&w, REFUSAL);
	write_while(&w, NULL);
	write_while(&w, log_out);
	assert_non_null(strstr(w.last_cookie, "SID=ALICE"));
	end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_json_of_the_last_attempt),
		cmocka_unit_test(test_another_user_during_a_login),
		cmocka_unit_test(test_session_ended_meanwhile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
