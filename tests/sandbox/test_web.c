/* SPDX-License-Identifier: MPL-2.0 */

/* What stands around operations on a real server: final slashes, who may read without credentials,
 * what browsers and caches are told, names that are not this server's. */

#include "tests/harness/test.h"

#include "client.h"
#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int set_up(void **state)
{
	(void)state;
	server = tc_test_server_start(NULL);
	return 0;
}

static int set_up_private(void **state)
{
	(void)state;
	server = tc_test_server_start("--private", NULL);
	return 0;
}

#define TASK "AAAAAAAAQGCAAAAAAAAAAA"

/* What a real deployment answers to the same. */
struct probe {
	const char *guards;
	const char *method, *path;
	struct quirks quirks;
	long status;
	const char *header, *value; /* of the reply, where it matters; the value a part of it */
};

static void run(const struct probe *probe)
{
	struct reply *reply = ask(server, probe->method, probe->path, NULL, &probe->quirks);
	char value[300] = "";

	if (reply->status != probe->status)
		fail_msg("%s: %s %s gave %ld, expected %ld: %s", probe->guards, probe->method,
			probe->path, reply->status, probe->status, reply->body);
	if (!probe->header)
		return;
	if (!reply_header(reply, probe->header, value, sizeof value) ||
		!strstr(value, probe->value))
		fail_msg("%s: %s is \"%s\", expected \"%s\"", probe->guards, probe->header, value,
			probe->value);
}

#define NOBODY \
	{ \
		.unsigned_ = true \
	}

static const struct probe public_probes[] = {
	{ "a final slash too many", "GET", "/api/auth/v1/roles/", { 0 }, 200, NULL, NULL },
	{ "a final slash that is missing", "GET", "/api/auth/v1/clients", { 0 }, 200, NULL, NULL },
	{ "the slash of the route", "GET", "/api/auth/v1/clients/", { 0 }, 200, NULL, NULL },
	{ "a final slash before a query", "GET", "/api/auth/v1/clients/?limit=1", { 0 }, 200, NULL,
		NULL },
	{ "letters' case", "GET", "/api/auth/v1/Clients", { 0 }, 404, NULL, NULL },
	{ "two slashes", "GET", "/api/auth/v1/roles//", { 0 }, 404, NULL, NULL },
	{ "anybody reads clients", "GET", "/api/auth/v1/clients/", NOBODY, 200, NULL, NULL },
	{ "anybody reads roles", "GET", "/api/auth/v1/roles/", NOBODY, 200, NULL, NULL },
	{ "anybody asks for a task", "GET", "/api/queue/v1/task/" TASK, NOBODY, 404, NULL, NULL },
	{ "anybody asks for a status", "GET", "/api/queue/v1/task/" TASK "/status", NOBODY, 404,
		NULL, NULL },
	{ "anybody counts what is pending", "GET", "/api/queue/v1/pending/prov%2Ftype", NOBODY, 200,
		NULL, NULL },
	{ "anybody lists secrets", "GET", "/api/secrets/v1/secrets", NOBODY, 200, NULL, NULL },
	{ "nobody reads one", "GET", "/api/secrets/v1/secret/a", NOBODY, 403, NULL, NULL },
	{ "nobody enables a client", "POST", "/api/auth/v1/clients/a/enable", NOBODY, 403, NULL,
		NULL },
	{ "any page may read", "GET", "/api/auth/v1/ping", NOBODY, 200,
		"access-control-allow-origin", "*" },
	{ "nothing is stored", "GET", "/api/auth/v1/ping", NOBODY, 200, "cache-control",
		"no-store" },
	{ "refusals too", "GET", "/api/queue/v1/task/" TASK, NOBODY, 404,
		"access-control-allow-origin", "*" },
	{ "a preflight", "OPTIONS", "/api/queue/v1/task/" TASK, NOBODY, 200,
		"access-control-allow-methods", "PUT" },
	{ "a preflight asks for headers", "OPTIONS", "/api/queue/v1/task/" TASK, NOBODY, 200,
		"access-control-allow-headers", "Authorization" },
	{ "every reply has an ETag", "GET", "/api/auth/v1/roles/", NOBODY, 200, "etag", "W/\"" },
	{ "no preflight elsewhere", "OPTIONS", "/", NOBODY, 404, NULL, NULL },
	{ "a name that is not ours", "GET", "/api/auth/v1/ping",
		{ .unsigned_ = true, .header = "Host: rebound.example.com" }, 421, NULL, NULL },
	{ "the same outside the API", "GET", "/",
		{ .unsigned_ = true, .header = "Host: rebound.example.com:80" }, 421, NULL, NULL },
	{ "localhost is ours", "GET", "/", { .unsigned_ = true, .header = "Host: LOCALHOST:1" },
		200, NULL, NULL },
	{ "addresses are", "GET", "/", { .unsigned_ = true, .header = "Host: [::1]:80" }, 200, NULL,
		NULL },
};

static const struct probe private_probes[] = {
	{ "clients", "GET", "/api/auth/v1/clients/", NOBODY, 403, NULL, NULL },
	{ "a task", "GET", "/api/queue/v1/task/" TASK, NOBODY, 403, NULL, NULL },
	{ "what is public", "GET", "/api/queue/v1/task/" TASK "/artifacts/public%2Fa", NOBODY, 404,
		NULL, NULL },
};

static void as_a_public_deployment(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof public_probes / sizeof *public_probes; i++)
		run(&public_probes[i]);
}

static void as_a_private_one(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof private_probes / sizeof *private_probes; i++)
		run(&private_probes[i]);
}

static void outside_the_api_no_page_may_read(void **state)
{
	struct reply *reply = ask(server, "GET", "/", NULL, &(struct quirks)NOBODY);
	char value[100];

	(void)state;
	assert_int_equal(reply->status, 200);
	assert_null(reply_header(reply, "access-control-allow-origin", value, sizeof value));
}

static void what_is_known_is_not_sent_again(void **state)
{
	char tag[100], header[150];

	(void)state;
	struct reply *reply = ask(server, "GET", "/api/auth/v1/roles/", NULL, NULL);
	assert_non_null(reply_header(reply, "etag", tag, sizeof tag));
	snprintf(header, sizeof header, "If-None-Match: %s", tag);
	reply = ask(
		server, "GET", "/api/auth/v1/roles/", NULL, &(struct quirks){ .header = header });
	assert_int_equal(reply->status, 304);
	assert_int_equal(reply->body_length, 0);
	reply = ask(
		server, "GET", "/api/auth/v1/clients/", NULL, &(struct quirks){ .header = header });
	assert_int_equal(reply->status, 200);
}

int main(void)
{
	const struct CMUnitTest open[] = {
		cmocka_unit_test(as_a_public_deployment),
		cmocka_unit_test(outside_the_api_no_page_may_read),
		cmocka_unit_test(what_is_known_is_not_sent_again),
	};
	const struct CMUnitTest closed[] = {
		cmocka_unit_test(as_a_private_one),
	};

	return cmocka_run_group_tests(open, set_up, tear_down) |
		cmocka_run_group_tests(closed, set_up_private, tear_down);
}
