/* SPDX-License-Identifier: MPL-2.0 */

/* `artifact list`. */

#include "tools/taskcluster/artifacts/artifacts.h"
#include "tools/taskcluster/commands/artifacts.h"
#include "tools/taskcluster/jobs/job.h"
#include "tools/taskcluster/jobs/words.h"
#include "tools/taskcluster/shared/output.h"
#include "tools/taskcluster/text/plain.h"

#include <taskcluster/pages.h>
#include <taskcluster/queue.h>
#include <taskcluster/registry.h>

#include <stdio.h>
#include <string.h>

struct list {
	struct tc_artifact of; /* whose: task and run */
	const char *run;       /* --run */
	bool json;
};

static int take_option(void *data, int id, const char *value)
{
	struct list *list = data;

	if (id == LIST_RUN)
		list->run = value;
	else
		list->json = true;
	return 0;
}

/* The text of a member in columns of its own, or "-". */
static void print_column(const tc_json *item, const char *name, int width)
{
	const char *text = tc_json_text(tc_json_get(item, name));

	if (!text)
		text = "-";
	plain_print_line(stdout, text, strlen(text));
	printf("%*s  ", (int)strlen(text) < width ? width - (int)strlen(text) : 0, "");
}

/* Items come one by one, so that columns are as wide as most are. */
static void print_row(const tc_json *item)
{
	const tc_json *name = tc_json_get(item, "name");
	const char *length = tc_json_text(tc_json_get(item, "contentLength"));

	print_column(item, "storageType", 9);
	printf("%12s  ", length ? length : "-");
	print_column(item, "contentType", 25);
	print_column(item, "expires", TC_DATE_SIZE - 1);
	if (name)
		plain_print_line(stdout, tc_json_text(name), tc_json_text_length(name));
	putchar('\n');
}

static int print_items(const struct list *list, tc_items *items, tc_error *err)
{
	const tc_json *item;
	struct output output;
	int status = output_open(&output, NULL);

	while (status == 0 && tc_items_next(items, &item, err) == TC_OK && item) {
		if (list->json)
			status = output_line(&output, item);
		else
			print_row(item);
	}
	output_close(&output);
	return status;
}

static tc_call *call_of(const struct list *list, const struct session *session, tc_error *err)
{
	if (list->of.run_id)
		return tc_queue_list_artifacts_call(
			session->client, list->of.task_id, list->of.run_id, NULL, err);
	return tc_queue_list_latest_artifacts_call(session->client, list->of.task_id, NULL, err);
}

static int print_list(const struct list *list, const struct session *session,
	const struct tc_operation *operation)
{
	tc_error err = TC_ERROR_INIT;
	tc_call *call = call_of(list, session, &err);
	tc_items *items = call ? tc_items_new(call, NULL, &err) : NULL;
	int status = items ? print_items(list, items, &err) : 0;

	if (err.code != TC_OK)
		status = job_report(&err, operation, session);
	tc_items_free(items);
	tc_call_free(call);
	tc_error_clear(&err);
	return status;
}

static int perform(void *data, const struct words *words, struct arguments *arguments)
{
	struct list *list = data;
	const struct tc_operation *operation;
	struct session session = SESSION_INIT;
	int status = words_run(words, words->count, list->run, &list->of);

	if (status == 0)
		status = job_open(&session, arguments, "queue",
			list->of.run_id ? "listArtifacts" : "listLatestArtifacts", &operation);
	if (status == 0)
		status = print_list(list, &session, operation);
	session_close(&session);
	return status;
}

int artifact_list(struct arguments *arguments)
{
	static const struct job job = { &artifact_list_command, 0, 2, take_option, perform };
	struct list list = { 0 };

	return job_run(&job, &list, arguments);
}
