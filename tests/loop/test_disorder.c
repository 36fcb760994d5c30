/* SPDX-License-Identifier: MPL-2.0 */
/* Timers, descriptors, posts and runs of a loop in any order, from outside and from inside of its
 * callbacks: what is told is always so. Clients' numbers of descriptors are used again at once. */
#include "host.h"
#include "world.h"

#include "runtime/src/loop/loop.h"
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum face { POLL, BEST, HOOKS };

#define TIMERS 400
#define PIPES 12
#define STEPS 6000

struct chaos;

/* One timer; it is used once. */
struct clock {
	struct chaos *chaos;
	uint64_t id; /* 0: not set */
	int64_t due_ms;
	uint64_t turn; /* in which it was set */
};

/* A pipe of which one end is watched; another one each time it is opened. */
struct tube {
	struct chaos *chaos;
	int fd[2]; /* -1: closed */
	bool watched;
};

struct chaos {
	enum face face;
	struct host host;
	tc_loop *loop;
	tc_call *call;
	int64_t now_ms;
	uint64_t turn, seed;
	struct clock clocks[TIMERS];
	struct tube *tubes[PIPES];
	struct tube *old[STEPS]; /* that were ended; nothing may come for them */
	size_t old_count;
	size_t posted, called, started, done;
	size_t timed, told; /* callbacks */
	int depth;
	tc_error err;
};

static uint64_t any(struct chaos *c, uint64_t below)
{
	c->seed = c->seed * 6364136223846793005u + 1442695040888963407u;
	return (c->seed >> 33) % below;
}

static void act(struct chaos *c);

/* ---- timers ---- */

static bool is_before(const struct clock *a, const struct clock *b)
{
	return a->due_ms < b->due_ms || (a->due_ms == b->due_ms && a->id < b->id);
}

static void on_time(void *data, uint64_t id)
{
	struct clock *clock = data;
	struct chaos *c = clock->chaos;

	assert_int_equal(id, clock->id); /* set, and its first time */
	assert_true(clock->due_ms <= c->now_ms);
	for (size_t i = 0; i < TIMERS; i++) {
		const struct clock *other = &c->clocks[i];
		assert_false(other->id && other->turn < c->turn && clock->turn < c->turn &&
			is_before(other, clock));
	}
	clock->id = 0;
	c->timed++;
	act(c);
}

static void set_timer(struct chaos *c)
{
	struct clock *clock = &c->clocks[any(c, TIMERS)];
	int64_t delay = any(c, 3) ? (int64_t)any(c, 50) : any(c, 2) ? 0 : INT64_MAX;

	if (clock->id)
		return;
	*clock = (struct clock){ c, 0, delay == INT64_MAX ? delay : c->now_ms + delay, c->turn };
	assert_ok(tc_loop_timer(c->loop, delay, on_time, clock, &clock->id, &c->err), &c->err);
}

static void cancel_timer(struct chaos *c)
{
	struct clock *clock = &c->clocks[any(c, TIMERS)];
	uint64_t id = clock->id;

	assert_true(tc_loop_timer_cancel(c->loop, id) == (id != 0));
	assert_false(tc_loop_timer_cancel(c->loop, id));
	clock->id = 0;
}

/* ---- descriptors ---- */

static void on_tube(void *data, int fd, int events)
{
	struct tube *tube = data;
	struct pollfd now = { .fd = fd, .events = POLLIN };
	char byte;

	assert_true(tube->watched);
	assert_int_equal(fd, tube->fd[0]);
	assert_int_equal(poll(&now, 1, 0), 1); /* never a word of another one */
	if (events & TC_LOOP_READ)
		assert_true(now.revents & POLLIN);
	if (now.revents & POLLIN)
		assert_int_equal(read(fd, &byte, 1), 1);
	tube->chaos->told++;
	act(tube->chaos);
}

static void close_tube(struct chaos *c, size_t n)
{
	struct tube *tube = c->tubes[n];

	if (!tube)
		return;
	assert_ok(tc_loop_watch(c->loop, tube->fd[0], 0, NULL, NULL, &c->err), &c->err);
	tube->watched = false;
	close(tube->fd[0]);
	if (tube->fd[1] >= 0)
		close(tube->fd[1]);
	c->tubes[n] = NULL;
	assert_true(c->old_count < STEPS);
	c->old[c->old_count++] = tube;
}

/* In place of the one that is there, mostly with its number. */
static void open_tube(struct chaos *c)
{
	size_t n = any(c, PIPES);
	struct tube *tube = calloc(1, sizeof *tube);

	assert_non_null(tube);
	close_tube(c, n);
	*tube = (struct tube){ .chaos = c, .watched = true };
	assert_int_equal(pipe(tube->fd), 0);
	c->tubes[n] = tube;
	assert_ok(
		tc_loop_watch(c->loop, tube->fd[0], TC_LOOP_READ, on_tube, tube, &c->err), &c->err);
}

static void write_tube(struct chaos *c)
{
	struct tube *tube = c->tubes[any(c, PIPES)];

	if (tube && tube->fd[1] >= 0)
		assert_int_equal(write(tube->fd[1], "x", 1), 1);
}

/* Its other end hangs up: that is told again and again. */
static void hang_up(struct chaos *c)
{
	struct tube *tube = c->tubes[any(c, PIPES)];

	if (!tube || tube->fd[1] < 0)
		return;
	close(tube->fd[1]);
	tube->fd[1] = -1;
}

/* ---- posts and runs ---- */

static void on_post(void *data)
{
	struct chaos *c = data;

	c->called++;
	act(c);
}

static void on_done(void *data, uint64_t run, tc_response *response, const tc_error *err)
{
	struct chaos *c = data;

	(void)run;
	assert_true((response == NULL) == (err != NULL));
	c->done++;
	tc_release(response);
	if (c->loop)
		act(c);
}

static void start_run(struct chaos *c)
{
	uint64_t id;

	if (c->started - c->done > 20)
		return;
	assert_ok(tc_loop_start(c->loop, c->call, on_done, c, &id, &c->err), &c->err);
	c->started++;
	if (any(c, 3) == 0)
		assert_int_equal(tc_loop_cancel(c->loop, id), TC_OK);
	if (any(c, 3) == 0)
		assert_ok(tc_loop_set_timeout(c->loop, id, (int64_t)any(c, 30), &c->err), &c->err);
}

/* ---- all of it ---- */

static void act_once(struct chaos *c)
{
	switch (any(c, 16)) {
	case 0:
	case 1:
	case 2:
		set_timer(c);
		break;
	case 3:
	case 4:
		cancel_timer(c);
		break;
	case 5:
	case 6:
		if (c->old_count < STEPS - PIPES)
			open_tube(c);
		break;
	case 7:
		close_tube(c, any(c, PIPES));
		break;
	case 8:
	case 9:
	case 10:
		write_tube(c);
		break;
	case 11:
		hang_up(c);
		break;
	case 12:
		c->posted++;
		assert_ok(tc_loop_post(c->loop, on_post, c, &c->err), &c->err);
		break;
	case 13:
		start_run(c);
		break;
	case 14:
		tc_loop_wake(c->loop);
		break;
	default:
		tc_loop_stop(c->loop);
	}
}

/* Also from inside a callback, which calls none. */
static void act(struct chaos *c)
{
	assert_int_equal(c->depth++, 0);
	for (uint64_t i = any(c, 4); i > 0; i--)
		act_once(c);
	c->depth--;
}

static int64_t now_of(void *data)
{
	return *(const int64_t *)data;
}

static void open_chaos(struct chaos *c, const struct tc_seams *seams)
{
	struct tc_loop_options options = TC_LOOP_OPTIONS_INIT;

	options.seams = seams;
	options.in_flight = 4;
	if (c->face == HOOKS)
		host_open(&c->host, 4, seams);
	c->loop = c->face == HOOKS
		? c->host.loop
		: tc__loop_new(&options, c->face == POLL ? &tc__waiter_poll : NULL, &c->err);
	assert_non_null(c->loop);
}

static void turn(struct chaos *c)
{
	c->turn++;
	if (c->face == HOOKS && c->host.delay_ms < 0)
		tc_loop_wake(c->loop); /* so that its wait is short */
	if (c->face == HOOKS)
		host_turn(&c->host);
	else
		assert_ok(tc_loop_poll(c->loop, 0, &c->err), &c->err);
}

static void close_chaos(struct chaos *c)
{
	tc_loop *loop = c->loop;

	for (size_t i = 0; i < PIPES; i++)
		close_tube(c, i);
	c->loop = NULL; /* nothing starts any more */
	c->posted = c->called = 0;
	tc_loop_free(loop);
	assert_int_equal(c->done, c->started);
	if (c->face == HOOKS)
		assert_int_equal(c->host.count, 0);
	for (size_t i = 0; i < c->old_count; i++)
		free(c->old[i]);
}

static void what_is_told_is_so(void **state)
{
	struct tc_responder *responder = tc_responder_start(answer_by_script, NULL);
	tc_client *client = quick_client(responder);
	struct tc_seams seams = TC_SEAMS_INIT;
	struct chaos *c = calloc(1, sizeof *c);

	assert_non_null(c);
	c->face = (enum face)(uintptr_t)*state;
	c->seed = 42 + (uint64_t)c->face;
	c->now_ms = 1000;
	c->call = ping(client);
	seams.steady = now_of;
	seams.data = &c->now_ms;
	open_chaos(c, &seams);
	for (int i = 0; i < STEPS / 4; i++) {
		act(c);
		if (any(c, 2))
			c->now_ms += (int64_t)any(c, 20);
		turn(c);
	}
	assert_true(c->timed > 100);
	assert_true(c->told > 100);
	assert_true(c->done > 20);
	while (c->called < c->posted)
		turn(c);
	close_chaos(c);
	tc_error_clear(&c->err);
	tc_call_free(c->call);
	tc_client_free(client);
	tc_responder_stop(responder);
	free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "what_is_told_is_so (poll)", what_is_told_is_so, NULL, NULL,
			(void *)(uintptr_t)POLL },
		{ "what_is_told_is_so (epoll)", what_is_told_is_so, NULL, NULL,
			(void *)(uintptr_t)BEST },
		{ "what_is_told_is_so (hooks)", what_is_told_is_so, NULL, NULL,
			(void *)(uintptr_t)HOOKS },
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
