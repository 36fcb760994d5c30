/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/harness/test.h"

#include "runtime/src/http/request.h"
#include "tests/harness/fake.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct tc__site root = { .root_url = "https://tc.example.com" };

/* ---- URLs ---- */

static void url_is(const struct tc__site *site, const struct tc_operation *operation,
	const char *const *arguments, const char *const *query, const char *expected)
{
	struct tc__request request;
	tc_error err = TC_ERROR_INIT;

	assert_ok(tc__request_init(&request, site, operation, arguments, query, &err), &err);
	assert_string_equal(tc__buffer_get(&request.url), expected);
	tc__request_clear(&request);
}

#define TEXTS(...) ((const char *const[]){ __VA_ARGS__ })
#define BODY_MAX ((size_t)10 * 1024 * 1024) /* what servers take */

static void test_urls(void **state)
{
	(void)state;
	url_is(&root, TC_FAKE_OPERATION(PING), NULL, NULL,
		"https://tc.example.com/api/queue/v1/ping");
	url_is(&root, TC_FAKE_OPERATION(STATUS), TEXTS("abc"), NULL,
		"https://tc.example.com/api/queue/v1/task/abc/status");
	url_is(&root, TC_FAKE_OPERATION(GET_ARTIFACT), TEXTS("a", "0", "public/a b+c?%/\xc3\xa9"),
		NULL,
		"https://tc.example.com/api/queue/v1/task/a/runs/0/artifacts/"
		"public%2Fa%20b%2Bc%3F%25%2F%C3%A9");
	url_is(&root, TC_FAKE_OPERATION(GET_ARTIFACT), TEXTS("-._~", "...", "..a"), NULL,
		"https://tc.example.com/api/queue/v1/task/-._~/runs/.../artifacts/..a");
	url_is(&root, &tc_fake_auth.operations[0], NULL, NULL,
		"https://tc.example.com/api/auth/v1/clients/");
}

static void test_queries(void **state)
{
	static const char base[] = "https://tc.example.com/api/queue/v1/task/a/runs/0/artifacts";
	char expected[200];

	(void)state;
	url_is(&root, TC_FAKE_OPERATION(LIST_ARTIFACTS), TEXTS("a", "0"), NULL, base);
	url_is(&root, TC_FAKE_OPERATION(LIST_ARTIFACTS), TEXTS("a", "0"), TEXTS(NULL, NULL), base);
	snprintf(expected, sizeof expected, "%s?limit=100", base);
	url_is(&root, TC_FAKE_OPERATION(LIST_ARTIFACTS), TEXTS("a", "0"), TEXTS(NULL, "100"),
		expected);
	snprintf(expected, sizeof expected, "%s?continuationToken=a%%26b%%3Dc%%2F&limit=1", base);
	url_is(&root, TC_FAKE_OPERATION(LIST_ARTIFACTS), TEXTS("a", "0"), TEXTS("a&b=c/", "1"),
		expected);
}

static void test_sites(void **state)
{
	const struct tc_operation *ping = TC_FAKE_OPERATION(PING);
	const struct tc_operation *classic = &tc_fake_classic.operations[0];
	struct tc__site site = { .root_url = "http://[::1]:8080/deep///" };

	(void)state;
	url_is(&site, ping, NULL, NULL, "http://[::1]:8080/deep/api/queue/v1/ping");
	site.proxy_url = "http://taskcluster/";
	url_is(&site, ping, NULL, NULL, "http://taskcluster/api/queue/v1/ping");
	url_is(&site, classic, TEXTS("a"), NULL, "https://queue.taskcluster.net/v1/task/a");
	site.base_url = "http://localhost:8000/{service}/v1/";
	url_is(&site, classic, TEXTS("a"), NULL, "http://localhost:8000/queue/v1/task/a");
	site.base_url = "http://localhost:8000/";
	url_is(&site, classic, TEXTS("a"), NULL, "http://localhost:8000/task/a");
	url_is(&site, ping, NULL, NULL, "http://taskcluster/api/queue/v1/ping");
}

static void url_fails(const struct tc__site *site, const struct tc_operation *operation,
	const char *const *arguments, const char *part)
{
	struct tc__request request;
	tc_error err = TC_ERROR_INIT;

	assert_int_equal(tc__request_init(&request, site, operation, arguments, NULL, &err),
		TC_ERROR_ARGUMENT);
	assert_failure(&err, TC_ERROR_ARGUMENT, part);
	assert_null(request.url.data);
}

/* Whatever else its rule says is about one that is there. */
static void test_an_argument_that_may_be_empty(void **state)
{
	static const struct tc_argument_rule rules[] = { { .kind = TC_ARGUMENT_STRING },
		{ .kind = TC_ARGUMENT_INTEGER },
		{ .kind = TC_ARGUMENT_EITHER,
			.segments = true,
			.pattern = "^[a-z/]+$",
			.empty = "all" } };
	static const struct tc_operation_conventions conventions = { .arguments = rules };
	struct tc_operation get = *TC_FAKE_OPERATION(GET_ARTIFACT);

	(void)state;
	get.conventions = &conventions;
	url_is(&root, &get, TEXTS("a", "0", ""), NULL,
		"https://tc.example.com/api/queue/v1/task/a/runs/0/artifacts/");
	url_is(&root, &get, TEXTS("a", "0", "b/c"), NULL,
		"https://tc.example.com/api/queue/v1/task/a/runs/0/artifacts/b/c");
	url_fails(&root, &get, TEXTS("a", "0", "B"), "name is \"B\"; expected what matches");
	url_fails(&root, &get, TEXTS("a", "0", NULL), "name is NULL");
	url_fails(&root, &get, TEXTS("a", "", ""), "runId is empty");
	url_fails(&root, &get, TEXTS("", "0", ""), "taskId is empty");
}

static void test_refused_arguments(void **state)
{
	const struct tc_operation *get = TC_FAKE_OPERATION(GET_ARTIFACT);
	char *wide = malloc(TC__URL_MAX + 1);

	(void)state;
	url_fails(&root, get, TEXTS(NULL, "0", "x"), "taskId is NULL");
	url_fails(&root, get, TEXTS("a", "", "x"), "runId is empty");
	url_fails(&root, get, TEXTS("a", "0", "."), "name is \".\"");
	url_fails(&root, get, TEXTS("a", "0", ".."), "name is \"..\"");
	url_fails(&(struct tc__site){ 0 }, get, TEXTS("a", "0", "x"), "root_url is not set");
	assert_non_null(wide);
	memset(wide, 'w', TC__URL_MAX);
	wide[TC__URL_MAX] = '\0';
	url_fails(&root, get, TEXTS("a", "0", wide), "URL is over 65536 bytes");
	free(wide);
}

/* ---- headers and bodies ---- */

static void test_headers_of_the_caller(void **state)
{
	struct tc__request request;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	assert_ok(
		tc__request_init(&request, &root, TC_FAKE_OPERATION(PING), NULL, NULL, &err), &err);
	assert_ok(tc__request_header(&request, "X-Mine", "a\tb \xc3\xa9", &err), &err);
	assert_ok(tc__request_header(&request, "X-Empty", "", &err), &err);
	assert_string_equal(request.lines[0], "X-Mine: a\tb \xc3\xa9");
	assert_string_equal(request.lines[1], "X-Empty;");

	tc__request_header(&request, "X Mine", "a", &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "\"X Mine\" cannot be the name of a header");
	tc__request_header(&request, "", "a", &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "cannot be the name");
	tc__request_header(&request, NULL, "a", &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "name is NULL");
	tc__request_header(&request, "X-Mine", "a\r\nEvil: 1", &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "X-Mine has control characters");
	tc__request_header(&request, "X-Mine", NULL, &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "X-Mine is NULL");
	tc__request_header(&request, "AUTHORIZATION", "x", &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "AUTHORIZATION is set by the library");
	tc__request_header(&request, "content-length", "1", &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "content-length is set by the library");
	while (request.line_count < TC__OWN_LINES_MAX)
		assert_ok(tc__request_header(&request, "X", "y", &err), &err);
	tc__request_header(&request, "X-Last", "y", &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "X-Last would be header 25");
	tc__request_clear(&request);
}

static char *text(const char *content)
{
	return tc__object_text(content, strlen(content));
}

static void test_bodies(void **state)
{
	struct tc__request request;
	tc_error err = TC_ERROR_INIT;
	char *body = text("{}");

	(void)state;
	assert_ok(
		tc__request_init(&request, &root, TC_FAKE_OPERATION(PING), NULL, NULL, &err), &err);
	tc__request_body(&request, body, 2, NULL, &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "a GET takes no body");
	tc__request_clear(&request);

	assert_ok(tc__request_init(&request, &root, TC_FAKE_OPERATION(PUT_NOTE), NULL, NULL, &err),
		&err);
	assert_ok(tc__request_body(&request, body, 2, NULL, &err), &err);
	assert_string_equal(request.content_type_line, "Content-Type: application/json");
	char *other = text("a");
	tc__request_body(&request, other, BODY_MAX + 1, NULL, &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "the body has 10485761 bytes");
	tc__request_body(&request, other, 1, "text/plain\r\n", &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "content_type");
	assert_ptr_equal(request.body, body);
	assert_ok(tc__request_body(&request, other, 1, "text/plain", &err), &err);
	assert_string_equal(request.content_type_line, "Content-Type: text/plain");
	tc__request_clear(&request);
}

/* ---- signatures ---- */

struct signing {
	struct tc__request request;
	struct tc__signer signer;
	struct tc__attempt attempt;
	tc_credentials *credentials;
	struct tc_fake fake;
};

static void begin_signing(struct signing *s, const struct tc_operation *operation,
	const char *const *arguments, const char *const *query)
{
	tc_error err = TC_ERROR_INIT;

	*s = (struct signing){ 0 };
	tc_fake_init(&s->fake, NULL, 0);
	struct tc_options options = tc_fake_options(&s->fake);
	assert_ok(tc__crypto_start(&err), &err);
	assert_ok(tc__request_init(&s->request, &root, operation, arguments, query, &err), &err);
	s->signer.hawk = tc__hawk_new(options.seams, &err);
	s->credentials = tc_credentials_new(TC_FAKE_ID, TC_FAKE_TOKEN, NULL, &err);
	assert_non_null(s->credentials);
	s->signer.credentials = s->credentials;
	s->signer.user_agent_line = "User-Agent: test";
}

static void end_signing(struct signing *s)
{
	tc__attempt_clear(&s->attempt);
	tc__request_clear(&s->request);
	tc__hawk_free(s->signer.hawk);
	tc_credentials_free(s->credentials);
}

static const char *last_line(const struct signing *s)
{
	return s->attempt.lines[s->attempt.line_count - 1];
}

/* The value of an attribute of the Authorization line. */
static void attribute(const struct signing *s, const char *name, char value[100])
{
	char begin[32];

	snprintf(begin, sizeof begin, "%s=\"", name);
	const char *at = strstr(last_line(s), begin);
	assert_non_null(at);
	at += strlen(begin);
	snprintf(value, 100, "%.*s", (int)strcspn(at, "\""), at);
}

/* The MAC again, from what must have been signed, written down here by hand. */
static void mac_is_of(const struct signing *s, const char *format, const char *hash)
{
	char nonce[100], sent[100], mac[TC__MAC_SIZE], normalised[1000];
	tc_error err = TC_ERROR_INIT;

	attribute(s, "nonce", nonce);
	attribute(s, "mac", sent);
	snprintf(normalised, sizeof normalised, format, nonce, hash);
	struct tc__hmac_key *key = tc__hmac_key_new(TC_FAKE_TOKEN, strlen(TC_FAKE_TOKEN), &err);
	assert_ok(tc__hawk_mac_text(key, normalised, strlen(normalised), mac, &err), &err);
	assert_string_equal(sent, mac);
	tc__hmac_key_free(key);
}

static void test_signature_without_body(void **state)
{
	struct signing s;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	begin_signing(&s, TC_FAKE_OPERATION(LIST_ARTIFACTS), TEXTS("a b", "0"), TEXTS(NULL, "9"));
	assert_ok(tc__attempt_fill(&s.attempt, &s.request, &s.signer, 1700000123, &err), &err);
	assert_string_equal(s.attempt.method, "GET");
	assert_string_equal(s.attempt.url, tc__buffer_get(&s.request.url));
	assert_null(s.attempt.body);
	assert_true(s.attempt.is_signed);
	assert_string_equal(s.attempt.lines[0], "User-Agent: test");
	assert_memory_equal(
		last_line(&s), "Authorization: Hawk id=\"tester\", ts=\"1700000123\"", 46);
	assert_null(strstr(last_line(&s), "hash="));
	assert_null(strstr(last_line(&s), "ext="));
	mac_is_of(&s,
		"hawk.1.header\n1700000123\n%s\nGET\n"
		"/api/queue/v1/task/a%%20b/runs/0/artifacts?limit=9\ntc.example.com\n443\n%s\n\n",
		"");
	end_signing(&s);
}

static void test_signature_with_body(void **state)
{
	struct signing s;
	tc_error err = TC_ERROR_INIT;
	char hash[TC__MAC_SIZE], sent[100];

	(void)state;
	begin_signing(&s, TC_FAKE_OPERATION(DELETE_NOTE), NULL, NULL);
	assert_ok(tc__request_body(&s.request, text("{\"a\":1}"), 7, NULL, &err), &err);
	assert_ok(tc__attempt_fill(&s.attempt, &s.request, &s.signer, 1700000123, &err), &err);
	assert_string_equal(s.attempt.body, "{\"a\":1}");
	assert_ok(tc__hawk_payload_hash("application/json", "{\"a\":1}", 7, hash, &err), &err);
	attribute(&s, "hash", sent);
	assert_string_equal(sent, hash);
	mac_is_of(&s,
		"hawk.1.header\n1700000123\n%s\nDELETE\n/api/queue/v1/note/"
		"\ntc.example.com\n443\n%s\n"
		"\n",
		hash);

	s.signer.no_payload_hash = true;
	assert_ok(tc__attempt_fill(&s.attempt, &s.request, &s.signer, 1700000123, &err), &err);
	assert_null(strstr(last_line(&s), "hash="));
	end_signing(&s);
}

static void test_every_attempt_is_signed_afresh(void **state)
{
	struct signing s;
	tc_error err = TC_ERROR_INIT;
	char first[100], second[100];

	(void)state;
	begin_signing(&s, TC_FAKE_OPERATION(PING), NULL, NULL);
	assert_ok(tc__attempt_fill(&s.attempt, &s.request, &s.signer, 1, &err), &err);
	attribute(&s, "nonce", first);
	size_t lines = s.attempt.line_count;
	assert_ok(tc__attempt_fill(&s.attempt, &s.request, &s.signer, 2, &err), &err);
	attribute(&s, "nonce", second);
	assert_string_not_equal(first, second);
	attribute(&s, "ts", second);
	assert_string_equal(second, "2");
	assert_int_equal(s.attempt.line_count, lines);
	end_signing(&s);
}

static void test_unsigned(void **state)
{
	struct signing s;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	begin_signing(&s, TC_FAKE_OPERATION(PING), NULL, NULL);
	s.request.proxied = true;
	assert_ok(tc__attempt_fill(&s.attempt, &s.request, &s.signer, 1, &err), &err);
	assert_false(s.attempt.is_signed);
	assert_int_equal(s.attempt.line_count, 2);
	end_signing(&s);
}

static bool has_line(const struct tc__attempt *attempt, const char *line)
{
	for (size_t i = 0; i < attempt->line_count; i++)
		if (strcmp(attempt->lines[i], line) == 0)
			return true;
	return false;
}

/* Part of an encoded content could not be decoded. */
static void test_encodings_that_are_asked_for(void **state)
{
	struct signing s;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	begin_signing(&s, TC_FAKE_OPERATION(PING), NULL, NULL);
	assert_ok(tc__attempt_fill(&s.attempt, &s.request, &s.signer, 1, &err), &err);
	assert_true(has_line(&s.attempt, "Accept-Encoding: gzip, deflate"));
	assert_ok(tc__request_header(&s.request, "A", "b", &err), &err);
	assert_ok(tc__request_header(&s.request, "range", "bytes=5-", &err), &err);
	assert_ok(tc__attempt_fill(&s.attempt, &s.request, &s.signer, 1, &err), &err);
	assert_true(has_line(&s.attempt, "Accept-Encoding: identity"));
	assert_false(has_line(&s.attempt, "Accept-Encoding: gzip, deflate"));
	end_signing(&s);
}

static void test_signed_urls(void **state)
{
	struct signing s;
	tc_error err = TC_ERROR_INIT;
	char *url;

	(void)state;
	begin_signing(&s, TC_FAKE_OPERATION(LIST_ARTIFACTS), TEXTS("a", "0"), NULL);
	assert_ok(tc__request_signed_url(&s.request, &s.signer, 1700000900, &url, &err), &err);
	assert_non_null(strstr(url, "/runs/0/artifacts?bewit="));
	tc_release(url);
	end_signing(&s);

	begin_signing(&s, TC_FAKE_OPERATION(LIST_ARTIFACTS), TEXTS("a", "0"), TEXTS(NULL, "1"));
	assert_ok(tc__request_signed_url(&s.request, &s.signer, 1700000900, &url, &err), &err);
	assert_non_null(strstr(url, "?limit=1&bewit="));
	tc_release(url);
	end_signing(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_urls),
		cmocka_unit_test(test_queries),
		cmocka_unit_test(test_sites),
		cmocka_unit_test(test_an_argument_that_may_be_empty),
		cmocka_unit_test(test_refused_arguments),
		cmocka_unit_test(test_headers_of_the_caller),
		cmocka_unit_test(test_bodies),
		cmocka_unit_test(test_signature_without_body),
		cmocka_unit_test(test_signature_with_body),
		cmocka_unit_test(test_every_attempt_is_signed_afresh),
		cmocka_unit_test(test_unsigned),
		cmocka_unit_test(test_encodings_that_are_asked_for),
		cmocka_unit_test(test_signed_urls),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
