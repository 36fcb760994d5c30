/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_WORKFLOWS_WORKSHOP_H
#define TC_TESTS_WORKFLOWS_WORKSHOP_H

/*
 * A worker on a sandbox, whose tasks do what a test says, and a notebook of what it was told of
 * each. Its clocks can be moved. Whatever fails stops the test.
 */

#include "tests/harness/test.h"

#include "tests/harness/server.h"
#include <pthread.h>
#include <stdatomic.h>
#include <taskcluster/slugid.h>
#include <taskcluster/worker.h>

#define JOBS_MAX 2048

struct workshop;

/* What was told of a run that was claimed. */
struct job {
	struct workshop *shop;
	tc_task *task; /* until it has ended */
	char id[TC_SLUGID_SIZE], run_id[8];
	int starts, leftovers, aborts, ends, renewals;
	enum tc_abort why;
	char lost_as[40]; /* the reason of our run by tc_task_status, when it was aborted as lost */
	enum tc_task_result result; /* of its end, as all that follows */
	enum tc_abort aborted;
	bool reported;
	char state[20], reason[40], error[300];
};

struct workshop {
	struct tc_test_server *server;
	tc_client *boss;   /* makes tasks, asks for them */
	tc_client *client; /* the worker's, with its clocks */
	tc_loop *loop;
	tc_worker *worker;
	struct tc_worker_options options; /* may be changed before shop_begin */

	/* What a task does: NULL: it completes at once; it is resolved as failed at once. */
	void (*on_start)(struct job *job);
	void (*on_abort)(struct job *job, enum tc_abort why);
	void (*on_ended)(struct job *job);

	int64_t steady_ms, wall_ms; /* added to the system's; while nothing is polled */
	struct job jobs[JOBS_MAX];
	size_t count, ended;
	atomic_int claims, renewals, reports; /* attempts, as metrics tell them on any thread */
	enum tc_worker_end end;
	int ends;
	char end_error[300];
	char log[1 << 16]; /* all lines */
	size_t log_length;
	tc_error err;
};

/* A sandbox with these arguments (NULL-ended), which polls for 100 ms and looks every 50 ms. */
void shop_open(struct workshop *shop, const char *argument, ...);
void shop_close(struct workshop *shop);

/* A new task; its deadline is in so many seconds. Its id, until the next is made. */
const char *shop_task(struct workshop *shop);
const char *shop_task_until(struct workshop *shop, int deadline_s);
void shop_tasks(struct workshop *shop, size_t count);

/* Makes the worker; polls until something was told, or for so long. */
void shop_begin(struct workshop *shop);
void shop_poll(struct workshop *shop, int64_t ms);

/* Until so many jobs were begun, have ended; until the worker has. Fails after 8 s. */
void shop_until_begun(struct workshop *shop, size_t count);
void shop_until_ended(struct workshop *shop, size_t count);
void shop_until_end(struct workshop *shop);

/* A worker with one task, which waits for the test. */
struct job *shop_begin_one(struct workshop *shop);

/* Nothing comes, nor is refused: a server that stands still. */
void shop_silence(const struct workshop *shop, bool on);

/* Moves the clocks. */
void shop_pass(struct workshop *shop, int64_t ms);

/* "state reason" of a run as the queue has it, in a buffer that the next call reuses. */
const char *shop_run(struct workshop *shop, const char *task_id, int run);

/* Resolves as that, without a reason; fine for on_start. */
void job_complete(struct job *job);
void job_wait(struct job *job); /* does nothing */
void job_resolve(struct job *job, enum tc_task_result result);

/* Cancels its task; stops the test unless a run of it is as shop_run says; polls until it was
 * aborted for that reason. */
void job_cancel(const struct job *job);
void job_is(const struct job *job, int run, const char *wanted);
void job_until_aborted(const struct job *job, enum tc_abort why, int64_t within_ms);

#endif
