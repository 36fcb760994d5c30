/* SPDX-License-Identifier: MPL-2.0 */
/* A task's whole life with structs alone, against a server. */
#include "tests/harness/test.h"

#include "tests/harness/server.h"
#include <string.h>
#include <taskcluster/date.h>
#include <taskcluster/index.h>
#include <taskcluster/queue.h>
#include <taskcluster/secrets.h>
#include <taskcluster/slugid.h>
#include <time.h>

struct fixture {
	struct tc_test_server *server;
	tc_client *client;
	char task_id[TC_SLUGID_SIZE];
	char now[TC_DATE_SIZE], later[TC_DATE_SIZE];
};

static int setup(void **state)
{
	static struct fixture f;
	tc_error err = TC_ERROR_INIT;
	struct tc_options options = TC_OPTIONS_INIT;

	f.server = tc_test_server_start(NULL);
	tc_credentials *credentials =
		tc_credentials_new(f.server->client_id, f.server->access_token, NULL, &err);
	options.root_url = f.server->root_url;
	options.credentials = credentials;
	f.client = tc_client_new(&options, &err);
	tc_credentials_free(credentials);
	*state = &f;
	return f.client ? 0 : -1;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	tc_client_free(f->client);
	tc_test_server_stop(f->server);
	return 0;
}

static void create(struct fixture *f)
{
	tc_error err = TC_ERROR_INIT;
	tc_json_builder *b = tc_json_builder_new();
	struct tc_queue_task_status_response *reply = NULL;
	const tc_json *payload = NULL;

	tc_json_add_object(b);
	tc_json_add_name(b, "command");
	tc_json_add_string(b, "true");
	tc_json_end(b);
	assert_ok(tc_json_build(b, &payload, &err), &err);
	const struct tc_queue_create_task_request task = {
		.task_queue_id = "proj/linux",
		.created = f->now,
		.deadline = f->later,
		.payload = payload,
		.metadata = { .name = "n",
			.description = "a task of structs",
			.owner = "o@example.com",
			.source = "https://example.com/" },
	};
	assert_ok(tc_queue_create_task(f->client, f->task_id, &task, &reply, &err), &err);
	assert_string_equal(reply->status.task_id, f->task_id);
	assert_string_equal(reply->status.state, "pending");
	tc_release(reply);
	tc_release(payload);
}

static void claim_and_report(struct fixture *f)
{
	tc_error err = TC_ERROR_INIT;
	struct tc_queue_claim_work_response *claims = NULL;
	struct tc_queue_task_status_response *reply = NULL;
	const struct tc_queue_claim_work_request worker = { .worker_group = "group",
		.worker_id = "worker" };

	assert_ok(tc_queue_claim_work(f->client, "proj/linux", &worker, &claims, &err), &err);
	assert_int_equal(claims->tasks_count, 1);
	const struct tc_queue_claim_work_response_tasks *claim = &claims->tasks[0];
	assert_string_equal(claim->status.task_id, f->task_id);
	assert_int_equal(claim->run_id, 0);
	assert_string_equal(claim->task.metadata.name, "n");
	assert_non_null(claim->credentials.certificate);
	assert_string_equal(tc_json_text(tc_json_get(claim->task.payload, "command")), "true");
	assert_ok(tc_queue_report_completed(f->client, f->task_id, "0", &reply, &err), &err);
	assert_string_equal(reply->status.state, "completed");
	tc_release(reply);
	tc_release(claims);
}

static void test_a_task(void **state)
{
	struct fixture *f = *state;
	tc_error err = TC_ERROR_INIT;
	struct timespec now = { time(NULL), 0 }, later = { time(NULL) + 3600, 0 };
	struct tc_queue_task_data *task = NULL;

	tc_slugid_nice(f->task_id);
	assert_ok(tc_date_format(now, f->now, &err), &err);
	assert_ok(tc_date_format(later, f->later, &err), &err);
	create(f);
	claim_and_report(f);
	assert_ok(tc_queue_task(f->client, f->task_id, &task, &err), &err);
	assert_int_equal(task->retries, 5); /* the server's default */
	assert_string_equal(task->task_group_id, f->task_id);
	tc_release(task);
	int rc = tc_queue_task(f->client, "AAAAAAAAQACAAAAAAAAAAA", &task, &err);
	assert_int_equal(rc, TC_ERROR_HTTP);
	assert_null(task);
	assert_string_equal(tc_error_server_code(&err), "ResourceNotFound");
	tc_error_clear(&err);
}

static void test_an_index_entry(void **state)
{
	struct fixture *f = *state;
	tc_error err = TC_ERROR_INIT;
	struct tc_index_indexed_task_response *found = NULL;
	const struct tc_index_insert_task_request entry = {
		.task_id = f->task_id, .rank = 2, .expires = f->later, .data = NULL
	};

	int rc = tc_index_insert_task(f->client, "a.b", &entry, &found, &err);
	assert_int_equal(rc, TC_ERROR_INPUT);
	assert_failure(
		&err, TC_ERROR_INPUT, "index.insertTask: /data: a required member is missing");
	tc_json_builder *b = tc_json_builder_new();
	const tc_json *data = NULL;
	tc_json_add_object(b);
	tc_json_end(b);
	assert_ok(tc_json_build(b, &data, &err), &err);
	struct tc_index_insert_task_request whole = entry;
	whole.data = data;
	assert_ok(tc_index_insert_task(f->client, "a.b", &whole, NULL, &err), &err);
	assert_ok(tc_index_find_task(f->client, "a.b", &found, &err), &err);
	assert_string_equal(found->task_id, f->task_id);
	assert_true(found->rank == 2);
	tc_release(found);
	tc_release(data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_task),
		cmocka_unit_test(test_an_index_entry),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
