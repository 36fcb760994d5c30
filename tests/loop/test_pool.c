/* SPDX-License-Identifier: MPL-2.0 */
/* Calls and lists of a client share its pool, and do not get in each other's way: whoever waits
 * calls nobody else's callbacks. */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/pages.h>

#define ITEMS 3000 /* a page of them is more than curl reads at once */

struct bench {
	char *page;      /* of many items, the first of two */
	size_t slow_ms;  /* how long a ping takes */
	size_t refusals; /* so many requests for the first page are refused first */
	size_t told;     /* calls of the progress callback */
	size_t measured; /* attempts, by the client's metrics */
	struct tc_responder *responder;
	tc_client *client;
	tc_call *list, *ping;
	tc_items *doomed; /* freed by the progress callback */
	tc_error err, inside;
};

static void answer(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply)
{
	struct bench *b = data;

	reply->body = "{}";
	if (!strstr(request->target, "/things")) {
		reply->delay_ms = (int64_t)b->slow_ms;
	} else if (strstr(request->target, "continuationToken")) {
		reply->body = "{\"things\":[{\"n\":-1}]}";
	} else if (b->refusals) {
		b->refusals--;
		reply->status = 503;
	} else {
		reply->body = b->page;
	}
	reply->body_length = strlen(reply->body);
}

static char *many_items(void)
{
	size_t size = ITEMS * 32 + 100, at = 0;
	char *text = malloc(size);

	assert_non_null(text);
	at += (size_t)snprintf(text, size, "{\"things\":[");
	for (int i = 0; i < ITEMS; i++)
		at += (size_t)snprintf(text + at, size - at, "%s{\"n\":%d}", i ? "," : "", i);
	snprintf(text + at, size - at, "],\"continuationToken\":\"next\"}");
	return text;
}

/* What a callback must not do: wait on the same client; and what it may: free a list. */
static int on_progress(void *data, const struct tc_progress *progress)
{
	struct bench *b = data;
	const tc_json *item;

	b->told++;
	assert_ptr_equal(progress->call, b->ping);
	assert_int_equal(progress->run, 0);
	if (!b->doomed)
		return 0;
	assert_int_equal(tc_items_next(b->doomed, &item, &b->inside), TC_ERROR_ARGUMENT);
	tc_items_free(b->doomed);
	b->doomed = NULL;
	return 0;
}

/* What nobody started on a tc_loop has no number that anybody could know. */
static void on_attempt(void *data, const struct tc_metrics *metrics)
{
	struct bench *b = data;

	b->measured++;
	assert_int_equal(metrics->run, 0);
}

static void open_bench(struct bench *b)
{
	*b = (struct bench){ .page = many_items() };
	b->responder = tc_responder_start(answer, b);
	struct tc_options options = quick_options(b->responder);
	options.metrics = on_attempt;
	options.metrics_data = b;
	b->client = tc_client_new(&options, &b->err);
	assert_non_null(b->client);
	b->list = tc_generated_call(b->client, &tc_fake_list_things, NULL, NULL, &b->err);
	b->ping = ping(b->client);
	assert_non_null(b->list);
}

static void close_bench(struct bench *b)
{
	tc_call_free(b->list);
	tc_call_free(b->ping);
	tc_client_free(b->client);
	tc_responder_stop(b->responder);
	tc_error_clear(&b->err);
	tc_error_clear(&b->inside);
	free(b->page);
}

static tc_items *open_items(struct bench *b, int64_t page_max)
{
	struct tc_pages_options options = TC_PAGES_OPTIONS_INIT;

	options.page_max = page_max;
	tc_items *items = tc_items_new(b->list, &options, &b->err);
	assert_non_null(items);
	return items;
}

/* The next item, which is the one with this number. */
static void reads(struct bench *b, tc_items *items, int number)
{
	const tc_json *item;
	int64_t n = 0;

	assert_ok(tc_items_next(items, &item, &b->err), &b->err);
	assert_non_null(item);
	assert_true(tc_json_int64(tc_json_get(item, "n"), &n));
	assert_int_equal(n, number);
}

static void calls(struct bench *b)
{
	assert_ok(tc_call_perform(b->ping, NULL, &b->err), &b->err);
}

/* Calls in the middle of lists, and lists in the middle of each other. */
static void lists_stand_still_meanwhile(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b);
	tc_items *first = open_items(&b, 0), *second = open_items(&b, 0);
	for (int i = 0; i < ITEMS; i++) {
		reads(&b, first, i);
		if (i % 500 == 0)
			calls(&b);
		if (i % 3 == 0)
			reads(&b, second, i / 3);
	}
	reads(&b, first, -1);
	for (int i = ITEMS / 3; i < ITEMS; i++)
		reads(&b, second, i);
	reads(&b, second, -1);
	tc_items_free(first);
	tc_items_free(second);
	close_bench(&b);
}

/* What a list has asked for is refused while a call waits: it is asked for again when somebody
 * waits for the list. */
static void what_ends_meanwhile_is_looked_at_later(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b);
	b.refusals = 2;
	tc_items *items = open_items(&b, 0);
	for (int i = 0; i < ITEMS; i++)
		reads(&b, items, i);
	b.slow_ms = 100;
	calls(&b); /* the second page may come meanwhile */
	calls(&b);
	reads(&b, items, -1);
	tc_items_free(items);
	close_bench(&b);
}

static void only_its_own_progress_is_told(void **state)
{
	struct tc_call_options options = TC_CALL_OPTIONS_INIT;
	struct bench b;

	(void)state;
	open_bench(&b);
	options.progress = on_progress;
	options.progress_data = &b;
	assert_ok(tc_call_set_options(b.ping, &options, &b.err), &b.err);
	tc_items *items = open_items(&b, 0);
	reads(&b, items, 0);
	b.slow_ms = 700;
	calls(&b);
	/* also while nothing moves: every fifth of a second */
	assert_true(b.told >= 3);
	reads(&b, items, 1);
	tc_items_free(items);
	close_bench(&b);
}

static int on_list_progress(void *data, const struct tc_progress *progress)
{
	struct bench *b = data;

	b->told++;
	assert_int_equal(progress->run, 0);
	return 0;
}

static void a_list_is_no_run_of_a_loop(void **state)
{
	struct tc_call_options options = TC_CALL_OPTIONS_INIT;
	const tc_json *after;
	struct bench b;

	(void)state;
	open_bench(&b);
	options.progress = on_list_progress;
	options.progress_data = &b;
	assert_ok(tc_call_set_options(b.list, &options, &b.err), &b.err);
	tc_items *items = open_items(&b, 0);
	for (int i = 0; i < ITEMS; i++)
		reads(&b, items, i);
	reads(&b, items, -1);
	assert_ok(tc_items_next(items, &after, &b.err), &b.err);
	assert_null(after);
	assert_true(b.told > 0);
	assert_int_equal(b.measured, 2);
	tc_items_free(items);
	close_bench(&b);
}

static void a_list_may_be_freed_in_a_callback_of_a_call(void **state)
{
	struct tc_call_options options = TC_CALL_OPTIONS_INIT;
	struct bench b;

	(void)state;
	open_bench(&b);
	options.progress = on_progress;
	options.progress_data = &b;
	assert_ok(tc_call_set_options(b.ping, &options, &b.err), &b.err);
	b.doomed = open_items(&b, 0);
	reads(&b, b.doomed, 0);
	b.slow_ms = 300;
	calls(&b);
	assert_null(b.doomed);
	assert_non_null(strstr(tc_error_text(&b.inside), "busy"));
	calls(&b);
	close_bench(&b);
}

/* The client's last user may be a list. */
static void a_list_outlives_its_client_and_call(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b);
	tc_items *items = open_items(&b, 0);
	tc_call_free(b.list);
	tc_call_free(b.ping);
	tc_client_free(b.client);
	for (int i = 0; i < ITEMS; i++)
		reads(&b, items, i);
	reads(&b, items, -1);
	tc_items_free(items);
	b.list = b.ping = NULL;
	b.client = NULL;
	close_bench(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_stand_still_meanwhile),
		cmocka_unit_test(what_ends_meanwhile_is_looked_at_later),
		cmocka_unit_test(only_its_own_progress_is_told),
		cmocka_unit_test(a_list_is_no_run_of_a_loop),
		cmocka_unit_test(a_list_may_be_freed_in_a_callback_of_a_call),
		cmocka_unit_test(a_list_outlives_its_client_and_call),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
