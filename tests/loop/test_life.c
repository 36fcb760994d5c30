/* SPDX-License-Identifier: MPL-2.0 */
/* The loop as a place to live: timers, descriptors and posts of its user, on all faces. */
#include "host.h"
#include "world.h"

#include "runtime/src/loop/loop.h"
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum face { POLL, BEST, HOOKS };

/* A loop of one of the faces, and a notebook of what was called. */
struct home {
	enum face face;
	struct host host;
	tc_loop *loop; /* NULL: a callback has freed it */
	char log[200];
	int left; /* what a callback does so often */
	int pipe[2], other[2];
	int swapped; /* this descriptor is another now */
	uint64_t timer;
	tc_error err;
};

static void open_with(struct home *home, void **state, const struct tc_seams *seams)
{
	struct tc_loop_options options = TC_LOOP_OPTIONS_INIT;

	*home = (struct home){ .face = (enum face)(uintptr_t)*state };
	options.seams = seams;
	if (home->face == HOOKS)
		host_open(&home->host, 8, seams);
	home->loop = home->face == HOOKS
		? home->host.loop
		: tc__loop_new(&options, home->face == POLL ? &tc__waiter_poll : NULL, &home->err);
	assert_non_null(home->loop);
	assert_int_equal(pipe(home->pipe), 0);
	assert_int_equal(pipe(home->other), 0);
}

static void open_home(struct home *home, void **state)
{
	open_with(home, state, NULL);
}

/* Until nothing is left, or somebody stops or frees it. */
static void live(struct home *home)
{
	if (home->face != HOOKS)
		assert_ok(tc_loop_run(home->loop, &home->err), &home->err);
	while (home->face == HOOKS && home->loop && tc_loop_pending(home->loop))
		host_turn(&home->host);
}

static void turn(struct home *home)
{
	if (home->face == HOOKS)
		host_turn(&home->host);
	else
		assert_ok(tc_loop_poll(home->loop, 1000, &home->err), &home->err);
}

static void close_home(struct home *home)
{
	tc_loop_free(home->loop);
	for (int i = 0; i < 2; i++) {
		close(home->pipe[i]);
		close(home->other[i]);
	}
	if (home->face == HOOKS)
		assert_int_equal(home->host.count, 0); /* nothing is watched any more */
	tc_error_clear(&home->err);
}

static void note(struct home *home, const char *text)
{
	assert_true(strlen(home->log) + strlen(text) < sizeof home->log);
	strcat(home->log, text);
}

/* ---- timers ---- */

/* A timer whose word goes into the log. */
struct word {
	struct home *home;
	const char *text;
	uint64_t id;
};

static void say(void *data, uint64_t timer)
{
	struct word *word = data;

	assert_int_equal(timer, word->id);
	note(word->home, word->text);
}

static void set(struct home *home, struct word *word, int64_t delay_ms, const char *text)
{
	*word = (struct word){ home, text, 0 };
	assert_ok(
		tc_loop_timer(home->loop, delay_ms, say, word, &word->id, &home->err), &home->err);
}

static void timers_come_in_their_order(void **state)
{
	struct home home;
	struct word words[6];
	int64_t begun = tc_test_now_ms();

	open_home(&home, state);
	set(&home, &words[0], 60, "f");
	set(&home, &words[1], 1, "b");
	set(&home, &words[2], 30, "d");
	set(&home, &words[3], 0, "a");
	set(&home, &words[4], 30, "e");
	set(&home, &words[5], 15, "c");
	assert_int_equal(words[5].id, 6);
	assert_int_equal(tc_loop_pending(home.loop), 6);
	assert_string_equal(home.log, "");
	live(&home);
	assert_string_equal(home.log, "abcdef");
	assert_int_in_range(tc_test_now_ms() - begun, 59, 5000);
	close_home(&home);
}

static void cancel_other(void *data, uint64_t timer)
{
	struct home *home = data;

	note(home, "x");
	assert_false(tc_loop_timer_cancel(home->loop, timer)); /* it was its only time */
	assert_true(tc_loop_timer_cancel(home->loop, home->timer));
	assert_false(tc_loop_timer_cancel(home->loop, home->timer));
}

static void canceled_timers_do_not_come(void **state)
{
	struct home home;
	struct word words[3];

	open_home(&home, state);
	set(&home, &words[0], 5, "a");
	set(&home, &words[1], 86400000, "b");
	assert_ok(tc_loop_timer(home.loop, 0, cancel_other, &home, NULL, &home.err), &home.err);
	set(&home, &words[2], 0, "c"); /* due in the same turn */
	home.timer = words[2].id;
	assert_true(tc_loop_timer_cancel(home.loop, words[1].id));
	assert_false(tc_loop_timer_cancel(home.loop, words[1].id));
	assert_false(tc_loop_timer_cancel(home.loop, 99));
	assert_false(tc_loop_timer_cancel(NULL, 1));
	live(&home);
	assert_string_equal(home.log, "xa");
	close_home(&home);
}

static void timers_by_the_thousand(void **state)
{
	enum { COUNT = 20000 };
	static struct word words[COUNT];
	struct home home;
	int64_t begun = tc_test_now_ms();

	open_home(&home, state);
	for (int i = 0; i < COUNT; i++)
		set(&home, &words[i], 3600000 - (i * 7919) % 100000, "x");
	for (int i = 0; i < COUNT; i++)
		assert_true(tc_loop_timer_cancel(home.loop, words[(i * 7) % COUNT].id));
	assert_int_equal(tc_loop_pending(home.loop), 0);
	live(&home);
	assert_string_equal(home.log, "");
	assert_int_in_range(tc_test_now_ms() - begun, 0, 5000);
	close_home(&home);
}

/* Many a host has an int for it: so long it is told at most, and asked again then. */
static void far_timers_fit_a_hosts_int(void **state)
{
	static const int64_t far[] = { (int64_t)INT32_MAX + 1, (int64_t)1 << 32, INT64_MAX / 2 };
	struct home home;
	struct word word;

	(void)state;
	open_home(&home, &(void *){ (void *)(uintptr_t)HOOKS });
	for (size_t i = 0; i < sizeof far / sizeof *far; i++) {
		set(&home, &word, far[i], "x");
		assert_int_equal(home.host.delay_ms, INT32_MAX);
		home.host.delay_ms = -1;
		tc_loop_timeout(home.loop); /* its time is over, and ours is not */
		assert_int_equal(home.host.delay_ms, INT32_MAX);
		assert_true(tc_loop_timer_cancel(home.loop, word.id));
	}
	assert_int_equal(home.host.delay_ms, -1);
	assert_string_equal(home.log, "");
	close_home(&home);
}

/* ---- descriptors ---- */

static void read_one(void *data, int fd, int events)
{
	struct home *home = data;
	char text[2] = "";

	assert_int_equal(fd, home->pipe[0]);
	assert_true(events & (TC_LOOP_READ | TC_LOOP_ERROR));
	if (read(fd, text, 1) == 1) {
		note(home, text);
		return;
	}
	note(home, ".");
	assert_ok(tc_loop_watch(home->loop, fd, 0, NULL, NULL, &home->err), &home->err);
}

static void watch_pipe(struct home *home, tc_watch_fn *on_events)
{
	assert_ok(
		tc_loop_watch(home->loop, home->pipe[0], TC_LOOP_READ, on_events, home, &home->err),
		&home->err);
}

/* What was not read comes again, and the end is told. */
static void a_descriptor_is_told_of_until_it_is_read(void **state)
{
	struct home home;

	open_home(&home, state);
	watch_pipe(&home, read_one);
	assert_int_equal(tc_loop_pending(home.loop), 1);
	assert_int_equal(write(home.pipe[1], "abc", 3), 3);
	close(home.pipe[1]);
	home.pipe[1] = -1;
	live(&home);
	assert_string_equal(home.log, "abc.");
	assert_int_equal(tc_loop_pending(home.loop), 0);
	close_home(&home);
}

static void write_then_stop(void *data, int fd, int events)
{
	struct home *home = data;

	assert_int_equal(events, TC_LOOP_WRITE);
	assert_int_equal(write(fd, "w", 1), 1);
	assert_ok(tc_loop_watch(home->loop, fd, 0, NULL, NULL, NULL), &home->err);
	close(fd); /* as is allowed from now on */
	home->pipe[1] = -1;
}

static void writing_is_told_of_too(void **state)
{
	struct home home;

	open_home(&home, state);
	watch_pipe(&home, read_one);
	assert_ok(tc_loop_watch(home.loop, home.pipe[1], TC_LOOP_WRITE, write_then_stop, &home,
			  &home.err),
		&home.err);
	live(&home);
	assert_string_equal(home.log, "w.");
	close_home(&home);
}

/* Both are ready; whichever comes first ends the other. */
static void end_both(void *data, int fd, int events)
{
	struct home *home = data;

	(void)fd;
	(void)events;
	note(home, "e");
	tc_loop_watch(home->loop, home->pipe[0], 0, NULL, NULL, NULL);
	tc_loop_watch(home->loop, home->other[0], 0, NULL, NULL, NULL);
}

static void what_is_watched_no_more_is_silent(void **state)
{
	struct home home;

	open_home(&home, state);
	watch_pipe(&home, end_both);
	tc_loop_watch(home.loop, home.other[0], TC_LOOP_READ, end_both, &home, NULL);
	assert_int_equal(write(home.pipe[1], "a", 1), 1);
	assert_int_equal(write(home.other[1], "a", 1), 1);
	live(&home);
	assert_string_equal(home.log, "e");
	close_home(&home);
}

static void must_not_come(void *data, int fd, int events)
{
	(void)data;
	fail_msg("descriptor %d: %d", fd, events);
}

/* The first sets the second anew, for another descriptor of the same number. */
static void swap(void *data, int fd, int events)
{
	struct home *home = data;
	int fresh[2];

	(void)events;
	note(home, "s");
	tc_loop_watch(home->loop, fd, 0, NULL, NULL, NULL);
	int other = fd == home->pipe[0] ? home->other[0] : home->pipe[0];
	assert_int_equal(pipe(fresh), 0);
	assert_int_equal(dup2(fresh[0], other), other); /* closes what was watched */
	close(fresh[0]);
	assert_ok(tc_loop_watch(home->loop, other, TC_LOOP_READ, must_not_come, home, &home->err),
		&home->err);
	home->swapped = other;
	home->left = fresh[1];
}

static void a_number_may_become_another_descriptor(void **state)
{
	struct home home;

	open_home(&home, state);
	watch_pipe(&home, swap);
	tc_loop_watch(home.loop, home.other[0], TC_LOOP_READ, swap, &home, NULL);
	assert_int_equal(write(home.pipe[1], "a", 1), 1);
	assert_int_equal(write(home.other[1], "a", 1), 1);
	turn(&home);
	turn(&home);
	assert_string_equal(home.log, "s");
	/* and what is set for it now is told of it */
	tc_loop_watch(home.loop, home.other[0], 0, NULL, NULL, NULL);
	watch_pipe(&home, read_one);
	bool swapped = home.swapped == home.pipe[0];
	assert_int_equal(write(swapped ? home.left : home.pipe[1], "b", 1), 1);
	while (!strchr(home.log, 'b'))
		turn(&home);
	close(home.left);
	close_home(&home);
}

static void fails(
	struct home *home, int fd, int events, tc_watch_fn *on_events, int code, const char *text)
{
	assert_int_equal(tc_loop_watch(home->loop, fd, events, on_events, home, &home->err), code);
	assert_failure(&home->err, code, text);
	tc_error_clear(&home->err);
}

static void what_cannot_be_watched_is_refused(void **state)
{
	struct tc_responder_reply late = { .status = 200, .body = "{}", .delay_ms = 5000 };
	struct script script = { { late }, 1 };
	struct tc_responder *responder = tc_responder_start(answer_by_script, &script);
	tc_client *client = quick_client(responder);
	tc_call *call = ping(client);
	struct note runs = { 0 };
	struct home home;

	open_home(&home, state);
	fails(&home, home.pipe[0], 8, read_one, TC_ERROR_ARGUMENT, "events is 8");
	fails(&home, home.pipe[0], TC_LOOP_READ, NULL, TC_ERROR_ARGUMENT, "on_events is NULL");
	fails(&home, -1, TC_LOOP_READ, read_one, TC_ERROR_ARGUMENT, "fd is -1");
	fails(&home, 1000, TC_LOOP_READ, read_one, TC_ERROR_ARGUMENT, "not open");
	fails(&home, home.loop->wake.bell.fd, TC_LOOP_READ, read_one, TC_ERROR_ARGUMENT,
		"the loop itself uses");
	tc_loop_start(home.loop, call, take_note, &runs, NULL, NULL);
	while (!home.loop->own.sockets.count)
		turn(&home);
	fails(&home, tc__sockets_next(&home.loop->own.sockets, -1), TC_LOOP_READ, read_one,
		TC_ERROR_ARGUMENT, "the loop itself uses");
	assert_int_equal(tc_loop_pending(home.loop), 1);
	if (home.face == BEST) {
		int file = open("CMakeLists.txt", O_RDONLY);
		fails(&home, file, TC_LOOP_READ, read_one, TC_ERROR_SYSTEM, "cannot be watched");
		close(file);
	}
	home.host.refuses = true;
	if (home.face == HOOKS)
		fails(&home, home.pipe[1], TC_LOOP_WRITE, read_one, TC_ERROR_SYSTEM, "watch hook");
	tc_call_free(call);
	close_home(&home);
	assert_int_equal(runs.done, 1);
	tc_client_free(client);
	tc_responder_stop(responder);
}

/* By whoever is woken the descriptor becomes another, when something has come for the first. */
static void swap_when_woken(void *data)
{
	struct home *home = data;
	int fresh[2];

	tc_loop_watch(home->loop, home->pipe[0], 0, NULL, NULL, NULL);
	assert_int_equal(pipe(fresh), 0);
	assert_int_equal(dup2(fresh[0], home->pipe[0]), home->pipe[0]);
	close(fresh[0]);
	home->left = fresh[1];
	watch_pipe(home, must_not_come);
	note(home, "w");
}

static void what_came_for_the_one_before_is_not_told(void **state)
{
	struct tc_loop_options options = TC_LOOP_OPTIONS_INIT;
	struct home home;

	open_home(&home, state);
	tc_loop_free(home.loop);
	options.woken = swap_when_woken;
	options.data = &home;
	home.loop = tc__loop_new(&options, home.face == POLL ? &tc__waiter_poll : NULL, &home.err);
	assert_non_null(home.loop);
	watch_pipe(&home, must_not_come);
	tc_loop_wake(home.loop);
	assert_int_equal(write(home.pipe[1], "a", 1), 1);
	while (!home.log[0])
		turn(&home);
	assert_string_equal(home.log, "w");
	close(home.left);
	close_home(&home);
}

/* ---- posts ---- */

/* A post, of a thread or of itself. */
struct letter {
	struct home *home;
	int thread, number;
	int *last; /* number of its thread */
	atomic_int *called;
};

static void take_letter(void *data)
{
	const struct letter *letter = data;

	assert_int_equal(letter->number, *letter->last + 1);
	++*letter->last;
	atomic_fetch_add(letter->called, 1);
}

#define THREADS 8
#define LETTERS 500

struct writer {
	pthread_t thread;
	tc_loop *loop;
	struct letter letters[LETTERS];
	int last;
};

static void *write_letters(void *data)
{
	struct writer *writer = data;

	for (int i = 0; i < LETTERS; i++)
		assert_int_equal(
			tc_loop_post(writer->loop, take_letter, &writer->letters[i], NULL), TC_OK);
	return NULL;
}

static void posts_of_many_threads_keep_their_order(void **state)
{
	static struct writer writers[THREADS];
	atomic_int called = 0;
	struct home home;

	open_home(&home, state);
	for (int t = 0; t < THREADS; t++) {
		struct writer *writer = &writers[t];
		*writer = (struct writer){ .loop = home.loop };
		for (int i = 0; i < LETTERS; i++)
			writer->letters[i] =
				(struct letter){ &home, t, i + 1, &writer->last, &called };
		assert_int_equal(pthread_create(&writer->thread, NULL, write_letters, writer), 0);
	}
	while (atomic_load(&called) < THREADS * LETTERS / 2)
		turn(&home);
	for (int t = 0; t < THREADS; t++)
		pthread_join(writers[t].thread, NULL);
	live(&home);
	assert_int_equal(called, THREADS * LETTERS);
	assert_int_equal(tc_loop_pending(home.loop), 0);
	close_home(&home);
}

static void post_again(void *data)
{
	struct home *home = data;

	note(home, "p");
	if (--home->left > 0)
		assert_ok(tc_loop_post(home->loop, post_again, home, &home->err), &home->err);
}

static void posts_are_called_once(void **state)
{
	struct home home;

	open_home(&home, state);
	home.left = 3;
	assert_int_equal(tc_loop_post(home.loop, post_again, &home, NULL), TC_OK);
	assert_string_equal(home.log, ""); /* not from inside */
	assert_int_equal(tc_loop_pending(home.loop), 1);
	turn(&home); /* one wait ends by it; what it posts is for another turn */
	assert_string_equal(home.log, "p");
	live(&home);
	assert_string_equal(home.log, "ppp");
	home.left = 1;
	tc_loop_post(home.loop, post_again, &home, NULL);
	tc_loop_free(home.loop); /* the last moment */
	assert_string_equal(home.log, "pppp");
	home.loop = NULL;
	assert_int_equal(tc_loop_post(NULL, post_again, &home, &home.err), TC_ERROR_ARGUMENT);
	close_home(&home);
}

static void post_in_vain(void *data)
{
	struct home *home = data;

	note(home, "v");
	home->left = tc_loop_post(home->loop, post_in_vain, home, &home->err);
}

/* The last of a loop may start nothing. */
static void end_in_vain(void *data, uint64_t run, tc_response *response, const tc_error *err)
{
	struct home *home = data;

	(void)run;
	(void)response;
	assert_int_equal(err->code, TC_ERROR_CANCELED);
	note(home, "d");
	assert_int_equal(
		tc_loop_timer(home->loop, 0, say, home, NULL, &home->err), TC_ERROR_ARGUMENT);
	assert_int_equal(
		tc_loop_watch(home->loop, home->pipe[0], TC_LOOP_READ, read_one, home, &home->err),
		TC_ERROR_ARGUMENT);
	assert_int_equal(tc_loop_post(home->loop, post_in_vain, home, NULL), TC_OK);
}

static void the_last_callbacks_start_nothing(void **state)
{
	struct tc_responder *responder = tc_responder_start(answer_by_script, NULL);
	tc_client *client = quick_client(responder);
	tc_call *call = ping(client);
	struct word word;
	struct home home;

	open_home(&home, state);
	assert_ok(tc_loop_start(home.loop, call, end_in_vain, &home, NULL, &home.err), &home.err);
	set(&home, &word, 0, "t");
	watch_pipe(&home, must_not_come);
	tc_loop_free(home.loop);
	home.loop = NULL;
	assert_string_equal(home.log, "dv"); /* timers and watches end without a word */
	assert_int_equal(home.left, TC_ERROR_ARGUMENT);
	assert_failure(&home.err, TC_ERROR_ARGUMENT, "loop is being freed");
	tc_call_free(call);
	tc_client_free(client);
	tc_responder_stop(responder);
	close_home(&home);
}

/* A timer that is not to be lost, and what its end does. */
struct dear {
	struct home *home;
	const char *text, *end;
	uint64_t id;
	uint64_t *cancels; /* this timer; NULL: none */
};

static void come(void *data, uint64_t timer)
{
	struct dear *dear = data;

	assert_int_equal(timer, dear->id);
	note(dear->home, dear->text);
}

static void come_to_its_end(void *data, uint64_t timer)
{
	struct dear *dear = data;
	tc_loop *loop = dear->home->loop;

	assert_int_equal(timer, dear->id);
	note(dear->home, dear->end);
	assert_false(tc_loop_timer_cancel(loop, timer)); /* it is over */
	if (dear->cancels)
		assert_true(tc_loop_timer_cancel(loop, *dear->cancels));
	assert_int_equal(tc_loop_timer(loop, 0, come, dear, NULL, NULL), TC_ERROR_ARGUMENT);
	assert_int_equal(tc_loop_post(loop, post_in_vain, dear->home, NULL), TC_ERROR_ARGUMENT);
	tc_loop_free(loop); /* it is */
}

static void set_dear(
	struct home *home, struct dear *dear, int64_t delay_ms, const char *text, const char *end)
{
	*dear = (struct dear){ home, text, end, 0, NULL };
	assert_ok(tc_loop_timer_or_end(home->loop, delay_ms, come, end ? come_to_its_end : NULL,
			  dear, &dear->id, &home->err),
		&home->err);
}

static void a_dear_timer_comes_or_ends(void **state)
{
	struct tc_responder *responder = tc_responder_start(answer_by_script, NULL);
	tc_client *client = quick_client(responder);
	tc_call *call = ping(client);
	struct dear dears[7];
	struct word word;
	struct home home;

	open_home(&home, state);
	set_dear(&home, &dears[0], 0, "a", "A");
	set_dear(&home, &dears[1], 300000, "b", "B");
	set_dear(&home, &dears[2], 200000, "c", "C");
	set_dear(&home, &dears[3], 250000, "d", "D");
	set_dear(&home, &dears[4], 150000, "e", "E");
	set_dear(&home, &dears[5], 400000, "f", "F");
	set_dear(&home, &dears[6], 160000, "g", NULL);
	set(&home, &word, 170000, "w");
	dears[2].cancels = &dears[3].id;
	assert_true(tc_loop_timer_cancel(home.loop, dears[4].id));
	while (!*home.log)
		turn(&home);
	assert_ok(tc_loop_start(home.loop, call, end_in_vain, &home, NULL, &home.err), &home.err);
	tc_loop_free(home.loop);
	assert_string_equal(home.log, "advCBF"); /* after the run and the last post */
	home.loop = NULL;
	tc_error_clear(&home.err);
	tc_call_free(call);
	tc_client_free(client);
	tc_responder_stop(responder);
	close_home(&home);
}

/* Also when a callback of the loop has freed it. */
static void free_and_go_on(void *data, uint64_t timer)
{
	struct home *home = data;

	(void)timer;
	tc_loop_free(home->loop);
	note(home, "x");
}

static void a_dear_timer_ends_with_the_turn(void **state)
{
	struct dear dears[2];
	struct home home;

	open_home(&home, state);
	assert_ok(tc_loop_timer(home.loop, 0, free_and_go_on, &home, NULL, &home.err), &home.err);
	set_dear(&home, &dears[0], 0, "a", "A"); /* due as well */
	set_dear(&home, &dears[1], 100000, "b", "B");
	while (!*home.log)
		turn(&home);
	assert_string_equal(home.log, "xAB");
	home.loop = home.host.loop = NULL;
	close_home(&home);
}

/* ---- all together ---- */

static void chain(void *data, uint64_t timer)
{
	struct home *home = data;

	(void)timer;
	note(home, "t");
	if (--home->left > 0)
		tc_loop_timer(home->loop, 0, chain, home, NULL, NULL);
}

static void note_post(void *data)
{
	note(data, "p");
}

/* A timer that sets another for now, again and again, keeps nobody away. */
static void nobody_starves(void **state)
{
	struct home home;

	open_home(&home, state);
	home.left = 50;
	tc_loop_timer(home.loop, 0, chain, &home, NULL, NULL);
	watch_pipe(&home, read_one);
	assert_int_equal(write(home.pipe[1], "r", 1), 1);
	tc_loop_post(home.loop, note_post, &home, NULL);
	close(home.pipe[1]);
	home.pipe[1] = -1;
	live(&home);
	assert_int_equal(strlen(home.log), 53);
	assert_true(strchr(home.log, 'p') - home.log < 10);
	assert_true(strchr(home.log, 'r') - home.log < 10);
	close_home(&home);
}

enum { TIMER, WATCH, POST, KINDS };

/* What a callback of each kind does, once. */
static void leave(struct home *home)
{
	note(home, "l");
	if (home->left == 0)
		tc_loop_stop(home->loop);
	assert_int_equal(
		tc_loop_poll(home->loop, 0, &home->err), TC_ERROR_ARGUMENT); /* from inside */
	tc_error_clear(&home->err);
	if (home->left == 0)
		return;
	tc_loop_free(home->loop);
	assert_int_equal(tc_loop_timer(home->loop, 0, say, home, NULL, NULL), TC_ERROR_ARGUMENT);
	home->loop = home->host.loop = NULL;
}

static void timer_leaves(void *data, uint64_t timer)
{
	(void)timer;
	leave(data);
}

static void watch_leaves(void *data, int fd, int events)
{
	struct home *home = data;

	(void)events;
	tc_loop_watch(home->loop, fd, 0, NULL, NULL, NULL);
	leave(home);
}

static void post_leaves(void *data)
{
	leave(data);
}

static void set_leaving(struct home *home, int kind)
{
	if (kind == TIMER)
		tc_loop_timer(home->loop, 0, timer_leaves, home, NULL, NULL);
	if (kind == POST)
		tc_loop_post(home->loop, post_leaves, home, NULL);
	if (kind == WATCH) {
		watch_pipe(home, watch_leaves);
		assert_int_equal(write(home->pipe[1], "a", 1), 1);
	}
}

/* From inside each kind of callback: it takes effect with the turn, and nothing comes any more but
 * the posts that are left. */
static void callbacks_may_free_the_loop(void **state)
{
	for (int kind = 0; kind < KINDS; kind++) {
		struct home home;
		struct word word;
		open_home(&home, state);
		home.left = 1;
		set_leaving(&home, kind);
		set(&home, &word, 200, "t");
		tc_loop_watch(home.loop, home.other[0], TC_LOOP_READ, must_not_come, &home, NULL);
		live(&home);
		assert_null(home.loop);
		assert_string_equal(home.log, "l");
		close_home(&home);
	}
}

static void callbacks_may_stop_the_loop(void **state)
{
	for (int kind = 0; kind < KINDS; kind++) {
		struct home home;
		struct word word;
		open_home(&home, state);
		if (home.face == HOOKS) { /* its host stops as it likes */
			close_home(&home);
			continue;
		}
		set_leaving(&home, kind);
		tc_loop_poll(home.loop, 0, NULL); /* only a look, which a post may miss */
		set(&home, &word, 0, "t");
		tc_loop_post(home.loop, note_post, &home, NULL);
		while (!strchr(home.log, 'l'))
			live(&home);
		live(&home); /* and what was left comes then */
		assert_int_equal(strlen(home.log), 3);
		assert_non_null(strchr(home.log, 't'));
		assert_non_null(strchr(home.log, 'p'));
		close_home(&home);
	}
}

static void wrong_use_is_refused(void **state)
{
	struct tc_loop_options options = TC_LOOP_OPTIONS_INIT;
	struct tc_seams seams = { 0 };
	struct home home;

	open_home(&home, state);
	tc_loop_timer(home.loop, -1, say, NULL, NULL, &home.err);
	assert_failure(&home.err, TC_ERROR_ARGUMENT, "delay_ms is -1");
	tc_loop_timer(home.loop, 0, NULL, NULL, NULL, &home.err);
	assert_failure(&home.err, TC_ERROR_ARGUMENT, "on_timer is NULL");
	tc_loop_timer(NULL, 0, say, NULL, NULL, &home.err);
	assert_failure(&home.err, TC_ERROR_ARGUMENT, "loop is NULL");
	tc_loop_post(home.loop, NULL, NULL, &home.err);
	assert_failure(&home.err, TC_ERROR_ARGUMENT, "post is NULL");
	tc_loop_watch(NULL, 0, 0, NULL, NULL, &home.err);
	assert_failure(&home.err, TC_ERROR_ARGUMENT, "loop is NULL");
	options.seams = &seams;
	assert_null(tc_loop_new(&options, &home.err));
	assert_failure(&home.err, TC_ERROR_ARGUMENT, "TC_SEAMS_INIT");
	close_home(&home);
}

/* ---- moved time ---- */

#define DAY ((int64_t)86400000)

static int64_t moved_now(void *data)
{
	return atomic_load((_Atomic int64_t *)data);
}

static void pass(void *data, int64_t ms)
{
	assert_true(ms > 0);
	atomic_fetch_add((_Atomic int64_t *)data, ms);
}

static void move_a_day(void *data, int fd, int events)
{
	(void)fd;
	(void)events;
	atomic_fetch_add((_Atomic int64_t *)data, DAY);
}

static struct tc_seams day_seams(_Atomic int64_t *now, bool sleeps)
{
	struct tc_seams seams = TC_SEAMS_INIT;

	seams.steady = moved_now;
	seams.sleep = sleeps ? pass : NULL;
	seams.data = now;
	return seams;
}

/* It waits for real, and sees that a descriptor's callback has moved the clock. */
static void a_moved_clock_is_seen(void **state)
{
	_Atomic int64_t now = 5;
	struct tc_seams seams = day_seams(&now, false);
	int64_t begun = tc_test_now_ms();
	struct word words[2];
	struct home home;

	open_with(&home, state, &seams);
	set(&home, &words[0], 4 * DAY, "b");
	set(&home, &words[1], 2 * DAY, "a");
	tc_loop_watch(home.loop, home.pipe[1], TC_LOOP_WRITE, move_a_day, &now, NULL);
	while (tc_loop_pending(home.loop) > 1)
		turn(&home);
	assert_string_equal(home.log, "ab");
	assert_int_in_range(now, 4 * DAY, 8 * DAY);
	assert_int_in_range(tc_test_now_ms() - begun, 0, 5000);
	close_home(&home);
}

/* Moved by another thread, while nothing else happens. */
static void *move_from_elsewhere(void *data)
{
	nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL);
	move_a_day(data, 0, 0);
	return NULL;
}

static void a_clock_moved_elsewhere_is_seen(void **state)
{
	_Atomic int64_t now = 5;
	struct tc_seams seams = day_seams(&now, false);
	int64_t begun = tc_test_now_ms();
	pthread_t thread;
	struct word word;
	struct home home;

	open_with(&home, state, &seams);
	set(&home, &word, DAY, "a");
	assert_int_equal(pthread_create(&thread, NULL, move_from_elsewhere, &now), 0);
	live(&home);
	pthread_join(thread, NULL);
	assert_string_equal(home.log, "a");
	assert_int_in_range(tc_test_now_ms() - begun, 19, 5000);
	close_home(&home);
}

static void days_are_slept_through(void **state)
{
	_Atomic int64_t now = 5;
	struct tc_seams seams = day_seams(&now, true);
	int64_t begun = tc_test_now_ms();
	struct word words[2];
	struct home home;

	open_with(&home, state, &seams);
	if (home.face != HOOKS) { /* where its host would sleep */
		set(&home, &words[0], 365 * DAY, "b");
		set(&home, &words[1], DAY, "a");
		live(&home);
		assert_string_equal(home.log, "ab");
		assert_int_equal(now, 5 + 365 * DAY);
	}
	assert_int_in_range(tc_test_now_ms() - begun, 0, 2000);
	close_home(&home);
}

/* Pauses of hours between attempts, on a loop and in a blocking call. */
static void retries_of_days_take_a_moment(void **state)
{
	struct tc_responder_reply busy = { .status = 503, .body = "{}" };
	struct script script = { { busy }, 1 };
	struct tc_responder *responder = tc_responder_start(answer_by_script, &script);
	struct tc_options options = quick_options(responder);
	_Atomic int64_t now = 5;
	struct tc_seams seams = day_seams(&now, true);
	int64_t begun = tc_test_now_ms();
	struct note runs = { 0 };
	struct home home;

	open_with(&home, state, &seams);
	options.retry_delay_ms = options.retry_delay_max_ms = DAY;
	options.seams = &seams;
	tc_client *client = tc_client_new(&options, &home.err);
	assert_ok(home.err.code, &home.err);
	tc_call *call = ping(client);
	assert_int_equal(tc_call_perform(call, NULL, &home.err), TC_ERROR_HTTP);
	assert_true(now > 3 * DAY);
	tc_error_clear(&home.err);
	if (home.face != HOOKS) {
		int64_t before = now;
		tc_loop_start(home.loop, call, take_note, &runs, NULL, NULL);
		live(&home);
		assert_int_equal(runs.code, TC_ERROR_HTTP);
		assert_true(now - before > 3 * DAY);
		uint64_t run;
		tc_loop_start(home.loop, call, take_note, &runs, &run, NULL);
		tc_loop_set_timeout(home.loop, run, DAY / 4, NULL);
		live(&home);
		assert_true(runs.code == TC_ERROR_TIMEOUT || runs.code == TC_ERROR_HTTP);
	}
	assert_int_in_range(tc_test_now_ms() - begun, 0, 10000);
	tc_call_free(call);
	close_home(&home);
	tc_client_free(client);
	tc_responder_stop(responder);
}

/* Hosts have to see by themselves that what they were told was of another descriptor. */
#define ON_OWN(test) \
	{ #test " (poll)", test, NULL, NULL, (void *)(uintptr_t)POLL }, \
	{ \
#test " (epoll)", test, NULL, NULL, (void *)(uintptr_t)BEST \
	}
#define ON_ALL(test) \
	{ #test " (poll)", test, NULL, NULL, (void *)(uintptr_t)POLL }, \
		{ #test " (epoll)", test, NULL, NULL, (void *)(uintptr_t)BEST }, \
	{ \
#test " (hooks)", test, NULL, NULL, (void *)(uintptr_t)HOOKS \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_ALL(timers_come_in_their_order),
		ON_ALL(canceled_timers_do_not_come),
		ON_ALL(timers_by_the_thousand),
		ON_ALL(a_descriptor_is_told_of_until_it_is_read),
		ON_ALL(writing_is_told_of_too),
		ON_ALL(what_is_watched_no_more_is_silent),
		ON_ALL(a_number_may_become_another_descriptor),
		ON_ALL(what_cannot_be_watched_is_refused),
		ON_OWN(what_came_for_the_one_before_is_not_told),
		cmocka_unit_test(far_timers_fit_a_hosts_int),
		ON_ALL(posts_of_many_threads_keep_their_order),
		ON_ALL(posts_are_called_once),
		ON_ALL(the_last_callbacks_start_nothing),
		ON_ALL(a_dear_timer_comes_or_ends),
		ON_ALL(a_dear_timer_ends_with_the_turn),
		ON_ALL(nobody_starves),
		ON_ALL(callbacks_may_free_the_loop),
		ON_ALL(callbacks_may_stop_the_loop),
		ON_ALL(wrong_use_is_refused),
		ON_ALL(a_moved_clock_is_seen),
		ON_ALL(a_clock_moved_elsewhere_is_seen),
		ON_ALL(days_are_slept_through),
		ON_ALL(retries_of_days_take_a_moment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
