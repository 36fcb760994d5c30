/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/call/call.h"

#include "runtime/src/base/options.h"
#include <string.h>

#define TIME_MAX_MS INT32_MAX

const struct tc_call_options *tc__call_options(const tc_call *call)
{
	static const struct tc_call_options none = TC_CALL_OPTIONS_INIT;

	return call->set ? call->set : &none;
}

enum tc_retry_class tc__call_retry_class(const tc_call *call)
{
	switch (tc__call_options(call)->repeat) {
	case TC_REPEAT_AS_LISTED:
		break;
	case TC_REPEAT_SAFE:
		return TC_RETRY_ALWAYS;
	case TC_REPEAT_UNSENT:
		return TC_RETRY_UNSENT;
	case TC_REPEAT_NEVER:
		return TC_RETRY_NEVER;
	}
	return call->retry_class;
}

tc_cancel *tc__call_cancel(const tc_call *call)
{
	tc_cancel *own = tc__call_options(call)->cancel;

	return own ? own : call->client->options.cancel;
}

int64_t tc__call_timeout(const tc_call *call)
{
	int64_t own = tc__call_options(call)->timeout_ms;

	return (own ? own : call->client->options.timeout_ms) + tc_call_operation(call)->wait_ms;
}

int64_t tc__call_deadline(const tc_call *call, int64_t now_ms)
{
	int64_t own = tc__call_options(call)->deadline_ms;
	int64_t ms = own ? own : call->client->options.deadline_ms;

	return ms > 0 ? tc__later(now_ms, ms) : INT64_MAX;
}

static int check_times(const struct tc_call_options *options, tc_error *err)
{
	if (options->timeout_ms < 0 || options->timeout_ms > TIME_MAX_MS)
		return tc__fail(err, TC_ERROR_ARGUMENT,
			"timeout_ms is %lld; expected milliseconds from 0 to %d",
			(long long)options->timeout_ms, TIME_MAX_MS);
	if (options->deadline_ms > TIME_MAX_MS)
		return tc__fail(err, TC_ERROR_ARGUMENT,
			"deadline_ms is %lld; expected milliseconds up to %d",
			(long long)options->deadline_ms, TIME_MAX_MS);
	return TC_OK;
}

static int check(const struct tc_call_options *options, tc_error *err)
{
	const char *trace_id = options->trace_id;

	if (options->repeat > TC_REPEAT_NEVER)
		return tc__fail(err, TC_ERROR_ARGUMENT, "repeat is %d; expected an enum tc_repeat",
			(int)options->repeat);
	if (trace_id && (!*trace_id || !tc__is_field_value(trace_id)))
		return tc__fail(err, TC_ERROR_ARGUMENT, "trace_id %s",
			*trace_id ? "has control characters" : "is empty");
	return check_times(options, err);
}

/* The texts lie behind the struct. */
static struct tc_call_options *copy(const struct tc_call_options *options)
{
	size_t length = options->trace_id ? strlen(options->trace_id) + 1 : 0;
	struct tc_call_options *own = tc__object_alloc(sizeof *own + length);

	if (!own)
		return NULL;
	*own = *options;
	if (length)
		own->trace_id = memcpy(own + 1, options->trace_id, length);
	return own;
}

int tc_call_set_options(tc_call *call, const struct tc_call_options *options, tc_error *err)
{
	struct tc_call_options known;

	tc_error_clear(err);
	int rc = tc__call_check_unused(call, err);
	if (rc == TC_OK)
		rc = tc__options_read(
			options, &known, sizeof known, "options", "TC_CALL_OPTIONS_INIT", err);
	if (rc == TC_OK)
		rc = check(&known, err);
	if (rc != TC_OK)
		return rc;
	struct tc_call_options *own = copy(&known);
	if (!own)
		return tc__fail_nomem(err);
	tc_release(call->set);
	call->set = own;
	return TC_OK;
}
