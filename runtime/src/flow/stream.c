/* SPDX-License-Identifier: MPL-2.0 */
#include <taskcluster/stream.h>

#include "runtime/src/flow/guard.h"
#include "runtime/src/http/events.h"
#include "runtime/src/loop/loop.h"
#include <stdlib.h>

/* A stream under way: the sink that its bytes go into, with a reader. */
struct source {
	struct tc__sink sink; /* first: it is what the sink's functions get */
	struct tc__event_reader reader;
	tc_loop *loop;
	uint64_t run;
	bool holds_back; /* the transfer pauses while events wait to be taken */
	/* on a loop of the caller's */
	bool told; /* that it stands */
	tc_event_fn *on_event;
	tc_done_fn *on_done;
	void *data;
};

static struct source *source_of(struct tc__sink *sink)
{
	return (struct source *)sink;
}

/* ---- the sink ---- */

static int begin(struct tc__sink *sink, tc_response *head, tc_error *err)
{
	struct source *source = source_of(sink);

	(void)head;
	(void)err;
	tc__events_clear(&source->reader);
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

/* The next event of those that are there; *event NULL: none. */
static int take(struct tc__event_reader *reader, const tc_json **event, tc_error *err)
{
	size_t length = 0;
	char *data = tc__events_take(reader, &length);

	*event = NULL;
	int rc = data ? read_event(data, length, event, err) : TC_OK;
	tc_release(data);
	return rc;
}

static bool stands(const struct tc__event_reader *reader)
{
	return reader->standing || tc__events_has(reader) ||
		(!reader->stream->handshake && reader->begun);
}

/* Whether more may be told: not when the stream was canceled, be it by what was told last. */
static bool may_tell(const struct source *source)
{
	return tc__events_has(&source->reader) && !tc__loop_has_canceled(source->loop, source->run);
}

/* Gives the caller's function what has come. */
static int pass_on(struct source *source, tc_error *err)
{
	const tc_json *event = NULL;
	int rc = TC_OK;

	if (!source->told && stands(&source->reader)) {
		source->told = true;
		source->on_event(source->data, source->run, NULL);
	}
	while (rc == TC_OK && may_tell(source)) {
		rc = take(&source->reader, &event, err);
		if (rc == TC_OK)
			source->on_event(source->data, source->run, event);
		tc_release(event);
	}
	return rc;
}

static int feed(struct tc__sink *sink, const char *bytes, size_t length, tc_error *err)
{
	struct source *source = source_of(sink);

	/* one piece of an encoded reply may be many, and what the first has told may cancel it */
	if (source->on_event && tc__loop_has_canceled(source->loop, source->run))
		return tc__fail(err, TC_ERROR_CANCELED, "canceled by its callback");
	int rc = tc__events_push(&source->reader, bytes, length, err);
	sink->spent = true; /* what was heard cannot be heard again */
	return rc == TC_OK && source->on_event ? pass_on(source, err) : rc;
}

static int finish(struct tc__sink *sink, tc_error *err)
{
	(void)sink;
	return tc__fail(err, TC_ERROR_NETWORK, "the server has ended the stream of events");
}

static bool full(struct tc__sink *sink)
{
	const struct source *source = source_of(sink);

	return source->holds_back && tc__events_has(&source->reader);
}

static int start(struct source *source, tc_loop *loop, const tc_call *call, tc_done_fn *on_done,
	void *data, tc_error *err)
{
	const struct tc_operation *operation = tc_call_operation(call);
	const struct tc_event_stream *stream = operation ? tc__events_of(operation) : NULL;

	if (!stream)
		return tc__fail(err, TC_ERROR_ARGUMENT, "call is NULL, or its reply is no stream");
	source->sink = (struct tc__sink){
		.begin = begin,
		.feed = feed,
		.finish = finish,
		.full = full,
		.pace = TC__PACE_NONE,
		.max = SIZE_MAX, /* each event has a limit */
	};
	source->reader = TC__EVENT_READER(stream, call->client->options.reply_max);
	source->loop = loop;
	return tc__loop_start(loop, call, &source->sink, NULL, on_done, data, &source->run, err);
}

/* ---- the iterator ---- */

struct tc_stream {
	struct source source;
	struct tc__guard guard;
	struct tc__errand errand; /* its end, when somebody is at work on the pool */
	const tc_json *event;
	tc_error failure;
	bool ended;  /* by the server: what was heard before is still told, */
	bool failed; /* and this was told */
};

static void on_end(void *data, uint64_t run, tc_response *response, const tc_error *err)
{
	tc_stream *stream = data;

	tc_release(response);
	stream->ended = true;
	if (err)
		tc__loop_take_error(stream->source.loop, run, &stream->failure);
}

static void end(tc_stream *stream)
{
	tc_loop_free(stream->source.loop); /* first: what is under way still uses the rest */
	tc__events_clear(&stream->source.reader);
	tc_release(stream->event);
	tc_error_clear(&stream->failure);
	tc__handle_end(stream);
}

static void end_later(struct tc__errand *errand)
{
	end((tc_stream *)((char *)errand - offsetof(tc_stream, errand)));
}

static void release(void *handle)
{
	tc_stream *stream = handle;

	if (!tc__guard_frees(&stream->guard))
		return;
	stream->errand.run = end_later;
	if (!stream->source.loop || !tc__pool_defer(stream->source.loop->pool, &stream->errand))
		end(stream);
}

tc_stream *tc_stream_new(const tc_call *call, tc_error *err)
{
	if (!call) {
		tc__fail(err, TC_ERROR_ARGUMENT, "call is NULL");
		return NULL;
	}
	tc_stream *stream = tc__handle_alloc(sizeof *stream, release);
	if (!stream) {
		tc__fail_nomem(err);
		return NULL;
	}
	stream->source.holds_back = true;
	tc_loop *loop = tc__loop_on(call->client, 1, err);
	if (loop && start(&stream->source, loop, call, on_end, stream, err) == TC_OK)
		return stream;
	tc_loop_free(loop);
	tc__handle_end(stream);
	return NULL;
}

void tc_stream_free(tc_stream *stream)
{
	tc_release(stream);
}

/* Lets bytes come for a while; *left_ms goes down unless it is negative. */
static int pump(tc_stream *stream, int64_t *left_ms, tc_error *err)
{
	struct source *source = &stream->source;
	int64_t begun_ms = tc__pool_now(source->loop->pool);
	int rc = TC_OK;

	if (!tc__events_has(&source->reader))
		tc__loop_resume(source->loop, source->run);
	if (!tc__events_has(&source->reader) && !stream->ended)
		rc = tc_loop_poll(source->loop, *left_ms, err);
	if (*left_ms > 0) {
		*left_ms -= tc__pool_now(source->loop->pool) - begun_ms;
		*left_ms = *left_ms < 0 ? 0 : *left_ms;
	}
	return rc;
}

static int wait_until_it_stands(tc_stream *stream, int64_t timeout_ms, tc_error *err)
{
	int rc = TC_OK;

	while (rc == TC_OK && !stands(&stream->source.reader) && !stream->guard.doomed) {
		if (stream->ended)
			return tc__error_tell(&stream->failure, err);
		if (timeout_ms == 0)
			return tc__fail(err, TC_ERROR_TIMEOUT,
				"the stream of events did not begin in time");
		rc = pump(stream, &timeout_ms, err);
	}
	return rc;
}

int tc_stream_wait(tc_stream *stream, int64_t timeout_ms, tc_error *err)
{
	if (!stream)
		return tc__fail(err, TC_ERROR_ARGUMENT, "stream is NULL");
	int rc = tc__guard_enter(&stream->guard, stream->source.loop->pool, "stream", err);
	if (rc != TC_OK)
		return rc;
	rc = wait_until_it_stands(stream, timeout_ms, err);
	if (!tc__guard_leave(&stream->guard, "stream", err))
		return rc;
	tc_stream_free(stream);
	return TC_ERROR_CANCELED;
}

/* Lets bytes come until there is an event; *event stays NULL when none came in time. */
static int await(tc_stream *stream, int64_t timeout_ms, const tc_json **event, tc_error *failure)
{
	bool last = false;

	for (;;) {
		int rc = take(&stream->source.reader, event, failure);
		if (rc != TC_OK || *event || last || stream->guard.doomed)
			return rc;
		if (stream->ended)
			return tc__error_tell(&stream->failure, failure);
		last = timeout_ms == 0;
		rc = pump(stream, &timeout_ms, failure);
		if (rc != TC_OK)
			return rc;
	}
}

static int next(tc_stream *stream, int64_t timeout_ms, const tc_json **event, tc_error *err)
{
	tc_error failure = TC_ERROR_INIT;

	if (stream->failed) /* though events may be there, behind the one that was lost */
		return tc__error_tell(&stream->failure, err);
	tc_release(stream->event);
	stream->event = NULL;
	if (await(stream, timeout_ms, &stream->event, &failure) == TC_OK) {
		*event = stream->event;
		return TC_OK;
	}
	stream->failed = true;
	tc__fail_with(&stream->failure, &failure);
	return tc__error_tell(&stream->failure, err);
}

int tc_stream_next(tc_stream *stream, int64_t timeout_ms, const tc_json **event, tc_error *err)
{
	if (event)
		*event = NULL;
	if (!stream || !event)
		return tc__fail(err, TC_ERROR_ARGUMENT, "%s is NULL", stream ? "event" : "stream");
	int rc = tc__guard_enter(&stream->guard, stream->source.loop->pool, "stream", err);
	if (rc != TC_OK)
		return rc;
	rc = next(stream, timeout_ms, event, err);
	if (!tc__guard_leave(&stream->guard, "stream", err))
		return rc;
	*event = NULL;
	tc_stream_free(stream);
	return TC_ERROR_CANCELED;
}

/* ---- on a loop ---- */

static void on_stream_end(void *data, uint64_t run, tc_response *response, const tc_error *err)
{
	struct source *source = data;
	tc_done_fn *on_done = source->on_done;
	void *own = source->data;

	tc__events_clear(&source->reader);
	free(source);
	on_done(own, run, response, err);
}

int tc_stream_start(tc_loop *loop, const tc_call *call, tc_event_fn *on_event, tc_done_fn *on_done,
	void *data, uint64_t *run, tc_error *err)
{
	if (run)
		*run = 0;
	if (!loop || !on_event || !on_done)
		return tc__fail(err, TC_ERROR_ARGUMENT, "%s is NULL",
			!loop               ? "loop"
				: !on_event ? "on_event"
					    : "on_done");
	struct source *source = calloc(1, sizeof *source);
	if (!source)
		return tc__fail_nomem(err);
	source->on_event = on_event;
	source->on_done = on_done;
	source->data = data;
	int rc = start(source, loop, call, on_stream_end, source, err);
	if (rc != TC_OK) {
		free(source);
		return rc;
	}
	if (run)
		*run = source->run;
	return TC_OK; /* NOLINT(clang-analyzer-unix.Malloc): on_stream_end frees the source */
}
