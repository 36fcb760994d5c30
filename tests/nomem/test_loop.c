/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Runs on loops, pages, items, batches and waiting, with each single allocation failing in turn.
 * Beyond a clean error and no leak, what is promised holds: every run ends once, no item is lost or
 * given twice, and a page that failed comes when it is asked for again.
 */
#include "tests/harness/test.h"

#include "runtime/src/call/client.h"
#include "tests/harness/fake.h"
#include "tests/harness/responder.h"
#include "tests/nomem/failing.h"
#include "tests/nomem/silent.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/batch.h>
#include <taskcluster/connection.h>
#include <taskcluster/pages.h>
#include <taskcluster/wait.h>
#include <unistd.h>

#define TASK "fN1SbArXTPSVFNUvaOlinQ"
#define STATUS \
	"{\"taskId\":\"" TASK "\",\"provisionerId\":\"p\",\"workerType\":\"w\"," \
	"\"taskQueueId\":\"p/w\",\"schedulerId\":\"s\",\"projectId\":\"none\"," \
	"\"taskGroupId\":\"" TASK "\",\"deadline\":\"2030-01-01T00:00:00.000Z\"," \
	"\"expires\":\"2031-01-01T00:00:00.000Z\",\"retriesLeft\":5,\"state\":\"completed\"," \
	"\"runs\":[]}"

/* ---- two lists: by tokens, and by keys that overlap ---- */

static const struct tc_parameter by_token[] = { { "continuationToken" } };
static const struct tc_parameter by_key[] = { { "count" }, { "before" } };
static const struct tc_query_rule count_rule = { .name = "count" },
				  before_rule = { .name = "before" };
static const struct tc_query_rule *const key_rules[] = { &count_rule, &before_rule, NULL };
static const struct tc_paging keyset = { .style = TC_PAGING_KEYSET,
	.query = "before",
	.limit = "count",
	.key = "/n",
	.unique = "/id",
	.add = 1,
	.size = 3 };
static const struct tc_envelope envelope = { .items = "things" };
static const struct tc_operation_conventions conventions = {
	.query = key_rules, .envelope = &envelope, .paging = &keyset
};
static const struct tc_service lists;
static const struct tc_operation operations[] = {
	{ .service = &lists,
		.name = "listThings",
		.method = "GET",
		.route = "/things",
		.query = by_token,
		.query_count = 1,
		.has_output = true,
		.pages = true },
	{ .service = &lists,
		.name = "listByKey",
		.method = "GET",
		.route = "/keys",
		.query = by_key,
		.query_count = 2,
		.has_output = true,
		.pages = true,
		.conventions = &conventions },
};
static const struct tc_service lists = {
	.name = "lists", .version = "v1", .operations = operations, .operation_count = 2
};

#define THING(n, id) "{\"n\":" #n ",\"id\":\"" #id "\"}"
static const struct {
	const char *mark, *body; /* what the URL ends with */
} replies[] = {
	{ "/things", "{\"things\":[" THING(9, a) "," THING(8, b) "],\"continuationToken\":\"t\"}" },
	{ "Token=t", "{\"things\":[],\"continuationToken\":\"u\"}" },
	{ "Token=u", "{\"things\":[" THING(7, c) "," THING(6, d) "]}" },
	{ "/keys?count=3", "{\"things\":[" THING(9, a) "," THING(8, b) "," THING(8, c) "]}" },
	{ "before=9", "{\"things\":[" THING(8, b) "," THING(8, c) "," THING(7, d) "]}" },
	{ "before=8", "{\"things\":[" THING(7, d) "]}" },
	{ "/ping", "{}" },
	{ "/task/" TASK "/status", "{\"status\":" STATUS "}" },
	{ "/task-group/" TASK "/list", "{\"tasks\":[{\"status\":" STATUS ",\"task\":{}}]}" },
};

static const char *reply_to(const char *url)
{
	for (size_t i = 0; i < sizeof replies / sizeof *replies; i++) {
		const char *found = strstr(url, replies[i].mark);
		if (found && found[strlen(replies[i].mark)] != '?' &&
			found[strlen(replies[i].mark)] != '&')
			return replies[i].body;
	}
	return NULL;
}

/* What comes first in the URL must not hide what comes last. */
static const char *body_for(const char *url)
{
	const char *query = strpbrk(url, "?");
	const char *before = strstr(url, "before=");
	const char *token = query ? strstr(query, "Token=") : NULL;

	return reply_to(token ? token : before ? before : url);
}

static void answer(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply)
{
	(void)data;
	reply->body = body_for(request->target);
	if (strstr(request->target, "/busy") || !reply->body) {
		reply->status = 503;
		reply->body = "{\"code\":\"Sorry\",\"message\":\"not now\"}";
	}
	reply->body_length = strlen(reply->body);
}

struct world {
	struct tc__transport transport; /* without a network */
	struct tc_responder *responder;
	tc_client *silent, *client;
	tc_call *pages[2]; /* of `silent`; the rest of `client` */
	tc_call *ping, *busy, *items;
};

/* ---- a transport that allocates nothing ---- */

static int deliver(struct tc__transport *transport, struct tc__delivery *delivery, tc_error *err)
{
	const char *body = body_for(delivery->attempt->url);

	(void)transport;
	(void)err;
	assert_non_null(body);
	silent_reply(delivery->reply, body);
	return TC_OK;
}

static const struct tc__transport_kind silent = SILENT_KIND(deliver);

/* ---- pages ---- */

struct book {
	struct world *world;
	size_t which; /* of the lists */
	char ids[64]; /* of all items, in their order */
};

/* Without memory. */
static void read_ids(struct book *book, const tc_response *page)
{
	static const char mark[] = "\"id\":\"";
	const char *at = tc_response_body(page, NULL);

	while (at && (at = strstr(at, mark))) {
		at += strlen(mark);
		strncat(book->ids, at, 1);
	}
}

static int read_pages(void *data, tc_error *err)
{
	const struct book *book = data;
	tc_response *page = NULL;
	tc_pages *pages = tc_pages_new(book->world->pages[book->which], NULL, err);
	int rc = pages ? TC_OK : err->code;

	while (rc == TC_OK) {
		rc = tc_pages_next(pages, &page, err);
		assert_true(rc == TC_OK || !page);
		if (!page)
			break;
		tc_release(page);
	}
	tc_pages_free(pages);
	return rc;
}

static void pages_fail_cleanly(void **state)
{
	struct book book = { .world = *state };

	for (book.which = 0; book.which < 2; book.which++)
		assert_true(tc_failing_each(read_pages, &book) > 10);
}

/* false: there is no n-th allocation. */
static bool ask_again(struct book *book, long n)
{
	struct tc_pages_options options = TC_PAGES_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;
	tc_response *page = NULL;
	bool failed;

	options.item_max = 100;
	book->ids[0] = '\0';
	tc_pages *pages = tc_pages_new(book->world->pages[book->which], &options, &err);
	assert_non_null(pages);
	tc_failing_start(n);
	int rc = TC_OK;
	do {
		if (rc != TC_OK)
			tc_error_clear(&err);
		rc = tc_pages_next(pages, &page, &err);
		if (page)
			read_ids(book, page);
		tc_release(page);
	} while (page || rc == TC_ERROR_NOMEM);
	tc_failing_stop(&failed);
	assert_ok(rc, &err);
	tc_pages_free(pages);
	return failed;
}

static void a_page_that_failed_comes_when_asked_again(void **state)
{
	static const char *const expected[] = { "abcd", "abcbcdd" };
	struct book book = { .world = *state };

	for (book.which = 0; book.which < 2; book.which++) {
		bool failed = true;
		for (long n = 1; failed; n++) {
			failed = ask_again(&book, n);
			assert_string_equal(book.ids, expected[book.which]);
		}
	}
}

/* ---- runs ---- */

#define RUNS 4

struct notes {
	int done;
	int code; /* of the first failure */
};

static void take_note(void *data, uint64_t run, tc_response *response, const tc_error *err)
{
	struct notes *notes = data;

	assert_true(run >= 1 && run <= RUNS);
	assert_true((response == NULL) == (err != NULL));
	notes->done++;
	if (err && (!notes->code || err->code == TC_ERROR_NOMEM))
		notes->code = err->code;
	tc_release(response);
}

static int tell(int rc, int code, tc_error *err)
{
	return rc == TC_OK && code ? tc__fail(err, code, "a run failed") : rc;
}

/* Starts as many as it can, of which `doomed` are canceled; all end. */
static int run_all_on(tc_loop *loop, tc_call *call, int doomed, struct notes *notes, tc_error *err)
{
	int rc = loop ? TC_OK : err->code, started = 0, canceled = TC_OK;
	uint64_t run;

	for (int i = 0; i < RUNS && rc == TC_OK; i++) {
		rc = tc_loop_start(loop, call, take_note, notes, &run, err);
		started += rc == TC_OK;
		if (rc == TC_OK && i < doomed && tc_loop_cancel(loop, run) != TC_OK)
			canceled = TC_ERROR_NOMEM;
		if (rc == TC_OK && i >= doomed)
			rc = tc_loop_set_timeout(loop, run, 60000, err);
	}
	if (rc == TC_OK)
		rc = tc_loop_run(loop, err);
	tc_loop_free(loop);
	assert_int_equal(notes->done, started);
	return tell(rc, canceled, err);
}

static int run_all(tc_call *call, int doomed, struct notes *notes, tc_error *err)
{
	return run_all_on(tc_loop_new(NULL, err), call, doomed, notes, err);
}

static int run_pings(void *data, tc_error *err)
{
	const struct world *world = data;
	struct notes notes = { 0 };
	int rc = run_all(world->ping, 0, &notes, err);

	return tell(rc, notes.code, err);
}

/* Each is refused, waits, and is refused again. */
static int run_busy(void *data, tc_error *err)
{
	const struct world *world = data;
	struct notes notes = { 0 };
	int rc = run_all(world->busy, 0, &notes, err);

	return notes.code == TC_ERROR_HTTP ? rc : tell(rc, notes.code, err);
}

static int run_canceled(void *data, tc_error *err)
{
	const struct world *world = data;
	struct notes notes = { 0 };
	int rc = run_all(world->ping, RUNS, &notes, err);

	return notes.code == TC_ERROR_CANCELED ? rc : tell(rc, notes.code, err);
}

/* On the client's own connections. */
static int run_on_client(void *data, tc_error *err)
{
	const struct world *world = data;
	struct notes notes = { 0 };
	tc_loop *loop = tc_loop_on(world->client, 2, err);
	int rc = run_all_on(loop, world->ping, 0, &notes, err);

	return tell(rc, notes.code, err);
}

static void runs_end_once(void **state)
{
	assert_true(tc_failing_each_with_libraries(run_pings, *state) > 5);
	assert_true(tc_failing_each_with_libraries(run_busy, *state) > 5);
	assert_true(tc_failing_each_with_libraries(run_canceled, *state) > 5);
	assert_true(tc_failing_each_with_libraries(run_on_client, *state) > 5);
}

/* ---- timers, watches, posts ---- */

static void count_timer(void *data, uint64_t timer)
{
	(void)timer;
	++*(int *)data;
}

static void count_post(void *data)
{
	++*(int *)data;
}

static void count_watch(void *data, int fd, int events)
{
	char byte;

	assert_true(events & TC_LOOP_READ);
	*(int *)data += read(fd, &byte, 1) == 1;
}

/* Each that was taken is called, and what was not does no harm. */
static int live(void *data, tc_error *err)
{
	int timers = 0, posts = 0, watches = 0, set = 0, posted = 0, dear = 0, ends = 0, fds[2];
	tc_loop *loop = tc_loop_new(NULL, err);
	int rc = loop ? TC_OK : err->code;

	(void)data;
	assert_int_equal(pipe(fds), 0);
	for (int i = 0; i < 100 && rc == TC_OK; i++) { /* beyond the first room for them */
		rc = tc_loop_timer(loop, 0, count_timer, &timers, NULL, err);
		set += rc == TC_OK;
	}
	if (rc == TC_OK)
		rc = tc_loop_timer_or_end(loop, 60000, count_timer, count_timer, &ends, NULL, err);
	dear += loop && set == 100 && rc == TC_OK;
	if (rc == TC_OK)
		rc = tc_loop_post(loop, count_post, &posts, err);
	posted += loop && rc == TC_OK;
	if (rc == TC_OK)
		rc = tc_loop_watch(loop, fds[0], TC_LOOP_READ, count_watch, &watches, err);
	if (rc == TC_OK) {
		assert_int_equal(write(fds[1], "a", 1), 1);
		while (rc == TC_OK && (timers < set || !watches))
			rc = tc_loop_poll(loop, 1000, err);
	}
	tc_loop_free(loop);
	assert_int_equal(posts, posted);
	assert_int_equal(ends, dear);
	assert_true(rc != TC_OK || (timers == 100 && watches == 1));
	close(fds[0]);
	close(fds[1]);
	return rc;
}

static void living_on_a_loop_fails_cleanly(void **state)
{
	assert_true(tc_failing_each_with_libraries(live, *state) > 100);
}

/* ---- connections ---- */

struct visit {
	tc_connection *connection;
	bool said;
	int rc;
};

static void on_connection(void *data, tc_connection *connection, int events, const tc_error *err)
{
	static const char request[] = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
	struct visit *visit = data;
	size_t count = 0;
	char byte;

	visit->rc = err ? err->code : TC_OK;
	if (!err && !events)
		visit->rc =
			tc_connection_send(connection, request, sizeof request - 1, &count, NULL);
	else if (!err)
		visit->rc = tc_connection_receive(connection, &byte, 1, &count, NULL);
	visit->said |= !err && events && count == 1;
	if (visit->rc == TC_OK && !visit->said)
		return;
	tc_connection_free(visit->connection);
	visit->connection = NULL;
}

static int visit(void *data, tc_error *err)
{
	const struct world *world = data;
	struct visit visit = { 0 };
	char url[64];

	snprintf(url, sizeof url, "tcp://%s",
		tc_responder_url(world->responder) + strlen("http://"));
	tc_loop *loop = tc_loop_new(NULL, err);
	int rc = loop ? TC_OK : err->code;
	if (rc == TC_OK)
		visit.connection = tc_connection_new(
			loop, world->client, url, 5000, on_connection, &visit, err);
	if (rc == TC_OK && !visit.connection)
		rc = err->code;
	if (rc == TC_OK)
		rc = tc_loop_run(loop, err);
	if (rc == TC_OK && visit.rc != TC_OK)
		rc = tc__fail(err, visit.rc == TC_ERROR_NETWORK ? TC_ERROR_NOMEM : visit.rc,
			"the connection failed");
	assert_true(rc != TC_OK || visit.said);
	tc_connection_free(visit.connection);
	tc_loop_free(loop);
	return rc;
}

static void connections_fail_cleanly(void **state)
{
	assert_true(tc_failing_each_with_libraries(visit, *state) > 10);
}

/* ---- items ---- */

static int stream(void *data, tc_error *err)
{
	const struct world *world = data;
	tc_items *items = tc_items_new(world->items, NULL, err);
	const tc_json *item = NULL;
	int rc = items ? TC_OK : err->code;
	char ids[8] = "";

	while (rc == TC_OK && (rc = tc_items_next(items, &item, err)) == TC_OK && item)
		strncat(ids, tc_json_text(tc_json_get(item, "id")), 1);
	/* libcurl 7.88 sends a URL without its query when memory for that one ends: the first page
	 * comes again, and is found out as soon as it names the next */
	if (rc == TC_ERROR_REPLY) {
		assert_non_null(strstr(tc_error_text(err), "circle"));
		tc_error_clear(err);
		rc = tc__fail(err, TC_ERROR_NOMEM, "no memory for the query");
	} else if (strncmp("abcd", ids, strlen(ids)) != 0) {
		fail_msg("the items came as %s", ids);
	}
	if (rc == TC_OK)
		assert_string_equal(ids, "abcd");
	if (rc != TC_OK && items) { /* final, and told again */
		assert_int_not_equal(tc_items_next(items, &item, NULL), TC_OK);
		assert_null(item);
	}
	tc_items_free(items);
	return rc;
}

static void no_item_is_lost(void **state)
{
	assert_true(tc_failing_each_with_libraries(stream, *state) > 5);
}

/* ---- batches ---- */

static int perform(const struct world *world, bool stop_at_error, tc_error *err)
{
	tc_call *const calls[] = { world->ping, world->busy, world->ping, world->ping };
	struct tc_batch_options options = TC_BATCH_OPTIONS_INIT;
	struct tc_batch_result results[4];

	options.in_flight = 2;
	options.stop_at_error = stop_at_error;
	int rc = tc_batch_perform(calls, 4, &options, results, err);
	for (size_t i = 0; i < 4; i++)
		assert_false(results[i].response && results[i].err.code);
	assert_null(results[1].response);
	if (rc == TC_ERROR_HTTP) {
		assert_int_equal(results[1].err.code, TC_ERROR_HTTP);
		for (size_t i = 0; i < 4; i++)
			assert_true(results[i].response || results[i].err.code);
		tc_error_clear(err);
		rc = TC_OK;
	}
	tc_batch_clear(results, 4);
	return rc;
}

static int perform_all(void *data, tc_error *err)
{
	return perform(data, false, err);
}

static int perform_until_failure(void *data, tc_error *err)
{
	return perform(data, true, err);
}

static void batches_give_each_result_once(void **state)
{
	assert_true(tc_failing_each_with_libraries(perform_all, *state) > 5);
	assert_true(tc_failing_each_with_libraries(perform_until_failure, *state) > 5);
}

/* ---- waiting ---- */

static int wait_task(void *data, tc_error *err)
{
	const struct world *world = data;
	struct tc_queue_task_status_response *reply = NULL;
	int rc = tc_wait_task(world->client, TASK, NULL, &reply, err);

	assert_true((rc == TC_OK) == (reply != NULL));
	tc_release(reply);
	return rc;
}

static int wait_group(void *data, tc_error *err)
{
	const struct world *world = data;
	struct tc_wait_counts counts;
	int rc = tc_wait_group(world->client, TASK, NULL, &counts, err);

	if (rc == TC_OK)
		assert_int_equal(counts.completed, 1);
	return rc;
}

/* With a client that has waited for nothing yet. */
static int wait_for(void *data, tc_error *err)
{
	struct tc_options options = TC_OPTIONS_INIT;
	bool ready = true;

	options.root_url = "https://tc.invalid";
	options.cancel = tc_cancel_new(err);
	if (!options.cancel)
		return err->code;
	tc_client *client = tc_client_new(&options, err);
	int rc =
		client ? tc_client_wait_for(client, *(int *)data, 1, NULL, &ready, err) : err->code;
	assert_true(!client || !ready);
	tc_client_free(client);
	tc_cancel_free(options.cancel);
	return rc;
}

static void waiting_for_a_descriptor_fails_cleanly(void **state)
{
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_true(tc_failing_each(wait_for, ends) > 5);
	close(ends[0]);
	close(ends[1]);
}

static void waiting_fails_cleanly(void **state)
{
	assert_true(tc_failing_each_with_libraries(wait_task, *state) > 5);
	assert_true(tc_failing_each_with_libraries(wait_group, *state) > 5);
}

/* ---- the world ---- */

static tc_call *call_of(tc_client *client, const struct tc_operation *operation)
{
	static const char *const arguments[] = { "busy" };
	tc_error err = TC_ERROR_INIT;
	tc_call *call = tc_generated_call(
		client, operation, operation->argument_count ? arguments : NULL, NULL, &err);

	assert_ok(err.code, &err);
	return call;
}

static int setup(void **state)
{
	static struct world world;
	struct tc_options options = TC_OPTIONS_INIT;

	world.responder = tc_responder_fork(answer, NULL); /* its memory is not ours */
	options.root_url = tc_responder_url(world.responder);
	options.retry_delay_ms = 1;
	options.timeout_ms = 300; /* old versions of libcurl can forget a transfer */
	options.attempts = 2;
	world.client = tc_client_new(&options, NULL);
	options.attempts = 1;
	world.silent = tc_client_new(&options, NULL);
	world.transport.kind = &silent;
	tc__client_set_transport(world.silent, &world.transport);
	for (size_t i = 0; i < 2; i++)
		world.pages[i] = call_of(world.silent, &operations[i]);
	world.items = call_of(world.client, &operations[0]);
	world.ping = call_of(world.client, TC_FAKE_OPERATION(PING));
	world.busy = call_of(world.client, TC_FAKE_OPERATION(STATUS));
	*state = &world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;
	tc_call *calls[] = { world->pages[0], world->pages[1], world->items, world->ping,
		world->busy };

	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
		tc_call_free(calls[i]);
	tc_client_free(world->silent);
	tc_client_free(world->client);
	tc_responder_stop(world->responder);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_fail_cleanly),
		cmocka_unit_test(a_page_that_failed_comes_when_asked_again),
		cmocka_unit_test(runs_end_once),
		cmocka_unit_test(living_on_a_loop_fails_cleanly),
		cmocka_unit_test(connections_fail_cleanly),
		cmocka_unit_test(no_item_is_lost),
		cmocka_unit_test(batches_give_each_result_once),
		cmocka_unit_test(waiting_for_a_descriptor_fails_cleanly),
		cmocka_unit_test(waiting_fails_cleanly),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
