/* SPDX-License-Identifier: MPL-2.0 */

/* Who works, and what waits: provisioners, worker types, task queues, workers, counts. */

#include "tools/sandbox/events/events.h"
#include "tools/sandbox/request/arguments.h"
#include "tools/sandbox/services/queue/queue.h"

#include <stdlib.h>
#include <string.h>

#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)
#define EXPIRES_MS (5 * DAY_MS)

static void write_activity(struct writer *reply, int64_t last_active)
{
	write_member(reply, "description", "");
	write_member(reply, "stability", "experimental");
	write_member_date(reply, "expires", last_active + EXPIRES_MS);
	write_member_date(reply, "lastDateActive", last_active);
}

static void write_provisioner(struct request *request, struct row *row)
{
	write_object(&request->reply);
	write_member(&request->reply, "provisionerId", store_text(row, 0));
	write_activity(&request->reply, store_int(row, 1));
	write_end_object(&request->reply);
}

int queue_list_provisioners(struct request *request)
{
	static const struct list list = { "provisioners", write_provisioner, 0 };
	struct page page;

	if (!common_page(request, &page))
		return common_refuse_page(request);
	struct row *row = store_query(request->sandbox->store,
		"SELECT provisioner_id, max(last_active) FROM queues WHERE provisioner_id COLLATE "
		"en_us > ? "
		"GROUP BY provisioner_id ORDER BY provisioner_id COLLATE en_us LIMIT ?",
		"ti", page.after, page.limit + 1);
	return common_list(request, &list, &page, row);
}

int queue_get_provisioner(struct request *request)
{
	struct row *row = store_query(request->sandbox->store,
		"SELECT provisioner_id, max(last_active) FROM queues WHERE provisioner_id = ? "
		"GROUP BY provisioner_id",
		"t", request_argument(request, "provisionerId"));

	return common_one(request, row, write_provisioner, "Provisioner");
}

static void write_worker_type(struct request *request, struct row *row)
{
	write_object(&request->reply);
	write_member(&request->reply, "workerType", store_text(row, 0));
	write_member(&request->reply, "provisionerId", store_text(row, 2));
	write_member(&request->reply, "taskQueueId", store_text(row, 3));
	write_activity(&request->reply, store_int(row, 1));
	write_end_object(&request->reply);
}

int queue_list_worker_types(struct request *request)
{
	static const struct list list = { "workerTypes", write_worker_type, 0 };
	struct page page;

	if (!common_page(request, &page))
		return common_refuse_page(request);
	struct row *row = store_query(request->sandbox->store,
		"SELECT worker_type, last_active, provisioner_id, queue_id FROM queues WHERE "
		"provisioner_id = ? AND worker_type COLLATE en_us > ? ORDER BY worker_type "
		"COLLATE en_us LIMIT ?",
		"tti", request_argument(request, "provisionerId"), page.after, page.limit + 1);
	return common_list(request, &list, &page, row);
}

int queue_get_worker_type(struct request *request)
{
	struct row *row = store_query(request->sandbox->store,
		"SELECT worker_type, last_active, provisioner_id, queue_id FROM queues WHERE "
		"provisioner_id = ? AND worker_type = ?",
		"tt", request_argument(request, "provisionerId"),
		request_argument(request, "workerType"));

	return common_one(request, row, write_worker_type, "Worker-type");
}

static void write_task_queue(struct request *request, struct row *row)
{
	write_object(&request->reply);
	write_member(&request->reply, "taskQueueId", store_text(row, 0));
	write_activity(&request->reply, store_int(row, 1));
	write_end_object(&request->reply);
}

int queue_list_task_queues(struct request *request)
{
	static const struct list list = { "taskQueues", write_task_queue, 0 };
	struct page page;

	if (!common_page(request, &page))
		return common_refuse_page(request);
	struct row *row = store_query(request->sandbox->store,
		"SELECT queue_id, last_active FROM queues WHERE queue_id COLLATE en_us > ? ORDER "
		"BY "
		"queue_id COLLATE en_us LIMIT ?",
		"ti", page.after, page.limit + 1);
	return common_list(request, &list, &page, row);
}

int queue_get_task_queue(struct request *request)
{
	struct row *row = store_query(request->sandbox->store,
		"SELECT queue_id, last_active FROM queues WHERE queue_id = ?", "t",
		request_argument(request, "taskQueueId"));

	return common_one(request, row, write_task_queue, "Task queue");
}

/* Columns: key, group, id, first claim, last active, quarantine, recent, expires, details. */
#define WORKER_COLUMNS \
	"worker_group || '/' || worker_id, worker_group, worker_id, first_claim, last_active, " \
	"quarantine_until, recent, expires, quarantine_details"

static void write_listed_worker(struct request *request, struct row *row)
{
	struct writer *reply = &request->reply;
	const tc_json *recent = NULL;
	const char *text = store_text(row, 6);

	write_object(reply);
	write_member(reply, "workerGroup", store_text(row, 1));
	write_member(reply, "workerId", store_text(row, 2));
	write_member_date(reply, "firstClaim", store_int(row, 3));
	write_member_date(reply, "lastDateActive", store_int(row, 4));
	if (store_int(row, 5) > request->now_ms)
		write_member_date(reply, "quarantineUntil", store_int(row, 5));
	if (tc_json_parse(text, strlen(text), &recent, NULL) == TC_OK && tc_json_count(recent)) {
		write_name(reply, "latestTask");
		write_json(reply, tc_json_item(recent, 0));
	}
	tc_release(recent);
	write_end_object(reply);
}

static const char *queue_of(struct request *request)
{
	return request_printf(request, "%s/%s", request_argument(request, "provisionerId"),
		request_argument(request, "workerType"));
}

int queue_list_workers(struct request *request)
{
	const char *quarantined = request_query(request, "quarantined");
	static const struct list list = { "workers", write_listed_worker, 0 };
	struct page page;

	if (!common_page(request, &page))
		return common_refuse_page(request);
	struct row *row = store_query(request->sandbox->store,
		"SELECT " WORKER_COLUMNS " FROM workers WHERE queue_id = ? AND "
		"(worker_group || '/' || worker_id) COLLATE en_us > ? AND (? IS NULL OR "
		"(ifnull(quarantine_until, 0) > ?) = (? = 'true')) ORDER BY 1 COLLATE en_us LIMIT "
		"?",
		"tttiti", queue_of(request), page.after, quarantined, request->now_ms, quarantined,
		page.limit + 1);
	return common_list(request, &list, &page, row);
}

static void write_worker(struct request *request, struct row *row)
{
	struct writer *reply = &request->reply;

	write_object(reply);
	write_member(reply, "provisionerId", request_argument(request, "provisionerId"));
	write_member(reply, "workerType", request_argument(request, "workerType"));
	write_member(reply, "taskQueueId", queue_of(request));
	write_member(reply, "workerGroup", store_text(row, 1));
	write_member(reply, "workerId", store_text(row, 2));
	write_member_raw(reply, "recentTasks", store_text(row, 6));
	write_member_date(reply, "expires", store_int(row, 7));
	write_member_date(reply, "firstClaim", store_int(row, 3));
	write_member_date(reply, "lastDateActive", store_int(row, 4));
	/* one that was never in quarantine has been out of it for ten years */
	write_member_date(reply, "quarantineUntil",
		store_int(row, 5) ? store_int(row, 5) : store_int(row, 3) - 3652 * DAY_MS);
	write_member_raw(reply, "quarantineDetails", store_text(row, 8));
	write_end_object(reply);
}

int queue_get_worker(struct request *request)
{
	struct row *row = store_query(request->sandbox->store,
		"SELECT " WORKER_COLUMNS
		" FROM workers WHERE queue_id = ? AND worker_group = ? AND "
		"worker_id = ?",
		"ttt", queue_of(request), request_argument(request, "workerGroup"),
		request_argument(request, "workerId"));

	return common_one(request, row, write_worker, "Worker");
}

int queue_quarantine_worker(struct request *request)
{
	int64_t until = common_date(request, "quarantineUntil", -1);
	const char *queue = queue_of(request);
	char until_text[DATE_SIZE];
	char now_text[DATE_SIZE];

	if (until < 0)
		return refuse(request, INPUT_VALIDATION_ERROR, "`quarantineUntil` must be a date");
	write_date(until_text, until);
	write_date(now_text, request->now_ms);
	store_run(request->sandbox->store,
		"UPDATE workers SET quarantine_until = ?, expires = max(expires, ?), "
		"quarantine_details = json_insert(ifnull(quarantine_details, '[]'), '$[#]', "
		"json_object('clientId', ?, 'updatedAt', ?, 'quarantineUntil', ?, "
		"'quarantineInfo', "
		"?)) WHERE queue_id = ? AND worker_group = ? AND worker_id = ?",
		"iittttttt", until, until,
		request->identity.client_id ? request->identity.client_id : "anonymous", now_text,
		until_text, common_text(request, "quarantineInfo", ""), queue,
		request_argument(request, "workerGroup"), request_argument(request, "workerId"));
	events_changed(request->sandbox, EVENTS_WORKERS, queue);
	return queue_get_worker(request);
}

/* The scopes ask for each property that is set. */
int queue_declare_worker(struct request *request)
{
	const tc_json *input = request->input;
	size_t count = tc_json_count(input);
	const char **names = tc__arena_alloc(&request->arena, count * sizeof *names);
	const char *queue = queue_of(request);
	const char *group = request_argument(request, "workerGroup");
	const char *id = request_argument(request, "workerId");
	int64_t expires = common_date(request, "expires", request->now_ms + DAY_MS);

	for (size_t i = 0; names && i < count; i++)
		names[i] = tc_json_text(tc_json_name(input, i));
	const struct scope_value values[] = {
		{ .name = "properties", .list = { names, names ? count : 0 }, .is_list = true },
		{ .name = NULL },
	};
	int status = authorize(request, values);
	if (status)
		return status;
	if (expires < 0 || !names)
		return refuse(request, INPUT_VALIDATION_ERROR, "`expires` must be a date");
	queue_see_worker(request, queue, group, id);
	store_run(request->sandbox->store,
		"UPDATE workers SET expires = ? WHERE queue_id = ? AND worker_group = ? AND "
		"worker_id = ?",
		"ittt", expires, queue, group, id);
	return queue_get_worker(request);
}

static int64_t count_state(struct request *request, const char *queue, const char *state)
{
	return store_number(request->sandbox->store, 0,
		"SELECT count FROM run_counts WHERE queue_id = ? AND state = ?", "tt", queue,
		state);
}

static void write_counts(struct request *request, const char *queue, bool claimed)
{
	struct writer *reply = &request->reply;

	write_object(reply);
	write_member(reply, "provisionerId", task_provisioner_id(&request->arena, queue));
	write_member(reply, "workerType", task_worker_type(queue));
	write_member(reply, "taskQueueId", queue);
	write_member_int(reply, "pendingTasks", count_state(request, queue, "pending"));
	if (claimed)
		write_member_int(reply, "claimedTasks", count_state(request, queue, "running"));
	write_end_object(reply);
}

int queue_pending_tasks(struct request *request)
{
	write_counts(request, request_argument(request, "taskQueueId"), false);
	return 200;
}

int queue_task_queue_counts(struct request *request)
{
	write_counts(request, request_argument(request, "taskQueueId"), true);
	return 200;
}

#define COUNTED_MAX 1000

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The texts of an array in order, in the request's arena; NULL when memory ends. */
static const char **sort_texts(struct request *request, const tc_json *array)
{
	size_t count = tc_json_count(array);
	const char **texts = tc__arena_alloc(&request->arena, (count + 1) * sizeof *texts);

	for (size_t i = 0; i < count && texts; i++)
		texts[i] = tc_json_text(tc_json_item(array, i));
	if (texts)
		qsort(texts, count, sizeof *texts, compare_texts);
	return texts;
}

/* 0, or the status of a refusal. Its schema takes anything (references/README.md), so that the
 * rules are here. */
static int check_queues(struct request *request, const tc_json *queues)
{
	size_t count = tc_json_count(queues);

	if (tc_json_count(request->input) != 1 || tc_json_kind(queues) != TC_JSON_ARRAY ||
		count > COUNTED_MAX)
		return refuse(request, INPUT_VALIDATION_ERROR,
			"the body must be `taskQueueIds`, of at most %d", COUNTED_MAX);
	for (size_t i = 0; i < count; i++) {
		const tc_json *queue = tc_json_item(queues, i);
		if (tc_json_kind(queue) != TC_JSON_STRING ||
			!arguments_is_task_queue_id(tc_json_text(queue)))
			return refuse(request, INPUT_VALIDATION_ERROR,
				"`taskQueueIds/%zu` must be <provisionerId>/<workerType>", i);
	}
	const char **sorted = sort_texts(request, queues);
	if (!sorted)
		return refuse(request, INTERNAL_SERVER_ERROR, "out of memory");
	for (size_t i = 1; i < count; i++)
		if (strcmp(sorted[i - 1], sorted[i]) == 0)
			return refuse(request, INPUT_VALIDATION_ERROR,
				"`taskQueueIds` has %s twice", sorted[i]);
	return 0;
}

int queue_task_queue_counts_batch(struct request *request)
{
	const tc_json *queues = tc_json_get(request->input, "taskQueueIds");
	struct writer *reply = &request->reply;
	int status = check_queues(request, queues);

	if (!status)
		status = authorize(request, NULL);
	if (status)
		return status;
	write_object(reply);
	write_name(reply, "taskQueueCounts");
	write_array(reply);
	for (size_t i = 0; i < tc_json_count(queues); i++)
		write_counts(request, tc_json_text(tc_json_item(queues, i)), true);
	write_end_array(reply);
	write_end_object(reply);
	return 200;
}

/* Columns: key, task id, run id, time, definition, worker group, worker id. */
static void write_pending(struct request *request, struct row *row)
{
	write_object(&request->reply);
	write_member(&request->reply, "taskId", store_text(row, 1));
	write_member_int(&request->reply, "runId", store_int(row, 2));
	write_member_raw(&request->reply, "task", store_text(row, 4));
	write_member_date(&request->reply, "inserted", store_int(row, 3));
	write_end_object(&request->reply);
}

static void write_claimed(struct request *request, struct row *row)
{
	write_object(&request->reply);
	write_member(&request->reply, "taskId", store_text(row, 1));
	write_member_int(&request->reply, "runId", store_int(row, 2));
	write_member(&request->reply, "workerGroup", store_text(row, 5));
	write_member(&request->reply, "workerId", store_text(row, 6));
	write_member_date(&request->reply, "claimed", store_int(row, 3));
	write_member_raw(&request->reply, "task", store_text(row, 4));
	write_end_object(&request->reply);
}

int queue_list_pending(struct request *request)
{
	static const struct list list = { "tasks", write_pending, 0 };
	struct page page;

	if (!common_page(request, &page))
		return common_refuse_page(request);
	/* oldest first; definitions are only looked up for the page */
	struct row *row = store_query(request->sandbox->store,
		"SELECT p.age, p.task_id, p.run_id, p.scheduled, d.definition FROM (SELECT "
		"printf('%015d/%015d', r.scheduled, t.seq) AS age, r.task_id, r.run_id, "
		"r.scheduled, t.seq FROM runs r JOIN tasks t ON t.task_id = r.task_id WHERE "
		"r.state = 'pending' AND r.queue_id = ? AND age > ? ORDER BY age LIMIT ?) p JOIN "
		"tasks d ON d.seq = p.seq ORDER BY p.age",
		"tti", request_argument(request, "taskQueueId"), page.after, page.limit + 1);
	return common_list(request, &list, &page, row);
}

int queue_list_claimed(struct request *request)
{
	static const struct list list = { "tasks", write_claimed, 0 };
	struct page page;

	if (!common_page(request, &page))
		return common_refuse_page(request);
	struct row *row = store_query(request->sandbox->store,
		"SELECT r.task_id, r.task_id, r.run_id, r.started, t.definition, r.worker_group, "
		"r.worker_id FROM runs r JOIN tasks t ON t.task_id = r.task_id WHERE "
		"r.state = 'running' AND r.queue_id = ? AND r.task_id > ? ORDER BY r.task_id LIMIT "
		"?",
		"tti", request_argument(request, "taskQueueId"), page.after, page.limit + 1);
	return common_list(request, &list, &page, row);
}
