/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/artifacts/folder.h"
#include "workflows/src/artifacts/indexed.h"
#include "workflows/src/base/text.h"
#include <string.h>
#include <taskcluster/decimal.h>

#define PAGE_LIMIT "1000"

/* With what was asked for. */
static void end_unbegun(struct tc__folder *folder, const tc_error *err)
{
	tc_error failure = TC_ERROR_INIT;

	tc_error_copy(&failure, err);
	if (folder->texts.task_id)
		tc_error_prefix(&failure, "artifacts of task %s", folder->texts.task_id);
	else
		tc_error_prefix(&failure, "artifacts of the task at %s", folder->texts.index);
	tc__folder_end(folder, &failure);
	tc_error_clear(&failure);
}

/* ---- the list ---- */

static void ask_page(struct tc__folder *folder);

static int take_page(struct tc__folder *folder, const tc_response *response, tc_error *err)
{
	struct tc_queue_list_artifacts_response *page =
		tc_queue_list_artifacts_reply(response, err);

	if (!page)
		return err->code;
	int rc =
		tc__entries_add(&folder->entries, page, (const char *const *)folder->texts.patterns,
			folder->live && !folder->options.live, err);
	tc_release(page);
	return rc == TC_OK ? tc_pages_accept(folder->pages, response, err) : rc;
}

static void took_page(struct tc__flow *flow, tc_response *response, const tc_error *failure)
{
	struct tc__folder *folder = tc__folder_of(flow);
	tc_error err = TC_ERROR_INIT;

	if (failure) {
		end_unbegun(folder, failure);
		return;
	}
	int rc = take_page(folder, response, &err);
	tc_release(response);
	if (rc == TC_OK)
		ask_page(folder);
	else
		end_unbegun(folder, &err);
	tc_error_clear(&err);
}

static void ask_page(struct tc__folder *folder)
{
	const tc_call *call = NULL;
	tc_error err = TC_ERROR_INIT;

	if (tc_pages_call(folder->pages, &call, &err) != TC_OK) {
		end_unbegun(folder, &err);
	} else if (call) {
		tc__flow_send_kept(&folder->flow, call, took_page);
	} else {
		tc__entries_sort(&folder->entries);
		tc__folder_download(folder);
	}
	tc_error_clear(&err);
}

static tc_call *list_call(const struct tc__folder *folder, tc_error *err)
{
	const struct tc_queue_list_artifacts_query query = { .limit = PAGE_LIMIT };
	const struct tc_queue_list_latest_artifacts_query latest = { .limit = PAGE_LIMIT };

	if (folder->texts.run_id)
		return tc_queue_list_artifacts_call(folder->job.client, folder->texts.task_id,
			folder->texts.run_id, &query, err);
	return tc_queue_list_latest_artifacts_call(
		folder->job.client, folder->texts.task_id, &latest, err);
}

static void list(struct tc__folder *folder)
{
	struct tc_call_options options = TC_CALL_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;
	tc_call *call = list_call(folder, &err);

	tc__flow_terms(&folder->flow, &options);
	if (call && tc_call_set_options(call, &options, &err) == TC_OK)
		folder->pages = tc_pages_new(call, NULL, &err);
	tc_call_free(call);
	if (folder->pages)
		ask_page(folder);
	else
		end_unbegun(folder, &err);
	tc_error_clear(&err);
}

/* ---- the run ---- */

/* Which it is, so that all are of the same, and whether it goes on. */
static int take_status(
	struct tc__folder *folder, const struct tc_queue_task_status *status, tc_error *err)
{
	char number[TC_DECIMAL_SIZE];
	const struct tc_queue_task_status_runs *run = NULL;

	for (size_t i = 0; i < status->runs_count; i++) {
		tc_decimal(number, status->runs[i].run_id);
		if (!folder->texts.run_id || strcmp(folder->texts.run_id, number) == 0)
			run = &status->runs[i];
	}
	if (!run)
		return TC_OK; /* the queue says what is wrong with it */
	folder->live = run->state && strcmp(run->state, "running") == 0;
	if (folder->texts.run_id)
		return TC_OK;
	return tc__text_copy(&folder->texts.run_id, tc_decimal(number, run->run_id), err);
}

static void took_status(struct tc__flow *flow, tc_response *response, const tc_error *failure)
{
	struct tc__folder *folder = tc__folder_of(flow);
	tc_error err = TC_ERROR_INIT;

	/* who may not ask for the status may list artifacts all the same, whose run may go on */
	if (failure && failure->http_status == 403) {
		folder->live = true;
		list(folder);
		return;
	}
	if (failure) {
		end_unbegun(folder, failure);
		return;
	}
	struct tc_queue_task_status_response *reply = tc_queue_status_reply(response, &err);
	tc_release(response);
	int rc = reply ? take_status(folder, &reply->status, &err) : err.code;
	tc_release(reply);
	if (rc == TC_OK)
		list(folder);
	else
		end_unbegun(folder, &err);
	tc_error_clear(&err);
}

static void ask_status(struct tc__folder *folder)
{
	tc_error made = TC_ERROR_INIT;
	tc_call *call = tc_queue_status_call(folder->job.client, folder->texts.task_id, &made);

	tc__flow_send(&folder->flow, call, NULL, NULL, took_status, &made);
}

static void took_task(struct tc__flow *flow, tc_response *response, const tc_error *failure)
{
	struct tc__folder *folder = tc__folder_of(flow);
	tc_error err = TC_ERROR_INIT;

	folder->texts.task_id = tc__indexed_take(response, failure, &err);
	if (folder->texts.task_id)
		ask_status(folder);
	else
		end_unbegun(folder, &err);
	tc_error_clear(&err);
}

static void begin(struct tc__flow *flow, tc_response *response, const tc_error *err)
{
	struct tc__folder *folder = tc__folder_of(flow);

	(void)response;
	if (err)
		end_unbegun(folder, err);
	else if (folder->texts.index)
		tc__indexed_ask(flow, folder->job.client, folder->texts.index, took_task);
	else
		ask_status(folder);
}

int tc__folder_begin(struct tc__folder *folder, tc_error *err)
{
	return tc__flow_begin(&folder->flow, begin, err);
}
