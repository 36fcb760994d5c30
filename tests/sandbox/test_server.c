/* SPDX-License-Identifier: MPL-2.0 */

/* How the server treats requests, whatever the operation: routes, credentials, arguments, bodies,
 * error texts, faults. */

#include "tests/harness/test.h"

#include "client.h"
#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int set_up(void **state)
{
	(void)state;
	server = tc_test_server_start("--private", "--faults", "--poll-timeout", "300",
		"--references", "references/taskcluster", NULL);
	return 0;
}

#define SCOPES "/api/auth/v1/scopes/current"
#define CODE(reply) reply_text(reply, "/code")

static void assert_message(
	const struct reply *reply, long status, const char *code, const char *part)
{
	if (reply->status != status || strcmp(CODE(reply), code) != 0 ||
		!strstr(reply_text(reply, "/message"), part))
		fail_msg("expected %ld %s \"%s\", got %ld %s", status, code, part, reply->status,
			reply->body);
}

static void every_service_answers_ping(void **state)
{
	static const char *const paths[] = { "/api/auth/v1/ping", "/api/queue/v1/ping",
		"/api/index/v1/ping", "/api/object/v1/ping", "/api/secrets/v1/ping",
		"/api/worker-manager/v1/ping", "/api/hooks/v1/ping", "/api/github/v1/ping",
		"/api/notify/v1/ping", "/api/purge-cache/v1/ping", "/api/web-server/v1/ping",
		"/classic/auth/v1/ping", "/classic/queue/v1/ping", "/classic/index/v1/ping",
		"/classic/scheduler/v1/ping" };
	char value[200];

	(void)state;
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		struct reply *reply =
			ask(server, "GET", paths[i], NULL, &(struct quirks){ .unsigned_ = true });
		assert_int_equal(reply->status, 200);
		assert_true(tc_json_true(tc_json_get(reply->json, "alive")));
	}
	/* a bad Authorization header is nobody's business where no scopes are asked for */
	assert_int_equal(
		ask(server, "GET", paths[0], NULL, &(struct quirks){ .key = "wrong" })->status,
		200);
	struct reply *reply = ask(server, "GET", paths[0], NULL,
		&(struct quirks){ .header = "x-taskcluster-trace-id: abc" });
	assert_string_equal(reply_header(reply, "x-for-trace-id", value, sizeof value), "abc");
	assert_non_null(reply_header(reply, "x-for-request-id", value, sizeof value));
}

static void unknown_routes(void **state)
{
	static const struct {
		const char *method, *path;
	} rows[] = { { "GET", "/api/auth/v1/nothing" }, { "POST", "/api/auth/v1/ping" },
		{ "GET", "/api/nothing/v1/ping" }, { "GET", "/api/auth/v2/ping" },
		{ "GET", "/api/auth/v1/clients/a/b" }, { "GET", "/nothing" },
		{ "GET", "/references/../../../../etc/passwd" } };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct reply *reply = ask(server, rows[i].method, rows[i].path, NULL, NULL);
		assert_int_equal(reply->status, 404);
		assert_string_equal(reply->body, "{\"error\":\"Not found\"}");
	}
}

static void credentials_good_and_bad(void **state)
{
	char value[300];

	(void)state;
	assert_string_equal(ask(server, "GET", SCOPES, NULL, NULL)->body, "{\"scopes\":[\"*\"]}");
	assert_message(ask(server, "GET", SCOPES, NULL, &(struct quirks){ .unsigned_ = true }), 403,
		"InsufficientScopes", "auth:current-scopes");
	assert_message(ask(server, "GET", SCOPES, NULL, &(struct quirks){ .key = "wrong" }), 401,
		"AuthenticationFailed", "Bad mac");
	assert_message(ask(server, "GET", SCOPES, NULL, &(struct quirks){ .id = "nobody" }), 401,
		"AuthenticationFailed", "nobody");
	assert_message(ask(server, "GET", SCOPES, NULL, &(struct quirks){ .ext = "YWJj" }), 401,
		"AuthenticationFailed", "Failed to parse ext");
	assert_int_equal(
		ask(server, "GET", SCOPES, NULL, &(struct quirks){ .skew_s = 890 })->status, 200);
	struct reply *reply = ask(server, "GET", SCOPES, NULL, &(struct quirks){ .skew_s = -905 });
	assert_message(reply, 401, "AuthenticationFailed", "Unauthorized: Stale timestamp");
	assert_string_equal(reply_header(reply, "www-authenticate", value, sizeof value), "hawk");
	assert_non_null(reply_header(reply, "date", value, sizeof value));
	assert_non_null(strstr(reply_text(reply, "/message"), "\n---\n"));
	assert_string_equal(reply_text(reply, "/requestInfo/method"), "currentScopes");
}

static void payload_hashes(void **state)
{
	static const char path[] = "/api/auth/v1/scopes/expand";
	static const char body[] = "{\"scopes\":[\"a\"]}";
	char wrong[45];

	(void)state;
	assert_int_equal(
		ask(server, "POST", path, body, &(struct quirks){ .hash = "" })->status, 200);
	assert_int_equal(
		ask(server, "POST", path, body,
			&(struct quirks){ .hash = "", .type = "application/json; charset=utf-8" })
			->status,
		200);
	assert_int_equal(
		ask(server, "GET", SCOPES, NULL, &(struct quirks){ .hash = "" })->status, 200);
	snprintf(wrong, sizeof wrong, "%043d=", 0);
	assert_message(ask(server, "POST", path, body, &(struct quirks){ .hash = wrong }), 401,
		"AuthenticationFailed", "Invalid payload hash");
	assert_int_equal(
		ask(server, "POST", path, body, &(struct quirks){ .hash = "short" })->status, 500);
}

static void signed_urls(void **state)
{
	static const struct quirks none = { .unsigned_ = true };
	struct quirks head = { .unsigned_ = true, .head = true };

	(void)state;
	assert_int_equal(
		ask(server, "GET", bewit_url(server, SCOPES, 60), NULL, &none)->status, 200);
	assert_int_equal(
		ask(server, "HEAD", bewit_url(server, SCOPES, 60), NULL, &head)->status, 200);
	assert_int_equal(
		ask(server, "GET", bewit_url(server, "/api/secrets/v1/secrets?limit=2", 60), NULL,
			&none)
			->status,
		200);
	assert_message(ask(server, "GET", bewit_url(server, SCOPES, -1), NULL, &none), 401,
		"AuthenticationFailed", "Access expired");
	assert_message(ask(server, "GET", bewit_url(server, SCOPES, 60), NULL, NULL), 401,
		"AuthenticationFailed", "Multiple authentications");
	assert_message(ask(server, "POST", bewit_url(server, "/api/auth/v1/scopes/expand", 60),
			       "{\"scopes\":[]}", &none),
		401, "AuthenticationFailed", "Invalid method");
}

static void arguments_are_checked(void **state)
{
	static const char *const paths[] = { "/api/queue/v1/task/short/status",
		"/api/queue/v1/task/aaaaaaaaQaCaaaaaaaaaaA/runs/x/artifacts",
		"/api/secrets/v1/secrets?what=1", "/api/secrets/v1/secrets?limit=x",
		"/api/secrets/v1/secrets?limit=1&limit=2", "/api/auth/v1/clients/?prefix=" };

	(void)state;
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
		assert_message(ask(server, "GET", paths[i], NULL, NULL), 400,
			"InvalidRequestArguments", "");
}

static void bodies_are_checked(void **state)
{
	static const char path[] = "/api/auth/v1/scopes/expand";
	char *large = malloc((11 << 20) + 1);

	(void)state;
	assert_message(ask(server, "POST", path, "{", NULL), 400, "MalformedPayload", "");
	assert_message(ask(server, "POST", path, "{}", &(struct quirks){ .type = "text/plain" }),
		400, "MalformedPayload", "application/json");
	assert_message(
		ask(server, "POST", path, "{\"scopes\":1}", NULL), 400, "InputValidationError", "");
	memset(large, ' ', 11 << 20);
	large[11 << 20] = '\0';
	assert_int_equal(ask(server, "POST", path, large, NULL)->status, 500);
	free(large);
	struct reply *reply = ask(server, "PUT", "/api/secrets/v1/secret/a", "{", NULL);
	assert_int_equal(reply->status, 500);
	assert_non_null(strstr(reply->body, "<html>"));
}

static void what_is_missing_says_so(void **state)
{
	(void)state;
	assert_message(ask(server, "GET", "/api/github/v1/builds", NULL, NULL), 400,
		"NotImplemented", "github.builds");
}

static void the_test_operations(void **state)
{
	static const struct quirks tester = { .id = "tester", .key = "no-secret" };
	static const char body[] =
		"{\"clientScopes\":[\"test:*\"],\"requiredScopes\":[\"test:a\"]}";

	(void)state;
	struct reply *reply = ask(server, "POST", "/api/auth/v1/test-authenticate", body, &tester);
	assert_int_equal(reply->status, 200);
	assert_string_equal(reply_text(reply, "/clientId"), "tester");
	assert_string_equal(reply_text(reply, "/scopes/0"), "assume:anonymous");
	assert_int_equal(
		ask(server, "GET", "/api/auth/v1/test-authenticate-get/", NULL, &tester)->status,
		200);
	assert_message(ask(server, "POST", "/api/auth/v1/test-authenticate", body, NULL), 401,
		"AuthenticationFailed", "");
}

static struct reply *with_fault(const char *fault)
{
	return ask(server, "GET", "/api/queue/v1/ping", NULL, &(struct quirks){ .fault = fault });
}

static void faults_that_end_the_connection(void **state)
{
	(void)state;
	assert_int_equal(with_fault("close-early")->curl, CURLE_GOT_NOTHING);
	assert_int_equal(with_fault("lost-reply")->curl, CURLE_GOT_NOTHING);
	assert_int_equal(with_fault("truncate")->curl, CURLE_PARTIAL_FILE);
	assert_int_not_equal(with_fault("garbage")->curl, CURLE_OK);
}

static void faults_that_refuse(void **state)
{
	char value[200];

	(void)state;
	for (int i = 0; i < 2; i++)
		assert_message(with_fault("status=503:times=2:key=one"), 503, "SandboxFault", "");
	assert_int_equal(with_fault("status=503:times=2:key=one")->status, 200);
	assert_int_equal(with_fault("status=503:times=2:key=two")->status, 503);
	assert_int_equal(with_fault("status=503:only=auth")->status, 200);
	assert_int_equal(with_fault("status=503:only=queue.ping")->status, 503);
	struct reply *reply = with_fault("retry-after=7");
	assert_message(reply, 429, "TooManyRequests", "");
	assert_string_equal(reply_header(reply, "retry-after", value, sizeof value), "7");
	reply = with_fault("retry-after=1,status=503");
	assert_int_equal(reply->status, 503);
	assert_string_equal(reply_header(reply, "retry-after", value, sizeof value), "1");
	reply = with_fault("html-error");
	assert_int_equal(reply->status, 502);
	assert_non_null(strstr(reply->body, "<html>"));
	assert_message(with_fault("nonsense"), 400, "InvalidRequestArguments", "x-sandbox-fault");
}

static long long ms_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void a_stall_delays_one_reply(void **state)
{
	long long before = ms_now();

	(void)state;
	assert_int_equal(with_fault("stall=250")->status, 200);
	assert_int_in_range(ms_now() - before, 250, 5000);
}

static void a_wrong_clock(void **state)
{
	char value[300];

	(void)state;
	assert_message(ask(server, "GET", SCOPES, NULL, &(struct quirks){ .fault = "clock=3600" }),
		401, "AuthenticationFailed", "Stale timestamp");
	assert_int_equal(ask(server, "GET", SCOPES, NULL,
				 &(struct quirks){ .fault = "clock=3600", .skew_s = 3600 })
				 ->status,
		200);
	struct reply *reply =
		ask(server, "GET", SCOPES, NULL, &(struct quirks){ .fault = "clock-tsm=-3600" });
	assert_int_equal(reply->status, 401);
	assert_non_null(reply_header(reply, "www-authenticate", value, sizeof value));
	assert_non_null(strstr(value, "tsm=\""));
}

static void replies_can_be_signed(void **state)
{
	char value[300];

	(void)state;
	struct reply *reply =
		ask(server, "GET", SCOPES, NULL, &(struct quirks){ .fault = "sign-reply" });
	assert_non_null(reply_header(reply, "server-authorization", value, sizeof value));
	assert_non_null(strstr(value, "Hawk mac=\""));
}

static void references_are_served(void **state)
{
	static const struct quirks none = { .unsigned_ = true };

	(void)state;
	struct reply *reply = ask(server, "GET", "/references/queue/v1/api.json", NULL, &none);
	assert_string_equal(reply_text(reply, "/serviceName"), "queue");
	assert_int_equal(
		ask(server, "GET", "/schemas/queue/v1/task.json", NULL, &none)->status, 200);
	assert_int_equal(ask(server, "GET", "/references/none.json", NULL, &none)->status, 404);
}

/* What it writes into its replies leads to where clients reach it. */
static void a_root_url_of_another_name(void **state)
{
	struct tc_test_server *named =
		tc_test_server_start("--root-url", "http://localhost:{port}", NULL);
	char expected[200];

	(void)state;
	snprintf(expected, sizeof expected, "http://localhost:%d", named->port);
	assert_true(named->port > 0);
	assert_string_equal(named->root_url, expected);
	struct reply *reply = ask(named, "POST", "/api/auth/v1/scopes/expand", "{}", NULL);
	snprintf(expected, sizeof expected, "http://localhost:%d/schemas/", named->port);
	assert_message(reply, 400, "InputValidationError", expected);
	tc_test_server_stop(named);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_service_answers_ping),
		cmocka_unit_test(unknown_routes),
		cmocka_unit_test(credentials_good_and_bad),
		cmocka_unit_test(payload_hashes),
		cmocka_unit_test(signed_urls),
		cmocka_unit_test(arguments_are_checked),
		cmocka_unit_test(bodies_are_checked),
		cmocka_unit_test(what_is_missing_says_so),
		cmocka_unit_test(the_test_operations),
		cmocka_unit_test(faults_that_end_the_connection),
		cmocka_unit_test(faults_that_refuse),
		cmocka_unit_test(a_stall_delays_one_reply),
		cmocka_unit_test(a_wrong_clock),
		cmocka_unit_test(replies_can_be_signed),
		cmocka_unit_test(references_are_served),
		cmocka_unit_test(a_root_url_of_another_name),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
