/* SPDX-License-Identifier: MPL-2.0 */
/* From claimWork's reply to tasks. */
#include "workflows/src/worker/worker.h"

#include <string.h>
#include <taskcluster/date.h>

static int64_t to_ms(const char *date)
{
	struct timespec when = { 0 };

	if (!date || tc_date_parse(date, &when, NULL) != TC_OK)
		return -1;
	return (int64_t)when.tv_sec * 1000 + when.tv_nsec / 1000000;
}

/* How long its run was pending. */
static int64_t queued_ms(const tc_task *task)
{
	const struct tc_queue_claim_work_response_tasks *claim = task->claim->tasks;
	int64_t from = -1, to = -1;

	for (size_t i = 0; i < claim->status.runs_count; i++) {
		if (claim->status.runs[i].run_id != claim->run_id)
			continue;
		from = to_ms(claim->status.runs[i].scheduled);
		to = to_ms(claim->status.runs[i].started);
	}
	return from >= 0 && to > from ? to - from : 0;
}

/* A run that is here already: to begin it again, or to give it back, would harm what runs. */
static bool is_here(const tc_worker *worker, const tc_json *item)
{
	const char *id = tc_json_text(tc_json_at(item, "/status/taskId"));
	const char *run_id = tc_json_text(tc_json_get(item, "runId"));

	for (const tc_task *task = id && run_id ? worker->tasks : NULL; task; task = task->after)
		if (task->phase != TC__GONE && strcmp(tc_task_id(task), id) == 0 &&
			strcmp(task->run_id, run_id) == 0)
			return true;
	return false;
}

/* One that cannot be made is lost until its claim ends: there are no credentials to say so. */
static bool make(tc_worker *worker, const tc_json *item, const struct tc__moment *moment)
{
	tc_error err = TC_ERROR_INIT;
	struct tc__claimed claimed = { .claim = item,
		.taken_until = tc_json_text(tc_json_get(item, "takenUntil")) };
	tc_task *task = NULL;

	worker->stats.claimed++;
	if (!claimed.taken_until)
		tc_error_set(&err, TC_ERROR_REPLY, "takenUntil: is not there");
	else
		claimed.credentials =
			tc_credentials_from_json(tc_json_get(item, "credentials"), &err);
	if (claimed.credentials)
		task = tc__task_new(worker, &claimed, moment, TC__CLAIMED, &err);
	if (task) {
		task->item = item;
		worker->stats.queued_ms += queued_ms(task);
	} else {
		tc__worker_line(worker, TC_LOG_ERROR,
			"task %s was claimed, and cannot be begun: its claim runs out: %s",
			tc_json_text(tc_json_at(item, "/status/taskId"))
				? tc_json_text(tc_json_at(item, "/status/taskId"))
				: "(without an id)",
			tc_error_text(&err));
	}
	tc_credentials_free(claimed.credentials);
	tc_error_clear(&err);
	return task != NULL;
}

/* How many became tasks. */
static size_t make_all(tc_worker *worker, const tc_json *claims, const struct tc__moment *moment)
{
	size_t made = 0;

	for (size_t i = 0; i < tc_json_count(claims); i++) {
		const tc_json *item = tc_json_item(claims, i);
		if (!is_here(worker, item))
			made += make(worker, item, moment);
		else
			tc__worker_line(worker, TC_LOG_WARN,
				"task %s run %s was claimed again, and goes on as it is",
				tc_json_text(tc_json_at(item, "/status/taskId")),
				tc_json_text(tc_json_get(item, "runId")));
	}
	return made;
}

/* Whether all places are taken by tasks that were begun: a reply may bring more than were asked
 * for, and its user has made room for so many. */
static bool is_full(const tc_worker *worker)
{
	int known = 0;

	for (const tc_task *task = worker->tasks; task; task = task->after)
		known += task->known && task->phase != TC__GONE;
	return known >= worker->options.capacity;
}

/* What comes when the worker has begun to stop is given back for others. */
static void begin(tc_task *task, bool kept)
{
	tc_worker *worker = task->worker;
	bool wanted = !worker->ending || worker->ending == TC_END_TASKS;

	if (task->result != TC_TASK_COMPLETED)
		tc__task_give_back(task, task->result, NULL);
	else if (!wanted)
		tc__task_give_back(task, TC_TASK_WORKER_SHUTDOWN, "the worker stops");
	else if (!kept)
		tc__task_give_back(
			task, TC_TASK_WORKER_SHUTDOWN, "it cannot be kept in the state file");
	else if (is_full(worker))
		tc__task_give_back(
			task, TC_TASK_WORKER_SHUTDOWN, "more tasks came than were asked for");
	else
		tc__task_start(task);
}

static tc_task *next_claimed(const tc_worker *worker)
{
	tc_task *found = NULL;

	for (tc_task *task = worker->tasks; task; task = task->after)
		if (task->phase == TC__CLAIMED)
			found = task; /* the oldest is the last */
	return found;
}

/* Of the reply, and to be begun: what breaks its schema is given back in any case. */
static bool is_good(const tc_task *task)
{
	return task->item && task->result == TC_TASK_COMPLETED;
}

/* Those alone; NULL, with *err: memory ended. */
static const tc_json *good_ones(const tc_worker *worker, tc_error *err)
{
	tc_json_builder *b = tc_json_builder_new();
	const tc_json *claims = NULL;

	tc_json_add_array(b);
	for (const tc_task *task = worker->tasks; task; task = task->after)
		if (is_good(task))
			tc_json_add_json(b, task->item);
	tc_json_end(b);
	tc_json_build(b, &claims, err);
	return claims;
}

/* Before any of them begins they are on disk; one that is broken takes no other with it. */
static bool keep(tc_worker *worker, const tc_json *claims)
{
	tc_error err = TC_ERROR_INIT;
	const tc_json *some = NULL;
	size_t good = 0;

	for (const tc_task *task = worker->tasks; task; task = task->after)
		good += is_good(task);
	if (good < tc_json_count(claims))
		claims = some = good_ones(worker, &err);
	bool kept = claims && tc__state_claims(worker->state, claims, &err) == TC_OK;
	tc_release(some);
	if (!kept)
		tc__worker_line(worker, TC_LOG_ERROR, "what was claimed cannot be kept: %s",
			tc_error_text(&err));
	tc_error_clear(&err);
	return kept;
}

int tc__intake(tc_worker *worker, tc_response *response, int64_t sent_ms, tc_error *err)
{
	struct tc__moment moment;
	const tc_json *reply = tc_response_json(response, err);
	const tc_json *claims = tc_json_get(reply, "tasks");

	if (!reply)
		return -1;
	if (tc_json_kind(claims) != TC_JSON_ARRAY) {
		tc_error_set(err, TC_ERROR_REPLY, "queue.claimWork: /tasks: is no array");
		return -1;
	}
	worker->unkept = false;
	if (!tc_json_count(claims))
		return 0;
	tc__moment_read(&moment, worker->client, response, sent_ms);
	if (worker->ending == TC_END_IDLE)
		worker->ending = 0; /* it is not */
	if (!worker->stats.busy)
		tc__watch_leap(&worker->watch, worker->client);
	size_t made = make_all(worker, claims, &moment);
	bool kept = keep(worker, claims);
	worker->unkept = !kept;
	for (tc_task *task = worker->tasks; task; task = task->after)
		task->item = NULL;
	for (tc_task *task; !worker->closed && (task = next_claimed(worker));)
		begin(task, kept);
	return (int)made;
}
