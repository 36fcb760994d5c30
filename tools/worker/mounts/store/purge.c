/* SPDX-License-Identifier: MPL-2.0 */
#define _POSIX_C_SOURCE 200809L

#include "tools/worker/mounts/store/purge.h"

#include "tools/worker/mounts/store/caches.h"
#include <taskcluster/date.h>
#include <taskcluster/purge_cache.h>

#define PURGE_OVERLAP_MS ((int64_t)5 * 60 * 1000)

/* By a clock that nobody sets. */
static int64_t steady(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool purge_is_due(const struct mounts_store *store, bool has_cache)
{
	if (!store->options.client)
		return false;
	return has_cache || !store->asked ||
		steady() - store->asked_at >= store->options.purge_each_ms;
}

static tc_call *make_call(struct mounts_store *store, tc_error *err)
{
	struct tc_purge_cache_purge_requests_query query = { 0 };
	int64_t since = store->asked - PURGE_OVERLAP_MS;
	struct timespec when = { .tv_sec = since / 1000,
		.tv_nsec = (long)(since % 1000 * 1000000) };
	char date[TC_DATE_SIZE];

	if (store->asked && tc_date_format(when, date, err) == TC_OK)
		query.since = date;
	return tc_purge_cache_purge_requests_call(
		store->options.client, store->task_queue_id, &query, err);
}

int purge_ask(
	struct mounts_store *store, tc_done_fn *on_done, void *data, uint64_t *run, tc_error *err)
{
	tc_call *call = make_call(store, err);

	if (!call)
		return TC_ERROR_ARGUMENT;
	int rc = tc_loop_start(store->loop, call, on_done, data, run, err);
	tc_call_free(call);
	if (rc == TC_OK)
		tc_loop_set_timeout(store->loop, *run, store->options.purge_wait_ms, NULL);
	return rc;
}

int purge_obey(struct mounts_store *store, const tc_response *response, int64_t asked, int *count,
	tc_error *err)
{
	struct tc_purge_cache_purge_cache_request_list *list =
		tc_purge_cache_purge_requests_reply(response, err);

	*count = 0;
	if (!list)
		return TC_ERROR_REPLY;
	store->asked = asked;
	store->asked_at = steady();
	for (size_t i = 0; i < list->requests_count; i++) {
		struct timespec before;
		if (tc_date_parse(list->requests[i].before, &before, NULL) == TC_OK)
			*count += caches_purge(store, list->requests[i].cache_name,
				(int64_t)before.tv_sec * 1000 + before.tv_nsec / 1000000);
	}
	tc_release(list);
	return TC_OK;
}
