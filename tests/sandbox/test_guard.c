/* SPDX-License-Identifier: MPL-2.0 */

/* Whose pages may ask: by which names the sandbox is called, and from which origins. */

#include "tests/harness/test.h"

#include "client.h"
#include "fixture.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int set_up(void **state)
{
	(void)state;
	server = tc_test_server_start("--fault", "clock=0", NULL);
	return 0;
}

/* A request of somebody without credentials; host NULL: as curl makes it. */
static struct reply *come(
	const char *method, const char *path, const char *host, const char *origin)
{
	char header[200];

	snprintf(header, sizeof header, "Host: %s", host ? host : "");
	return ask(server, method, path, NULL,
		&(struct quirks){
			.unsigned_ = true, .header = host ? header : NULL, .origin = origin });
}

/* ---- names ---- */

static const char *const everywhere[] = { "/", "/tasks", "/tasks/groups/x", "/auth/clients/create",
	"/sandbox/page.js", "/sandbox/faults", "/sandbox/notifications", "/sandbox/nothing",
	"/references/manifest.json", "/schemas/queue/v1/task.json", "/storage/x?expires=1",
	"/azure/x", "/api/auth/v1/ping", "/api/nothing", "/classic/queue/v1/ping", "/nothing" };

static void a_foreign_name_is_refused_everywhere(void **state)
{
	static const char *const methods[] = { "GET", "PUT", "POST", "DELETE", "OPTIONS" };

	(void)state;
	for (size_t i = 0; i < sizeof everywhere / sizeof *everywhere; i++) {
		for (size_t k = 0; k < sizeof methods / sizeof *methods; k++) {
			struct reply *reply =
				come(methods[k], everywhere[i], "rebound.example.com", NULL);
			if (reply->status != 421)
				fail_msg(
					"%s %s gave %ld", methods[k], everywhere[i], reply->status);
		}
	}
}

/* %d is the port. */
static const struct {
	const char *host;
	long status;
} names[] = {
	{ "127.0.0.1:%d", 200 },
	{ "127.0.0.1", 200 },
	{ "localhost:%d", 200 },
	{ "LocalHost:%d", 200 },
	{ "[::1]:%d", 200 },
	{ "[::1]", 200 },
	{ "[::ffff:127.0.0.1]:%d", 200 },
	{ "10.0.2.2:%d", 200 }, /* an address that is forwarded to this machine */
	{ "localhost.:%d", 421 },
	{ "127.0.0.1.:%d", 200 }, /* no name ends in digits */
	{ "evil.example:%d", 421 },
	{ "localhost.evil.example:%d", 421 },
	{ "127.0.0.1.evil.example:%d", 421 },
	{ "evil.localhost:%d", 421 },
	{ "[::1].evil.example:%d", 421 },
	{ "[evil.example]:%d", 421 },
	{ "[::1:%d", 421 },
	{ "localhost:80.evil.example", 421 },
	{ "127.0.0.1:evil.example", 421 },
	{ "localhost@evil.example", 421 },
};

static void addresses_and_localhost_are_ours(void **state)
{
	char host[100];

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *place = strstr(names[i].host, "%d");
		snprintf(host, sizeof host, "%s", names[i].host);
		if (place)
			snprintf(host + (place - names[i].host),
				sizeof host - (size_t)(place - names[i].host), "%d", server->port);
		struct reply *reply = come("GET", "/tasks", host, NULL);
		if (reply->status != names[i].status)
			fail_msg("Host: %s gave %ld", host, reply->status);
	}
}

/* ---- origins ---- */

static const char *const ours[] = { "/", "/tasks", "/hooks/g/h", "/provisioners", "/worker-manager",
	"/auth/roles", "/sandbox/page.css", "/sandbox/page.js", "/sandbox/notifications" };

static const char *const foreign[] = { "null", "http://evil.example", "https://evil.example",
	"http://127.0.0.1", "http://127.0.0.1:1", "file://", "http://localhost:3000",
	"http://127.0.0.1.evil.example" };

static void foreign_pages_get_nothing_of_ours(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) {
		assert_int_equal(come("GET", ours[i], NULL, NULL)->status, 200);
		assert_int_equal(come("GET", ours[i], NULL, server->root_url)->status, 200);
		for (size_t k = 0; k < sizeof foreign / sizeof *foreign; k++) {
			struct reply *reply = come("GET", ours[i], NULL, foreign[k]);
			if (reply->status != 403)
				fail_msg("Origin: %s got %ld of %s", foreign[k], reply->status,
					ours[i]);
			assert_string_equal(reply_text(reply, "/code"), "ForeignOrigin");
		}
	}
}

static void by_another_scheme_or_name_it_is_foreign(void **state)
{
	char host[60], origin[100];

	(void)state;
	snprintf(origin, sizeof origin, "https://127.0.0.1:%d", server->port);
	assert_int_equal(come("GET", "/tasks", NULL, origin)->status, 403);
	snprintf(host, sizeof host, "localhost:%d", server->port);
	snprintf(origin, sizeof origin, "http://%s", host);
	assert_int_equal(come("GET", "/tasks", NULL, origin)->status, 403);
	assert_int_equal(come("GET", "/tasks", host, origin)->status, 200);
	/* the root URL is ours by whatever name it was called */
	assert_int_equal(come("GET", "/tasks", host, server->root_url)->status, 200);
}

/* Reads come without an Origin where they are the browser's own; what changes something never. */
static void changes_need_an_origin(void **state)
{
	static const struct {
		const char *method, *path;
	} changes[] = { { "POST", "/sandbox/session" }, { "PUT", "/sandbox/faults" } };

	(void)state;
	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
		assert_int_equal(come(changes[i].method, changes[i].path, NULL, NULL)->status, 403);
		assert_int_equal(
			come(changes[i].method, changes[i].path, NULL, "http://evil.example")
				->status,
			403);
		assert_int_not_equal(
			come(changes[i].method, changes[i].path, NULL, server->root_url)->status,
			200);
	}
	/* credentials do not stand for it */
	assert_int_equal(
		ask(server, "PUT", "/sandbox/faults", "{\"faults\":[]}", NULL)->status, 403);
}

static void the_api_is_anybodys(void **state)
{
	char value[100];

	(void)state;
	struct reply *reply = come("GET", "/api/auth/v1/ping", NULL, "http://evil.example");
	assert_int_equal(reply->status, 200);
	assert_non_null(reply_header(reply, "access-control-allow-origin", value, sizeof value));
	assert_string_equal(value, "*");
	reply = come("GET", "/tasks", NULL, NULL);
	assert_null(reply_header(reply, "access-control-allow-origin", value, sizeof value));
	reply = come("OPTIONS", "/sandbox/session", NULL, "http://evil.example");
	assert_null(reply_header(reply, "access-control-allow-origin", value, sizeof value));
}

/* Only the page is a page: all else says its type, and a browser is to believe it. */
static void nothing_else_is_a_page(void **state)
{
	char value[200];

	(void)state;
	for (size_t i = 0; i < sizeof everywhere / sizeof *everywhere; i++) {
		const char *path = everywhere[i];
		struct reply *reply = come("GET", path, NULL, NULL);
		if (strncmp(path, "/api/", 5) == 0)
			continue;
		if (!reply_header(reply, "x-content-type-options", value, sizeof value))
			fail_msg("%s may be taken for what it is not", path);
		assert_non_null(
			reply_header(reply, "content-security-policy", value, sizeof value));
	}
}

/* ---- other ways to listen ---- */

static bool has_ipv6(void)
{
	struct sockaddr_in6 address = { .sin6_family = AF_INET6,
		.sin6_addr = IN6ADDR_LOOPBACK_INIT };
	int fd = socket(AF_INET6, SOCK_STREAM, 0);
	bool has = fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0;

	if (fd >= 0)
		close(fd);
	return has;
}

static void on_ipv6_too(void **state)
{
	char host[60];

	(void)state;
	if (!has_ipv6())
		skip();
	server = tc_test_server_start("--host", "::1", NULL);
	assert_int_equal(come("GET", "/tasks", NULL, server->root_url)->status, 200);
	snprintf(host, sizeof host, "localhost:%d", server->port);
	assert_int_equal(come("GET", "/tasks", host, NULL)->status, 200);
	assert_int_equal(come("GET", "/tasks", "evil.example", NULL)->status, 421);
	assert_int_equal(come("GET", "/tasks", NULL, "http://evil.example")->status, 403);
	tear_down(state);
}

/* The name is one that stands in front; what comes here is called by it, or by an address. */
static void behind_a_name_it_has_that(void **state)
{
	char root[128];

	(void)state;
	server = tc_test_server_start("--root-url", "http://tc.example.com:{port}/", NULL);
	snprintf(root, sizeof root, "http://tc.example.com:%d", server->port);
	snprintf(server->root_url, sizeof server->root_url, "http://127.0.0.1:%d", server->port);
	assert_int_equal(come("GET", "/tasks", "tc.example.com", root)->status, 200);
	assert_int_equal(come("GET", "/tasks", NULL, root)->status, 200);
	assert_int_equal(
		come("GET", "/tasks", "tc.example.com", "http://example.com")->status, 403);
	assert_int_equal(come("GET", "/tasks", "evil.example", root)->status, 421);
	tear_down(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_foreign_name_is_refused_everywhere),
		cmocka_unit_test(addresses_and_localhost_are_ours),
		cmocka_unit_test(foreign_pages_get_nothing_of_ours),
		cmocka_unit_test(by_another_scheme_or_name_it_is_foreign),
		cmocka_unit_test(changes_need_an_origin),
		cmocka_unit_test(the_api_is_anybodys),
		cmocka_unit_test(nothing_else_is_a_page),
	};
	const struct CMUnitTest others[] = {
		cmocka_unit_test(on_ipv6_too),
		cmocka_unit_test(behind_a_name_it_has_that),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down) |
		cmocka_run_group_tests(others, NULL, NULL);
}
