/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/tasks/claim.h"

#include "tools/taskcluster/jobs/job.h"
#include "tools/taskcluster/tasks/runs.h"

#include <taskcluster/queue.h>

#define WORKER_ID "taskcluster-cli"

/* The group is as the official client names it. */
static tc_call *claim_call(const struct task *task, const char *run, tc_error *err)
{
	struct tc_queue_task_claim_request body = {
		.worker_group = tc_json_text(tc_json_get(task->status, "workerType")),
		.worker_id = WORKER_ID,
	};
	tc_call *call = tc_queue_claim_task_call(task->session.client, task->id, run, err);

	if (call && tc_queue_claim_task_body(call, &body, err) == TC_OK)
		return call;
	tc_call_free(call);
	return NULL;
}

/* Makes the client one of the claim's. */
static int take_credentials(tc_client *worker, const tc_json *claim, const struct session *session)
{
	const tc_json *given = tc_json_get(claim, "credentials");
	tc_error err = TC_ERROR_INIT;
	int status = 0;
	tc_credentials *credentials =
		tc_credentials_new(tc_json_text(tc_json_get(given, "clientId")),
			tc_json_text(tc_json_get(given, "accessToken")),
			tc_json_text(tc_json_get(given, "certificate")), &err);

	if (credentials)
		tc_client_set_credentials(worker, credentials);
	else
		status = job_report(&err, NULL, session);
	tc_credentials_free(credentials);
	tc_error_clear(&err);
	return status;
}

static int claim_and_report(
	struct task *task, tc_client *worker, const char *run, const tc_json **answer)
{
	tc_error err = TC_ERROR_INIT;
	const tc_json *claim = NULL;
	int status = job_call(&task->session, claim_call(task, run, &err), &claim, &err);

	if (status == 0)
		status = take_credentials(worker, claim, &task->session);
	if (status == 0)
		status = job_call(&task->session,
			tc_queue_report_completed_call(worker, task->id, run, &err), answer, &err);
	tc_release(claim);
	return status;
}

int claim_and_complete(struct task *task, const tc_json **answer)
{
	const char *run = tc_json_text(tc_json_get(runs_latest(task->status), "runId"));
	tc_error err = TC_ERROR_INIT;
	int status;

	/* made before the claim, as no claim is of use to who cannot report */
	tc_client *worker = tc_client_as(task->session.client, NULL, &err);
	if (worker)
		status = claim_and_report(task, worker, run, answer);
	else
		status = job_report(&err, NULL, &task->session);
	tc_client_free(worker);
	tc_error_clear(&err);
	return status;
}
