/* SPDX-License-Identifier: MPL-2.0 */
#define _GNU_SOURCE
#include "tools/worker/task/run.h"

#include "tools/worker/task/folders.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define HURRY_MS 4500 /* the worker is to resolve an aborted task within 5 s */

/* When a step makes sense. */
enum when {
	GOOD, /* nothing has gone wrong */
	RAN,  /* commands ran, and the task is still ours */
	OURS, /* the task is still ours */
	ANYWAY
};

static const struct {
	bool (*begin)(struct run *run);
	enum when when;
} steps[] = {
	{ run_prepare, GOOD },
	{ run_open_live, GOOD },
	{ run_mount, GOOD },
	{ run_start_proxy, GOOD },
	{ run_commands, GOOD },
	{ run_upload, RAN },
	{ run_unmount, ANYWAY },
	{ run_certify, RAN },
	{ run_link_live, OURS },
	{ run_upload_log, ANYWAY },
};
#define STEPS (sizeof steps / sizeof *steps)

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

static bool makes_sense(const struct run *run, enum when when)
{
	switch (when) {
	case GOOD:
		return run_is_good(run);
	case RAN:
		return run->begun && (!run->aborted || run->aborted == TC_ABORT_RUN_TIME);
	case OURS:
		return is_ours(run);
	case ANYWAY:
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
	while (run->step < STEPS) {
		size_t step = run->step++;
		run->cancel = NULL;
		if (makes_sense(run, steps[step].when) && !steps[step].begin(run))
			return;
	}
	resolve(run);
}

/* ---- beginning and end ---- */

static int take_place(struct host *host)
{
	for (int i = 0; i < HOST_PLACES; i++) {
		if (!host->places[i]) {
			host->places[i] = true;
			return i;
		}
	}
	return 0;
}

static void begin(void *data, uint64_t timer)
{
	(void)timer;
	run_next(data);
}

static struct run *run_new(struct host *host, tc_task *task, tc_error *err)
{
	struct run *run = calloc(1, sizeof *run);

	if (!run) {
		tc_error_set(err, TC_ERROR_NOMEM, "no memory for a task");
		return NULL;
	}
	run->host = host;
	run->task = task;
	run->definition = tc_task_definition(task);
	run->folder = -1;
	run->begun_ns = run_now_ns();
	run->log = task_log_open(host->options->tasks_folder, err);
	if (!run->log) {
		free(run);
		return NULL;
	}
	run->place = take_place(host);
	return run;
}

void run_start(void *data, tc_task *task)
{
	struct host *host = data;
	tc_error err = TC_ERROR_INIT;
	struct run *run = run_new(host, task, &err);

	tc_task_set_data(task, run);
	if (run && tc_loop_timer(host->loop, 0, begin, run, NULL, &err) == TC_OK)
		return;
	host->say(host->say_data, tc_error_text(&err));
	tc_worker_resolve(host->worker, task, TC_TASK_INTERNAL_ERROR, tc_error_text(&err));
	if (run)
		run->over = true;
	tc_error_clear(&err);
}

static void be_quick(void *data, uint64_t timer)
{
	struct run *run = data;

	(void)timer;
	run->hurry = 0;
	tc_job_cancel(run->job);
}

static const char *abort_text(enum tc_abort why)
{
	switch (why) {
	case TC_ABORT_LOST:
		return "the task is no longer this worker's: it was canceled, or has ended";
	case TC_ABORT_CLAIM_ENDED:
		return "the claim could not be renewed in time";
	case TC_ABORT_DEADLINE:
		return "the task's deadline has come";
	case TC_ABORT_RUN_TIME:
		return "max run time exceeded";
	case TC_ABORT_SHUTDOWN:
		return "the worker shuts down";
	}
	return "aborted";
}

void run_abort(void *data, tc_task *task, enum tc_abort why)
{
	struct run *run = tc_task_data(task);

	(void)data;
	if (!run || run->over)
		return;
	run->aborted = why;
	if (run->log) {
		char *line = NULL;
		if (!run->last_words && asprintf(&line, "task aborted - %s", abort_text(why)) >= 0)
			run->last_words = line;
	}
	/* all the time that a task needs is its own, but where the worker may sign no more */
	if (why != TC_ABORT_RUN_TIME)
		tc_loop_timer(run->host->loop, HURRY_MS, be_quick, run, &run->hurry, NULL);
	if (run->cancel && run->cancel(run))
		run_next(run);
}

static void remove_folder(struct run *run)
{
	if (run->folder < 0)
		return;
	close(run->folder);
	if (run->host->options->clean_up)
		folders_remove(run->host, run->folder_name);
}

void run_ended(void *data, tc_task *task, const struct tc_task_end *end)
{
	struct run *run = tc_task_data(task);

	(void)data;
	(void)end;
	if (!run)
		return;
	if (run->hurry)
		tc_loop_timer_cancel(run->host->loop, run->hurry);
	mounts_end(run->mounts, true);
	run_free_commands(run);
	run_free_proxy(run);
	run_free_artifacts(run);
	run_free_certificate(run);
	run_free_live(run);
	remove_folder(run);
	run->host->places[run->place] = false;
	task_log_close(run->log);
	payload_clear(&run->payload);
	free(run->folder_path);
	free(run->last_words);
	free(run);
}
