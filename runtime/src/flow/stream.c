/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/flow/stream_source.h"

#include "runtime/src/flow/guard.h"
#include <stdlib.h>

/* ---- the iterator ---- */

struct tc_stream {
	struct tc__stream_source source;
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
	tc__stream_source_clear(&stream->source);
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

tc_stream *tc_stream_new(
	const tc_call *call, const struct tc_stream_options *options, tc_error *err)
{
	tc_error_clear(err);
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
	if (loop &&
		tc__stream_source_start(
			&stream->source, loop, call, options, on_end, stream, err) == TC_OK)
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
	struct tc__stream_source *source = &stream->source;
	int64_t begun_ms = tc__pool_now(source->loop->pool);
	int rc = TC_OK;

	if (!tc__stream_source_has(source))
		tc__stream_source_resume(source);
	if (!tc__stream_source_has(source) && !stream->ended)
		rc = tc_loop_poll(source->loop, *left_ms, err);
	if (*left_ms > 0) {
		*left_ms -= tc__pool_now(source->loop->pool) - begun_ms;
		*left_ms = *left_ms < 0 ? 0 : *left_ms;
	}
	return rc;
}

static int wait_until_it_stands(tc_stream *stream, int64_t timeout_ms, tc_error *err)
{
	const struct tc__stream_source *source = &stream->source;
	int rc = TC_OK;

	if (stream->failed) /* though its connection may stand */
		return tc__error_tell(&stream->failure, err);
	while (rc == TC_OK && !source->stands && !tc__stream_source_has(source) &&
		!stream->guard.doomed) {
		if (stream->ended)
			return tc__error_tell(&stream->failure, err);
		if (timeout_ms == 0)
			return tc__fail(err, TC_ERROR_TIMEOUT,
				"the stream of events did not begin in time");
		rc = pump(stream, &timeout_ms, err);
	}
	if (rc == TC_OK && !stream->guard.doomed)
		tc__stream_source_tell(&stream->source);
	return rc;
}

int tc_stream_wait(tc_stream *stream, int64_t timeout_ms, tc_error *err)
{
	tc_error_clear(err);
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

/* Lets bytes come until there is an event; *event stays NULL when none came in time. What was
 * missed is told from here and not as it is found, when others may be waiting; nothing is read
 * while events wait, so all that do came behind it. */
static int await(tc_stream *stream, int64_t timeout_ms, const tc_json **event, tc_error *failure)
{
	bool last = false;

	for (;;) {
		tc__stream_source_tell(&stream->source);
		if (stream->guard.doomed)
			return TC_OK;
		int rc = tc__stream_source_take(&stream->source, event, failure);
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
	tc_error_clear(err);
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
	struct tc__stream_source *source = data;
	tc_done_fn *on_done = source->on_done;
	void *own = source->data;

	tc__stream_source_clear(source);
	free(source);
	on_done(own, run, response, err);
}

int tc_stream_start(tc_loop *loop, const tc_call *call, const struct tc_stream_options *options,
	tc_event_fn *on_event, tc_done_fn *on_done, void *data, uint64_t *run, tc_error *err)
{
	tc_error_clear(err);
	if (run)
		*run = 0;
	if (!loop || !on_event || !on_done)
		return tc__fail(err, TC_ERROR_ARGUMENT, "%s is NULL",
			!loop               ? "loop"
				: !on_event ? "on_event"
					    : "on_done");
	struct tc__stream_source *source = calloc(1, sizeof *source);
	if (!source)
		return tc__fail_nomem(err);
	source->on_event = on_event;
	source->on_done = on_done;
	source->data = data;
	int rc = tc__stream_source_start(source, loop, call, options, on_stream_end, source, err);
	if (rc != TC_OK) {
		free(source);
		return rc;
	}
	if (run)
		*run = source->run;
	return TC_OK; /* NOLINT(clang-analyzer-unix.Malloc): on_stream_end frees the source */
}
