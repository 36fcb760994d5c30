/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/harness/test.h"

#include "runtime/src/common/url.h"
#include <arpa/inet.h>
#include <curl/curl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <taskcluster/client.h>

static void becomes(const char *url, const char *expected)
{
	struct tc__buffer sent = TC__BUFFER(1000);

	tc__url_as_sent(&sent, url);
	assert_string_equal(tc__buffer_get(&sent), expected);
	tc__buffer_clear(&sent);
}

static void test_addresses_in_their_usual_form(void **state)
{
	static const char *const kept[] = { "https://tc.example.com",
		"https://TC.Example.COM:8443/x/", "http://h/a/../b//?x=%7e", "http://[::1]:8080/",
		"http://127.0.0.1:1", "http://h.", "http://1.2.3.4.5", "http://a_b",
		"https://h/{service}/v1", "http://{service}.h/", "no URL", "", "http://h:0",
		"http://me:x@127.1" };

	(void)state;
	becomes("http://127.1:8080", "http://127.0.0.1:8080");
	becomes("http://0x7f000001/a?b", "http://127.0.0.1/a?b");
	becomes("http://2130706433:0080/", "http://127.0.0.1:0080/");
	becomes("https://0177.0.0.01/{service}/v1", "https://127.0.0.1/{service}/v1");
	becomes("http://[0::1]:80", "http://[::1]:80");
	becomes("https://[2001:0db8:0:0:0:0:0:1]/", "https://[2001:db8::1]/");
	becomes("http://[0:11:01:0:1::a0:FA]/", "http://[0:11:1:0:1:0:a0:fa]/");
	becomes("HTTPS://h:443/", "https://h:443/");
	becomes("http://127.0.0.1.:80/", "http://127.0.0.1:80/");
	becomes("https://h/a%2f%c3%A9/{service}?b=%2f", "https://h/a%2F%C3%A9/{service}?b=%2f");
	becomes("https://h/%zf%4g%%fe%aq%a", "https://h/%zf%4g%%FE%aq%a");
	for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
		becomes(kept[i], kept[i]);
}

static unsigned draw(uint32_t *state, unsigned end)
{
	*state = *state * 1664525 + 1013904223;
	return (*state >> 8) % end;
}

static void draw_host(uint32_t *state, char host[60])
{
	static const char names[] = "0123789.x.fX0.a-", addresses[] = "0:1:fF:0a";
	bool brackets = draw(state, 3) == 0;
	const char *alphabet = brackets ? addresses : names;
	size_t length = 1 + draw(state, brackets ? 20 : 12), used = 0;

	if (brackets)
		host[used++] = '[';
	for (size_t i = 0; i < length; i++)
		host[used++] = alphabet[draw(state, (unsigned)strlen(alphabet))];
	if (brackets)
		host[used++] = ']';
	host[used] = '\0';
}

/* "[::aa:1a]" and "[::0.170.0.26]" */
static bool is_same_address(const char *a, const char *b)
{
	char texts[2][INET6_ADDRSTRLEN] = { "", "" };
	struct in6_addr addresses[2];

	if (*a != '[' || *b != '[' || strlen(a) > INET6_ADDRSTRLEN || strlen(b) > INET6_ADDRSTRLEN)
		return false;
	memcpy(texts[0], a + 1, strlen(a) - 2);
	memcpy(texts[1], b + 1, strlen(b) - 2);
	return inet_pton(AF_INET6, texts[0], &addresses[0]) == 1 &&
		inet_pton(AF_INET6, texts[1], &addresses[1]) == 1 &&
		memcmp(&addresses[0], &addresses[1], sizeof addresses[0]) == 0;
}

/* What was made of a host is not changed by libcurl any more, nor was another host made of it. */
static void check_with_libcurl(const char *url, size_t *rewritten)
{
	struct tc__buffer sent = TC__BUFFER(1000);
	CURLU *given = curl_url(), *made = curl_url();
	char *host = NULL, *last = NULL;

	tc__url_as_sent(&sent, url);
	if (curl_url_set(given, CURLUPART_URL, url, 0) == CURLUE_OK) {
		assert_int_equal(curl_url_set(made, CURLUPART_URL, sent.data, 0), CURLUE_OK);
		assert_int_equal(curl_url_get(given, CURLUPART_HOST, &host, 0), CURLUE_OK);
		assert_int_equal(curl_url_get(made, CURLUPART_HOST, &last, 0), CURLUE_OK);
		const char *ours = sent.data + strlen("http://");
		/* libcurl 8 leaves 0X30 to the resolver, and those before 8.22 leave 1. to it,
		 * which reads the same address */
		bool same = strcasecmp(host, last) == 0 || strchr(host, 'X') ||
			host[strlen(host) - 1] == '.' || is_same_address(host, last);
		if (strncasecmp(last, ours, strcspn(ours, "/")) != 0 || !same)
			fail_msg("%s became %s; libcurl has %s and %s", url, ours, host, last);
		*rewritten += strcasecmp(url, sent.data) != 0;
	}
	curl_free(host);
	curl_free(last);
	curl_url_cleanup(given);
	curl_url_cleanup(made);
	tc__buffer_clear(&sent);
}

static void test_libcurl_has_nothing_left_to_change(void **state)
{
	uint32_t seed = 1;
	size_t rewritten = 0;

	(void)state;
	for (int i = 0; i < 40000; i++) {
		char host[60], url[80];
		struct tc__url parts;

		draw_host(&seed, host);
		snprintf(url, sizeof url, "http://%s/", host);
		if (tc__url_parse(url, &parts, NULL) == TC_OK)
			check_with_libcurl(url, &rewritten);
	}
	assert_true(rewritten > 1000);
}

static void test_proxies(void **state)
{
	static const char *const good[] = { "http://proxy.example.com:3128", "proxy:3128", "proxy",
		"https://h", "socks5h://me:a%2Fb%40c@h:1080/", "SOCKS4://h", "me:pass@h:1",
		"[::1]:80", "http://127.1:80" };
	static const struct {
		const char *proxy, *text;
	} bad[] = {
		{ "http://me:needle@h:bad",
			"http_proxy: the URL's port is not a number from 1 to 65535; expected "
			"http://[user" },
		{ "http://me:needle@h:65536", "http_proxy: the URL's port" },
		{ "http://me:needle@h:0", "http_proxy: the URL's port" },
		{ "http://me:needle@h:00", "http_proxy: the URL's port" },
		{ "me:needle@h:1x", "http_proxy: the URL's port" },
		{ "http://me:nee/needle@h:1", "http_proxy: the URL's port" },
		{ "http://me:nee@needle@h:1", "http_proxy: the URL has user info" },
		{ "http://me:needle nee@h:1", "http_proxy: the URL has byte 0x20 at position 16" },
		{ "http://me:needle@:1", "http_proxy: the URL has no valid host" },
		{ "http://me:needle%00@h:1",
			"http_proxy: the URL has an encoded control character in its user name or "
			"password" },
		{ "needle://me:needle@h:1",
			"http_proxy: the URL has a scheme that is not http, https, socks4" },
	};
	struct tc_options options = TC_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	options.root_url = "https://tc.example.com";
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		options.http_proxy = good[i];
		tc_client *client = tc_client_new(&options, &err);
		if (!client)
			fail_msg("%s: %s", good[i], tc_error_text(&err));
		tc_client_free(client);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		options.http_proxy = bad[i].proxy;
		assert_null(tc_client_new(&options, &err));
		assert_null(strstr(tc_error_text(&err), "needle"));
		assert_failure(&err, TC_ERROR_ARGUMENT, bad[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses_in_their_usual_form),
		cmocka_unit_test(test_libcurl_has_nothing_left_to_change),
		cmocka_unit_test(test_proxies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
