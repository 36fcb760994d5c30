/* SPDX-License-Identifier: MPL-2.0 */
/* Where a request goes, who may ask, and what is kept of a body: without a server. */
#include "tests/harness/test.h"

#include "tools/proxy/guard.h"
#include "tools/proxy/route.h"
#include "tools/proxy/spool.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void routes_are_found(void **state)
{
	static const struct {
		const char *target;
		enum route_kind kind;
		const char *sent; /* prefix and path */
	} cases[] = {
		{ "/api/queue/v1/ping", ROUTE_ROOT, "/api/queue/v1/ping" },
		{ "/api/queue/v1/task/a%2Fb?x=%20&y", ROUTE_ROOT,
			"/api/queue/v1/task/a%2Fb?x=%20&y" },
		{ "/api/queue/v1/", ROUTE_ROOT, "/api/queue/v1/" },
		{ "/queue/v1/ping?a", ROUTE_ROOT, "/api/queue/v1/ping?a" },
		{ "/references/queue/v1/api.json", ROUTE_ROOT,
			"/api/references/queue/v1/api.json" },
		{ "/tc.example.com/api/queue/v1/ping", ROUTE_HOST, "/api/queue/v1/ping" },
		{ "/localhost:80/x", ROUTE_HOST, "/x" },
		{ "/tc.example.com", ROUTE_HOST, "" },
		{ "/bewit", ROUTE_BEWIT, "/bewit" },
		{ "/bewit?x", ROUTE_BEWIT, "/bewit?x" },
		{ "/credentials", ROUTE_CREDENTIALS, "/credentials" },
		{ "/bewit/x", ROUTE_NOWHERE, NULL },
		{ "/credentialsx", ROUTE_NOWHERE, NULL },
		{ "/", ROUTE_NOWHERE, NULL },
		{ "//", ROUTE_NOWHERE, NULL },
		{ "", ROUTE_NOWHERE, NULL },
		{ "*", ROUTE_NOWHERE, NULL },
		{ "http://127.0.0.1/api/queue/v1/ping", ROUTE_NOWHERE, NULL },
		{ "/api", ROUTE_NOWHERE, NULL },
		{ "/api/", ROUTE_NOWHERE, NULL },
		{ "/api/queue", ROUTE_NOWHERE, NULL },
		{ "/api/queue/v1", ROUTE_NOWHERE, NULL },
		{ "/api//v1/x", ROUTE_NOWHERE, NULL },
		{ "/api/queue//x", ROUTE_NOWHERE, NULL },
		{ "/api?/v1/x", ROUTE_NOWHERE, NULL },
		{ "/nosuch", ROUTE_NOWHERE, NULL },
		{ "/nosuch/x", ROUTE_NOWHERE, NULL },
		{ "/nosuch/x?/", ROUTE_NOWHERE, NULL },
		{ "/references/manifest.json", ROUTE_NOWHERE, NULL },
	};
	struct route route;
	char sent[200];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		route_find(cases[i].target, &route);
		if (route.kind != cases[i].kind)
			fail_msg("%s: kind %d", cases[i].target, (int)route.kind);
		assert_true((route.why != NULL) == (route.kind == ROUTE_NOWHERE));
		if (!cases[i].sent)
			continue;
		snprintf(sent, sizeof sent, "%s%s", route.prefix, route.path);
		assert_string_equal(sent, cases[i].sent);
	}
}

static void urls_are_below_the_root_or_not(void **state)
{
	static const struct {
		const char *url, *root;
		enum route_kind kind;
		const char *path;
	} cases[] = {
		{ "https://tc.example.com/a%2Fb?c", "https://tc.example.com", ROUTE_ROOT,
			"/a%2Fb?c" },
		{ "HTTPS://TC.example.com/a", "https://tc.example.com/", ROUTE_ROOT, "/a" },
		{ "http://127.0.0.1:80/a", "http://127.0.0.1:80", ROUTE_ROOT, "/a" },
		{ "https://tc.example.com/root/a", "https://tc.example.com/root", ROUTE_ROOT,
			"/a" },
		/* another host, of which others have to know whether it is allowed */
		{ "https://tc.example.com.evil.com/a", "https://tc.example.com", ROUTE_HOST, "/a" },
		{ "https://tc.example.com@evil.com/a", "https://tc.example.com", ROUTE_HOST, "/a" },
		{ "https://other.example.com/a", "https://tc.example.com", ROUTE_HOST, "/a" },
		{ "https://tc.example.com", "https://tc.example.com", ROUTE_NOWHERE, NULL },
		{ "https://tc.example.com?a", "https://tc.example.com", ROUTE_NOWHERE, NULL },
		{ "http://tc.example.com/a", "https://tc.example.com", ROUTE_NOWHERE, NULL },
		{ "ftp://tc.example.com/a", "https://tc.example.com", ROUTE_NOWHERE, NULL },
		{ "https:///a", "https://tc.example.com", ROUTE_NOWHERE, NULL },
		{ "/a", "https://tc.example.com", ROUTE_NOWHERE, NULL },
		{ "", "https://tc.example.com", ROUTE_NOWHERE, NULL },
	};
	struct route route;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		route_url(cases[i].url, cases[i].root, &route);
		if (route.kind != cases[i].kind)
			fail_msg("%s: kind %d", cases[i].url, (int)route.kind);
		if (cases[i].path)
			assert_string_equal(route.path, cases[i].path);
	}
}

static void pages_and_other_names_are_refused(void **state)
{
	static const struct options v6 = { .ip_address = "fe80::2" };
	static const struct options v4 = { .ip_address = "10.0.0.1",
		.hosts = { { "taskcluster", "[fe80::1]" }, 2 } };
	static const struct {
		unsigned port;
		struct guard_request request;
		bool good;
	} cases[] = {
		{ 8080, { "127.0.0.1:8080", NULL, NULL, false }, true },
		{ 8080, { "LocalHost:8080", NULL, NULL, false }, true },
		{ 8080, { "[::1]:8080", NULL, NULL, false }, true },
		{ 8080, { "10.0.0.1:8080", NULL, NULL, false }, true },
		{ 8080, { "taskcluster", NULL, NULL, false }, true },
		{ 8080, { "taskcluster:8080", NULL, NULL, false }, true },
		{ 8080, { "[fe80::1]:8080", NULL, NULL, false }, true },
		{ 80, { "127.0.0.1", NULL, NULL, false }, true },
		{ 80, { "127.0.0.1:80", NULL, "none", false }, true },
		{ 80, { "localhost", NULL, "same-origin", false }, true },
		{ 8080, { "[fe80::2]:8080", NULL, NULL, false }, true },
		{ 8080, { "fe80::2:8080", NULL, NULL, false }, false },
		{ 8080, { NULL, NULL, NULL, false }, false },
		{ 8080, { "", NULL, NULL, false }, false },
		{ 8080, { "127.0.0.1", NULL, NULL, false }, false },
		{ 8080, { "127.0.0.1:80", NULL, NULL, false }, false },
		{ 8080, { "127.0.0.1:80800", NULL, NULL, false }, false },
		{ 8080, { "127.0.0.1.evil.com:8080", NULL, NULL, false }, false },
		{ 8080, { "evil.com", NULL, NULL, false }, false },
		{ 8080, { "evil.com:8080", NULL, NULL, false }, false },
		{ 8080, { "xlocalhost:8080", NULL, NULL, false }, false },
		{ 8080, { "taskcluster.evil.com", NULL, NULL, false }, false },
		{ 8080, { "localhost:8080", "http://localhost:8080", NULL, false }, false },
		{ 8080, { "localhost:8080", "null", NULL, false }, false },
		{ 8080, { "localhost:8080", "", NULL, false }, false },
		{ 8080, { "localhost:8080", NULL, "cross-site", false }, false },
		{ 8080, { "localhost:8080", NULL, "same-site", false }, false },
		{ 8080, { "localhost:8080", NULL, NULL, true }, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		bool is_v6 = cases[i].request.host && strstr(cases[i].request.host, "fe80::2");
		const char *why =
			guard_refusal(is_v6 ? &v6 : &v4, cases[i].port, &cases[i].request);
		if (cases[i].good != (why == NULL))
			fail_msg("case %zu: %s", i, why ? why : "taken");
	}
}

static void a_secret_is_the_whole_of_it(void **state)
{
	(void)state;
	assert_true(guard_is_secret("abc", "abc"));
	assert_false(guard_is_secret("abc", "abcd"));
	assert_false(guard_is_secret("abc", "ab"));
	assert_false(guard_is_secret("abc", ""));
	assert_false(guard_is_secret("", ""));
	assert_false(guard_is_secret(NULL, ""));
	assert_false(guard_is_secret(NULL, NULL));
	assert_false(guard_is_secret("abc", NULL));
}

/* What a source reads, however it does. */
static void check_source(const struct spool *spool, const char *expected, size_t length)
{
	struct tc_source source = TC_SOURCE_INIT;

	spool_source(spool, &source);
	assert_int_equal(source.length, length);
	char *bytes = malloc(length + 1);
	assert_non_null(bytes);
	if (source.bytes)
		memcpy(bytes, source.bytes, length);
	else
		assert_int_equal(pread(source.fd, bytes, length + 1, 0), length);
	assert_memory_equal(bytes, expected, length);
	free(bytes);
}

static void bodies_are_kept_in_memory_or_a_file(void **state)
{
	static const size_t lengths[] = { 0, 1, SPOOL_MEMORY - 1, SPOOL_MEMORY, SPOOL_MEMORY + 1,
		5 * SPOOL_MEMORY + 77 };
	char bytes[6 * SPOOL_MEMORY];
	struct spool spool;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (char)(i * 7 + i / 251);
	for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		spool_open(&spool, sizeof bytes);
		for (size_t at = 0; at < lengths[i]; at += 1000) {
			size_t left = lengths[i] - at;
			assert_ok(spool_add(&spool, bytes + at, left < 1000 ? left : 1000, &err),
				&err);
		}
		assert_true((spool.fd >= 0) == (lengths[i] > SPOOL_MEMORY));
		check_source(&spool, bytes, lengths[i]);
		spool_close(&spool);
	}
	spool_open(&spool, 10);
	assert_ok(spool_add(&spool, bytes, 10, &err), &err);
	assert_int_equal(spool_add(&spool, bytes, 1, &err), TC_ERROR_INPUT);
	assert_failure(&err, TC_ERROR_INPUT, "more than 10 bytes");
	spool_close(&spool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(routes_are_found),
		cmocka_unit_test(urls_are_below_the_root_or_not),
		cmocka_unit_test(pages_and_other_names_are_refused),
		cmocka_unit_test(a_secret_is_the_whole_of_it),
		cmocka_unit_test(bodies_are_kept_in_memory_or_a_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
