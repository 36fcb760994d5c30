/* SPDX-License-Identifier: MPL-2.0 */
/* Calls in all ways, lists, downloads. What the network costs hides what we do ourselves: some are
 * answered without it, or end before anything is sent. */
#include "tests/bench/growth.h"
#include "tests/bench/status.h"

#include "runtime/src/call/client.h"
#include "runtime/src/http/transport.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/batch.h>
#include <taskcluster/download.h>
#include <taskcluster/generated.h>
#include <taskcluster/pages.h>
#include <unistd.h>

#define IN_FLIGHT 64

static void require(bool condition, const tc_error *err)
{
	if (condition)
		return;
	fprintf(stderr, "growth: %s\n", tc_error_text(err));
	abort();
}

/* ---- operations whose replies are as large as their arguments say ---- */

static const struct tc_service made;
static const struct tc_parameter sizes[] = { { "pages" }, { "items" } };
static const struct tc_parameter paging[] = { { "continuationToken" }, { "limit" } };

enum { LIST, BYTES, REFUSED };
static const struct tc_operation operations[] = {
	[LIST] = { .service = &made,
		.name = "list",
		.method = "GET",
		.route = "/list/<pages>/<items>",
		.arguments = sizes,
		.argument_count = 2,
		.query = paging,
		.query_count = 2,
		.has_output = true,
		.pages = true },
	[BYTES] = { .service = &made,
		.name = "bytes",
		.method = "GET",
		.route = "/bytes/<pages>",
		.arguments = sizes,
		.argument_count = 1,
		.blob_output = true },
	[REFUSED] = { .service = &made,
		.name = "refused",
		.method = "GET",
		.route = "/refused",
		.has_output = true },
};
static const struct tc_service made = { .name = "made",
	.version = "v1",
	.operations = operations,
	.operation_count = sizeof operations / sizeof *operations };

/* The answering process has one of each. */
static struct tc__buffer page = { .max = SIZE_MAX / 4 }, bytes = { .max = SIZE_MAX / 4 };

/* "…/list/<pages>/<items>?continuationToken=<number>" */
static void answer_list(const char *sizes_text, struct tc_responder_reply *reply)
{
	const char *token = strstr(sizes_text, "continuationToken=");
	char *end;
	size_t pages = strtoul(sizes_text, &end, 10), items = strtoul(end + 1, NULL, 10);
	size_t number = token ? strtoul(token + strlen("continuationToken="), NULL, 10) : 1;

	tc__buffer_truncate(&page, 0);
	tc__buffer_text(&page, "{\"artifacts\":[");
	for (size_t i = 0; i < items; i++)
		tc__buffer_printf(&page,
			"%s{\"storageType\":\"object\",\"name\":\"public/build/part-%zu.tar.zst\","
			"\"expires\":\"2025-01-17T01:12:44.000Z\",\"contentLength\":%zu}",
			i ? "," : "", i, i * 104729);
	tc__buffer_text(&page, "]");
	if (number < pages)
		tc__buffer_printf(&page, ",\"continuationToken\":\"%zu\"", number + 1);
	tc__buffer_char(&page, '}');
	reply->headers = "Content-Type: application/json; charset=utf-8\r\n";
	reply->body = page.data;
	reply->body_length = page.length;
}

static void answer_bytes(size_t size, struct tc_responder_reply *reply)
{
	while (bytes.length < size)
		tc__buffer_text(&bytes, "Sixteen bytes...");
	reply->headers = "Content-Type: application/octet-stream\r\n";
	reply->body = bytes.data;
	reply->body_length = size;
}

void growth_answer(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply)
{
	const char *list = strstr(request->target, "/list/");
	const char *size = strstr(request->target, "/bytes/");

	if (list)
		answer_list(list + strlen("/list/"), reply);
	else if (size)
		answer_bytes(strtoul(size + strlen("/bytes/"), NULL, 10), reply);
	else if (strstr(request->target, "/refused"))
		reply->status = 404;
	else
		status_answer(data, request, reply);
}

static tc_call *sized_call(tc_client *client, int operation, size_t first, size_t second)
{
	char texts[2][24];
	const char *const arguments[] = { texts[0], texts[1] };
	tc_error err = TC_ERROR_INIT;

	snprintf(texts[0], sizeof texts[0], "%zu", first);
	snprintf(texts[1], sizeof texts[1], "%zu", second);
	tc_call *call = tc_generated_call(client, &operations[operation], arguments, NULL, &err);
	require(call != NULL, &err);
	return call;
}

/* ---- clients ---- */

static void make_client(struct growth_input *input)
{
	input->ready = status_client(input->root_url);
}

/* Replies without a network. */
static int deliver(struct tc__transport *transport, struct tc__delivery *delivery, tc_error *err)
{
	const struct tc_responder_request request = { .target = delivery->attempt->url };
	struct tc_responder_reply reply = { .status = 200 };
	static const char *const head[] = { "HTTP/1.1 200 OK\r\n",
		"Content-Type: application/json\r\n", "\r\n" };

	(void)transport;
	(void)err;
	growth_answer(NULL, &request, &reply);
	for (size_t i = 0; i < sizeof head / sizeof *head; i++)
		tc__reply_line(delivery->reply, head[i], strlen(head[i]));
	tc__reply_body(delivery->reply, reply.body, reply.body_length);
	return TC_OK;
}

static bool wait_not(struct tc__transport *transport, int64_t ms, const tc_cancel *cancel,
	struct tc__awaited *awaited)
{
	(void)transport, (void)ms, (void)cancel, (void)awaited;
	return true;
}

static void end_nothing(struct tc__transport *transport)
{
	(void)transport;
}

static void make_lone_client(struct growth_input *input)
{
	static const struct tc__transport_kind kind = { deliver, wait_not, end_nothing };
	static struct tc__transport memory = { &kind };

	make_client(input);
	tc__client_set_transport(input->ready, &memory);
}

/* ---- calls ---- */

static void call_each(struct growth_input *input)
{
	for (size_t i = 0; i < input->size; i++) {
		tc_error err = TC_ERROR_INIT;
		tc_response *response = NULL;
		tc_call *call = status_call(input->ready);
		require(tc_call_perform(call, &response, &err) == TC_OK, &err);
		status_take(response);
		tc_release(response);
		tc_call_free(call);
	}
}

static void make_loop(struct growth_input *input)
{
	struct status_loop *loop = malloc(sizeof *loop);

	if (!loop)
		abort();
	*loop = status_loop_open(input->root_url, IN_FLIGHT);
	input->ready = loop;
}

static void call_by_loop(struct growth_input *input)
{
	status_loop_run(input->ready, IN_FLIGHT, input->size);
}

static void call_queued(struct growth_input *input)
{
	status_loop_start(input->ready, input->size);
	status_loop_wait(input->ready);
}

static void on_canceled(void *data, uint64_t run, tc_response *response, const tc_error *err)
{
	(void)run;
	require(!response && err->code == TC_ERROR_CANCELED, err);
	++*(size_t *)data;
}

/* They queue, and end there, the first of them first. */
static void start_and_cancel(struct growth_input *input)
{
	struct status_loop *loop = input->ready;
	uint64_t *runs = calloc(input->size, sizeof *runs);
	tc_error err = TC_ERROR_INIT;
	size_t ended = 0;

	if (!runs)
		abort();
	for (size_t i = 0; i < input->size; i++) {
		tc_call *call = status_call(loop->client);
		require(tc_loop_start(loop->loop, call, on_canceled, &ended, &runs[i], &err) ==
				TC_OK,
			&err);
		tc_call_free(call);
	}
	for (size_t i = 0; i < input->size; i++)
		tc_loop_cancel(loop->loop, runs[i]);
	status_loop_wait(loop);
	require(ended == input->size, &err);
	free(runs);
}

/* ---- batches ---- */

struct batch {
	tc_call **calls;
	struct tc_batch_result *results;
	size_t count;
};

static struct batch open_batch(const struct growth_input *input)
{
	struct batch batch = { .calls = calloc(input->size, sizeof *batch.calls),
		.results = calloc(input->size, sizeof *batch.results),
		.count = input->size };

	if (!batch.calls || !batch.results)
		abort();
	for (size_t i = 0; i < batch.count; i++)
		batch.calls[i] = status_call(input->ready);
	return batch;
}

static void close_batch(struct batch *batch)
{
	tc_batch_clear(batch->results, batch->count);
	for (size_t i = 0; i < batch->count; i++)
		tc_call_free(batch->calls[i]);
	free(batch->results);
	free(batch->calls);
}

static void perform_batch(struct growth_input *input)
{
	struct batch batch = open_batch(input);
	tc_error err = TC_ERROR_INIT;

	require(tc_batch_perform(batch.calls, batch.count, NULL, batch.results, &err) == TC_OK,
		&err);
	for (size_t i = 0; i < batch.count; i++)
		status_take(batch.results[i].response);
	close_batch(&batch);
}

/* The first call is refused, and ends the others, of which nearly all wait. */
static void stop_batch(struct growth_input *input)
{
	struct tc_batch_options options = TC_BATCH_OPTIONS_INIT;
	struct batch batch = open_batch(input);
	tc_error err = TC_ERROR_INIT;

	options.in_flight = 1;
	options.stop_at_error = true;
	tc_call_free(batch.calls[0]);
	batch.calls[0] = sized_call(input->ready, REFUSED, 0, 0);
	tc_batch_perform(batch.calls, batch.count, &options, batch.results, &err);
	require(batch.results[0].err.code == TC_ERROR_HTTP, &err);
	for (size_t i = 1; i < batch.count; i++)
		require(batch.results[i].err.code == TC_ERROR_CANCELED, &batch.results[i].err);
	tc_error_clear(&err);
	close_batch(&batch);
}

/* ---- lists ---- */

static void read_pages(struct growth_input *input)
{
	tc_error err = TC_ERROR_INIT;
	tc_call *call = sized_call(input->ready, LIST, input->size, 1);
	tc_pages *pages = tc_pages_new(call, NULL, &err);
	tc_response *got = NULL;
	size_t count = 0;

	while (pages && tc_pages_next(pages, &got, &err) == TC_OK && got) {
		tc_release(got);
		count++;
	}
	require(count == input->size, &err);
	tc_pages_free(pages);
	tc_call_free(call);
}

static void read_items(const struct growth_input *input, size_t pages, size_t items_of_page)
{
	tc_error err = TC_ERROR_INIT;
	tc_call *call = sized_call(input->ready, LIST, pages, items_of_page);
	tc_items *items = tc_items_new(call, NULL, &err);
	const tc_json *item = NULL;
	size_t count = 0;

	while (items && tc_items_next(items, &item, &err) == TC_OK && item)
		count += tc_json_count(item) == 4;
	require(count == pages * items_of_page, &err);
	tc_items_free(items);
	tc_call_free(call);
}

static void read_items_of_pages(struct growth_input *input)
{
	read_items(input, input->size, 1);
}

static void read_items_of_a_page(struct growth_input *input)
{
	read_items(input, 1, input->size);
}

/* ---- downloads ---- */

static void download(struct growth_input *input)
{
	char path[] = "/tmp/tc-growth-XXXXXX";
	struct tc_sink sink = TC_SINK_INIT;
	tc_error err = TC_ERROR_INIT;
	tc_call *call = sized_call(input->ready, BYTES, input->size, 0);
	int fd = mkstemp(path);

	if (fd < 0 || unlink(path) != 0)
		abort();
	tc_sink_fd(&sink, fd);
	require(tc_call_download(call, &sink, NULL, &err) == TC_OK, &err);
	if (lseek(fd, 0, SEEK_CUR) != (off_t)input->size)
		abort();
	close(fd);
	tc_call_free(call);
}

const struct growth_work growth_calls[] = {
	{ "call", make_lone_client, call_each, .large = 2000, .quick = 500 },
	{ "call.network", make_client, call_each, .large = 1000 },
	{ "loop", make_loop, call_by_loop, .large = 1000 },
	{ "loop.queue", make_loop, call_queued, .large = 1000, .quick = 100 },
	{ "loop.canceled", make_loop, start_and_cancel, .large = 5000, .quick = 1000 },
	{ "batch", make_client, perform_batch, .large = 1000, .quick = 50 },
	{ "batch.stopped", make_client, stop_batch, .large = 5000, .quick = 1000 },
	{ "list.pages", make_lone_client, read_pages, .large = 2000, .quick = 1000 },
	{ "list.pages, items", make_client, read_items_of_pages, .large = 1000 },
	{ "list.items", make_client, read_items_of_a_page, .large = 10000, .quick = 1000 },
	{ "download", make_client, download, .large = 64 << 20, .quick = 4 << 20 },
};
const size_t growth_calls_count = sizeof growth_calls / sizeof *growth_calls;
