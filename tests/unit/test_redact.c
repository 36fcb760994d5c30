/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/harness/test.h"

#include "runtime/src/base/redact.h"
#include <locale.h>
#include <string.h>

static void redacts_once(const char *text, const char *expected)
{
	struct tc__buffer line = TC__BUFFER(4096);
	char copy[4096];

	tc__redact(&line, text, strlen(text));
	assert_string_equal(tc__buffer_get(&line), expected);
	tc__buffer_clear(&line);
	strcpy(copy, text);
	tc__redact_in_place(copy, sizeof copy);
	assert_string_equal(copy, expected);
}

/* What is redacted stays as it is when it passes again. */
static void redacts(const char *text, const char *expected)
{
	redacts_once(text, expected);
	redacts_once(expected, expected);
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
	redacts("https://storage/b/o?X-Goog-Signature=0a1b&GoogleAccessId=me",
		"https://storage/b/o?X-Goog-Signature=(redacted)&GoogleAccessId=me");
	redacts("https://blob/c?sv=1&sig=a%2Fb%3D", "https://blob/c?sv=1&sig=(redacted)");
	redacts("POST /login?user=me&password=abc", "POST /login?user=me&password=(redacted)");
}

static void test_user_info(void **state)
{
	static const char *const plain[] = { "http://h:3128", "http://h/a:b@c",
		"https://[::1]:80/x@y", "https://h", "://", "the scope a:b/c@d",
		"assume:login-identity:github/1|me@h", "mailto:me@h", "//me:x@h",
		"see http://h:80/~me@h", "http://h:/a@b", "^(https?://|ssh://|git@)" };

	(void)state;
	redacts("http://me:s3cret@h:1/x", "http://me:(redacted)@h:1/x");
	redacts("from 'socks5h://me:s3:c@ret@h'", "from 'socks5h://me:(redacted)@h'");
	redacts("https://ghp_abc@h/x", "https://(redacted)@h/x");
	redacts("http://me:pa/ss@h:1 x@y", "http://me:(redacted)@h:1 x@y");
	redacts("http://me:1x?a#b@h", "http://me:(redacted)@h");
	redacts("http://me:p@ss/w@h:1/x", "http://me:(redacted)@h:1/x");
	redacts("http://:x@h", "http://:(redacted)@h");
	redacts("http://me:x@[::1]:1/", "http://me:(redacted)@[::1]:1/");
	redacts("a http://a:b@c, http://d:e@f", "a http://a:(redacted)@c, http://d:(redacted)@f");
	for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
		redacts(plain[i], plain[i]);
}

/* The message about a member is about its value, not a header. */
static void test_pointers_are_no_headers(void **state)
{
	(void)state;
	redacts("/authorization: is missing", "/authorization: is missing");
	redacts("/a/id-token: expected text", "/a/id-token: expected text");
	redacts("ci.x: /cookie: is 5", "ci.x: /cookie: is 5");
	redacts("x/y: authorization: abc", "x/y: authorization: (redacted)");
}

static void test_in_place_within_the_size(void **state)
{
	static const char text[] = "sig=a&sig=b&sig=c";

	(void)state;
	for (size_t size = sizeof text; size < 60; size++) {
		char room[64];

		memset(room, '!', sizeof room);
		strcpy(room, text);
		tc__redact_in_place(room, size);
		assert_true(strlen(room) < size);
		assert_memory_equal(
			room, "sig=(redacted)&sig=(redacted)&sig=(redacted)", strlen(room));
		for (size_t i = size; i < sizeof room; i++)
			assert_int_equal(room[i], '!');
	}
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_headers),
		cmocka_unit_test(test_queries),
		cmocka_unit_test(test_user_info),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_pointers_are_no_headers),
		cmocka_unit_test(test_plain_text_stays),
		cmocka_unit_test(test_redacts_in_every_locale),
		cmocka_unit_test(test_in_place_within_the_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
