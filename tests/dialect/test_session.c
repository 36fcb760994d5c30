/* SPDX-License-Identifier: MPL-2.0 */
/* When a client logs in by itself, and when not, without a network. */
#include "tests/harness/test.h"

#include "tests/harness/fake.h"
#include <string.h>
#include <taskcluster/buildbot.h>

#define LOGIN \
	{ \
		.head = "HTTP/1.1 302 Found\nSet-Cookie: TWISTED_SESSION=first\n" \
			"Set-Cookie: TWISTED_SESSION=session; HttpOnly\nLocation: /\n\n", \
		.body = "" \
	}
#define STOPPED(id) \
	{ \
		.head = "HTTP/1.1 200 OK\n\n", .body = "{\"id\":" id ",\"result\":null}" \
	}
#define FORBIDDEN \
	{ \
		.head = "HTTP/1.1 403 Forbidden\n\n", \
		.body = "{\"id\":1,\"error\":{\"code\":-32600,\"message\":\"not you\"}}" \
	}
#define BUILDS \
	{ \
		.head = "HTTP/1.1 200 OK\n\n", .body = "{\"builds\":[]}" \
	}

struct world {
	struct tc_fake fake;
	tc_client *client;
	tc_error err;
};

static void begin(struct world *w, const struct tc_fake_reply *replies, size_t count, bool who)
{
	*w = (struct world){ .err = TC_ERROR_INIT };
	tc_fake_init(&w->fake, replies, count);
	struct tc_options options = tc_fake_options(&w->fake);
	tc_credentials *credentials = who ? tc_credentials_password("user", "pass", &w->err) : NULL;
	options.root_url = NULL;
	options.base_url = "https://bb.example.com";
	options.credentials = credentials;
	w->client = tc_fake_client(&w->fake, &options);
	tc_credentials_free(credentials);
}
#define BEGIN(w, who, ...) \
	static const struct tc_fake_reply replies[] = { __VA_ARGS__ }; \
	begin(w, replies, sizeof replies / sizeof *replies, who)

static void end(struct world *w, size_t attempts)
{
	assert_int_equal(w->fake.attempt_count, attempts);
	tc_client_free(w->client);
	tc_fake_clear(&w->fake);
	tc_error_clear(&w->err);
}

static int stop(struct world *w)
{
	const struct tc_buildbot_reason_params why = { .reason = "so" };

	return tc_buildbot_stop_build(w->client, "1", &why, NULL, &w->err);
}

static void is_login(const struct world *w, size_t attempt)
{
	assert_string_equal(w->fake.attempts[attempt].url, "https://bb.example.com/auth/login");
	assert_string_equal(
		tc_fake_header(&w->fake, attempt, "Authorization"), "Basic dXNlcjpwYXNz");
	assert_null(tc_fake_header(&w->fake, attempt, "Cookie"));
}

static void carries_session(const struct world *w, size_t attempt)
{
	assert_string_equal(tc_fake_header(&w->fake, attempt, "Cookie"), "TWISTED_SESSION=session");
	assert_null(tc_fake_header(&w->fake, attempt, "Authorization"));
}

static void test_once(void **state)
{
	struct world w;

	(void)state;
	BEGIN(&w, true, LOGIN, STOPPED("2"), STOPPED("3"));
	w.client->rpc_id = 0;
	/* numbers are not used twice, also not by an attempt that only logs in */
	assert_ok(stop(&w), &w.err);
	assert_ok(stop(&w), &w.err);
	is_login(&w, 0);
	carries_session(&w, 1);
	carries_session(&w, 2);
	end(&w, 3);
}

/* The session ended on the server: one login, and the call once more, though it is never repeated
 * otherwise. */
static void test_expired(void **state)
{
	struct world w;

	(void)state;
	BEGIN(&w, true, LOGIN, STOPPED("2"), FORBIDDEN, LOGIN, STOPPED("5"));
	assert_ok(stop(&w), &w.err);
	w.fake.wall_ms += 61000;
	assert_ok(stop(&w), &w.err);
	is_login(&w, 3);
	carries_session(&w, 4);
	end(&w, 5);
}

/* A session that is young has not ended: the user may not do it. */
static void test_young(void **state)
{
	struct world w;

	(void)state;
	BEGIN(&w, true, LOGIN, FORBIDDEN);
	stop(&w);
	assert_failure(&w.err, TC_ERROR_HTTP, "not you");
	end(&w, 2);
}

static void test_lifetime(void **state)
{
	struct world w;

	(void)state;
	BEGIN(&w, true, LOGIN, STOPPED("2"), LOGIN, STOPPED("4"));
	assert_ok(stop(&w), &w.err);
	w.fake.wall_ms += 604800 * (int64_t)1000;
	assert_ok(stop(&w), &w.err);
	is_login(&w, 2);
	end(&w, 4);
}

/* Reads go without a login, and with the session that is there. */
static void test_reads(void **state)
{
	struct world w;

	(void)state;
	BEGIN(&w, true, BUILDS, LOGIN, STOPPED("3"), BUILDS);
	assert_ok(tc_buildbot_list_builds(w.client, NULL, NULL, &w.err), &w.err);
	assert_null(tc_fake_header(&w.fake, 0, "Authorization"));
	w.client->rpc_id = 1;
	assert_ok(stop(&w), &w.err);
	assert_ok(tc_buildbot_list_builds(w.client, NULL, NULL, &w.err), &w.err);
	carries_session(&w, 3);
	end(&w, 4);
}

static void test_read_refused(void **state)
{
	struct world w;

	(void)state;
	BEGIN(&w, true, FORBIDDEN, LOGIN, BUILDS);
	assert_ok(tc_buildbot_list_builds(w.client, NULL, NULL, &w.err), &w.err);
	is_login(&w, 1);
	carries_session(&w, 2);
	end(&w, 3);
}

static void test_refused(void **state)
{
	struct world w;

	(void)state;
	BEGIN(&w, true, { .head = "HTTP/1.1 401 Unauthorized\n\n", .body = "" });
	stop(&w);
	assert_failure(&w.err, TC_ERROR_CREDENTIALS, "buildbot.stopBuild: buildbot.login: 401");
	end(&w, 1);
}

static void test_no_cookie(void **state)
{
	struct world w;

	(void)state;
	BEGIN(&w, true, { .head = "HTTP/1.1 302 Found\nSet-Cookie: other=1\n\n", .body = "" });
	stop(&w);
	assert_failure(&w.err, TC_ERROR_CREDENTIALS, "set no cookie TWISTED_SESSION");
	end(&w, 1);
}

/* A login harms nobody, so it is repeated, though the call itself is not. */
static void test_login_repeated(void **state)
{
	struct world w;

	(void)state;
	BEGIN(&w, true, { .head = "HTTP/1.1 503 Busy\n\n", .body = "" }, LOGIN,
		{ .head = "HTTP/1.1 503 Busy\n\n", .body = "" });
	stop(&w);
	assert_failure(&w.err, TC_ERROR_HTTP, "buildbot.stopBuild: 503");
	end(&w, 3);
}

/* Other credentials are another user. */
static void test_other_credentials(void **state)
{
	struct world w;

	(void)state;
	BEGIN(&w, true, LOGIN, STOPPED("2"), FORBIDDEN);
	assert_ok(stop(&w), &w.err);
	tc_client_set_credentials(w.client, NULL);
	stop(&w);
	assert_failure(&w.err, TC_ERROR_HTTP, "not you");
	assert_null(tc_fake_header(&w.fake, 2, "Cookie"));
	end(&w, 3);
}

/* ---- what other replies say of it ---- */

#define NOBODY \
	{ \
		.head = "HTTP/1.1 200 OK\nSet-Cookie: TWISTED_SESSION=nobody\n\n", \
		.body = "{\"builds\":[]}" \
	}

/* While the first call is under way, another logs in and does something. */
static void stop_meanwhile(struct tc_fake *fake)
{
	struct world *w = fake->data;

	fake->during = NULL;
	w->client->pool.busy = false; /* as on a loop, where several of a client's are under way */
	assert_ok(stop(w), &w->err);
}

/* Everybody who comes without a session is given one. The one of a call that was sent before our
 * login, and is answered after it, is not ours. */
static void test_session_of_nobody(void **state)
{
	struct world w;

	(void)state;
	BEGIN(&w, true, NOBODY, LOGIN, STOPPED("2"), STOPPED("3"));
	w.client->rpc_id = 0;
	w.fake.during = stop_meanwhile;
	w.fake.data = &w;
	assert_ok(tc_buildbot_list_builds(w.client, NULL, NULL, &w.err), &w.err);
	assert_ok(stop(&w), &w.err);
	carries_session(&w, 3);
	end(&w, 4);
}

/* Who is given another session in the reply to a call that carried ours has none any more, however
 * young it is. */
static void test_session_lost(void **state)
{
	struct world w;

	(void)state;
	BEGIN(&w, true, LOGIN, STOPPED("2"), NOBODY, LOGIN, STOPPED("4"));
	assert_ok(stop(&w), &w.err);
	assert_ok(tc_buildbot_list_builds(w.client, NULL, NULL, &w.err), &w.err);
	assert_ok(stop(&w), &w.err);
	is_login(&w, 3);
	carries_session(&w, 4);
	end(&w, 5);
}

/* Two calls find that the session has ended; the one that is told later takes what the other has
 * got, and does not call itself forbidden. */
static void test_ended_for_two(void **state)
{
	struct world w;

	(void)state;
	BEGIN(&w, true, LOGIN, STOPPED("2"), FORBIDDEN, FORBIDDEN, LOGIN, STOPPED("5"), BUILDS);
	assert_ok(stop(&w), &w.err);
	w.fake.wall_ms += 61000;
	w.fake.during = stop_meanwhile;
	w.fake.data = &w;
	assert_ok(tc_buildbot_list_builds(w.client, NULL, NULL, &w.err), &w.err);
	is_login(&w, 4);
	carries_session(&w, 6);
	end(&w, 7);
}

/* The user may log in, as the client does. */
static void test_own_login(void **state)
{
	struct world w;

	(void)state;
	BEGIN(&w, true, LOGIN, STOPPED("2"));
	assert_ok(tc_buildbot_login(w.client, NULL, &w.err), &w.err);
	is_login(&w, 0);
	w.client->rpc_id = 1;
	assert_ok(stop(&w), &w.err);
	carries_session(&w, 1);
	end(&w, 2);
}

/* What a reply of Taskcluster's carries is not for this server: it sees neither that nor a login.
 */
static void test_credentials_of_a_reply(void **state)
{
	static const struct tc_fake_reply forbidden[] = { FORBIDDEN };
	tc_credentials *credentials = tc_credentials_new("upload", "secret", NULL, NULL);
	struct tc_fake others;
	struct world w;

	(void)state;
	BEGIN(&w, true, LOGIN, STOPPED("2"));
	w.client->options.root_url = "https://tc.example.com";
	w.client->rpc_id = 0;
	assert_ok(stop(&w), &w.err);
	tc_client *mine = w.client;
	w.client = tc_client_as(mine, credentials, &w.err);
	assert_non_null(w.client);
	tc_fake_init(&others, forbidden, 1);
	tc__client_set_transport(w.client, &others.transport);
	assert_int_equal(stop(&w), TC_ERROR_HTTP);
	assert_int_equal(others.attempt_count, 1);
	assert_non_null(strstr(others.attempts[0].url, "https://bb.example.com/"));
	assert_null(tc_fake_header(&others, 0, "Authorization"));
	assert_null(tc_fake_header(&others, 0, "Cookie"));
	tc_client_free(w.client);
	tc_fake_clear(&others);
	tc_credentials_free(credentials);
	w.client = mine;
	is_login(&w, 0);
	end(&w, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_once),
		cmocka_unit_test(test_expired),
		cmocka_unit_test(test_young),
		cmocka_unit_test(test_lifetime),
		cmocka_unit_test(test_reads),
		cmocka_unit_test(test_read_refused),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_no_cookie),
		cmocka_unit_test(test_login_repeated),
		cmocka_unit_test(test_other_credentials),
		cmocka_unit_test(test_session_of_nobody),
		cmocka_unit_test(test_session_lost),
		cmocka_unit_test(test_ended_for_two),
		cmocka_unit_test(test_own_login),
		cmocka_unit_test(test_credentials_of_a_reply),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
