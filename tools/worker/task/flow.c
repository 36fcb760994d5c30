/* SPDX-License-Identifier: MPL-2.0 */
#define _GNU_SOURCE
#include "tools/worker/task/flow.h"

#include "tools/worker/task/folders.h"
#include "tools/worker/task/run.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define HURRY_MS 4500 /* the worker is to resolve an aborted task within 5 s */

static const struct run_step steps[] = {
	{ run_prepare, RUN_GOOD },
	{ run_open_live, RUN_GOOD },
	{ run_mount, RUN_GOOD },
	{ run_start_proxy, RUN_GOOD },
	{ run_commands, RUN_GOOD },
	{ run_stop_proxy, RUN_ANYWAY },
	{ run_upload, RUN_RAN },
	{ run_unmount, RUN_ANYWAY },
	{ run_certify, RUN_RAN },
	{ run_end_log, RUN_ANYWAY },
	{ run_link_live, RUN_OURS },
	{ run_upload_log, RUN_ANYWAY },
	{ NULL, RUN_ANYWAY },
};

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
	run->step = steps;
	run->log = task_log_open(host->options->tasks_folder, err);
	if (!run->log) {
		free(run);
		return NULL;
	}
	run->place = take_place(host);
	return run;
}

void flow_start(void *data, tc_task *task)
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
	run->late = true;
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

void flow_abort(void *data, tc_task *task, enum tc_abort why)
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
	task_files_free(run->files);
	if (run->folder < 0)
		return;
	close(run->folder);
	if (run->host->options->clean_up)
		folders_remove(run->host, run->folder_name);
}

void flow_ended(void *data, tc_task *task, const struct tc_task_end *end)
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
	if (run->place >= 0)
		run->host->places[run->place] = false;
	task_log_close(run->log);
	payload_clear(&run->payload);
	free(run->folder_path);
	free(run->last_words);
	free(run);
}
