/* SPDX-License-Identifier: MPL-2.0 */

/* `task cancel`, `task rerun`, `task complete`. */

#include "tools/taskcluster/commands/task.h"
#include "tools/taskcluster/jobs/job.h"
#include "tools/taskcluster/shared/output.h"
#include "tools/taskcluster/tasks/claim.h"
#include "tools/taskcluster/tasks/confirm.h"
#include "tools/taskcluster/tasks/runs.h"
#include "tools/taskcluster/tasks/task.h"
#include "tools/taskcluster/tasks/tasks.h"

#include <taskcluster/queue.h>

#include <string.h>

struct change {
	const char *would, *will;         /* what is said of it in front of the task's name */
	bool runs;                        /* the task does, then */
	int (*refuse)(struct task *task); /* the exit status after telling why not; NULL: never */
	int (*perform)(struct task *task, const tc_json **answer); /* release *answer */
};

/* What the task is by then. */
static int print_answer(const struct task *task, const struct change *change, const tc_json *answer)
{
	if (task->json)
		return output_stdout(answer);
	int status = runs_print(runs_latest(tc_json_get(answer, "status")));
	if (status == 0 && change->runs)
		task_tell_log(task->id);
	return status;
}

static int perform(struct task *task, const struct change *change)
{
	const tc_json *answer = NULL;
	int status = change->perform(task, &answer);

	if (status == 0)
		status = print_answer(task, change, answer);
	tc_release(answer);
	return status;
}

static int consider(struct task *task, const struct change *change)
{
	bool agreed = true;
	int status = change->refuse ? change->refuse(task) : 0;

	if (status != 0)
		return status;
	if (task->noop)
		return confirm_noop(task, change->would);
	if (task->confirm)
		status = confirm_ask(task, change->will, &agreed);
	return status == 0 && agreed ? perform(task, change) : status;
}

/* ---- cancel ---- */

static int cancel(struct task *task, const tc_json **answer)
{
	tc_error err = TC_ERROR_INIT;
	tc_call *call = tc_queue_cancel_task_call(task->session.client, task->id, &err);

	return job_call(&task->session, call, answer, &err);
}

static int consider_cancel(struct task *task)
{
	static const struct change change = { "Would cancel", "Cancels", false, NULL, cancel };

	return consider(task, &change);
}

int task_cancel(struct arguments *arguments)
{
	struct task task = TASK_INIT(consider_cancel);

	return task_command_run(&task, &task_cancel_command, arguments);
}

/* ---- rerun ---- */

static int refuse_rerun(struct task *task)
{
	int status = task->force ? 0 : task_ask_status(task);

	if (status != 0 || task->force)
		return status;
	const char *state = tc_json_text(tc_json_get(task->status, "state"));
	if (state && (strcmp(state, "failed") == 0 || strcmp(state, "exception") == 0))
		return 0;
	return failure("task %s is in state %s. Disallowing rerun of a non-failed and "
		       "non-exception task without --force",
		task->id, state ? state : "unknown");
}

static int rerun(struct task *task, const tc_json **answer)
{
	tc_error err = TC_ERROR_INIT;
	tc_call *call = tc_queue_rerun_task_call(task->session.client, task->id, &err);

	return job_call(&task->session, call, answer, &err);
}

static int consider_rerun(struct task *task)
{
	static const struct change change = { "Would re-run", "Will re-run", true, refuse_rerun,
		rerun };

	return consider(task, &change);
}

int task_rerun(struct arguments *arguments)
{
	struct task task = TASK_INIT(consider_rerun);

	return task_command_run(&task, &task_rerun_command, arguments);
}

/* ---- complete ---- */

static int refuse_complete(struct task *task)
{
	int status = task_ask_status(task);

	if (status != 0)
		return status;
	return runs_find(task->status, TASK_LATEST) ? 0 : STATUS_FAILED;
}

static int consider_complete(struct task *task)
{
	static const struct change change = { "Would complete", "Will complete", false,
		refuse_complete, claim_and_complete };

	return consider(task, &change);
}

int task_complete(struct arguments *arguments)
{
	struct task task = TASK_INIT(consider_complete);

	/* the claim's credentials are for the root URL, as signed URLs are, not for a proxy */
	task.session.use = SESSION_SIGNED_URL;
	return task_command_run(&task, &task_complete_command, arguments);
}
