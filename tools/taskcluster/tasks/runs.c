/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/tasks/runs.h"

#include "tools/taskcluster/shared/color.h"
#include "tools/taskcluster/shared/report.h"
#include "tools/taskcluster/tasks/task.h"

#include <stdio.h>

const tc_json *runs_find(const tc_json *status, int64_t number)
{
	const tc_json *runs = tc_json_get(status, "runs");
	size_t count = tc_json_count(runs);

	if (count == 0)
		failure("task has no runs");
	else if (number == TASK_LATEST)
		return tc_json_item(runs, count - 1);
	else if (number >= (int64_t)count)
		failure("there is no run #%lld: the task has %zu", (long long)number, count);
	else
		return tc_json_item(runs, (size_t)number);
	return NULL;
}

const tc_json *runs_latest(const tc_json *status)
{
	const tc_json *runs = tc_json_get(status, "runs");
	size_t count = tc_json_count(runs);

	return count ? tc_json_item(runs, count - 1) : status;
}

int runs_print(const tc_json *run)
{
	const tc_json *state = tc_json_get(run, "state");
	const tc_json *reason = tc_json_get(run, "reasonResolved");
	const char *text = tc_json_text(state);

	if (!text)
		return task_refuse_answer("state");
	fputs(color_begin(stdout, color_of_state(text)), stdout);
	task_print_text(stdout, state);
	fputs(color_begin(stdout, COLOR_NONE), stdout);
	if (tc_json_text_length(reason)) {
		fputs(" '", stdout);
		task_print_text(stdout, reason);
		putchar('\'');
	}
	putchar('\n');
	return 0;
}
