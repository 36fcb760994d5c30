/* SPDX-License-Identifier: MPL-2.0 */

/* What a real deployment was measured to do where a server made from its references alone would do
 * otherwise: bodies, dates, clients, roles, the index, secrets and objects. Each row is a request;
 * rows of a table go on from what those before them left. The Queue's are in test_reality_queue.c.
 */

#include "tests/harness/test.h"

#include "rows.h"
#include "tools/sandbox/auth/certificate.h"
#include "tools/sandbox/base/digest.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define AUTH "/api/auth/v1"
#define INDEX "/api/index/v1"
#define OBJECT "/api/object/v1"
#define QUEUE "/api/queue/v1"
#define SECRET "/api/secrets/v1/secret/"
#define CLIENT(scopes) "{\"description\":\"d\",\"expires\":\"$+3600$\",\"scopes\":[" scopes "]}"
#define ROLE(scopes) "{\"description\":\"d\",\"scopes\":[" scopes "]}"
#define ENTRY(rank, expires) \
	"{\"taskId\":\"$T\",\"rank\":" rank ",\"data\":{},\"expires\":\"" expires "\"}"
#define KEPT "{\"secret\":{\"k\":\"v\"},\"expires\":\"$+3600$\"}"
#define UPLOAD(expires, methods) \
	"{\"projectId\":\"p\",\"uploadId\":\"$T\",\"expires\":\"" expires \
	"\",\"proposedUploadMethods\":{" methods "}}"
#define INLINE(type) "\"dataInline\":{\"contentType\":\"" type "\",\"objectData\":\"aGV5\"}"
#define FINISH "{\"projectId\":\"p\",\"uploadId\":\"$T\"}"
#define TESTER \
	{ \
		.id = "tester", .key = "no-secret" \
	}

static struct tc_test_server *server;
static struct tc__arena arena;

static int set_up(void **state)
{
	(void)state;
	server = tc_test_server_start("--poll-timeout", "50", "--faults", NULL);
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

static void bodies(void **state)
{
	static const struct row rows[] = {
		{ "no body, and no type", "POST", QUEUE "/tasks", NULL, 400, "MalformedPayload",
			{ .type = "" } },
		{ "a type and no body", "POST", QUEUE "/tasks", NULL, 400, "MalformedPayload",
			{ .header = "Content-Length:" } },
		{ "of PUT as well", "PUT", INDEX "/task/a.b", NULL, 400, "MalformedPayload",
			{ .type = "" } },
		{ "an empty body is the empty object", "PUT", INDEX "/task/a.b", NULL, 400,
			"InputValidationError", { 0 } },
		{ "a string", "POST", QUEUE "/tasks", "\"x\"", 400, "MalformedPayload", { 0 } },
		{ "null", "POST", QUEUE "/tasks", "null", 400, "MalformedPayload", { 0 } },
		{ "a number", "PUT", INDEX "/task/a.b", "1", 400, "MalformedPayload", { 0 } },
		{ "an array is an object, of a wrong shape", "PUT", INDEX "/task/a.b", "[]", 400,
			"InputValidationError", { 0 } },
		{ "a byte order mark", "PUT", INDEX "/task/bom", "\xef\xbb\xbf" ENTRY("1", "$+60$"),
			200, NULL, { 0 } },
		{ "of a name given twice the last counts", "PUT", INDEX "/task/twice",
			"{\"rank\":1,\"taskId\":\"$T\",\"rank\":2,\"data\":{\"a\":{},\"a\":[1,"
			"\"}\"]},\"expires\":\"$+60$\"}",
			200, "\"rank\":2,\"data\":{\"a\":[1,\"}\"]}", { 0 } },
		{ "what is malformed stays so", "PUT", INDEX "/task/twice",
			"{\"rank\":1,\"rank\":2,}", 400, "MalformedPayload", { 0 } },
		{ "letters' case of the type", "PUT", INDEX "/task/type", ENTRY("1", "$+60$"), 200,
			NULL, { .type = "Application/JSON; charset=utf-8" } },
		{ "another type", "PUT", INDEX "/task/type", ENTRY("1", "$+60$"), 400,
			"MalformedPayload", { .type = "application/jsonx" } },
	};

	(void)state;
	RUN_ROWS(rows);
}

static void dates(void **state)
{
	static const struct row rows[] = {
		{ "no offset", "PUT", INDEX "/task/d", ENTRY("1", "2100-01-01T00:00:00"), 200,
			"2100-01-01T00:00:00.000Z", { 0 } },
		{ "an offset without a colon", "PUT", INDEX "/task/d",
			ENTRY("1", "2100-01-01T00:00:00+0130"), 200, "2099-12-31T22:30:00.000Z",
			{ 0 } },
		{ "a blank for T", "PUT", INDEX "/task/d", ENTRY("1", "2100-01-01 00:00:00.5Z"),
			200, "2100-01-01T00:00:00.500Z", { 0 } },
		{ "no such day", "PUT", INDEX "/task/d", ENTRY("1", "2100-02-29T00:00:00Z"), 400,
			"InputValidationError", { 0 } },
		{ "two blanks", "PUT", INDEX "/task/d", ENTRY("1", "2100-01-01  00:00:00Z"), 400,
			"InputValidationError", { 0 } },
		{ "a day alone", "PUT", INDEX "/task/d", ENTRY("1", "2100-01-01"), 400,
			"InputValidationError", { 0 } },
	};

	(void)state;
	RUN_ROWS(rows);
}

static void clients(void **state)
{
	static const struct row rows[] = {
		{ "a role for clients of that name", "PUT", AUTH "/roles/client-id:x%2F*",
			ROLE("\"a:b\""), 200, NULL, { 0 } },
		{ "gives them nothing", "PUT", AUTH "/clients/x%2Fy", CLIENT("\"z\""), 200,
			"\"expandedScopes\":[\"z\"]", { 0 } },
		{ "they hold no role of their name", "GET", AUTH "/clients/x%2Fy", NULL, 200,
			"!client-id:x", { 0 } },
		{ "reset of a static client", "POST", AUTH "/clients/static%2Fx/reset", NULL, 400,
			"InputError", { 0 } },
		{ "disable", "POST", AUTH "/clients/static%2Ftaskcluster%2Fqueue/disable", NULL,
			400, "InputError", { 0 } },
		{ "enable", "POST", AUTH "/clients/static%2Fx/enable", NULL, 400, "InputError",
			{ 0 } },
		{ "the root client is one", "POST", AUTH "/clients/sandbox/disable", NULL, 400,
			"InputError", { 0 } },
		{ "which cannot be deleted", "DELETE", AUTH "/clients/sandbox", NULL, 400,
			"InputError", { 0 } },
		{ "and still gets in", "GET", AUTH "/scopes/current", NULL, 200, NULL, { 0 } },
		{ "one change", "POST", AUTH "/clients/x%2Fy/disable", NULL, 200, NULL, { 0 } },
		{ "the history pages", "GET", AUTH "/audit/client/x%2Fy?limit=1", NULL, 200,
			"\"actionType\":\"created\"", { .save = "/continuationToken" } },
		{ "to its second page", "GET",
			AUTH "/audit/client/x%2Fy?limit=1&continuationToken=$S", NULL, 200,
			"\"auditHistory\":[{\"entityType\":\"client\",\"entityId\":\"x/y\","
			"\"clientId\":\"sandbox\",\"actionType\":\"disabled\"",
			{ .save = "/continuationToken" } },
	};

	(void)state;
	RUN_ROWS(rows);
}

static void roles(void **state)
{
	static const struct row rows[] = {
		{ "two parameters in a scope", "PUT", AUTH "/roles/p:*", ROLE("\"a:<..>:<..>\""),
			400, "InputError", { 0 } },
		{ "an open end before the parameter", "PUT", AUTH "/roles/p:*", ROLE("\"a:*<..>\""),
			400, "InputError", { 0 } },
		{ "where there is no parameter they are text", "PUT", AUTH "/roles/p",
			ROLE("\"a:<..>:<..>\""), 200, NULL, { 0 } },
		{ "a role that grows by itself", "PUT", AUTH "/roles/c:*",
			ROLE("\"assume:c:x<..>\""), 400, "InputError", { 0 } },
		{ "a role that brings itself", "PUT", AUTH "/roles/self", ROLE("\"assume:self\""),
			400, "InputError", { 0 } },
		{ "a circle's first", "PUT", AUTH "/roles/one", ROLE("\"assume:two\""), 200, NULL,
			{ 0 } },
		{ "its second", "PUT", AUTH "/roles/two", ROLE("\"assume:three\""), 200, NULL,
			{ 0 } },
		{ "its last", "PUT", AUTH "/roles/three", ROLE("\"assume:o*\""), 400, "InputError",
			{ 0 } },
		{ "nothing of it was kept", "GET", AUTH "/roles/three", NULL, 404, NULL, { 0 } },
		{ "a role that leads nowhere", "PUT", AUTH "/roles/three", ROLE("\"x\""), 200, NULL,
			{ 0 } },
		{ "an update makes no circle either", "POST", AUTH "/roles/three",
			ROLE("\"assume:one\""), 400, "InputError", { 0 } },
		{ "parameters that go down are fine", "PUT", AUTH "/roles/repo:*",
			ROLE("\"assume:branch:<..>\""), 200, NULL, { 0 } },
		{ "scopes of a new role are sorted", "PUT", AUTH "/roles/sorted",
			ROLE("\"b\",\"a:!\",\"a:*\",\"a\""), 200,
			"\"scopes\":[\"a\",\"a:*\",\"a:!\",\"b\"]", { 0 } },
		{ "their order does not matter", "PUT", AUTH "/roles/sorted",
			ROLE("\"a\",\"b\",\"a:*\",\"a:!\""), 200, NULL, { 0 } },
	};

	(void)state;
	RUN_ROWS(rows);
}

static void test_operations(void **state)
{
	static const struct row rows[] = {
		{ "a role", "PUT", AUTH "/roles/tested", ROLE("\"more\""), 200, NULL, { 0 } },
		{ "testAuthenticate expands no roles and does not sort", "POST",
			AUTH "/test-authenticate",
			"{\"clientScopes\":[\"test:b\",\"test:a\",\"assume:tested\"],"
			"\"requiredScopes\":[\"test:a\"]}",
			200,
			"\"scopes\":[\"assume:anonymous\",\"test:b\",\"test:a\",\"assume:tested\"]",
			TESTER },
		{ "what a role would bring is lacking", "POST", AUTH "/test-authenticate",
			"{\"clientScopes\":[\"assume:tested\"],\"requiredScopes\":[\"more\"]}", 403,
			"InsufficientScopes", TESTER },
		{ "testAuthenticateGet", "GET", AUTH "/test-authenticate-get/", NULL, 200,
			"\"scopes\":[\"assume:anonymous\",\"test:*\",\"auth:create-client:test:*"
			"\"]",
			TESTER },
	};

	(void)state;
	RUN_ROWS(rows);
}

/* The text to sign ends in "scopes:" when there are none. It is written out here. */
static void temporary_credentials_without_scopes(void **state)
{
	static const char seed[] = "0123456789012345678901_123456789012345678901";
	static char ext[1000];
	long long now = (long long)time(NULL) * 1000;
	char text[400];
	char signature[DIGEST_SIZE];
	char token[DIGEST_SIZE];

	(void)state;
	snprintf(text, sizeof text, "version:1\nseed:%.44s\nstart:%lld\nexpiry:%lld\nscopes:", seed,
		now - 60000, now + 60000);
	assert_true(digest_hmac(server->access_token, text, strlen(text), signature));
	assert_true(digest_hmac_url(server->access_token, seed, 44, token));
	snprintf(text, sizeof text,
		"{\"certificate\":{\"version\":1,\"scopes\":[],\"start\":%lld,\"expiry\":%lld,"
		"\"seed\":\"%.44s\",\"signature\":\"%s\"}}",
		now - 60000, now + 60000, seed, signature);
	digest_base64(text, strlen(text), ext);
	struct quirks quirks = { .id = server->client_id, .key = token, .ext = ext };
	struct reply *reply = ask(server, "GET", AUTH "/scopes/current", NULL, &quirks);
	/* they are good, and hold what anybody does */
	assert_int_equal(reply->status, 200);
	assert_string_equal(reply_text(reply, "/scopes/0"), "assume:anonymous");
}

static void index_entries(void **state)
{
	static const struct row rows[] = {
		{ "a fraction as rank", "PUT", INDEX "/task/r.a", ENTRY("1.5", "$+60$"), 500,
			"InternalServerError", { 0 } },
		{ "3000000000", "PUT", INDEX "/task/r.a", ENTRY("3000000000", "$+60$"), 500, NULL,
			{ 0 } },
		{ "-2147483649", "PUT", INDEX "/task/r.a", ENTRY("-2147483649", "$+60$"), 500, NULL,
			{ 0 } },
		{ "nothing was inserted", "GET", INDEX "/task/r.a", NULL, 404, NULL, { 0 } },
		{ "the greatest", "PUT", INDEX "/task/r.a", ENTRY("2147483647", "$+60$"), 200, NULL,
			{ 0 } },
		{ "the least, which stays behind", "PUT", INDEX "/task/r.a",
			ENTRY("-2147483648", "$+60$"), 200, "2147483647", { 0 } },
		{ "2e1 is an integer", "PUT", INDEX "/task/r.b", ENTRY("2e1", "$+60$"), 200,
			"\"rank\":20", { 0 } },
		{ "an empty part", "PUT", INDEX "/task/a..x", ENTRY("1", "$+60$"), 400,
			"InvalidRequestArguments", { 0 } },
		{ "an empty last part", "PUT", INDEX "/task/a.", ENTRY("1", "$+60$"), 400,
			"InvalidRequestArguments", { 0 } },
		{ "a slash", "PUT", INDEX "/task/a%2Fb", ENTRY("1", "$+60$"), 400,
			"InvalidRequestArguments", { 0 } },
		{ "a blank", "GET", INDEX "/task/a%20b", NULL, 400, "InvalidRequestArguments",
			{ 0 } },
		{ "of a namespace too", "GET", INDEX "/tasks/a:b", NULL, 400,
			"InvalidRequestArguments", { 0 } },
		{ "all that may be in it", "PUT", INDEX "/task/aZ9_!~*'()%25-.b",
			ENTRY("1", "$+60$"), 200, "aZ9_!~*'()%-.b", { 0 } },
		{ "a namespace that is too long", "PUT", INDEX "/task/long.$x251$",
			ENTRY("1", "$+60$"), 500, "InternalServerError", { 0 } },
		{ "is inserted and breaks the list", "GET", INDEX "/tasks/long", NULL, 500,
			"InternalServerError", { 0 } },
		{ "until it is gone", "DELETE", INDEX "/task/long.$x251$", NULL, 200, NULL, { 0 } },
		{ "which mends it", "GET", INDEX "/tasks/long", NULL, 200, NULL, { 0 } },
		{ "as long as may be", "PUT", INDEX "/task/long.$x250$", ENTRY("1", "$+60$"), 200,
			NULL, { 0 } },
		{ "an entry that is over already", "PUT", INDEX "/task/r.past", ENTRY("1", "$-60$"),
			200, "\"rank\":1", { 0 } },
		{ "is not found", "GET", INDEX "/task/r.past", NULL, 404, NULL, { 0 } },
		{ "NUL in data", "PUT", INDEX "/task/r.nul",
			"{\"taskId\":\"$T\",\"rank\":1,\"data\":{\"a\":\"\\u0000\"},\"expires\":"
			"\"$+60$\"}",
			500, "InternalServerError", { 0 } },
		{ "findTasksAtIndex pages", "POST", INDEX "/tasks/indexes?limit=1",
			"{\"indexes\":[\"r.b\",\"r.a\"]}", 200, "\"namespace\":\"r.a\"",
			{ .save = "/continuationToken" } },
		{ "to its second page", "POST", INDEX "/tasks/indexes?limit=1&continuationToken=$S",
			"{\"indexes\":[\"r.b\",\"r.a\"]}", 200,
			"{\"tasks\":[{\"namespace\":\"r.b\"", { 0 } },
		{ "a path twice", "POST", INDEX "/tasks/indexes", "{\"indexes\":[\"r.b\",\"r.b\"]}",
			500, "InternalServerError", { 0 } },
	};

	(void)state;
	RUN_ROWS(rows);
}

/* Names are in the order of en_US, page by page. */
static void order_of_lists(void **state)
{
	static const struct row rows[] = {
		{ "a client", "PUT", AUTH "/clients/order%2FB", CLIENT(""), 200, NULL, { 0 } },
		{ "a client", "PUT", AUTH "/clients/order%2Fb", CLIENT(""), 200, NULL, { 0 } },
		{ "a client", "PUT", AUTH "/clients/order%2Fa.b", CLIENT(""), 200, NULL, { 0 } },
		{ "a client", "PUT", AUTH "/clients/order%2Fa_b", CLIENT(""), 200, NULL, { 0 } },
		{ "_ first", "GET", AUTH "/clients/?prefix=order/&limit=1", NULL, 200,
			"\"order/a_b\"", { .save = "/continuationToken" } },
		{ "then .", "GET", AUTH "/clients/?prefix=order/&limit=1&continuationToken=$S",
			NULL, 200, "\"order/a.b\"", { .save = "/continuationToken" } },
		{ "then small letters", "GET",
			AUTH "/clients/?prefix=order/&limit=1&continuationToken=$S", NULL, 200,
			"\"order/b\"", { .save = "/continuationToken" } },
		{ "then capitals", "GET",
			AUTH "/clients/?prefix=order/&limit=1&continuationToken=$S", NULL, 200,
			"\"order/B\"", { 0 } },
	};

	(void)state;
	RUN_ROWS(rows);
}

static void secrets(void **state)
{
	static const struct row rows[] = {
		{ "a name is any text", "PUT", SECRET "%C3%A9%0A", KEPT, 200, NULL, { 0 } },
		{ "and found again", "GET", SECRET "%C3%A9%0A", NULL, 200, "\"k\":\"v\"", { 0 } },
		{ "an expired one", "PUT", SECRET "old", "{\"secret\":{},\"expires\":\"$-60$\"}",
			200, NULL, { 0 } },
		{ "is not found", "GET", SECRET "old", NULL, 404, "ResourceNotFound", { 0 } },
		{ "refusals do not tell the secret", "PUT", SECRET "s",
			"{\"secret\":\"hush\",\"expires\":\"$+60$\"}", 400, "!hush", { 0 } },
		{ "but that there is one", "PUT", SECRET "s", "{\"secret\":{\"p\":\"hush\"}}", 400,
			"\"secret\":\"(OMITTED)\"", { 0 } },
		{ "nor under a wrong name", "PUT", SECRET "s",
			"{\"secrets\":{\"p\":\"hush\"},\"expires\":\"$+60$\"}", 400, "!hush",
			{ 0 } },
		{ "nor without scopes", "PUT", SECRET "s",
			"{\"secret\":{\"p\":\"hush\"},\"expires\":\"$+60$\"}", 403, "!hush",
			{ .unsigned_ = true } },
		{ "nor when it is no object", "PUT", SECRET "s", "\"hush\"", 500, "!hush", { 0 } },
	};

	(void)state;
	RUN_ROWS(rows);
}

static void objects(void **state)
{
	static const struct row rows[] = {
		{ "a raw slash where an upload begins", "PUT", OBJECT "/upload/a/$T",
			UPLOAD("$+60$", ""), 404, "{\"error\":\"Not found\"}", { 0 } },
		{ "a new name that is over already", "PUT", OBJECT "/upload/past$T",
			UPLOAD("$-60$", ""), 409, "RequestConflict", { 0 } },
		{ "a type without a slash", "PUT", OBJECT "/upload/type$T",
			UPLOAD("$+60$", INLINE("text")), 500, "InternalServerError", { 0 } },
		{ "one that begins", "PUT", OBJECT "/upload/a%2F$T",
			UPLOAD("$+2$", INLINE("text/plain")), 200, "dataInline", { 0 } },
		{ "and ends", "POST", OBJECT "/finish-upload/a%2F$T", FINISH, 200, NULL, { 0 } },
		{ "which may be said again", "POST", OBJECT "/finish-upload/a%2F$T", FINISH, 200,
			NULL, { 0 } },
		{ "but not with a new hash", "POST", OBJECT "/finish-upload/a%2F$T",
			"{\"projectId\":\"p\",\"uploadId\":\"$T\",\"hashes\":{\"sha256\":"
			"\"5994471abb01112afcc18159f6cc74b4f511b99806da59b3caf5a9c173cacfc5\"}}",
			409, NULL, { 0 } },
		{ "raw slashes are fine where it is read", "GET", OBJECT "/metadata/a/$T", NULL,
			200, "projectId", { 0 } },
		{ "a redirect says where to in a sentence", "GET", OBJECT "/download/a/$T", NULL,
			303, "See Other. Redirecting to http", { 0 } },
		{ "no method that both know", "PUT", OBJECT "/start-download/a/$T",
			"{\"acceptDownloadMethods\":{}}", 406, "NoMatchingMethod", { 0 } },
		{ "served after it expired, until it is swept away", "GET", OBJECT "/metadata/a/$T",
			NULL, 200, NULL, { .fault = "clock=60", .skew_s = 60 } },
	};

	(void)state;
	RUN_ROWS(rows);
}

/* The index sends to the Queue with credentials of its own. */
static void an_indexed_artifact_needs_no_credentials(void **state)
{
	static const struct row rows[] = {
		{ "a task", "PUT", QUEUE "/task/$T",
			"{\"taskQueueId\":\"prov/type\",\"payload\":{},\"created\":\"$+0$\","
			"\"deadline\":\"$+3600$\",\"metadata\":{\"name\":\"n\",\"description\":"
			"\"d\",\"owner\":\"o@x.org\",\"source\":\"http://x/\"}}",
			200, NULL, { 0 } },
		{ "claimed", "POST", QUEUE "/task/$T/runs/0/claim",
			"{\"workerGroup\":\"g\",\"workerId\":\"w\"}", 200, NULL, { 0 } },
		{ "with an artifact", "POST", QUEUE "/task/$T/runs/0/artifacts/private%2Fr",
			"{\"storageType\":\"reference\",\"contentType\":\"a/b\",\"url\":\"http://"
			"one/\",\"expires\":\"$+3600$\"}",
			200, NULL, { 0 } },
		{ "indexed", "PUT", INDEX "/task/bewit", ENTRY("1", "$+3600$"), 200, NULL, { 0 } },
		{ "others may not", "GET", QUEUE "/task/$T/artifacts/private/r", NULL, 403, NULL,
			{ .unsigned_ = true } },
	};
	static const struct row find = { "", "GET", INDEX "/task/bewit/artifacts/private/r", NULL,
		0, NULL, { 0 } };
	static const struct quirks none = { .unsigned_ = true };
	char location[600];
	char value[100];

	(void)state;
	RUN_ROWS(rows);
	struct reply *reply = rows_ask(server, &find);
	assert_int_equal(reply->status, 303);
	assert_non_null(reply_header(reply, "location", location, sizeof location));
	assert_string_equal(reply_header(reply, "content-type", value, sizeof value),
		"text/plain; charset=utf-8");
	assert_non_null(strstr(reply->body, location));
	const char *path = location + strlen(server->root_url);
	assert_non_null(strstr(path, "?bewit="));
	reply = ask(server, "GET", path, NULL, &none);
	assert_int_equal(reply->status, 303);
	assert_string_equal(reply_text(reply, "/url"), "http://one/");
	/* for a quarter of an hour */
	struct quirks later = { .unsigned_ = true, .fault = "clock=895" };
	assert_int_equal(ask(server, "GET", path, NULL, &later)->status, 303);
	later.fault = "clock=905";
	assert_int_equal(ask(server, "GET", path, NULL, &later)->status, 401);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bodies),
		cmocka_unit_test(dates),
		cmocka_unit_test(clients),
		cmocka_unit_test(roles),
		cmocka_unit_test(test_operations),
		cmocka_unit_test(temporary_credentials_without_scopes),
		cmocka_unit_test(index_entries),
		cmocka_unit_test(order_of_lists),
		cmocka_unit_test(secrets),
		cmocka_unit_test(objects),
		cmocka_unit_test(an_indexed_artifact_needs_no_credentials),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
