/* SPDX-License-Identifier: MPL-2.0 */

/* What workers report when they cannot start, and its counts. */

#include "tools/sandbox/request/authorize.h"
#include "tools/sandbox/services/worker_manager/worker_manager.h"

#include <string.h>
#include <taskcluster/slugid.h>

#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

/* Columns: seq as text, id, pool, reported, kind, title, description, extra. */
#define ERROR_COLUMNS \
	"printf('%020d', -seq + 1000000000000), error_id, pool_id, reported, kind, title, " \
	"description, extra"

static void write_error(struct request *request, struct row *row)
{
	struct writer *reply = &request->reply;

	write_object(reply);
	write_member(reply, "workerPoolId", store_text(row, 2));
	write_member(reply, "errorId", store_text(row, 1));
	write_member_date(reply, "reported", store_int(row, 3));
	write_member(reply, "kind", store_text(row, 4));
	write_member(reply, "title", store_text(row, 5));
	write_member(reply, "description", store_text(row, 6));
	write_member_raw(reply, "extra", store_text(row, 7));
	write_end_object(reply);
}

/* The worker's place joins what it says itself. */
static void store_error(struct request *request, const struct worker_error *error)
{
	store_run(request->sandbox->store,
		"INSERT INTO worker_errors (error_id, pool_id, reported, kind, title, description, "
		"extra) VALUES (?, ?, ?, ?, ?, ?, json_set(?, '$.workerGroup', ?, '$.workerId', "
		"?))",
		"ttitttttt", error->id, request_argument(request, "workerPoolId"), request->now_ms,
		error->kind, error->title, request_text(request, "description"),
		manager_json_text(request, "extra"), error->worker_group, error->worker_id);
}

int manager_report_error(struct request *request)
{
	const char *pool_id = request_argument(request, "workerPoolId");
	char id[TC_SLUGID_SIZE];
	struct worker_pool pool;

	if (!manager_find_pool(request, pool_id, &pool))
		return manager_refuse_pool(request, pool_id);
	tc_slugid_nice(id);
	struct worker_error error = { id, pool.provider_id, request_text(request, "kind"),
		request_text(request, "title"), request_text(request, "workerGroup"),
		request_text(request, "workerId") };
	store_error(request, &error);
	manager_announce_error(request, &error);
	struct row *row = store_query(request->sandbox->store,
		"SELECT " ERROR_COLUMNS " FROM worker_errors WHERE error_id = ?", "t", id);
	return common_one(request, row, write_error, "Error");
}

/* The newest first. None has a launch config. */
int manager_list_errors(struct request *request)
{
	static const struct list errors = { "workerPoolErrors", write_error, 0 };
	struct page page;

	if (!common_page(request, &page))
		return common_refuse_page(request);
	struct row *row = store_query(request->sandbox->store,
		"SELECT " ERROR_COLUMNS " FROM worker_errors WHERE pool_id = ?1 AND "
		"printf('%020d', -seq + 1000000000000) > ?2 AND (?3 IS NULL OR error_id = ?3) AND "
		"?4 IS NULL ORDER BY 1 LIMIT ?5",
		"tttti", request_argument(request, "workerPoolId"), page.after,
		request_query(request, "errorId"), request_query(request, "launchConfigId"),
		page.limit + 1);
	return common_list(request, &errors, &page, row);
}

/* A member with the counts of a query's rows: columns name and count. */
static void write_counts(struct request *request, const char *name, struct row *row)
{
	struct writer *reply = &request->reply;

	write_name(reply, name);
	write_object(reply);
	while (store_next(row))
		write_member_int(reply, store_text(row, 0), store_int(row, 1));
	store_end(request->sandbox->store, row);
	write_end_object(reply);
}

/* The pool, "" for all, is parameter 1, the time since when the second. */
#define COUNT_BY(what) \
	"SELECT " what ", count(*) FROM worker_errors WHERE (?1 = '' OR pool_id = ?1) AND " \
	"reported > ?2 GROUP BY 1 ORDER BY 1"

int manager_error_stats(struct request *request)
{
	struct store *store = request->sandbox->store;
	struct writer *reply = &request->reply;
	const char *asked = request_query(request, "workerPoolId");
	const char *pool = asked ? asked : "";
	/* the scope for all pools names none */
	const struct scope_value values[] = { { .name = "workerPoolId", .text = pool },
		{ .name = NULL } };
	int64_t day = request->now_ms - DAY_MS;
	int64_t week = request->now_ms - 7 * DAY_MS;
	int status = authorize(request, values);

	if (status)
		return status;

	write_object(reply);
	write_member(reply, "workerPoolId", pool);
	write_name(reply, "totals");
	write_object(reply);
	write_member_int(reply, "total",
		store_number(store, 0,
			"SELECT count(*) FROM worker_errors WHERE (?1 = '' OR pool_id = ?1) AND "
			"reported > ?2",
			"ti", pool, week));
	write_counts(request, "daily",
		store_query(store, COUNT_BY("strftime('%Y-%m-%d', reported / 1000, 'unixepoch')"),
			"ti", pool, week));
	write_counts(request, "hourly",
		store_query(store,
			COUNT_BY("strftime('%Y-%m-%dT%H:00:00Z', reported / 1000, 'unixepoch')"),
			"ti", pool, day));
	write_counts(request, "title", store_query(store, COUNT_BY("title"), "ti", pool, week));
	write_counts(request, "code",
		store_query(store, COUNT_BY("ifnull(json_extract(extra, '$.code'), 'other')"), "ti",
			pool, week));
	write_member_raw(reply, "launchConfig", "{}");
	write_counts(
		request, "workerPool", store_query(store, COUNT_BY("pool_id"), "ti", pool, week));
	write_end_object(reply);
	write_end_object(reply);
	return 200;
}
