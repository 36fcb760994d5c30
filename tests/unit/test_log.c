/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/harness/test.h"

#include "runtime/src/base/log.h"
#include <locale.h>
#include <string.h>

static void redacts(const char *text, const char *expected)
{
	struct tc__buffer line = TC__BUFFER(4096);

	tc__log_redact(&line, text, strlen(text));
	assert_string_equal(tc__buffer_get(&line), expected);
	tc__buffer_clear(&line);
}

static void test_headers(void **state)
{
	(void)state;
	redacts("> Authorization: Hawk id=\"a\", mac=\"b\"", "> Authorization: (redacted)");
	redacts("< server-authorization: Hawk mac=\"x\"", "< server-authorization: (redacted)");
	redacts("Proxy-Authorization: Basic eDp5\r\nDate: today",
		"Proxy-Authorization: (redacted)\r\nDate: today");
	redacts("< Set-Cookie: TWISTED_SESSION=1", "< Set-Cookie: (redacted)");
	redacts("< X-Amz-Security-Token: abc", "< X-Amz-Security-Token: (redacted)");
	redacts("> X-CSRFToken: abc", "> X-CSRFToken: (redacted)");
	redacts("< Id-Token: abc", "< Id-Token: (redacted)");
	redacts("SyntaxError: Unexpected token: x", "SyntaxError: Unexpected token: x");
	redacts("< Content-Type: text/plain", "< Content-Type: text/plain");
}

static void test_queries(void **state)
{
	(void)state;
	redacts("GET https://h/a?bewit=c2VjcmV0 -> 200", "GET https://h/a?bewit=(redacted) -> 200");
	redacts("https://h/a?x=1&bewit=abc&y=2", "https://h/a?x=1&bewit=(redacted)&y=2");
	redacts("to=https%3A%2F%2Fh%2F%3Fbewit%3Dabc",
		"to=https%3A%2F%2Fh%2F%3Fbewit%3D(redacted)");
	redacts("<a href=\"https://s3/?X-Amz-Signature=ab12&X-Amz-Date=1\">",
		"<a href=\"https://s3/?X-Amz-Signature=(redacted)&X-Amz-Date=1\">");
	redacts("?X-Amz-Security-Token=abc", "?X-Amz-Security-Token=(redacted)");
	redacts("?continuationToken=abc&limit=1", "?continuationToken=abc&limit=1");
}

static void test_json(void **state)
{
	(void)state;
	redacts("{\"clientId\":\"a\",\"accessToken\":\"s3cret\",\"x\":1}",
		"{\"clientId\":\"a\",\"accessToken\":(redacted),\"x\":1}");
	redacts("{\"accessToken\" : \"a\\\"b\", \"x\":1}",
		"{\"accessToken\" : (redacted), \"x\":1}");
	redacts("{\"certificate\":{\"seed\":\"}\",\"a\":[1]},\"x\":1}",
		"{\"certificate\":(redacted),\"x\":1}");
	redacts("{\"certificate\":null,\"x\":1}", "{\"certificate\":null,\"x\":1}");
	/* JSON in a string of JSON, as a certificate comes in a claim */
	redacts("\"{\\\"accessToken\\\":\\\"abc\\\",\\\"x\\\":1}\"",
		"\"{\\\"accessToken\\\":(redacted),\\\"x\\\":1}\"");
	/* cut in the middle of the secret */
	redacts("{\"accessToken\":\"abcd", "{\"accessToken\":(redacted)");
	redacts("{\"certificate\":{\"seed\":\"abc", "{\"certificate\":(redacted)");
	redacts("{\"secret\":{\"password\":\"x\"}}", "{\"secret\":(redacted)}");
	redacts("{\"accessKeyId\":\"a\",\"secretAccessKey\":\"b\"}",
		"{\"accessKeyId\":\"a\",\"secretAccessKey\":(redacted)}");
	redacts("{\"aws_secret_access_key\":\"b\",\"private_key\":\"c\",\"privateKey\":\"d\"}",
		"{\"aws_secret_access_key\":(redacted),\"private_key\":(redacted),"
		"\"privateKey\":(redacted)}");
	redacts("{\"routingKey\":\"a.b\"}", "{\"routingKey\":\"a.b\"}");
	redacts("{\"authorization\":\"Hawk id\"}", "{\"authorization\":(redacted)}");
	redacts("{\"certificate\":[{\"a\\", "{\"certificate\":(redacted)");
	redacts("{\"accessToken\":", "{\"accessToken\":(redacted)");
	redacts("{\"accessToken\"", "{\"accessToken\"");
	/* over the ends of lines */
	redacts("{\"accessToken\"\r\n:\n  \"abc\"}", "{\"accessToken\"\r\n:\n  (redacted)}");
}

static void test_plain_text_stays(void **state)
{
	(void)state;
	redacts("", "");
	redacts("the token is missing", "the token is missing");
	redacts("certificate:", "certificate:");
	redacts("bewit=", "bewit=(redacted)");
}

/* Where a capital I has no dot, "AUTHORIZATION" is not the upper case of "authorization". */
static void test_redacts_in_every_locale(void **state)
{
	(void)state;
	if (!setlocale(LC_ALL, "tr_TR.UTF-8"))
		skip();
	redacts("> AUTHORIZATION: Hawk x", "> AUTHORIZATION: (redacted)");
	redacts("?SIGNATURE=x", "?SIGNATURE=(redacted)");
	redacts("{\"CERTIFICATE\":\"x\"}", "{\"CERTIFICATE\":(redacted)}");
	redacts("?CONTINUATIONTOKEN=x", "?CONTINUATIONTOKEN=x");
	setlocale(LC_ALL, "C");
}

struct seen {
	int count;
	enum tc_log_level level;
	char line[TC__LOG_LINE_MAX + 100];
};

static void see(void *data, enum tc_log_level level, const char *line)
{
	struct seen *seen = data;

	seen->count++;
	seen->level = level;
	strncpy(seen->line, line, sizeof seen->line - 1);
}

static void test_lines(void **state)
{
	static struct seen seen;
	struct tc__log log = { see, &seen, TC_LOG_WARN };
	char wide[TC__LOG_LINE_MAX + 50];

	(void)state;
	tc__log(&log, TC_LOG_INFO, "not wanted");
	assert_int_equal(seen.count, 0);
	tc__log(&log, TC_LOG_WARN, "a\nb\tc %s", "bewit=x");
	assert_int_equal(seen.count, 1);
	assert_int_equal(seen.level, TC_LOG_WARN);
	assert_string_equal(seen.line, "a b c bewit=(redacted)");

	memset(wide, 'w', sizeof wide - 1);
	wide[sizeof wide - 1] = '\0';
	tc__log(&log, TC_LOG_ERROR, "%s", wide);
	assert_int_equal(seen.count, 2);
	assert_int_equal(strlen(seen.line), TC__LOG_LINE_MAX - 1);

	log.fn = NULL;
	tc__log(&log, TC_LOG_ERROR, "nobody listens");
	assert_int_equal(seen.count, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_headers),
		cmocka_unit_test(test_queries),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_plain_text_stays),
		cmocka_unit_test(test_redacts_in_every_locale),
		cmocka_unit_test(test_lines),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
