/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Every function of the systems that are not Taskcluster, without a network: what a call sends is
 * what the reference says, and what the reference does not have is refused.
 */
#include "tests/harness/test.h"

#include "tests/harness/fake.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/buildbot.h>
#include <taskcluster/conventions.h>
#include <taskcluster/query.h>
#include <taskcluster/registry.h>

#define PAIRS_MAX 64

struct system {
	const char *file, *name, *base, *root;
};

static const struct system systems[] = {
	{ "references/treeherder/api.json", "treeherder", "https://th.example.com/api",
		"https://th.example.com" },
	{ "references/buildbot/api.json", "buildbot", "https://bb.example.com/sub/api/v2",
		"https://bb.example.com/sub/" },
};

static const tc_json *read_reference(const char *path)
{
	const tc_json *json = NULL;
	tc_error err = TC_ERROR_INIT;
	size_t length;
	char *text = tc_test_read_file(path, &length);

	assert_ok(tc_json_parse(text, length, &json, &err), &err);
	free(text);
	return json;
}

static tc_client *client_of(struct tc_fake *fake, const char *root)
{
	struct tc_options options = tc_fake_options(fake);

	options.root_url = NULL;
	options.base_url = root;
	options.unchecked_bodies = true; /* `{}` stands for any */
	return tc_fake_client(fake, &options);
}

/* An argument that its rules take. */
static const char *value_for(const tc_json *argument)
{
	const char *pattern = tc_json_text(tc_json_get(argument, "pattern"));
	const char *type = tc_json_text(tc_json_at(argument, "/types/0"));

	if (type && strcmp(type, "integer") == 0)
		return "17";
	return tc_json_true(tc_json_get(argument, "segments")) ? "a b/c" : pattern ? "abc" : "a b";
}

static void add_encoded(char *url, const char *value, bool segments)
{
	for (; *value; value++) {
		bool plain = *value != ' ' && (*value != '/' || segments);
		sprintf(url + strlen(url), plain ? "%c" : "%%%02X", *value);
	}
}

/* The URL that the reference promises, and the arguments for it. */
static size_t expect_url(
	const tc_json *entry, const struct system *system, char *url, struct tc_pair *pairs)
{
	const tc_json *arguments = tc_json_get(entry, "args");
	const char *at = tc_json_text(tc_json_get(entry, "route"));
	size_t root = strlen(system->root) - (system->root[strlen(system->root) - 1] == '/');

	strcpy(url, system->base);
	if (tc_json_get(entry, "base"))
		sprintf(url, "%.*s", (int)root, system->root);
	for (; *at; at++) {
		if (*at != '<') {
			strncat(url, at, 1);
			continue;
		}
		size_t i = 0, length = strcspn(at, ">") - 1;
		const char *name;
		do {
			name = tc_json_text(tc_json_get(tc_json_item(arguments, i++), "name"));
			assert_non_null(name);
		} while (strlen(name) != length || strncmp(name, at + 1, length) != 0);
		const tc_json *argument = tc_json_item(arguments, i - 1);
		pairs[i - 1] = (struct tc_pair){ name, value_for(argument) };
		add_encoded(
			url, pairs[i - 1].value, tc_json_true(tc_json_get(argument, "segments")));
		at += length + 1;
	}
	return tc_json_count(arguments);
}

/* What has to be there besides: headers; required keys are asked for when the call is used. */
static size_t add_headers(const struct tc_operation *operation, struct tc_pair *pairs, size_t count)
{
	const struct tc_query_rule *rule =
		operation->conventions ? operation->conventions->headers : NULL;

	for (; rule && rule->name; rule++)
		pairs[count++] = (struct tc_pair){ rule->name, "1" };
	return count;
}

static void check_call(struct tc_fake *fake, const struct system *system, const tc_json *entry)
{
	const char *name = tc_json_text(tc_json_get(entry, "name"));
	const struct tc_operation *operation = tc_find_operation(system->name, name);
	const tc_json *payload = NULL;
	struct tc_pair pairs[PAIRS_MAX];
	tc_error err = TC_ERROR_INIT;
	char url[512];

	assert_non_null(operation);
	tc_client *client = client_of(fake, system->root);
	size_t count = expect_url(entry, system, url, pairs);
	count = add_headers(operation, pairs, count);
	if (operation->has_input)
		assert_ok(tc_json_parse("{}", 2, &payload, &err), &err);
	tc_call *call = tc_call_by_name(client, operation, pairs, count, payload, &err);
	if (!call)
		fail_msg("%s.%s: %s", system->name, name, tc_error_text(&err));
	assert_string_equal(tc_call_url(call), url);
	tc_call_free(call);

	pairs[count] = (struct tc_pair){ "no_such_key", "1" };
	assert_null(tc_call_by_name(client, operation, pairs, count + 1, payload, &err));
	assert_failure(&err, TC_ERROR_ARGUMENT, "no_such_key");
	tc_release(payload);
	tc_client_free(client);
}

static void test_every_function(void **state)
{
	struct tc_fake fake;
	const struct tc_fake_reply reply = { .head = "HTTP/1.1 200 OK\n\n", .body = "{}" };

	(void)state;
	for (size_t s = 0; s < sizeof systems / sizeof *systems; s++) {
		const tc_json *reference = read_reference(systems[s].file);
		const tc_json *entries = tc_json_get(reference, "entries");
		const struct tc_service *service = tc_find_service(systems[s].name);
		assert_non_null(service);
		assert_int_equal(service->operation_count, tc_json_count(entries));
		for (size_t i = 0; i < tc_json_count(entries); i++) {
			tc_fake_init(&fake, &reply, 1);
			check_call(&fake, &systems[s], tc_json_item(entries, i));
			tc_fake_clear(&fake);
		}
		tc_release(reference);
	}
}

/* ---- remote procedure calls ---- */

static int stop(struct tc_fake *fake, const char *service, const char *name, tc_error *err)
{
	const struct tc_operation *operation = tc_find_operation(service, name);
	const tc_json *payload = NULL;
	const struct tc_pair pair = { operation->arguments[0].name, "7" };

	tc_client *client = client_of(fake, "https://bb.example.com");
	if (operation->has_input)
		assert_ok(tc_json_parse("{}", 2, &payload, err), err);
	tc_call *call = tc_call_by_name(client, operation, &pair, 1, payload, err);
	assert_non_null(call);
	int rc = tc_call_perform(call, NULL, err);
	tc_call_free(call);
	tc_client_free(client);
	tc_release(payload);
	return rc;
}

static void answers(const struct tc_fake_reply *reply, const char *name, int code, const char *text,
	size_t attempts)
{
	struct tc_fake fake;
	tc_error err = TC_ERROR_INIT;

	tc_fake_init(&fake, reply, 1);
	int rc = stop(&fake, "buildbot", name, &err);
	if (code == TC_OK)
		assert_ok(rc, &err);
	else
		assert_failure(&err, code, text);
	assert_int_equal(fake.attempt_count, attempts);
	assert_string_equal(tc_fake_header(&fake, 0, "Content-Type"), "application/json");
	tc_fake_clear(&fake);
}

#define REPLY(status, text) \
	&(const struct tc_fake_reply) \
	{ \
		.head = "HTTP/1.1 " status "\nContent-Type: text/plain\n\n", .body = text \
	}

static void test_rpc(void **state)
{
	(void)state;
	answers(REPLY("200 OK", "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":null}"), "stopBuild",
		TC_OK, NULL, 1);
	answers(REPLY("200 OK", "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":null}"), "rebuildBuild",
		TC_ERROR_REPLY, "the server knows no method \"rebuild\"", 1);
	answers(REPLY("200 OK", "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":1}"), "stopBuild",
		TC_ERROR_REPLY, "another request", 1);
	answers(REPLY("200 OK", "{\"id\":1,\"error\":{\"code\":-1,\"message\":\"no\"}}"),
		"stopBuild", TC_ERROR_HTTP, "buildbot.stopBuild: 200 -1: no", 1);
	answers(REPLY("400 Bad Request",
			"{\"id\":1,\"error\":{\"code\":-32602,\"message\":{\"a\":\"b\",\"c\":["
			"\"d\"]}}}"),
		"stopBuild", TC_ERROR_HTTP, "-32602: a: b; c: d", 1);
	/* neither a 501, which is final, nor a 500, which may have been begun, is repeated */
	answers(REPLY("501 Not Implemented",
			"{\"id\":1,\"error\":{\"code\":-32601,\"message\":\"x\"}}"),
		"stopBuild", TC_ERROR_HTTP, "501 -32601: x", 1);
	answers(REPLY("500 Error", "{\"id\":1,\"error\":{\"code\":-32603,\"message\":\"x\"}}"),
		"stopBuild", TC_ERROR_HTTP, "500 -32603: x", 1);
}

/* ---- one of some members ---- */

/* As a caller may give the parameters: as bytes, or (`struct_`) the struct that is all zero. */
static int force(tc_client *client, const char *bytes, bool struct_, tc_error *err)
{
	static const struct tc_buildbot_force_params none = { 0 };
	tc_call *call = tc_buildbot_force_build_call(client, "force", err);
	int rc = TC_OK;

	assert_non_null(call);
	if (struct_)
		rc = tc_buildbot_force_build_body(call, &none, err);
	else if (bytes)
		rc = tc_call_body_bytes(call, bytes, strlen(bytes), NULL, err);
	if (rc == TC_OK)
		rc = tc_call_perform(call, NULL, err);
	tc_call_free(call);
	return rc;
}

static int force_json(tc_client *client, const char *text, tc_error *err)
{
	const struct tc_pair pair = { "forcescheduler", "force" };
	const tc_json *payload = NULL;
	int rc = TC_OK;

	if (text)
		assert_ok(tc_json_parse(text, strlen(text), &payload, err), err);
	tc_call *call = tc_call_by_name(
		client, tc_find_operation("buildbot", "forceBuild"), &pair, 1, payload, err);
	rc = call ? tc_call_perform(call, NULL, err) : err->code;
	tc_call_free(call);
	tc_release(payload);
	return rc;
}

/* A scheduler that is told no builder starts all: whoever wants that says which. */
static void test_no_builder(void **state)
{
	static const char *const bodies[] = { "{}", "{\"reason\":\"x\"}",
		"{\"builderid\":null,\"builderNames\":null}", "{\"builderNames\":[]}", "[]",
		"nonsense" };
	const struct tc_fake_reply *reply = REPLY("200 OK", "{\"id\":1,\"result\":[5,{\"1\":9}]}");
	struct tc_fake fake;
	struct tc_options options;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	tc_fake_init(&fake, reply, 1);
	options = tc_fake_options(&fake);
	options.root_url = NULL;
	options.base_url = "https://bb.example.com";
	tc_client *client = tc_fake_client(&fake, &options);
	for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
		force(client, bodies[i], false, &err);
		assert_failure(&err, TC_ERROR_INPUT, "the body needs builderid, or builderNames");
	}
	force(client, NULL, true, &err);
	assert_failure(&err, TC_ERROR_INPUT, "the body needs builderid, or builderNames");
	force(client, NULL, false, &err);
	assert_failure(&err, TC_ERROR_INPUT, "the body needs builderid, or builderNames");
	force_json(client, "{}", &err);
	assert_failure(&err, TC_ERROR_INPUT, "the body needs builderid, or builderNames");
	force_json(client, "{\"builderNames\":[]}", &err);
	assert_failure(&err, TC_ERROR_INPUT, "the body needs builderid, or builderNames");
	force_json(client, NULL, &err);
	assert_failure(&err, TC_ERROR_INPUT, "the body needs builderid, or builderNames");
	tc_buildbot_force_build(
		client, "force", &(struct tc_buildbot_force_params){ 0 }, NULL, &err);
	assert_failure(&err, TC_ERROR_INPUT, "the body needs builderid, or builderNames");
	tc_buildbot_force_build(client, "force", NULL, NULL, &err);
	assert_failure(&err, TC_ERROR_INPUT, "the body needs builderid, or builderNames");
	assert_int_equal(fake.attempt_count, 0);
	assert_ok(force(client, "{\"builderid\":3}", false, &err), &err);
	assert_int_equal(fake.attempt_count, 1);
	tc_client_free(client);
	tc_fake_clear(&fake);
}

/* A read is repeated, but not where the server says for good that it cannot. */
static void test_final_status(void **state)
{
	struct tc_fake fake;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	tc_fake_init(&fake, REPLY("501 Not Implemented", "{\"error\":\"x\"}"), 1);
	stop(&fake, "buildbot", "getBuild", &err);
	assert_failure(&err, TC_ERROR_HTTP, "buildbot.getBuild: 501: x");
	assert_int_equal(fake.attempt_count, 1);
	tc_fake_clear(&fake);
	tc_fake_init(&fake, REPLY("500 Error", "{\"error\":\"x\"}"), 1);
	stop(&fake, "buildbot", "getBuild", &err);
	assert_failure(&err, TC_ERROR_HTTP, "500: x");
	assert_true(fake.attempt_count > 1);
	tc_fake_clear(&fake);
}

/* Servers that take what they should refuse: it is refused here, also as JSON. */
static void test_bodies_are_checked(void **state)
{
	static const struct {
		const char *body, *pointer, *why;
	} rows[] = {
		{ "[]", "", "at least 1" },
		{ "{}", "", "an object" },
		{ "[{}]", "/0", "missing" },
		{ "[{\"project\":\"p\",\"job\":{}}]", "/0", "missing" },
	};
	const struct tc_operation *operation = tc_find_operation("treeherder", "postJobCollection");
	const struct tc_pair pair = { "project", "try" };
	struct tc_options options = TC_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	assert_non_null(operation);
	tc_client *client = tc_client_new(&options, &err);
	assert_non_null(client);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const tc_json *body = NULL;
		assert_ok(tc_json_parse(rows[i].body, strlen(rows[i].body), &body, &err), &err);
		assert_null(tc_call_by_name(client, operation, &pair, 1, body, &err));
		assert_int_equal(
			strncmp(tc_error_pointer(&err), rows[i].pointer, strlen(rows[i].pointer)),
			0);
		assert_failure(&err, TC_ERROR_INPUT, rows[i].why);
		tc_release(body);
	}
	tc_client_free(client);
}

static void keep_errors(void *data, enum tc_log_level level, const char *text)
{
	if (level == TC_LOG_ERROR)
		snprintf(data, 1000, "%s", text);
}

/* A reply that came and cannot be read is told with its status and body, to the log as well. */
static void test_unreadable(void **state)
{
	static const struct {
		const char *name, *body;
	} rows[] = {
		{ "stopBuild", "{\"id\":7,\"result\":1}" },
		{ "stopBuild", "[]" },
		{ "getBuild", "<html>" },
	};
	char log[1000];
	struct tc_fake fake;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct tc_operation *operation = tc_find_operation("buildbot", rows[i].name);
		const struct tc_fake_reply reply = { .head = "HTTP/1.1 200 OK\n\n",
			.body = rows[i].body };
		const struct tc_pair pair = { operation->arguments[0].name, "1" };
		tc_fake_init(&fake, &reply, 1);
		struct tc_options options = tc_fake_options(&fake);
		options.base_url = "https://bb.example.com";
		options.log = keep_errors;
		options.log_data = log;
		tc_client *client = tc_fake_client(&fake, &options);
		tc_call *call = tc_call_by_name(client, operation, &pair, 1, NULL, &err);
		assert_non_null(call);
		*log = '\0';
		assert_int_equal(tc_call_perform_json(call, NULL, &err), TC_ERROR_REPLY);
		tc_error_clear(&err);
		const tc_json *json;
		assert_int_equal(tc_call_perform_json(call, &json, &err), TC_ERROR_REPLY);
		assert_int_equal(err.http_status, 200);
		assert_string_equal(tc_error_body(&err, NULL), rows[i].body);
		assert_non_null(strstr(log, rows[i].body));
		tc_error_clear(&err);
		tc_call_free(call);
		tc_client_free(client);
		tc_fake_clear(&fake);
	}
}

/* A stream has no end, so nobody may wait for its reply. */
static void test_stream(void **state)
{
	struct tc_fake fake;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	tc_fake_init(&fake, REPLY("200 OK", ""), 1);
	stop(&fake, "buildbot", "listenEvents", &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "tc_stream_new");
	assert_int_equal(fake.attempt_count, 0);
	tc_fake_clear(&fake);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_function),
		cmocka_unit_test(test_bodies_are_checked),
		cmocka_unit_test(test_rpc),
		cmocka_unit_test(test_no_builder),
		cmocka_unit_test(test_unreadable),
		cmocka_unit_test(test_final_status),
		cmocka_unit_test(test_stream),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
