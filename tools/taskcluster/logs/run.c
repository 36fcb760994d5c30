/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/logs/run.h"
#include "tools/taskcluster/shared/report.h"
#include "tools/taskcluster/text/one_of.h"

#include <stdio.h>
#include <string.h>

static void copy_text(char *text, size_t size, const tc_json *json)
{
	const char *given = tc_json_text(json);

	snprintf(text, size, "%s", given ? given : "");
}

/* Without a run the task's own state is all that there is. */
static void take_status(struct run *run, const tc_json *status)
{
	const tc_json *runs = tc_json_get(status, "runs");

	run->count = (int)tc_json_count(runs);
	if (run->number < 0)
		run->number = run->count - 1;
	const tc_json *what = run->number < 0 ? status : tc_json_item(runs, (size_t)run->number);
	snprintf(run->id, sizeof run->id, "%d", run->number);
	copy_text(run->state, sizeof run->state, tc_json_get(what, "state"));
	copy_text(run->reason, sizeof run->reason, tc_json_get(what, "reasonResolved"));
}

int run_look(struct run *run, struct access *access, tc_error *err)
{
	struct artifact_id id = { .task_id = run->task_id };
	tc_response *response = NULL;
	int rc = access_ask(access, ASKED_STATUS, &id, &response, err);
	const tc_json *json = rc == TC_OK ? tc_response_json(response, err) : NULL;

	if (json)
		take_status(run, tc_json_get(json, "status"));
	tc_release(response);
	return json ? TC_OK : err->code;
}

int run_find(struct run *run, struct access *access, const char *task_id, int number)
{
	tc_error err = TC_ERROR_INIT;
	int status = 0;

	*run = (struct run){ .task_id = task_id, .number = number };
	if (run_look(run, access, &err) != TC_OK)
		status = access_report(access, ASKED_STATUS, &err);
	else if (number >= run->count)
		status = failure("there is no run #%d: the task has %d", number, run->count);
	tc_error_clear(&err);
	return status;
}

const char *run_describe(const struct run *run, char text[RUN_TEXT_SIZE])
{
	const char *quote = *run->reason ? "'" : "";

	snprintf(text, RUN_TEXT_SIZE, "%s%s%s%s%s", run->state, *run->reason ? " " : "", quote,
		run->reason, quote);
	return text;
}

bool run_is_waiting(const struct run *run)
{
	static const char *const states[] = { "unscheduled", "pending", NULL };

	return text_is_one_of(run->state, states);
}

bool run_is_running(const struct run *run)
{
	return strcmp(run->state, "running") == 0;
}

bool run_is_reported(const struct run *run)
{
	static const char *const late[] = { "canceled", "deadline-exceeded", NULL };

	return !run_is_waiting(run) && !run_is_running(run) && !text_is_one_of(run->reason, late);
}

bool run_is_lost(const struct run *run)
{
	return strcmp(run->reason, "claim-expired") == 0;
}
