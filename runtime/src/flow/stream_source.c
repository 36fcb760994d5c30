/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/flow/stream_source.h"

#include "runtime/src/base/options.h"
#include "runtime/src/common/clock.h"

/* Once it has stood for so long, the next break is a first one again. */
#define LONG_MS 5000

/* How late a loop may be before it is taken for busy, and how long bytes that came meanwhile have
 * to be read. */
#define LATE_MS 50
#define GRACE_MS 200

static struct tc__stream_source *source_of(struct tc__sink *sink)
{
	return (struct tc__stream_source *)sink;
}

/* ---- time ---- */

static void set_due(struct tc__stream_source *source)
{
	int64_t silence = source->options.silence_ms;

	if (!source->stands)
		source->sink.due_ms = tc__later(source->departed_ms, source->connect_ms);
	else
		source->sink.due_ms = silence ? tc__later(source->heard_ms, silence) : TC__NEVER;
}

static void depart(struct tc__sink *sink, int64_t now_ms)
{
	struct tc__stream_source *source = source_of(sink);

	tc__events_restart(&source->reader);
	source->opened = source->stands = source->late = false;
	source->departed_ms = source->heard_ms = now_ms;
	set_due(source);
}

static int overdue(struct tc__sink *sink, int64_t now_ms, tc_error *err)
{
	struct tc__stream_source *source = source_of(sink);
	int64_t due_ms = sink->due_ms;

	if (due_ms > now_ms)
		return TC_OK;
	if (sink->paused) { /* it is not the server who is silent */
		source->heard_ms = now_ms;
		sink->due_ms = tc__later(now_ms, source->options.silence_ms);
		return TC_OK;
	}
	/* a loop that was kept by others may look at its timers before it looks at what came */
	if (now_ms - due_ms > LATE_MS && !source->late) {
		source->late = true;
		sink->due_ms = tc__later(now_ms, GRACE_MS);
		return TC_OK;
	}
	if (!source->stands)
		return tc__fail(err, TC_ERROR_TIMEOUT,
			"the stream of events did not begin within %lld ms",
			(long long)source->connect_ms);
	return tc__fail(err, TC_ERROR_TIMEOUT,
		"the stream of events is silent: not a byte came within %lld ms (silence_ms)",
		(long long)source->options.silence_ms);
}

/* ---- the sink ---- */

static int begin(struct tc__sink *sink, tc_response *head, tc_error *err)
{
	(void)sink;
	/* as HTML says it: do not come again */
	if (tc_response_status(head) == 204)
		return tc__fail(err, TC_ERROR_REPLY, "the server has no stream of events (204)");
	return TC_OK;
}

static int read_event(const char *data, size_t length, const tc_json **event, tc_error *err)
{
	tc_error reason = TC_ERROR_INIT;

	if (tc_json_read(data, length, TC_JSON_MEND, event, &reason) == TC_OK)
		return TC_OK;
	if (reason.code == TC_ERROR_NOMEM)
		return tc__fail_with(err, &reason);
	tc__fail(err, TC_ERROR_REPLY, "an event is not JSON: %s", tc_error_text(&reason));
	tc_error_clear(&reason);
	return TC_ERROR_REPLY;
}

int tc__stream_source_take(struct tc__stream_source *source, const tc_json **event, tc_error *err)
{
	size_t length = 0;
	char *data = tc__events_take(&source->reader, &length);

	*event = NULL;
	int rc = data ? read_event(data, length, event, err) : TC_OK;
	tc_release(data);
	return rc;
}

void tc__stream_source_tell(struct tc__stream_source *source)
{
	if (!source->missed)
		return;
	source->missed = false;
	if (source->options.missed)
		source->options.missed(source->options.data);
}

/* On a loop of the caller's: the run was canceled, be it by what was told last, or its loop freed.
 */
static bool is_silenced(const struct tc__stream_source *source)
{
	return source->on_event && tc__loop_has_canceled(source->loop, source->run);
}

/* Gives the caller's functions what has come. */
static int pass_on(struct tc__stream_source *source, tc_error *err)
{
	const tc_json *event = NULL;
	int rc = TC_OK;

	if (source->stands && !source->told) {
		source->told = true;
		source->on_event(source->data, source->run, NULL);
		if (!is_silenced(source))
			tc__stream_source_tell(source);
	}
	while (rc == TC_OK && tc__stream_source_has(source) && !is_silenced(source)) {
		rc = tc__stream_source_take(source, &event, err);
		if (rc == TC_OK)
			source->on_event(source->data, source->run, event);
		tc_release(event);
	}
	return rc;
}

static bool is_standing(const struct tc__stream_source *source)
{
	const struct tc__event_reader *reader = &source->reader;

	return reader->standing || tc__stream_source_has(source) ||
		(!reader->stream->handshake && source->opened);
}

static void look(struct tc__stream_source *source)
{
	if (source->stands || !is_standing(source))
		return;
	source->stands = true;
	source->sink.spent = true; /* what was heard cannot be heard again */
	source->stood_ms = source->heard_ms;
	source->missed |= source->lacks;
	source->lacks = false;
	set_due(source);
	tc__loop_hurry(source->loop, source->run);
}

static void open(struct tc__sink *sink)
{
	struct tc__stream_source *source = source_of(sink);

	source->opened = true;
	source->heard_ms = tc__pool_now(source->loop->pool);
	look(source);
	if (source->on_event && !is_silenced(source))
		(void)pass_on(source, NULL); /* there is no event yet */
}

static int feed(struct tc__sink *sink, const char *bytes, size_t length, tc_error *err)
{
	struct tc__stream_source *source = source_of(sink);

	/* one piece of an encoded reply may be many, and what the first has told may cancel it */
	if (is_silenced(source))
		return tc__fail(err, TC_ERROR_CANCELED, "canceled by its callback");
	int rc = tc__events_push(&source->reader, bytes, length, err);
	source->heard_ms = tc__pool_now(source->loop->pool);
	source->late = false;
	set_due(source);
	look(source);
	return rc == TC_OK && source->on_event ? pass_on(source, err) : rc;
}

static int finish(struct tc__sink *sink, tc_error *err)
{
	(void)sink;
	return tc__fail(err, TC_ERROR_NETWORK, "the server has ended the stream of events");
}

static bool full(struct tc__sink *sink)
{
	const struct tc__stream_source *source = source_of(sink);

	return source->holds_back && tc__stream_source_has(source);
}

void tc__stream_source_resume(struct tc__stream_source *source)
{
	if (!source->sink.paused)
		return;
	source->heard_ms = tc__pool_now(source->loop->pool);
	set_due(source);
	tc__loop_resume(source->loop, source->run);
}

/* ---- again ---- */

/* Says in the next request where to go on. Without an id that is nowhere. */
static void set_line(struct tc__stream_source *source)
{
	const struct tc__buffer *id = &source->reader.last_id;

	source->sink.line = NULL;
	source->lacks = true;
	if (!id->length)
		return;
	tc__buffer_clear(&source->last_id);
	tc__buffer_text(&source->last_id, "Last-Event-ID: ");
	tc__buffer_add(&source->last_id, id->data, id->length);
	if (tc__buffer_failed(&source->last_id))
		return;
	source->sink.line = source->last_id.data;
	source->lacks = false;
}

/* Soon at first, then ever later; and as late as the server wishes, within bounds. */
static int64_t pause_of(
	struct tc__stream_source *source, const struct tc__outcome *outcome, double fraction)
{
	int64_t most = TC__RETRY_AFTER * source->policy->delay_max_ms;
	int64_t pause = tc__retry_delay(source->policy, source->breaks, fraction);
	int64_t wished = source->reader.retry_ms;

	if (outcome->retry_after_ms > wished)
		wished = outcome->retry_after_ms;
	if (wished > most)
		wished = most;
	return pause < wished ? wished : pause;
}

static struct tc__next again(
	struct tc__sink *sink, const struct tc__outcome *outcome, double fraction)
{
	struct tc__stream_source *source = source_of(sink);
	const struct tc__next end = { .step = TC__STEP_END };

	if (source->options.once || !sink->spent || !tc__retry_is_possible(outcome))
		return end;
	if (source->stands) {
		if (outcome->steady_ms - source->stood_ms >= LONG_MS)
			source->breaks = 0;
		set_line(source);
	}
	source->stands = source->told = false;
	int64_t pause = pause_of(source, outcome, fraction);
	source->breaks++;
	return (struct tc__next){ .step = TC__STEP_WAIT, .delay_ms = pause };
}

/* ---- from beginning to end ---- */

static int read_options(
	struct tc_stream_options *known, const struct tc_stream_options *given, tc_error *err)
{
	int rc = tc__options_read(
		given, known, sizeof *known, "options", "TC_STREAM_OPTIONS_INIT", err);

	if (rc != TC_OK)
		return rc;
	if (known->silence_ms >= 0 && known->timeout_ms >= 0 && known->deadline_ms >= 0)
		return TC_OK;
	return tc__fail(err, TC_ERROR_ARGUMENT, "%s is negative",
		known->silence_ms < 0           ? "silence_ms"
			: known->timeout_ms < 0 ? "timeout_ms"
						: "deadline_ms");
}

static void prepare(struct tc__stream_source *source, const tc_call *call)
{
	const struct tc_stream_options *options = &source->options;
	const struct tc_client *client = call->client;

	source->sink = (struct tc__sink){
		.begin = begin,
		.feed = feed,
		.finish = finish,
		.full = full,
		.depart = depart,
		.open = open,
		.overdue = overdue,
		.again = again,
		.due_ms = TC__NEVER,
		.pace = TC__PACE_NONE,
		.max = SIZE_MAX, /* each event has a limit */
	};
	source->reader =
		TC__EVENT_READER(tc__events_of(tc_call_operation(call)), client->options.reply_max);
	source->last_id = TC__BUFFER(TC__EVENT_ID_MAX + 32);
	source->policy = &client->retry;
	source->connect_ms = options->timeout_ms ? options->timeout_ms : tc__call_timeout(call);
}

int tc__stream_source_start(struct tc__stream_source *source, tc_loop *loop, const tc_call *call,
	const struct tc_stream_options *options, tc_done_fn *on_done, void *data, tc_error *err)
{
	const struct tc_operation *operation = tc_call_operation(call);
	int rc = read_options(&source->options, options, err);

	if (rc != TC_OK)
		return rc;
	if (!operation || !tc__events_of(operation))
		return tc__fail(err, TC_ERROR_ARGUMENT, "call is NULL, or its reply is no stream");
	prepare(source, call);
	source->loop = loop;
	const struct tc__terms terms = { source->options.timeout_ms,
		source->options.deadline_ms
			? tc__later(tc__pool_now(source->loop->pool), source->options.deadline_ms)
			: TC__NEVER };
	return tc__loop_start(loop, call, &source->sink, &terms, on_done, data, &source->run, err);
}

void tc__stream_source_clear(struct tc__stream_source *source)
{
	tc__events_clear(&source->reader);
	tc__buffer_clear(&source->last_id);
}
