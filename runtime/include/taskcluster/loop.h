/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TASKCLUSTER_LOOP_H
#define TASKCLUSTER_LOOP_H

/*
 * Many calls at once from one thread. A loop carries the runs of calls, of any clients of its
 * thread; each run ends in one callback. A run begins at once or, when as many as the limit are
 * under way, waits its turn; it is repeated like a synchronous call, but its pauses are timers.
 *
 *	static void on_done(void *data, uint64_t run, tc_response *response, const tc_error *err)
 *	{
 *		if (err)
 *			fprintf(stderr, "%s\n", tc_error_text(err));
 *		tc_release(response);
 *	}
 *
 *	tc_loop *loop = tc_loop_new(NULL, &err);
 *	tc_loop_start(loop, call, on_done, data, NULL, &err);
 *	tc_call_free(call);
 *	tc_loop_run(loop, &err);
 *	tc_loop_free(loop);
 *
 * A program can live on it: timers, descriptors of its own, and what other threads have to say come
 * back in callbacks like the runs.
 *
 * It has two faces. With the poll face (no hooks) the loop waits by itself: tc_loop_run, or
 * tc_loop_poll again and again. With the hook face a host's own event loop (epoll, libuv, libevent)
 * waits for it: the loop says through two hooks which descriptors and which time to wait for, and
 * is told of them by tc_loop_ready and tc_loop_timeout. The examples show each.
 *
 * A loop, its clients and its calls belong to one thread. Only tc_loop_cancel, tc_loop_post and
 * tc_loop_wake may be called from any thread (but see tc_loop_on). Callbacks come from inside
 * tc_loop_run, tc_loop_poll, tc_loop_ready, tc_loop_timeout and tc_loop_free, never from inside
 * a function that starts or sets something, nor tc_loop_cancel. In a callback everything is
 * allowed but to wait on the loop, which is refused. What a callback starts or sets for at once
 * comes in another turn, so that descriptors and other threads have theirs. After tc_loop_cancel
 * on the loop's thread nothing of that run is called any more but its on_done.
 *
 * A name is looked up by a thread of libcurl's, which nothing can break off. What ends meanwhile
 * (by its timeout, by a cancel, with the loop or client) leaves it behind: the thread touches
 * nothing of ours and ends when the resolver gives up, by glibc after some 10 to 30 seconds. When
 * 256 were left behind within half a minute no other look-up is begun: attempts that need one fail
 * at once with TC_ERROR_NETWORK, and are repeated like others. A program that unloads the library
 * by dlclose gives look-ups that time first. Versions of libcurl before 7.87 wait for the look-up
 * instead.
 */

#include <taskcluster/call.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tc_loop tc_loop;

/*
 * A run has ended, which happens once to each. Exactly one of `response` and `err` is not NULL: the
 * response belongs to the callback (tc_release), the error is borrowed until it returns. A run that
 * was canceled ends with TC_ERROR_CANCELED.
 */
typedef void tc_done_fn(void *data, uint64_t run, tc_response *response, const tc_error *err);

/* What to watch a descriptor for, and what became of it. */
enum tc_loop_event {
	TC_LOOP_READ = 1,
	TC_LOOP_WRITE = 2,
	TC_LOOP_ERROR = 4 /* only told, never asked for; reading or writing will say more */
};

struct tc_loop_options {
	size_t size;               /* set by TC_LOOP_OPTIONS_INIT */
	size_t in_flight;          /* attempts under way at the same time; 64 */
	void (*woken)(void *data); /* runs on the loop's thread after a tc_loop_wake, once for
				      all that came meanwhile */
	/*
	 * The hook face; both or neither. `watch` sets which events (a sum of enum tc_loop_event;
	 * 0: no more, also for one that could not be watched) of a descriptor to wait for; it
	 * returns 0, or anything else when it cannot, and the run that needs it fails with
	 * TC_ERROR_SYSTEM, or tc_loop_watch itself does. `timer` sets the one timer anew: from now
	 * in ms, 0 for as soon as possible, at most INT32_MAX, -1 for none. They are called from
	 * inside any function of the loop and must not call one.
	 */
	int (*watch)(void *data, int fd, int events);
	void (*timer)(void *data, int64_t delay_ms);
	void *data;                   /* for the hooks and `woken` */
	const struct tc_seams *seams; /* time; copied; NULL: the system's. With a `steady` the host
					 is asked for a timer every few ms */
};
#define TC_LOOP_OPTIONS_INIT TC_SIZED_INIT(struct tc_loop_options)

/* NULL options: the poll face, and the defaults. */
TC_API tc_loop *tc_loop_new(const struct tc_loop_options *options, tc_error *err);

/*
 * A loop on a client's own connections and with its seams, for a function that waits until many
 * calls are done, as the client's batches and lists do: the poll face only. in_flight as in the
 * options; 0: 64. It costs little and holds no descriptor, so it belongs to the client's thread
 * altogether: tc_loop_cancel, tc_loop_post and tc_loop_wake are for that thread as well, as nothing
 * could end its wait from another, and tc_loop_watch is refused (TC_ERROR_ARGUMENT). While another
 * function of the client waits its attempts go on, and its callbacks and timers wait for it to be
 * polled.
 *
 * The client's tc_cancel, fired, ends its runs and a tc_loop_poll at once, also when nothing but
 * timers is set: the timers stay, so a caller looks at the tc_cancel between two polls. It ends one
 * poll, not all that follow. That of a call ends its run at once when the client has none and no
 * other run has another one; else within a tenth of a second.
 *
 * Like blocking calls it is refused with TC_ERROR_ARGUMENT, and so is polling it, from inside a
 * callback of one of the client's calls. tc_loop_free from there takes effect when the function
 * that called back returns. It may be freed before or after the client, whose reference it holds.
 */
TC_API tc_loop *tc_loop_on(tc_client *client, size_t in_flight, tc_error *err);

/*
 * Starts a run of a call and comes back at once; what `on_done` gets is all that tells of it later.
 * The call may be freed, or started again, right after. *run (which may be NULL) is its number on
 * this loop, from 1, never used twice. On failure nothing was started, and no callback comes.
 */
TC_API int tc_loop_start(tc_loop *loop, const tc_call *call, tc_done_fn *on_done, void *data,
	uint64_t *run, tc_error *err);

/* Ends a run with TC_ERROR_TIMEOUT unless it has ended within `timeout_ms` from now, its time in
 * the queue and all its attempts included. Replaces a time set before; negative: none. No effect
 * on a run that has ended. */
TC_API int tc_loop_set_timeout(tc_loop *loop, uint64_t run, int64_t timeout_ms, tc_error *err);

/*
 * Timers of the caller's own: `on_timer` is called once, `delay_ms` (0 or more) from now or a
 * little later, among those due at the same time in the order in which they were set. *timer (which
 * may be NULL) is its number, of the same row as those of runs. tc_loop_timer_cancel: whether it
 * was still set; it is called no more. Thousands cost little: setting and canceling take the time
 * of a logarithm.
 */
typedef void tc_timer_fn(void *data, uint64_t timer);
TC_API int tc_loop_timer(tc_loop *loop, int64_t delay_ms, tc_timer_fn *on_timer, void *data,
	uint64_t *timer, tc_error *err);
TC_API bool tc_loop_timer_cancel(tc_loop *loop, uint64_t timer);

/*
 * The same for what must not be lost, as it owns something or somebody waits for its end: when the
 * loop is freed before its time, `on_end` is called instead, once. That comes from tc_loop_free
 * (or, when a callback has called that, with the end of the turn), after all other callbacks of the
 * loop, in the order in which they would have been due; nothing can be started or posted any more.
 * tc_loop_timer_cancel ends both, also that of another timer in `on_end`. NULL: as tc_loop_timer.
 * In a child of fork it is not called.
 */
TC_API int tc_loop_timer_or_end(tc_loop *loop, int64_t delay_ms, tc_timer_fn *on_timer,
	tc_timer_fn *on_end, void *data, uint64_t *timer, tc_error *err);

/*
 * A descriptor of the caller's own: `on_events` is called in each turn in which it can be read from
 * (TC_LOOP_READ) or written to (TC_LOOP_WRITE), as `events` asks for, or has an error or hung up,
 * until it is watched no more: `events` 0, for which `on_events` is not needed. Another call for
 * the same descriptor replaces what was set. It stays the caller's, who ends the watch before
 * closing it. TC_ERROR_ARGUMENT when it is not open, or one that the loop itself uses;
 * TC_ERROR_SYSTEM when it cannot be watched (a file), and then it is not, whatever was set before.
 * In a callback watches may be set and ended as one likes, and nothing comes any more for one that
 * was.
 */
typedef void tc_watch_fn(void *data, int fd, int events);
TC_API int tc_loop_watch(
	tc_loop *loop, int fd, int events, tc_watch_fn *on_events, void *data, tc_error *err);

/*
 * Has `post` called once on the loop's thread, soon, in the order in which they were given; those
 * that are left at the end are called by tc_loop_free, and can then leave none themselves
 * (TC_ERROR_ARGUMENT). From any thread, before, while and after the loop runs, but not beyond its
 * tc_loop_free: end other threads first. Posts to come keep no tc_loop_run going: a program that
 * waits for nothing else sets a timer, however far.
 */
typedef void tc_post_fn(void *data);
TC_API int tc_loop_post(tc_loop *loop, tc_post_fn *post, void *data, tc_error *err);

/* Cancels a run, soon. From any thread, while the loop is there. No effect on a run that has ended.
 * TC_OK, TC_ERROR_NOMEM, or TC_ERROR_ARGUMENT for NULL. */
TC_API int tc_loop_cancel(tc_loop *loop, uint64_t run);

/* Ends the wait of the loop's thread: tc_loop_poll returns, and `woken` is called. From any thread,
 * while the loop is there. */
TC_API void tc_loop_wake(tc_loop *loop);

/* What is left: runs that have not ended (those in the queue and between two attempts included),
 * timers that are set, descriptors that are watched, and posts that were not called yet. */
TC_API size_t tc_loop_pending(const tc_loop *loop);

/*
 * The poll face. tc_loop_poll waits at most `timeout_ms` (negative: as long as it takes) until
 * something happens (it may return before either), and does what is to be done. tc_loop_run goes on
 * until nothing is left (tc_loop_pending), or until tc_loop_stop, after which no further callback
 * comes before the loop is polled or run again.
 */
TC_API int tc_loop_poll(tc_loop *loop, int64_t timeout_ms, tc_error *err);
TC_API int tc_loop_run(tc_loop *loop, tc_error *err);
TC_API void tc_loop_stop(tc_loop *loop);

/* The hook face: these events came for the descriptor; the time came that the timer was set to. A
 * host that is told of several descriptors at once tells on only those that the watch hook has not
 * set or ended since: the number may mean another one. */
TC_API void tc_loop_ready(tc_loop *loop, int fd, int events);
TC_API void tc_loop_timeout(tc_loop *loop);

/*
 * Ends the loop. Posts that are left are called, and the runs that are left end, as canceled, with
 * their callbacks; nothing can be started in these. Timers (but see tc_loop_timer_or_end) and
 * watches end without a word. NULL is fine. From inside a callback it takes effect when the turn
 * ends, until when nothing is called any more: the loop is gone when the tc_loop_run, _poll, _ready
 * or _timeout that called back returns. After fork a child may do only this (no callback comes
 * then) or exec.
 */
TC_API void tc_loop_free(tc_loop *loop);

#ifdef __cplusplus
}
#endif

#endif
