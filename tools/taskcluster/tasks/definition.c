/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/tasks/definition.h"

#include "tools/taskcluster/jobs/job.h"
#include "tools/taskcluster/shared/output.h"
#include "tools/taskcluster/shared/report.h"
#include "tools/taskcluster/shared/when.h"
#include "tools/taskcluster/tasks/task.h"
#include "tools/taskcluster/text/one_of.h"

#include <taskcluster/date.h>
#include <taskcluster/queue.h>

#include <stdio.h>
#include <unistd.h>

/* ---- printing ---- */

static int print_indented(struct output *output, const tc_json *definition)
{
	tc_error err = TC_ERROR_INIT;
	char *text = NULL;
	size_t length;
	int status;

	if (isatty(output->fd)) /* where some characters are escaped */
		return output_json(output, definition);
	if (tc_json_write(definition, TC_JSON_PRETTY, &text, &length, &err) == TC_OK)
		status = output_write(output, text, length);
	else
		status = report(&err, NULL, NULL);
	tc_release(text);
	tc_error_clear(&err);
	return status;
}

int definition_print(const tc_json *definition, bool json)
{
	struct output output;

	if (json)
		return output_stdout(definition);
	int status = output_open(&output, NULL);
	if (status == 0)
		status = print_indented(&output, definition);
	output_close(&output);
	return status;
}

/* ---- repeating ---- */

static int read_date(const tc_json *definition, const char *name, int64_t *ms)
{
	const tc_json *date = tc_json_get(definition, name);
	const char *text = tc_json_text(date);

	if (!when_ms(date, ms))
		return failure("the definition's %s is %s%s%s, which is no date", name,
			text ? "\"" : "", text ? text : "no text", text ? "\"" : "");
	return 0;
}

/* The date of this name, as long after now as it was after the task was created. */
static int add_date(
	tc_json_builder *json, const tc_json *definition, const char *name, int64_t now_ms)
{
	int64_t created_ms, date_ms;
	char date[TC_DATE_SIZE];
	int status = read_date(definition, "created", &created_ms);

	if (status == 0)
		status = read_date(definition, name, &date_ms);
	if (status != 0)
		return status;
	int64_t moved_ms = now_ms + (date_ms - created_ms);
	struct timespec when = { .tv_sec = (time_t)(moved_ms / 1000),
		.tv_nsec = moved_ms % 1000 * 1000000 };
	if (moved_ms < 0 || tc_date_format(when, date, NULL) != TC_OK)
		return failure("the definition's %s is too far from its created", name);
	tc_json_add_string(json, date);
	return 0;
}

static int add_member(tc_json_builder *json, const tc_json *definition, size_t position, bool exact,
	int64_t now_ms)
{
	static const char *const dates[] = { "created", "deadline", "expires", NULL };
	static const char *const ties[] = { "dependencies", "routes", NULL };
	const char *name = tc_json_text(tc_json_name(definition, position));

	tc_json_add_name(json, name);
	if (text_is_one_of(name, dates))
		return add_date(json, definition, name, now_ms);
	if (!exact && text_is_one_of(name, ties)) {
		tc_json_add_array(json);
		tc_json_end(json);
	} else {
		tc_json_add_json(json, tc_json_item(definition, position));
	}
	return 0;
}

int definition_repeat(const tc_json *definition, bool exact, int64_t now_ms, const tc_json **again)
{
	tc_json_builder *json = tc_json_builder_new();
	tc_error err = TC_ERROR_INIT;
	int status = 0;

	tc_json_add_object(json);
	for (size_t i = 0; status == 0 && i < tc_json_count(definition); i++)
		status = add_member(json, definition, i, exact, now_ms);
	tc_json_end(json);
	if (status != 0)
		tc_json_builder_free(json);
	else if (tc_json_build(json, again, &err) != TC_OK)
		status = report(&err, NULL, NULL);
	tc_error_clear(&err);
	return status;
}

/* ---- creating ---- */

int definition_create(
	const struct session *session, const char *id, const tc_json *definition, bool json)
{
	tc_error err = TC_ERROR_INIT;
	const tc_json *answer = NULL;
	tc_call *call = tc_queue_create_task_call(session->client, id, &err);

	if (call && tc_call_body_json(call, definition, &err) != TC_OK) {
		tc_call_free(call);
		call = NULL;
	}
	int status = job_call(session, call, &answer, &err);
	if (status == 0 && !tc_json_get(answer, "status"))
		status = task_refuse_answer("status");
	if (status == 0 && json) {
		status = output_stdout(answer);
	} else if (status == 0) {
		printf("Task %s created\n", id);
		task_tell_log(id);
	}
	tc_release(answer);
	return status;
}
