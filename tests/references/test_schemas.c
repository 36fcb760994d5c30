/* SPDX-License-Identifier: MPL-2.0 */
/* Bodies by their schemas, the schemas as they are written, and the contract of all functions:
 * NULL, and errors that are used again. */
#include "tests/references/bundle.h"

#include "tests/harness/declared.h"
#include "tests/harness/test.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/references.h>
#include <taskcluster/registry.h>

static int setup(void **state)
{
	tc_error err = TC_ERROR_INIT;
	tc_references *references = NULL;

	assert_ok(tc_references_read(BUNDLE_TREE, NULL, &references, &err), &err);
	*state = references;
	return 0;
}

static int teardown(void **state)
{
	tc_references_free(*state);
	return 0;
}

static const tc_json *json_of(const char *text)
{
	tc_error err = TC_ERROR_INIT;
	const tc_json *json = NULL;

	assert_ok(tc_json_parse(text, strlen(text), &json, &err), &err);
	return json;
}

/* ---- bodies ---- */

static void check(const struct tc_operation *operation, const char *text, const char *message)
{
	tc_error err = TC_ERROR_INIT;
	const tc_json *body = json_of(text);

	int rc = tc_references_check_body(operation, body, &err);
	tc_release(body);
	assert_int_equal(rc, err.code);
	if (!message)
		assert_ok(rc, &err);
	else
		assert_failure(&err, TC_ERROR_INPUT, message);
}

static void bodies_are_checked_by_their_schema(void **state)
{
	const struct tc_operation *claim =
		tc_references_find_operation(*state, "queue", "claimWork");
	const struct tc_operation *role =
		tc_references_find_operation(*state, "auth", "createRole");

	check(claim, "{\"workerGroup\":\"g\",\"workerId\":\"w\",\"tasks\":2}", NULL);
	check(claim, "{\"workerGroup\":\"g\",\"workerId\":\"w\"}", NULL); /* it has a default */
	check(claim, "{\"workerGroup\":\"g\"}", "queue.claimWork: /workerId");
	check(claim, "{\"workerGroup\":\"g\",\"workerId\":\"w\",\"tasks\":33}", "/tasks");
	check(claim, "{\"workerGroup\":\"g\",\"workerId\":\"w\",\"tasks\":\"2\"}", "/tasks");
	check(claim, "{\"workerGroup\":\"a b\",\"workerId\":\"w\"}", "/workerGroup");
	check(claim, "[]", "queue.claimWork");
	check(role, "{\"description\":\"\",\"scopes\":[\"a\",\"b\"]}", NULL);
	check(role, "{\"description\":\"\",\"scopes\":[\"a\",\"a\"]}",
		"/scopes: expected items that differ");
	check(role, "{\"description\":\"\",\"scopes\":[\"a\",\"\\u00e9\"]}", "/scopes/1");
}

/* The generated row's table gives the same answer. */
static void generated_rows_agree(void **state)
{
	static const char *const bodies[] = { "{}", "[]",
		"{\"workerGroup\":\"g\",\"workerId\":\"w\"}", "{\"workerGroup\":1}",
		"{\"workerGroup\":\"g\",\"workerId\":\"w\",\"tasks\":0}" };
	const struct tc_operation *live =
		tc_references_find_operation(*state, "queue", "claimWork");

	for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
		const tc_json *body = json_of(bodies[i]);
		tc_error a = TC_ERROR_INIT, b = TC_ERROR_INIT;
		int rc = tc_references_check_body(live, body, &a);
		assert_int_equal(rc,
			tc_references_check_body(
				tc_find_operation("queue", "claimWork"), body, &b));
		assert_string_equal(tc_error_text(&a), tc_error_text(&b));
		tc_error_clear(&a);
		tc_error_clear(&b);
		tc_release(body);
	}
}

static void what_takes_no_body_takes_null(void **state)
{
	const struct tc_operation *ping = tc_references_find_operation(*state, "queue", "ping");
	tc_error err = TC_ERROR_INIT;

	assert_ok(tc_references_check_body(ping, NULL, &err), &err);
	check(ping, "{}", "queue.ping takes no body");
	tc_references_check_body(
		tc_references_find_operation(*state, "queue", "claimWork"), NULL, &err);
	assert_failure(&err, TC_ERROR_INPUT, "queue.claimWork: the body is missing");
}

/* ---- schemas ---- */

static const char *member(const tc_json *schema, const char *pointer)
{
	return tc_json_text(tc_json_at(schema, pointer));
}

static void schemas_are_as_they_are_written(void **state)
{
	const struct tc_operation *create =
		tc_references_find_operation(*state, "queue", "createTask");
	const struct tc_exchange *completed =
		tc_references_find_exchange(*state, "queue", "taskCompleted");
	const tc_json *input = tc_references_operation_schema(*state, create, TC_SCHEMA_INPUT);
	const tc_json *output = tc_references_operation_schema(*state, create, TC_SCHEMA_OUTPUT);
	const tc_json *message = tc_references_exchange_schema(*state, completed);

	assert_string_equal(member(input, "/$id"), "/schemas/queue/v1/create-task-request.json#");
	assert_string_equal(member(output, "/$id"), "/schemas/queue/v1/task-status-response.json#");
	assert_string_equal(
		member(message, "/$id"), "/schemas/queue/v1/task-completed-message.json#");
	assert_null(tc_references_operation_schema(*state, create, TC_SCHEMA_MESSAGE));
	const struct tc_operation *ping = tc_references_find_operation(*state, "queue", "ping");
	assert_null(tc_references_operation_schema(*state, ping, TC_SCHEMA_INPUT));
	assert_null(tc_references_operation_schema(*state, ping, TC_SCHEMA_OUTPUT));
	/* rows of others are none of theirs */
	assert_null(tc_references_operation_schema(
		*state, tc_find_operation("queue", "createTask"), TC_SCHEMA_INPUT));
	assert_null(
		tc_references_exchange_schema(*state, tc_find_exchange("queue", "taskCompleted")));
}

static void refs_are_followed(void **state)
{
	const tc_json *output = tc_references_operation_schema(*state,
		tc_references_find_operation(*state, "queue", "createTask"), TC_SCHEMA_OUTPUT);
	const tc_json *status = tc_json_at(output, "/properties/status");

	assert_string_equal(member(status, "/$ref"), "task-status.json#");
	assert_string_equal(member(tc_references_follow(*state, status), "/$id"),
		"/schemas/queue/v1/task-status.json#");
	assert_null(tc_references_follow(*state, output)); /* it is no $ref */
}

/* ---- the contract ---- */

#define REFUSED(function, ...) \
	do { \
		assert_int_equal(function(__VA_ARGS__, &err), TC_ERROR_ARGUMENT); \
		assert_failure(&err, TC_ERROR_ARGUMENT, "NULL"); \
		assert_int_not_equal(function(__VA_ARGS__, NULL), TC_OK); \
	} while (0)

static void null_is_told(void **state)
{
	tc_error err = TC_ERROR_INIT;
	tc_references *made = NULL;
	struct tc_options options = TC_OPTIONS_INIT;
	char *bundle = NULL;
	size_t length = 1;

	options.root_url = "https://tc.invalid";
	tc_client *client = tc_client_new(&options, &err);
	REFUSED(tc_references_read, NULL, NULL, &made);
	REFUSED(tc_references_read, BUNDLE_TREE, NULL, NULL);
	REFUSED(tc_references_read_text, NULL, 2, "b", NULL, &made);
	REFUSED(tc_references_read_text, "[]", 2, NULL, NULL, &made);
	REFUSED(tc_references_read_text, "[]", 2, "b", NULL, NULL);
	REFUSED(tc_references_fetch, NULL, NULL, &bundle, &length);
	REFUSED(tc_references_fetch, client, NULL, NULL, &length);
	REFUSED(tc_references_fetch, client, NULL, &bundle, NULL);
	REFUSED(tc_references_check_body, NULL, NULL);
	tc_client_free(client);

	assert_null(tc_references_services(NULL, &length));
	assert_int_equal(length, 0);
	assert_non_null(tc_references_services(*state, NULL));
	assert_null(tc_references_find_service(NULL, "queue"));
	assert_null(tc_references_find_service(*state, NULL));
	assert_null(tc_references_find_operation(NULL, "queue", "ping"));
	assert_null(tc_references_find_operation(*state, NULL, "ping"));
	assert_null(tc_references_find_operation(*state, "queue", NULL));
	assert_null(tc_references_find_exchange(NULL, "queue", "taskCompleted"));
	assert_null(tc_references_find_exchange(*state, NULL, "taskCompleted"));
	assert_null(tc_references_find_exchange(*state, "queue", NULL));
	assert_null(tc_references_operation_schema(NULL, NULL, TC_SCHEMA_INPUT));
	assert_null(tc_references_operation_schema(*state, NULL, TC_SCHEMA_INPUT));
	assert_null(tc_references_exchange_schema(NULL, NULL));
	assert_null(tc_references_exchange_schema(*state, NULL));
	assert_null(tc_references_follow(NULL, NULL));
	assert_null(tc_references_follow(*state, NULL));
	assert_null(tc_references_release(NULL));
	tc_references_free(NULL);
}

/* After a success an error says nothing of what failed before. */
static void errors_are_clean_after_a_success(void **state)
{
	tc_error err = TC_ERROR_INIT;
	tc_references *made = NULL;
	size_t length;
	char *text = bundle_of("\"entries\":[]", "", &length);

	tc_references_read("/nowhere", NULL, &made, &err);
	assert_int_not_equal(err.code, TC_OK);
	assert_ok(tc_references_read_text(text, length, "b", NULL, &made, &err), &err);
	assert_int_equal(err.code, TC_OK);
	tc_references_free(made);
	tc_references_read_text("", 0, "b", NULL, &made, &err);
	assert_null(made);
	assert_ok(tc_references_read(BUNDLE_TREE, NULL, &made, &err), &err);
	assert_int_equal(err.code, TC_OK);
	tc_references_free(made);
	tc_references_check_body(NULL, NULL, &err);
	assert_ok(tc_references_check_body(
			  tc_references_find_operation(*state, "queue", "ping"), NULL, &err),
		&err);
	assert_int_equal(err.code, TC_OK);
	tc_release(text);
}

/* ---- none is forgotten ---- */

struct check {
	char *own; /* this file */
	size_t count;
};

static void check_one(void *data, const struct tc_declared *declared)
{
	struct check *check = data;
	char use[110];

	check->count++;
	snprintf(use, sizeof use, "%s(NULL", declared->name);
	bool called = strstr(check->own, use) != NULL;
	snprintf(use, sizeof use, "(%s, NULL", declared->name);
	if (!called && !strstr(check->own, use))
		fail_msg("%s does not get NULL here", declared->name);
}

static void no_function_is_forgotten(void **state)
{
	struct check check = { .own = tc_test_read_file("tests/references/test_schemas.c", NULL) };

	(void)state;
	tc_declared_each("references", check_one, &check);
	free(check.own);
	assert_int_equal(check.count, 13);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bodies_are_checked_by_their_schema),
		cmocka_unit_test(generated_rows_agree),
		cmocka_unit_test(what_takes_no_body_takes_null),
		cmocka_unit_test(schemas_are_as_they_are_written),
		cmocka_unit_test(refs_are_followed),
		cmocka_unit_test(null_is_told),
		cmocka_unit_test(errors_are_clean_after_a_success),
		cmocka_unit_test(no_function_is_forgotten),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
