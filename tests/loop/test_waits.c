/* SPDX-License-Identifier: MPL-2.0 */
#define _DEFAULT_SOURCE 1 /* usleep */
/* A descriptor is waited for beside what a client has under way. */
#include "world.h"

#include "runtime/src/call/client.h"
#include <fcntl.h>
#include <string.h>
#include <taskcluster/batch.h>
#include <unistd.h>

#define LONG_MS 60000
#define SOON_MS 50
#define LATE_MS 10000 /* no machine is that slow */

static const struct tc__waiter_kind *const kinds[] = {
#ifdef __linux__
	&tc__waiter_epoll,
#endif
	&tc__waiter_poll,
};
#define KINDS (sizeof kinds / sizeof *kinds)

struct bench {
	struct tc_responder *responder;
	tc_client *client;
	tc_cancel *cancel;
	int pipe[2];
	int64_t begun_ms;
	tc_error err;
};

static void open_bench(struct bench *b, const struct tc__waiter_kind *kind)
{
	*b = (struct bench){ .begun_ms = tc_test_now_ms() };
	b->responder = tc_responder_start(answer_by_script, NULL);
	b->client = quick_client(b->responder);
	b->client->pool.waiter_kind = kind;
	b->cancel = tc_cancel_new(&b->err);
	assert_non_null(b->cancel);
	assert_int_equal(pipe(b->pipe), 0);
}

static void close_bench(struct bench *b)
{
	tc_error_clear(&b->err);
	close(b->pipe[0]);
	close(b->pipe[1]);
	tc_client_free(b->client);
	tc_cancel_free(b->cancel);
	tc_responder_stop(b->responder);
}

static void put_in(struct bench *b)
{
	assert_int_equal(write(b->pipe[1], "x", 1), 1);
}

static void take_out(struct bench *b)
{
	char byte;

	assert_int_equal(read(b->pipe[0], &byte, 1), 1);
}

static bool wait_for(struct bench *b, int64_t ms)
{
	bool ready;

	assert_ok(
		tc_client_wait_for(b->client, b->pipe[0], ms, b->cancel, &ready, &b->err), &b->err);
	return ready;
}

static void *put_in_soon(void *data)
{
	usleep(SOON_MS * 1000);
	put_in(data);
	return NULL;
}

static void *fire_soon(void *data)
{
	usleep(SOON_MS * 1000);
	tc_cancel_fire(data);
	return NULL;
}

static void a_descriptor_ends_a_wait(void **state)
{
	pthread_t thread;
	struct bench b;

	(void)state;
	for (size_t i = 0; i < KINDS; i++) {
		open_bench(&b, kinds[i]);
		assert_int_equal(pthread_create(&thread, NULL, put_in_soon, &b), 0);
		assert_true(wait_for(&b, LONG_MS));
		assert_int_in_range(tc_test_now_ms() - b.begun_ms, SOON_MS - 1, LATE_MS);
		pthread_join(thread, NULL);
		assert_true(wait_for(&b, LONG_MS)); /* it was not read */
		take_out(&b);
		assert_false(wait_for(&b, 1));
		close_bench(&b);
	}
}

/* Also while something is due for curl, which is seen to without a look at descriptors. */
static void without_time_it_is_looked_at(void **state)
{
	struct bench b;

	(void)state;
	for (size_t i = 0; i < KINDS; i++) {
		open_bench(&b, kinds[i]);
		tc_call *call = ping(b.client);
		assert_ok(tc_call_perform(call, NULL, &b.err), &b.err);
		for (int round = 0; round < 4; round++) {
			b.client->pool.curl_due_ms = INT64_MIN;
			b.client->pool.hurried = round % 2;
			assert_false(wait_for(&b, 0));
			put_in(&b);
			b.client->pool.curl_due_ms = INT64_MIN;
			assert_true(wait_for(&b, 0));
			take_out(&b);
		}
		tc_call_free(call);
		close_bench(&b);
	}
}

static void whose_other_end_is_gone_is_ready(void **state)
{
	struct bench b;

	(void)state;
	for (size_t i = 0; i < KINDS; i++) {
		open_bench(&b, kinds[i]);
		close(b.pipe[1]);
		assert_true(wait_for(&b, LONG_MS));
		b.pipe[1] = dup(b.pipe[0]);
		close_bench(&b);
	}
}

static void a_cancel_ends_it(void **state)
{
	pthread_t thread;
	bool ready = true;
	struct bench b;

	(void)state;
	for (size_t i = 0; i < KINDS; i++) {
		open_bench(&b, kinds[i]);
		assert_int_equal(pthread_create(&thread, NULL, fire_soon, b.cancel), 0);
		assert_int_equal(
			tc_client_wait_for(b.client, b.pipe[0], LONG_MS, b.cancel, &ready, &b.err),
			TC_ERROR_CANCELED);
		assert_failure(&b.err, TC_ERROR_CANCELED, "canceled by tc_cancel_fire");
		assert_false(ready);
		assert_int_in_range(tc_test_now_ms() - b.begun_ms, 0, LATE_MS);
		pthread_join(thread, NULL);
		close_bench(&b);
	}
}

static void refuse(struct bench *b, int fd, int code, const char *text)
{
	bool ready = true;

	assert_int_equal(tc_client_wait_for(b->client, fd, 1, NULL, &ready, &b->err), code);
	assert_failure(&b->err, code, text);
	assert_false(ready);
}

static void what_is_none_is_refused(void **state)
{
	char text[60];
	struct bench b;

	(void)state;
	for (size_t i = 0; i < KINDS; i++) {
		open_bench(&b, kinds[i]);
		int closed = dup(b.pipe[0]);
		close(closed);
		refuse(&b, -1, TC_ERROR_ARGUMENT, "fd is -1");
		snprintf(text, sizeof text, "fd is %d, which is not open", closed);
		refuse(&b, closed, TC_ERROR_ARGUMENT, text);
		tc_client_wait_for(b.client, b.pipe[0], -1, NULL, NULL, &b.err);
		assert_failure(&b.err, TC_ERROR_ARGUMENT, "ms is -1");
		if (kinds[i] != &tc__waiter_poll) { /* for poll a file is always ready */
			int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
			refuse(&b, file, TC_ERROR_SYSTEM, "cannot be watched");
			refuse(&b, file, TC_ERROR_SYSTEM, "cannot be watched");
			close(file);
		}
		assert_false(wait_for(&b, 1)); /* the client is as good as before */
		close_bench(&b);
	}
}

/* Nothing is known of it afterwards: its number may mean another one. */
static void it_is_forgotten(void **state)
{
	struct bench b;

	(void)state;
	for (size_t i = 0; i < KINDS; i++) {
		int other[2];
		open_bench(&b, kinds[i]);
		put_in(&b);
		assert_true(wait_for(&b, LONG_MS));
		clock_t before = clock();
		assert_ok(tc_client_wait(b.client, 300, NULL, &b.err), &b.err);
		assert_true(clock() - before < CLOCKS_PER_SEC / 10);
		assert_int_equal(pipe(other), 0);
		assert_int_equal(dup2(other[0], b.pipe[0]), b.pipe[0]);
		assert_false(wait_for(&b, 1));
		assert_int_equal(write(other[1], "x", 1), 1);
		assert_true(wait_for(&b, LONG_MS));
		close(other[0]);
		close(other[1]);
		close_bench(&b);
	}
}

/* ---- time by seams ---- */

struct time {
	int64_t now_ms, put_at_ms;
	struct bench *bench;
};

static int64_t moved_now(void *data)
{
	return ((const struct time *)data)->now_ms;
}

static void pass(void *data, int64_t ms)
{
	struct time *time = data;

	time->now_ms += ms;
	if (!time->put_at_ms || time->now_ms < time->put_at_ms)
		return;
	put_in(time->bench);
	time->put_at_ms = 0;
}

static void time_is_the_seams(void **state)
{
	struct tc_seams seams = TC_SEAMS_INIT;
	struct bench b;

	(void)state;
	for (size_t i = 0; i < KINDS; i++) {
		struct time time = { .now_ms = 7, .put_at_ms = 3600000, .bench = &b };
		open_bench(&b, kinds[i]);
		struct tc_options options = quick_options(b.responder);
		seams.steady = moved_now;
		seams.sleep = pass;
		seams.data = &time;
		options.seams = &seams;
		tc_client_free(b.client);
		b.client = tc_client_new(&options, &b.err);
		assert_ok(b.err.code, &b.err);
		b.client->pool.waiter_kind = kinds[i];
		assert_false(wait_for(&b, 60000));
		assert_int_equal(time.now_ms, 60007);
		assert_true(wait_for(&b, 86400000));
		assert_int_in_range(time.now_ms, 3600000, 3600200);
		assert_int_in_range(tc_test_now_ms() - b.begun_ms, 0, LATE_MS);
		close_bench(&b);
	}
}

/* ---- what is under way ---- */

static int use_client(void *data, const struct tc_progress *progress)
{
	struct bench *b = data;

	(void)progress;
	assert_int_equal(
		tc_client_wait_for(b->client, b->pipe[0], 1, NULL, NULL, NULL), TC_ERROR_ARGUMENT);
	return 0;
}

static void inside_a_callback_it_is_refused(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b, kinds[0]);
	struct tc_options options = quick_options(b.responder);
	options.progress = use_client;
	options.progress_data = &b;
	tc_client_free(b.client);
	b.client = tc_client_new(&options, &b.err);
	tc_call *call = ping(b.client);
	assert_ok(tc_call_perform(call, NULL, &b.err), &b.err);
	tc_call_free(call);
	close_bench(&b);
}

/* The client's own attempts go on meanwhile, and its connections are not taken for it. */
static void runs_go_on(void **state)
{
	struct note note = { 0 };
	struct bench b;

	(void)state;
	for (size_t i = 0; i < KINDS; i++) {
		note = (struct note){ 0 };
		open_bench(&b, kinds[i]);
		tc_loop *loop = tc_loop_on(b.client, 0, &b.err);
		tc_call *call = ping(b.client);
		assert_ok(tc_loop_start(loop, call, take_note, &note, NULL, &b.err), &b.err);
		assert_ok(tc_loop_poll(loop, 0, &b.err), &b.err);
		while (!note.done && tc_test_now_ms() - b.begun_ms < LATE_MS) {
			assert_false(wait_for(&b, 20));
			assert_ok(tc_loop_poll(loop, 0, &b.err), &b.err);
		}
		assert_int_equal(note.succeeded, 1);
		tc_call_free(call);
		tc_loop_free(loop);
		close_bench(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_descriptor_ends_a_wait),
		cmocka_unit_test(without_time_it_is_looked_at),
		cmocka_unit_test(whose_other_end_is_gone_is_ready),
		cmocka_unit_test(a_cancel_ends_it),
		cmocka_unit_test(what_is_none_is_refused),
		cmocka_unit_test(it_is_forgotten),
		cmocka_unit_test(time_is_the_seams),
		cmocka_unit_test(inside_a_callback_it_is_refused),
		cmocka_unit_test(runs_go_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
