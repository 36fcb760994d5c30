/* SPDX-License-Identifier: MPL-2.0 */

/* Requests to drop a cache: one for each pool and name, with the time before which it is stale. A
 * worker asks for those of its pool before it begins a task. */

#include "tools/sandbox/request/common.h"
#include "tools/sandbox/services/handlers.h"

#include <string.h>
#include <taskcluster/date.h>

#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

static int purge_cache(struct request *request)
{
	store_run(request->sandbox->store,
		"INSERT OR REPLACE INTO purge_requests (pool_id, cache_name, before, expires) "
		"VALUES (?, ?, ?, ?)",
		"ttii", request_argument(request, "workerPoolId"),
		request_text(request, "cacheName"), request->now_ms, request->now_ms + DAY_MS);
	return 204;
}

/* Columns: key, pool, cache name, before. */
static void write_request(struct request *request, struct row *row)
{
	struct writer *reply = &request->reply;
	const char *pool = store_text(row, 1);
	const char *slash = strchr(pool, '/');

	write_object(reply);
	write_name(reply, "provisionerId");
	write_string_n(reply, pool, (size_t)(slash - pool));
	write_member(reply, "workerType", slash + 1);
	write_member(reply, "cacheName", store_text(row, 2));
	write_member_date(reply, "before", store_int(row, 3));
	write_end_object(reply);
}

static const struct list requests = { "requests", write_request, 0 };

static int all_purge_requests(struct request *request)
{
	struct page page;

	if (!common_page(request, &page))
		return common_refuse_page(request);
	struct row *row = store_query(request->sandbox->store,
		"SELECT pool_id || ' ' || cache_name, pool_id, cache_name, before FROM "
		"purge_requests WHERE pool_id || ' ' || cache_name > ? ORDER BY 1 LIMIT ?",
		"ti", page.after, page.limit + 1);
	return common_list(request, &requests, &page, row);
}

/* Not paged, so no limit. */
static int purge_requests(struct request *request)
{
	static const struct page all = { INT64_MAX, "" };
	const char *since = request_query(request, "since");
	struct timespec when = { 0 };

	if (since)
		tc_date_parse(since, &when, NULL); /* which was checked with the query */
	struct row *row = store_query(request->sandbox->store,
		"SELECT cache_name, pool_id, cache_name, before FROM purge_requests WHERE "
		"pool_id = ? AND before >= ? ORDER BY cache_name",
		"ti", request_argument(request, "workerPoolId"),
		(int64_t)when.tv_sec * 1000 + when.tv_nsec / 1000000);
	return common_list(request, &requests, &all, row);
}

const struct handler purge_cache_handlers[] = {
	{ "purge-cache.purgeCache", purge_cache, false },
	{ "purge-cache.allPurgeRequests", all_purge_requests, false },
	{ "purge-cache.purgeRequests", purge_requests, false },
	{ NULL, NULL, false },
};
