/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The secrets of a session (password, its Basic form, cookies, headers of a login, keys of a query
 * that are secrets) are nowhere in the process's memory once they have done their work, and never
 * in logs, not even at debug level, nor in errors. The transport here keeps nothing: what curl
 * leaves in its own buffers is not the library's to wipe.
 */
#include "tests/harness/test.h"

#include "runtime/src/call/client.h"
#include "runtime/src/http/transport.h"
#include "tests/harness/ci.h"
#include "tests/harness/needle.h"
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/query.h>
#include <taskcluster/queue.h>

#define LENGTH 30 /* of a needle; "me:" and 30 bytes are 44 of Base64 */

struct world {
	struct tc__transport transport;
	struct tc_needle password, basic;
	struct tc_needle cookie, next_cookie, csrf;
	struct tc_needle header, key;
	bool renews;  /* the server sets the next cookie with each reply */
	bool tells;   /* it tells a URL of storage that is signed by `key` */
	int status;   /* of what is no login */
	size_t lines; /* of the log */
	bool redacted;
	tc_client *client;
	tc_error err;
};

/* ---- a server that keeps nothing ---- */

static void line(struct tc__reply *reply, const char *text)
{
	assert_int_equal(tc__reply_line(reply, text, strlen(text)), TC_OK);
}

static void set_cookie(struct tc__reply *reply, const char *name, const struct tc_needle *needle)
{
	char text[200], value[sizeof needle->masked + 1];

	tc_needle_text(needle, value);
	snprintf(text, sizeof text, "Set-Cookie: %s=%s; HttpOnly\r\n", name, value);
	line(reply, text);
	sodium_memzero(text, sizeof text);
	sodium_memzero(value, sizeof value);
}

static void tell_storage(struct tc__reply *reply, const struct tc_needle *needle)
{
	char text[500], value[sizeof needle->masked + 1];

	tc_needle_text(needle, value);
	snprintf(text, sizeof text,
		"Location: https://me:%s@storage/x?X-Amz-Signature=%s&X-Amz-Date=1\r\n", value,
		value);
	line(reply, text);
	line(reply, "Content-Type: application/json\r\n");
}

static void tell_message(struct tc__reply *reply, const struct tc_needle *needle)
{
	char text[500], value[sizeof needle->masked + 1];

	tc_needle_text(needle, value);
	int length = snprintf(text, sizeof text,
		"{\"error\":\"go to https://storage/x?sig=%s or http://me:%s@storage/\"}", value,
		value);
	tc__reply_body(reply, text, (size_t)length);
}

static int deliver(struct tc__transport *transport, struct tc__delivery *delivery, tc_error *err)
{
	struct world *w = (struct world *)transport;
	struct tc__reply *reply = delivery->reply;
	bool login = strstr(delivery->attempt->url, "/login") != NULL;
	char status[32];

	(void)err;
	snprintf(status, sizeof status, "HTTP/1.1 %d X\r\n", login ? 200 : w->status);
	line(reply, status);
	if (login) {
		set_cookie(reply, "SID", &w->cookie);
		set_cookie(reply, "csrftoken", &w->csrf);
	}
	if (!login && w->renews)
		set_cookie(reply, "SID", &w->next_cookie);
	if (w->tells)
		tell_storage(reply, &w->key);
	line(reply, "\r\n");
	if (w->tells)
		tell_message(reply, &w->key);
	else
		tc__reply_body(reply, "{}", 2);
	return TC_OK;
}

static bool wait_for(struct tc__transport *transport, int64_t ms, const tc_cancel *cancel,
	struct tc__awaited *awaited)
{
	(void)transport;
	(void)ms;
	(void)cancel;
	(void)awaited;
	return true;
}

static void end(struct tc__transport *transport)
{
	(void)transport;
}

static const struct tc__transport_kind kind = { deliver, wait_for, end };

/* ---- looking ---- */

static bool contains(const char *text, const struct tc_needle *needle)
{
	char value[sizeof needle->masked + 1];

	tc_needle_text(needle, value);
	bool found = *value && strstr(text, value) != NULL;
	sodium_memzero(value, sizeof value);
	return found;
}

static void is_clean(const struct world *w, const char *text)
{
	const struct tc_needle *const needles[] = { &w->password, &w->basic, &w->cookie,
		&w->next_cookie, &w->csrf, &w->header, &w->key };

	for (size_t i = 0; i < sizeof needles / sizeof *needles; i++)
		if (contains(text, needles[i]))
			fail_msg("secret %zu is in: %s", i, text);
}

static void on_log(void *data, enum tc_log_level level, const char *text)
{
	struct world *w = data;

	(void)level;
	w->lines++;
	w->redacted |= strcmp(text, "> X-Gate: (redacted)") == 0;
	is_clean(w, text);
}

#define NOWHERE(needle) assert_int_equal(tc_needle_count(&(needle)), 0)

/* ---- the world ---- */

static tc_credentials *make_credentials(struct world *w)
{
	char pair[LENGTH + 4] = "me:", basic[100];

	tc_needle_text(&w->password, pair + 3);
	sodium_bin2base64(basic, sizeof basic, (const unsigned char *)pair, strlen(pair),
		sodium_base64_VARIANT_ORIGINAL);
	tc_needle_set(&w->basic, basic);
	tc_credentials *credentials = tc_credentials_password("me", pair + 3, &w->err);
	assert_non_null(credentials);
	sodium_memzero(pair, sizeof pair);
	sodium_memzero(basic, sizeof basic);
	return credentials;
}

static void begin(struct world *w, bool logs, bool who)
{
	struct tc_needle *const needles[] = { &w->password, &w->cookie, &w->next_cookie, &w->csrf,
		&w->header, &w->key };
	struct tc_options options = TC_OPTIONS_INIT;

	*w = (struct world){ .transport = { &kind }, .status = 200, .err = TC_ERROR_INIT };
	for (size_t i = 0; i < sizeof needles / sizeof *needles; i++)
		tc_needle_make(needles[i], LENGTH);
	tc_credentials *credentials = make_credentials(w);
	options.base_url = CI_ROOT;
	options.credentials = who ? credentials : NULL;
	options.attempts = 1;
	options.log = logs ? on_log : NULL;
	options.log_data = w;
	options.log_level = logs ? TC_LOG_DEBUG : 0;
	w->client = tc_client_new(&options, &w->err);
	assert_non_null(w->client);
	tc_credentials_free(credentials);
	tc__client_set_transport(w->client, &w->transport);
}

static int perform(struct world *w, const struct tc_operation *operation)
{
	return tc_generated_perform(w->client, operation, NULL, NULL, NULL, NULL, &w->err);
}

/* Nothing of what is only needed on the way; what is kept is there once. */
static void nothing_is_left_of_a_session(bool logs)
{
	struct world w;

	begin(&w, logs, true);
	assert_ok(perform(&w, CI(WRITE)), &w.err);
	NOWHERE(w.password);
	NOWHERE(w.basic);
	assert_int_equal(tc_needle_count(&w.cookie), 1);
	assert_int_equal(tc_needle_count(&w.csrf), 1);

	w.renews = true;
	assert_ok(perform(&w, CI(WRITE)), &w.err);
	NOWHERE(w.cookie);
	assert_int_equal(tc_needle_count(&w.next_cookie), 1);

	w.renews = false;
	assert_ok(perform(&w, CI(LOGOUT)), &w.err);
	NOWHERE(w.next_cookie);
	NOWHERE(w.csrf);

	assert_ok(perform(&w, CI(WRITE)), &w.err);
	assert_int_equal(tc_needle_count(&w.cookie), 1);
	assert_true(!logs || w.lines > 10);
	tc_client_free(w.client);
	NOWHERE(w.cookie);
	NOWHERE(w.csrf);
	NOWHERE(w.password);
	NOWHERE(w.basic);
}

static void test_a_session_leaves_nothing(void **state)
{
	(void)state;
	if (!tc_needle_can_look())
		skip();
	nothing_is_left_of_a_session(false);
}

static void test_a_session_that_is_logged_leaves_nothing(void **state)
{
	(void)state;
	if (!tc_needle_can_look())
		skip();
	nothing_is_left_of_a_session(true);
}

/* The caller has the reply with its cookies; released it is gone. */
static void test_a_login_of_the_callers(void **state)
{
	tc_response *response = NULL;
	struct world w;

	(void)state;
	if (!tc_needle_can_look())
		skip();
	begin(&w, false, false);
	assert_ok(tc_generated_perform(w.client, CI(LOGIN), NULL, NULL, NULL, &response, &w.err),
		&w.err);
	assert_int_equal(tc_needle_count(&w.cookie), 2);
	assert_true(contains(tc_response_header(response, "set-cookie"), &w.csrf));
	tc_release(response);
	assert_int_equal(tc_needle_count(&w.cookie), 1);
	tc_client_free(w.client);
	NOWHERE(w.cookie);
	NOWHERE(w.csrf);
}

/* Other credentials are another user's. */
static void test_other_credentials_end_it(void **state)
{
	struct world w;

	(void)state;
	if (!tc_needle_can_look())
		skip();
	begin(&w, false, true);
	assert_ok(perform(&w, CI(WRITE)), &w.err);
	tc_client_set_credentials(w.client, NULL);
	NOWHERE(w.cookie);
	NOWHERE(w.csrf);
	tc_client_free(w.client);
}

/* ---- logs and errors ---- */

static void test_refusals_say_nothing(void **state)
{
	static const int statuses[] = { 400, 401, 403, 500 };
	struct world w;

	(void)state;
	for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
		begin(&w, true, true);
		w.status = statuses[i];
		w.renews = true;
		assert_int_not_equal(perform(&w, CI(WRITE)), TC_OK);
		is_clean(&w, tc_error_text(&w.err));
		assert_true(w.lines > 5);
		tc_error_clear(&w.err);
		tc_client_free(w.client);
	}
}

static int open_door(struct world *w)
{
	char value[LENGTH + 1];
	struct ci_open_query query = { value, "because" };

	tc_needle_text(&w->header, value);
	int rc = tc_generated_perform(w->client, CI(OPEN), NULL, &query, NULL, NULL, &w->err);
	sodium_memzero(value, sizeof value);
	return rc;
}

/* A header that its reference calls a secret is one, whatever its name is. */
static void test_a_secret_header(void **state)
{
	struct world w;

	(void)state;
	begin(&w, true, false);
	assert_ok(open_door(&w), &w.err);
	w.status = 400;
	assert_int_not_equal(open_door(&w), TC_OK);
	is_clean(&w, tc_error_text(&w.err));
	tc_error_clear(&w.err);
	tc_client_free(w.client);
	if (tc_needle_can_look())
		NOWHERE(w.header);
}

static void add_secret(struct world *w, tc_call *call, const struct tc_needle *needle)
{
	char value[LENGTH + 1];

	tc_needle_text(needle, value);
	assert_ok(tc_call_secret_header(call, "X-Gate", value, &w->err), &w->err);
	/* and one that is refused */
	assert_int_equal(tc_call_secret_header(call, "Host", value, &w->err), TC_ERROR_ARGUMENT);
	is_clean(w, tc_error_text(&w->err));
	tc_error_clear(&w->err);
	sodium_memzero(value, sizeof value);
}

/* So is one that the caller calls so; with the call it is gone. */
static void test_a_secret_header_of_the_callers(void **state)
{
	struct world w;

	(void)state;
	for (int status = 200; status <= 400; status += 200) {
		begin(&w, true, false);
		w.status = status;
		tc_call *call = tc_generated_call(w.client, CI(FIND), NULL, NULL, &w.err);
		assert_ok(tc_call_header(call, "X-Open", "to everybody", &w.err), &w.err);
		add_secret(&w, call, &w.header);
		assert_true((tc_call_perform(call, NULL, &w.err) == TC_OK) == (status == 200));
		is_clean(&w, tc_error_text(&w.err));
		assert_true(w.lines > 3);
		assert_true(w.redacted);
		tc_error_clear(&w.err);
		if (tc_needle_can_look())
			assert_int_equal(tc_needle_count(&w.header), 1);
		tc_call_free(call);
		if (tc_needle_can_look())
			NOWHERE(w.header);
		tc_client_free(w.client);
	}
}

/* The same for a key of the query. */
static void test_a_secret_key(void **state)
{
	char value[LENGTH + 1];
	struct world w;

	(void)state;
	for (int status = 200; status <= 400; status += 200) {
		begin(&w, true, false);
		w.status = status;
		tc_call *call = tc_generated_call(w.client, CI(FIND), NULL, NULL, &w.err);
		tc_needle_text(&w.key, value);
		assert_ok(tc_call_query(call, "key", NULL, value, &w.err), &w.err);
		tc_call_query(call, "key", NULL, value, &w.err);
		sodium_memzero(value, sizeof value);
		is_clean(&w, tc_error_text(&w.err));
		tc_error_clear(&w.err);
		assert_true((tc_call_perform(call, NULL, &w.err) == TC_OK) == (status == 200));
		is_clean(&w, tc_error_text(&w.err));
		tc_error_clear(&w.err);
		assert_true(w.lines > 0);
		tc_call_free(call);
		tc_client_free(w.client);
		if (tc_needle_can_look())
			NOWHERE(w.key);
	}
}

/* What storage and proxies sign by stands in URLs, in headers and in what a server says. */
static void test_urls_of_storage(void **state)
{
	struct world w;

	(void)state;
	for (int status = 200; status <= 400; status += 100) {
		begin(&w, true, false);
		w.status = status;
		w.tells = true;
		tc_call *call = tc_generated_call(w.client, CI(FIND), NULL, NULL, &w.err);
		(void)tc_call_perform(call, NULL, &w.err);
		is_clean(&w, tc_error_text(&w.err));
		if (status == 400)
			assert_failure(&w.err, TC_ERROR_HTTP,
				"https://storage/x?sig=(redacted) or "
				"http://me:(redacted)@storage/");
		tc_error_clear(&w.err);
		assert_true(w.lines > 3);
		tc_call_free(call);
		tc_client_free(w.client);
	}
}

/* A token with the end of its line, or quotes. */
static void test_a_refused_token(void **state)
{
	static const char *const forms[] = { "%s\r", "\"%s\"", "%s x" };
	struct world w = { .err = TC_ERROR_INIT };
	char token[LENGTH + 10], value[LENGTH + 1];

	(void)state;
	tc_needle_make(&w.password, LENGTH);
	tc_needle_text(&w.password, value);
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(token, sizeof token, forms[i], value);
#pragma GCC diagnostic pop
		assert_null(tc_credentials_new("me", token, NULL, &w.err));
		assert_false(contains(tc_error_text(&w.err), &w.password));
		tc_error_clear(&w.err);
	}
	sodium_memzero(token, sizeof token);
	sodium_memzero(value, sizeof value);
}

/* ---- proxies ---- */

static void proxy_of(
	const struct tc_needle *needle, const char *before, const char *behind, char text[200])
{
	char value[LENGTH + 1];

	tc_needle_text(needle, value);
	snprintf(text, 200, "%s%s%s", before, value, behind);
	sodium_memzero(value, sizeof value);
}

/* Given by an option it is checked when the client is made; else nobody answers there. */
static void test_a_proxys_password(void **state)
{
	static const char *const before[] = { "http://me:", "me:", "https://me:a/", "http://",
		"http://:" };
	static const char *const behind[] = { "@h:bad", "@h:0", "@h:99999", "@:1", "@h x",
		"@127.0.0.1:1" };
	char proxy[200];

	(void)state;
	for (size_t i = 0; i < 30; i++) {
		struct world w = { .err = TC_ERROR_INIT };
		struct tc_options options = TC_OPTIONS_INIT;

		tc_needle_make(&w.password, LENGTH);
		proxy_of(&w.password, before[i / 6], behind[i % 6], proxy);
		options.root_url = "http://tc.invalid";
		options.http_proxy = proxy;
		options.attempts = 1;
		options.log = on_log;
		options.log_data = &w;
		options.log_level = TC_LOG_DEBUG;
		w.client = tc_client_new(&options, &w.err);
		assert_true(w.client || w.err.code == TC_ERROR_ARGUMENT);
		if (w.client)
			assert_int_equal(tc_queue_ping(w.client, NULL, &w.err), TC_ERROR_NETWORK);
		is_clean(&w, tc_error_text(&w.err));
		tc_error_clear(&w.err);
		tc_client_free(w.client);
	}
}

/* libcurl reads the environment itself, and repeats what it cannot read. */
static void test_a_proxys_password_in_the_environment(void **state)
{
	static const char *const before[] = { "http://me:", "me:", "none://me:", "http://me:a/",
		"http://" };
	static const char *const behind[] = { "@h:bad", "@127.0.0.1:1", "@:1" };
	char proxy[200];

	(void)state;
	assert_int_equal(setenv("TASKCLUSTER_ROOT_URL", "http://tc.invalid", 1), 0);
	for (size_t i = 0; i < 15; i++) {
		struct world w = { .err = TC_ERROR_INIT };

		tc_needle_make(&w.password, LENGTH);
		proxy_of(&w.password, before[i / 3], behind[i % 3], proxy);
		assert_int_equal(setenv("http_proxy", proxy, 1), 0);
		w.client = tc_client_new(NULL, &w.err);
		assert_non_null(w.client);
		w.client->retry.attempts = 1;
		assert_int_equal(tc_queue_ping(w.client, NULL, &w.err), TC_ERROR_NETWORK);
		is_clean(&w, tc_error_text(&w.err));
		tc_error_clear(&w.err);
		tc_client_free(w.client);
	}
	unsetenv("http_proxy");
	unsetenv("TASKCLUSTER_ROOT_URL");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_session_leaves_nothing),
		cmocka_unit_test(test_a_session_that_is_logged_leaves_nothing),
		cmocka_unit_test(test_a_login_of_the_callers),
		cmocka_unit_test(test_other_credentials_end_it),
		cmocka_unit_test(test_refusals_say_nothing),
		cmocka_unit_test(test_a_secret_header),
		cmocka_unit_test(test_a_secret_header_of_the_callers),
		cmocka_unit_test(test_a_secret_key),
		cmocka_unit_test(test_urls_of_storage),
		cmocka_unit_test(test_a_refused_token),
		cmocka_unit_test(test_a_proxys_password),
		cmocka_unit_test(test_a_proxys_password_in_the_environment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
