/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_READER_H
#define TC_SANDBOX_READER_H

/*
 * Who reads a stream: one for each open GET /sandbox/events, with what it has not been sent yet.
 * That is bounded: a reader that takes less than happens loses it, and is told so.
 */

#include "tools/sandbox/events/event.h"
#include "tools/sandbox/request/request.h"

enum about { ABOUT_OVERVIEW, ABOUT_GROUP, ABOUT_TASK };

struct reader {
	struct request *request; /* whose reply the stream is; its scopes are the reader's */
	enum about about;
	const char *id;     /* of the task or group; "" for the overview. The request's */
	int64_t expires_ms; /* when its credentials do; INT64_MAX: never */

	struct event **queue; /* `count` from `first` on, of `room` */
	size_t first, count, room;
	size_t bytes;    /* of all in the queue */
	size_t taken;    /* bytes of the first that were sent already */
	int64_t sent_ms; /* when anything was sent last; 0: nothing yet */
	bool ending;     /* no more comes */

	bool group_told, group_resolved; /* what it was told last of its group */
	int64_t group_sealed;            /* 0: not */
	bool group_stale;                /* resolved, it has a task that is open */
	bool waits;                  /* its task is unscheduled or pending, as far as it was told */
	char *why;                   /* why, as it was told last; NULL: not yet */
	struct reader *next, **link; /* in its bucket of the index */
};

/* A new reader, who is told `hello`, in the index of `request`'s sandbox. `id` must live as long
 * as the request. NULL when memory ends. */
struct reader *reader_open(struct request *request, enum about about, const char *id);
void reader_close(struct reader *reader); /* NULL is fine */

/* Queues an event, which is shared; NULL (memory has ended) is `lost`. */
void reader_send(struct reader *reader, struct event *event);

/* The same for one that nobody else is told: released. */
void reader_send_own(struct reader *reader, struct event *event);

/* Whether its caller holds the scope that is `prefix` followed by `length` bytes of `id`. */
bool reader_may_n(const struct reader *reader, const char *prefix, const char *id, size_t length);
bool reader_may(const struct reader *reader, const char *prefix, const char *id);

/* No more events: the stream ends when what is queued was sent. */
void reader_finish(struct reader *reader);

/* ---- for the connection ---- */

/* Takes at most `size` bytes of what is queued, or of the comment that is due after a silence.
 * Pieces that follow each other at once are gathered into one: 0 also when it is too early. */
size_t reader_take(struct reader *reader, char *bytes, size_t size, int64_t now_ms);

/* Whether the stream is at its end, and when it must be looked at again at the latest. */
bool reader_ended(const struct reader *reader, int64_t now_ms);
int64_t reader_due(const struct reader *reader);

/* ---- the index ---- */

/* The first reader about something, and the next about the same. */
struct reader *reader_first(const struct sandbox *sandbox, enum about about, const char *id);
struct reader *reader_next(const struct reader *reader);

/* Calls `each` for all of them, whatever they are about. */
void reader_each(struct sandbox *sandbox, void (*each)(struct reader *reader));

#endif
