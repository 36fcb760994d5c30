/* SPDX-License-Identifier: MPL-2.0 */
#include <taskcluster/events.h>

#include "clock.h"
#include "events.h"
#include "loop.h"
#include <stdlib.h>

/* A stream under way: the sink that its bytes go into, with a reader. */
struct stream {
	struct tc__sink sink; /* first: it is what the sink's functions get */
	struct tc__event_reader reader;
	tc_loop *loop;
	uint64_t run;
	bool holds_back; /* the transfer pauses while events wait to be taken */
	bool paused;
	/* on a loop of the caller's */
	tc_event_fn *on_event;
	tc_done_fn *on_done;
	void *data;
};

static struct stream *stream_of(struct tc__sink *sink)
{
	return (struct stream *)sink;
}

/* ---- the sink ---- */

static int begin(struct tc__sink *sink, tc_error *err)
{
	struct stream *stream = stream_of(sink);

	(void)err;
	tc__events_clear(&stream->reader);
	return TC_OK;
}

static int read_event(const char *data, size_t length, const tc_json **event, tc_error *err)
{
	tc_error reason = TC_ERROR_INIT;

	if (tc_json_parse(data, length, event, &reason) == TC_OK)
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

static int feed(struct tc__sink *sink, const char *bytes, size_t length, tc_error *err)
{
	struct stream *stream = stream_of(sink);
	const tc_json *event = NULL;
	int rc = tc__events_push(&stream->reader, bytes, length, err);

	/* what was heard cannot be heard again */
	tc__loop_settle(stream->loop, stream->run);
	while (rc == TC_OK && stream->on_event) {
		rc = take(&stream->reader, &event, err);
		if (!event)
			break;
		stream->on_event(stream->data, stream->run, event);
		tc_release(event);
	}
	return rc;
}

static int finish(struct tc__sink *sink, tc_error *err)
{
	(void)sink;
	return tc__fail(err, TC_ERROR_NETWORK, "the server has ended the stream of events");
}

static bool full(struct tc__sink *sink)
{
	struct stream *stream = stream_of(sink);

	stream->paused = stream->holds_back && tc__events_has(&stream->reader);
	return stream->paused;
}

static int start(struct stream *stream, tc_loop *loop, const tc_call *call, tc_done_fn *on_done,
	void *data, tc_error *err)
{
	const struct tc_operation *operation = tc_call_operation(call);
	const struct tc_event_stream *events = operation ? tc__events_of(operation) : NULL;

	if (!events)
		return tc__fail(err, TC_ERROR_ARGUMENT, "call is NULL, or its reply is no stream");
	stream->sink = (struct tc__sink){ begin, feed, finish, full };
	stream->reader = TC__EVENT_READER(events, call->client->options.reply_max);
	stream->loop = loop;
	return tc__loop_start(loop, call, &stream->sink, on_done, data, &stream->run, err);
}

/* ---- the iterator ---- */

struct tc_events {
	struct stream stream;
	const tc_json *event;
	tc_error failure;
	bool ended;
};

static void on_end(void *data, uint64_t run, tc_response *response, const tc_error *err)
{
	tc_events *events = data;

	tc_release(response);
	events->ended = true;
	if (err)
		tc__loop_take_error(events->stream.loop, run, &events->failure);
}

tc_events *tc_events_new(const tc_call *call, tc_error *err)
{
	struct tc_loop_options options = TC_LOOP_OPTIONS_INIT;
	tc_events *events = calloc(1, sizeof *events);

	if (!events) {
		tc__fail_nomem(err);
		return NULL;
	}
	options.in_flight = 1;
	events->stream.holds_back = true;
	tc_loop *loop = tc_loop_new(&options, err);
	if (loop && start(&events->stream, loop, call, on_end, events, err) == TC_OK)
		return events;
	tc_loop_free(loop);
	free(events);
	return NULL;
}

void tc_events_free(tc_events *events)
{
	if (!events)
		return;
	tc_loop_free(events->stream.loop); /* first: what is under way still uses the rest */
	tc__events_clear(&events->stream.reader);
	tc_release(events->event);
	tc_error_clear(&events->failure);
	free(events);
}

static int fail(tc_events *events, tc_error *err)
{
	return tc__fail(err, events->failure.code, "%s", tc_error_text(&events->failure));
}

/* Lets bytes come for a while; *left_ms goes down unless it is negative. */
static int pump(tc_events *events, int64_t *left_ms, tc_error *err)
{
	struct stream *stream = &events->stream;
	int64_t begun_ms = tc__clock_steady_ms();
	int rc = TC_OK;

	if (stream->paused && !tc__events_has(&stream->reader)) {
		stream->paused = false;
		tc__loop_resume(stream->loop, stream->run);
	}
	if (!tc__events_has(&stream->reader) && !events->ended)
		rc = tc_loop_poll(stream->loop, *left_ms, err);
	if (*left_ms > 0) {
		*left_ms -= tc__clock_steady_ms() - begun_ms;
		*left_ms = *left_ms < 0 ? 0 : *left_ms;
	}
	return rc;
}

static bool stands(const tc_events *events)
{
	const struct tc__event_reader *reader = &events->stream.reader;

	return reader->standing || tc__events_has(reader) ||
		(!reader->stream->handshake && reader->begun);
}

int tc_events_wait(tc_events *events, int64_t timeout_ms, tc_error *err)
{
	int rc = TC_OK;

	if (!events)
		return tc__fail(err, TC_ERROR_ARGUMENT, "events is NULL");
	while (rc == TC_OK && !stands(events)) {
		if (events->ended)
			return fail(events, err);
		if (timeout_ms == 0)
			return tc__fail(err, TC_ERROR_TIMEOUT,
				"the stream of events did not begin in time");
		rc = pump(events, &timeout_ms, err);
	}
	return rc;
}

int tc_events_next(tc_events *events, int64_t timeout_ms, const tc_json **event, tc_error *err)
{
	bool last = false;
	int rc = TC_OK;

	if (event)
		*event = NULL;
	if (!events || !event)
		return tc__fail(err, TC_ERROR_ARGUMENT, "%s is NULL", events ? "event" : "events");
	tc_release(events->event);
	events->event = NULL;
	while (rc == TC_OK) {
		rc = take(&events->stream.reader, &events->event, err);
		*event = events->event;
		if (rc != TC_OK || *event || last)
			return rc;
		if (events->ended)
			return fail(events, err);
		last = timeout_ms == 0;
		rc = pump(events, &timeout_ms, err);
	}
	return rc;
}

/* ---- on a loop ---- */

static void on_stream_end(void *data, uint64_t run, tc_response *response, const tc_error *err)
{
	struct stream *stream = data;
	tc_done_fn *on_done = stream->on_done;
	void *own = stream->data;

	tc__events_clear(&stream->reader);
	free(stream);
	on_done(own, run, response, err);
}

int tc_events_start(tc_loop *loop, const tc_call *call, tc_event_fn *on_event, tc_done_fn *on_done,
	void *data, uint64_t *run, tc_error *err)
{
	if (!loop || !on_event || !on_done)
		return tc__fail(err, TC_ERROR_ARGUMENT, "%s is NULL",
			!loop               ? "loop"
				: !on_event ? "on_event"
					    : "on_done");
	struct stream *stream = calloc(1, sizeof *stream);
	if (!stream)
		return tc__fail_nomem(err);
	stream->on_event = on_event;
	stream->on_done = on_done;
	stream->data = data;
	int rc = start(stream, loop, call, on_stream_end, stream, err);
	if (rc != TC_OK) {
		free(stream);
		return rc;
	}
	if (run)
		*run = stream->run;
	return TC_OK;
}
