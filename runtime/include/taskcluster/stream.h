/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TASKCLUSTER_STREAM_H
#define TASKCLUSTER_STREAM_H

/*
 * Streams of events that a server sends while things happen (server-sent events), for operations
 * whose reply is one. A stream has no end. A connection that ends is TC_ERROR_NETWORK, and whoever
 * listens begins again with another stream: what happened meanwhile is not told later, so look at
 * the state itself once the new stream stands.
 *
 *	tc_stream *stream = tc_stream_new(call, &err);
 *	const tc_json *event;
 *	while (tc_stream_next(stream, -1, &event, &err) == TC_OK)
 *		use(tc_json_at(event, "/message"));
 *	tc_stream_free(stream);
 *
 * Where the operation's header names a type for its events, tc_decode_json makes a struct of one.
 */

#include <taskcluster/loop.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tc_stream tc_stream;

/* Listens from now on; it belongs to its call's thread, and the call may be freed. */
TC_API tc_stream *tc_stream_new(const tc_call *call, tc_error *err);

/* Waits until the stream stands: the server has said that from now on it tells of everything.
 * TC_ERROR_TIMEOUT after `timeout_ms`; negative: as long as it takes. */
TC_API int tc_stream_wait(tc_stream *stream, int64_t timeout_ms, tc_error *err);

/* The next event's data, borrowed until the next call of this function; NULL, with TC_OK, when none
 * came within `timeout_ms` (negative: as long as it takes). A failure is final. */
TC_API int tc_stream_next(
	tc_stream *stream, int64_t timeout_ms, const tc_json **event, tc_error *err);

TC_API void tc_stream_free(tc_stream *stream); /* at any time; NULL is fine */

/*
 * The same as a run on a loop: `on_event` is called with NULL once the stream stands, and then for
 * each event (borrowed), until the run ends, which it does by cancel or failure; its `on_done` is
 * called then as for any run, never with a response.
 */
typedef void tc_event_fn(void *data, uint64_t run, const tc_json *event);
TC_API int tc_stream_start(tc_loop *loop, const tc_call *call, tc_event_fn *on_event,
	tc_done_fn *on_done, void *data, uint64_t *run, tc_error *err);

#ifdef __cplusplus
}
#endif

#endif
