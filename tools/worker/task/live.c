/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/worker/task/run.h"

/* The two artifacts of a task's log: the live one, while it runs, and the whole at its end. */

#include <stdlib.h>
#include <string.h>

#define LOG_TYPE "text/plain; charset=utf-8"

static bool cancel(struct run *run)
{
	tc_job_cancel(run->job);
	return false;
}

bool run_open_live(struct run *run)
{
	(void)run;
	return true;
}

/* ---- the end ---- */

static void on_linked(void *data, const tc_error *err)
{
	struct run *run = data;

	if (err && !run->aborted)
		task_log_line(
			run->log, LOG_WARN, "the live log's artifact: %s", tc_error_text(err));
	run_next(run);
}

bool run_link_live(struct run *run)
{
	(void)on_linked;
	return !run->live;
}

/* There is no log any more to write this into. */
static void fail_log(struct run *run, const tc_error *err)
{
	run->host->say(run->host->say_data, tc_error_text(err));
	if (!run->aborted)
		tc_task_settle(run->task, run_upload_result(err), tc_error_text(err));
}

static void on_uploaded(void *data, const struct tc_uploaded *result, const tc_error *err)
{
	(void)result;
	if (err)
		fail_log(data, err);
	run_next(data);
}

bool run_upload_log(struct run *run)
{
	struct tc_artifact artifact = run_artifact(run, run->payload.backing_name);
	struct tc_upload_options options = TC_UPLOAD_OPTIONS_INIT;
	struct tc_source source = TC_SOURCE_INIT;
	tc_error err = TC_ERROR_INIT;

	if (run->last_words)
		task_log_line(run->log, LOG_ERROR, "%s", run->last_words);
	if (!run->payload.backing_log)
		return true;
	if (task_log_broken(run->log))
		run_settle(run, TC_TASK_RESOURCE_UNAVAILABLE,
			"the log is not whole: this worker's disk takes no more");
	options.content_type = LOG_TYPE;
	options.expires = run->payload.expires;
	if (run->host->options->object_artifacts) {
		options.storage = TC_STORAGE_OBJECT;
		options.project_id = run->definition->project_id;
	} else {
		options.encoding = TC_ENCODING_GZIP;
	}
	source.fd = task_log_fd(run->log);
	source.length = task_log_length(run->log);
	if (tc_loop_upload_artifact(run->host->loop, tc_task_client(run->task), &artifact, &source,
		    &options, on_uploaded, run, &run->job, &err) == TC_OK) {
		run->cancel = cancel;
		return false;
	}
	fail_log(run, &err);
	tc_error_clear(&err);
	return true;
}

void run_free_live(struct run *run)
{
	run->live = NULL;
}
