/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/flow/job.h"

#include <string.h>
#include <taskcluster/queue.h>

#define PUBLIC "public/"
#define LOOK_MS 100 /* a tc_cancel that is not the client's ends no wait for a timer */

void tc_job_cancel(tc_job *job)
{
	if (job)
		job->cancel(job);
}

void tc_job_resume(tc_job *job)
{
	if (job && job->resume)
		job->resume(job);
}

bool tc_artifact_is_public(const char *name)
{
	return name && strncmp(name, PUBLIC, strlen(PUBLIC)) == 0;
}

int tc__job_keep(struct tc_job *job, tc_client *client, tc_error *err)
{
	job->client = client;
	job->hold = tc_queue_ping_call(client, err);
	return job->hold ? TC_OK : err->code;
}

void tc__job_let_go(struct tc_job *job)
{
	tc_call_free(job->hold);
	job->hold = NULL;
}

void tc__ending_set(struct tc__ending *ending, const tc_error *err)
{
	ending->done = true;
	if (err)
		tc_error_copy(&ending->err, err);
}

int tc__job_wait(tc_loop *loop, tc_job *job, int begun, struct tc__ending *ending, tc_error *err)
{
	bool canceled = false;
	int rc = begun;

	while (rc == TC_OK && !ending->done) {
		rc = tc_loop_poll(loop, job->by ? LOOK_MS : -1, err);
		if (rc == TC_OK && !ending->done && !canceled && tc_cancel_fired(job->by)) {
			canceled = true;
			tc_job_cancel(job);
		}
	}
	tc_loop_free(loop); /* what could not be waited for ends here */
	if (rc == TC_OK && ending->err.code != TC_OK)
		rc = tc_error_copy(err, &ending->err);
	tc_error_clear(&ending->err);
	return rc;
}
