/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_LOOP_H
#define TC_RUNTIME_LOOP_H

/*
 * An event loop from inside. A run stands in one place at a time:
 *
 *	queue -> flight -> ended                  (one attempt)
 *	queue -> flight -> pause -> queue -> …    (repeated: the pause is a timer)
 *
 * and is in the table, by its number, until its callback was called.
 *
 *	loop.c         the public functions, and the turn: what is done after anything happened
 *	run.c          where runs are kept: table, lists, timers
 *	flight.c       attempts on curl's multi interface
 *	wake.c         what other threads may do
 *	poll.c, epoll.c  waiting, for the poll face
 */

#include "runtime/src/call/call.h"
#include "runtime/src/http/transport_curl.h"
#include "runtime/src/loop/run.h"
#include "runtime/src/loop/wait.h"
#include "runtime/src/loop/wake.h"
#include <taskcluster/loop.h>
#include <unistd.h>

/* An easy handle, on its way with a run or idle. */
struct tc__flight {
	struct tc__transfer transfer; /* first: curl knows the handle's owner by its address */
	struct tc__run *run;          /* NULL: idle */
	struct tc__setup *setup;
	tc_loop *loop;
	struct tc__flight *next; /* of the idle ones */
	bool spoilt;             /* not to be used again */
	bool waits;              /* how it was set up last time */
};

/* Handles that were set up alike. Most programs have one setup. */
struct tc__setup {
	struct tc__curl_settings settings; /* texts lie behind this struct */
	struct tc__flight *idle;
	struct tc__setup *next;
};

/* What happens to runs whose flights have ended; loop.c says it when the loop is made. */
struct tc__landings {
	/* An attempt has ended: what comes next for its run. Clears *failure. */
	void (*judge)(tc_loop *loop, struct tc__run *run, int rc, tc_error *failure);

	/* Curl could not do its part, and may have forgotten any of its transfers: all runs that
	 * fly are given up. */
	void (*fail_flying)(tc_loop *loop, bool no_memory);
};

struct tc_loop {
	struct tc_loop_options options;
	const struct tc__landings *landings;
	const struct tc__waiter_kind *waiter_kind; /* NULL: the hook face */
	struct tc__waiter *waiter;
	CURLM *multi; /* NULL after it failed, until the next attempt */
	struct tc__sockets sockets;
	pid_t owner; /* a child of fork is not the owner of the connections */
	struct tc__wake wake;

	struct tc__run_table runs;
	struct tc__run_list queue, ended;
	struct tc__timers timers;
	uint64_t last_id;
	struct tc__setup *setups;
	size_t flying;       /* handles on their way, */
	size_t opened;       /* and with the idle ones: at most options.in_flight */
	int64_t curl_due_ms; /* when curl wants to be asked; TC__NEVER */
	int64_t armed_ms;    /* what the host's timer is set to, as tc__loop_due tells it */
	bool inside;         /* a turn is under way: callbacks may be running */
	bool stopped, ending;
	bool doomed; /* tc_loop_free was called from inside: it ends with the turn */
	bool secure; /* some run went over TLS, so SIGPIPE has to be minded */
};

#define TC__NEVER INT64_MAX
#define TC__AT_ONCE INT64_MIN

/* With a way of waiting of its own; NULL: that of the hooks, or the best there is. For tests. */
tc_loop *tc__loop_new(
	const struct tc_loop_options *options, const struct tc__waiter_kind *kind, tc_error *err);

/* A run whose reply goes through a sink, which may pause it. */
int tc__loop_start(tc_loop *loop, const tc_call *call, struct tc__sink *sink, tc_done_fn *on_done,
	void *data, uint64_t *run, tc_error *err);

/* Goes on with a run that its sink has paused: at once (not from inside the sink), or in the loop's
 * next turn. */
void tc__loop_resume(tc_loop *loop, uint64_t run);
void tc__loop_resume_later(tc_loop *loop, uint64_t run);

/* On the loop's thread, also within a turn: the run was canceled (tc_loop_cancel), or its loop
 * freed, and none of its callbacks but on_done may be called any more. */
bool tc__loop_has_canceled(const tc_loop *loop, uint64_t run);

/* In a callback: the error that it was given, with all its details. */
void tc__loop_take_error(tc_loop *loop, uint64_t run, tc_error *to);

/* ---- flight.c ---- */

/* The curl side of a loop. The hooks are called by curl from now on. */
int tc__flights_open(tc_loop *loop, tc_error *err);

/* Frees all handles, none of which flies, and the connections. */
void tc__flights_close(tc_loop *loop);

/* Begins an attempt of a run; if that fails the run has moved on. */
void tc__flight_begin(tc_loop *loop, struct tc__run *run);

/* Breaks off what the run does. */
void tc__flight_break(tc_loop *loop, struct tc__run *run);

/* Goes on where the run's sink was full, if it was: feeds it at once. Not from inside the sink. */
void tc__flight_resume(tc_loop *loop, struct tc__run *run);

/* Curl works: on a descriptor with events, or (fd TC__TIMEOUT) on what is due. Attempts that ended
 * move their runs on. */
#define TC__TIMEOUT (-1)
void tc__flights_drive(tc_loop *loop, int fd, int events);

#endif
