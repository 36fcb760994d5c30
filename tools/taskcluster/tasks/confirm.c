/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/tasks/confirm.h"

#include "tools/taskcluster/jobs/question.h"
#include "tools/taskcluster/tasks/runs.h"

/* What is said of a task. */
struct plan {
	const struct task *task;
	const tc_json *definition;
	const char *verb;
};

/* "Cancels NAME taskId: fN1S… (state: running)", as the official client writes it. */
static void print_plan(const struct plan *plan, const char *id_label, FILE *out)
{
	fprintf(out, "%s ", plan->verb);
	task_print_text(out, tc_json_at(plan->definition, "/metadata/name"));
	fprintf(out, " %s: %s (state: ", id_label, plan->task->id);
	task_print_text(out, tc_json_get(runs_latest(plan->task->status), "state"));
	fputc(')', out);
}

static void print_question(void *data, FILE *out)
{
	print_plan(data, "taskId", out);
	fputs(". Are you sure you want to proceed?(y/N) ", out);
}

/* Release the definition. */
static int make_plan(struct plan *plan, struct task *task, const char *verb)
{
	*plan = (struct plan){ task, NULL, verb };
	int status = task_ask_status(task);

	return status == 0 ? task_ask_definition(task, &plan->definition) : status;
}

int confirm_noop(struct task *task, const char *would)
{
	struct plan plan;
	struct aside aside;
	int status = make_plan(&plan, task, would);

	if (status == 0)
		status = aside_begin(&aside, task->json);
	if (status == 0) {
		print_plan(&plan, "taskid", aside.out);
		fputc('\n', aside.out);
		aside_end(&aside);
	}
	tc_release(plan.definition);
	return status;
}

int confirm_ask(struct task *task, const char *will, bool *agreed)
{
	struct plan plan;
	const struct question question = { print_question, &plan, task->json, true };
	int status = make_plan(&plan, task, will);

	if (status == 0)
		status = question_ask(&question, agreed);
	tc_release(plan.definition);
	return status;
}
