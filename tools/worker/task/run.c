/* SPDX-License-Identifier: MPL-2.0 */
#define _GNU_SOURCE
#include "tools/worker/task/run.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int64_t run_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

bool run_is_good(const struct run *run)
{
	return !run->aborted && tc_task_settled(run->task, NULL) <= TC_TASK_COMPLETED;
}

static bool is_ours(const struct run *run)
{
	return run->aborted == 0 || run->aborted == TC_ABORT_RUN_TIME ||
		run->aborted == TC_ABORT_SHUTDOWN;
}

static bool makes_sense(const struct run *run, enum run_when when)
{
	switch (when) {
	case RUN_GOOD:
		return run_is_good(run);
	case RUN_RAN:
		return run->begun && (!run->aborted || run->aborted == TC_ABORT_RUN_TIME);
	case RUN_OURS:
		return is_ours(run);
	case RUN_ANYWAY:
		return true;
	}
	return true;
}

struct tc_artifact run_artifact(const struct run *run, const char *name)
{
	return (struct tc_artifact){
		.task_id = tc_task_id(run->task), .run_id = tc_task_run_id(run->task), .name = name
	};
}

int run_open_files(struct run *run, tc_error *err)
{
	if (run->files)
		return TC_OK;
	return task_files_new(run->folder, run->folder_path, run->host->user,
		run->host->helper_program, &run->files, err);
}

/* ---- how it ends ---- */

static void settle(struct run *run, enum tc_task_result result, const char *text, bool last)
{
	if (run->aborted && run->aborted != TC_ABORT_RUN_TIME)
		return; /* what was broken off is no fault of its own */
	if (last && !run->last_words)
		run->last_words = strdup(text);
	else
		task_log_line(run->log, LOG_ERROR, "%s", text);
	tc_task_settle(run->task, result, text);
}

#define SETTLE(last) \
	char text[4096]; \
	va_list arguments; \
	va_start(arguments, format); \
	vsnprintf(text, sizeof text, format, arguments); \
	va_end(arguments); \
	settle(run, result, text, last)

void run_settle(struct run *run, enum tc_task_result result, const char *format, ...)
{
	SETTLE(false);
}

void run_settle_last(struct run *run, enum tc_task_result result, const char *format, ...)
{
	SETTLE(true);
}

enum tc_task_result run_upload_result(const tc_error *err)
{
	/* the artifact is there already, with other bytes: the payload names it twice */
	if (err->http_status == 409 || err->http_status == 400)
		return TC_TASK_MALFORMED_PAYLOAD;
	if (err->code == TC_ERROR_NOMEM || err->code == TC_ERROR_ARGUMENT)
		return TC_TASK_INTERNAL_ERROR;
	return TC_TASK_RESOURCE_UNAVAILABLE;
}

static void resolve(struct run *run)
{
	enum tc_task_result result;
	const char *why = NULL;

	run->over = true;
	if (run->hurry)
		tc_loop_timer_cancel(run->host->loop, run->hurry);
	run->hurry = 0;
	result = tc_task_settled(run->task, &why);
	if (!result)
		result = run->aborted == TC_ABORT_SHUTDOWN ? TC_TASK_WORKER_SHUTDOWN
			: run->aborted                     ? TC_TASK_FAILED
							   : TC_TASK_COMPLETED;
	tc_worker_resolve(run->host->worker, run->task, result, why);
}

void run_next(struct run *run)
{
	run->job = NULL;
	while (run->step->begin) {
		const struct run_step *step = run->step++;
		run->cancel = NULL;
		if (makes_sense(run, step->when) && !step->begin(run))
			return;
	}
	resolve(run);
}
