/* SPDX-License-Identifier: MPL-2.0 */
/* Calls to a path: sent and signed byte for byte, on a sandbox whose verifier shares no code with
 * the signer, and in front of a server that says what it got. */
#include "tests/harness/test.h"

#include "tests/harness/responder.h"
#include "tests/harness/server.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/call_at.h>
#include <taskcluster/download.h>

struct world {
	struct tc_test_server *server;
	struct tc_responder *responder;
	tc_client *real, *fake;
	tc_credentials *credentials;
	/* of the last request to the responder */
	char method[10], target[300], head[3000], body[300];
	int requests;
};

/* /STATUS; /busy is so the first time. */
static void answer(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply)
{
	struct world *world = data;
	const char *name = strrchr(request->target, '/') + 1;

	snprintf(world->method, sizeof world->method, "%s", request->method);
	snprintf(world->target, sizeof world->target, "%s", request->target);
	snprintf(world->head, sizeof world->head, "%s", request->head);
	snprintf(world->body, sizeof world->body, "%.*s", (int)request->body_length,
		request->body_length ? request->body : "");
	reply->body = "text";
	reply->body_length = 4;
	reply->headers = "X-Own: 1\r\nLocation: /there\r\nContent-Type: a/b\r\n";
	if (atoi(name) >= 200)
		reply->status = atoi(name);
	if (strcmp(name, "busy") == 0 && world->requests == 0)
		reply->status = 503;
	world->requests++;
}

static tc_client *make_client(const struct world *world, const char *root, const char *proxy)
{
	struct tc_options options = TC_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;

	options.root_url = root;
	options.proxy_url = proxy;
	options.credentials = world->credentials;
	options.retry_delay_ms = 1;
	options.attempts = 3;
	tc_client *client = tc_client_new(&options, &err);
	assert_ok(err.code, &err);
	return client;
}

static int setup(void **state)
{
	static struct world world;

	world.server = tc_test_server_start("--private", NULL);
	world.responder = tc_responder_start(answer, &world);
	world.credentials = tc_credentials_new("sandbox", "sandbox-secret", NULL, NULL);
	assert_non_null(world.credentials);
	world.real = make_client(&world, world.server->root_url, NULL);
	world.fake = make_client(&world, tc_responder_url(world.responder), NULL);
	*state = &world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	tc_client_free(world->real);
	tc_client_free(world->fake);
	tc_credentials_free(world->credentials);
	tc_responder_stop(world->responder);
	tc_test_server_stop(world->server);
	return 0;
}

/* A secret with a name that has to be escaped, put with a body from a source and by tc_json, read
 * with a query, and deleted: each is signed, as the sandbox is private. */
static void a_service_takes_it(void **state)
{
	struct world *world = *state;
	static const char path[] = "/api/secrets/v1/secret/a%2Fb%20c";
	static const char text[] =
		"{\"secret\":{\"a\":1},\"expires\":\"2100-01-01T00:00:00.000Z\"}";
	struct tc_call_at_options options = TC_CALL_AT_OPTIONS_INIT;
	struct tc_source body = TC_SOURCE_INIT;
	tc_response *response = NULL;
	const tc_json *json = NULL;
	tc_error err = TC_ERROR_INIT;

	tc_source_memory(&body, text, strlen(text));
	options.body = &body;
	tc_call *call = tc_call_at(world->real, "PUT", path, &options, &err);
	assert_ok(err.code, &err);
	assert_ok(tc_call_header(call, "Content-Type", "application/json", &err), &err);
	assert_ok(tc_call_perform(call, NULL, &err), &err);
	tc_call_free(call);
	assert_ok(tc_json_parse(text, strlen(text), &json, &err), &err);
	call = tc_call_at(world->real, "PUT", path, NULL, &err);
	assert_ok(tc_call_body_json(call, json, &err), &err);
	assert_ok(tc_call_perform(call, NULL, &err), &err);
	tc_release(json);
	tc_call_free(call);
	call = tc_call_at(world->real, "GET", path, NULL, &err);
	assert_ok(tc_call_perform(call, &response, &err), &err);
	assert_non_null(strstr(tc_response_body(response, NULL), "\"a\":1"));
	tc_release(response);
	tc_call_free(call);
	call = tc_call_at(world->real, "DELETE", path, NULL, &err);
	assert_ok(tc_call_perform(call, NULL, &err), &err);
	tc_call_free(call);
}

static void a_signed_url_is_made_of_it(void **state)
{
	struct world *world = *state;
	const char *url = NULL;
	tc_error err = TC_ERROR_INIT;

	tc_call *call = tc_call_at(world->fake, "GET", "/a%2Fb?c=%20", NULL, &err);
	assert_ok(tc_call_signed_url(call, 60, &url, &err), &err);
	assert_non_null(strstr(url, "/a%2Fb?c=%20&bewit="));
	tc_release(url);
	tc_call_free(call);
}

static void it_goes_as_it_is(void **state)
{
	struct world *world = *state;
	static const char *const methods[] = { "GET", "HEAD", "PUT", "POST", "PATCH", "DELETE" };
	static const char path[] = "/api//x/..a/%2e./%2F?&a=%2F/../b&&c";
	tc_error err = TC_ERROR_INIT;

	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
		tc_call *call = tc_call_at(world->fake, methods[i], "/a/...?/../b", NULL, &err);
		assert_ok(err.code, &err);
		assert_ok(tc_call_perform(call, NULL, &err), &err);
		assert_string_equal(world->method, methods[i]);
		assert_string_equal(world->target, "/a/...?/../b");
		assert_non_null(strstr(world->head, "Authorization: Hawk"));
		tc_call_free(call);
	}
	assert_null(tc_call_at(world->fake, "GET", path, NULL, &err));
	assert_failure(&err, TC_ERROR_ARGUMENT, "\"..\"");
	tc_call *call =
		tc_call_at(world->fake, "GET", "/api//x/..a/%2F?&a=%2F/../b&&c", NULL, &err);
	assert_ok(tc_call_perform(call, NULL, &err), &err);
	assert_string_equal(world->target, "/api//x/..a/%2F?&a=%2F/../b&&c");
	tc_call_free(call);
}

static void what_cannot_be_sent_is_refused(void **state)
{
	struct world *world = *state;
	static const struct {
		const char *method, *path, *why;
	} cases[] = { { "get", "/a", "expected GET" }, { "OPTIONS", "/a", "expected GET" },
		{ "GET", "a", "slash" }, { "GET", "", "slash" },
		{ "GET", "http://evil.com/", "slash" }, { "GET", "@evil.com/", "slash" },
		{ "GET", "/a#b", "fragment" }, { "GET", "/a b", "0x20" },
		{ "GET", "/\xc3\xa4", "0xc3" }, { "GET", "/..", "\"..\"" },
		{ "GET", "/a/.", "\"..\"" }, { "GET", "/./a", "\"..\"" },
		{ "GET", "/a/../b", "\"..\"" }, { "GET", "/%2E%2e/b", "\"..\"" },
		{ "GET", "/.%2e?a", "\"..\"" } };
	struct tc_call_at_options options = TC_CALL_AT_OPTIONS_INIT;
	struct tc_source body = TC_SOURCE_INIT;
	tc_error err = TC_ERROR_INIT;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_null(tc_call_at(world->fake, cases[i].method, cases[i].path, NULL, &err));
		assert_failure(&err, TC_ERROR_ARGUMENT, cases[i].why);
	}
	options.body = &body;
	assert_null(tc_call_at(world->fake, "GET", "/", &options, &err));
	assert_failure(&err, TC_ERROR_ARGUMENT, "takes no body");
	tc_source_memory(&body, "a", 1);
	tc_call *call = tc_call_at(world->fake, "PUT", "/", &options, &err);
	assert_int_equal(tc_call_body_bytes(call, "a", 1, NULL, &err), TC_ERROR_ARGUMENT);
	assert_failure(&err, TC_ERROR_ARGUMENT, "given by its options");
	assert_int_equal(tc_call_header(call, "Authorization", "x", &err), TC_ERROR_ARGUMENT);
	assert_failure(&err, TC_ERROR_ARGUMENT, "set by the library");
	assert_int_equal(tc_call_header(call, "Accept-Encoding", "br", &err), TC_ERROR_ARGUMENT);
	assert_failure(&err, TC_ERROR_ARGUMENT, "set by the library");
	tc_call_free(call);
	call = tc_call_at(world->fake, "PUT", "/", NULL, &err);
	assert_int_equal(tc_call_header(call, "Content-Type", "a/b", &err), TC_ERROR_ARGUMENT);
	assert_failure(&err, TC_ERROR_ARGUMENT, "set by the library");
	tc_call_free(call);
}

/* Others' refusals are errors, unless every status is wanted. */
static void every_status_can_be_a_reply(void **state)
{
	struct world *world = *state;
	static const struct {
		const char *path;
		int status, requests;
	} cases[] = { { "/200", 200, 1 }, { "/303", 303, 1 }, { "/404", 404, 1 },
		{ "/500", 500, 3 }, { "/busy", 200, 2 } };
	struct tc_call_at_options options = TC_CALL_AT_OPTIONS_INIT;
	tc_response *response = NULL;
	tc_error err = TC_ERROR_INIT;

	options.any_status = true;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		tc_call *call = tc_call_at(world->fake, "GET", cases[i].path, &options, &err);
		world->requests = 0;
		assert_ok(tc_call_perform(call, &response, &err), &err);
		assert_int_equal(tc_response_status(response), cases[i].status);
		assert_int_equal(world->requests, cases[i].requests);
		assert_string_equal(tc_response_body(response, NULL), "text");
		assert_string_equal(tc_response_header(response, "x-own"), "1");
		tc_release(response);
		tc_call_free(call);
		call = tc_call_at(world->fake, "GET", cases[i].path, NULL, &err);
		world->requests = 0;
		int rc = tc_call_perform(call, NULL, &err);
		assert_int_equal(rc, cases[i].status == 200 ? TC_OK : TC_ERROR_HTTP);
		tc_error_clear(&err);
		tc_call_free(call);
	}
}

struct caught {
	char bytes[100];
	int begun;
};

static int catch_head(void *data, tc_response *head, int64_t discard, tc_error *err)
{
	struct caught *caught = data;

	(void)head, (void)discard, (void)err;
	caught->begun++;
	return TC_OK;
}

static int catch_bytes(void *data, const void *bytes, size_t length, tc_error *err)
{
	struct caught *caught = data;

	(void)err;
	snprintf(caught->bytes, sizeof caught->bytes, "%.*s", (int)length, (const char *)bytes);
	return TC_OK;
}

static void a_sink_gets_what_is_good(void **state)
{
	struct world *world = *state;
	struct tc_call_at_options options = TC_CALL_AT_OPTIONS_INIT;
	tc_response *response = NULL;
	tc_error err = TC_ERROR_INIT;

	options.any_status = true;
	for (int good = 0; good < 2; good++) {
		struct caught caught = { .begun = 0 };
		struct tc_sink sink = TC_SINK_INIT;
		sink.begin = catch_head;
		sink.write = catch_bytes;
		sink.data = &caught;
		tc_call *call =
			tc_call_at(world->fake, "GET", good ? "/200" : "/404", &options, &err);
		assert_ok(tc_call_download(call, &sink, &response, &err), &err);
		assert_int_equal(tc_response_status(response), good ? 200 : 404);
		assert_string_equal(tc_response_body(response, NULL), good ? "" : "text");
		assert_string_equal(caught.bytes, good ? "text" : "");
		assert_int_equal(caught.begun, good);
		tc_release(response);
		tc_call_free(call);
	}
}

static void a_body_is_hashed_when_it_is_at_hand(void **state)
{
	struct world *world = *state;
	struct tc_call_at_options options = TC_CALL_AT_OPTIONS_INIT;
	struct tc_source body = TC_SOURCE_INIT;
	tc_error err = TC_ERROR_INIT;

	tc_source_memory(&body, "body", 4);
	options.body = &body;
	tc_call *call = tc_call_at(world->fake, "POST", "/200", &options, &err);
	assert_ok(tc_call_header(call, "Content-Type", "c/d", &err), &err);
	assert_ok(tc_call_perform(call, NULL, &err), &err);
	tc_call_free(call);
	assert_string_equal(world->body, "body");
	assert_non_null(strstr(world->head, "Content-Type: c/d"));
	assert_null(strstr(world->head, "hash=\""));
	call = tc_call_at(world->fake, "POST", "/200", NULL, &err);
	assert_ok(tc_call_body_bytes(call, "body", 4, "c/d", &err), &err);
	assert_ok(tc_call_perform(call, NULL, &err), &err);
	tc_call_free(call);
	assert_string_equal(world->body, "body");
	assert_non_null(strstr(world->head, "Content-Type: c/d"));
	assert_non_null(strstr(world->head, "hash=\""));
}

static void below_the_proxy_nobody_signs(void **state)
{
	struct world *world = *state;
	tc_error err = TC_ERROR_INIT;
	tc_client *client =
		make_client(world, "https://tc.example.com", tc_responder_url(world->responder));

	tc_call *call = tc_call_at(client, "GET", "/api/x/v1/200", NULL, &err);
	assert_ok(tc_call_perform(call, NULL, &err), &err);
	assert_string_equal(world->target, "/api/x/v1/200");
	assert_null(strstr(world->head, "Authorization"));
	tc_call_free(call);
	tc_client_free(client);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_service_takes_it),
		cmocka_unit_test(a_signed_url_is_made_of_it),
		cmocka_unit_test(it_goes_as_it_is),
		cmocka_unit_test(what_cannot_be_sent_is_refused),
		cmocka_unit_test(every_status_can_be_a_reply),
		cmocka_unit_test(a_sink_gets_what_is_good),
		cmocka_unit_test(a_body_is_hashed_when_it_is_at_hand),
		cmocka_unit_test(below_the_proxy_nobody_signs),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
