/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/loop/loop.h"

#include "runtime/src/base/options.h"
#include <stdlib.h>
#include <taskcluster/batch.h>

#define IN_FLIGHT 16

struct batch {
	struct tc_batch_result *results;
	struct entry *entries;
	size_t count;
	tc_loop *loop;
	struct tc__terms terms; /* of each call */
	bool stop_at_error, stopped;
	size_t failed; /* 1 + position of the failure that came first; 0: none */
};

struct entry {
	struct batch *batch;
};

/* The end of a run that another's failure ended. */
static void tell_canceled(const struct batch *batch, tc_error *err)
{
	tc_error_clear(err);
	tc__fail(err, TC_ERROR_CANCELED, "canceled, as calls[%zu] failed", batch->failed - 1);
}

static void on_done(void *data, uint64_t run, tc_response *response, const tc_error *err)
{
	struct entry *entry = data;
	struct batch *batch = entry->batch;
	size_t position = (size_t)(entry - batch->entries);

	batch->results[position].response = response;
	if (!err)
		return;
	tc_error *failure = &batch->results[position].err;
	tc__loop_take_error(batch->loop, run, failure);
	if (batch->stopped && failure->code == TC_ERROR_CANCELED)
		tell_canceled(batch, failure);
	if (batch->failed)
		return;
	batch->failed = position + 1;
	batch->stopped = batch->stop_at_error;
	if (batch->stopped)
		tc_loop_stop(batch->loop); /* freeing it cancels the others */
}

static int start(struct entry *entry, const tc_call *call, tc_error *err)
{
	const struct batch *batch = entry->batch;
	int rc = tc__call_check_whole(call, err);

	if (rc != TC_OK)
		return rc;
	return tc__loop_start(batch->loop, call, NULL, &batch->terms, on_done, entry, NULL, err);
}

static int start_all(struct batch *batch, tc_call *const *calls, tc_error *err)
{
	for (size_t i = 0; i < batch->count; i++) {
		struct entry *entry = &batch->entries[i];
		entry->batch = batch;
		int rc = start(entry, calls[i], err);
		if (rc == TC_OK)
			continue;
		tc_error_prefix(err, "calls[%zu]", i);
		return rc;
	}
	return TC_OK;
}

static int run_all(struct batch *batch, tc_call *const *calls, tc_error *err)
{
	int rc = start_all(batch, calls, err);

	if (rc == TC_OK)
		rc = tc_loop_run(batch->loop, err);
	if (rc != TC_OK || !batch->failed)
		return rc;
	const tc_error *first = &batch->results[batch->failed - 1].err;
	rc = tc__fail(err, first->code, "calls[%zu]: %s", batch->failed - 1, tc_error_text(first));
	if (err)
		err->http_status = first->http_status;
	return rc;
}

static int perform(struct batch *batch, tc_call *const *calls,
	const struct tc_batch_options *options, tc_error *err)
{
	size_t in_flight = options->in_flight ? options->in_flight : IN_FLIGHT;

	if (!calls[0])
		return tc__fail(err, TC_ERROR_ARGUMENT, "calls[0]: call is NULL");
	batch->stop_at_error = options->stop_at_error;
	batch->terms.timeout_ms = options->timeout_ms;
	batch->terms.until_ms = options->deadline_ms
		? tc__later(tc__pool_now(&calls[0]->client->pool), options->deadline_ms)
		: TC__NEVER;
	batch->loop = tc__loop_on(calls[0]->client, in_flight, err);
	if (!batch->loop)
		return err ? err->code : TC_ERROR_SYSTEM;
	batch->entries = calloc(batch->count, sizeof *batch->entries);
	int rc = batch->entries ? run_all(batch, calls, err) : tc__fail_nomem(err);
	tc_loop_free(batch->loop); /* what could not be run to its end is canceled here */
	free(batch->entries);
	return rc;
}

int tc_batch_perform(tc_call *const *calls, size_t count, const struct tc_batch_options *options,
	struct tc_batch_result *results, tc_error *err)
{
	struct tc_batch_options known;
	struct batch batch = { .results = results, .count = count };

	tc_error_clear(err);
	for (size_t i = 0; results && i < count; i++)
		results[i] = (struct tc_batch_result){ .response = NULL };
	int rc = tc__options_read(
		options, &known, sizeof known, "options", "TC_BATCH_OPTIONS_INIT", err);
	if (rc == TC_OK)
		rc = tc__check_timeout("timeout_ms", known.timeout_ms, err);
	if (rc == TC_OK)
		rc = tc__check_deadline(known.deadline_ms, err);
	if (rc != TC_OK)
		return rc;
	if (count == 0)
		return TC_OK;
	if (!calls || !results)
		return tc__fail(err, TC_ERROR_ARGUMENT, "%s is NULL", calls ? "results" : "calls");
	return perform(&batch, calls, &known, err);
}

void tc_batch_clear(struct tc_batch_result *results, size_t count)
{
	for (size_t i = 0; results && i < count; i++) {
		tc_release(results[i].response);
		tc_error_clear(&results[i].err);
		results[i].response = NULL;
	}
}
