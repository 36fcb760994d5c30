/* SPDX-License-Identifier: MPL-2.0 */
/*
 * NULL for each pointer of each public function, one after the other: what needs it says so by
 * TC_ERROR_ARGUMENT and the argument's name, getters answer as for what is absent, and what
 * releases does nothing. Which functions there are the headers say.
 */
#include "tests/harness/test.h"

#include "tests/harness/declared.h"
#include "tests/harness/fake.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/artifact_download.h>
#include <taskcluster/artifact_upload.h>
#include <taskcluster/batch.h>
#include <taskcluster/call_at.h>
#include <taskcluster/chain_of_trust.h>
#include <taskcluster/claim.h>
#include <taskcluster/connection.h>
#include <taskcluster/date.h>
#include <taskcluster/download.h>
#include <taskcluster/pages.h>
#include <taskcluster/query.h>
#include <taskcluster/queue.h>
#include <taskcluster/registry.h>
#include <taskcluster/slugid.h>
#include <taskcluster/stream.h>
#include <taskcluster/transfer.h>
#include <taskcluster/type.h>
#include <taskcluster/url.h>
#include <taskcluster/version.h>
#include <taskcluster/wait.h>
#include <taskcluster/worker.h>

#define ROOT "https://tc.example.com"
#define TASK "fN1SbArXTPSVFNUvaOlinQ"

struct world {
	struct tc_fake fake;
	tc_client *client;
	tc_credentials *credentials;
	tc_call *call, *list; /* of a ping, and of a function that pages */
	tc_loop *loop;
	const tc_json *json;
	tc_response *response;
	tc_error err;
};

static void be_refused(struct world *w, const char *what)
{
	if (w->err.code != TC_ERROR_ARGUMENT || !*tc_error_text(&w->err))
		fail_msg("%s: %s: %s", what, tc_code_name(w->err.code), tc_error_text(&w->err));
	tc_error_clear(&w->err);
}

/* A function that returns a code, with all arguments but the error. */
#define REFUSED(function, ...) \
	do { \
		int rc_ = function(__VA_ARGS__, &w->err); \
		assert_int_equal(rc_, w->err.code); \
		be_refused(w, #function "(" #__VA_ARGS__ ")"); \
		assert_int_not_equal(function(__VA_ARGS__, NULL), TC_OK); \
	} while (0)

/* One that returns a pointer. */
#define NOT_MADE(function, ...) \
	do { \
		assert_null(function(__VA_ARGS__, &w->err)); \
		be_refused(w, #function "(" #__VA_ARGS__ ")"); \
		assert_null(function(__VA_ARGS__, NULL)); \
	} while (0)

static void texts(struct world *w)
{
	char date[TC_DATE_SIZE], *url = NULL;
	struct timespec when = { 0 };
	uint8_t uuid[16];

	REFUSED(tc_date_format, when, NULL);
	REFUSED(tc_date_parse, NULL, &when);
	REFUSED(tc_date_parse, "2026-01-31T23:59:59Z", NULL);
	REFUSED(tc_from_now, NULL, NULL, date);
	REFUSED(tc_from_now, "1 day", NULL, NULL);
	REFUSED(tc_slugid_decode, NULL, uuid);
	REFUSED(tc_slugid_decode, TASK, NULL);
	REFUSED(tc_scope_check, NULL);
	REFUSED(tc_url_api, NULL, "queue", "v1", "ping", &url);
	REFUSED(tc_url_api, ROOT, NULL, "v1", "ping", &url);
	REFUSED(tc_url_api, ROOT, "queue", NULL, "ping", &url);
	REFUSED(tc_url_api, ROOT, "queue", "v1", NULL, &url);
	REFUSED(tc_url_api, ROOT, "queue", "v1", "ping", NULL);
	REFUSED(tc_url_api_reference, NULL, "queue", "v1", &url);
	REFUSED(tc_url_api_reference, ROOT, NULL, "v1", &url);
	REFUSED(tc_url_api_reference, ROOT, "queue", NULL, &url);
	REFUSED(tc_url_api_reference, ROOT, "queue", "v1", NULL);
	REFUSED(tc_url_exchange_reference, NULL, "queue", "v1", &url);
	REFUSED(tc_url_exchange_reference, ROOT, NULL, "v1", &url);
	REFUSED(tc_url_exchange_reference, ROOT, "queue", NULL, &url);
	REFUSED(tc_url_exchange_reference, ROOT, "queue", "v1", NULL);
	REFUSED(tc_url_manifest, NULL, &url);
	REFUSED(tc_url_manifest, ROOT, NULL);
	REFUSED(tc_url_schema, NULL, "queue", "v1/a.json", &url);
	REFUSED(tc_url_schema, ROOT, NULL, "v1/a.json", &url);
	REFUSED(tc_url_schema, ROOT, "queue", NULL, &url);
	REFUSED(tc_url_schema, ROOT, "queue", "v1/a.json", NULL);
	REFUSED(tc_url_docs, NULL, "a", &url);
	REFUSED(tc_url_docs, ROOT, NULL, &url);
	REFUSED(tc_url_docs, ROOT, "a", NULL);
	REFUSED(tc_url_ui, NULL, "a", &url);
	REFUSED(tc_url_ui, ROOT, NULL, &url);
	REFUSED(tc_url_ui, ROOT, "a", NULL);
}

static void plain(void)
{
	const struct tc_scopes none = { NULL, 0 };

	void *block = tc_block_resize(NULL, 1);

	assert_non_null(block);
	tc_release(block);
	assert_null(tc_handle_new(8, NULL)); /* it would never end */
	tc_handle_end(NULL);
	assert_non_null(tc_sdk_version());
	assert_non_null(tc_code_name(99));
	assert_false(tc_scope_satisfies(NULL, "a"));
	assert_false(tc_scope_satisfies("a", NULL));
	assert_false(tc_scopes_satisfy(NULL, &(struct tc_scopes){ (const char *[]){ "a" }, 1 }));
	assert_true(tc_scopes_satisfy(&none, NULL));
	assert_false(tc_scopes_satisfy_any(NULL, NULL, 0));
	assert_false(tc_scopes_satisfy_any(&none, NULL, 1));
}

static void errors(void)
{
	assert_non_null(tc_error_text(NULL));
	assert_null(tc_error_server_code(NULL));
	assert_null(tc_error_server_message(NULL));
	assert_null(tc_error_body(NULL, NULL));
	assert_null(tc_error_request_info(NULL));
	assert_null(tc_error_request_id(NULL));
	assert_null(tc_error_trace_id(NULL));
	assert_null(tc_error_header(NULL, "a"));
	assert_null(tc_error_header(NULL, NULL));
	assert_int_equal(tc_error_retry_after_ms(NULL), -1);
	assert_false(tc_error_may_repeat(NULL));
	assert_null(tc_error_pointer(NULL));
	assert_int_equal(tc_error_set(NULL, TC_ERROR_INPUT, "a"), TC_ERROR_INPUT);
	tc_error_set_server(NULL, 404, "a", "b");
	tc_error_prefix(NULL, "a %d", 1);
	assert_int_equal(tc_error_copy(NULL, NULL), TC_OK);
	tc_error_clear(NULL);
}

static void builders(struct world *w)
{
	const tc_json *json = NULL;

	tc_json_add_object(NULL);
	tc_json_add_array(NULL);
	tc_json_end(NULL);
	tc_json_add_name(NULL, "a");
	tc_json_add_null(NULL);
	tc_json_add_bool(NULL, true);
	tc_json_add_int64(NULL, 1);
	tc_json_add_double(NULL, 1);
	tc_json_add_string(NULL, "a");
	tc_json_add_string_n(NULL, "a", 1);
	tc_json_add_json(NULL, w->json);
	assert_int_equal(tc_json_build(NULL, &json, &w->err), TC_ERROR_NOMEM);
	tc_error_clear(&w->err);
	REFUSED(tc_json_build, tc_json_builder_new(), NULL);
	tc_json_builder *builder = tc_json_builder_new();
	tc_json_add_object(builder);
	tc_json_add_name(builder, NULL);
	assert_int_equal(tc_json_build(builder, &json, &w->err), TC_ERROR_INPUT);
	tc_error_clear(&w->err);
	builder = tc_json_builder_new();
	tc_json_add_array(builder);
	tc_json_add_string_n(builder, NULL, 0);
	tc_json_end(builder);
	assert_ok(tc_json_build(builder, &json, &w->err), &w->err);
	tc_release(json);
	tc_json_builder_free(NULL);
}

static void json(struct world *w)
{
	const struct tc_type *type = tc_find_operation("queue", "status")->output;
	const tc_json *json = NULL;
	int64_t integer;
	double number;
	char *text = NULL;

	assert_int_equal(tc_json_kind(NULL), TC_JSON_ABSENT);
	assert_null(tc_json_text(NULL));
	assert_int_equal(tc_json_text_length(NULL), 0);
	assert_false(tc_json_true(NULL));
	assert_false(tc_json_int64(NULL, &integer));
	assert_false(tc_json_double(NULL, &number));
	assert_int_equal(tc_json_count(NULL), 0);
	assert_null(tc_json_item(NULL, 0));
	assert_null(tc_json_name(NULL, 0));
	assert_null(tc_json_get(NULL, "a"));
	assert_null(tc_json_get(w->json, NULL));
	assert_null(tc_json_get_n(NULL, "a", 1));
	assert_null(tc_json_get_n(w->json, NULL, 1));
	assert_null(tc_json_at(NULL, ""));
	assert_null(tc_json_at(w->json, NULL));
	assert_false(tc_json_equal(w->json, NULL));
	assert_false(tc_json_equal(NULL, w->json));
	REFUSED(tc_json_parse, NULL, 1, &json);
	REFUSED(tc_json_parse, "1", 1, NULL);
	REFUSED(tc_json_read, NULL, 1, 0, &json);
	REFUSED(tc_json_read, "1", 1, 0, NULL);
	REFUSED(tc_json_write, NULL, TC_JSON_COMPACT, &text, NULL);
	REFUSED(tc_json_write, w->json, TC_JSON_COMPACT, NULL, NULL);
	NOT_MADE(tc_decode, NULL, "{}", 2, 0);
	NOT_MADE(tc_decode, type, NULL, 2, 0);
	NOT_MADE(tc_decode_json, NULL, w->json, 0);
	REFUSED(tc_encode, NULL, w, 0, &text, NULL);
	REFUSED(tc_encode, type, NULL, 0, &text, NULL);
	REFUSED(tc_check, NULL, w);
	REFUSED(tc_check, type, NULL);
}

static void credentials(struct world *w)
{
	const struct tc_scopes scopes = { NULL, 0 };
	const struct tc_credentials_facts *facts = NULL;
	const tc_json *secret = NULL;
	const struct tc_temporary temporary = TC_TEMPORARY_INIT;

	assert_null(tc_credentials_new(NULL, "b", NULL, &w->err));
	assert_int_not_equal(w->err.code, TC_OK);
	assert_null(tc_credentials_new("a", NULL, NULL, &w->err));
	assert_int_not_equal(w->err.code, TC_OK);
	assert_null(tc_credentials_password(NULL, "b", &w->err));
	assert_int_not_equal(w->err.code, TC_OK);
	assert_null(tc_credentials_password("a", NULL, &w->err));
	assert_int_not_equal(w->err.code, TC_OK);
	assert_null(tc_credentials_from_json(NULL, &w->err));
	assert_int_not_equal(w->err.code, TC_OK);
	NOT_MADE(tc_credentials_authorize, NULL, &scopes);
	NOT_MADE(tc_credentials_authorize, w->credentials, NULL);
	NOT_MADE(tc_credentials_temporary, NULL, &temporary);
	NOT_MADE(tc_credentials_temporary, w->credentials, NULL);
	REFUSED(tc_credentials_info, NULL, &facts);
	REFUSED(tc_credentials_info, w->credentials, NULL);
	REFUSED(tc_credentials_reveal, NULL, &secret);
	REFUSED(tc_credentials_reveal, w->credentials, NULL);
	NOT_MADE(tc_claim_credentials, NULL);
	NOT_MADE(tc_claim_object_credentials, NULL);
	NOT_MADE(tc_claim_worker_credentials, NULL);
	NOT_MADE(tc_claim_worker_renewal, NULL);
	assert_null(tc_credentials_ref(NULL));
	tc_credentials_free(NULL);
}

static void clients(struct world *w)
{
	NOT_MADE(tc_client_dup, NULL);
	NOT_MADE(tc_client_as, NULL, w->credentials);
	REFUSED(tc_client_wait, NULL, 1, NULL);
	REFUSED(tc_client_wait_for, NULL, 0, 1, NULL, NULL);
	REFUSED(tc_client_wait_for, w->client, -1, 1, NULL, NULL);
	assert_true(tc_client_steady_ms(NULL) > 0);
	assert_true(tc_client_now_ms(NULL) > 0);
	assert_int_equal(tc_client_clock_offset_ms(NULL), 0);
	assert_null(tc_client_cancel(NULL));
	assert_int_equal(tc_client_pause_ms(NULL, 1, &w->err), -1);
	assert_int_equal(tc_client_pause_ms(w->client, 1, NULL), -1);
	tc_client_set_credentials(NULL, w->credentials);
	tc_client_set_renew(NULL, NULL, NULL);
	tc_client_free(NULL);
	tc_cancel_fire(NULL);
	assert_false(tc_cancel_fired(NULL));
	tc_cancel_reset(NULL);
	tc_cancel_free(NULL);
	tc_release(NULL);
}

static void calls(struct world *w)
{
	const struct tc_operation *status = tc_find_operation("queue", "status");
	const struct tc_pair pairs[] = { { "taskId", TASK } }, bad[] = { { NULL, TASK } };
	const char *url = NULL;
	const tc_json *body = NULL;
	tc_response *head = NULL;
	const struct tc_sink sink = TC_SINK_INIT;

	NOT_MADE(tc_call_by_name, NULL, status, pairs, 1, NULL);
	NOT_MADE(tc_call_by_name, w->client, NULL, pairs, 1, NULL);
	NOT_MADE(tc_call_by_name, w->client, status, NULL, 1, NULL);
	NOT_MADE(tc_call_by_name, w->client, status, bad, 1, NULL);
	REFUSED(tc_call_body_json, NULL, w->json);
	REFUSED(tc_call_body_json, w->call, NULL);
	REFUSED(tc_call_body_bytes, NULL, "a", 1, NULL);
	REFUSED(tc_call_body_bytes, w->call, NULL, 1, NULL);
	REFUSED(tc_call_header, NULL, "a", "b");
	REFUSED(tc_call_header, w->call, NULL, "b");
	REFUSED(tc_call_header, w->call, "a", NULL);
	REFUSED(tc_call_secret_header, NULL, "a", "b");
	REFUSED(tc_call_secret_header, w->call, NULL, "b");
	REFUSED(tc_call_secret_header, w->call, "a", NULL);
	REFUSED(tc_call_set_options, NULL, NULL);
	REFUSED(tc_call_query, NULL, "a", NULL, "b");
	REFUSED(tc_call_query, w->list, NULL, NULL, "b");
	REFUSED(tc_call_query, w->list, "limit", NULL, NULL);
	REFUSED(tc_call_query_list, NULL, "a", NULL, &url, 1);
	REFUSED(tc_call_query_list, w->list, NULL, NULL, &url, 1);
	REFUSED(tc_call_query_list, w->list, "limit", NULL, NULL, 1);
	REFUSED(tc_call_query_list, w->list, "limit", NULL, &url, 1);
	REFUSED(tc_call_query_int64, NULL, "a", NULL, 1);
	REFUSED(tc_call_query_int64, w->list, NULL, NULL, 1);
	REFUSED(tc_call_query_bool, NULL, "a", NULL, true);
	REFUSED(tc_call_query_bool, w->list, NULL, NULL, true);
	REFUSED(tc_call_signed_url, NULL, 1, &url);
	REFUSED(tc_call_signed_url, w->call, 1, NULL);
	REFUSED(tc_call_perform, NULL, &head);
	REFUSED(tc_call_perform_json, NULL, &body);
	REFUSED(tc_call_download, NULL, &sink, NULL);
	REFUSED(tc_call_download, w->call, NULL, NULL);
	REFUSED(tc_call_download, w->call, &sink, NULL); /* it has no `write` */
	NOT_MADE(tc_call_at, NULL, "GET", "/", NULL);
	NOT_MADE(tc_call_at, w->client, NULL, "/", NULL);
	NOT_MADE(tc_call_at, w->client, "GET", NULL, NULL);
	NOT_MADE(tc_transfer_new, NULL, "GET", ROOT, NULL);
	NOT_MADE(tc_transfer_new, w->client, NULL, ROOT, NULL);
	NOT_MADE(tc_transfer_new, w->client, "GET", NULL, NULL);
	assert_null(tc_call_operation(NULL));
	assert_null(tc_call_url(NULL));
	assert_false(tc_query_has_key(NULL, "a"));
	assert_false(tc_query_has_key(status, NULL));
	tc_call_free(NULL);
	tc_sink_fd(NULL, 1);
	tc_source_memory(NULL, "a", 1);
	REFUSED(tc_source_fd, NULL, 0);
}

static void batches(struct world *w)
{
	struct tc_batch_result results[2];
	tc_call *none[] = { NULL };

	REFUSED(tc_batch_perform, NULL, 1, NULL, results);
	REFUSED(tc_batch_perform, &w->call, 1, NULL, NULL);
	REFUSED(tc_batch_perform, none, 1, NULL, results);
	tc_batch_clear(results, 1);
	tc_batch_clear(NULL, 1);
}

static void bindings(struct world *w)
{
	const struct tc_exchange *exchange = tc_find_exchange("queue", "taskCompleted");
	const struct tc_pair pairs[] = { { "taskId", TASK } }, bad[] = { { NULL, TASK } };
	struct tc_binding binding;

	REFUSED(tc_binding_by_name, NULL, pairs, 1, &binding);
	REFUSED(tc_binding_by_name, exchange, NULL, 1, &binding);
	REFUSED(tc_binding_by_name, exchange, bad, 1, &binding);
	REFUSED(tc_binding_by_name, exchange, pairs, 1, NULL);
	REFUSED(tc_binding_from_pattern, NULL, "#", &binding);
	REFUSED(tc_binding_from_pattern, exchange, NULL, &binding);
	REFUSED(tc_binding_from_pattern, exchange, "#", NULL);
	assert_null(tc_find_operation(NULL, "a"));
	assert_null(tc_find_operation("queue", NULL));
	assert_null(tc_find_exchange(NULL, "a"));
	assert_null(tc_find_exchange("queue", NULL));
	assert_null(tc_find_service(NULL));
}

static void lists(struct world *w)
{
	const tc_json *item = NULL;
	const tc_call *call = NULL;
	const void *value = NULL;
	tc_response *page = NULL;

	assert_false(tc_page_goes_on(NULL, w->response));
	assert_false(tc_page_goes_on(w->list, NULL));
	assert_false(tc_pages_cut(NULL));
	assert_false(tc_items_cut(NULL));
	NOT_MADE(tc_pages_new, NULL, NULL);
	NOT_MADE(tc_items_new, NULL, NULL);
	tc_pages *pages = tc_pages_new(w->list, NULL, NULL);
	tc_items *items = tc_items_new(w->list, NULL, NULL);
	REFUSED(tc_pages_next, NULL, &page);
	REFUSED(tc_pages_next, pages, NULL);
	REFUSED(tc_pages_next_value, NULL, &value);
	REFUSED(tc_pages_next_value, pages, NULL);
	REFUSED(tc_pages_call, NULL, &call);
	REFUSED(tc_pages_call, pages, NULL);
	REFUSED(tc_pages_accept, NULL, w->response);
	REFUSED(tc_pages_accept, pages, NULL);
	REFUSED(tc_items_next, NULL, &item);
	REFUSED(tc_items_next, items, NULL);
	assert_null(tc_pages_token(NULL));
	assert_null(tc_items_token(NULL));
	assert_int_equal(tc_items_index(NULL), 0);
	tc_pages_free(pages);
	tc_items_free(items);
	tc_pages_free(NULL);
	tc_items_free(NULL);
}

static void responses(struct world *w)
{
	const char *name, *value;

	assert_int_equal(tc_response_status(NULL), 0);
	assert_null(tc_response_header(NULL, "a"));
	assert_null(tc_response_header(w->response, NULL));
	assert_false(tc_response_header_at(NULL, 0, &name, &value));
	(void)tc_response_header_at(w->response, 0, NULL, NULL);
	assert_null(tc_response_request_id(NULL));
	assert_null(tc_response_trace_id(NULL));
	assert_null(tc_response_location(NULL));
	assert_null(tc_response_file_name(NULL));
	assert_non_null(tc_response_body(NULL, NULL));
	assert_non_null(tc_response_body(w->response, NULL));
	NOT_MADE(tc_response_json, NULL);
}

static void on_done(void *data, uint64_t run, tc_response *response, const tc_error *err)
{
	(void)data, (void)run, (void)err;
	tc_release(response);
}

static void on_timer(void *data, uint64_t timer)
{
	(void)data, (void)timer;
}

static void on_watch(void *data, int fd, int events)
{
	(void)data, (void)fd, (void)events;
}

static void on_post(void *data)
{
	(void)data;
}

static void on_event(void *data, uint64_t run, const tc_json *event)
{
	(void)data, (void)run, (void)event;
}

static void on_connection(void *data, tc_connection *connection, int events, const tc_error *err)
{
	(void)data, (void)connection, (void)events, (void)err;
}

static void connections(struct world *w)
{
	size_t count;
	char byte;

	NOT_MADE(tc_connection_new, NULL, w->client, "tcp://h:1", 0, on_connection, NULL);
	NOT_MADE(tc_connection_new, w->loop, NULL, "tcp://h:1", 0, on_connection, NULL);
	NOT_MADE(tc_connection_new, w->loop, w->client, NULL, 0, on_connection, NULL);
	NOT_MADE(tc_connection_new, w->loop, w->client, "tcp://h:1", 0, NULL, NULL);
	REFUSED(tc_connection_watch, NULL, TC_LOOP_READ);
	REFUSED(tc_connection_receive, NULL, &byte, 1, &count);
	REFUSED(tc_connection_send, NULL, "a", 1, &count);
	tc_connection_free(NULL);
}

static void loops(struct world *w)
{
	const struct tc_sink sink = TC_SINK_INIT;
	const tc_json *event = NULL;

	NOT_MADE(tc_loop_on, NULL, 0);
	REFUSED(tc_loop_start, NULL, w->call, on_done, NULL, NULL);
	REFUSED(tc_loop_start, w->loop, NULL, on_done, NULL, NULL);
	REFUSED(tc_loop_start, w->loop, w->call, NULL, NULL, NULL);
	REFUSED(tc_loop_download, NULL, w->call, &sink, on_done, NULL, NULL);
	REFUSED(tc_loop_download, w->loop, NULL, &sink, on_done, NULL, NULL);
	REFUSED(tc_loop_download, w->loop, w->call, NULL, on_done, NULL, NULL);
	REFUSED(tc_loop_download, w->loop, w->call, &sink, NULL, NULL, NULL);
	REFUSED(tc_loop_set_timeout, NULL, 1, 1);
	REFUSED(tc_loop_timer, NULL, 1, on_timer, NULL, NULL);
	REFUSED(tc_loop_timer, w->loop, 1, NULL, NULL, NULL);
	REFUSED(tc_loop_timer_or_end, NULL, 1, on_timer, on_timer, NULL, NULL);
	REFUSED(tc_loop_timer_or_end, w->loop, 1, NULL, on_timer, NULL, NULL);
	REFUSED(tc_loop_watch, NULL, 0, TC_LOOP_READ, on_watch, NULL);
	REFUSED(tc_loop_watch, w->loop, 0, TC_LOOP_READ, NULL, NULL);
	REFUSED(tc_loop_post, NULL, on_post, NULL);
	REFUSED(tc_loop_post, w->loop, NULL, NULL);
	REFUSED(tc_loop_poll, NULL, 1);
	REFUSED(tc_loop_run, NULL);
	REFUSED(tc_stream_start, NULL, w->call, NULL, on_event, on_done, NULL, NULL);
	REFUSED(tc_stream_start, w->loop, NULL, NULL, on_event, on_done, NULL, NULL);
	REFUSED(tc_stream_start, w->loop, w->call, NULL, NULL, on_done, NULL, NULL);
	REFUSED(tc_stream_start, w->loop, w->call, NULL, on_event, NULL, NULL, NULL);
	NOT_MADE(tc_stream_new, NULL, NULL);
	REFUSED(tc_stream_wait, NULL, 1);
	REFUSED(tc_stream_next, NULL, 1, &event);
	assert_int_not_equal(tc_loop_cancel(NULL, 1), TC_OK);
	assert_false(tc_loop_timer_cancel(NULL, 1));
	assert_int_equal(tc_loop_pending(NULL), 0);
	tc_loop_resume(NULL, 1);
	tc_loop_wake(NULL);
	tc_loop_stop(NULL);
	tc_loop_ready(NULL, 0, 0);
	tc_loop_timeout(NULL);
	tc_loop_free(NULL);
	tc_stream_free(NULL);
}

static void waits(struct world *w)
{
	struct tc_wait_counts counts;

	REFUSED(tc_wait_task, NULL, TASK, NULL, NULL);
	REFUSED(tc_wait_task, w->client, NULL, NULL, NULL);
	REFUSED(tc_wait_group, NULL, TASK, NULL, &counts);
	REFUSED(tc_wait_group, w->client, NULL, NULL, &counts);
}

static void on_task(void *data, tc_task *task)
{
	(void)data;
	(void)task;
	fail();
}

static void on_abort(void *data, tc_task *task, enum tc_abort why)
{
	(void)why;
	on_task(data, task);
}

static void workers(struct world *w)
{
	struct tc_worker_options options = TC_WORKER_OPTIONS_INIT;
	struct tc_worker_stats stats = TC_WORKER_STATS_INIT;

	options.start = on_task;
	options.abort = on_abort;
	options.task_queue_id = "p/w";
	options.worker_group = options.worker_id = "w";
	REFUSED(tc_worker_run, NULL);
	NOT_MADE(tc_worker_new, NULL, NULL, &options);
	NOT_MADE(tc_worker_new, NULL, w->client, NULL);
	options.start = NULL;
	NOT_MADE(tc_worker_new, NULL, w->client, &options);
	tc_worker_stop(NULL, TC_STOP_ABORT);
	tc_worker_on_end(NULL, NULL, NULL);
	tc_worker_set_credentials(NULL, NULL);
	REFUSED(tc_worker_report_error, NULL, "kind", "title", "description");
	tc_worker_read_stats(NULL, &stats);
	assert_int_equal(stats.claimed, 0);
	assert_int_equal(stats.last_claim_ms, -1);
	tc_worker_read_stats(NULL, NULL);
	assert_null(tc_worker_loop(NULL));
	assert_int_equal(tc_worker_ended(NULL), 0);
	assert_int_equal(tc_worker_resolve(NULL, NULL, TC_TASK_COMPLETED, NULL), TC_ERROR_ARGUMENT);
	tc_worker_free(NULL);
}

/* A task is the worker's: whoever has none is told nothing. */
static void tasks(struct world *w)
{
	const char *why = "x";

	assert_null(tc_task_id(NULL));
	assert_null(tc_task_run_id(NULL));
	assert_null(tc_task_definition(NULL));
	assert_null(tc_task_json(NULL));
	assert_null(tc_task_status(NULL));
	assert_null(tc_task_client(NULL));
	assert_null(tc_task_credentials(NULL));
	assert_null(tc_task_data(NULL));
	assert_int_equal(tc_task_claim_left_ms(NULL), 0);
	assert_int_equal(tc_task_settled(NULL, &why), 0);
	assert_null(why);
	tc_task_settle(NULL, TC_TASK_FAILED, "why");
	tc_task_set_data(NULL, w);
	tc_task_on_renewal(NULL, NULL, NULL);
	tc_task_check(NULL);
	NOT_MADE(tc_task_client_new, NULL);
	REFUSED(tc_task_limit, NULL, 1);
	REFUSED(tc_task_note_process, NULL, 1);
}

static void on_uploaded(void *data, const struct tc_uploaded *result, const tc_error *err)
{
	(void)data;
	(void)result;
	(void)err;
	fail();
}

static void on_created(void *data, const tc_error *err)
{
	on_uploaded(data, NULL, err);
}

static void on_downloaded(void *data, const struct tc_downloaded *result, const tc_error *err)
{
	(void)result;
	on_uploaded(data, NULL, err);
}

static void on_folder(void *data, const struct tc_folder_counts *counts, const tc_error *err)
{
	(void)counts;
	on_uploaded(data, NULL, err);
}

static void uploads(struct world *w)
{
	const struct tc_artifact whole = { TASK, "0", "a", NULL },
				 no_task = { NULL, "0", "a", NULL },
				 no_run = { TASK, NULL, "a", NULL },
				 no_name = { TASK, "0", NULL, NULL };
	const struct tc_source from = TC_SOURCE_INIT;
	struct tc_upload_options object = TC_UPLOAD_OPTIONS_INIT;
	struct tc_create_options link = TC_CREATE_OPTIONS_INIT;

	object.project_id = "p";
	object.expires = "2031-01-01T00:00:00.000Z";
	link.link = "b";
	REFUSED(tc_upload_artifact, NULL, &whole, &from, NULL, NULL);
	REFUSED(tc_upload_artifact, w->client, NULL, &from, NULL, NULL);
	REFUSED(tc_upload_artifact, w->client, &no_task, &from, NULL, NULL);
	REFUSED(tc_upload_artifact, w->client, &no_run, &from, NULL, NULL);
	REFUSED(tc_upload_artifact, w->client, &no_name, &from, NULL, NULL);
	REFUSED(tc_upload_artifact, w->client, &whole, NULL, NULL, NULL);
	REFUSED(tc_upload_object, NULL, "o", &from, &object, NULL);
	REFUSED(tc_upload_object, w->client, NULL, &from, &object, NULL);
	REFUSED(tc_upload_object, w->client, "o", NULL, &object, NULL);
	REFUSED(tc_upload_object, w->client, "o", &from, NULL, NULL);
	REFUSED(tc_loop_upload_artifact, NULL, w->client, &whole, &from, NULL, on_uploaded, NULL,
		NULL);
	REFUSED(tc_loop_upload_artifact, w->loop, NULL, &whole, &from, NULL, on_uploaded, NULL,
		NULL);
	REFUSED(tc_loop_upload_artifact, w->loop, w->client, NULL, &from, NULL, on_uploaded, NULL,
		NULL);
	REFUSED(tc_loop_upload_artifact, w->loop, w->client, &whole, &from, NULL, NULL, NULL, NULL);
	REFUSED(tc_loop_upload_object, NULL, w->client, "o", &from, &object, on_uploaded, NULL,
		NULL);
	REFUSED(tc_loop_upload_object, w->loop, NULL, "o", &from, &object, on_uploaded, NULL, NULL);
	REFUSED(tc_loop_upload_object, w->loop, w->client, NULL, &from, &object, on_uploaded, NULL,
		NULL);
	REFUSED(tc_loop_upload_object, w->loop, w->client, "o", &from, &object, NULL, NULL, NULL);
	REFUSED(tc_create_artifact, NULL, &whole, &link);
	REFUSED(tc_create_artifact, w->client, NULL, &link);
	REFUSED(tc_create_artifact, w->client, &no_name, &link);
	REFUSED(tc_create_artifact, w->client, &whole, NULL);
	REFUSED(tc_loop_create_artifact, NULL, w->client, &whole, &link, on_created, NULL, NULL);
	REFUSED(tc_loop_create_artifact, w->loop, NULL, &whole, &link, on_created, NULL, NULL);
	REFUSED(tc_loop_create_artifact, w->loop, w->client, NULL, &link, on_created, NULL, NULL);
	REFUSED(tc_loop_create_artifact, w->loop, w->client, &whole, NULL, on_created, NULL, NULL);
	REFUSED(tc_loop_create_artifact, w->loop, w->client, &whole, &link, NULL, NULL, NULL);
	tc_job_cancel(NULL);
	tc_job_resume(NULL);
	assert_false(tc_artifact_is_public(NULL));
}

static void downloads(struct world *w)
{
	const struct tc_artifact whole = { TASK, "0", "a", NULL },
				 no_task = { NULL, "0", "a", NULL },
				 no_name = { TASK, "0", NULL, NULL };
	const struct tc_target target = TC_TARGET_INIT;

	REFUSED(tc_download_artifact, NULL, &whole, &target, NULL, NULL);
	REFUSED(tc_download_artifact, w->client, NULL, &target, NULL, NULL);
	REFUSED(tc_download_artifact, w->client, &no_task, &target, NULL, NULL);
	REFUSED(tc_download_artifact, w->client, &no_name, &target, NULL, NULL);
	REFUSED(tc_download_object, NULL, "o", &target, NULL, NULL);
	REFUSED(tc_download_object, w->client, NULL, &target, NULL, NULL);
	REFUSED(tc_loop_download_artifact, NULL, w->client, &whole, &target, NULL, on_downloaded,
		NULL, NULL);
	REFUSED(tc_loop_download_artifact, w->loop, NULL, &whole, &target, NULL, on_downloaded,
		NULL, NULL);
	REFUSED(tc_loop_download_artifact, w->loop, w->client, NULL, &target, NULL, on_downloaded,
		NULL, NULL);
	REFUSED(tc_loop_download_artifact, w->loop, w->client, &whole, &target, NULL, NULL, NULL,
		NULL);
	REFUSED(tc_loop_download_object, NULL, w->client, "o", &target, NULL, on_downloaded, NULL,
		NULL);
	REFUSED(tc_loop_download_object, w->loop, NULL, "o", &target, NULL, on_downloaded, NULL,
		NULL);
	REFUSED(tc_loop_download_object, w->loop, w->client, NULL, &target, NULL, on_downloaded,
		NULL, NULL);
	REFUSED(tc_loop_download_object, w->loop, w->client, "o", &target, NULL, NULL, NULL, NULL);
	REFUSED(tc_download_artifacts, NULL, &no_name, "/tmp", NULL, NULL);
	REFUSED(tc_download_artifacts, w->client, NULL, "/tmp", NULL, NULL);
	REFUSED(tc_download_artifacts, w->client, &no_name, NULL, NULL, NULL);
	REFUSED(tc_loop_download_artifacts, NULL, w->client, &no_name, "/tmp", NULL, on_folder,
		NULL, NULL);
	REFUSED(tc_loop_download_artifacts, w->loop, NULL, &no_name, "/tmp", NULL, on_folder, NULL,
		NULL);
	REFUSED(tc_loop_download_artifacts, w->loop, w->client, NULL, "/tmp", NULL, on_folder, NULL,
		NULL);
	REFUSED(tc_loop_download_artifacts, w->loop, w->client, &no_name, NULL, NULL, on_folder,
		NULL, NULL);
	REFUSED(tc_loop_download_artifacts, w->loop, w->client, &no_name, "/tmp", NULL, NULL, NULL,
		NULL);
}

static void trust(struct world *w)
{
	static const char *const keys[] = { "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=" };
	struct tc_trust_options make = TC_TRUST_OPTIONS_INIT;
	struct tc_trust_verify_options how = TC_TRUST_VERIFY_OPTIONS_INIT;
	unsigned char signature[TC_TRUST_SIGNATURE_SIZE] = { 0 };
	char key[TC_TRUST_KEY_SIZE], *text = NULL;

	REFUSED(tc_trust_make, NULL, &text, NULL);
	make.task_id = TASK;
	make.worker_group = make.worker_id = "w";
	REFUSED(tc_trust_make, &make, &text, NULL);
	make.task = w->json;
	REFUSED(tc_trust_make, &make, NULL, NULL);
	make.artifacts_count = 1;
	REFUSED(tc_trust_make, &make, &text, NULL);
	NOT_MADE(tc_trust_key_read, NULL);
	REFUSED(tc_trust_key_create, NULL, key);
	REFUSED(tc_trust_key_create, "/none/none", NULL);
	tc_trust_key_public(NULL, key);
	assert_string_equal(key, "");
	tc_trust_key_free(NULL);
	tc_trust_sign(NULL, NULL, 0, signature);
	REFUSED(tc_trust_check, NULL, 0, signature, 64, keys, 1, NULL);
	REFUSED(tc_trust_check, "", 0, NULL, 64, keys, 1, NULL);
	REFUSED(tc_trust_check, "", 0, signature, 64, NULL, 1, NULL);
	REFUSED(tc_trust_verify, w->client, NULL, NULL);
	how.task_id = TASK;
	REFUSED(tc_trust_verify, w->client, &how, NULL);
	how.public_keys = keys;
	how.public_keys_count = 1;
	REFUSED(tc_trust_verify, NULL, &how, NULL);
	how.names_count = 1;
	REFUSED(tc_trust_verify, w->client, &how, NULL);
}

static void null_is_refused_by_name_or_means_nothing(void **state)
{
	static const struct tc_fake_reply reply = {
		.head = "HTTP/1.1 200 OK\nContent-Type: application/json\n\n", .body = "{}"
	};
	struct world world = { .err = TC_ERROR_INIT }, *w = &world;

	(void)state;
	tc_fake_init(&w->fake, &reply, 1);
	struct tc_options options = tc_fake_options(&w->fake);
	w->credentials = tc_credentials_new("me", "secret", NULL, &w->err);
	options.credentials = w->credentials;
	w->client = tc_fake_client(&w->fake, &options);
	w->call = tc_queue_ping_call(w->client, &w->err);
	w->list = tc_queue_list_task_group_call(w->client, TASK, NULL, &w->err);
	w->loop = tc_loop_new(NULL, &w->err);
	assert_ok(tc_json_parse("{}", 2, &w->json, &w->err), &w->err);
	assert_ok(tc_call_perform(w->call, &w->response, &w->err), &w->err);
	tc_call_free(w->call); /* another that was not used yet */
	w->call = tc_queue_ping_call(w->client, &w->err);
	texts(w);
	plain();
	errors();
	builders(w);
	json(w);
	credentials(w);
	clients(w);
	calls(w);
	bindings(w);
	lists(w);
	responses(w);
	connections(w);
	loops(w);
	waits(w);
	workers(w);
	tasks(w);
	uploads(w);
	downloads(w);
	trust(w);
	batches(w);
	tc_release(w->response);
	tc_release(w->json);
	tc_loop_free(w->loop);
	tc_call_free(w->call);
	tc_call_free(w->list);
	tc_client_free(w->client);
	tc_fake_clear(&w->fake);
	tc_credentials_free(w->credentials);
	tc_error_clear(&w->err);
}

/* ---- whether these are all ---- */

/* What takes no pointer that could be NULL, may get NULL for all of them (tc_client_new), or only
 * fills an array of its caller's and has no way to refuse. */
static bool is_apart(const char *name)
{
	static const char *const apart[] = { "tc_slugid_nice", "tc_slugid_v4", "tc_slugid_encode",
		"tc_decimal", "tc_client_new", "tc_cancel_new", "tc_loop_new",
		"tc_credentials_from_environment", "tc_json_builder_new" };

	for (size_t i = 0; i < sizeof apart / sizeof *apart; i++)
		if (strcmp(name, apart[i]) == 0)
			return true;
	return false;
}

struct check {
	const char *own;
	size_t count;
};

static void check_one(void *data, const struct tc_declared *declared)
{
	struct check *check = data;
	char use[104];

	if (strstr(declared->path, "/generated.h") || strstr(declared->path, "/type_table.h"))
		return;
	check->count++;
	snprintf(use, sizeof use, "%s(", declared->name);
	bool called = strstr(check->own, use) != NULL;
	snprintf(use, sizeof use, "(%s,", declared->name);
	if (!called && !strstr(check->own, use) && !is_apart(declared->name))
		fail_msg("%s: %s does not get NULL here", declared->path, declared->name);
}

static void no_function_is_forgotten(void **state)
{
	char *own = tc_test_read_file("tests/api/test_null.c", NULL);
	struct check check = { .own = own };

	(void)state;
	tc_declared_each(NULL, check_one, &check);
	free(own);
	assert_true(check.count >= 150);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(null_is_refused_by_name_or_means_nothing),
		cmocka_unit_test(no_function_is_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
