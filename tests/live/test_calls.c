/* SPDX-License-Identifier: MPL-2.0 */
/* Real calls to a server on loopback, whose verifier shares no code with the library's signer. */
#include "tests/harness/test.h"

#include "tests/harness/needle.h"
#include "tests/harness/rig.h"
#include "tests/harness/server.h"
#include <curl/curl.h>
#include <locale.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/auth.h>
#include <taskcluster/classic_scheduler.h>
#include <taskcluster/index.h>
#include <taskcluster/queue.h>
#include <taskcluster/registry.h>

struct fixture {
	struct tc_test_server *server;
	tc_credentials *credentials;
};

static int setup(void **state)
{
	static struct fixture fixture;
	tc_error err = TC_ERROR_INIT;

	fixture.server = tc_test_server_start("--private", "--faults", NULL);
	fixture.credentials = tc_credentials_new(
		fixture.server->client_id, fixture.server->access_token, NULL, &err);
	assert_non_null(fixture.credentials);
	*state = &fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	tc_credentials_free(fixture->credentials);
	tc_test_server_stop(fixture->server);
	return 0;
}

static struct tc_options options_of(const struct fixture *f, const tc_credentials *credentials)
{
	struct tc_options options = TC_OPTIONS_INIT;

	options.root_url = f->server->root_url;
	options.credentials = credentials;
	options.retry_delay_ms = 1;
	return options;
}

static tc_client *open_client(const struct fixture *f, const tc_credentials *credentials)
{
	struct tc_options options = options_of(f, credentials);
	tc_error err = TC_ERROR_INIT;
	tc_client *client = tc_client_new(&options, &err);
	if (!client)
		fail_msg("%s", tc_error_text(&err));
	return client;
}

static tc_call *current_scopes(tc_client *client, const char *fault)
{
	tc_error err = TC_ERROR_INIT;
	tc_call *call = tc_auth_current_scopes_call(client, &err);

	assert_non_null(call);
	if (fault)
		assert_ok(tc_call_header(call, "x-sandbox-fault", fault, &err), &err);
	return call;
}

/* The scopes that the server sees, joined by spaces; the caller frees them. */
static char *scopes_seen(const struct fixture *f, const tc_credentials *credentials)
{
	tc_error err = TC_ERROR_INIT;
	tc_client *client = open_client(f, credentials);
	tc_call *call = current_scopes(client, NULL);
	const tc_json *reply = NULL;
	char *text = calloc(1, 4096);

	assert_ok(tc_call_perform_json(call, &reply, &err), &err);
	const tc_json *scopes = tc_json_get(reply, "scopes");
	for (size_t i = 0; i < tc_json_count(scopes); i++) {
		const char *scope = tc_json_text(tc_json_item(scopes, i));
		/* everybody has these */
		if (strcmp(scope, "assume:anonymous") != 0 &&
			strcmp(scope, "queue:get-artifact:public/*") != 0)
			sprintf(text + strlen(text), "%s%s", *text ? " " : "", scope);
	}
	tc_release(reply);
	tc_call_free(call);
	tc_client_free(client);
	return text;
}

static void expect_scopes(
	const struct fixture *f, const tc_credentials *credentials, const char *expected)
{
	char *seen = scopes_seen(f, credentials);

	assert_string_equal(seen, expected);
	free(seen);
}

static void expect_refusal(const struct fixture *f, const tc_credentials *credentials, int status)
{
	tc_error err = TC_ERROR_INIT;
	tc_client *client = open_client(f, credentials);
	tc_call *call = current_scopes(client, NULL);

	assert_int_equal(tc_call_perform(call, NULL, &err), TC_ERROR_HTTP);
	assert_int_equal(err.http_status, status);
	tc_error_clear(&err);
	tc_call_free(call);
	tc_client_free(client);
}

static void test_kinds_of_credentials(void **state)
{
	const struct fixture *f = *state;
	static const char *const list[] = { "auth:current-scopes", "queue:status:a b\"c\\d" };
	const struct tc_scopes two = { list, 2 }, one = { list, 1 }, none = { list, 0 };
	struct tc_temporary temporary = TC_TEMPORARY_INIT;
	tc_error err = TC_ERROR_INIT;

	expect_scopes(f, f->credentials, "*");
	tc_credentials *narrow = tc_credentials_authorize(f->credentials, &two, &err);
	expect_scopes(f, narrow, "auth:current-scopes queue:status:a b\"c\\d");
	tc_credentials *nothing = tc_credentials_authorize(f->credentials, &none, &err);
	expect_refusal(f, nothing, 403); /* an empty list is no scopes at all */
	temporary.scopes = two;
	tc_credentials *unnamed = tc_credentials_temporary(f->credentials, &temporary, &err);
	expect_scopes(f, unnamed, "auth:current-scopes queue:status:a b\"c\\d");
	temporary.client_id = "sandbox/guest";
	tc_credentials *named = tc_credentials_temporary(f->credentials, &temporary, &err);
	expect_scopes(f, named, "auth:current-scopes queue:status:a b\"c\\d");
	tc_credentials *narrow_named = tc_credentials_authorize(named, &one, &err);
	expect_scopes(f, narrow_named, "auth:current-scopes");
	tc_credentials_free(narrow);
	tc_credentials_free(nothing);
	tc_credentials_free(unnamed);
	tc_credentials_free(named);
	tc_credentials_free(narrow_named);
}

static void test_wrong_token_is_told(void **state)
{
	const struct fixture *f = *state;
	tc_error err = TC_ERROR_INIT;
	tc_credentials *wrong = tc_credentials_new(f->server->client_id, "wrong", NULL, &err);
	tc_client *client = open_client(f, wrong);
	tc_call *call = current_scopes(client, NULL);

	assert_int_equal(tc_call_perform(call, NULL, &err), TC_ERROR_HTTP);
	assert_int_equal(err.http_status, 401);
	assert_string_equal(tc_error_server_code(&err), "AuthenticationFailed");
	assert_non_null(tc_error_request_id(&err));
	tc_error_clear(&err);
	tc_call_free(call);
	tc_client_free(client);
	tc_credentials_free(wrong);
}

static size_t append(char *data, size_t size, size_t n, void *user)
{
	strncat(user, data, size * n);
	return size * n;
}

/* What plain curl, without credentials, gets from a URL; the status comes back. */
static long curl_get(const char *url, char body[4096])
{
	CURL *easy = curl_easy_init();
	long status = 0;

	body[0] = '\0';
	curl_easy_setopt(easy, CURLOPT_URL, url);
	curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, append);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, body);
	assert_int_equal(curl_easy_perform(easy), CURLE_OK);
	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_cleanup(easy);
	return status;
}

static void expect_signed_url_works(tc_call *call, const char *part)
{
	tc_error err = TC_ERROR_INIT;
	const char *url = NULL;
	char body[4096];

	if (!call)
		fail_msg("no call");
	assert_ok(tc_call_signed_url(call, 60, &url, &err), &err);
	long status = curl_get(url, body);
	if (status != 200 || !strstr(body, part))
		fail_msg("%s gave %ld: %s", url, status, body);
	tc_release(url);
	tc_call_free(call);
}

static void test_signed_urls(void **state)
{
	const struct fixture *f = *state;
	const struct tc_auth_list_clients_query query = { .limit = "10", .prefix = "a/b c&d=e" };
	struct tc_temporary temporary = TC_TEMPORARY_INIT;
	static const char *const list[] = { "auth:*", "a:*" };
	tc_error err = TC_ERROR_INIT;

	temporary.scopes = (struct tc_scopes){ list, 2 };
	tc_credentials *guest = tc_credentials_temporary(f->credentials, &temporary, &err);
	tc_client *client = open_client(f, f->credentials), *other = open_client(f, guest);

	expect_signed_url_works(current_scopes(client, NULL), "\"scopes\"");
	expect_signed_url_works(current_scopes(other, NULL), "a:*");
	expect_signed_url_works(tc_auth_list_clients_call(client, &query, &err), "\"clients\"");
	expect_signed_url_works(tc_auth_list_clients_call(other, &query, &err), "\"clients\"");
	tc_client_free(client);
	tc_client_free(other);
	tc_credentials_free(guest);
}

static void test_odd_names_survive_the_wire(void **state)
{
	static const char *const names[] = { "a/b", "with space", "per%cent", "q?u&e=r#y",
		"\xc3\xa9", "a..b", "...", "~-_.", "semi;colon,comma", "quote\"back\\slash" };
	const struct fixture *f = *state;
	struct tc_options options = options_of(f, f->credentials);
	options.unchecked_bodies = true; /* they are no index paths */
	tc_client *client = tc_client_new(&options, NULL);

	assert_non_null(client);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		tc_error err = TC_ERROR_INIT;
		tc_call *call = tc_index_find_task_call(client, names[i], &err);

		/* signed as sent: refused for what it is, never with 401 */
		assert_int_equal(tc_call_perform(call, NULL, &err), TC_ERROR_HTTP);
		if (err.http_status != 404 && err.http_status != 400)
			fail_msg("%s: %s", names[i], tc_error_text(&err));
		tc_error_clear(&err);
		tc_call_free(call);
	}
	tc_client_free(client);
}

/* Each fault, and how the call must end. */
static const struct {
	const char *fault;
	int code;
	const char *text;
} faults[] = {
	{ "close-early:times=2:key=a", TC_OK, NULL },
	{ "truncate:times=2:key=b", TC_OK, NULL },
	{ "status=500:times=3:key=c", TC_OK, NULL },
	{ "status=503:times=5:key=d", TC_OK, NULL },
	{ "status=408:times=1:key=e", TC_OK, NULL },
	{ "retry-after=0:times=2:key=f", TC_OK, NULL },
	{ "html-error=502:times=1:key=g", TC_OK, NULL },
	{ "garbage:times=1:key=h", TC_OK, NULL },
	{ "clock=7200", TC_OK, NULL },
	{ "clock=-7200", TC_OK, NULL },
	{ "clock-tsm=7200", TC_OK, NULL },
	{ "status=500", TC_ERROR_HTTP, "500" },
	{ "status=403:times=1:key=i", TC_ERROR_HTTP, "403" },
	{ "html-error=502", TC_ERROR_HTTP, "502" },
	{ "close-early", TC_ERROR_NETWORK, "127.0.0.1" },
	{ "garbage", TC_ERROR_NETWORK, "127.0.0.1" },
};

/* In the rig the network never fails; what stands in front of the server tells of its failure. */
static bool is_expected(size_t i, int code, const char *text)
{
	if (tc_rig() && faults[i].code == TC_ERROR_NETWORK)
		return code != TC_OK &&
			(strstr(text, "502") || strstr(text, "malformed: HTTP/2 000"));
	return code == faults[i].code && (code == TC_OK || strstr(text, faults[i].text));
}

static void test_faults(void **state)
{
	const struct fixture *f = *state;

	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
		tc_error err = TC_ERROR_INIT;
		tc_client *client = open_client(f, f->credentials);
		tc_call *call = current_scopes(client, faults[i].fault);
		const tc_json *reply = NULL;
		int rc = tc_call_perform_json(call, &reply, &err);

		if (!is_expected(i, rc, tc_error_text(&err)))
			fail_msg("%s: %s: %s", faults[i].fault, tc_code_name(rc),
				tc_error_text(&err));
		if (rc == TC_OK)
			assert_int_equal(tc_json_count(tc_json_get(reply, "scopes")), 1);
		tc_release(reply);
		tc_error_clear(&err);
		tc_call_free(call);
		tc_client_free(client);
	}
}

static void test_stall_ends_in_time(void **state)
{
	const struct fixture *f = *state;
	struct tc_options options = TC_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;

	options.root_url = f->server->root_url;
	options.timeout_ms = 200;
	options.attempts = 1;
	tc_client *client = tc_client_new(&options, &err);
	tc_call *call = current_scopes(client, "stall=5000");
	assert_int_equal(tc_call_perform(call, NULL, &err), TC_ERROR_TIMEOUT);
	tc_error_clear(&err);
	tc_call_free(call);
	tc_client_free(client);
}

static void test_verified_replies(void **state)
{
	const struct fixture *f = *state;
	struct tc_options options = TC_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;

	options.root_url = f->server->root_url;
	options.credentials = f->credentials;
	options.verify_replies = true;
	options.attempts = 1;
	tc_client *client = tc_client_new(&options, &err);
	tc_call *good = current_scopes(client, "sign-reply");
	assert_ok(tc_call_perform(good, NULL, &err), &err);
	tc_call *missing = current_scopes(client, NULL);
	assert_int_equal(tc_call_perform(missing, NULL, &err), TC_ERROR_REPLY);
	assert_failure(&err, TC_ERROR_REPLY, "Server-Authorization");
	tc_call *bad = current_scopes(client, "bad-reply");
	assert_int_equal(tc_call_perform(bad, NULL, &err), TC_ERROR_REPLY);
	tc_error_clear(&err);
	tc_call_free(good);
	tc_call_free(missing);
	tc_call_free(bad);
	tc_client_free(client);
}

static void test_classic_service(void **state)
{
	const struct fixture *f = *state;
	struct tc_options options = TC_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;
	const tc_json *reply = NULL;
	char base[256];

	snprintf(base, sizeof base, "%s/classic/{service}/v1", f->server->root_url);
	options.base_url = base;
	options.credentials = f->credentials;
	tc_client *client = tc_client_new(&options, &err);
	tc_call *call = tc_classic_scheduler_ping_call(client, &err);
	assert_non_null(call);
	assert_ok(tc_call_perform_json(call, &reply, &err), &err);
	assert_true(tc_json_true(tc_json_get(reply, "alive")));
	tc_release(reply);
	tc_call_free(call);
	tc_client_free(client);
}

/* Looks while a call is under way: on the wire, and waiting before a retry. */
static int look_for_token(void *data, const struct tc_progress *progress)
{
	(void)progress;
	assert_int_equal(tc_needle_count(data), 0);
	return 0;
}

static void test_token_is_nowhere_while_calls_run(void **state)
{
	const struct fixture *f = *state;
	struct tc_options options = TC_OPTIONS_INIT;
	struct tc_needle needle;
	char token[65], address[128];
	tc_error err = TC_ERROR_INIT;

	if (!tc_needle_can_look())
		skip();
	tc_needle_make(&needle, 44);
	tc_needle_text(&needle, token);
	assert_true(tc_needle_count(&needle) > 0);
	tc_credentials *credentials = tc_credentials_new("nobody", token, NULL, &err);
	sodium_memzero(token, sizeof token);
	snprintf(address, sizeof address, "%s", f->server->root_url);
	options.root_url = address;
	options.credentials = credentials;
	options.retry_delay_ms = 50;
	options.progress = look_for_token;
	options.progress_data = &needle;
	tc_client *client = tc_client_new(&options, &err);
	tc_credentials_free(credentials);
	tc_call *call = current_scopes(client, "stall=300,status=500:times=2:key=look");
	assert_int_equal(tc_call_perform(call, NULL, &err), TC_ERROR_HTTP);
	assert_int_equal(err.http_status, 401); /* signed, and refused: nobody is unknown */
	assert_int_equal(tc_needle_count(&needle), 0);
	tc_error_clear(&err);
	tc_call_free(call);
	tc_client_free(client);
}

/* The same call under a locale with a decimal comma. */
static void test_german_locale(void **state)
{
	if (!setlocale(LC_ALL, "de_DE.UTF-8"))
		skip();
	test_signed_urls(state);
	setlocale(LC_ALL, "C");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds_of_credentials),
		cmocka_unit_test(test_wrong_token_is_told),
		cmocka_unit_test(test_signed_urls),
		cmocka_unit_test(test_odd_names_survive_the_wire),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_stall_ends_in_time),
		cmocka_unit_test(test_verified_replies),
		cmocka_unit_test(test_classic_service),
		cmocka_unit_test(test_token_is_nowhere_while_calls_run),
		cmocka_unit_test(test_german_locale),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
