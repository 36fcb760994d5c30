/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A tc_error that is used again says nothing of an old failure after a success: each public
 * function that takes one is called with one that tells of a failure, succeeds, and leaves it
 * clean. Which functions these are the headers say.
 */
#include "tests/harness/test.h"

#include "tests/harness/ci.h"
#include "tests/harness/declared.h"
#include "tests/harness/responder.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/artifact_download.h>
#include <taskcluster/artifact_upload.h>
#include <taskcluster/auth.h>
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
#include <taskcluster/wait.h>
#include <taskcluster/worker.h>
#include <unistd.h>

#define TASK "fN1SbArXTPSVFNUvaOlinQ"
#define STATUS_ITSELF \
	"{\"taskId\":\"" TASK "\",\"provisionerId\":\"p\",\"workerType\":\"w\"," \
	"\"taskQueueId\":\"p/w\",\"schedulerId\":\"s\",\"projectId\":\"none\"," \
	"\"taskGroupId\":\"" TASK "\",\"deadline\":\"2030-01-01T00:00:00.000Z\"," \
	"\"expires\":\"2031-01-01T00:00:00.000Z\",\"retriesLeft\":5,\"state\":\"completed\"," \
	"\"runs\":[]}"
#define STATUS "{\"status\":" STATUS_ITSELF "}"
#define CLAIMS \
	"{\"tasks\":[{\"status\":" STATUS_ITSELF ",\"runId\":0,\"workerGroup\":\"w\"," \
	"\"workerId\":\"w\",\"takenUntil\":\"2030-01-01T00:00:00.000Z\",\"credentials\":{" \
	"\"clientId\":\"t\",\"accessToken\":\"secret\",\"certificate\":\"\"},\"task\":{" \
	"\"taskQueueId\":\"p/w\",\"provisionerId\":\"p\",\"workerType\":\"w\"," \
	"\"schedulerId\":\"-\",\"taskGroupId\":\"" TASK "\",\"dependencies\":[]," \
	"\"requires\":\"all-completed\",\"routes\":[],\"priority\":\"lowest\"," \
	"\"retries\":5,\"created\":\"2026-01-01T00:00:00.000Z\"," \
	"\"deadline\":\"2030-01-01T00:00:00.000Z\",\"scopes\":[],\"payload\":{}," \
	"\"metadata\":{\"name\":\"n\",\"description\":\"d\",\"owner\":\"o@x.y\"," \
	"\"source\":\"https://x.y\"},\"tags\":{},\"extra\":{}}}]}"
#define GROUP \
	"{\"taskGroupId\":\"" TASK "\",\"schedulerId\":\"s\"," \
	"\"expires\":\"2031-01-01T00:00:00.000Z\",\"tasks\":[]}"
#define ARTIFACTS "{\"artifacts\":[{\"name\":\"a\"}]}"
#define EVENTS "event: hello\ndata: you\n\nevent: event\ndata: {\"n\":1}\n\n"
#define CONTENT "0123456789"
#define EXPIRES "2031-01-01T00:00:00.000Z"
#define ROOT "https://tc.example.com"
#define FUNCTIONS_MAX 200

struct world {
	struct tc_responder *responder;
	tc_credentials *credentials;
	tc_client *client, *ci;
	tc_call *status, *artifacts, *listen;
	const tc_json *json;
	tc_error err;
	const char *called[FUNCTIONS_MAX];
	size_t count;
};

/* ---- a server ---- */

/* A certificate over nothing, of a task whose definition is what the server says of any. */
static struct {
	char *text;
	size_t length;
	unsigned char signature[TC_TRUST_SIGNATURE_SIZE];
} trusted;

/* Its bytes; false: something else is asked for. */
static bool answer_trust(
	const struct tc_responder_request *request, struct tc_responder_reply *reply)
{
	static char text[200];
	const char *part = strstr(request->target, "chain-of-trust.json");
	bool is_signature = part && strstr(part, ".sig");

	if (!part)
		return false;
	if (strstr(request->target, "/storage")) {
		reply->body = is_signature ? (char *)trusted.signature : trusted.text;
		reply->body_length = is_signature ? sizeof trusted.signature : trusted.length;
		return true;
	}
	snprintf(text, sizeof text, "{\"storageType\":\"s3\",\"url\":\"http://%s/storage/%s\"}",
		tc_responder_header(request, "host"), part);
	reply->body = text;
	reply->body_length = strlen(text);
	return true;
}

/* What jobs ask for beside the status; NULL: something else. */
static const char *answer_job(const struct tc_responder_request *request)
{
	static const char hash[] =
		"84d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96bedb9f882f7882";
	static char text[1000], url[200];
	const char *target = request->target;

	snprintf(url, sizeof url, "http://%s/storage", tc_responder_header(request, "host"));
	text[0] = '\0';
	if (strstr(target, "/storage"))
		return CONTENT;
	if (strstr(target, "/claim-work"))
		return CLAIMS;
	if (strstr(target, "/runs/1/artifacts"))
		return "{\"artifacts\":[]}";
	if (strcmp(request->method, "POST") == 0 && strstr(target, "/artifacts/a"))
		snprintf(text, sizeof text,
			"{\"storageType\":\"s3\",\"putUrl\":\"%s\",\"expires\":\"" EXPIRES
			"\",\"contentType\":\"text/plain\"}",
			url);
	else if (strstr(target, "/artifacts/link"))
		return "{\"storageType\":\"link\"}";
	else if (strstr(target, "/artifact-content/"))
		snprintf(text, sizeof text, "{\"storageType\":\"s3\",\"url\":\"%s\"}", url);
	else if (strstr(target, "/start-download/"))
		snprintf(text, sizeof text,
			"{\"method\":\"getUrl\",\"url\":\"%s\",\"expires\":\"" EXPIRES
			"\",\"hashes\":{\"sha256\":\"%s\"}}",
			url, hash);
	else if (strstr(target, "/v1/upload/"))
		return "{\"projectId\":\"p\",\"uploadId\":\"" TASK "\",\"expires\":\"" EXPIRES
		       "\",\"uploadMethod\":{\"dataInline\":true}}";
	else if (strstr(target, "/finish-upload/"))
		return "{}";
	return text[0] ? text : NULL;
}

static void answer(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply)
{
	bool listens = strstr(request->target, "/listen") != NULL;

	(void)data;
	reply->headers = listens ? "Content-Type: text/event-stream\r\n"
				 : "Content-Type: application/json\r\n";
	if (answer_trust(request, reply))
		return;
	reply->body = strstr(request->target, "task-group") ? GROUP
		: strstr(request->target, "/artifacts")     ? ARTIFACTS
		: listens                                   ? EVENTS
							    : STATUS;
	if (answer_job(request))
		reply->body = answer_job(request);
	reply->body_length = strlen(reply->body);
	reply->chunked = listens;
	reply->silent = listens; /* it goes on, and says no more */
	reply->cut = listens ? reply->body_length : 0;
}

/* ---- the check ---- */

/* An error that tells of a failure, with all that one may hold. */
static void soil(tc_error *err)
{
	const tc_json *json = NULL;
	const struct tc_type *type = tc_find_operation("queue", "status")->output;

	assert_int_equal(tc_json_parse("{}", 2, &json, err), TC_OK);
	assert_null(tc_decode_json(type, json, 0, err));
	tc_release(json);
	assert_non_null(err->message);
	assert_non_null(err->detail);
}

static void check_clean(struct world *w, const char *function)
{
	if (w->err.code != TC_OK || w->err.message || w->err.detail)
		fail_msg("%s leaves %s: %s", function, tc_code_name(w->err.code),
			tc_error_text(&w->err));
	assert_int_equal(w->err.http_status, 0);
	assert_true(w->count < FUNCTIONS_MAX);
	w->called[w->count++] = function;
}

/* A function that returns a code; all but its last argument, the error, is given. */
#define OK(function, ...) \
	do { \
		soil(&w->err); \
		assert_ok(function(__VA_ARGS__, &w->err), &w->err); \
		check_clean(w, #function); \
	} while (0)

/* One that returns a pointer. */
#define MADE(to, function, ...) \
	do { \
		soil(&w->err); \
		*(to) = function(__VA_ARGS__, &w->err); \
		check_clean(w, #function); \
		assert_non_null(*(to)); \
	} while (0)

/* ---- the functions ---- */

static void texts(struct world *w)
{
	char date[TC_DATE_SIZE];
	struct timespec when = { 0 };
	uint8_t uuid[16];
	char *url = NULL;

	OK(tc_date_format, when, date);
	OK(tc_date_parse, date, &when);
	OK(tc_from_now, "1 day", NULL, date);
	OK(tc_slugid_decode, TASK, uuid);
	OK(tc_scope_check, "queue:*");
#define URL(function, ...) \
	do { \
		OK(function, ROOT, __VA_ARGS__, &url); \
		tc_release(url); \
	} while (0)
	URL(tc_url_api, "queue", "v1", "/ping");
	URL(tc_url_api_reference, "queue", "v1");
	URL(tc_url_exchange_reference, "queue", "v1");
	URL(tc_url_schema, "queue", "v1/task.json");
	URL(tc_url_docs, "a");
	URL(tc_url_ui, "a");
	OK(tc_url_manifest, ROOT, &url);
	tc_release(url);
}

static void json(struct world *w)
{
	const struct tc_type *type = tc_find_operation("queue", "status")->output;
	tc_json_builder *builder = tc_json_builder_new();
	const tc_json *tree = NULL;
	char *text = NULL;
	void *value = NULL;

	OK(tc_json_parse, "[1]", 3, &tree);
	tc_release(tree);
	OK(tc_json_read, "[1]", 3, 0, &tree);
	OK(tc_json_write, tree, TC_JSON_COMPACT, &text, NULL);
	tc_release(text);
	tc_release(tree);
	tc_json_add_int64(builder, 1);
	OK(tc_json_build, builder, &tree);
	tc_release(tree);
	MADE(&value, tc_decode_json, type, w->json, 0);
	tc_release(value);
	MADE(&value, tc_decode, type, STATUS, strlen(STATUS), 0);
	OK(tc_check, type, value);
	OK(tc_encode, type, value, 0, &text, NULL);
	tc_release(text);
	tc_release(value);
}

/* A claim's credentials are temporary ones, with a certificate. */
static void claims(struct world *w, const tc_credentials *temporary)
{
	const tc_json *secret = NULL;
	tc_credentials *made = NULL;

	OK(tc_credentials_reveal, temporary, &secret);
	const char *id = tc_json_text(tc_json_get(secret, "clientId"));
	const char *token = tc_json_text(tc_json_get(secret, "accessToken"));
	const tc_json *certificate = tc_json_get(secret, "certificate");
	char *text = NULL;
	if (tc_json_kind(certificate) == TC_JSON_STRING)
		text = strdup(tc_json_text(certificate));
	else
		assert_ok(tc_json_write(certificate, TC_JSON_COMPACT, &text, NULL, NULL), NULL);
#define CLAIM(function, kind) \
	do { \
		struct kind given = { \
			.client_id = id, .access_token = token, .certificate = text \
		}; \
		MADE(&made, function, &given); \
		tc_credentials_free(made); \
	} while (0)
	CLAIM(tc_claim_credentials, tc_queue_task_credentials);
	CLAIM(tc_claim_object_credentials, tc_queue_object_credentials);
	CLAIM(tc_claim_worker_credentials, tc_worker_manager_register_worker_response_credentials);
	CLAIM(tc_claim_worker_renewal, tc_worker_manager_reregister_worker_response_credentials);
	MADE(&made, tc_credentials_from_json, secret);
	tc_credentials_free(made);
	if (tc_json_kind(certificate) == TC_JSON_STRING)
		free(text);
	else
		tc_release(text);
	tc_release(secret);
}

static void credentials(struct world *w)
{
	static const char *const list[] = { "a" };
	const struct tc_scopes scopes = { list, 1 };
	struct tc_temporary options = TC_TEMPORARY_INIT;
	const struct tc_credentials_facts *info = NULL;
	tc_credentials *made = NULL;

	MADE(&made, tc_credentials_new, "me", "secret", NULL);
	tc_credentials_free(made);
	MADE(&made, tc_credentials_password, "me", "secret");
	tc_credentials_free(made);
	MADE(&made, tc_credentials_authorize, w->credentials, &scopes);
	tc_credentials_free(made);
	assert_int_equal(setenv("TASKCLUSTER_CLIENT_ID", "me", 1), 0);
	assert_int_equal(setenv("TASKCLUSTER_ACCESS_TOKEN", "secret", 1), 0);
	soil(&w->err);
	made = tc_credentials_from_environment(&w->err);
	check_clean(w, "tc_credentials_from_environment");
	tc_credentials_free(made);
	unsetenv("TASKCLUSTER_CLIENT_ID");
	unsetenv("TASKCLUSTER_ACCESS_TOKEN");
	options.scopes = scopes;
	MADE(&made, tc_credentials_temporary, w->credentials, &options);
	OK(tc_credentials_info, made, &info);
	tc_release(info);
	claims(w, made);
	tc_credentials_free(made);
}

static void clients(struct world *w)
{
	struct tc_options options = TC_OPTIONS_INIT;
	tc_client *client = NULL, *other = NULL;

	options.root_url = ROOT;
	MADE(&client, tc_client_new, &options);
	MADE(&other, tc_client_dup, client);
	tc_client_free(other);
	MADE(&other, tc_client_as, client, NULL);
	OK(tc_client_wait, client, 1, NULL);
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	OK(tc_client_wait_for, client, ends[0], 1, NULL, NULL);
	close(ends[0]);
	close(ends[1]);
	tc_client_free(other);
	tc_client_free(client);
	soil(&w->err);
	tc_cancel *cancel = tc_cancel_new(&w->err);
	check_clean(w, "tc_cancel_new");
	tc_cancel_free(cancel);
}

static void making_calls(struct world *w)
{
	const struct tc_operation *operation = tc_find_operation("queue", "listArtifacts");
	const struct tc_pair pairs[] = { { "taskId", TASK }, { "runId", "0" } };
	const struct tc_operation *create = tc_find_operation("queue", "createTask");
	const struct tc_operation *expand = tc_find_operation("auth", "expandScopes");
	static const char *const list[] = { "a" };
	const struct tc_auth_scopeset scopes = { list, 1 };
	struct tc_call_options options = TC_CALL_OPTIONS_INIT;
	const tc_json *task = NULL;
	const char *url = NULL;
	tc_call *call = NULL;

	MADE(&call, tc_call_by_name, w->client, operation, pairs, 2, NULL);
	OK(tc_call_header, call, "x-a", "b");
	OK(tc_call_secret_header, call, "x-c", "d");
	OK(tc_call_set_options, call, &options);
	OK(tc_call_signed_url, call, 60, &url);
	tc_release(url);
	tc_call_free(call);
	MADE(&call, tc_generated_call, w->client, create, TC_VALUES(TASK), NULL);
	assert_ok(tc_json_parse("{\"payload\":{}}", 14, &task, NULL), NULL);
	OK(tc_call_body_json, call, task);
	tc_release(task);
	OK(tc_call_body_bytes, call, "[]", 2, "text/plain");
	tc_call_free(call);
	call = tc_generated_call(w->client, expand, NULL, NULL, NULL);
	OK(tc_generated_body, call, expand, &scopes);
	tc_call_free(call);
}

static void queries(struct world *w)
{
	static const char *const tags[] = { "a", "b" };
	tc_call *call = tc_generated_call(w->ci, CI(FIND), NULL, NULL, NULL);

	OK(tc_call_query, call, "tag", NULL, "a");
	OK(tc_call_query_list, call, "tag", NULL, tags, 2);
	OK(tc_call_query_int64, call, "size", NULL, 1);
	OK(tc_call_query_bool, call, "tag", NULL, true);
	tc_call_free(call);
}

static void bindings(struct world *w)
{
	const struct tc_exchange *exchange = tc_find_exchange("queue", "taskCompleted");
	const struct tc_pair pairs[] = { { "taskId", TASK } };
	struct tc_binding binding;

	OK(tc_binding_by_name, exchange, pairs, 1, &binding);
	OK(tc_binding_from_pattern, exchange, "primary.#", &binding);
	OK(tc_generated_binding, exchange, NULL, &binding);
}

static void transfers(struct world *w)
{
	struct tc_source source = TC_SOURCE_INIT;
	tc_call *call = NULL;
	FILE *file = tmpfile();

	assert_non_null(file);
	OK(tc_source_fd, &source, fileno(file));
	MADE(&call, tc_call_at, w->client, "GET", "/", NULL);
	tc_call_free(call);
	MADE(&call, tc_transfer_new, w->client, "GET", ROOT "/", NULL);
	tc_call_free(call);
	fclose(file);
}

static int drop(void *data, const void *bytes, size_t length, tc_error *err)
{
	(void)data, (void)bytes, (void)length, (void)err;
	return TC_OK;
}

static void performing(struct world *w)
{
	const struct tc_operation *status = tc_find_operation("queue", "status");
	struct tc_queue_task_status_response *reply = NULL;
	struct tc_sink sink = TC_SINK_INIT;
	struct tc_batch_result result;
	tc_response *response = NULL;
	const tc_json *body = NULL;
	void *value = NULL;

	OK(tc_call_perform, w->status, &response);
	MADE(&body, tc_response_json, response);
	MADE(&value, tc_generated_reply, status, response);
	tc_release(value);
	tc_release(response);
	OK(tc_call_perform_json, w->status, &body);
	tc_release(body);
	OK(tc_generated_perform, w->client, status, TC_VALUES(TASK), NULL, NULL, &reply);
	tc_release(reply);
	sink.write = drop;
	OK(tc_call_download, w->status, &sink, NULL);
	OK(tc_batch_perform, &w->status, 1, NULL, &result);
	tc_batch_clear(&result, 1);
}

static void lists(struct world *w)
{
	tc_response *page = NULL;
	const tc_json *item = NULL;
	const tc_call *next = NULL;
	const void *value = NULL;
	tc_pages *pages = NULL;
	tc_items *items = NULL;

	MADE(&pages, tc_pages_new, w->artifacts, NULL);
	OK(tc_pages_next, pages, &page);
	assert_non_null(page);
	tc_release(page);
	OK(tc_pages_next, pages, &page); /* there is no other */
	assert_null(page);
	tc_pages_free(pages);
	pages = tc_pages_new(w->artifacts, NULL, NULL);
	OK(tc_pages_call, pages, &next);
	assert_ok(tc_call_perform(next, &page, NULL), NULL);
	OK(tc_pages_accept, pages, page);
	tc_release(page);
	tc_pages_free(pages);
	tc_call *group = tc_queue_list_task_group_call(w->client, TASK, NULL, NULL);
	pages = tc_pages_new(group, NULL, NULL);
	OK(tc_pages_next_value, pages, &value);
	tc_release(value);
	tc_pages_free(pages);
	tc_call_free(group);
	MADE(&items, tc_items_new, w->artifacts, NULL);
	OK(tc_items_next, items, &item);
	OK(tc_items_next, items, &item);
	assert_null(item);
	tc_items_free(items);
}

static void on_done(void *data, uint64_t run, tc_response *response, const tc_error *err)
{
	(void)data, (void)run, (void)err;
	tc_release(response);
}

static void on_event(void *data, uint64_t run, const tc_json *event)
{
	tc_loop *loop = data;

	if (event)
		tc_loop_cancel(loop, run);
}

static void on_timer(void *data, uint64_t timer)
{
	(void)data, (void)timer;
}

static void on_events(void *data, int fd, int events)
{
	(void)data, (void)fd, (void)events;
}

static void on_post(void *data)
{
	(void)data;
}

/* What else lives on a loop. */
static void lodgers(struct world *w, tc_loop *loop)
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	OK(tc_loop_timer, loop, 0, on_timer, NULL, NULL);
	OK(tc_loop_timer_or_end, loop, 0, on_timer, on_timer, NULL, NULL);
	OK(tc_loop_watch, loop, ends[0], TC_LOOP_READ, on_events, NULL);
	OK(tc_loop_watch, loop, ends[0], 0, NULL, NULL);
	OK(tc_loop_post, loop, on_post, NULL);
	close(ends[0]);
	close(ends[1]);
}

struct visit {
	struct world *w;
	tc_connection *connection;
};

static void on_connection(void *data, tc_connection *connection, int events, const tc_error *err)
{
	struct visit *visit = data;
	struct world *w = visit->w;
	size_t count;
	char byte;

	assert_null(err);
	if (events) {
		tc_connection_free(visit->connection);
		return;
	}
	OK(tc_connection_watch, connection, TC_LOOP_READ | TC_LOOP_WRITE);
	OK(tc_connection_receive, connection, &byte, 1, &count);
	OK(tc_connection_send, connection, "G", 1, &count);
}

static void connections(struct world *w)
{
	struct visit visit = { .w = w };
	char url[200];
	tc_loop *loop = NULL;

	snprintf(url, sizeof url, "tcp://%s", strstr(tc_responder_url(w->responder), "://") + 3);
	MADE(&loop, tc_loop_new, NULL);
	MADE(&visit.connection, tc_connection_new, loop, w->client, url, 0, on_connection, &visit);
	OK(tc_loop_run, loop);
	tc_loop_free(loop);
}

static void loops(struct world *w)
{
	struct tc_sink sink = TC_SINK_INIT;
	tc_loop *loop = NULL;
	uint64_t run = 0;

	sink.write = drop;
	MADE(&loop, tc_loop_on, w->client, 1);
	tc_loop_free(loop);
	MADE(&loop, tc_loop_new, NULL);
	OK(tc_loop_start, loop, w->status, on_done, NULL, &run);
	OK(tc_loop_set_timeout, loop, run, 10000);
	OK(tc_loop_download, loop, w->status, &sink, on_done, NULL, NULL);
	OK(tc_stream_start, loop, w->listen, NULL, on_event, on_done, loop, NULL);
	lodgers(w, loop);
	OK(tc_loop_poll, loop, 0);
	OK(tc_loop_run, loop);
	tc_loop_free(loop);
}

static void streams(struct world *w)
{
	const tc_json *event = NULL;
	tc_stream *stream = NULL;

	MADE(&stream, tc_stream_new, w->listen, NULL);
	OK(tc_stream_wait, stream, 10000);
	OK(tc_stream_next, stream, 10000, &event);
	assert_non_null(event);
	OK(tc_stream_next, stream, 0, &event); /* none is there */
	assert_null(event);
	tc_stream_free(stream);
}

static void waits(struct world *w)
{
	struct tc_queue_task_status_response *reply = NULL;
	struct tc_wait_counts counts;

	OK(tc_wait_task, w->client, TASK, NULL, &reply);
	tc_release(reply);
	OK(tc_wait_group, w->client, TASK, NULL, &counts);
}

struct shift {
	struct world *world;
	tc_worker *worker;
};

static void on_task(void *data, tc_task *task)
{
	struct shift *shift = data;
	struct world *w = shift->world;
	tc_client *client = NULL;

	MADE(&client, tc_task_client_new, task);
	tc_client_free(client);
	OK(tc_task_limit, task, 60000);
	OK(tc_task_note_process, task, 1);
	assert_int_equal(tc_worker_resolve(shift->worker, task, TC_TASK_COMPLETED, NULL), TC_OK);
}

static void on_abort(void *data, tc_task *task, enum tc_abort why)
{
	(void)data;
	(void)task;
	(void)why;
	fail();
}

static void workers(struct world *w)
{
	struct tc_worker_options options = TC_WORKER_OPTIONS_INIT;
	struct shift shift = { .world = w };

	options.task_queue_id = "p/w";
	options.worker_group = options.worker_id = "w";
	options.start = on_task;
	options.abort = on_abort;
	options.data = &shift;
	options.task_limit = 1;
	MADE(&shift.worker, tc_worker_new, NULL, w->client, &options);
	OK(tc_worker_report_error, shift.worker, "kind", "title", "description");
	OK(tc_worker_run, shift.worker);
	tc_worker_free(shift.worker);
}

static void on_uploaded(void *data, const struct tc_uploaded *result, const tc_error *err)
{
	(void)result;
	assert_ok(err ? err->code : TC_OK, err);
	++*(int *)data;
}

static void on_created(void *data, const tc_error *err)
{
	on_uploaded(data, NULL, err);
}

static void on_downloaded(void *data, const struct tc_downloaded *result, const tc_error *err)
{
	on_uploaded(data, NULL, err);
	tc_release(result->bytes);
}

static void on_folder(void *data, const struct tc_folder_counts *counts, const tc_error *err)
{
	(void)counts;
	on_uploaded(data, NULL, err);
}

static const struct tc_artifact one = { TASK, "0", "a", NULL }, other = { TASK, "0", "link", NULL },
				all = { TASK, "1", NULL, NULL };

/* The options that objects and links need. */
static void fill(struct tc_upload_options *up, struct tc_create_options *link)
{
	up->project_id = "p";
	up->expires = EXPIRES;
	link->link = "a";
}

static void jobs(struct world *w)
{
	const struct tc_source from = TC_SOURCE_INIT;
	const struct tc_target memory = TC_TARGET_INIT;
	struct tc_upload_options up = TC_UPLOAD_OPTIONS_INIT;
	struct tc_create_options link = TC_CREATE_OPTIONS_INIT;
	struct tc_downloaded got;

	fill(&up, &link);
	OK(tc_upload_artifact, w->client, &one, &from, NULL, NULL);
	OK(tc_upload_object, w->client, "o", &from, &up, NULL);
	OK(tc_create_artifact, w->client, &other, &link);
	OK(tc_download_artifact, w->client, &one, &memory, NULL, &got);
	tc_release(got.bytes);
	OK(tc_download_object, w->client, "o", &memory, NULL, &got);
	tc_release(got.bytes);
	OK(tc_download_artifacts, w->client, &all, "/tmp", NULL, NULL);
}

static void jobs_on_loop(struct world *w)
{
	const struct tc_source from = TC_SOURCE_INIT;
	const struct tc_target memory = TC_TARGET_INIT;
	struct tc_upload_options up = TC_UPLOAD_OPTIONS_INIT;
	struct tc_create_options link = TC_CREATE_OPTIONS_INIT;
	tc_loop *loop = tc_loop_new(NULL, NULL);
	int done = 0;

	fill(&up, &link);
	OK(tc_loop_upload_artifact, loop, w->client, &one, &from, NULL, on_uploaded, &done, NULL);
	OK(tc_loop_upload_object, loop, w->client, "o", &from, &up, on_uploaded, &done, NULL);
	OK(tc_loop_create_artifact, loop, w->client, &other, &link, on_created, &done, NULL);
	OK(tc_loop_download_artifact, loop, w->client, &one, &memory, NULL, on_downloaded, &done,
		NULL);
	OK(tc_loop_download_object, loop, w->client, "o", &memory, NULL, on_downloaded, &done,
		NULL);
	OK(tc_loop_download_artifacts, loop, w->client, &all, "/tmp", NULL, on_folder, &done, NULL);
	assert_ok(tc_loop_run(loop, &w->err), &w->err);
	assert_int_equal(done, 6);
	tc_loop_free(loop);
}

static void make_certificate(struct world *w, const tc_trust_key *key)
{
	struct tc_trust_options options = TC_TRUST_OPTIONS_INIT;

	options.task_id = TASK;
	options.task = w->json;
	options.worker_group = options.worker_id = "w";
	OK(tc_trust_make, &options, &trusted.text, &trusted.length);
	tc_trust_sign(key, trusted.text, trusted.length, trusted.signature);
}

static void trust(struct world *w)
{
	struct tc_trust_verify_options how = TC_TRUST_VERIFY_OPTIONS_INIT;
	char path[] = "/tmp/tc-key-XXXXXX", public_key[TC_TRUST_KEY_SIZE];
	const char *const keys[] = { public_key };
	tc_trust_key *key;

	assert_non_null(mkdtemp(path));
	rmdir(path); /* nobody else has the name */
	OK(tc_trust_key_create, path, public_key);
	MADE(&key, tc_trust_key_read, path);
	unlink(path);
	make_certificate(w, key);
	OK(tc_trust_check, trusted.text, trusted.length, trusted.signature,
		sizeof trusted.signature, keys, 1, NULL);
	how.task_id = TASK;
	how.run_id = "0";
	how.public_keys = keys;
	how.public_keys_count = 1;
	OK(tc_trust_verify, w->client, &how, NULL);
	tc_trust_key_free(key);
	tc_release(trusted.text);
}

/* ---- all of them ---- */

static bool is_called(const struct world *w, const char *function)
{
	for (size_t i = 0; i < w->count; i++)
		if (strcmp(w->called[i], function) == 0)
			return true;
	return false;
}

struct check {
	const struct world *world;
	size_t count;
};

static void check_one(void *data, const struct tc_declared *declared)
{
	struct check *check = data;

	/* those of errors themselves, tc_error_clear and tc_error_set, are apart */
	if (!tc_declared_takes_error(declared) || strncmp(declared->name, "tc_error_", 9) == 0)
		return;
	if (!is_called(check->world, declared->name))
		fail_msg("%s: %s is not called here", declared->path, declared->name);
	check->count++;
}

static void check_whole(const struct world *w)
{
	struct check check = { .world = w };

	tc_declared_each(NULL, check_one, &check);
	assert_true(check.count >= 70);
}

static void open_clients(struct world *w)
{
	struct tc_options options = TC_OPTIONS_INIT;

	w->credentials = tc_credentials_new("me", "secret", NULL, NULL);
	options.credentials = w->credentials;
	options.root_url = tc_responder_url(w->responder);
	w->client = tc_client_new(&options, NULL);
	options.root_url = NULL;
	options.credentials = NULL;
	options.base_url = tc_responder_url(w->responder);
	w->ci = tc_client_new(&options, NULL);
	w->status = tc_queue_status_call(w->client, TASK, NULL);
	w->artifacts = tc_queue_list_artifacts_call(w->client, TASK, "0", NULL, NULL);
	w->listen = tc_generated_call(w->ci, CI(LISTEN), NULL, NULL, NULL);
	assert_ok(tc_json_parse(STATUS, strlen(STATUS), &w->json, NULL), NULL);
}

static void test_a_success_leaves_a_clean_error(void **state)
{
	struct world world = { .err = TC_ERROR_INIT }, *w = &world;

	(void)state;
	world.responder = tc_responder_start(answer, NULL);
	open_clients(w);
	texts(w);
	json(w);
	credentials(w);
	clients(w);
	making_calls(w);
	queries(w);
	bindings(w);
	transfers(w);
	performing(w);
	lists(w);
	connections(w);
	loops(w);
	streams(w);
	waits(w);
	workers(w);
	jobs(w);
	jobs_on_loop(w);
	trust(w);
	check_whole(w);
	tc_call_free(world.status);
	tc_call_free(world.artifacts);
	tc_call_free(world.listen);
	tc_release(world.json);
	tc_client_free(world.client);
	tc_client_free(world.ci);
	tc_credentials_free(world.credentials);
	tc_responder_stop(world.responder);
	tc_error_clear(&world.err);
}

/* A generated function has what those above have. */
static void test_a_generated_function(void **state)
{
	struct tc_responder *responder = tc_responder_start(answer, NULL);
	struct tc_queue_task_status_response *reply = NULL;
	struct tc_options options = TC_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	options.root_url = tc_responder_url(responder);
	tc_client *client = tc_client_new(&options, &err);
	assert_int_equal(tc_queue_status(client, "", &reply, &err), TC_ERROR_ARGUMENT);
	assert_ok(tc_queue_status(client, TASK, &reply, &err), &err);
	assert_int_equal(err.code, TC_OK);
	assert_null(err.message);
	tc_release(reply);
	tc_client_free(client);
	tc_responder_stop(responder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_success_leaves_a_clean_error),
		cmocka_unit_test(test_a_generated_function),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
