/* SPDX-License-Identifier: MPL-2.0 */

/* What goes on around requests: expired things go, clients' last use is kept, -v tells what came,
 * faults that concern claims, and what other services ask of Auth. */

#include "tests/harness/test.h"

#include "client.h"
#include "fixture.h"
#include "tools/sandbox/server/cleanup.h"
#include "tools/sandbox/server/options.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/slugid.h>
#include <time.h>
#include <unistd.h>

#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)
#define WORKER "{\"workerGroup\":\"g\",\"workerId\":\"w\"}"

static int set_up(void **state)
{
	(void)state;
	server = tc_test_server_start("--faults", "--poll-timeout", "100", NULL);
	return 0;
}

static int64_t count(struct sandbox *sandbox, const char *sql)
{
	return store_number(sandbox->store, -1, sql, "");
}

static void fill(struct sandbox *sandbox)
{
	store_begin(sandbox->store);
	store_run(sandbox->store,
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200) "
		"INSERT INTO tasks (task_id, definition, group_id, scheduler_id, project_id, "
		"queue_id, priority, requires, retries, retries_left, created, deadline, expires, "
		"state) SELECT 't' || i, '{}', 'g', '-', 'none', 'p/t', 1, 'all-completed', 5, 5, "
		"1, 1, i * 1000, 'completed' FROM n",
		"");
	store_run(sandbox->store,
		"INSERT INTO runs (task_id, run_id, queue_id, priority, state, reason_created, "
		"scheduled) SELECT task_id, 0, 'p/t', 1, 'completed', 'scheduled', 1 FROM tasks",
		"");
	store_run(sandbox->store, "INSERT INTO secrets VALUES ('old', '{}', 1000)", "");
	store_run(sandbox->store, "INSERT INTO secrets VALUES ('new', '{}', 900000000)", "");
	store_run(sandbox->store,
		"INSERT INTO blobs (blob, content_type, expected, length, expires) VALUES "
		"('aBlob', 'a/b', 1, 1, 1000)",
		"");
	assert_true(store_commit(sandbox->store));
}

static void expired_things_go(void **state)
{
	char folder[] = "/tmp/tc-upkeep-XXXXXX";
	char path[100];
	struct sandbox sandbox = { .data = folder };
	tc_error err = TC_ERROR_INIT;
	int rounds = 0;

	(void)state;
	assert_non_null(mkdtemp(folder));
	sandbox.store = store_open(NULL, &err);
	fill(&sandbox);
	snprintf(path, sizeof path, "%s/aBlob", folder);
	close(open(path, O_WRONLY | O_CREAT, 0600));
	/* a day after half of the tasks have expired; in bounded steps */
	while (cleanup_run(&sandbox, DAY_MS + 600000 + 1) < 1000 && rounds < 20)
		rounds++;
	assert_int_in_range(rounds, 1, 19);
	assert_int_equal(count(&sandbox, "SELECT count(*) FROM tasks"), 600);
	assert_int_equal(count(&sandbox, "SELECT count(*) FROM runs"), 600);
	assert_int_equal(count(&sandbox, "SELECT min(expires) FROM tasks"), 601000);
	assert_int_equal(count(&sandbox, "SELECT count(*) FROM secrets"), 1);
	assert_int_equal(count(&sandbox, "SELECT count(*) FROM blobs"), 0);
	assert_int_equal(access(path, F_OK), -1);
	store_close(sandbox.store);
	assert_int_equal(rmdir(folder), 0);
}

/* A state of another version is told apart, and left alone. */
static void another_version(void **state)
{
	char path[] = "/tmp/tc-upkeep-XXXXXX";
	tc_error err = TC_ERROR_INIT;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	struct store *store = store_open(path, &err);
	assert_non_null(store);
	store_run(store, "PRAGMA user_version = 99", "");
	store_close(store);
	assert_null(store_open(path, &err));
	assert_failure(&err, TC_ERROR_SYSTEM, "another version");
	unlink(path);
}

static void last_use_is_kept(void **state)
{
	static const char body[] =
		"{\"description\":\"d\",\"expires\":\"2100-01-01T00:00:00Z\",\"scopes\":[]}";
	static const char path[] = "/api/auth/v1/clients/user";
	char token[100];
	char before[40];

	(void)state;
	struct reply *reply = ask(server, "PUT", path, body, NULL);
	snprintf(token, sizeof token, "%s", reply_text(reply, "/accessToken"));
	snprintf(before, sizeof before, "%s", reply_text(reply, "/lastDateUsed"));
	/* not each time, but after a while: seven hours later by the server's clock */
	struct quirks soon = { .id = "user", .key = token };
	ask(server, "GET", path, NULL, &soon);
	assert_string_equal(
		reply_text(ask(server, "GET", path, NULL, NULL), "/lastDateUsed"), before);
	struct quirks later = {
		.id = "user", .key = token, .fault = "clock=25200", .skew_s = 25200
	};
	ask(server, "GET", path, NULL, &later);
	assert_string_not_equal(
		reply_text(ask(server, "GET", path, NULL, NULL), "/lastDateUsed"), before);
}

static void create(char id[TC_SLUGID_SIZE])
{
	char path[100];

	tc_slugid_nice(id);
	snprintf(path, sizeof path, "/api/queue/v1/task/%s", id);
	assert_int_equal(ask(server, "PUT", path, task_text(""), NULL)->status, 200);
}

static struct reply *post(const char *id, const char *rest, const struct quirks *quirks)
{
	char path[100];

	snprintf(path, sizeof path, "/api/queue/v1/task/%s%s", id, rest);
	return ask(server, "POST", path, strstr(rest, "claim") ? WORKER : NULL, quirks);
}

static void claims_can_be_lost(void **state)
{
	char id[TC_SLUGID_SIZE];

	(void)state;
	create(id);
	struct reply *reply = post(id, "/runs/0/claim", &(struct quirks){ .fault = "lost-claim" });
	assert_int_equal(reply->status, 200);
	/* the worker believes that it has twenty minutes */
	assert_string_not_equal(reply_text(reply, "/takenUntil"), "");
	assert_int_equal(post(id, "/runs/0/reclaim", NULL)->status, 409);
	reply = post(id, "/runs/1/claim", &(struct quirks){ .fault = "lost-claim=300" });
	assert_string_equal(reply_text(reply, "/status/runs/0/reasonResolved"), "claim-expired");
	assert_int_equal(
		post(id, "/runs/1/reclaim", &(struct quirks){ .fault = "lost-claim=100" })->status,
		200);
	nanosleep(&(struct timespec){ .tv_nsec = 200 * 1000000 }, NULL);
	assert_int_equal(post(id, "/runs/1/completed", NULL)->status, 409);
}

/* What another service sends on; `authorization` is JSON text, or NULL. */
static void make_request(char *body, size_t size, const char *authorization)
{
	snprintf(body, size,
		"{\"method\":\"get\",\"resource\":\"/"
		"x\",\"host\":\"example.com\",\"port\":443%s%s}",
		authorization ? ",\"authorization\":" : "", authorization ? authorization : "");
}

static void other_services_ask_whose_request_it_is(void **state)
{
	static const char path[] = "/api/auth/v1/authenticate-hawk";
	char body[1000];

	(void)state;
	make_request(body, sizeof body, NULL);
	struct reply *reply = ask(server, "POST", path, body, NULL);
	assert_string_equal(reply_text(reply, "/status"), "no-auth");
	assert_string_equal(reply_text(reply, "/scheme"), "none");
	assert_string_equal(reply_text(reply, "/scopes/0"), "assume:anonymous");
	make_request(body, sizeof body,
		"\"Hawk id=\\\"sandbox\\\", ts=\\\"1\\\", nonce=\\\"n\\\", mac=\\\"m\\\"\"");
	reply = ask(server, "POST", path, body, NULL);
	assert_int_equal(reply->status, 200);
	assert_string_equal(reply_text(reply, "/status"), "auth-failed");
	assert_string_equal(reply_text(reply, "/message"), "Unauthorized: Bad mac");
	/* a good one: a bewit for the sandbox's own address, described to it */
	snprintf(body, sizeof body,
		"{\"method\":\"get\",\"host\":\"127.0.0.1\",\"port\":%d,\"resource\":\"%s\"}",
		server->port, bewit_url(server, "/some/path", 60));
	reply = ask(server, "POST", path, body, NULL);
	assert_string_equal(reply_text(reply, "/status"), "auth-success");
	assert_string_equal(reply_text(reply, "/clientId"), "sandbox");
	assert_string_equal(reply_text(reply, "/scopes/0"), "*");
	assert_string_equal(reply_text(reply, "/scheme"), "hawk");
	assert_string_not_equal(reply_text(reply, "/expires"), "");
}

/* How long an empty claimWork waits, and how long a claim lasts, when nothing else is said. */
static void times_of_the_services(void **state)
{
	struct sandbox sandbox = { 0 };
	char name[] = "sandbox";
	char *arguments[] = { name, NULL };

	(void)state;
	assert_int_equal(options_parse(&sandbox, 1, arguments), OPTIONS_GO);
	assert_int_equal(sandbox.options.poll_ms, 20000);
	assert_int_equal(sandbox.options.claim_ms, 1200000);
	assert_string_equal(sandbox.options.host, "127.0.0.1");
}

static void the_version_is_that_of_the_references(void **state)
{
	(void)state;
	assert_string_equal(
		reply_text(ask(server, "GET", "/api/queue/v1/__version__", NULL, NULL), "/version"),
		"106.0.0-sandbox");
}

/* Runs a request with a server whose standard error goes to a file. */
static void v_tells_what_came(void **state)
{
	char path[] = "/tmp/tc-upkeep-XXXXXX";
	struct tc_test_server *shared = server;
	int file = mkstemp(path);
	int saved = dup(STDERR_FILENO);

	(void)state;
	dup2(file, STDERR_FILENO);
	server = tc_test_server_start("-v", "--faults", NULL);
	dup2(saved, STDERR_FILENO);
	close(saved);
	close(file);
	ask(server, "GET", "/api/queue/v1/ping?secret=1", NULL, NULL);
	ask(server, "GET", "/api/auth/v1/scopes/current", NULL, NULL);
	ask(server, "GET", "/api/queue/v1/ping", NULL, &(struct quirks){ .fault = "close-early" });
	tc_test_server_stop(server);
	server = shared;
	char *text = tc_test_read_file(path, NULL);
	assert_non_null(strstr(text, " GET /api/queue/v1/ping 400 "));
	assert_non_null(strstr(text, " GET /api/auth/v1/scopes/current 200 "));
	assert_non_null(strstr(text, "ms sandbox\n"));
	assert_non_null(strstr(text, " GET /api/queue/v1/ping closed "));
	assert_null(strstr(text, "secret"));
	free(text);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(expired_things_go),
		cmocka_unit_test(another_version),
		cmocka_unit_test(last_use_is_kept),
		cmocka_unit_test(claims_can_be_lost),
		cmocka_unit_test(other_services_ask_whose_request_it_is),
		cmocka_unit_test(times_of_the_services),
		cmocka_unit_test(the_version_is_that_of_the_references),
		cmocka_unit_test(v_tells_what_came),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
