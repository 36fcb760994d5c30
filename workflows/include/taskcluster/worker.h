/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TASKCLUSTER_WORKER_H
#define TASKCLUSTER_WORKER_H

/*
 * A worker: it claims tasks of a queue, keeps each claim alive, and reports once how each task
 * ended. What a task is to do, and where, is its user's:
 *
 *	static void start(void *data, tc_task *task)
 *	{
 *		… begin the work: a process, a thread; come back at once
 *	}
 *	static void stop_work(void *data, tc_task *task, enum tc_abort why)
 *	{
 *		… end the work within 5 s, then resolve the task as if it had ended by itself
 *	}
 *
 *	struct tc_worker_options options = TC_WORKER_OPTIONS_INIT;
 *	options.task_queue_id = "build/linux";
 *	options.worker_group = "rack-1";
 *	options.worker_id = "machine-7";
 *	options.start = start;
 *	options.abort = stop_work;
 *	tc_worker *worker = tc_worker_new(NULL, client, &options, &err);
 *	int rc = tc_worker_run(worker, &err);
 *	tc_worker_free(worker);
 *
 * and, whenever the work of a task is done, from any thread:
 *
 *	tc_worker_resolve(worker, task, TC_TASK_COMPLETED, NULL);
 *
 * The library makes no thread: all happens on the loop, in callbacks. Tasks that have run out of
 * their claim, were canceled, or are over their deadline are aborted and not reported on; the queue
 * has resolved them itself. While no reply comes a claim is renewed again and again until it ends.
 *
 * Every function is for the loop's thread, and allowed in callbacks, but tc_worker_resolve and
 * tc_worker_stop, which may be called from any thread until tc_worker_free (and the latter from a
 * signal handler), and those of a task that say so. A worker is freed before its loop. Times go by
 * the client's seams: with some the loop is the caller's, and has the same.
 *
 * A claim ends by the server's clock, and is kept by one here that never goes back: it is renewed
 * 3 minutes before its end, or after 70 % of it if it lasts for less than 10 minutes; at once when
 * the wall clock was set, or the machine has slept. Renewals go on until the task has ended, also
 * while its work is being aborted and while artifacts are uploaded.
 */

#include <taskcluster/client.h>
#include <taskcluster/loop.h>
#include <taskcluster/queue_types.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tc_worker tc_worker;

/* A run of a task that this worker has claimed: from `start` (or `leftover`) until `ended` has
 * returned. Calls are counted and traced by the client's metrics, log and progress. */
typedef struct tc_task tc_task;

/* How a task ended; what is told to the queue. */
enum tc_task_result {
	TC_TASK_COMPLETED = 1,
	TC_TASK_FAILED,               /* the task's own fault: it does not run again */
	TC_TASK_INTERMITTENT,         /* exception intermittent-task: another run follows, */
	TC_TASK_WORKER_SHUTDOWN,      /* exception worker-shutdown: and here, too */
	TC_TASK_MALFORMED_PAYLOAD,    /* exception malformed-payload */
	TC_TASK_RESOURCE_UNAVAILABLE, /* exception resource-unavailable */
	TC_TASK_INTERNAL_ERROR        /* exception internal-error: the worker itself broke */
};

/* Why the work of a task is to end before its time. After the first three nothing is reported, and
 * results do not matter: artifacts may still be made, such as the log. */
enum tc_abort {
	TC_ABORT_LOST = 1,    /* the queue says that the task is no longer ours: tc_task_status */
	TC_ABORT_CLAIM_ENDED, /* the claim could not be renewed in time */
	TC_ABORT_DEADLINE,    /* the task's deadline has come */
	TC_ABORT_RUN_TIME,    /* tc_task_limit: it ends as failed */
	TC_ABORT_SHUTDOWN     /* the worker stops: worker-shutdown */
};

/*
 * How a worker stops: it claims no more, and what runs is finished, or aborted as worker-shutdown
 * (what is not resolved within 30 s of that is reported without its caller).
 *
 * A claimWork under way is waited for while tasks run, and for stop_wait_ms at least: to cut it off
 * could lose the tasks it was about to bring until they expire. Those it does bring are given back
 * at once as worker-shutdown, without `start`, so that others take them.
 */
enum tc_stop { TC_STOP_FINISH = 1, TC_STOP_ABORT };

/* Why a worker has stopped. */
enum tc_worker_end {
	TC_END_STOPPED = 1, /* tc_worker_stop, */
	TC_END_TASKS,       /* task_limit, */
	TC_END_IDLE,        /* idle_ms, */
	TC_END_MANAGER,     /* or worker-manager wants it to */
	TC_END_REFUSED      /* it may not claim, or not register: tc_worker_run has the error */
};

/* A task that has ended, in `ended`; borrowed until that returns. */
struct tc_task_end {
	enum tc_task_result result; /* what was, or would have been, reported */
	enum tc_abort aborted;      /* 0: it was not */
	bool reported;              /* the queue took the report */
	const char *state;          /* of our run, as the queue says when it was not reported:
				       "exception", or still "running", as the queue looks for ended
				       claims each few seconds and for deadlines a minute late;
				       NULL: it was reported, or the queue could not be asked */
	const char *reason;         /* of "exception": "canceled", "claim-expired", …; NULL */
	const tc_error *err;        /* why it was not reported; NULL */
};

/* What a worker has done since its beginning, and does. */
struct tc_worker_stats {
	size_t size;                                       /* set by TC_WORKER_STATS_INIT */
	int64_t claimed;                                   /* tasks; of them */
	int64_t completed, failed, exceptions, unreported; /* have ended so */
	int64_t busy;                                      /* now, from claim to end */
	int64_t reclaims;                                  /* that succeeded */
	int64_t queued_ms;     /* how long those claimed were pending before, in all */
	int64_t last_claim_ms; /* ms ago, when a claimWork was last answered; -1: never */
};
#define TC_WORKER_STATS_INIT TC_SIZED_INIT(struct tc_worker_stats)

/*
 * The life cycle of a worker in a pool of worker-manager: it registers with its proof, signs with
 * what it gets, registers anew before that ends, and asks before each claim whether it shall stop.
 * Its client needs no credentials. worker_group and worker_id are the worker's, and the pool is its
 * task queue. `proof` is what its provider wants: for a static worker {"staticSecret": "…"}.
 */
struct tc_worker_pool {
	size_t size; /* set by TC_WORKER_POOL_INIT */
	const char *provider_id;
	const tc_json *proof;  /* borrowed until the worker is registered */
	const char *boot_time; /* a date; when the machine began; NULL */
	/* The pool's configuration for this worker, when it has registered; borrowed until it
	 * returns. Not when a worker goes on with what its state file knows. Optional. */
	void (*registered)(void *data, const tc_json *worker_config);
};
#define TC_WORKER_POOL_INIT TC_SIZED_INIT(struct tc_worker_pool)

/* Start from TC_WORKER_OPTIONS_INIT; zero and NULL mean the default. Texts are copied. */
struct tc_worker_options {
	size_t size; /* set by TC_WORKER_OPTIONS_INIT */
	const char *task_queue_id, *worker_group, *worker_id;
	int capacity; /* tasks at the same time; 1 */

	/* A task was claimed: begins the work and comes back at once. Required. */
	void (*start)(void *data, tc_task *task);
	/* The work is to end: it is killed, and the task resolved within 5 s, after which its
	 * client may soon be refused. Called at most once a task, and never after it was resolved
	 * (but what another thread does at the same moment may cross it). Required. */
	void (*abort)(void *data, tc_task *task, enum tc_abort why);
	/* A task that was resolved has ended: nothing of it is used after this. Once for each that
	 * `start` began, or `leftover` took over. Optional. */
	void (*ended)(void *data, tc_task *task, const struct tc_task_end *end);
	/* Of a task that an earlier worker of the same state file had when it died, whose claim is
	 * still good: true takes it over, as `start` would. Else (and NULL) its noted processes are
	 * killed and it is resolved as worker-shutdown. Optional. */
	bool (*leftover)(void *data, tc_task *task);
	void *data; /* for all of them */

	int64_t task_limit;     /* stop after so many were claimed and have ended; none */
	int64_t idle_ms;        /* stop after so long without a task; never */
	int64_t status_poll_ms; /* ask so often whether a running task was canceled, which is else
				   seen when the claim is renewed; 0: do not. The client may need
				   queue:status:<taskId> */
	int64_t stop_wait_ms;   /* so long a stop waits at least for a claim under way; 2,000 */
	const char *state_path; /* a file that outlives this process: below. NULL: none */
	const struct tc_worker_pool *pool; /* NULL: the client has credentials that may claim */
	tc_log_fn *log; /* one line for each task that has ended, and for trouble; gets `data`; must
			   not call into the worker, but may stop it */
};
#define TC_WORKER_OPTIONS_INIT TC_SIZED_INIT(struct tc_worker_options)

/*
 * A worker on a loop, or with a loop of its own inside (NULL, for tc_worker_run). It begins at once
 * on the loop's next turn. A loop of the caller's has room for renewals beside what else is under
 * way: in_flight is up to three calls a task more than that. The client is used for claiming only,
 * as it is: at its root URL, with its credentials (which it may renew) or those of the pool. Its
 * tc_cancel, fired, would end all calls, reports as well: tc_worker_stop is for that.
 *
 * With state_path what it has claimed is written down before a task begins: the file (mode 0600, it
 * holds the claims' credentials; outside of what tasks can reach) is locked, so that a second
 * worker on it is TC_ERROR_SYSTEM. After a crash the next worker with the same file, queue, group
 * and id kills what is left of the processes that tc_task_note_process named, and gives the tasks
 * back. A worker that has ended well leaves no file.
 */
TC_API tc_worker *tc_worker_new(
	tc_loop *loop, tc_client *client, const struct tc_worker_options *options, tc_error *err);

/* Polls the worker's own loop until it has ended: TC_OK, or why it may not work on
 * (TC_END_REFUSED). */
TC_API int tc_worker_run(tc_worker *worker, tc_error *err);

/* The loop it is on, for timers, watches, uploads. */
TC_API tc_loop *tc_worker_loop(tc_worker *worker);

/* Whether it has ended (on a loop of the caller's: asked in `ended`, or told by on_end), and why;
 * 0: not yet. */
TC_API enum tc_worker_end tc_worker_ended(const tc_worker *worker);

/* Called once when it has ended, on the loop's thread; replaces the one set before. *err as
 * tc_worker_run returns it, else NULL. */
typedef void tc_worker_end_fn(void *data, enum tc_worker_end end, const tc_error *err);
TC_API void tc_worker_on_end(tc_worker *worker, tc_worker_end_fn *on_end, void *data);

/* Stops it: soon, once all its tasks have ended. ABORT after FINISH makes haste. From any thread,
 * and from a signal handler. */
TC_API void tc_worker_stop(tc_worker *worker, enum tc_stop how);

/* Signs claims with these from now on, as when a machine's supervisor has new ones. */
TC_API void tc_worker_set_credentials(tc_worker *worker, const tc_credentials *credentials);

/* Tells worker-manager of something that went wrong on this machine, without waiting; needs `pool`
 * or credentials that may. `kind` and `title` short, `description` for people. The worker's end
 * waits for it, 10 s at most; that it does not get through is a line in the log. */
TC_API int tc_worker_report_error(tc_worker *worker, const char *kind, const char *title,
	const char *description, tc_error *err);

TC_API void tc_worker_read_stats(const tc_worker *worker, struct tc_worker_stats *stats);

/* Before it has ended it leaves its tasks as they are (with a state file, to the next). After fork
 * a child may do only this or exec. NULL is fine. */
TC_API void tc_worker_free(tc_worker *worker);

/*
 * The work of a task is done, its artifacts are made, and it ended like this; `why` (NULL: nothing)
 * is for the log line. Once for each task, from any thread; on the loop's thread `ended` comes
 * later. The first of tc_task_settle's results counts, before this one. It cannot fail:
 * TC_ERROR_ARGUMENT when it was resolved before, and for what is no task or result.
 */
TC_API int tc_worker_resolve(
	tc_worker *worker, tc_task *task, enum tc_task_result result, const char *why);

/* ---- a task ---- */

/* The first result but TC_TASK_COMPLETED decides: work goes on, but this is how it will end. */
TC_API void tc_task_settle(tc_task *task, enum tc_task_result result, const char *why);

/* What it would end as now, and why (NULL: nothing was said). */
TC_API enum tc_task_result tc_task_settled(const tc_task *task, const char **why);

/* Borrowed until `ended` has returned, and the same all the time: other threads may read them, too.
 */
TC_API const char *tc_task_id(const tc_task *task);
TC_API const char *tc_task_run_id(const tc_task *task); /* "0" */
TC_API const struct tc_queue_task_data *tc_task_definition(const tc_task *task);
/* The definition's JSON as it was claimed, members in the server's order. */
TC_API const tc_json *tc_task_json(const tc_task *task);
/* On the loop's thread: as claimed, and after TC_ABORT_LOST as the queue said then (NULL: it could
 * not be asked). */
TC_API const struct tc_queue_task_status *tc_task_status(const tc_task *task);

/* A client that signs as the task, always with what the last renewal brought; at the root URL,
 * whatever proxy the worker's client has. Borrowed. For the loop's thread; another thread gets one
 * from tc_task_client_new, which is called here; the client belongs to that thread, asks for newer
 * credentials when its own end, and is freed (tc_client_free) before the task is resolved. */
TC_API tc_client *tc_task_client(tc_task *task);
TC_API tc_client *tc_task_client_new(tc_task *task, tc_error *err);

/* The credentials of the last renewal: a reference of the caller's. From any thread. */
TC_API tc_credentials *tc_task_credentials(tc_task *task);

/* Called on the loop's thread after each renewal, for those that hand credentials on. NULL: no
 * more. */
TC_API void tc_task_on_renewal(
	tc_task *task, void (*renewed)(void *data, tc_task *task), void *data);

/* When the claim ends unless it is renewed: ms from now. */
TC_API int64_t tc_task_claim_left_ms(const tc_task *task);

/* The work may take so long from now on, then it is aborted (TC_ABORT_RUN_TIME). Replaces what was
 * set before; 0: none. */
TC_API int tc_task_limit(tc_task *task, int64_t ms, tc_error *err);

/* Somebody says that the task was canceled, such as a listener (<taskcluster/pulse_listener.h>) on
 * the worker's loop to the queue's taskException: its status is asked for at once, and if that is
 * so the task is aborted as TC_ABORT_LOST. NULL is fine. */
TC_API void tc_task_check(tc_task *task);

/* A process of the task, the leader of its own group, which the next worker kills, group and all,
 * should this one die. With a state file it is on disk when this returns. */
TC_API int tc_task_note_process(tc_task *task, int64_t pid, tc_error *err);

/* The caller's own, for its callbacks. */
TC_API void tc_task_set_data(tc_task *task, void *data);
TC_API void *tc_task_data(const tc_task *task);

#ifdef __cplusplus
}
#endif

#endif
