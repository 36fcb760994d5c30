/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/jobs/job.h"
#include "tools/taskcluster/shared/report.h"

int job_report(
	const tc_error *err, const struct tc_operation *operation, const struct session *session)
{
	/* what is wrong with the arguments here is no matter of the function's */
	bool here = err->code == TC_ERROR_ARGUMENT || err->code == TC_ERROR_INPUT;
	int status = report(err, here ? NULL : operation, &session->config.origin);

	/* a source that changes while it is read is no mistake of the command line */
	return err->code == TC_ERROR_INPUT ? STATUS_FAILED : status;
}
