/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/harness/test.h"

#include "runtime/src/http/session.h"
#include <stdio.h>
#include <string.h>

#define NOW_MS 1700000000000

static const struct tc_session_scheme scheme = {
	.cookies = (const char *const[]){ "SID", "SECURE_SID", NULL }, .lifetime_s = 100
};

static struct tc__url at(const char *url)
{
	struct tc__url parts;
	tc_error err = TC_ERROR_INIT;

	assert_ok(tc__url_parse(url, &parts, &err), &err);
	return parts;
}

static void set(struct tc__session *session, const char *url, const char *header)
{
	struct tc__url parts = at(url);
	tc_error err = TC_ERROR_INIT;

	assert_ok(tc__session_take(session, &parts, header, NOW_MS, &err), &err);
}

static void expect(const struct tc__session *session, const char *url, const char *line)
{
	struct tc__url parts = at(url);
	struct tc__buffer text = TC__BUFFER(100000);

	tc__session_line(session, &parts, &text);
	assert_string_equal(tc__buffer_get(&text), line);
	tc__buffer_clear(&text);
}

static void test_cookies(void **state)
{
	struct tc__session session = { 0 };

	(void)state;
	expect(&session, "http://h/", "");
	set(&session, "http://h/a", "SID=one; Path=/; HttpOnly");
	set(&session, "http://h/a", " csrf = x=y ;SameSite=Lax");
	set(&session, "http://h/a", "SID=two");
	set(&session, "http://h/a", "no cookie at all");
	set(&session, "http://h/a", "=nameless");
	expect(&session, "http://h/b", "Cookie: csrf=x=y; SID=two");
	expect(&session, "http://h:80/b", "Cookie: csrf=x=y; SID=two");
	set(&session, "http://h/a", "csrf=; Max-Age=0");
	expect(&session, "http://h/b", "Cookie: SID=two");
	set(&session, "http://h/a", "SID=; Expires=Thu, 01 Jan 1970 00:00:00 GMT");
	expect(&session, "http://h/b", "");
	tc__session_clear(&session);
}

/* No other scheme, host or port gets them, and another origin's cookies push them out. */
static void test_origin(void **state)
{
	struct tc__session session = { 0 };

	(void)state;
	set(&session, "https://h:8443/", "SID=s; Secure");
	set(&session, "https://h:8443/", "other=o");
	expect(&session, "https://h:8443/x", "Cookie: SID=s; other=o");
	expect(&session, "https://h/x", "");
	expect(&session, "http://h:8443/x", "");
	expect(&session, "https://h.example:8443/x", "");
	set(&session, "http://h/", "SID=t; Secure");
	set(&session, "http://h/", "other=p");
	expect(&session, "https://h:8443/x", "");
	expect(&session, "http://h/x", "Cookie: other=p");
	tc__session_clear(&session);
}

/* What ends the lines of one header would begin another. */
static void test_control_characters(void **state)
{
	struct tc__session session = { 0 };

	(void)state;
	set(&session, "http://h/", "SID=a\rX-Admin: 1");
	set(&session, "http://h/", "S\x01ID=a");
	set(&session, "http://h/", "SID=a\x7f");
	set(&session, "http://h/", "SID=a\nb; Path=/");
	assert_null(session.cookies);
	set(&session, "http://h/", "SID=\xc3\xb6\t1");
	expect(&session, "http://h/", "Cookie: SID=\xc3\xb6\t1");
	tc__session_clear(&session);
}

static void ends(const char *attributes, bool expected)
{
	struct tc__session session = { 0 };
	char header[200];

	snprintf(header, sizeof header, "SID=a; %s", attributes);
	set(&session, "http://h/", header);
	assert_int_equal(session.cookies == NULL, expected);
	tc__session_clear(&session);
}

/* NOW_MS is 2023-11-14 22:13:20. Of the two Max-Age counts (RFC 6265, 5.3). */
static void test_ages(void **state)
{
	(void)state;
	ends("Max-Age=0", true);
	ends("max-age=-1", true);
	ends("Max-Age=00", true);
	ends("Max-Age=1", false);
	ends("Max-Age=", false);
	ends("Max-Age=soon", false);
	ends("Expires=Tue, 14 Nov 2023 22:13:20 GMT", true);
	ends("Expires=Tue, 14 Nov 2023 22:13:21 GMT", false);
	ends("expires=Thu, 01-Jan-1970 00:00:00 GMT", true); /* as frameworks write them */
	ends("Expires=Thu, 01-Jan-70 00:00:00 GMT", true);
	ends("Expires=Wed, 14-Nov-2035 22:13:20 GMT", false);
	ends("Expires=yesterday", false);
	ends("Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=60", false);
	ends("Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT", false);
	ends("Max-Age=0; Expires=Fri, 01 Jan 2100 00:00:00 GMT", true);
}

static void test_holds(void **state)
{
	struct tc__session session = { 0 };
	struct tc__url parts = at("http://h/");

	(void)state;
	set(&session, "http://h/", "other=1");
	session.begun_ms = NOW_MS;
	assert_false(tc__session_holds(&session, &parts, &scheme, NOW_MS));
	set(&session, "http://h/", "SECURE_SID=1");
	session.begun_ms = NOW_MS;
	assert_true(tc__session_holds(&session, &parts, &scheme, NOW_MS + 99999));
	assert_false(tc__session_holds(&session, &parts, &scheme, NOW_MS + 100000));
	tc__session_clear(&session);
	assert_false(tc__session_holds(&session, &parts, &scheme, NOW_MS));
}

static void test_bounds(void **state)
{
	struct tc__session session = { 0 };
	static char header[TC__COOKIE_MAX + 64];
	size_t count = 0;

	(void)state;
	memset(header, 'a', TC__COOKIE_MAX + 10);
	header[1] = '=';
	set(&session, "http://h/", header);
	assert_null(session.cookies);
	for (int i = 0; i < 2 * TC__COOKIES_MAX; i++) {
		char small[] = "aa=1";
		small[0] = (char)('a' + i % 26);
		small[1] = (char)('a' + i / 26);
		set(&session, "http://h/", small);
	}
	for (const struct tc__cookie *cookie = session.cookies; cookie; cookie = cookie->next)
		count++;
	assert_int_equal(count, TC__COOKIES_MAX);
	tc__session_clear(&session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cookies),
		cmocka_unit_test(test_origin),
		cmocka_unit_test(test_control_characters),
		cmocka_unit_test(test_ages),
		cmocka_unit_test(test_holds),
		cmocka_unit_test(test_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
