/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_WORKFLOWS_WORKER_H
#define TC_WORKFLOWS_WORKER_H

/*
 * A worker from inside. It and its tasks are machines that are looked at (tc__worker_look,
 * tc__task_look): a look does what is due, by flags and times, begins what can be begun, and sets
 * one timer for what will be due next. Replies, timers, the bell and what callers say only change
 * flags and times, and look. So nothing waits for anything but by being looked at, a failure is a
 * later time, and without memory for a timer the bell has all of it looked at again.
 *
 * A worker: begin (leftovers; registration) -> claims while it may (claim.c) -> `ending` is set:
 * claims no more -> no task and no claim left: `ended`.
 *
 * A task, by its phase:
 *
 *	CLAIMED ---start--> WORKING --resolve--> REPORTING --> GONE
 *	   |                                         ^
 *	   +-- given back, or not to be read --------+
 *
 *	LEFTOVER --renewed, and taken over--> WORKING        (else as above, or GONE)
 *
 * Its claim is renewed in every phase but GONE, until `over` is set: then nothing is reported. It
 * has up to three calls under way, its errands: a renewal, a question for its status, a report.
 *
 * Callbacks may do all, also free the worker: who calls one, or is called by the loop, holds the
 * worker (tc__worker_hold) and asks on the way back whether it is still there (tc__worker_leave).
 */

#include "workflows/src/base/bell.h"
#include "workflows/src/flow/flow.h"
#include "workflows/src/worker/clock.h"
#include "workflows/src/worker/manager.h"
#include <pthread.h>
#include <stdatomic.h>
#include <sys/types.h>
#include <taskcluster/decimal.h>
#include <taskcluster/worker.h>

#define TC__NEVER INT64_MAX
#define TC__WHY_SIZE 240

enum tc__phase {
	TC__CLAIMED = 1,
	TC__LEFTOVER,
	TC__WORKING,
	TC__REPORTING,
	TC__GONE /* it has ended, and waits for its errands' ends */
};

/* What a status is asked for; the later ones go before. */
enum tc__question {
	TC__ASK_NOTHING = 0,
	TC__ASK_POLL,   /* whether it was canceled */
	TC__ASK_LOST,   /* a renewal was refused: why, and then it is aborted */
	TC__ASK_REPORT, /* a report was refused: whether an earlier one was heard */
	TC__ASK_END     /* nothing is reported: what became of it */
};

struct tc__errand {
	struct tc__flow flow; /* first */
	tc_task *task;
	bool busy;
};

struct tc_task {
	tc_worker *worker;
	tc_task *before, *after; /* in worker->tasks */
	enum tc__phase phase;
	bool known;          /* the caller was told of it, and is told of its end */
	const tc_json *item; /* of claimWork's reply; only until all of that are taken */

	const tc_json *json; /* a reply of claimWork with this task alone, without its secrets */
	struct tc_queue_claim_work_response *claim; /* the same as a struct */
	char run_id[TC_DECIMAL_SIZE];
	tc_client *client;
	struct {
		pthread_mutex_t lock;
		tc_credentials *now;
	} keys; /* for all threads */
	void (*renewed)(void *data, tc_task *task);
	void *renewed_data;
	void *data; /* the caller's */

	/* by the steady clock; TC__NEVER */
	int64_t begun_ms, renew_ms, end_ms, deadline_ms, limit_ms, poll_ms, report_ms, force_ms;
	int64_t finished_ms;
	uint64_t timer;
	int64_t renew_sent_ms;
	int renew_failures, report_failures;
	int renewals;
	bool report_sent;   /* by this worker or one before it, maybe */
	int refused_status; /* of the last renewal that failed */

	struct tc__errand renewal, asking, report;
	size_t pins; /* who looks at it right now */
	enum tc__question question;
	bool again; /* the question changed while it was asked */

	/* how it ends */
	enum tc_abort aborted;
	bool over;                                  /* nothing is reported */
	bool lost;                                  /* as the queue says, in */
	struct tc_queue_task_status_response *told; /* NULL: it did not say */
	tc_error err;                               /* why nothing was reported */
	enum tc_task_result result;                 /* the first but COMPLETED */
	char why[TC__WHY_SIZE];
	bool forced; /* ended without the caller, who may still name it: kept as long as the worker
		      */

	/* of tc_worker_resolve, from any thread */
	atomic_bool resolved;
	tc_task *next_resolved; /* in worker->resolved, under its lock */
	enum tc_task_result told_result;
	char told_why[TC__WHY_SIZE];
};

struct tc_worker {
	struct tc_worker_options options; /* whole, with defaults; its texts are own */
	char *texts[4];
	tc_loop *loop;
	bool own_loop;
	pid_t pid;
	tc_client *client;    /* claims */
	tc_client *anonymous; /* asks for statuses, until it is refused: then `client` does */
	bool status_signed;
	struct tc__manager *manager; /* NULL: no pool, or not begun */
	struct tc__state *state;     /* NULL: none */

	bool begun, ready;         /* it may claim */
	bool asking;               /* worker-manager whether to go on */
	enum tc_worker_end ending; /* it claims no more */
	bool aborting;             /* and aborts what runs */
	int64_t ending_ms;         /* since when */
	enum tc_worker_end ended;
	tc_error err; /* of TC_END_REFUSED */
	tc_worker_end_fn *on_end;
	void *on_end_data;

	size_t reports;                           /* of errors, to worker-manager, under way, */
	struct tc__machine_error *machine_errors; /* and held until it is registered */
	uint64_t claim_run;                       /* 0: none is under way */
	int64_t claim_sent_ms, claim_next_ms;
	int claim_failures;
	bool claim_canceled;
	bool unkept; /* the last ones could not be noted, and were given back */
	uint64_t timer;
	int64_t busy_ms;        /* when there last was a task */
	struct tc__watch watch; /* of the clocks */

	tc_task *tasks;
	struct tc_worker_stats stats;
	int64_t claim_heard_ms;

	struct tc__bell bell;
	atomic_int stop; /* enum tc_stop */
	pthread_mutex_t lock;
	tc_task *resolved; /* the newest first */

	size_t holds;
	bool closed;
	bool starved; /* there was no memory for a timer: the bell has all looked at */
};

/* ---- worker.c ---- */

void tc__worker_hold(tc_worker *worker);

/* Whether the worker was freed meanwhile: then nothing of it is touched any more. */
bool tc__worker_leave(tc_worker *worker);

/* Does what is due, and begins what can be begun; the last thing that a function does. */
void tc__worker_look(tc_worker *worker);

/* There is no memory for a timer: it is looked at again and again until there is. */
void tc__worker_starve(tc_worker *worker);

/* Time by the steady clock. */
static inline int64_t tc__worker_now(const tc_worker *worker)
{
	return tc_client_steady_ms(worker->client);
}

static inline int64_t tc__sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* It claims no more, for this reason, unless there was one before. */
void tc__worker_end(tc_worker *worker, enum tc_worker_end why, const tc_error *err);

/* ---- leftover.c ---- */

/* Takes what an earlier worker has left. */
void tc__leftovers_take(tc_worker *worker);

/* One of them is still ours, or is not. */
void tc__leftover_good(tc_task *task);
void tc__leftover_lost(tc_task *task);

/* ---- claim.c ---- */

/* claimWork for so many tasks; NULL, with *err: it can never be sent. */
tc_call *tc__claim_call(const tc_worker *worker, int64_t tasks, tc_error *err);

/* When the next claimWork is due: TC__NEVER while none may be sent. */
int64_t tc__claim_due(const tc_worker *worker);
void tc__claim_send(tc_worker *worker);

/* Ends the one under way; its reply still counts if it came before. */
void tc__claim_cancel(tc_worker *worker);

/* ---- intake.c ---- */

/* Takes the tasks of claimWork's reply, which was asked for then; how many could be, or -1: it is
 * no such reply. Whether the worker is still there has to be asked for. */
int tc__intake(tc_worker *worker, tc_response *response, int64_t sent_ms, tc_error *err);

/* ---- task.c ---- */

/* What a task is made of. */
struct tc__claimed {
	const tc_json *claim; /* an item of claimWork's reply; takenUntil and credentials are not
				 read */
	const char *taken_until;
	tc_credentials *credentials; /* borrowed */
};

/* In the worker's list, busy, in that phase. NULL, with *err: it cannot be made. */
tc_task *tc__task_new(tc_worker *worker, const struct tc__claimed *claimed,
	const struct tc__moment *moment, enum tc__phase phase, tc_error *err);

/* When its claim and its deadline end, as a reply says that came then. */
int tc__task_set_times(
	tc_task *task, const char *taken_until, const struct tc__moment *moment, tc_error *err);

/* Others sign with these from now on. */
void tc__task_set_credentials(tc_task *task, tc_credentials *credentials);

/* The caller is to know it. */
void tc__task_show(tc_task *task);

/* Its status is asked for next as the options say. */
void tc__task_plan_poll(tc_task *task);

/* The caller gets it: start. */
void tc__task_start(tc_task *task);

/* Does what is due; the last thing that a function does. */
void tc__task_look(tc_task *task);

/* It is over, as said in *err, and nothing is reported. */
void tc__task_over(tc_task *task, const tc_error *err);

/* Ends its work before its time, once; false when the worker is gone. */
bool tc__task_abort(tc_task *task, enum tc_abort why);

/* It has ended; it and the worker may be gone then. */
void tc__task_end(tc_task *task, bool reported);

/* Gives the memory back, if nothing of it is under way. */
void tc__task_drop(tc_task *task);
void tc__task_free(tc_task *task);

/* Sends a call of a task, as tc__flow_send does, by its end at that time. */
void tc__errand_send(struct tc__errand *errand, tc_call *call, struct tc_call_options *options,
	int64_t until_ms, tc__flow_fn *then, tc_error *made);

/* The task whose errand is back; NULL: there is nobody any more, and `response` is released. */
tc_task *tc__errand_back(struct tc__flow *flow, tc_response *response);

/* ---- renew.c ---- */

void tc__task_renew(tc_task *task);

/* ---- status.c ---- */

void tc__task_ask(tc_task *task, enum tc__question question);

/* ---- report.c ---- */

/* It ends so, without the caller. */
void tc__task_give_back(tc_task *task, enum tc_task_result result, const char *why);

/* Its work has ended. */
void tc__task_finish(tc_task *task);

void tc__task_report(tc_task *task);

/* Whether the queue took a report whose reply was lost, by what it told. */
bool tc__task_was_heard(const tc_task *task);

/* A report could not be made, for good. */
void tc__task_unheard(tc_task *task);

/* ---- result.c ---- */

/* "completed", or the reason of the exception. */
const char *tc__result_name(enum tc_task_result result);
bool tc__result_known(enum tc_task_result result);

/* The task's run in what the queue told (NULL: nothing); NULL. */
const struct tc_queue_task_status_runs *tc__run_of(
	const tc_task *task, const struct tc_queue_task_status_response *told);

/* Whether a run (NULL: none) has ended, as we say. */
bool tc__run_ended(const struct tc_queue_task_status_runs *run);
bool tc__run_ended_as(const struct tc_queue_task_status_runs *run, enum tc_task_result result);

/* ---- stop.c ---- */

/* What others have said meanwhile: resolved tasks, stops. */
void tc__worker_hear(tc_worker *worker);

/* ---- machine_error.c ---- */

struct tc__manager_worker tc__worker_who(const tc_worker *worker); /* worker.c */

/* What was held; it is not held any more. */
void tc__machine_errors_send(tc_worker *worker);
void tc__machine_errors_drop(tc_worker *worker, bool told);

/* ---- line.c ---- */

/* A line for options.log. */
TC_PRINTF(3, 4)
void tc__worker_line(const tc_worker *worker, enum tc_log_level level, const char *format, ...);
void tc__worker_line_of(const tc_task *task, bool reported);

#endif
