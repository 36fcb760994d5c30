/* SPDX-License-Identifier: MPL-2.0 */
/* Conventions of systems that are nobody's, without a network: who signs what, what is refused
 * before it is sent, and what a clock that is wrong does. */
#include "tests/harness/test.h"

#include "tests/harness/ci.h"
#include "tests/harness/fake.h"
#include <string.h>
#include <taskcluster/pages.h>
#include <taskcluster/query.h>

struct world {
	struct tc_fake fake;
	tc_client *client;
	tc_error err;
	struct tc_options options;
};

static const struct tc_fake_reply fine = { .head = "HTTP/1.1 200 OK\n\n", .body = "{}" };

static void begin(struct world *w, const struct tc_fake_reply *replies, size_t count)
{
	*w = (struct world){ .err = TC_ERROR_INIT };
	tc_fake_init(&w->fake, replies, count);
	w->options = tc_fake_options(&w->fake);
	w->options.root_url = NULL;
	w->options.base_url = CI_ROOT;
}

static void open_client(struct world *w, const char *authorized_scope)
{
	const struct tc_scopes scopes = { &authorized_scope, 1 };
	tc_credentials *credentials = tc_credentials_new(TC_FAKE_ID, TC_FAKE_TOKEN, NULL, &w->err);

	assert_non_null(credentials);
	if (authorized_scope) {
		tc_credentials *narrow = tc_credentials_authorize(credentials, &scopes, &w->err);
		tc_credentials_free(credentials);
		credentials = narrow;
	}
	w->options.credentials = credentials;
	w->client = tc_fake_client(&w->fake, &w->options);
	tc_credentials_free(credentials);
}

static void end(struct world *w)
{
	tc_client_free(w->client);
	tc_fake_clear(&w->fake);
	tc_error_clear(&w->err);
}

static int perform(struct world *w, const struct tc_operation *operation)
{
	return tc_generated_perform(w->client, operation, NULL, NULL, NULL, NULL, &w->err);
}

/* ---- headers ---- */

static void test_trace_header(void **state)
{
	struct world w;

	(void)state;
	begin(&w, &fine, 1);
	w.options.trace_id = "my-trace";
	open_client(&w, NULL);
	assert_ok(perform(&w, CI_SIGNED(READ)), &w.err);
	assert_string_equal(tc_fake_header(&w.fake, 0, "X-Request-Trace"), "my-trace");
	assert_null(tc_fake_header(&w.fake, 0, "x-taskcluster-trace-id"));
	assert_ok(perform(&w, CI_CLOSED(READ)), &w.err);
	assert_null(strstr(w.fake.attempts[1].lines, "my-trace"));
	end(&w);
}

static void test_refused_user_agent(void **state)
{
	struct world w;

	(void)state;
	begin(&w, &fine, 1);
	w.options.user_agent = "nobody's-bot/1.0";
	open_client(&w, NULL);
	perform(&w, CI(READ));
	assert_failure(&w.err, TC_ERROR_ARGUMENT, "ci.read: user_agent: the server refuses");
	assert_int_equal(w.fake.attempt_count, 0);
	/* other systems do not mind */
	assert_ok(perform(&w, CI_SIGNED(READ)), &w.err);
	end(&w);
}

/* ---- Hawk ---- */

/* A scheme that servers gave up still signs, for those that did not. */
static void test_removed_scheme_signs(void **state)
{
	struct world w;

	(void)state;
	begin(&w, &fine, 1);
	open_client(&w, NULL);
	assert_ok(perform(&w, CI_SIGNED(WRITE)), &w.err);
	assert_non_null(strstr(tc_fake_header(&w.fake, 0, "Authorization"), "Hawk id=\"tester\""));
	assert_ok(perform(&w, CI_SIGNED(READ)), &w.err); /* no anonymous reads there */
	assert_non_null(tc_fake_header(&w.fake, 1, "Authorization"));
	end(&w);
}

static void test_extensions(void **state)
{
	struct world w;

	(void)state;
	begin(&w, &fine, 1);
	open_client(&w, "some:scope");
	assert_ok(perform(&w, CI_SIGNED(WRITE)), &w.err);
	assert_non_null(strstr(tc_fake_header(&w.fake, 0, "Authorization"), "ext=\""));
	perform(&w, CI_CLOSED(WRITE));
	assert_failure(&w.err, TC_ERROR_CREDENTIALS, "neither certificates nor authorizedScopes");
	assert_int_equal(w.fake.attempt_count, 1);
	end(&w);
}

static int sign(struct world *w, const struct tc_operation *operation, const char **url)
{
	tc_call *call = tc_generated_call(w->client, operation, NULL, NULL, &w->err);

	assert_non_null(call);
	int rc = tc_call_signed_url(call, 60, url, &w->err);
	tc_call_free(call);
	return rc;
}

static void test_signed_urls(void **state)
{
	const char *url = "";
	struct world w;

	(void)state;
	begin(&w, &fine, 1);
	open_client(&w, NULL);
	assert_ok(sign(&w, CI_SIGNED(READ), &url), &w.err);
	assert_memory_equal(url, CI_ROOT "/v1/thing?bewit=", strlen(CI_ROOT "/v1/thing?bewit="));
	tc_release(url);
	url = "";
	sign(&w, CI_SIGNED(WRITE), &url);
	assert_failure(&w.err, TC_ERROR_ARGUMENT, "only a GET can be signed");
	sign(&w, CI_CLOSED(READ), &url);
	assert_null(url);
	assert_failure(&w.err, TC_ERROR_ARGUMENT, "closed.read: the server knows no signed URLs");
	sign(&w, CI(READ), &url); /* nor does one that has sessions */
	assert_failure(&w.err, TC_ERROR_ARGUMENT, "ci.read: the server knows no signed URLs");
	tc_client_set_credentials(w.client, NULL);
	sign(&w, CI_SIGNED(READ), &url);
	assert_failure(&w.err, TC_ERROR_CREDENTIALS, "no credentials to sign a URL with");
	assert_int_equal(w.fake.attempt_count, 0);
	end(&w);
}

/* ---- sessions ---- */

static const struct tc_service far_service;
static const struct tc_session_scheme far_session = {
	.login = "login", .cookies = (const char *const[]){ "SID", NULL }, .basic = true
};
static const struct tc_conventions far_system = { .server_url = "{root}", .session = &far_session };
static const struct tc_operation far_operations[] = {
	{ .service = &far_service,
		.name = "login",
		.method = "GET",
		.route = "/login",
		.conventions =
			&(const struct tc_operation_conventions){
				.base = "https://auth.example.com" } },
	{ .service = &far_service, .name = "read", .method = "GET", .route = "/thing" },
};
static const struct tc_service far_service = { .name = "far",
	.version = "v1",
	.conventions = &far_system,
	.operations = far_operations,
	.operation_count = 2 };

/* Cookies are the origin's that set them, also when a call was what made the client log in. */
static void test_login_elsewhere(void **state)
{
	const struct tc_fake_reply login = { .head = "HTTP/1.1 200 OK\nSet-Cookie: SID=theirs\n\n",
		.body = "" };
	struct world w;

	(void)state;
	begin(&w, &login, 1);
	open_client(&w, NULL);
	perform(&w, &far_operations[1]);
	assert_failure(&w.err, TC_ERROR_CREDENTIALS, "set no cookie SID");
	for (size_t i = 0; i < w.fake.attempt_count; i++)
		assert_null(tc_fake_header(&w.fake, i, "Cookie"));
	assert_string_equal(w.fake.attempts[0].url, "https://auth.example.com/login");
	end(&w);
}

/* One with Secure does not go over http, so that no session stands there. */
static void test_secure_cookie(void **state)
{
	const struct tc_fake_reply login = {
		.head = "HTTP/1.1 200 OK\nSet-Cookie: SID=s; Secure\nSet-Cookie: csrftoken=c\n\n",
		.body = ""
	};
	struct world w;

	(void)state;
	for (int secure = 0; secure <= 1; secure++) {
		const struct tc_fake_reply replies[] = { login, fine };
		begin(&w, replies, 2);
		w.options.base_url = secure ? CI_ROOT : "http://ci.example.com";
		open_client(&w, NULL);
		perform(&w, CI(WRITE));
		if (secure)
			assert_string_equal(
				tc_fake_header(&w.fake, 1, "Cookie"), "SID=s; csrftoken=c");
		else
			assert_failure(&w.err, TC_ERROR_CREDENTIALS, "set no cookie SID");
		assert_int_equal(w.fake.attempt_count, 1 + secure);
		end(&w);
	}
}

/* ---- the clock ---- */

#define REFUSED(date, text) \
	{ \
		.head = "HTTP/1.1 403 Forbidden\n" date "\n", .body = text \
	}
#define LATER "Date: Tue, 14 Nov 2023 22:18:20 GMT\n" /* 5 minutes after the fake's epoch */
#define NOW "Date: Tue, 14 Nov 2023 22:13:20 GMT\n"
#define EXPIRED "{\"detail\":\"The token has expired.\"}"

static void test_clock_is_healed(void **state)
{
	const struct tc_fake_reply replies[] = { REFUSED(LATER, EXPIRED), fine };
	struct world w;

	(void)state;
	begin(&w, replies, 2);
	open_client(&w, NULL);
	assert_ok(perform(&w, CI_SIGNED(ONCE)), &w.err); /* though it is never repeated otherwise */
	assert_int_equal(w.fake.attempt_count, 2);
	assert_non_null(strstr(tc_fake_header(&w.fake, 0, "Authorization"), "ts=\"1700000000\""));
	assert_non_null(strstr(tc_fake_header(&w.fake, 1, "Authorization"), "ts=\"1700000300\""));
	assert_int_equal(tc_client_clock_offset_ms(w.client), 0);
	end(&w);
}

static void refused_for_good(
	const struct tc_fake_reply *replies, size_t count, size_t attempts, const char *text)
{
	struct world w;

	begin(&w, replies, count);
	open_client(&w, NULL);
	perform(&w, CI_SIGNED(WRITE));
	assert_int_equal(w.err.http_status, 403);
	if (text)
		assert_failure(&w.err, TC_ERROR_HTTP, text);
	else
		assert_null(strstr(tc_error_text(&w.err), "clock here"));
	assert_int_equal(w.fake.attempt_count, attempts);
	end(&w);
}

static void test_clock_is_told_apart(void **state)
{
	const struct tc_fake_reply undated[] = { REFUSED("", EXPIRED) };
	const struct tc_fake_reply stubborn[] = { REFUSED(LATER, EXPIRED),
		REFUSED(LATER, EXPIRED) };
	const struct tc_fake_reply right[] = { REFUSED(NOW, EXPIRED) };
	const struct tc_fake_reply other[] = { REFUSED(LATER, "{\"detail\":\"Not you.\"}") };

	(void)state;
	refused_for_good(undated, 1, 1, "the clock here is wrong: signed.write: 403");
	refused_for_good(stubborn, 2, 2, "s behind the server's, which allows 60 s");
	refused_for_good(right, 1, 1, "The token has expired");
	refused_for_good(other, 1, 1, NULL);
}

/* Who is not signed cannot have a clock that is wrong. */
static void test_clock_of_nobody(void **state)
{
	const struct tc_fake_reply replies[] = { REFUSED(LATER, EXPIRED) };
	struct world w;

	(void)state;
	begin(&w, replies, 1);
	w.client = tc_fake_client(&w.fake, &w.options);
	perform(&w, CI_SIGNED(READ));
	assert_null(strstr(tc_error_text(&w.err), "clock here"));
	assert_failure(&w.err, TC_ERROR_HTTP, "expired");
	assert_int_equal(w.fake.attempt_count, 1);
	end(&w);
}

/* ---- queries ---- */

/* What could not be added does not come back with the next that can. */
static void test_query_too_long(void **state)
{
	static char text[TC__URL_MAX + 1];
	struct world w;

	(void)state;
	memset(text, 'x', sizeof text - 1);
	begin(&w, &fine, 1);
	open_client(&w, NULL);
	tc_call *call = tc_generated_call(w.client, CI(FIND), NULL, NULL, &w.err);
	assert_ok(tc_call_query(call, "tag", NULL, "a", &w.err), &w.err);
	tc_call_query(call, "tag", NULL, text, &w.err);
	assert_failure(&w.err, TC_ERROR_ARGUMENT, "ci.find: the URL is over");
	tc_call_query(call, "key", NULL, text, &w.err);
	assert_failure(&w.err, TC_ERROR_ARGUMENT, "ci.find: the URL is over");
	assert_ok(tc_call_query(call, "tag", NULL, "b", &w.err), &w.err);
	assert_ok(tc_call_query(call, "key", NULL, "c", &w.err), &w.err);
	assert_string_equal(tc_call_url(call), CI_ROOT "/api/v1/find?tag=a&tag=b&key=c");
	tc_call_free(call);
	end(&w);
}

/* ---- pages by number ---- */

/* Where another iterator goes on, pages must be as large as they were. */
static void test_page_goes_on(void **state)
{
	const struct tc_fake_reply replies[] = { { .head = "HTTP/1.1 200 OK\n\n",
		.body = "{\"things\":[{},{}]}" } };
	struct tc_pages_options options = TC_PAGES_OPTIONS_INIT;
	tc_response *page = NULL;
	struct world w;

	(void)state;
	begin(&w, replies, 1);
	open_client(&w, NULL);
	tc_call *call = tc_generated_call(w.client, CI(BY_PAGE), NULL, NULL, &w.err);
	options.token = "3";
	options.item_max = 3;
	tc_pages *pages = tc_pages_new(call, &options, &w.err);
	assert_ok(tc_pages_next(pages, &page, &w.err), &w.err);
	tc_release(page);
	assert_string_equal(w.fake.attempts[0].url, CI_ROOT "/api/v1/things?count=2&at=3");
	assert_ok(tc_pages_next(pages, &page, &w.err), &w.err);
	tc_release(page);
	assert_string_equal(w.fake.attempts[1].url, CI_ROOT "/api/v1/things?count=2&at=4");
	assert_ok(tc_pages_next(pages, &page, &w.err), &w.err);
	assert_null(page);
	tc_pages_free(pages);
	tc_call_free(call);
	end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_trace_header),
		cmocka_unit_test(test_refused_user_agent),
		cmocka_unit_test(test_removed_scheme_signs),
		cmocka_unit_test(test_extensions),
		cmocka_unit_test(test_signed_urls),
		cmocka_unit_test(test_login_elsewhere),
		cmocka_unit_test(test_secure_cookie),
		cmocka_unit_test(test_clock_is_healed),
		cmocka_unit_test(test_clock_is_told_apart),
		cmocka_unit_test(test_clock_of_nobody),
		cmocka_unit_test(test_query_too_long),
		cmocka_unit_test(test_page_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
