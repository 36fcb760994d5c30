/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/harness/test.h"

#include "tests/harness/fake.h"
#include <string.h>

static const struct tc_exchange *completed(void)
{
	return tc_generated_exchange(
		(const struct tc_service *const[]){ &tc_fake_queue }, 1, "queue", "taskCompleted");
}

static void test_wildcards(void **state)
{
	struct tc_binding binding;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	assert_ok(tc_binding_by_name(completed(), NULL, 0, &binding, &err), &err);
	assert_string_equal(binding.exchange, "exchange/taskcluster-queue/v1/task-completed");
	assert_string_equal(binding.routing_key, "primary.*.*.#");
}

static void test_names_in_any_order(void **state)
{
	const struct tc_pair pairs[] = { { "reserved", "a.b.c" }, { "taskId", "abc" } };
	struct tc_binding binding;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	assert_ok(tc_binding_by_name(completed(), pairs, 2, &binding, &err), &err);
	assert_string_equal(binding.routing_key, "primary.abc.*.a.b.c");
}

static void refuses(const struct tc_pair *pairs, size_t count, const char *part)
{
	struct tc_binding binding;
	tc_error err = TC_ERROR_INIT;

	assert_int_equal(
		tc_binding_by_name(completed(), pairs, count, &binding, &err), TC_ERROR_ARGUMENT);
	assert_failure(&err, TC_ERROR_ARGUMENT, part);
	assert_string_equal(binding.exchange, "");
	assert_string_equal(binding.routing_key, "");
}

static void test_refusals(void **state)
{
	char wide[300];

	(void)state;
	memset(wide, 'w', sizeof wide - 1);
	wide[sizeof wide - 1] = '\0';
	refuses((struct tc_pair[]){ { "taskid", "x" } }, 1,
		"queue.taskCompleted has no argument taskid; it has taskId, runId, reserved");
	refuses((struct tc_pair[]){ { "routingKeyKind", "x" } }, 1, "no argument routingKeyKind");
	refuses((struct tc_pair[]){ { "taskId", "x" }, { "taskId", "y" } }, 2,
		"taskId is given twice");
	refuses((struct tc_pair[]){ { "taskId", NULL } }, 1, "taskId is NULL");
	refuses((struct tc_pair[]){ { NULL, "x" } }, 1, "a name is NULL");
	refuses((struct tc_pair[]){ { "taskId", "" } }, 1, "taskId is empty");
	refuses((struct tc_pair[]){ { "taskId", "a.b" } }, 1, "taskId is \"a.b\"");
	refuses((struct tc_pair[]){ { "taskId", wide } }, 1, "routing key is over 255 bytes");
	refuses(NULL, 1, "pairs is NULL");
}

static void test_length_limit(void **state)
{
	/* "primary." and ".*.#" take 12 bytes */
	char fits[255 - 12 + 1], over[255 - 12 + 2];
	struct tc_binding binding;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	memset(fits, 'x', sizeof fits - 1);
	fits[sizeof fits - 1] = '\0';
	memset(over, 'x', sizeof over - 1);
	over[sizeof over - 1] = '\0';
	assert_ok(tc_binding_by_name(
			  completed(), (struct tc_pair[]){ { "taskId", fits } }, 1, &binding, &err),
		&err);
	assert_int_equal(strlen(binding.routing_key), 255);
	refuses((struct tc_pair[]){ { "taskId", over } }, 1, "over 255 bytes");
}

/* As a publisher has: what it publishes is to be listened to. */
static void test_a_table_of_ones_own(void **state)
{
	static const struct tc_key_word words[] = { { .name = "project", .required = true },
		{ .name = "branch", .multiple_words = true } };
	static const struct tc_exchange pushed = {
		.exchange = "exchange/me/v1/pushed", .words = words, .word_count = 2
	};
	const struct tc_pair wrong[] = { { "porject", "demo" }, { "project", "" },
		{ "project", "a.b" } };
	struct tc_binding binding;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	assert_ok(tc_binding_by_name(
			  &pushed, &(struct tc_pair){ "project", "demo" }, 1, &binding, &err),
		&err);
	assert_string_equal(binding.exchange, "exchange/me/v1/pushed");
	assert_string_equal(binding.routing_key, "demo.#");
	assert_ok(tc_binding_from_pattern(&pushed, "a.#", &binding, &err), &err);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		assert_int_equal(tc_binding_by_name(&pushed, &wrong[i], 1, &binding, &err),
			TC_ERROR_ARGUMENT);
		assert_failure(&err, TC_ERROR_ARGUMENT, "exchange/me/v1/pushed");
	}
}

static void test_pattern(void **state)
{
	struct tc_binding binding;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	assert_ok(tc_binding_from_pattern(completed(), "route.index.project.#", &binding, &err),
		&err);
	assert_string_equal(binding.exchange, "exchange/taskcluster-queue/v1/task-completed");
	assert_string_equal(binding.routing_key, "route.index.project.#");
	assert_int_equal(
		tc_binding_from_pattern(completed(), "", &binding, &err), TC_ERROR_ARGUMENT);
	assert_failure(&err, TC_ERROR_ARGUMENT, "pattern is NULL or empty");
	char wide[257];
	memset(wide, 'w', sizeof wide);
	wide[255] = '\0';
	assert_ok(tc_binding_from_pattern(completed(), wide, &binding, &err), &err);
	assert_string_equal(binding.routing_key, wide);
	wide[255] = 'w';
	wide[256] = '\0';
	tc_binding_from_pattern(completed(), wide, &binding, &err);
	assert_failure(
		&err, TC_ERROR_ARGUMENT, "queue.taskCompleted: the routing key is over 255 bytes");
	assert_string_equal(binding.exchange, "");
	assert_string_equal(binding.routing_key, "");
}

/* A publisher's "_" for a value that it did not set can be listened for. */
static void test_a_value_left_out_by_the_publisher(void **state)
{
	struct tc_binding binding;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	assert_ok(tc_binding_by_name(
			  completed(), (struct tc_pair[]){ { "runId", "_" } }, 1, &binding, &err),
		&err);
	assert_string_equal(binding.routing_key, "primary.*._.#");
}

static void test_null_is_refused_by_name(void **state)
{
	struct tc_binding binding = { "x", "x" };
	tc_error err = TC_ERROR_INIT;

	(void)state;
	tc_binding_by_name(completed(), NULL, 0, NULL, &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "binding is NULL");
	tc_binding_by_name(NULL, NULL, 0, &binding, &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "exchange is NULL");
	assert_string_equal(binding.routing_key, "");
	tc_binding_from_pattern(completed(), "#", NULL, &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "binding is NULL");
	tc_binding_from_pattern(NULL, "#", &binding, &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "exchange is NULL");
}

struct key {
	const char *task_id;
	const char *run_id;
	const char *reserved;
	const char *routing_key_pattern;
};

static void test_generated(void **state)
{
	struct tc_binding binding;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	assert_ok(tc_generated_binding(completed(), &(struct key){ .run_id = "0" }, &binding, &err),
		&err);
	assert_string_equal(binding.routing_key, "primary.*.0.#");
	assert_ok(tc_generated_binding(completed(), NULL, &binding, &err), &err);
	assert_string_equal(binding.routing_key, "primary.*.*.#");
	assert_ok(tc_generated_binding(
			  completed(), &(struct key){ .routing_key_pattern = "#" }, &binding, &err),
		&err);
	assert_string_equal(binding.routing_key, "#");
	tc_generated_binding(completed(),
		&(struct key){ .task_id = "x", .routing_key_pattern = "#" }, &binding, &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "routing_key_pattern is given, and taskId, too");
	assert_string_equal(binding.routing_key, "");
}

static void test_lookup(void **state)
{
	const struct tc_service *const all[] = { &tc_fake_auth, &tc_fake_queue, &tc_fake_classic };

	(void)state;
	assert_ptr_equal(tc_generated_service(all, 3, "classic-queue"), &tc_fake_classic);
	assert_null(tc_generated_service(all, 3, "Queue"));
	assert_null(tc_generated_service(all, 3, NULL));
	assert_ptr_equal(tc_generated_operation(all, 3, "queue", "claimWork"),
		TC_FAKE_OPERATION(CLAIM_WORK));
	assert_null(tc_generated_operation(all, 3, "auth", "claimWork"));
	assert_null(tc_generated_exchange(all, 3, "queue", "claimWork"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wildcards),
		cmocka_unit_test(test_names_in_any_order),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_length_limit),
		cmocka_unit_test(test_a_table_of_ones_own),
		cmocka_unit_test(test_pattern),
		cmocka_unit_test(test_a_value_left_out_by_the_publisher),
		cmocka_unit_test(test_null_is_refused_by_name),
		cmocka_unit_test(test_generated),
		cmocka_unit_test(test_lookup),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
