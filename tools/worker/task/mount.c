/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/worker/task/run.h"

/* The task's mounts, and purge-cache's requests, which are asked for in any case. */

static void say(void *data, enum mounts_line kind, const char *text)
{
	static const enum log_kind kinds[] = {
		[MOUNTS_INFO] = LOG_INFO, [MOUNTS_WARN] = LOG_WARN, [MOUNTS_ERROR] = LOG_ERROR
	};
	struct run *run = data;

	task_log_line(run->log, kinds[kind], "%s", text);
}

static void on_ready(void *data, enum tc_task_result result, const char *why)
{
	struct run *run = data;

	if (result != TC_TASK_COMPLETED)
		run_settle(run, result, "%s", why);
	run_next(run);
}

static bool cancel(struct run *run)
{
	mounts_end(run->mounts, true);
	run->mounts = NULL;
	return true;
}

bool run_mount(struct run *run)
{
	struct host *host = run->host;
	const struct mounts_task task = {
		.client = tc_task_client(run->task),
		.mounts = run->payload.mounts,
		.scopes = { run->definition->scopes, run->definition->scopes_count },
		.dependencies = run->definition->dependencies,
		.dependencies_count = run->definition->dependencies_count,
		.folder = run->folder,
		.as_user = host->user != NULL,
		.uid = host->user ? host->user->uid : 0,
		.gid = host->user ? host->user->gid : 0,
		.say = say,
		.on_ready = on_ready,
		.data = run,
	};
	tc_error err = TC_ERROR_INIT;

	if (mounts_begin(host->store, &task, &run->mounts, &err) == TC_OK) {
		run->cancel = cancel;
		return false;
	}
	run_settle(run, TC_TASK_INTERNAL_ERROR, "%s", tc_error_text(&err));
	tc_error_clear(&err);
	return true;
}

bool run_unmount(struct run *run)
{
	mounts_end(run->mounts, run->purge || run->aborted);
	run->mounts = NULL;
	return true;
}
