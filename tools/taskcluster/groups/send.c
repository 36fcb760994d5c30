/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/groups/send.h"
#include "tools/taskcluster/groups/each.h"
#include "tools/taskcluster/jobs/stop.h"
#include "tools/taskcluster/shared/member.h"
#include "tools/taskcluster/shared/output.h"
#include "tools/taskcluster/shared/report.h"
#include "tools/taskcluster/text/plain.h"

#include <taskcluster/batch.h>
#include <taskcluster/queue.h>

#include <stdio.h>
#include <string.h>

/* So many are sent, of which so many are under way at the same time, before the next ones are. */
#define BATCH_MAX 64
#define IN_FLIGHT 16

struct batch {
	tc_call *calls[BATCH_MAX];
	struct tc_batch_result results[BATCH_MAX];
	size_t count;
};

static void tell_begun(const struct target *target)
{
	fputs("cancelling task ", stdout);
	plain_print_name(stdout, target->task_id, strlen(target->task_id));
	putchar('\n');
}

static int make_calls(
	const struct sending *sending, const struct target *targets, struct batch *batch)
{
	struct tc_call_options options = TC_CALL_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;
	int status = 0;

	options.cancel = sending->stop;
	for (size_t i = 0; status == 0 && i < batch->count; i++) {
		batch->calls[i] = tc_queue_cancel_task_call(
			sending->session->client, targets[i].task_id, &err);
		if (!batch->calls[i] ||
			tc_call_set_options(batch->calls[i], &options, &err) != TC_OK)
			status = failure("task %s: %s", targets[i].task_id, tc_error_text(&err));
		else if (!sending->json)
			tell_begun(&targets[i]);
	}
	fflush(stdout);
	tc_error_clear(&err);
	return status;
}

static int print_result(const struct target *target, struct tc_batch_result *result)
{
	tc_json_builder *json = target_json(target);
	const tc_json *reply = result->response ? tc_response_json(result->response, NULL) : NULL;

	if (result->response)
		member_text(json, "state", tc_json_text(tc_json_at(reply, "/status/state")));
	else
		member_text(json, "error", tc_error_text(&result->err));
	return output_object(json);
}

/* What became of one; one that was ended with all of it is neither cancelled nor a failure. */
static int take_result(
	struct sending *sending, struct target *target, struct tc_batch_result *result)
{
	if (!result->response && stop_came())
		return STATUS_FAILED;
	int status = sending->json ? print_result(target, result) : 0;
	if (result->response) {
		sending->cancelled++;
		return status;
	}
	if (sending->first.code == TC_OK)
		tc_error_copy(&sending->first, &result->err);
	target->error = strdup(tc_error_text(&result->err));
	if (!target->error || !targets_move(&sending->failed, target))
		return failure("memory ended");
	return status;
}

static int send_batch(struct sending *sending, struct target *targets, size_t count)
{
	struct batch batch = { .count = count };
	struct tc_batch_options options = TC_BATCH_OPTIONS_INIT;
	int status = make_calls(sending, targets, &batch);

	options.in_flight = IN_FLIGHT;
	if (status == 0) {
		tc_batch_perform(batch.calls, count, &options, batch.results, NULL);
		for (size_t i = 0; i < count; i++) {
			int told = take_result(sending, &targets[i], &batch.results[i]);
			status = status == 0 ? told : status;
		}
		tc_batch_clear(batch.results, count);
	}
	for (size_t i = 0; i < count; i++)
		tc_call_free(batch.calls[i]);
	return status;
}

int send_cancels(struct sending *sending, struct targets *targets)
{
	int status = 0;

	for (size_t at = 0; status == 0 && at < targets->count; at += BATCH_MAX) {
		size_t left = targets->count - at;
		status =
			send_batch(sending, &targets->all[at], left < BATCH_MAX ? left : BATCH_MAX);
	}
	return status;
}
