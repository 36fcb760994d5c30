/* SPDX-License-Identifier: MPL-2.0 */

/* The page that the sandbox shows: what is served, to whom, and who signs in. */

#include "tests/harness/test.h"

#include "client.h"
#include "fixture.h"
#include "link.h"
#include "tools/sandbox/base/digest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define HTML "Accept: text/html,application/xhtml+xml,*/*;q=0.8"
#define SIZE_MAX_TOGETHER 45000                   /* as gzip */
#define ROOT_SCOPED "/api/secrets/v1/secret/none" /* 404 with the scopes, 403 without */

static int set_up(void **state)
{
	(void)state;
	server = link_start((const char *const[]){ NULL });
	return 0;
}

static int set_up_without(void **state)
{
	(void)state;
	server = link_start((const char *const[]){ "--no-page", NULL });
	return 0;
}

static int end(void **state)
{
	link_end();
	return tear_down(state);
}

/* ---- what is served ---- */

static struct reply *get(const char *path, const char *header)
{
	return ask(
		server, "GET", path, NULL, &(struct quirks){ .unsigned_ = true, .header = header });
}

static void assert_header(const struct reply *reply, const char *name, const char *expected)
{
	char value[1000];

	if (!reply_header(reply, name, value, sizeof value))
		fail_msg("no %s", name);
	if (strcmp(value, expected) != 0)
		fail_msg("%s is \"%s\", expected \"%s\"", name, value, expected);
}

static const struct {
	const char *path, *header;
	long status;
	const char *type, *part;
} views[] = {
	{ "/", HTML, 200, "text/html; charset=utf-8", "<main" },
	{ "/", "Accept: */*", 200, "text/plain; charset=utf-8", "on this machine only" },
	{ "/", "Accept:", 200, "text/plain; charset=utf-8", "on this machine only" },
	{ "/#x", HTML, 200, "text/html; charset=utf-8", "<main" },
	{ "/tasks", NULL, 200, "text/html; charset=utf-8", "<main" },
	{ "/tasks/create?x=y", NULL, 200, "text/html; charset=utf-8", "<main" },
	{ "/tasks/AAAAAAAAQGCAAAAAAAAAAA/runs/0/logs/live/public%2Flogs%2Flive.log", NULL, 200,
		"text/html; charset=utf-8", "<main" },
	{ "/tasks/groups/AAAAAAAAQGCAAAAAAAAAAA", NULL, 200, "text/html; charset=utf-8", "<main" },
	{ "/tasks/index/a.b/c", NULL, 200, "text/html; charset=utf-8", "<main" },
	{ "/hooks/g/h", NULL, 200, "text/html; charset=utf-8", "<main" },
	{ "/provisioners/p/worker-types/w", NULL, 200, "text/html; charset=utf-8", "<main" },
	{ "/worker-manager/p%2Fw/workers", NULL, 200, "text/html; charset=utf-8", "<main" },
	{ "/auth/clients/create?name=a&callback_url=http://localhost:1/", NULL, 200,
		"text/html; charset=utf-8", "<main" },
	{ "/sandbox/page.css", NULL, 200, "text/css; charset=utf-8", "color-scheme" },
	{ "/sandbox/page.js", NULL, 200, "text/javascript; charset=utf-8", "'use strict';" },
	{ "/tasksandmore", HTML, 404, "application/json; charset=utf-8", "Not found" },
	{ "/sandbox/page.js/", NULL, 404, "application/json; charset=utf-8", "Not found" },
	{ "/sandbox/api.js", NULL, 404, "application/json; charset=utf-8", "Not found" },
};

static void each_path_has_its_view(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
		struct reply *reply = get(views[i].path, views[i].header);
		if (reply->status != views[i].status || !strstr(reply->body, views[i].part))
			fail_msg("%s gave %ld: %s", views[i].path, reply->status, reply->body);
		assert_header(reply, "content-type", views[i].type);
		assert_header(reply, "x-content-type-options", "nosniff");
	}
}

static const char *const files[] = { "/tasks", "/sandbox/page.css", "/sandbox/page.js" };

static void the_page_is_held_together(void **state)
{
	char expected[600];

	(void)state;
	snprintf(expected, sizeof expected,
		"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
		"connect-src 'self' %s http://localhost:* https://localhost:* http://127.0.0.1:* "
		"https://127.0.0.1:*; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
		server->root_url);
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		struct reply *reply = get(files[i], NULL);
		assert_header(reply, "content-security-policy", expected);
		assert_header(reply, "referrer-policy", "no-referrer");
		assert_header(reply, "cross-origin-opener-policy", "same-origin");
		assert_header(reply, "cross-origin-resource-policy", "same-origin");
		assert_header(reply, "cache-control", "no-cache");
	}
}

static void nothing_inline_is_in_it(void **state)
{
	const char *script;

	(void)state;
	struct reply *reply = get("/tasks", NULL);
	assert_null(strstr(reply->body, " style="));
	assert_null(strstr(reply->body, "<style"));
	assert_null(strstr(reply->body, " onclick="));
	script = strstr(reply->body, "<script");
	assert_non_null(script);
	assert_int_equal(strncmp(script, "<script src=", strlen("<script src=")), 0);
	assert_null(strstr(script + 1, "<script"));
	reply = get("/sandbox/page.js", NULL);
	assert_null(strstr(reply->body, "innerHTML"));
	assert_null(strstr(reply->body, "insertAdjacentHTML"));
	assert_null(strstr(reply->body, "document.write"));
}

static void scripts_come_in_order(void **state)
{
	size_t first_length, last_length;
	char *first = tc_test_read_file("tools/sandbox/page/elements.js", &first_length);
	char *last = tc_test_read_file("tools/sandbox/page/start.js", &last_length);

	(void)state;
	struct reply *reply = get("/sandbox/page.js", NULL);
	assert_true(reply->body_length > first_length + last_length);
	assert_memory_equal(reply->body, first, first_length);
	assert_memory_equal(reply->body + reply->body_length - last_length, last, last_length);
	/* "use strict" counts only before any statement */
	assert_true(strstr(first, "'use strict';") < strstr(first, "function "));
	free(first);
	free(last);
}

static void what_is_known_is_not_sent_again(void **state)
{
	char tag[100], header[150];

	(void)state;
	struct reply *reply = get("/sandbox/page.js", NULL);
	assert_non_null(reply_header(reply, "etag", tag, sizeof tag));
	snprintf(header, sizeof header, "If-None-Match: %s", tag);
	reply = get("/sandbox/page.js", header);
	assert_int_equal(reply->status, 304);
	assert_int_equal(reply->body_length, 0);
	reply = get("/sandbox/page.css", header);
	assert_int_equal(reply->status, 200);
}

/* What is sent as gzip is what is sent as it is. */
static void it_is_packed(void **state)
{
	char *plain, value[50];

	(void)state;
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		struct reply *reply = get(files[i], NULL);
		uLongf length = reply->body_length;
		assert_null(reply_header(reply, "content-encoding", value, sizeof value));
		char *text = malloc(length + 1);
		plain = malloc(length + 1);
		assert_non_null(text);
		assert_non_null(plain);
		memcpy(text, reply->body, length);
		reply = get(files[i], "Accept-Encoding: deflate, gzip, br");
		assert_header(reply, "content-encoding", "gzip");
		assert_header(reply, "vary", "Accept, Accept-Encoding");
		z_stream stream = { .next_in = (Bytef *)reply->body,
			.avail_in = (uInt)reply->body_length,
			.next_out = (Bytef *)plain,
			.avail_out = (uInt)length + 1 };
		assert_int_equal(inflateInit2(&stream, 15 + 16), Z_OK);
		assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
		assert_int_equal(stream.total_out, length);
		assert_memory_equal(plain, text, length);
		inflateEnd(&stream);
		free(text);
		free(plain);
	}
}

static void only_for_who_takes_it(void **state)
{
	static const struct {
		const char *header;
		bool packed;
	} rows[] = { { "Accept-Encoding: gzip", true },
		{ "Accept-Encoding: br;q=1, GZIP;q=0.5", true },
		{ "Accept-Encoding: gzip;q=0", false },
		{ "Accept-Encoding: gzip; q=0.000, br", false },
		{ "Accept-Encoding: gzip2, x-gzip", false }, { "Accept-Encoding: identity", false },
		{ "Accept-Encoding: , ,gzip", true }, { "Accept-Encoding: br", false } };
	char value[50];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct reply *reply = get("/sandbox/page.js", rows[i].header);
		bool packed = reply_header(reply, "content-encoding", value, sizeof value) != NULL;
		if (reply->status != 200 || packed != rows[i].packed)
			fail_msg("%s: packed %d", rows[i].header, packed);
	}
}

static void it_stays_small(void **state)
{
	size_t size = 0;

	(void)state;
	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		size += get(files[i], "Accept-Encoding: gzip")->body_length;
	if (size >= SIZE_MAX_TOGETHER)
		fail_msg("the page has %zu bytes, of less than %d", size, SIZE_MAX_TOGETHER);
}

/* ---- who signs in ---- */

static struct reply *sign_in(const char *token, const char *origin, const char *header)
{
	char body[300];

	snprintf(body, sizeof body, "{\"token\":\"%s\"}", token);
	return ask(server, "POST", "/sandbox/session", body,
		&(struct quirks){ .unsigned_ = true, .origin = origin, .header = header });
}

/* A call as the page signs it. */
static struct reply *call_with(const struct reply *session, const char *path)
{
	static char id[100], key[100], ext[2000];
	char plain[1400];

	snprintf(id, sizeof id, "%s", reply_text(session, "/credentials/clientId"));
	snprintf(key, sizeof key, "%s", reply_text(session, "/credentials/accessToken"));
	snprintf(plain, sizeof plain, "{\"certificate\":%s}",
		reply_text(session, "/credentials/certificate"));
	digest_base64(plain, strlen(plain), ext);
	return ask(server, "GET", path, NULL, &(struct quirks){ .id = id, .key = key, .ext = ext });
}

static void the_link_signs_in_once(void **state)
{
	char token[100], next[100];
	size_t count;

	(void)state;
	assert_true(link_token(token, sizeof token, &count));
	assert_int_equal(count, 1);
	assert_int_equal(strlen(token), 64);
	struct reply *reply = sign_in(token, server->root_url, NULL);
	assert_int_equal(reply->status, 200);
	assert_header(reply, "cache-control", "no-store");
	assert_string_equal(reply_text(reply, "/credentials/clientId"), server->client_id);
	assert_null(strstr(reply->body, server->access_token));
	assert_int_equal(call_with(reply, ROOT_SCOPED)->status, 404);

	assert_int_equal(sign_in(token, server->root_url, NULL)->status, 401);
	assert_true(link_token(next, sizeof next, &count));
	assert_int_equal(count, 2);
	assert_string_not_equal(token, next);
	assert_int_equal(sign_in(next, server->root_url, NULL)->status, 200);
}

static void it_lasts_seven_days(void **state)
{
	char token[100];
	const tc_json *certificate = NULL;
	int64_t start, expiry;

	(void)state;
	assert_true(link_token(token, sizeof token, NULL));
	struct reply *reply = sign_in(token, server->root_url, NULL);
	const char *text = reply_text(reply, "/credentials/certificate");
	assert_int_equal(tc_json_parse(text, strlen(text), &certificate, NULL), TC_OK);
	assert_true(tc_json_int64(tc_json_get(certificate, "start"), &start));
	assert_true(tc_json_int64(tc_json_get(certificate, "expiry"), &expiry));
	assert_int_equal(expiry - start, 8 * 24 * 3600 * 1000LL); /* it began a day ago */
	assert_int_equal(tc_json_count(tc_json_get(certificate, "scopes")), 1);
	assert_string_equal(tc_json_text(tc_json_at(certificate, "/scopes/0")), "*");
	tc_release(certificate);
}

/* The token is good in all of these, and stays so. */
static void nobody_else_signs_in(void **state)
{
	char token[100], half[40];
	size_t before, after;

	(void)state;
	assert_true(link_token(token, sizeof token, &before));
	snprintf(half, sizeof half, "%.32s", token);
	assert_int_equal(sign_in("", server->root_url, NULL)->status, 401);
	assert_int_equal(sign_in(half, server->root_url, NULL)->status, 401);
	assert_int_equal(sign_in("0123456789012345678901234567890123456789012345678901234567890123",
				 server->root_url, NULL)
				 ->status,
		401);
	assert_int_equal(sign_in(token, NULL, NULL)->status, 403);
	assert_int_equal(sign_in(token, "null", NULL)->status, 403);
	assert_int_equal(sign_in(token, "http://evil.example", NULL)->status, 403);
	assert_int_equal(sign_in(token, "http://evil.example", "Host: evil.example")->status, 421);
	assert_true(link_token(token, sizeof token, &after));
	assert_int_equal(before, after);
	assert_int_equal(sign_in(token, server->root_url, NULL)->status, 200);
}

static void a_session_needs_a_token(void **state)
{
	static const struct {
		const char *body, *type;
	} bad[] = { { "{}", NULL }, { "{\"token\":null}", NULL }, { "{\"token\":[]}", NULL },
		{ "{\"token\":\"\\u0000\"}", NULL }, { "[]", NULL }, { "\"x\"", NULL },
		{ "token=x", NULL }, { "{\"token\":\"x\"}", "text/plain" }, { NULL, NULL } };

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct quirks quirks = {
			.unsigned_ = true, .origin = server->root_url, .type = bad[i].type
		};
		struct reply *reply = ask(server, "POST", "/sandbox/session", bad[i].body, &quirks);
		if (reply->status != 400 && reply->status != 401)
			fail_msg("%s gave %ld: %s", bad[i].body, reply->status, reply->body);
		assert_null(tc_json_get(reply->json, "credentials"));
	}
}

/* A process of another user has no token and no credentials. */
static void who_has_nothing_gets_nothing(void **state)
{
	(void)state;
	assert_int_equal(get(ROOT_SCOPED, NULL)->status, 403);
	assert_int_equal(get("/sandbox/session", NULL)->status, 404);
	assert_int_equal(get("/sandbox/faults", NULL)->status, 403);
	struct reply *reply = ask(server, "PUT", "/sandbox/faults", "{\"faults\":[]}",
		&(struct quirks){ .unsigned_ = true, .origin = server->root_url });
	assert_int_equal(reply->status, 403);
}

/* ---- without ---- */

static void no_page_is_none(void **state)
{
	static const char *const gone[] = { "/tasks", "/hooks", "/auth/clients/create",
		"/sandbox/page.css", "/sandbox/page.js", "/sandbox/session" };
	char token[100];

	(void)state;
	for (size_t i = 0; i < sizeof gone / sizeof *gone; i++)
		assert_int_equal(get(gone[i], HTML)->status, 404);
	struct reply *reply = get("/", HTML);
	assert_int_equal(reply->status, 200);
	assert_non_null(strstr(reply->body, "on this machine only"));
	assert_int_equal(get("/sandbox/notifications", NULL)->status, 200);
	assert_false(link_token(token, sizeof token, NULL));
	assert_int_equal(sign_in("", server->root_url, NULL)->status, 404);
}

int main(void)
{
	const struct CMUnitTest with[] = {
		cmocka_unit_test(the_link_signs_in_once),
		cmocka_unit_test(it_lasts_seven_days),
		cmocka_unit_test(nobody_else_signs_in),
		cmocka_unit_test(a_session_needs_a_token),
		cmocka_unit_test(who_has_nothing_gets_nothing),
		cmocka_unit_test(each_path_has_its_view),
		cmocka_unit_test(the_page_is_held_together),
		cmocka_unit_test(nothing_inline_is_in_it),
		cmocka_unit_test(scripts_come_in_order),
		cmocka_unit_test(what_is_known_is_not_sent_again),
		cmocka_unit_test(it_is_packed),
		cmocka_unit_test(only_for_who_takes_it),
		cmocka_unit_test(it_stays_small),
	};
	const struct CMUnitTest without[] = {
		cmocka_unit_test(no_page_is_none),
	};

	return cmocka_run_group_tests(with, set_up, end) |
		cmocka_run_group_tests(without, set_up_without, end);
}
