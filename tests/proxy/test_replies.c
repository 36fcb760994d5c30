/* SPDX-License-Identifier: MPL-2.0 */
/* What goes through the proxy in both directions, in front of a service that answers as a test
 * likes. */
#include "tests/proxy/proxy.h"

#include "tests/harness/encode.h"
#include "tests/harness/raw.h"
#include "tests/harness/responder.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static const char text[] = "{\"a\":1}";

struct world {
	struct tc_responder *service;
	struct child proxy;
	char *gzip;
	size_t gzip_length;
	/* of the last request */
	char method[10], target[400], head[4000], body[4000];
	size_t body_length;
	int requests; /* since a test set it to 0 */
	char line[2000];
	char headers[60000]; /* of /long */
};

static void remember(struct world *world, const struct tc_responder_request *request)
{
	world->requests++;
	snprintf(world->method, sizeof world->method, "%s", request->method);
	snprintf(world->target, sizeof world->target, "%s", request->target);
	snprintf(world->head, sizeof world->head, "%s", request->head);
	world->body_length = request->body_length;
	snprintf(world->body, sizeof world->body, "%.*s", (int)request->body_length,
		request->body_length ? request->body : "");
}

/* /api/x/v1/STATUS, and names for what is special. */
static void answer(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply)
{
	struct world *world = data;
	const char *name = strrchr(request->target, '/') + 1;

	remember(world, request);
	reply->body = text;
	reply->body_length = strlen(text);
	if (atoi(name) >= 200)
		reply->status = atoi(name);
	if (strcmp(name, "busy") == 0 && world->requests == 1)
		reply->status = 503;
	if (strcmp(name, "headers") == 0) {
		reply->headers = "Access-Control-Allow-Origin: *\r\n"
				 "Access-Control-Expose-Headers: X\r\n"
				 "Set-Cookie: a=b\r\nKeep-Alive: timeout=5\r\n"
				 "Connection: keep-alive, X-Hop\r\nX-Hop: 1\r\n"
				 "X-Taskcluster-Proxy-Version: forged\r\n"
				 "X-Twice: 1\r\nX-Twice: 2\r\nContent-Type: a/b; c\r\n"
				 "ETag: \"e\"\r\nRetry-After: 7\r\n";
	} else if (strcmp(name, "gzip") == 0) {
		reply->headers = "Content-Encoding: gzip\r\nContent-Type: application/json\r\n";
		reply->body = world->gzip;
		reply->body_length = world->gzip_length;
	} else if (strcmp(name, "429") == 0) {
		reply->headers = "Retry-After: 60\r\n";
	} else if (strcmp(name, "long") == 0) {
		reply->headers = world->headers;
	} else if (strcmp(name, "303") == 0) {
		reply->headers = "Location: https://example.com/?sig=secret\r\n";
	} else if (strcmp(name, "chunked") == 0) {
		reply->chunked = true;
	} else if (strcmp(name, "cut") == 0) {
		reply->cut = 3;
	} else if (strcmp(name, "204") == 0) {
		reply->body_length = 0;
	} else if (strcmp(name, "silent") == 0) {
		reply->delay_ms = 20000;
	}
}

static int setup(void **state)
{
	static struct world world;

	for (size_t at = 0; at < 50000; at += 1000)
		snprintf(world.headers + at, sizeof world.headers - at, "X-Long: %0990d\r\n", 1);
	world.gzip = tc_test_encode(TC_TEST_GZIP, text, strlen(text), &world.gzip_length);
	world.service = tc_responder_start(answer, &world);
	child_start(&world.proxy, ARGUMENTS("a:b", "--timeout", "1", "--body-max", "100000"),
		ENVIRONMENT(tc_responder_url(world.service)), NULL);
	*state = &world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	child_stop(&world->proxy);
	tc_responder_stop(world->service);
	free(world->gzip);
	return 0;
}

static void get(struct world *world, struct answer *got, const char *method, const char *path)
{
	world->requests = 0;
	ask(got, method, world->proxy.url, path, NULL, NULL, 0);
}

static void every_status_is_handed_on(void **state)
{
	struct world *world = *state;
	static const int statuses[] = { 200, 201, 202, 204, 301, 303, 304, 307, 400, 401, 403, 404,
		409, 410, 424, 499, 501, 599 };
	struct answer got;
	char path[40];

	for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
		snprintf(path, sizeof path, "/api/x/v1/%d", statuses[i]);
		get(world, &got, "POST", path);
		assert_int_equal(got.status, statuses[i]);
		assert_true(got.whole);
		bool bodiless = statuses[i] == 204 || statuses[i] == 304;
		assert_string_equal(got.body, bodiless ? "" : text);
		assert_int_equal(world->requests, 1);
		answer_clear(&got);
	}
	get(world, &got, "GET", "/api/x/v1/303");
	assert_string_equal(answer_header(&got, "Location"), "https://example.com/?sig=secret");
	answer_clear(&got);
}

static void what_is_sent_is_the_same_and_signed(void **state)
{
	struct world *world = *state;
	static const char *const headers[] = { "Authorization: Hawk id=\"task\"", "X-Own: 1",
		"Content-Type: text/x; a=b", "X-Taskcluster-Trace-Id: trace", "Cookie: a=b",
		"Accept: a/b", "User-Agent: task", "Referer: http://x/", "Connection: X-Hop",
		"X-Hop: 1", NULL };
	struct answer got;

	ask(&got, "PUT", world->proxy.url, "/api/x/v1/a%2Fb%3f/c?q=%20&r=%2F&&", headers, "body",
		4);
	assert_int_equal(got.status, 200);
	answer_clear(&got);
	assert_string_equal(world->method, "PUT");
	assert_string_equal(world->target, "/api/x/v1/a%2Fb%3F/c?q=%20&r=%2F&&");
	assert_string_equal(world->body, "body");
	assert_non_null(strstr(world->head, "Authorization: Hawk id=\"sandbox\""));
	assert_non_null(strstr(world->head, "ext=\""));
	assert_null(strstr(world->head, "hash=\""));
	assert_null(strstr(world->head, "id=\"task\""));
	assert_non_null(strstr(world->head, "X-Own: 1"));
	assert_non_null(strstr(world->head, "Content-Type: text/x; a=b"));
	assert_non_null(strstr(world->head, "Accept: a/b"));
	assert_non_null(strstr(world->head, "race-id: trace"));
	assert_null(strstr(world->head, "Cookie"));
	assert_null(strstr(world->head, "Referer"));
	assert_null(strstr(world->head, "X-Hop"));
	assert_non_null(strstr(world->head, "Content-Length: 4"));
}

static void headers_that_are_not_the_tasks_are_dropped(void **state)
{
	struct world *world = *state;
	struct answer got;

	get(world, &got, "GET", "/api/x/v1/headers");
	assert_null(answer_header(&got, "Access-Control-Allow-Origin"));
	assert_null(answer_header(&got, "Access-Control-Expose-Headers"));
	assert_null(answer_header(&got, "Set-Cookie"));
	assert_null(answer_header(&got, "Keep-Alive"));
	assert_null(answer_header(&got, "X-Hop"));
	assert_null(strstr(got.head, "forged"));
	assert_non_null(strstr(got.head, "X-Twice: 1\r\n"));
	assert_non_null(strstr(got.head, "X-Twice: 2\r\n"));
	assert_string_equal(answer_header(&got, "Content-Type"), "a/b; c");
	assert_string_equal(answer_header(&got, "ETag"), "\"e\"");
	assert_string_equal(answer_header(&got, "Retry-After"), "7");
	assert_string_equal(answer_header(&got, "Content-Length"), "7");
	answer_clear(&got);
}

static void contents_are_decoded(void **state)
{
	struct world *world = *state;
	struct answer got;

	get(world, &got, "GET", "/api/x/v1/gzip");
	assert_null(answer_header(&got, "Content-Encoding"));
	assert_string_equal(got.body, text);
	assert_true(got.whole);
	answer_clear(&got);
	get(world, &got, "GET", "/api/x/v1/chunked");
	assert_string_equal(got.body, text);
	assert_true(got.whole);
	answer_clear(&got);
}

static void of_a_head_the_length_is_told(void **state)
{
	struct world *world = *state;
	struct answer got;

	get(world, &got, "HEAD", "/api/x/v1/200");
	assert_int_equal(got.status, 200);
	assert_string_equal(answer_header(&got, "Content-Length"), "7");
	assert_true(got.whole);
	answer_clear(&got);
	assert_string_equal(world->method, "HEAD");
}

static void other_methods_are_refused(void **state)
{
	struct world *world = *state;
	static const char *const methods[] = { "OPTIONS", "TRACE", "PROPFIND" };
	struct answer got;

	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
		get(world, &got, methods[i], "/api/x/v1/200");
		assert_int_equal(got.status, 405);
		assert_non_null(strstr(answer_header(&got, "Allow"), "PATCH"));
		answer_clear(&got);
		assert_int_equal(world->requests, 0);
	}
}

/* A GET and a PUT are sent again, a POST is not: the service may have done it. */
static void what_may_be_repeated_is(void **state)
{
	struct world *world = *state;
	static const struct {
		const char *method, *body;
		int status, requests;
	} cases[] = { { "GET", NULL, 200, 2 }, { "PUT", "body", 200, 2 },
		{ "POST", "body", 503, 1 } };
	struct answer got;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		world->requests = 0;
		ask(&got, cases[i].method, world->proxy.url, "/api/x/v1/busy", NULL, cases[i].body,
			cases[i].body ? strlen(cases[i].body) : 0);
		assert_int_equal(got.status, cases[i].status);
		assert_int_equal(world->requests, cases[i].requests);
		assert_string_equal(world->body, cases[i].body ? cases[i].body : "");
		answer_clear(&got);
	}
}

static void what_breaks_off_breaks_off(void **state)
{
	struct world *world = *state;
	struct answer got;

	get(world, &got, "POST", "/api/x/v1/cut");
	assert_false(got.whole && got.status == 200);
	answer_clear(&got);
}

/* And holds up nobody, neither who asked nor others. */
static void a_wish_for_a_pause_is_handed_on(void **state)
{
	struct world *world = *state;
	int64_t begun = tc_test_now_ms();
	struct answer got;

	get(world, &got, "GET", "/api/x/v1/429");
	assert_int_equal(got.status, 429);
	assert_string_equal(answer_header(&got, "Retry-After"), "60");
	answer_clear(&got);
	get(world, &got, "GET", "/api/x/v1/200");
	assert_int_equal(got.status, 200);
	answer_clear(&got);
	assert_true(tc_test_now_ms() - begun < 10000);
}

static void headers_that_are_too_long_are_told(void **state)
{
	struct world *world = *state;
	struct answer got;

	get(world, &got, "GET", "/api/x/v1/long");
	assert_int_equal(got.status, 502);
	assert_non_null(strstr(got.body, "40000"));
	answer_clear(&got);
}

static void silence_is_told(void **state)
{
	struct world *world = *state;
	int64_t begun = tc_test_now_ms();
	struct answer got;

	get(world, &got, "POST", "/api/x/v1/silent");
	assert_int_equal(got.status, 504);
	assert_non_null(strstr(got.body, "GatewayTimeout"));
	assert_true(tc_test_now_ms() - begun < 15000);
	answer_clear(&got);
}

static void long_bodies_are_refused(void **state)
{
	struct world *world = *state;
	static const char *const chunked[] = { "Transfer-Encoding: chunked", "Expect:", NULL };
	static const char *const plain[] = { "Expect:", NULL };
	struct answer got;
	char *body = calloc(1, 200000);

	assert_non_null(body);
	memset(body, 'x', 200000);
	world->requests = 0;
	ask(&got, "PUT", world->proxy.url, "/api/x/v1/200", plain, body, 200000);
	assert_int_equal(got.status, 413);
	answer_clear(&got);
	ask(&got, "PUT", world->proxy.url, "/api/x/v1/200", NULL, body, 200000);
	assert_int_equal(got.status, 413);
	answer_clear(&got);
	ask(&got, "PUT", world->proxy.url, "/api/x/v1/200", chunked, body, 200000);
	assert_int_equal(got.status, 413);
	answer_clear(&got);
	assert_int_equal(world->requests, 0);
	/* those that are not too long have a length, however they came */
	ask(&got, "PUT", world->proxy.url, "/api/x/v1/200", chunked, body, 90000);
	assert_int_equal(got.status, 200);
	answer_clear(&got);
	assert_int_equal(world->body_length, 90000);
	assert_non_null(strstr(world->head, "Content-Length: 90000"));
	ask(&got, "POST", world->proxy.url, "/credentials", plain, body, 90000);
	assert_int_equal(got.status, 405);
	answer_clear(&got);
	ask(&got, "POST", world->proxy.url, "/bewit", plain, body, 90000);
	assert_int_equal(got.status, 413);
	answer_clear(&got);
	free(body);
}

/* What comes within a second or so. */
static size_t hear(int fd, char *said, size_t size, const char *until)
{
	struct timeval patience = { .tv_sec = 10 };
	size_t length = 0;
	ssize_t count;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	said[0] = '\0';
	while (!strstr(said, until) &&
		(count = recv(fd, said + length, size - 1 - length, 0)) > 0) {
		length += (size_t)count;
		said[length] = '\0';
	}
	return length;
}

static void who_waits_for_a_100_gets_it(void **state)
{
	struct world *world = *state;
	char said[4000];
	int fd = dial(world->proxy.port);

	snprintf(world->line, sizeof world->line,
		"PUT /api/x/v1/200 HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Length: 4\r\n"
		"Expect: 100-continue\r\n\r\n",
		world->proxy.port);
	tc_raw_say(fd, world->line);
	hear(fd, said, sizeof said, "\r\n\r\n");
	assert_non_null(strstr(said, " 100 "));
	tc_raw_say(fd, "body");
	hear(fd, said, sizeof said, text);
	assert_non_null(strstr(said, " 200 "));
	assert_string_equal(world->body, "body");
	close(fd);
	/* and no 100 when nobody wants it */
	fd = dial(world->proxy.port);
	tc_raw_say(fd,
		"PUT /api/x/v1/200 HTTP/1.1\r\nHost: evil\r\nContent-Length: 4\r\n"
		"Expect: 100-continue\r\n\r\n");
	hear(fd, said, sizeof said, "\"}");
	assert_null(strstr(said, " 100 "));
	assert_non_null(strstr(said, " 403 "));
	close(fd);
}

/* While somebody is slow others are not. */
static void a_slow_request_holds_nobody_up(void **state)
{
	struct world *world = *state;
	char said[4000];
	struct answer got;
	int fd = dial(world->proxy.port);

	snprintf(world->line, sizeof world->line,
		"POST /api/x/v1/200 HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Length: 8\r\n\r\n",
		world->proxy.port);
	for (const char *at = world->line; *at; at += 20) {
		char part[21];
		snprintf(part, sizeof part, "%.20s", at);
		tc_raw_say(fd, part);
		if (strlen(at) <= 20)
			break;
		get(world, &got, "GET", "/api/x/v1/200");
		assert_int_equal(got.status, 200);
		answer_clear(&got);
	}
	tc_raw_say(fd, "half");
	get(world, &got, "GET", "/api/x/v1/200");
	answer_clear(&got);
	tc_raw_say(fd, "half");
	hear(fd, said, sizeof said, text);
	assert_non_null(strstr(said, " 200 "));
	assert_string_equal(world->body, "halfhalf");
	close(fd);
}

/* What comes twice is read by some as the first and by others as the last. */
static void a_second_host_is_refused(void **state)
{
	struct world *world = *state;
	static const char *const seconds[] = { "Host: evil", "Sec-Fetch-Site: cross-site" };
	char said[4000];

	for (size_t i = 0; i < 2; i++) {
		int fd = dial(world->proxy.port);
		snprintf(world->line, sizeof world->line,
			"GET /api/x/v1/200 HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
			"Sec-Fetch-Site: none\r\n%s\r\n\r\n",
			world->proxy.port, seconds[i]);
		tc_raw_say(fd, world->line);
		hear(fd, said, sizeof said, "\"}");
		/* libmicrohttpd 1 refuses two Hosts itself, by 400 */
		assert_true(strstr(said, " 403 ") || strstr(said, "HTTP/1.1 400 "));
		close(fd);
	}
}

static void a_url_with_a_nul_is_not_signed(void **state)
{
	struct world *world = *state;
	struct answer got;
	char url[200];
	int length = snprintf(url, sizeof url, "%s/a_b", tc_responder_url(world->service));

	url[length - 2] = '\0';
	ask(&got, "POST", world->proxy.url, "/bewit", NULL, url, (size_t)length);
	assert_int_equal(got.status, 400);
	answer_clear(&got);
}

/* Connections are for all, so who says nothing loses his; who has asked may take his time. */
static void who_says_nothing_is_let_go(void **state)
{
	struct world *world = *state;
	struct child proxy;
	char said[4000];

	child_start(&proxy, ARGUMENTS("--timeout", "1", "a:b"),
		ENVIRONMENT(tc_responder_url(world->service)), NULL);
	int silent = dial(proxy.port), half = dial(proxy.port), slow = dial(proxy.port);
	tc_raw_say(half, "GET /api/x/v1/200 HTTP/1.1\r\nHo");
	snprintf(said, sizeof said,
		"POST /api/x/v1/200 HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Length: 4\r\n\r\n",
		proxy.port);
	tc_raw_say(slow, said);
	int64_t began = tc_test_now_ms();
	hear(silent, said, sizeof said, "\r\n\r\n");
	hear(half, said, sizeof said, "\r\n\r\n");
	assert_int_in_range(tc_test_now_ms() - began, 500, 9000);
	tc_raw_say(slow, "body");
	hear(slow, said, sizeof said, text);
	assert_non_null(strstr(said, " 200 "));
	/* and then it has none under way, either */
	began = tc_test_now_ms();
	hear(slow, said, sizeof said, "\r\n\r\n");
	assert_int_in_range(tc_test_now_ms() - began, 500, 9000);
	close(silent);
	close(half);
	close(slow);
	child_stop(&proxy);
}

/* Bytes that are no request, or one that no client sends, do not end it. */
static void nonsense_does_not_end_it(void **state)
{
	struct world *world = *state;
	static const char *const nonsense[] = { "\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/1.1\r\n\r\n",
		"GET * HTTP/1.1\r\nHost: localhost\r\n\r\n", "GET /nosuch/x HTTP/1.0\r\n\r\n",
		"GET /%00/%ff/%zz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
		"PUT /api/x/v1/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
		("PUT /api/x/v1/a HTTP/1.1\r\nHost: localhost\r\n"
		 "Transfer-Encoding: chunked\r\n\r\nzz\r\n"),
		"\x16\x03\x01\x02" };
	struct answer got;
	char said[2000];

	for (size_t i = 0; i < sizeof nonsense / sizeof *nonsense; i++) {
		int fd = dial(world->proxy.port);
		tc_raw_say(fd, nonsense[i]);
		shutdown(fd, SHUT_WR);
		hear(fd, said, sizeof said, "\r\n\r\n");
		close(fd);
	}
	get(world, &got, "GET", "/api/x/v1/200");
	assert_int_equal(got.status, 200);
	answer_clear(&got);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_status_is_handed_on),
		cmocka_unit_test(what_is_sent_is_the_same_and_signed),
		cmocka_unit_test(headers_that_are_not_the_tasks_are_dropped),
		cmocka_unit_test(contents_are_decoded),
		cmocka_unit_test(of_a_head_the_length_is_told),
		cmocka_unit_test(other_methods_are_refused),
		cmocka_unit_test(what_may_be_repeated_is),
		cmocka_unit_test(what_breaks_off_breaks_off),
		cmocka_unit_test(a_wish_for_a_pause_is_handed_on),
		cmocka_unit_test(headers_that_are_too_long_are_told),
		cmocka_unit_test(silence_is_told),
		cmocka_unit_test(long_bodies_are_refused),
		cmocka_unit_test(who_waits_for_a_100_gets_it),
		cmocka_unit_test(a_slow_request_holds_nobody_up),
		cmocka_unit_test(a_second_host_is_refused),
		cmocka_unit_test(a_url_with_a_nul_is_not_signed),
		cmocka_unit_test(who_says_nothing_is_let_go),
		cmocka_unit_test(nonsense_does_not_end_it),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
