/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TASKCLUSTER_STREAM_H
#define TASKCLUSTER_STREAM_H

/*
 * Streams of events that a server sends while things happen (server-sent events), for operations
 * whose reply is one. A stream has no end, but connections have. When one breaks off, ends, or is
 * silent for too long, the stream connects again: soon at first, then after ever longer pauses, as
 * the client's retries have them (retry_delay_ms up to retry_delay_max_ms; anew once it has stood
 * for some seconds), and not sooner than the server wishes by Retry-After or `retry:` (bounded by
 * ten times retry_delay_max_ms).
 *
 * What happened meanwhile: where the server gives its events ids, it is told the last one
 * (Last-Event-ID) and goes on behind it. Otherwise nobody can say, and `missed` is called as soon
 * as the stream stands again: look at the state itself then.
 *
 *	static void look_again(void *data) { … }
 *
 *	struct tc_stream_options options = TC_STREAM_OPTIONS_INIT;
 *	options.silence_ms = 90000;
 *	options.missed = look_again;
 *	tc_stream *stream = tc_stream_new(call, &options, &err);
 *	const tc_json *event;
 *	while (tc_stream_next(stream, -1, &event, &err) == TC_OK)
 *		use(tc_json_at(event, "/message"));
 *	tc_stream_free(stream);
 *
 * It ends with a failure: before it has stood for the first time with that of any call, after as
 * many attempts; later with one that repeating cannot heal (a refusal such as 401, 403 or 404, a
 * reply that is no stream of events, 204, a certificate that is not trusted, a call that must not
 * be repeated), with an event that cannot be read (TC_ERROR_REPLY), and at its deadline.
 *
 * Where the operation's header names a type for its events, tc_decode_json makes a struct of one.
 */

#include <taskcluster/loop.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tc_stream_options {
	size_t size;         /* set by TC_STREAM_OPTIONS_INIT */
	int64_t silence_ms;  /* a connection on which no byte comes for so long is given up, a
				comment or a blank line being some; the time in which events wait
				for the caller does not count; 0: as long as it likes */
	int64_t timeout_ms;  /* for each attempt, until the stream stands; 0: the call's */
	int64_t deadline_ms; /* for all of it, from its start; then TC_ERROR_TIMEOUT. 0: the call's,
				or its client's, if it has one */
	bool once;           /* a connection that ends is the end: TC_ERROR_NETWORK, or
				TC_ERROR_TIMEOUT for silence */
	/* It stands again, and the server cannot tell what came meanwhile. Called by the functions
	 * that wait, or on the loop's thread, in the place among the events where some may lack. */
	void (*missed)(void *data);
	void *data; /* for `missed` */
};
#define TC_STREAM_OPTIONS_INIT TC_SIZED_INIT(struct tc_stream_options)

typedef struct tc_stream tc_stream;

/* Listens from now on; it belongs to its call's thread, and the call may be freed. `options` may be
 * NULL. It connects, and connects again, while one of the functions below waits. */
TC_API tc_stream *tc_stream_new(
	const tc_call *call, const struct tc_stream_options *options, tc_error *err);

/* Waits until the stream stands: the server has said that from now on it tells of everything. That
 * begins anew with each connection; it does not wait while there are events to be had.
 * TC_ERROR_TIMEOUT after `timeout_ms`; negative: as long as it takes. */
TC_API int tc_stream_wait(tc_stream *stream, int64_t timeout_ms, tc_error *err);

/* The next event's data, borrowed until the next call of this function; NULL, with TC_OK, when none
 * came within `timeout_ms` (negative: as long as it takes). A failure is final. */
TC_API int tc_stream_next(
	tc_stream *stream, int64_t timeout_ms, const tc_json **event, tc_error *err);

TC_API void tc_stream_free(tc_stream *stream); /* at any time; NULL is fine */

/*
 * The same as a run on a loop: `on_event` is called with NULL whenever the stream stands (then
 * `missed` is, if some may lack), and for each event (borrowed), until the run ends, which it does
 * by cancel or failure; its `on_done` is called then as for any run, never with a response. It is
 * one run with one number, its pauses being timers of the loop.
 */
typedef void tc_event_fn(void *data, uint64_t run, const tc_json *event);
TC_API int tc_stream_start(tc_loop *loop, const tc_call *call,
	const struct tc_stream_options *options, tc_event_fn *on_event, tc_done_fn *on_done,
	void *data, uint64_t *run, tc_error *err);

#ifdef __cplusplus
}
#endif

#endif
