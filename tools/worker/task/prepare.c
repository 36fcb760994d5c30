/* SPDX-License-Identifier: MPL-2.0 */
#define _GNU_SOURCE
#include "tools/worker/task/run.h"

#include "tools/worker/process/user.h"
#include "tools/worker/task/folders.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_LENGTH 20 /* of a task's folder, as the production worker has it */

/* The head of each log: what kind of worker this is, and which task. */
static void write_head(struct run *run)
{
	const struct options *options = run->host->options;

	task_log_line(run->log, LOG_INFO, "Worker Type (%s/%s) settings:", options->provisioner_id,
		options->worker_type);
	task_log_line(run->log, LOG_INFO, "%s", run->host->metadata);
	task_log_line(run->log, LOG_INFO, "Task ID: %s", tc_task_id(run->task));
}

/* "task_" and as much of the taskId as fits before the run. */
static void make_name(struct run *run)
{
	const char *run_id = tc_task_run_id(run->task);
	int room = NAME_LENGTH - (int)strlen("task__") - (int)strlen(run_id);

	snprintf(run->folder_name, sizeof run->folder_name, "task_%.*s_%s", room,
		tc_task_id(run->task), run_id);
}

static bool make_folder(struct run *run)
{
	tc_error err = TC_ERROR_INIT;

	make_name(run);
	if (asprintf(&run->folder_path, "%s/%s", run->host->options->tasks_folder,
		    run->folder_name) < 0)
		run->folder_path = NULL;
	else
		run->folder = folders_make(run->host, run->folder_name, &err);
	if (run->folder < 0)
		run_settle(run, TC_TASK_INTERNAL_ERROR, "%s",
			run->folder_path ? tc_error_text(&err) : "no memory for the task's folder");
	tc_error_clear(&err);
	return run->folder >= 0;
}

struct faults {
	struct run *run;
	bool headed;
};

static void on_fault(void *data, const char *pointer, const char *text)
{
	struct faults *faults = data;

	if (!faults->headed)
		run_settle(faults->run, TC_TASK_MALFORMED_PAYLOAD,
			"TASK FAIL since the task payload is invalid. See errors:");
	faults->headed = true;
	task_log_line(faults->run->log, LOG_ERROR, "- (%s): %s", *pointer ? pointer : "root", text);
}

/* A task that could read the key could certify anything. */
static void check_key(struct run *run)
{
	tc_error err = TC_ERROR_INIT;
	bool can = false;

	if (!run->payload.chain_of_trust)
		return;
	if (user_can_read(run->host->user, run->host->key_path, &can, &err) != TC_OK)
		run_settle(run, TC_TASK_INTERNAL_ERROR, "%s", tc_error_text(&err));
	else if (can)
		run_settle(run, TC_TASK_MALFORMED_PAYLOAD,
			"chain of trust: the task's user can read this worker's signing key");
	tc_error_clear(&err);
}

bool run_prepare(struct run *run)
{
	struct faults faults = { run, false };

	write_head(run);
	if (payload_parse(&run->payload, run->definition, &run->host->rules, on_fault, &faults) &&
		make_folder(run))
		check_key(run);
	return true;
}
