/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/jobs/job.h"

#include "tools/taskcluster/shared/report.h"

#include <taskcluster/registry.h>

static int no_option(void *data, int id, const char *value)
{
	(void)data, (void)id, (void)value;
	return 0; /* none of its own comes */
}

int job_run(const struct job *job, void *data, struct arguments *arguments)
{
	struct words words;
	int status = words_read(&words, arguments, job->option ? job->option : no_option, data);

	if (status == 0 && words.help)
		status = command_help(job->command);
	else if (status == 0 && (words.count < job->least || words.count > job->most))
		status = words_usage(command_name(job->command), job->command->synopsis);
	else if (status == 0)
		status = job->perform(data, &words, arguments);
	words_free(&words);
	return status;
}

int job_open(struct session *session, const struct arguments *arguments, const char *service,
	const char *function, const struct tc_operation **operation)
{
	*operation = tc_find_operation(service, function);
	return session_open(session, arguments, *operation);
}

int job_report(
	const tc_error *err, const struct tc_operation *operation, const struct session *session)
{
	/* what is wrong with the arguments here is no matter of the function's */
	bool here = err->code == TC_ERROR_ARGUMENT || err->code == TC_ERROR_INPUT;
	int status = report(err, here ? NULL : operation, &session->config.origin);

	/* a source that changes while it is read is no mistake of the command line */
	return err->code == TC_ERROR_INPUT ? STATUS_FAILED : status;
}

int job_call(const struct session *session, tc_call *call, const tc_json **answer, tc_error *err)
{
	int status = 0;

	if (!call || tc_call_perform_json(call, answer, err) != TC_OK)
		status = job_report(err, call ? tc_call_operation(call) : NULL, session);
	tc_call_free(call);
	tc_error_clear(err);
	return status;
}
