/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/call/call.h"

void tc__performance_measures(struct tc__performance *performance)
{
	if (!performance->call->client->options.metrics)
		return;
	performance->timing = TC__TIMING_NONE;
	performance->delivery.timing = &performance->timing;
}

void tc__performance_tell(struct tc__performance *performance, int code,
	enum tc_repeat_reason reason, int64_t pause_ms, int64_t now_ms)
{
	const struct tc_options *options = &performance->call->client->options;
	const struct tc_operation *operation = performance->reply.operation;
	const struct tc__timing *timing = &performance->timing;

	if (!performance->under_way)
		return;
	performance->under_way = false;
	if (!options->metrics)
		return;
	struct tc_metrics metrics = {
		.call = performance->call,
		.run = performance->delivery.run,
		.service = operation->service->name,
		.function = operation->name,
		.method = performance->attempt.method,
		.attempt = (int)performance->attempts,
		.code = code,
		.status = tc__reply_status(&performance->reply),
		.sent = timing->sent,
		.received = timing->received,
		.name_us = timing->name_us,
		.connect_us = timing->connect_us,
		.tls_us = timing->tls_us,
		.first_byte_us = timing->first_byte_us,
		.total_us = timing->total_us,
		.reused = timing->reused,
		.reason = reason,
		.pause_ms = reason == TC_REASON_NONE ? -1 : pause_ms,
		.request_id = tc_response_request_id(performance->reply.response),
		.trace_id = performance->attempt.trace_id,
	};

	if (metrics.total_us < 0) /* curl has not told */
		metrics.total_us = 1000 * (now_ms - performance->attempt_begun_ms);
	options->metrics(options->metrics_data, &metrics);
}
