/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_JOBS_JOB_H
#define TC_CLI_JOBS_JOB_H

/* What all jobs have in common. */

#include "tools/taskcluster/config/session.h"

/* Tells of an error of a job, with advice about the function that it is about. The exit status. */
int job_report(
	const tc_error *err, const struct tc_operation *operation, const struct session *session);

#endif
