/* SPDX-License-Identifier: MPL-2.0 */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/batch.h>

#define COUNT 40

/* Answers with the task's id, the later ones sooner; "bad…" is refused, "slow" takes long. */
static void answer(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply)
{
	static char bodies[256][64];
	const char *id = strstr(request->target, "/task/") + 6;
	char *body = bodies[request->number % 256];

	(void)data;
	snprintf(body, 64, "{\"id\":\"%.*s\"}", (int)strcspn(id, "/"), id);
	reply->body = body;
	reply->body_length = strlen(body);
	reply->delay_ms = (int64_t)(request->number % 7);
	if (strncmp(id, "bad", 3) == 0)
		reply->status = 404;
	if (strncmp(id, "slow", 4) == 0)
		reply->delay_ms = 20000;
}

struct list {
	struct tc_responder *responder;
	tc_client *client;
	tc_call *calls[COUNT];
	struct tc_batch_result results[COUNT];
	tc_error err;
};

static void add(struct list *list, size_t position, const char *id)
{
	list->calls[position] =
		tc_generated_call(list->client, TC_FAKE_OPERATION(STATUS), &id, NULL, &list->err);
	assert_non_null(list->calls[position]);
}

static struct list *open_list(void)
{
	struct list *list = calloc(1, sizeof *list);
	char id[16];

	assert_non_null(list);
	list->responder = tc_responder_start(answer, NULL);
	list->client = quick_client(list->responder);
	for (size_t i = 0; i < COUNT; i++) {
		snprintf(id, sizeof id, "task%zu", i);
		add(list, i, id);
	}
	return list;
}

static void replace(struct list *list, size_t position, const char *id)
{
	tc_call_free(list->calls[position]);
	add(list, position, id);
}

static void close_list(struct list *list)
{
	tc_batch_clear(list->results, COUNT);
	for (size_t i = 0; i < COUNT; i++)
		tc_call_free(list->calls[i]);
	tc_client_free(list->client);
	tc_responder_stop(list->responder);
	tc_error_clear(&list->err);
	free(list);
}

static void assert_result(struct list *list, size_t position)
{
	char id[16];
	const tc_json *json = tc_response_json(list->results[position].response, &list->err);

	snprintf(id, sizeof id, "task%zu", position);
	assert_non_null(json);
	assert_string_equal(tc_json_text(tc_json_get(json, "id")), id);
}

static void results_are_in_the_order_of_the_list(void **state)
{
	struct list *list = open_list();
	struct tc_batch_options options = TC_BATCH_OPTIONS_INIT;

	(void)state;
	options.in_flight = 5;
	assert_ok(tc_batch_perform(list->calls, COUNT, &options, list->results, &list->err),
		&list->err);
	for (size_t i = 0; i < COUNT; i++)
		assert_result(list, i);
	assert_true(tc_responder_connections(list->responder) <= tc_rig_connections(5, COUNT));
	close_list(list);
}

static void every_failure_is_told(void **state)
{
	struct list *list = open_list();

	(void)state;
	replace(list, 7, "bad7");
	replace(list, 30, "bad30");
	assert_int_equal(tc_batch_perform(list->calls, COUNT, NULL, list->results, &list->err),
		TC_ERROR_HTTP);
	assert_int_equal(list->err.http_status, 404);
	/* they are on their way at the same time: either may be the first */
	bool other = strncmp(tc_error_text(&list->err), "calls[30]", 9) == 0;
	assert_failure(&list->err, TC_ERROR_HTTP,
		other ? "calls[30]: queue.status" : "calls[7]: queue.status");
	for (size_t i = 0; i < COUNT; i++) {
		if (i != 7 && i != 30) {
			assert_result(list, i);
			continue;
		}
		assert_null(list->results[i].response);
		assert_int_equal(list->results[i].err.http_status, 404);
		assert_non_null(tc_error_body(&list->results[i].err, NULL));
	}
	close_list(list);
}

static void the_first_failure_ends_the_others(void **state)
{
	struct list *list = open_list();
	struct tc_batch_options options = TC_BATCH_OPTIONS_INIT;

	(void)state;
	options.in_flight = 4;
	options.stop_at_error = true;
	replace(list, 1, "slow");
	replace(list, 9, "bad");
	tc_batch_perform(list->calls, COUNT, &options, list->results, &list->err);
	assert_failure(&list->err, TC_ERROR_HTTP, "calls[9]");
	assert_result(list, 0);
	assert_int_equal(list->results[1].err.code, TC_ERROR_CANCELED);
	assert_int_equal(list->results[9].err.code, TC_ERROR_HTTP);
	assert_failure(
		&list->results[COUNT - 1].err, TC_ERROR_CANCELED, "canceled, as calls[9] failed");
	close_list(list);
}

static void wrong_use_is_refused(void **state)
{
	struct list *list = open_list();
	struct tc_batch_options options = { 0 };

	(void)state;
	assert_ok(tc_batch_perform(NULL, 0, NULL, NULL, &list->err), &list->err);
	tc_batch_perform(list->calls, COUNT, &options, list->results, &list->err);
	assert_failure(&list->err, TC_ERROR_ARGUMENT, "TC_BATCH_OPTIONS_INIT");
	tc_batch_perform(list->calls, COUNT, NULL, NULL, &list->err);
	assert_failure(&list->err, TC_ERROR_ARGUMENT, "results is NULL");
	options = (struct tc_batch_options)TC_BATCH_OPTIONS_INIT;
	options.in_flight = SIZE_MAX;
	tc_batch_perform(list->calls, COUNT, &options, list->results, &list->err);
	assert_failure(&list->err, TC_ERROR_ARGUMENT, "expected up to 100000");
	tc_call_free(list->calls[3]);
	list->calls[3] = NULL;
	tc_batch_perform(list->calls, COUNT, NULL, list->results, &list->err);
	assert_failure(&list->err, TC_ERROR_ARGUMENT, "calls[3]: call is NULL");
	close_list(list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(results_are_in_the_order_of_the_list),
		cmocka_unit_test(every_failure_is_told),
		cmocka_unit_test(the_first_failure_ends_the_others),
		cmocka_unit_test(wrong_use_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
