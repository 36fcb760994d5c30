/* SPDX-License-Identifier: MPL-2.0 */

/* What a real server was measured to do, line by line. Each row is one request; rows of a table go
 * on from what those before them left. What takes more than a request is below the tables. */

#include "tests/harness/test.h"

#include "rows.h"
#include "runtime/src/base/buffer.h"
#include "tools/sandbox/auth/certificate.h"
#include "tools/sandbox/base/digest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/slugid.h>
#include <time.h>

#define QUEUE "/api/queue/v1"
#define TASK QUEUE "/task/$T"
#define RUN TASK "/runs/0"
#define ARTIFACT RUN "/artifacts/"
#define CLAIM QUEUE "/claim-work/prov%2Ftype"
#define SCOPES "/api/auth/v1/scopes/current"
#define WORKER "{\"workerGroup\":\"g\",\"workerId\":\"w\"}"
#define LINK(expires) "{\"storageType\":\"link\",\"artifact\":\"x\",\"expires\":\"" expires "\"}"
#define BYTES(type, expires) \
	"{\"storageType\":\"s3\",\"contentType\":\"" type "\",\"expires\":\"" expires "\"}"
#define REFERENCE(url) \
	"{\"storageType\":\"reference\",\"contentType\":\"a/b\",\"url\":\"" url \
	"\",\"expires\":\"$+3600$\"}"
#define OBJECT "{\"storageType\":\"object\",\"contentType\":\"a/b\",\"expires\":\"$+3600$\"}"
#define DEFINITION(created, deadline) \
	"{\"taskQueueId\":\"prov/type\",\"payload\":{},\"created\":\"" created \
	"\",\"deadline\":\"" deadline \
	"\",\"metadata\":{\"name\":\"n\",\"description\":\"d\",\"owner\":\"o@x.org\"," \
	"\"source\":\"http://x/\"}}"

static struct tc_test_server *server;
static struct tc__arena arena;

static int set_up(void **state)
{
	(void)state;
	server = tc_test_server_start("--private", "--poll-timeout", "100", "--faults", NULL);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	ask_end();
	tc__arena_clear(&arena);
	tc_test_server_stop(server);
	return 0;
}

static void hawk(void **state)
{
	static const struct row rows[] = {
		{ "skew of 890 s", "GET", SCOPES, NULL, 200, NULL, { .skew_s = 890 } },
		{ "skew of -890 s", "GET", SCOPES, NULL, 200, NULL, { .skew_s = -890 } },
		{ "skew of 905 s", "GET", SCOPES, NULL, 401, "Unauthorized: Stale timestamp",
			{ .skew_s = 905 } },
		{ "a timestamp in ms", "GET", SCOPES, NULL, 401, "Stale timestamp",
			{ .skew_s = 1700000000000 } },
		{ "the same nonce again", "GET", SCOPES, NULL, 200, NULL, { .skew_s = 0 } },
		{ "another host than signed", "GET", SCOPES, NULL, 401, "Bad mac",
			{ .header = "Host: localhost:1" } },
		{ "X-Forwarded-Port counts", "GET", SCOPES, NULL, 401, "Bad mac",
			{ .header = "X-Forwarded-Port: 443" } },
		{ "X-Forwarded-Proto counts", "GET", SCOPES, NULL, 401, "Bad mac",
			{ .header = "X-Forwarded-Proto: https" } },
		{ "a payload hash for an empty body", "GET", SCOPES, NULL, 200, NULL,
			{ .hash = "" } },
		{ "a payload hash of the wrong length", "GET", SCOPES, NULL, 500, NULL,
			{ .hash = "abc" } },
		{ "no scopes asked for: a bad header does not matter", "GET", "/api/queue/v1/ping",
			NULL, 200, NULL, { .key = "bad" } },
		{ "garbage in ext", "GET", SCOPES, NULL, 401, "Failed to parse ext",
			{ .ext = "bm8ganNvbg==" } },
	};

	(void)state;
	RUN_ROWS(rows);
}

static void errors(void **state)
{
	static const struct row rows[] = {
		{ "too few scopes, without credentials", "GET", SCOPES, NULL, 403,
			"\"code\":\"InsufficientScopes\"", { .unsigned_ = true } },
		{ "the message ends with a footer", "GET", SCOPES, NULL, 403, "\\n---\\n",
			{ .unsigned_ = true } },
		{ "unknown route", "GET", "/api/queue/v1/none", NULL, 404,
			"{\"error\":\"Not found\"}", { 0 } },
		{ "wrong method", "DELETE", "/api/queue/v1/ping", NULL, 404,
			"{\"error\":\"Not found\"}", { 0 } },
		{ "schema error", "POST", CLAIM, "{\"workerGroup\":1}", 400,
			"\"code\":\"InputValidationError\"", { 0 } },
		{ "a member too much", "POST", CLAIM,
			"{\"workerGroup\":\"g\",\"workerId\":\"w\",\"more\":1}", 400,
			"must not have the member \\\"more\\\"", { 0 } },
		{ "payload echoes the input with defaults", "PUT", TASK,
			"{\"taskQueueId\":\"prov/type\"}", 400, "\"schedulerId\":\"-\"", { 0 } },
		{ "nonsense", "PUT", TASK, "[]", 400, "InputValidationError", { 0 } },
		{ "bad JSON", "PUT", TASK, "{", 400, "MalformedPayload", { 0 } },
		{ "bad Content-Type", "PUT", TASK, "{}", 400, "MalformedPayload",
			{ .type = "text/plain" } },
		{ "bad URL parameter", "GET", QUEUE "/task/short", NULL, 400,
			"InvalidRequestArguments", { 0 } },
		{ "unknown query parameter", "GET", "/api/auth/v1/clients/?no=1", NULL, 400,
			"InvalidRequestArguments", { 0 } },
		{ "empty prefix", "GET", "/api/auth/v1/clients/?prefix=", NULL, 400,
			"InvalidRequestArguments", { 0 } },
		{ "repeated parameter", "GET", "/api/auth/v1/clients/?limit=1&limit=1", NULL, 400,
			"InvalidRequestArguments", { 0 } },
		{ "secrets.set answers malformed JSON with HTML", "PUT", "/api/secrets/v1/secret/a",
			"{", 500, "<html>", { 0 } },
	};

	(void)state;
	RUN_ROWS(rows);
}

static void bodies_and_paths(void **state)
{
	static const char secret[] = "{\"secret\":{},\"expires\":\"$+3600$\"}";
	static const char index[] =
		"{\"taskId\":\"$T\",\"rank\":1,\"data\":{},\"expires\":\"$+3600$\"}";
	static const struct row rows[] = {
		{ "deletes are idempotent", "DELETE", "/api/auth/v1/clients/none", NULL, 204, NULL,
			{ 0 } },
		{ "of roles too", "DELETE", "/api/auth/v1/roles/none", NULL, 204, NULL, { 0 } },
		{ "secrets.set", "PUT", "/api/secrets/v1/secret/a%2Fb", secret, 200, "{}", { 0 } },
		{ "a raw slash in a secret's name", "GET", "/api/secrets/v1/secret/a/b", NULL, 200,
			"expires", { 0 } },
		{ "secrets.remove", "DELETE", "/api/secrets/v1/secret/a/b", NULL, 200, "{}",
			{ 0 } },
		{ "a raw slash in a clientId", "GET", "/api/auth/v1/clients/a/b", NULL, 404,
			"{\"error\":\"Not found\"}", { 0 } },
		{ "insertTask", "PUT", "/api/index/v1/task/f.x", index, 200, "\"rank\":1", { 0 } },
		{ "a lower rank leaves the old entry", "PUT", "/api/index/v1/task/f.x",
			"{\"taskId\":\"$U\",\"rank\":0,\"data\":{},\"expires\":\"$+3600$\"}", 200,
			"$T", { 0 } },
		{ "index delete", "DELETE", "/api/index/v1/task/f.x", NULL, 200, "{}", { 0 } },
		{ "again", "DELETE", "/api/index/v1/task/f.x", NULL, 200, "{}", { 0 } },
	};

	(void)state;
	RUN_ROWS(rows);
}

static void tasks_and_runs(void **state)
{
	static const char group[] = QUEUE "/provisioners/prov/worker-types/type/workers/g/w";
	static const struct row rows[] = {
		{ "created 16 minutes ago", "PUT", TASK, DEFINITION("$-960$", "$+3600$"), 400,
			"InputError", { 0 } },
		{ "created in 16 minutes", "PUT", TASK, DEFINITION("$+960$", "$+3600$"), 400,
			"InputError", { 0 } },
		{ "deadline in 6 days", "PUT", TASK, DEFINITION("$+0$", "$+518400$"), 400,
			"InputError", { 0 } },
		{ "createTask", "PUT", TASK, DEFINITION("$+0$", "$+3600$"), 200, "pending", { 0 } },
		{ "tasks: 33", "POST", CLAIM,
			"{\"workerGroup\":\"g\",\"workerId\":\"w\",\"tasks\":33}", 400,
			"InputValidationError", { 0 } },
		{ "tasks: 0", "POST", CLAIM,
			"{\"workerGroup\":\"g\",\"workerId\":\"w\",\"tasks\":0}", 400,
			"InputValidationError", { 0 } },
		{ "tasks may be left out; takenUntil has an offset", "POST", CLAIM, WORKER, 200,
			"+00:00\"", { 0 } },
		{ "claimed already", "POST", RUN "/claim", WORKER, 409, "RequestConflict", { 0 } },
		{ "quarantine", "PUT", group, "{\"quarantineUntil\":\"$+3600$\"}", 200,
			"quarantineUntil", { 0 } },
		{ "another task", "PUT", QUEUE "/task/$U", DEFINITION("$+0$", "$+3600$"), 200, NULL,
			{ 0 } },
		{ "a quarantined worker gets nothing", "POST", CLAIM, WORKER, 200, "{\"tasks\":[]}",
			{ 0 } },
		{ "and claimTask breaks", "POST", QUEUE "/task/$U/runs/0/claim", WORKER, 500, NULL,
			{ 0 } },
		{ "reclaim after the deadline", "POST", RUN "/reclaim", NULL, 409, "deadline",
			{ .fault = "clock=7200", .skew_s = 7200 } },
		{ "reclaim", "POST", RUN "/reclaim", NULL, 200, "takenUntil", { 0 } },
		{ "completed", "POST", RUN "/completed", NULL, 200, "completed", { 0 } },
		{ "completed again", "POST", RUN "/completed", NULL, 200, "completed", { 0 } },
		{ "failed after it", "POST", RUN "/failed", NULL, 409, "RequestConflict", { 0 } },
		{ "createArtifact after it", "POST", ARTIFACT "x", LINK("$+60$"), 409,
			"RequestConflict", { 0 } },
		{ "cancel", "POST", QUEUE "/task/$U/cancel", NULL, 200, "canceled", { 0 } },
		{ "reclaim after cancel", "POST", QUEUE "/task/$U/runs/0/reclaim", NULL, 409,
			"RequestConflict", { 0 } },
		{ "resolve after cancel", "POST", QUEUE "/task/$U/runs/0/completed", NULL, 409,
			"RequestConflict", { 0 } },
		{ "createArtifact after cancel", "POST", QUEUE "/task/$U/runs/0/artifacts/x",
			LINK("$+60$"), 200, "link", { 0 } },
		{ "no more quarantine", "PUT", group, "{\"quarantineUntil\":\"$-10$\"}", 200, NULL,
			{ 0 } },
	};

	(void)state;
	RUN_ROWS(rows);
}

static void exceptions(void **state)
{
	static const struct row rows[] = {
		{ "createTask", "PUT", TASK, DEFINITION("$+0$", "$+3600$"), 200, NULL, { 0 } },
		{ "claimTask", "POST", RUN "/claim", WORKER, 200, "\"credentials\"", { 0 } },
		{ "worker-shutdown retries", "POST", RUN "/exception",
			"{\"reason\":\"worker-shutdown\"}", 200, "\"reasonCreated\":\"retry\"",
			{ 0 } },
		{ "from retriesLeft", "GET", TASK "/status", NULL, 200, "\"retriesLeft\":4",
			{ 0 } },
		{ "the same reason again", "POST", RUN "/exception",
			"{\"reason\":\"worker-shutdown\"}", 200, NULL, { 0 } },
		{ "another reason", "POST", RUN "/exception", "{\"reason\":\"internal-error\"}",
			409, NULL, { 0 } },
		{ "claim", "POST", TASK "/runs/1/claim", WORKER, 200, NULL, { 0 } },
		{ "intermittent-task", "POST", TASK "/runs/1/exception",
			"{\"reason\":\"intermittent-task\"}", 200,
			"\"reasonCreated\":\"task-retry\"", { 0 } },
		{ "claim", "POST", TASK "/runs/2/claim", WORKER, 200, NULL, { 0 } },
		{ "others make no run", "POST", TASK "/runs/2/exception",
			"{\"reason\":\"resource-unavailable\"}", 200, "\"state\":\"exception\"",
			{ 0 } },
		{ "createArtifact after an exception", "POST", TASK "/runs/2/artifacts/x",
			LINK("$+60$"), 200, NULL, { 0 } },
		{ "but not 26 minutes later", "POST", TASK "/runs/2/artifacts/y", LINK("$+3600$"),
			409, NULL, { .fault = "clock=1560", .skew_s = 1560 } },
	};

	(void)state;
	RUN_ROWS(rows);
}

static void artifacts(void **state)
{
	static const struct row rows[] = {
		{ "createTask", "PUT", TASK, DEFINITION("$+0$", "$+3600$"), 200, NULL, { 0 } },
		{ "claimTask", "POST", RUN "/claim", WORKER, 200, NULL, { 0 } },
		{ "expires after the task", "POST", ARTIFACT "a", LINK("$+40000000$"), 400,
			"InputError", { 0 } },
		{ "expires 16 minutes ago", "POST", ARTIFACT "a", LINK("$-960$"), 400, "InputError",
			{ 0 } },
		{ "expires 14 minutes ago", "POST", ARTIFACT "old", LINK("$-840$"), 200, NULL,
			{ 0 } },
		{ "which is gone", "GET", ARTIFACT "old", NULL, 410, "ResourceExpired", { 0 } },
		{ "s3", "POST", ARTIFACT "public/s3", BYTES("a/b", "$+600$"), 200, "putUrl",
			{ 0 } },
		{ "again with a longer life", "POST", ARTIFACT "public%2Fs3",
			BYTES("a/b", "$+700$"), 200, "putUrl", { 0 } },
		{ "with a shorter one", "POST", ARTIFACT "public/s3", BYTES("a/b", "$+500$"), 409,
			NULL, { 0 } },
		{ "with another type", "POST", ARTIFACT "public/s3", BYTES("a/c", "$+700$"), 409,
			NULL, { 0 } },
		{ "finishArtifact is for objects", "PUT", ARTIFACT "public/s3",
			"{\"uploadId\":\"$T\"}", 400, NULL, { 0 } },
		{ "getArtifact redirects", "GET", ARTIFACT "public/s3", NULL, 303,
			"{\"storageType\":\"s3\",\"url\":", { .unsigned_ = true } },
		{ "getLatestArtifact too", "GET", TASK "/artifacts/public/s3", NULL, 303,
			"{\"storageType\":\"s3\",\"url\":", { .unsigned_ = true } },
		{ "for HEAD too", "HEAD", ARTIFACT "public/s3", NULL, 303, NULL,
			{ .unsigned_ = true, .head = true } },
		{ "artifact is 200", "GET", TASK "/runs/0/artifact-content/public/s3", NULL, 200,
			"url", { 0 } },
		{ "reference", "POST", ARTIFACT "r", REFERENCE("http://one/"), 200, NULL, { 0 } },
		{ "to another URL", "POST", ARTIFACT "r", REFERENCE("http://two/"), 200, NULL,
			{ 0 } },
		{ "to a link", "POST", ARTIFACT "r",
			"{\"storageType\":\"link\",\"artifact\":\"r2\",\"contentType\":\"a/b\","
			"\"expires\":\"$+3600$\"}",
			200, NULL, { 0 } },
		{ "and not back", "POST", ARTIFACT "r", REFERENCE("http://two/"), 409, NULL,
			{ 0 } },
		{ "a circle of links", "POST", ARTIFACT "r2",
			"{\"storageType\":\"link\",\"artifact\":\"r\",\"expires\":\"$+3600$\"}",
			200, NULL, { 0 } },
		{ "is refused when read", "GET", ARTIFACT "r", NULL, 400, "InputError", { 0 } },
		{ "error", "POST", ARTIFACT "e",
			"{\"storageType\":\"error\",\"reason\":\"file-missing-on-worker\","
			"\"message\":\"gone\",\"expires\":\"$+3600$\"}",
			200, NULL, { 0 } },
		{ "is 424 without a code", "GET", ARTIFACT "e", NULL, 424,
			"{\"reason\":\"file-missing-on-worker\",\"message\":\"gone\"}", { 0 } },
		{ "object", "POST", ARTIFACT "o", OBJECT, 200, "credentials", { 0 } },
		{ "is not idempotent", "POST", ARTIFACT "o", OBJECT, 500, "InternalServerError",
			{ 0 } },
		{ "unfinished it is 404", "GET", ARTIFACT "o", NULL, 404, NULL, { 0 } },
		{ "and listed", "GET", RUN "/artifacts", NULL, 200, "\"name\":\"o\"", { 0 } },
	};

	(void)state;
	RUN_ROWS(rows);
}

/* An ext header for temporary credentials of the root client. */
struct temporary {
	const char *name;          /* NULL: unnamed */
	int64_t start_s, expiry_s; /* from now */
	const char *authorized;    /* JSON, or NULL */
};

static struct quirks use(const struct temporary *given)
{
	static char ext[8000];
	static const char *const held[] = { "auth:current-scopes", "x:*" };
	int64_t now = (int64_t)time(NULL) * 1000;
	struct tc__buffer text = TC__BUFFER(8000);
	const char *certificate;
	const char *token;

	assert_true(certificate_make(&arena, server->client_id, server->access_token, given->name,
		&(struct tc_scopes){ held, 2 }, now + given->start_s * 1000,
		now + given->expiry_s * 1000, &certificate, &token));
	tc__buffer_printf(&text, "{\"certificate\":%s%s%s}", certificate,
		given->authorized ? ",\"authorizedScopes\":" : "",
		given->authorized ? given->authorized : "");
	digest_base64(text.data, text.length, ext);
	tc__buffer_clear(&text);
	return (struct quirks){
		.id = given->name ? given->name : server->client_id, .key = token, .ext = ext
	};
}

static void temporary_credentials(void **state)
{
	static const struct {
		const char *line;
		struct temporary credentials;
		long status;
		const char *part;
	} rows[] = {
		{ "good", { NULL, -60, 60, NULL }, 200, "\"x:*\"" },
		{ "they gain assume:anonymous", { NULL, -60, 60, NULL }, 200,
			"\"assume:anonymous\"" },
		{ "and what it expands to", { NULL, -60, 60, NULL }, 200,
			"\"queue:get-artifact:public/*\"" },
		{ "named", { "some/name", -60, 60, NULL }, 200, NULL },
		{ "4 minutes early", { NULL, 240, 3600, NULL }, 200, NULL },
		{ "6 minutes early", { NULL, 360, 3600, NULL }, 401, "AuthenticationFailed" },
		{ "4 minutes late", { NULL, -3600, -240, NULL }, 200, NULL },
		{ "6 minutes late", { NULL, -3600, -360, NULL }, 401, "AuthenticationFailed" },
		{ "for 32 days", { NULL, -60, 32 * 86400, NULL }, 401, "AuthenticationFailed" },
		{ "fewer scopes", { NULL, -60, 60, "[\"auth:current-scopes\",\"x:y\"]" }, 200,
			"\"x:y\"" },
		{ "none at all", { NULL, -60, 60, "[]" }, 403, "InsufficientScopes" },
		{ "more than they have", { NULL, -60, 60, "[\"y\"]" }, 401,
			"AuthenticationFailed" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct quirks quirks = use(&rows[i].credentials);
		struct reply *reply = ask(server, "GET", SCOPES, NULL, &quirks);
		if (reply->status != rows[i].status ||
			(rows[i].part && !strstr(reply->body, rows[i].part)))
			fail_msg("%s: expected %ld %s, got %ld %s", rows[i].line, rows[i].status,
				rows[i].part ? rows[i].part : "", reply->status, reply->body);
	}
}

static void bewits(void **state)
{
	static const struct quirks none = { .unsigned_ = true };
	static const struct quirks both = { 0 };

	(void)state;
	assert_int_equal(
		ask(server, "GET", bewit_url(server, SCOPES, 60), NULL, &none)->status, 200);
	struct reply *reply = ask(server, "POST", bewit_url(server, SCOPES, 60), NULL, &none);
	assert_int_equal(reply->status, 404); /* no such route, whoever asks */
	reply = ask(
		server, "POST", bewit_url(server, "/api/auth/v1/clients/x/reset", 60), NULL, &none);
	assert_int_equal(reply->status, 401);
	assert_non_null(strstr(reply->body, "Invalid method"));
	reply = ask(server, "GET", bewit_url(server, SCOPES, 60), NULL, &both);
	assert_int_equal(reply->status, 401);
	reply = ask(server, "GET", bewit_url(server, SCOPES, -1), NULL, &none);
	assert_int_equal(reply->status, 401);
	assert_non_null(strstr(reply->body, "Access expired"));
}

static void headers(void **state)
{
	char value[300];

	(void)state;
	struct reply *reply = ask(server, "GET", SCOPES, NULL,
		&(struct quirks){ .skew_s = 905, .header = "x-taskcluster-trace-id: my-trace" });
	assert_string_equal(reply_header(reply, "www-authenticate", value, sizeof value), "hawk");
	assert_string_equal(reply_header(reply, "x-for-trace-id", value, sizeof value), "my-trace");
	assert_non_null(reply_header(reply, "x-for-request-id", value, sizeof value));
	assert_non_null(reply_header(reply, "date", value, sizeof value));
}

/* The seconds between now and the `expires=` of a signed URL. */
static long long lives(const char *url)
{
	const char *expires = strstr(url, "expires=");
	struct timespec now;

	assert_non_null(expires);
	clock_gettime(CLOCK_REALTIME, &now); /* time() lags behind by up to a tick */
	return strtoll(expires + 8, NULL, 10) / 1000 - (long long)now.tv_sec;
}

static void lives_of_urls(void **state)
{
	static const struct row make[] = {
		{ "createTask", "PUT", TASK, DEFINITION("$+0$", "$+3600$"), 200, NULL, { 0 } },
		{ "claimTask", "POST", RUN "/claim", WORKER, 200, NULL, { 0 } },
	};
	static const struct row put = { "", "POST", ARTIFACT "public/u", BYTES("a/b", "$+3600$"), 0,
		NULL, { 0 } };
	static const struct row get = { "", "GET", ARTIFACT "public/u", NULL, 0, NULL, { 0 } };

	(void)state;
	RUN_ROWS(make);
	assert_int_in_range(
		lives(reply_text(rows_ask(server, &put), "/putUrl")), 45 * 60 - 5, 45 * 60);
	assert_int_in_range(
		lives(reply_text(rows_ask(server, &get), "/url")), 30 * 60 - 5, 30 * 60);
}

static void defaults_of_tasks(void **state)
{
	static const struct row make = { "", "PUT", TASK, DEFINITION("$+0$", "$+3600$"), 0, NULL,
		{ 0 } };
	static const struct row get = { "", "GET", TASK, NULL, 0, NULL, { 0 } };
	char year_later[25];

	(void)state;
	tc_slugid_nice(rows_task_id);
	assert_int_equal(rows_ask(server, &make)->status, 200);
	struct reply *reply = rows_ask(server, &get);
	date_text(3600 + 365 * 86400, year_later);
	assert_memory_equal(reply_text(reply, "/expires"), year_later, 16);
	assert_string_equal(reply_text(reply, "/taskGroupId"), rows_task_id);
	assert_string_equal(reply_text(reply, "/priority"), "lowest");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hawk),
		cmocka_unit_test(errors),
		cmocka_unit_test(bodies_and_paths),
		cmocka_unit_test(tasks_and_runs),
		cmocka_unit_test(exceptions),
		cmocka_unit_test(artifacts),
		cmocka_unit_test(temporary_credentials),
		cmocka_unit_test(bewits),
		cmocka_unit_test(headers),
		cmocka_unit_test(lives_of_urls),
		cmocka_unit_test(defaults_of_tasks),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
