/* SPDX-License-Identifier: MPL-2.0 */
#define _DEFAULT_SOURCE 1 /* usleep, ualarm */
/* Nothing lasts longer than its deadline and a second, and what is canceled from another thread or
 * a signal handler ends at once; whatever the server or the resolver does. */
#include "lookup.h"
#include "world.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <taskcluster/batch.h>
#include <taskcluster/download.h>
#include <taskcluster/pages.h>
#include <time.h>
#include <unistd.h>

#define DEADLINE_MS 300

/* How late something may end on a busy machine: that is what is promised. */
#define LATE_MS 1000

static const struct tc_responder_reply hanging = { .status = 200, .body = "{}", .delay_ms = 30000 };
static const struct tc_responder_reply stalling = {
	.status = 200, .body = "{\"a\":1}", .cut = 3, .silent = true
};
static const struct tc_responder_reply failing = { .status = 503, .body = "{}" };
static const struct tc_responder_reply fine = { .status = 200, .body = "{}" };

struct bench {
	struct script script;
	struct tc_responder *responder;
	tc_client *client;
	tc_cancel *cancel;
	tc_call *call;
	int64_t begun_ms;
	tc_error err;
};

/* A call to a server that always does this, by a name of the tests or by its address. */
static void open_bench(struct bench *b, const struct tc_responder_reply *reply, const char *name)
{
	*b = (struct bench){ .script = { { *reply }, 1 } };
	b->responder = tc_responder_start(answer_by_script, &b->script);
	struct tc_options options = quick_options(b->responder);
	if (name)
		options.root_url = lookup_url(tc_responder_url(b->responder), name);
	options.timeout_ms = 20000;
	b->cancel = tc_cancel_new(&b->err);
	assert_non_null(b->cancel);
	options.cancel = b->cancel;
	b->client = tc_client_new(&options, &b->err);
	assert_ok(b->err.code, &b->err);
	b->call = ping(b->client);
	b->begun_ms = tc_test_now_ms();
}

static void close_bench(struct bench *b)
{
	tc_error_clear(&b->err);
	tc_call_free(b->call);
	tc_client_free(b->client);
	tc_cancel_free(b->cancel);
	tc_responder_stop(b->responder);
}

static void limit(struct bench *b)
{
	struct tc_call_options options = TC_CALL_OPTIONS_INIT;

	options.deadline_ms = DEADLINE_MS;
	assert_ok(tc_call_set_options(b->call, &options, &b->err), &b->err);
}

/* It has ended by its deadline, and not before. */
static void was_in_time(const struct bench *b)
{
	int64_t taken = tc_test_now_ms() - b->begun_ms;

	assert_true(taken >= DEADLINE_MS - 1);
	assert_true(taken < DEADLINE_MS + LATE_MS);
}

static void a_call_ends_by_its_deadline(void **state)
{
	const struct {
		const struct tc_responder_reply *reply;
		const char *name;
	} cases[] = { { &hanging, NULL }, { &stalling, NULL }, { &hanging, "name.test" },
		{ &fine, "slow.test" } };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct bench b;
		open_bench(&b, cases[i].reply, cases[i].name);
		limit(&b);
		assert_int_equal(tc_call_perform(b.call, NULL, &b.err), TC_ERROR_TIMEOUT);
		assert_non_null(strstr(tc_error_text(&b.err), "deadline"));
		was_in_time(&b);
		close_bench(&b);
	}
}

/* The last failure is told, and nobody waits for a pause that leads nowhere. */
static void a_deadline_leaves_no_time_for_a_pause(void **state)
{
	struct tc_call_options options = TC_CALL_OPTIONS_INIT;
	struct bench b;

	(void)state;
	open_bench(&b, &failing, NULL);
	options.deadline_ms = 100;
	assert_ok(tc_call_set_options(b.call, &options, &b.err), &b.err);
	b.script.replies[0].headers = "Retry-After: 2\r\n";
	assert_int_equal(tc_call_perform(b.call, NULL, &b.err), TC_ERROR_HTTP);
	assert_int_equal(b.err.http_status, 503);
	assert_non_null(strstr(tc_error_text(&b.err), "deadline leaves no time"));
	assert_true(tc_test_now_ms() - b.begun_ms < 1000);
	close_bench(&b);
}

static void a_client_has_a_deadline_for_all(void **state)
{
	struct tc_call_options none = TC_CALL_OPTIONS_INIT;
	struct bench b;

	(void)state;
	open_bench(&b, &hanging, NULL);
	struct tc_options options = quick_options(b.responder);
	options.deadline_ms = DEADLINE_MS;
	tc_client *client = tc_client_new(&options, &b.err);
	tc_call *limited = ping(client), *free = ping(client);
	b.begun_ms = tc_test_now_ms();
	assert_int_equal(tc_call_perform(limited, NULL, &b.err), TC_ERROR_TIMEOUT);
	was_in_time(&b);
	none.deadline_ms = -1;
	none.timeout_ms = 1500;
	none.repeat = TC_REPEAT_NEVER;
	assert_ok(tc_call_set_options(free, &none, &b.err), &b.err);
	b.begun_ms = tc_test_now_ms();
	assert_int_equal(tc_call_perform(free, NULL, &b.err), TC_ERROR_TIMEOUT);
	assert_true(tc_test_now_ms() - b.begun_ms >= 1400);
	tc_call_free(limited);
	tc_call_free(free);
	tc_client_free(client);
	close_bench(&b);
}

static int drop(void *data, const void *bytes, size_t length, tc_error *err)
{
	(void)data;
	(void)bytes;
	(void)length;
	(void)err;
	return TC_OK;
}

/* A download may last as long as it likes, but not beyond its deadline. */
static void a_download_ends_by_its_deadline(void **state)
{
	struct tc_sink sink = TC_SINK_INIT;
	struct bench b;

	(void)state;
	open_bench(&b, &stalling, NULL);
	limit(&b);
	sink.write = drop;
	sink.silence_ms = -1;
	assert_int_equal(tc_call_download(b.call, &sink, NULL, &b.err), TC_ERROR_TIMEOUT);
	was_in_time(&b);
	close_bench(&b);
}

static void a_run_ends_by_its_deadline(void **state)
{
	struct note note = { 0 };
	struct bench b;

	(void)state;
	open_bench(&b, &fine, "slow.test");
	limit(&b);
	tc_loop *loop = tc_loop_new(NULL, &b.err);
	assert_ok(tc_loop_start(loop, b.call, take_note, &note, NULL, &b.err), &b.err);
	assert_ok(tc_loop_run(loop, &b.err), &b.err);
	assert_int_equal(note.code, TC_ERROR_TIMEOUT);
	was_in_time(&b);
	tc_loop_free(loop);
	close_bench(&b);
}

/* libcurl would take an interface that is not there for a host, and wait for the look-up of its
 * name with all that is under way. */
static void an_interface_is_not_looked_up(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b, &fine, NULL);
	struct tc_options options = quick_options(b.responder);
	options.interface = "slow.test";
	tc_call_free(b.call);
	tc_client_free(b.client);
	b.client = tc_client_new(&options, &b.err);
	assert_ok(b.err.code, &b.err);
	b.call = ping(b.client);
	limit(&b);
	size_t before = lookup_count();
	b.begun_ms = tc_test_now_ms();
	assert_int_not_equal(tc_call_perform(b.call, NULL, &b.err), TC_OK);
	assert_true(tc_test_now_ms() - b.begun_ms < DEADLINE_MS + LATE_MS);
	assert_int_equal(lookup_count(), before);
	close_bench(&b);
}

static void a_batch_ends_by_its_deadline(void **state)
{
	struct tc_batch_options options = TC_BATCH_OPTIONS_INIT;
	struct tc_batch_result results[3];
	struct bench b;

	(void)state;
	open_bench(&b, &hanging, NULL);
	tc_call *calls[] = { b.call, b.call, b.call };
	options.deadline_ms = DEADLINE_MS;
	options.in_flight = 2;
	assert_int_equal(tc_batch_perform(calls, 3, &options, results, &b.err), TC_ERROR_TIMEOUT);
	was_in_time(&b);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(results[i].err.code, TC_ERROR_TIMEOUT);
	tc_batch_clear(results, 3);
	close_bench(&b);
}

/* ---- lists ---- */

/* A list that never ends: each page is quick, and all of it too long. */
static void give_page(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply)
{
	static char body[100];

	(void)data;
	snprintf(body, sizeof body, "{\"things\":[{}],\"continuationToken\":\"%zu\"}",
		request->number);
	reply->body = body;
	reply->body_length = strlen(body);
	reply->delay_ms = 20;
}

static void a_list_ends_by_its_deadline(void **state)
{
	struct tc_pages_options options = TC_PAGES_OPTIONS_INIT;
	struct bench b = { .err = TC_ERROR_INIT };
	const tc_json *item;
	tc_response *page;

	(void)state;
	b.responder = tc_responder_start(give_page, NULL);
	b.client = quick_client(b.responder);
	b.call = tc_generated_call(b.client, &tc_fake_list_things, NULL, NULL, &b.err);
	assert_non_null(b.call);
	options.deadline_ms = DEADLINE_MS;

	b.begun_ms = tc_test_now_ms();
	tc_items *items = tc_items_new(b.call, &options, &b.err);
	while (tc_items_next(items, &item, &b.err) == TC_OK && item)
		;
	assert_int_equal(b.err.code, TC_ERROR_TIMEOUT);
	was_in_time(&b);
	tc_items_free(items);

	b.begun_ms = tc_test_now_ms();
	tc_pages *pages = tc_pages_new(b.call, &options, &b.err);
	tc_error_clear(&b.err);
	while (tc_pages_next(pages, &page, &b.err) == TC_OK && page)
		tc_release(page);
	assert_int_equal(b.err.code, TC_ERROR_TIMEOUT);
	was_in_time(&b);
	tc_pages_free(pages);
	close_bench(&b);
}

/* ---- canceled from elsewhere ---- */

#define CANCEL_AFTER_MS 100

static void *fire_soon(void *data)
{
	usleep(CANCEL_AFTER_MS * 1000);
	tc_cancel_fire(data);
	return NULL;
}

static void was_canceled(const struct bench *b, int rc)
{
	assert_int_equal(rc, TC_ERROR_CANCELED);
	assert_true(tc_test_now_ms() - b->begun_ms < CANCEL_AFTER_MS + LATE_MS);
}

/* In an attempt, in a pause, in a look-up. */
static void another_thread_ends_a_call(void **state)
{
	const struct {
		struct tc_responder_reply reply;
		const char *name;
	} cases[] = { { hanging, NULL },
		{ { .status = 503, .headers = "Retry-After: 100\r\n", .body = "{}" }, NULL },
		{ fine, "slow.test" } };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		pthread_t thread;
		struct bench b;
		open_bench(&b, &cases[i].reply, cases[i].name);
		assert_int_equal(pthread_create(&thread, NULL, fire_soon, b.cancel), 0);
		was_canceled(&b, tc_call_perform(b.call, NULL, &b.err));
		pthread_join(thread, NULL);

		/* what begins later ends at once, until it is reset */
		assert_true(tc_cancel_fired(b.cancel));
		assert_int_equal(tc_call_perform(b.call, NULL, &b.err), TC_ERROR_CANCELED);
		tc_cancel_reset(b.cancel);
		assert_false(tc_cancel_fired(b.cancel));
		close_bench(&b);
	}
}

static void a_canceled_client_works_again(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b, &fine, NULL);
	for (int i = 0; i < 3; i++) {
		assert_ok(tc_call_perform(b.call, NULL, &b.err), &b.err);
		tc_cancel_fire(b.cancel);
		assert_int_equal(tc_call_perform(b.call, NULL, &b.err), TC_ERROR_CANCELED);
		tc_cancel_reset(b.cancel);
	}
	assert_ok(tc_call_perform(b.call, NULL, &b.err), &b.err);
	close_bench(&b);
}

static tc_cancel *of_signal;

static void on_alarm(int number)
{
	(void)number;
	tc_cancel_fire(of_signal);
}

static void a_signal_handler_ends_a_call(void **state)
{
	struct sigaction action = { .sa_handler = on_alarm }, before;
	struct bench b;

	(void)state;
	open_bench(&b, &hanging, NULL);
	of_signal = b.cancel;
	assert_int_equal(sigaction(SIGALRM, &action, &before), 0);
	ualarm(CANCEL_AFTER_MS * 1000, 0);
	was_canceled(&b, tc_call_perform(b.call, NULL, &b.err));
	sigaction(SIGALRM, &before, NULL);
	close_bench(&b);
}

/* It is the child's affair: the parent neither ends nor keeps itself busy. */
static void a_child_of_fork_cancels_nothing(void **state)
{
	struct tc_call_options options = TC_CALL_OPTIONS_INIT;
	struct timespec before, after;
	struct bench b;
	int status;

	(void)state;
	open_bench(&b, &hanging, NULL);
	options.deadline_ms = 500;
	assert_ok(tc_call_set_options(b.call, &options, &b.err), &b.err);
	pid_t child = fork();
	if (child == 0) {
		usleep(CANCEL_AFTER_MS * 1000);
		tc_cancel_fire(b.cancel);
		_exit(0);
	}
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &before);
	assert_int_equal(tc_call_perform(b.call, NULL, &b.err), TC_ERROR_TIMEOUT);
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &after);
	assert_true(
		(after.tv_sec - before.tv_sec) * 1000 + (after.tv_nsec - before.tv_nsec) / 1000000 <
		100);
	assert_int_equal(waitpid(child, &status, 0), child);
	close_bench(&b);
}

/* A call's own counts instead of its client's. */
static void a_call_has_its_own_cancel(void **state)
{
	struct tc_call_options options = TC_CALL_OPTIONS_INIT;
	struct bench b;

	(void)state;
	open_bench(&b, &fine, NULL);
	options.cancel = tc_cancel_new(&b.err);
	assert_ok(tc_call_set_options(b.call, &options, &b.err), &b.err);
	tc_cancel_fire(b.cancel);
	assert_ok(tc_call_perform(b.call, NULL, &b.err), &b.err);
	tc_cancel_fire(options.cancel);
	assert_int_equal(tc_call_perform(b.call, NULL, &b.err), TC_ERROR_CANCELED);
	tc_cancel *own = options.cancel;
	close_bench(&b);
	tc_cancel_free(own);
}

static void options_of_a_call_are_checked(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b, &fine, NULL);
	struct {
		struct tc_call_options options;
		const char *text;
	} cases[] = {
		{ { 0 }, "size is not set" },
		{ { .size = sizeof(struct tc_call_options), .timeout_ms = -1 },
			"timeout_ms is -1" },
		{ { .size = sizeof(struct tc_call_options), .repeat = (enum tc_repeat)9 },
			"repeat is 9" },
		{ { .size = sizeof(struct tc_call_options), .trace_id = "" }, "trace_id is empty" },
		{ { .size = sizeof(struct tc_call_options), .trace_id = "a\nb" },
			"trace_id has control characters" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(
			tc_call_set_options(b.call, &cases[i].options, &b.err), TC_ERROR_ARGUMENT);
		assert_non_null(strstr(tc_error_text(&b.err), cases[i].text));
	}
	assert_ok(tc_call_perform(b.call, NULL, &b.err), &b.err);
	cases[1].options.timeout_ms = 1;
	assert_int_equal(tc_call_set_options(b.call, &cases[1].options, &b.err), TC_ERROR_ARGUMENT);
	close_bench(&b);
}

/* ---- far away ---- */

/* Times that programs of months have, and the longest there is, are not over at once. */
static void far_away_is_not_over(void **state)
{
	static const int64_t times[] = { (int64_t)40 * 24 * 3600 * 1000, INT64_MAX - 1, INT64_MAX };
	struct bench b;

	(void)state;
	open_bench(&b, &(struct tc_responder_reply){ .status = 200, .body = "{\"things\":[{}]}" },
		NULL);
	struct tc_options options = quick_options(b.responder);
	for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
		struct tc_call_options of_call = TC_CALL_OPTIONS_INIT;
		struct tc_pages_options of_list = TC_PAGES_OPTIONS_INIT;
		struct tc_batch_options of_batch = TC_BATCH_OPTIONS_INIT;
		struct tc_batch_result result;
		const tc_json *item = NULL;
		of_call.deadline_ms = of_list.deadline_ms = of_batch.deadline_ms = times[i];
		options.deadline_ms = times[i];
		tc_client *client = tc_client_new(&options, &b.err);
		assert_ok(b.err.code, &b.err);
		tc_call *call = tc_generated_call(client, &tc_fake_list_things, NULL, NULL, &b.err);
		assert_ok(tc_call_perform(call, NULL, &b.err), &b.err);
		tc_call_free(call);
		call = tc_generated_call(client, &tc_fake_list_things, NULL, NULL, &b.err);
		assert_ok(tc_call_set_options(call, &of_call, &b.err), &b.err);
		tc_items *items = tc_items_new(call, &of_list, &b.err);
		assert_ok(tc_items_next(items, &item, &b.err), &b.err);
		assert_non_null(item);
		assert_ok(tc_batch_perform(&call, 1, &of_batch, &result, &b.err), &b.err);
		tc_batch_clear(&result, 1);
		tc_items_free(items);
		tc_call_free(call);
		tc_client_free(client);
	}
	close_bench(&b);
}

/* What is no time, and what libcurl takes for none. */
static void times_are_checked(void **state)
{
	static const int64_t timeouts[] = { -1, (int64_t)INT32_MAX + 1, INT64_MAX };
	struct tc_pages_options of_list = TC_PAGES_OPTIONS_INIT;
	struct tc_batch_options of_batch = TC_BATCH_OPTIONS_INIT;
	struct tc_options options = TC_OPTIONS_INIT;
	struct tc_batch_result result;
	struct bench b;

	(void)state;
	open_bench(&b, &fine, NULL);
	tc_call *call = tc_generated_call(b.client, &tc_fake_list_things, NULL, NULL, &b.err);
	for (size_t i = 0; i < sizeof timeouts / sizeof *timeouts; i++) {
		of_list.timeout_ms = of_batch.timeout_ms = timeouts[i];
		assert_null(tc_pages_new(call, &of_list, &b.err));
		assert_failure(&b.err, TC_ERROR_ARGUMENT, "timeout_ms is ");
		assert_null(tc_items_new(call, &of_list, &b.err));
		assert_failure(&b.err, TC_ERROR_ARGUMENT, "timeout_ms is ");
		assert_int_equal(tc_batch_perform(&b.call, 1, &of_batch, &result, &b.err),
			TC_ERROR_ARGUMENT);
		assert_failure(&b.err, TC_ERROR_ARGUMENT, "timeout_ms is ");
	}
	of_list.timeout_ms = of_batch.timeout_ms = 0;
	of_list.deadline_ms = of_batch.deadline_ms = -1;
	assert_null(tc_pages_new(call, &of_list, &b.err));
	assert_failure(&b.err, TC_ERROR_ARGUMENT, "deadline_ms is -1");
	assert_int_equal(
		tc_batch_perform(&b.call, 1, &of_batch, &result, &b.err), TC_ERROR_ARGUMENT);
	assert_failure(&b.err, TC_ERROR_ARGUMENT, "deadline_ms is -1");
	options = quick_options(b.responder);
	options.deadline_ms = -1;
	assert_null(tc_client_new(&options, &b.err));
	assert_failure(&b.err, TC_ERROR_ARGUMENT, "deadline_ms is -1");
	tc_call_free(call);
	close_bench(&b);
}

/* All that there is may be waited for, and a cancel ends it. */
static void a_wait_for_ever_lasts(void **state)
{
	pthread_t thread;
	struct bench b;

	(void)state;
	open_bench(&b, &fine, NULL);
	assert_int_equal(pthread_create(&thread, NULL, fire_soon, b.cancel), 0);
	was_canceled(&b, tc_client_wait(b.client, INT64_MAX, NULL, &b.err));
	assert_true(tc_test_now_ms() - b.begun_ms >= CANCEL_AFTER_MS - 1);
	pthread_join(thread, NULL);
	close_bench(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_ends_by_its_deadline),
		cmocka_unit_test(a_deadline_leaves_no_time_for_a_pause),
		cmocka_unit_test(a_client_has_a_deadline_for_all),
		cmocka_unit_test(a_download_ends_by_its_deadline),
		cmocka_unit_test(a_run_ends_by_its_deadline),
		cmocka_unit_test(an_interface_is_not_looked_up),
		cmocka_unit_test(a_batch_ends_by_its_deadline),
		cmocka_unit_test(a_list_ends_by_its_deadline),
		cmocka_unit_test(another_thread_ends_a_call),
		cmocka_unit_test(a_canceled_client_works_again),
		cmocka_unit_test(a_signal_handler_ends_a_call),
		cmocka_unit_test(a_child_of_fork_cancels_nothing),
		cmocka_unit_test(a_call_has_its_own_cancel),
		cmocka_unit_test(options_of_a_call_are_checked),
		cmocka_unit_test(far_away_is_not_over),
		cmocka_unit_test(times_are_checked),
		cmocka_unit_test(a_wait_for_ever_lasts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
