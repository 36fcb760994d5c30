/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_EVENTS_H
#define TC_RUNTIME_EVENTS_H

/* Server-sent events (text/event-stream of HTML), bytes in and events out. Pure. */

#include "runtime/src/operation/conventions.h"

struct tc__stream_event {
	struct tc__stream_event *next;
	char *data; /* for tc_release */
	size_t length;
};

/* A longer id is as good as none: it goes into a header. */
#define TC__EVENT_ID_MAX 4096

/* Starts as TC__EVENT_READER(stream, max). */
struct tc__event_reader {
	const struct tc_event_stream *stream;
	size_t max;             /* bytes of an event */
	struct tc__buffer line; /* what came of the line so far */
	struct tc__buffer name, data;
	struct tc__buffer id;      /* the last "id:" of all, which its event's end makes valid: */
	struct tc__buffer last_id; /* "" when there is none, or none that a header can carry */
	int64_t retry_ms;          /* the last "retry:"; negative: none came */
	bool has_data, has_id;
	bool after_cr; /* a line feed now belongs to the CR before it */
	bool begun;    /* past the byte order mark that may stand at the beginning */
	bool standing; /* the handshake has come */
	struct tc__stream_event *first; /* events that are whole, in their order */
	struct tc__stream_event **last;
};
#define TC__EVENT_READER(events, bytes) \
	((struct tc__event_reader){ .stream = (events), \
		.max = (bytes), \
		.line = TC__BUFFER(bytes), \
		.name = TC__BUFFER(256), \
		.data = TC__BUFFER(bytes), \
		.id = TC__BUFFER(TC__EVENT_ID_MAX), \
		.last_id = TC__BUFFER(TC__EVENT_ID_MAX), \
		.retry_ms = -1 })

/* The next bytes. TC_ERROR_REPLY when an event is over the maximum, TC_ERROR_NOMEM. */
int tc__events_push(
	struct tc__event_reader *reader, const char *bytes, size_t length, tc_error *err);

/* The next event's data, for tc_release; NULL when there is none now. */
char *tc__events_take(struct tc__event_reader *reader, size_t *length);

static inline bool tc__events_has(const struct tc__event_reader *reader)
{
	return reader->first != NULL;
}

/* The connection has ended, and another one begins: what came of an event is dropped, with its id.
 * What is whole stays, and so do the last id and the time to retry. */
void tc__events_restart(struct tc__event_reader *reader);

/* Fine twice. */
void tc__events_clear(struct tc__event_reader *reader);

#endif
