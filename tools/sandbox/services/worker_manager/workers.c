/* SPDX-License-Identifier: MPL-2.0 */

/* The workers of pools, made known by createWorker; and those of the Queue, with what is known of
 * them here. */

#include "tools/sandbox/services/worker_manager/worker_manager.h"

#include <string.h>

static const char *pool_of(struct request *request)
{
	return request_argument(request, "workerPoolId");
}

/* Columns: key, pool, group, id, provider, state, capacity, created, modified, expires, secret. */
#define WORKER \
	"worker_group || '/' || worker_id, pool_id, worker_group, worker_id, provider_id, state, " \
	"capacity, created, modified, expires, static_secret"

static void write_worker(struct request *request, struct row *row)
{
	struct writer *reply = &request->reply;

	write_object(reply);
	write_member(reply, "workerPoolId", store_text(row, 1));
	write_member(reply, "workerGroup", store_text(row, 2));
	write_member(reply, "workerId", store_text(row, 3));
	write_member(reply, "providerId", store_text(row, 4));
	write_member(reply, "state", store_text(row, 5));
	write_member_int(reply, "capacity", store_int(row, 6));
	write_member_date(reply, "created", store_int(row, 7));
	write_member_date(reply, "lastModified", store_int(row, 8));
	write_member_date(reply, "lastChecked", store_int(row, 8));
	write_member_date(reply, "expires", store_int(row, 9));
	write_end_object(reply);
}

static const struct list workers = { "workers", write_worker, 0 };

static struct row *find_worker(struct request *request)
{
	return store_query(request->sandbox->store,
		"SELECT " WORKER " FROM managed_workers WHERE pool_id = ? AND worker_group = ? AND "
		"worker_id = ?",
		"ttt", pool_of(request), request_argument(request, "workerGroup"),
		request_argument(request, "workerId"));
}

int manager_worker(struct request *request)
{
	return common_one(request, find_worker(request), write_worker, "Worker");
}

int manager_list_group(struct request *request)
{
	struct page page;

	if (!common_page(request, &page))
		return common_refuse_page(request);
	struct row *row = store_query(request->sandbox->store,
		"SELECT " WORKER " FROM managed_workers WHERE pool_id = ? AND worker_group = ? AND "
		"worker_group || '/' || worker_id > ? ORDER BY 1 LIMIT ?",
		"ttti", pool_of(request), request_argument(request, "workerGroup"), page.after,
		page.limit + 1);
	return common_list(request, &workers, &page, row);
}

/* A state that a query asks for. 0, or the status of a refusal. */
static int check_state(struct request *request, const char *name)
{
	static const char *const states[] = { "requested", "running", "stopping", "stopped" };
	const char *state = request_query(request, name);

	for (size_t i = 0; state && i < sizeof states / sizeof *states; i++) {
		if (strcmp(state, states[i]) == 0)
			return 0;
	}
	return !state ? 0
		      : refuse(request, INVALID_REQUEST_ARGUMENTS,
				"Query-string parameter '%s' must be requested, running, stopping "
				"or stopped: '%s'",
				name, state);
}

/* No static worker has a launch config, so asking for one finds nothing. */
int manager_list_pool_workers(struct request *request)
{
	struct worker_pool pool;
	struct page page;
	int status = check_state(request, "state");

	if (status)
		return status;
	if (!common_page(request, &page))
		return common_refuse_page(request);
	if (!manager_find_pool(request, pool_of(request), &pool))
		return manager_refuse_pool(request, pool_of(request));
	struct row *row = store_query(request->sandbox->store,
		"SELECT " WORKER " FROM managed_workers WHERE pool_id = ?1 AND "
		"worker_group || '/' || worker_id > ?2 AND (?3 IS NULL OR state = ?3) AND "
		"?4 IS NULL ORDER BY 1 LIMIT ?5",
		"tttti", pool_of(request), page.after, request_query(request, "state"),
		request_query(request, "launchConfigId"), page.limit + 1);
	return common_list(request, &workers, &page, row);
}

/* Whose workers come by createWorker. 0, or the status of a refusal. */
static int check_pool(struct request *request, const char **provider, const char **secret)
{
	struct worker_pool pool;

	*secret = tc_json_text(tc_json_at(request->input, "/providerInfo/staticSecret"));
	if (!manager_find_pool(request, pool_of(request), &pool))
		return manager_refuse_pool(request, pool_of(request));
	if (strcmp(pool.provider_id, STATIC_PROVIDER) != 0)
		return refuse(request, INPUT_ERROR,
			"the provider %s does not take workers that others make", pool.provider_id);
	if (!*secret)
		return refuse(request, INPUT_ERROR, "no worker staticSecret provided");
	*provider = pool.provider_id;
	return 0;
}

static int64_t capacity_of(struct request *request)
{
	int64_t capacity = 1;

	tc_json_int64(tc_json_get(request->input, "capacity"), &capacity);
	return capacity;
}

/* Creating the same worker again is harmless. */
int manager_create_worker(struct request *request)
{
	const char *provider;
	const char *secret;
	int64_t expires = common_date(request, "expires", -1);
	int status = check_pool(request, &provider, &secret);

	if (!status && expires < request->now_ms)
		status = refuse(request, INPUT_ERROR, "worker.expires must be in the future");
	if (status)
		return status;
	struct row *row = find_worker(request);
	bool found = store_next(row);
	bool same = found && strcmp(store_text(row, 4), provider) == 0 &&
		strcmp(store_text(row, 10), secret) == 0;
	store_end(request->sandbox->store, row);
	if (found && !same)
		return refuse(request, INPUT_ERROR, "worker already exists");
	store_run(request->sandbox->store,
		"INSERT OR IGNORE INTO managed_workers (pool_id, worker_group, worker_id, "
		"provider_id, state, capacity, created, modified, expires, static_secret) VALUES "
		"(?, ?, ?, ?, 'running', ?, ?, ?, ?, ?)",
		"ttttiiiit", pool_of(request), request_argument(request, "workerGroup"),
		request_argument(request, "workerId"), provider, capacity_of(request),
		request->now_ms, request->now_ms, expires, secret);
	manager_tell(request, pool_of(request));
	return manager_worker(request);
}

/* `expires` may lie in the past: that ends a worker at once. */
int manager_update_worker(struct request *request)
{
	const char *provider;
	const char *secret;
	int64_t expires = common_date(request, "expires", -1);
	int status = check_pool(request, &provider, &secret);

	if (status)
		return status;
	store_run(request->sandbox->store,
		"UPDATE managed_workers SET expires = ?, capacity = ?, static_secret = ?, modified "
		"= ? WHERE pool_id = ? AND worker_group = ? AND worker_id = ?",
		"iitittt", expires, capacity_of(request), secret, request->now_ms, pool_of(request),
		request_argument(request, "workerGroup"), request_argument(request, "workerId"));
	manager_tell(request, pool_of(request));
	return manager_worker(request);
}

/* It stays visible, stopped, until it expires. */
int manager_remove_worker(struct request *request)
{
	int changed = store_run(request->sandbox->store,
		"UPDATE managed_workers SET state = 'stopped', modified = ? WHERE pool_id = ? AND "
		"worker_group = ? AND worker_id = ?",
		"ittt", request->now_ms, pool_of(request), request_argument(request, "workerGroup"),
		request_argument(request, "workerId"));

	manager_tell(request, pool_of(request));
	return changed ? common_empty(request)
		       : refuse(request, RESOURCE_NOT_FOUND, "Worker not found");
}

/* Columns: key, group, id, first claim, last active, quarantine, recent, expires, details, then
 * state, capacity, provider. */
#define QUEUE_WORKER \
	"q.worker_group || '/' || q.worker_id, q.worker_group, q.worker_id, q.first_claim, " \
	"q.last_active, q.quarantine_until, q.recent, q.expires, q.quarantine_details, " \
	"ifnull(m.state, 'standalone'), ifnull(m.capacity, 0), ifnull(m.provider_id, 'none')"
#define QUEUE_WORKERS \
	"workers q LEFT JOIN managed_workers m ON m.pool_id = q.queue_id AND m.worker_group = " \
	"q.worker_group AND m.worker_id = q.worker_id"

static const char *queue_of(struct request *request)
{
	return request_printf(request, "%s/%s", request_argument(request, "provisionerId"),
		request_argument(request, "workerType"));
}

static void write_activity(struct request *request, struct row *row)
{
	struct writer *reply = &request->reply;

	write_member(reply, "workerGroup", store_text(row, 1));
	write_member(reply, "workerId", store_text(row, 2));
	write_member_date(reply, "firstClaim", store_int(row, 3));
	write_member_date(reply, "lastDateActive", store_int(row, 4));
	write_member_date(reply, "quarantineUntil", store_int(row, 5));
	write_member(reply, "workerPoolId", queue_of(request));
	write_member(reply, "state", store_text(row, 9));
	write_member_int(reply, "capacity", store_int(row, 10));
	write_member(reply, "providerId", store_text(row, 11));
}

static void write_listed(struct request *request, struct row *row)
{
	const tc_json *recent = NULL;
	const char *text = store_text(row, 6);

	write_object(&request->reply);
	write_activity(request, row);
	if (tc_json_parse(text, strlen(text), &recent, NULL) == TC_OK && tc_json_count(recent)) {
		write_name(&request->reply, "latestTask");
		write_json(&request->reply, tc_json_item(recent, 0));
	}
	tc_release(recent);
	write_end_object(&request->reply);
}

int manager_list_queue_workers(struct request *request)
{
	static const struct list list = { "workers", write_listed, 0 };
	struct page page;
	int status = check_state(request, "workerState");

	if (status)
		return status;
	if (!common_page(request, &page))
		return common_refuse_page(request);
	struct row *row = store_query(request->sandbox->store,
		"SELECT " QUEUE_WORKER " FROM " QUEUE_WORKERS
		" WHERE q.queue_id = ?1 AND q.worker_group || '/' || q.worker_id > ?2 AND "
		"(?3 IS NULL OR (ifnull(q.quarantine_until, 0) > ?4) = (?3 = 'true')) AND "
		"(?5 IS NULL OR m.state = ?5) AND ?6 IS NULL ORDER BY 1 LIMIT ?7",
		"tttitti", queue_of(request), page.after, request_query(request, "quarantined"),
		request->now_ms, request_query(request, "workerState"),
		request_query(request, "launchConfigId"), page.limit + 1);
	return common_list(request, &list, &page, row);
}

static void write_queue_worker(struct request *request, struct row *row)
{
	struct writer *reply = &request->reply;

	write_object(reply);
	write_member(reply, "provisionerId", request_argument(request, "provisionerId"));
	write_member(reply, "workerType", request_argument(request, "workerType"));
	write_activity(request, row);
	write_member_raw(reply, "recentTasks", store_text(row, 6));
	write_member_date(reply, "expires", store_int(row, 7));
	write_member_raw(reply, "quarantineDetails", store_text(row, 8));
	write_end_object(reply);
}

int manager_queue_worker(struct request *request)
{
	struct row *row = store_query(request->sandbox->store,
		"SELECT " QUEUE_WORKER " FROM " QUEUE_WORKERS
		" WHERE q.queue_id = ? AND q.worker_group = ? AND q.worker_id = ?",
		"ttt", queue_of(request), request_argument(request, "workerGroup"),
		request_argument(request, "workerId"));

	return common_one(request, row, write_queue_worker, "Worker");
}
