/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_JOBS_JOB_H
#define TC_CLI_JOBS_JOB_H

/* What all commands of whole jobs have in common. */

#include "tools/taskcluster/config/session.h"
#include "tools/taskcluster/jobs/words.h"
#include "tools/taskcluster/shared/command.h"

#include <taskcluster/call.h>

/* A command of words and options of its own. */
struct job {
	const struct command *command;
	size_t least, most;      /* so many words: others are refused with the synopsis */
	words_option_fn *option; /* takes an option; NULL: there is none */
	/* Does it, once all was read. The exit status. */
	int (*perform)(void *data, const struct words *words, struct arguments *arguments);
};

/* Reads the command line, and performs the job or prints its help; `data` is what option and
 * perform get. The exit status. */
int job_run(const struct job *job, void *data, struct arguments *arguments);

/* Makes a client as the function needs it; close the session in either case. *operation is the
 * function, for advice. 0, or the exit status after telling. */
int job_open(struct session *session, const struct arguments *arguments, const char *service,
	const char *function, const struct tc_operation **operation);

/* Tells of an error of a job, with advice about the function that it is about. The exit status. */
int job_report(
	const tc_error *err, const struct tc_operation *operation, const struct session *session);

/*
 * The JSON that answers a call, which is freed; release it. 0, or the exit status after telling.
 * The call may be NULL, as one is that could not be made, and *err why. *err is of the caller,
 * TC_ERROR_INIT before and cleared after.
 */
int job_call(const struct session *session, tc_call *call, const tc_json **answer, tc_error *err);

#endif
