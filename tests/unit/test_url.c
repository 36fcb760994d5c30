/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/harness/test.h"

#include "runtime/src/common/url.h"
#include <stdlib.h>
#include <string.h>

struct url_case {
	const char *url;
	bool https;
	const char *host;
	uint16_t port;
	const char *resource;
};

static void assert_span(const char *span, size_t length, const char *expected)
{
	assert_int_equal(length, strlen(expected));
	assert_memory_equal(span, expected, length);
}

static void test_takes_urls_apart(void **state)
{
	static const struct url_case cases[] = {
		{ "https://tc.example.com/api/queue/v1/ping", true, "tc.example.com", 443,
			"/api/queue/v1/ping" },
		{ "http://h", false, "h", 80, "/" },
		{ "HTTPS://H.Example/", true, "H.Example", 443, "/" },
		{ "hTTp://127.0.0.1:8080/a?b=1&a=2", false, "127.0.0.1", 8080, "/a?b=1&a=2" },
		{ "http://h/a?", false, "h", 80, "/a?" },
		{ "http://h/a?a", false, "h", 80, "/a?a" },
		{ "http://h/?", false, "h", 80, "/?" },
		{ "http://h/a#b", false, "h", 80, "/a" },
		{ "http://h/a?b#c?d/e", false, "h", 80, "/a?b" },
		{ "http://h#b", false, "h", 80, "/" },
		{ "http://[::1]/a", false, "[::1]", 80, "/a" },
		{ "https://[2001:db8::1]:65535", true, "[2001:db8::1]", 65535, "/" },
		{ "http://[::ffff:1.2.3.4]:1/", false, "[::ffff:1.2.3.4]", 1, "/" },
		{ "http://a-b_c.d:080/../a%2Fb/./c@d:e", false, "a-b_c.d", 80,
			"/../a%2Fb/./c@d:e" },
	};
	tc_error err = TC_ERROR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct tc__url parts;

		assert_ok(tc__url_parse(cases[i].url, &parts, &err), &err);
		assert_int_equal(parts.https, cases[i].https);
		assert_int_equal(parts.port, cases[i].port);
		assert_span(parts.host, parts.host_length, cases[i].host);
		assert_span(parts.resource, parts.resource_length, cases[i].resource);
	}
}

static void test_refuses_other_urls(void **state)
{
	static const struct {
		const char *url, *message;
	} cases[] = {
		{ NULL, "the URL is NULL" },
		{ "", "neither http:// nor https://" },
		{ "ftp://h/", "neither http:// nor https://" },
		{ "http:/h/", "neither http:// nor https://" },
		{ "//h/", "neither http:// nor https://" },
		{ " http://h/", "byte 0x20 at position 0" },
		{ "http://h/a b", "byte 0x20 at position 10" },
		{ "http://h/a\r\nX: y", "byte 0x0d at position 10" },
		{ "http://h/a\x7f", "byte 0x7f at position 10" },
		{ "http://h/caf\xc3\xa9", "byte 0xc3 at position 12" },
		{ "http://", "no valid host" },
		{ "http:///a", "no valid host" },
		{ "http://:80/", "no valid host" },
		{ "http://?a", "no valid host" },
		{ "http://user:secret@h/", "user info" },
		{ "http://user@h/", "user info" },
		{ "http://h:/", "port is not a number from 1 to 65535" },
		{ "http://h:0/", "port is not" },
		{ "http://h:65536/", "port is not" },
		{ "http://h:999999999999/", "port is not" },
		{ "http://h:8x/", "port is not" },
		{ "http://h:-1/", "port is not" },
		{ "http://h\\good/", "host contains '\\'" },
		{ "http://h%41/", "host contains '%'" },
		{ "http://a,b/", "host contains ','" },
		{ "http://[::1/", "no valid host" },
		{ "http://[]/", "no valid host" },
		{ "http://[1.2.3.4]/", "no valid host" },
		{ "http://[::12345]/", "no valid host" },
		{ "http://[fe80::1%25eth0]/", "no valid host" },
		{ "http://[::1]x/", "host contains 'x'" },
		{ "http://::1/", "no valid host" },
		{ "http://h?a=b", "write a / before the ?" },
	};
	tc_error err = TC_ERROR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct tc__url parts = { .port = 7 };

		assert_int_equal(tc__url_parse(cases[i].url, &parts, &err), TC_ERROR_ARGUMENT);
		assert_null(strstr(tc_error_text(&err), "secret"));
		assert_failure(&err, TC_ERROR_ARGUMENT, cases[i].message);
		assert_int_equal(parts.port, 7);
	}
}

static void test_refuses_a_url_that_is_too_long(void **state)
{
	char *url = malloc(TC__URL_MAX + 2);
	struct tc__url parts;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	assert_non_null(url);
	memset(url, 'a', TC__URL_MAX + 1);
	url[TC__URL_MAX + 1] = '\0';
	memcpy(url, "http://h/", 9);
	assert_int_equal(tc__url_parse(url, &parts, &err), TC_ERROR_ARGUMENT);
	assert_failure(&err, TC_ERROR_ARGUMENT, "more than 65536 bytes");
	url[TC__URL_MAX] = '\0';
	assert_ok(tc__url_parse(url, &parts, &err), &err);
	free(url);
}

static void test_encodes(void **state)
{
	struct tc__buffer text = TC__BUFFER(1000);

	(void)state;
	tc__url_encode(&text, "azAZ09-._~");
	tc__url_encode(&text, "/ a+b%\"\\\x01\x7f?#&=");
	tc__url_encode(&text, "\xc3\xa9");
	assert_string_equal(
		tc__buffer_get(&text), "azAZ09-._~%2F%20a%2Bb%25%22%5C%01%7F%3F%23%26%3D%C3%A9");
	tc__buffer_clear(&text);
}

static void test_adds_to_the_query(void **state)
{
	static const struct {
		const char *url, *expected;
	} cases[] = {
		{ "http://h/a", "http://h/a?bewit=x" },
		{ "http://h/a?b=1", "http://h/a?b=1&bewit=x" },
		{ "http://h/a?b", "http://h/a?b&bewit=x" },
		{ "http://h/a?", "http://h/a?&bewit=x" },
		{ "http://h/a#f", "http://h/a?bewit=x" },
		{ "http://h/a?b#f?g", "http://h/a?b&bewit=x" },
		{ "http://h/a#f?g", "http://h/a?bewit=x" },
		{ "http://h", "http://h/?bewit=x" },
		{ "http://h:80#f/?", "http://h:80/?bewit=x" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct tc__buffer text = TC__BUFFER(1000);

		tc__url_with_query(&text, cases[i].url, "bewit", "x");
		assert_string_equal(tc__buffer_get(&text), cases[i].expected);
		tc__buffer_clear(&text);
	}
}

/* Evaluates the call first, which stores `url`. */
#define assert_built(call, expected) \
	do { \
		assert_int_equal((call), TC_OK); \
		assert_string_equal(url, (expected)); \
		tc_release(url); \
	} while (0)

static void test_urls_of_a_deployment(void **state)
{
	static const char *const roots[] = { "https://tc.example.com", "https://tc.example.com/",
		"https://tc.example.com//" };
	char *url;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		const char *root = roots[i];

		assert_built(tc_url_api(root, "auth", "v1", "clients/", &url, NULL),
			"https://tc.example.com/api/auth/v1/clients/");
		assert_built(tc_url_api(root, "auth", "v1", "//ping?a=b", &url, NULL),
			"https://tc.example.com/api/auth/v1/ping?a=b");
		assert_built(tc_url_api(root, "auth", "v1", "", &url, NULL),
			"https://tc.example.com/api/auth/v1/");
		assert_built(tc_url_api_reference(root, "auth", "v1", &url, NULL),
			"https://tc.example.com/references/auth/v1/api.json");
		assert_built(tc_url_exchange_reference(root, "auth", "v1", &url, NULL),
			"https://tc.example.com/references/auth/v1/exchanges.json");
		assert_built(tc_url_manifest(root, &url, NULL),
			"https://tc.example.com/references/manifest.json");
		assert_built(tc_url_schema(root, "auth", "/v1/foo.json#", &url, NULL),
			"https://tc.example.com/schemas/auth/v1/foo.json#");
		assert_built(
			tc_url_docs(root, "/a/b", &url, NULL), "https://tc.example.com/docs/a/b");
		assert_built(tc_url_ui(root, "/tasks", &url, NULL), "https://tc.example.com/tasks");
		assert_built(tc_url_ui(root, "", &url, NULL), "https://tc.example.com/");
	}
}

static void test_deployment_urls_name_the_bad_argument(void **state)
{
	const char *root = "https://tc.example.com";
	char dummy = '\0', *url = &dummy;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	assert_int_equal(tc_url_api(NULL, "a", "v1", "p", &url, &err), TC_ERROR_ARGUMENT);
	assert_null(url);
	assert_failure(&err, TC_ERROR_ARGUMENT, "root_url is NULL");
	tc_url_api("", "a", "v1", "p", &url, &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "root_url is empty");
	tc_url_api("tc.example.com", "a", "v1", "p", &url, &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "root_url: the URL begins with neither");
	tc_url_api("https://tc.example.com/?a", "a", "v1", "p", &url, &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "root_url has a query or a fragment");
	tc_url_api(root, NULL, "v1", "p", &url, &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "service is NULL");
	tc_url_api(root, "a", "", "p", &url, &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "version is empty");
	tc_url_api(root, "a", "v1", "p q", &url, &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "path has byte 0x20 at position 1");
	tc_url_schema(root, "a", NULL, &url, &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "name is NULL");
	char *wide = malloc(TC__URL_MAX + 1);
	memset(wide, 'w', TC__URL_MAX);
	wide[TC__URL_MAX] = '\0';
	tc_url_docs(root, wide, &url, &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "the URL would have more than 65536 bytes");
	assert_null(url);
	free(wide);
	tc_url_manifest("http://u:secret@h", &url, &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "root_url: the URL has user info");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_takes_urls_apart),
		cmocka_unit_test(test_refuses_other_urls),
		cmocka_unit_test(test_refuses_a_url_that_is_too_long),
		cmocka_unit_test(test_encodes),
		cmocka_unit_test(test_adds_to_the_query),
		cmocka_unit_test(test_urls_of_a_deployment),
		cmocka_unit_test(test_deployment_urls_name_the_bad_argument),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
