/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_WORKFLOWS_JOB_H
#define TC_WORKFLOWS_JOB_H

/* What jobs have in common: being canceled, and their blocking face, which is the one on a loop
 * with the loop inside. */

#include "workflows/src/flow/flow.h"
#include <taskcluster/job.h>

/* The first member of every job. */
struct tc_job {
	void (*cancel)(struct tc_job *job);
	void (*resume)(struct tc_job *job); /* NULL: nothing of it stands still */
	const tc_cancel *by;                /* what cancels it from elsewhere; NULL */
	tc_client *client;                  /* kept as long as the job, by */
	tc_call *hold;                      /* a call of it; NULL: it is not */
};

/* Keeps the client, which the caller may free while the job goes on. For tc__job_let_go. */
int tc__job_keep(struct tc_job *job, tc_client *client, tc_error *err);
void tc__job_let_go(struct tc_job *job);

/* How a job of the blocking face has ended. */
struct tc__ending {
	bool done;
	tc_error err;
};

/* In a job's callback; `err` NULL: well. */
void tc__ending_set(struct tc__ending *ending, const tc_error *err);

/* Waits until the job on the loop, which is the client's own, has ended, and frees the loop;
 * `begun` is how its start went, as *err says. */
int tc__job_wait(tc_loop *loop, tc_job *job, int begun, struct tc__ending *ending, tc_error *err);

#endif
