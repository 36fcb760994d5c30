/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_LOOP_H
#define TC_RUNTIME_LOOP_H

/*
 * An event loop from inside. A run stands in one place at a time:
 *
 *	queue -> flight -> landed -> ended                  (one attempt)
 *	queue -> flight -> landed -> pause -> queue -> …    (repeated: the pause is a timer)
 *
 * and is in the table, by its number, until its callback was called.
 *
 *	loop.c         the public functions, and the turn: what is done after anything happened
 *	due.c          when that is next
 *	run.c          the lists that runs stand in
 *	table.c        what is found by its number
 *	timer.c        what is due when
 *	flight.c       attempts on the pool
 *	alarm.c        timers of the user
 *	watch.c        descriptors of the user
 *	connection.c   connections of the user, for other protocols
 *	post.c         functions that other threads want to be called
 *	wake.c         how other threads cancel and wake
 *
 * A loop of a user has a pool of its own, or is on the pool of a client (tc_loop_on). Lists,
 * streams and batches have private loops there. Such hold no descriptor and cost little; nothing
 * can end their waits but what is known before, and the cancel.
 */

#include "runtime/src/call/call.h"
#include "runtime/src/http/pool.h"
#include "runtime/src/loop/post.h"
#include "runtime/src/loop/run.h"
#include "runtime/src/loop/table.h"
#include "runtime/src/loop/timer.h"
#include "runtime/src/loop/wake.h"
#include <taskcluster/connection.h>
#include <taskcluster/loop.h>

struct tc_loop {
	struct tc_loop_options options;
	struct tc_seams seams; /* a copy, for its own pool */
	struct tc__pool *pool; /* where its runs fly: */
	struct tc__pool own;   /* its own, */
	tc_client *client;     /* or that of a client, counted; NULL */
	bool is_private;       /* its runs' numbers are known to nobody outside */
	/* What ends the waits on a client's pool: the client's, or that of its runs, while one of
	 * them has it. Where others have another one, those are looked at now and then. */
	const tc_cancel *cancel;
	bool cancel_seen;            /* a wait has ended by it */
	size_t cancels[TC__CANCELS]; /* how many runs have which, and who made the loop */
	struct tc__errand errand;    /* its end, when somebody else is at work on the pool */
	struct tc__wake wake;

	struct tc__table runs;
	struct tc__run_list queue, landed, ended;
	struct tc__spare *spares; /* see tc__flight_end */
	struct tc__timers timers;
	struct tc__table alarms; /* of the user */
	struct {
		struct tc__table table;
		struct tc__watch *ready, *last; /* for which something came in this turn */
	} watches;
	tc_connection *connections; /* of the user, newest first, */
	size_t connection_count;
	struct tc__posts posts;
	uint64_t last_id; /* of runs and of the user's timers */
	size_t flying;    /* at most options.in_flight */
	struct {
		int64_t due_ms, curl_ms;
	} armed;     /* what the host's timer is set to: our own time, and curl's */
	bool inside; /* a turn is under way: callbacks may be running */
	bool stopped, ending;
	bool doomed; /* tc_loop_free was called from inside: it ends with the turn */
};

#define TC__NEVER INT64_MAX
#define TC__AT_ONCE INT64_MIN

/* With a way of waiting of its own; NULL: that of the hooks, or the best there is. For tests. */
tc_loop *tc__loop_new(
	const struct tc_loop_options *options, const struct tc__waiter_kind *kind, tc_error *err);

/* A private loop on a client's pool, for the poll face. Whoever frees it sees to it that nobody is
 * at work on the pool. */
tc_loop *tc__loop_on(tc_client *client, size_t in_flight, tc_error *err);

/* A run whose reply goes through a sink, which may pause it. `terms` may be NULL: the call's. */
int tc__loop_start(tc_loop *loop, const tc_call *call, struct tc__sink *sink,
	const struct tc__terms *terms, tc_done_fn *on_done, void *data, uint64_t *run,
	tc_error *err);

/* Goes on with a run that its sink has paused: at once (not from inside the sink), or in the loop's
 * next turn. */
void tc__loop_resume(tc_loop *loop, uint64_t run);
void tc__loop_resume_later(tc_loop *loop, uint64_t run);

/* The time that its sink's attempt is due has come nearer. */
void tc__loop_hurry(tc_loop *loop, uint64_t run);

/* On the loop's thread, also within a turn: the run was canceled (tc_loop_cancel), or its loop
 * freed, and none of its callbacks but on_done may be called any more. */
static inline bool tc__loop_has_canceled(const tc_loop *loop, uint64_t run)
{
	return loop->doomed || tc__wake_has_wish(&loop->wake, run);
}

/* In a callback: the error that it was given, with all its details. */
void tc__loop_take_error(tc_loop *loop, uint64_t run, tc_error *to);

/* ---- due.c ---- */

static inline bool tc__loop_may_launch(const tc_loop *loop)
{
	return loop->queue.first && loop->flying < loop->options.in_flight;
}

/* When the loop has to be asked next, if not by curl, from now; -1: for ever. */
int64_t tc__loop_delay(const tc_loop *loop);

/* Tells the host about the time, if that is news and no turn is under way, which tells it at its
 * end. */
void tc__loop_arm(tc_loop *loop);

/* Not TC_OK while the loop is being freed. */
int tc__loop_check_open(const tc_loop *loop, tc_error *err);

/* Room for one timer more than there are things with one. */
static inline bool tc__loop_reserve_timer(tc_loop *loop)
{
	return tc__timers_reserve(
		&loop->timers, loop->runs.count + loop->alarms.count + loop->connection_count + 1);
}

/* ---- alarm.c, watch.c, connection.c ---- */

/* Ends all that are left, as they are due, when no run has a timer any more; those that want it are
 * told. */
void tc__alarms_end(tc_loop *loop);

/* Something came for a descriptor; false: it is not the user's. */
bool tc__watches_note(tc_loop *loop, int fd, int events);

/* Tells the user what came in this turn. */
void tc__watches_call(tc_loop *loop);
void tc__watches_clear(tc_loop *loop);

/* As tc_loop_watch, for a socket of libcurl's that a connection has. */
int tc__loop_watch_own(
	tc_loop *loop, int fd, int events, tc_watch_fn *on_events, void *data, tc_error *err);

/* Those that are left are gone, without a word. */
void tc__connections_end(tc_loop *loop);

/* ---- flight.c ---- */

/* Begins an attempt of a run; if that fails it has landed. */
void tc__flight_begin(tc_loop *loop, struct tc__run *run);

/* Breaks off what the run does. */
void tc__flight_break(tc_loop *loop, struct tc__run *run);

/* Ends its performance. The room of those that flew at a time is kept for the next, as it is larger
 * than what malloc gives quickly. */
void tc__flight_end(tc_loop *loop, struct tc__run *run);
void tc__flight_drop_spares(tc_loop *loop);

#endif
