/* SPDX-License-Identifier: MPL-2.0 */
/* Batches, lists, waiting and streams through the rig. */
#include "world.h"

#include "tests/harness/server.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/auth.h>
#include <taskcluster/batch.h>
#include <taskcluster/buildbot.h>
#include <taskcluster/date.h>
#include <taskcluster/pages.h>
#include <taskcluster/queue.h>
#include <taskcluster/slugid.h>
#include <taskcluster/stream.h>
#include <taskcluster/wait.h>

#define TASKS 25

/* ---- a group of tasks in a Taskcluster ---- */

struct group {
	struct tc_test_server *server;
	tc_credentials *credentials;
	tc_client *client;
	char ids[TASKS][TC_SLUGID_SIZE]; /* the first is the group's, too */
};

static tc_call *create_task(struct group *group, size_t position)
{
	char created[TC_DATE_SIZE], deadline[TC_DATE_SIZE];
	tc_error err = TC_ERROR_INIT;
	const tc_json *payload = NULL;

	assert_ok(tc_from_now("", NULL, created, &err), &err);
	assert_ok(tc_from_now("1 hour", NULL, deadline, &err), &err);
	assert_ok(tc_json_parse("{}", 2, &payload, &err), &err);
	struct tc_queue_create_task_request task = {
		.task_queue_id = "rig/tasks",
		.task_group_id = group->ids[0],
		.created = created,
		.deadline = deadline,
		.payload = payload,
		.metadata = { .name = "n",
			.description = "d",
			.owner = "a@example.com",
			.source = "https://example.com" },
	};
	tc_call *call = tc_queue_create_task_call(group->client, group->ids[position], &err);
	assert_non_null(call);
	assert_ok(tc_queue_create_task_body(call, &task, &err), &err);
	tc_release(payload);
	return call;
}

static tc_call *cancel_task(struct group *group, size_t position)
{
	return tc_queue_cancel_task_call(group->client, group->ids[position], NULL);
}

/* One call for each task, many at a time, on connections that are retired meanwhile. */
static void for_each_task(struct group *group, tc_call *(*make)(struct group *, size_t))
{
	tc_call *calls[TASKS];
	struct tc_batch_result results[TASKS];
	tc_error err = TC_ERROR_INIT;

	for (size_t i = 0; i < TASKS; i++)
		calls[i] = make(group, i);
	assert_ok(tc_batch_perform(calls, TASKS, NULL, results, &err), &err);
	tc_batch_clear(results, TASKS);
	for (size_t i = 0; i < TASKS; i++)
		tc_call_free(calls[i]);
}

static int set_up(void **state)
{
	static struct group group;
	tc_error err = TC_ERROR_INIT;

	group.server = tc_test_server_start(NULL);
	group.credentials =
		tc_credentials_new(group.server->client_id, group.server->access_token, NULL, &err);
	struct tc_options options = rig_options(group.server->root_url);
	options.credentials = group.credentials;
	group.client = rig_client(&options);
	for (size_t i = 0; i < TASKS; i++)
		tc_slugid_nice(group.ids[i]);
	*state = &group;
	return 0;
}

static int tear_down(void **state)
{
	struct group *group = *state;

	tc_client_free(group->client);
	tc_credentials_free(group->credentials);
	tc_test_server_stop(group->server);
	return 0;
}

/* ---- tests ---- */

static void a_batch_creates_tasks(void **state)
{
	for_each_task(*state, create_task);
}

static tc_call *list_call(struct group *group)
{
	tc_error err = TC_ERROR_INIT;
	tc_call *call = tc_queue_list_task_group_call(group->client, group->ids[0],
		&(struct tc_queue_list_task_group_query){ .limit = "3" }, &err);

	assert_non_null(call);
	return call;
}

static void items_come_from_nine_pages(void **state)
{
	struct group *group = *state;
	tc_error err = TC_ERROR_INIT;
	tc_call *call = list_call(group);
	tc_items *items = tc_items_new(call, NULL, &err);
	const tc_json *item;
	bool seen[TASKS] = { false };
	size_t count = 0;

	while (tc_items_next(items, &item, &err) == TC_OK && item) {
		const char *id = tc_json_text(tc_json_at(item, "/status/taskId"));
		for (size_t i = 0; i < TASKS; i++)
			if (strcmp(group->ids[i], id) == 0)
				count += !seen[i], seen[i] = true;
	}
	assert_ok(err.code, &err);
	assert_int_equal(count, TASKS);
	tc_items_free(items);
	tc_call_free(call);
}

static void pages_come_as_structs(void **state)
{
	tc_error err = TC_ERROR_INIT;
	tc_call *call = list_call(*state);
	tc_pages *pages = tc_pages_new(call, NULL, &err);
	const void *value = NULL;
	size_t count = 0;

	while (tc_pages_next_value(pages, &value, &err) == TC_OK && value) {
		const struct tc_queue_list_task_group_response *page = value;
		count += page->tasks_count;
		tc_release(value);
	}
	assert_ok(err.code, &err);
	assert_int_equal(count, TASKS);
	tc_pages_free(pages);
	tc_call_free(call);
}

/* All tasks are canceled, which ends the waiting. */
static void waiting_for_tasks(void **state)
{
	struct group *group = *state;
	struct tc_queue_task_status_response *reply = NULL;
	struct tc_wait_options options = TC_WAIT_OPTIONS_INIT;
	struct tc_wait_counts counts;
	tc_error err = TC_ERROR_INIT;

	options.deadline_ms = 200;
	options.delay_ms = 10;
	assert_int_equal(tc_wait_group(group->client, group->ids[0], &options, &counts, &err),
		TC_ERROR_TIMEOUT);
	assert_int_equal(counts.pending, TASKS);
	tc_error_clear(&err);
	for_each_task(group, cancel_task);
	options.deadline_ms = 10000;
	assert_ok(tc_wait_task(group->client, group->ids[TASKS - 1], &options, &reply, &err), &err);
	assert_string_equal(reply->status.state, "exception");
	tc_release(reply);
	assert_ok(tc_wait_group(group->client, group->ids[0], &options, &counts, &err), &err);
	assert_int_equal(counts.exception, TASKS);
}

/* ---- a page that is long, and comes by gzip ---- */

#define ITEMS 20000

static char *long_page(void)
{
	char *text = malloc(ITEMS * 160 + 100), *at = text;

	assert_non_null(text);
	at += sprintf(at, "{\"clients\":[");
	for (int i = 0; i < ITEMS; i++)
		at += sprintf(at,
			"%s{\"clientId\":\"client-%d\",\"description\":\"one of many, which all "
			"look alike\",\"disabled\":false}",
			i ? "," : "", i);
	sprintf(at, "]}");
	return text;
}

static void items_of_a_long_page(void **state)
{
	struct desk desk;
	char *text = long_page(), expected[32];
	tc_error err = TC_ERROR_INIT;
	const tc_json *item;
	int count = 0;

	(void)state;
	desk_open(&desk, text);
	tc_client *client = rig_client_of(NULL, tc_responder_port(desk.responder));
	tc_call *call = tc_auth_list_clients_call(client, NULL, &err);
	tc_items *items = tc_items_new(call, NULL, &err);
	while (tc_items_next(items, &item, &err) == TC_OK && item) {
		snprintf(expected, sizeof expected, "client-%d", count++);
		assert_string_equal(tc_json_text(tc_json_get(item, "clientId")), expected);
	}
	assert_ok(err.code, &err);
	assert_int_equal(count, ITEMS);
	tc_items_free(items);
	tc_call_free(call);
	tc_client_free(client);
	desk_close(&desk);
	free(text);
}

/* ---- a stream ---- */

#define EVENTS \
	"event: handshake\ndata: 5\n\n" \
	"event: event\ndata: {\"key\": \"a\", \"n\": 1}\n\n" \
	"event: event\ndata: {\"key\": \"a\", \"n\": 2}\n\n"

static tc_stream *listen_to(tc_client *client)
{
	struct tc_stream_options options = TC_STREAM_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;
	tc_call *call = tc_buildbot_listen_events_call(client, "builds", &err);

	options.once = true;
	tc_stream *stream = tc_stream_new(call, &options, &err);

	assert_ok(err.code, &err);
	tc_call_free(call);
	return stream;
}

static tc_client *buildbot_client(const struct desk *desk)
{
	char url[128];

	tc_rig_url(url, sizeof url, tc_responder_port(desk->responder));
	struct tc_options options = rig_options(NULL);
	options.base_url = url;
	return rig_client(&options);
}

/* Events come at once, and then it is silent: no event, and no failure. */
static void events_come_as_they_happen(void **state)
{
	struct desk desk;
	tc_error err = TC_ERROR_INIT;
	const tc_json *event = NULL;
	int64_t n = 0;

	(void)state;
	desk_open(&desk, EVENTS);
	desk.reply.headers = "Content-Type: text/event-stream\r\n";
	desk.reply.cut = strlen(EVENTS);
	desk.reply.chunked = desk.reply.silent = true;
	tc_client *client = buildbot_client(&desk);
	tc_stream *stream = listen_to(client);
	assert_ok(tc_stream_wait(stream, 5000, &err), &err);
	for (int64_t i = 1; i <= 2; i++) {
		assert_ok(tc_stream_next(stream, 5000, &event, &err), &err);
		assert_true(tc_json_int64(tc_json_get(event, "n"), &n));
		assert_int_equal(n, i);
	}
	assert_ok(tc_stream_next(stream, 200, &event, &err), &err);
	assert_null(event);
	tc_stream_free(stream);
	tc_client_free(client);
	desk_close(&desk);
}

static void a_stream_that_ends_has_failed(void **state)
{
	struct desk desk;
	tc_error err = TC_ERROR_INIT;
	const tc_json *event = NULL;

	(void)state;
	desk_open(&desk, EVENTS);
	desk.reply.headers = "Content-Type: text/event-stream\r\n";
	tc_client *client = buildbot_client(&desk);
	tc_stream *stream = listen_to(client);
	for (int i = 0; i < 2; i++)
		assert_ok(tc_stream_next(stream, 5000, &event, &err), &err);
	assert_int_equal(tc_stream_next(stream, 5000, &event, &err), TC_ERROR_NETWORK);
	tc_error_clear(&err);
	tc_stream_free(stream);
	tc_client_free(client);
	desk_close(&desk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_batch_creates_tasks),
		cmocka_unit_test(items_come_from_nine_pages),
		cmocka_unit_test(pages_come_as_structs),
		cmocka_unit_test(waiting_for_tasks),
		cmocka_unit_test(items_of_a_long_page),
		cmocka_unit_test(events_come_as_they_happen),
		cmocka_unit_test(a_stream_that_ends_has_failed),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
