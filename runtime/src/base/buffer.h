/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_BUFFER_H
#define TC_RUNTIME_BUFFER_H

/*
 * A growable piece of text with a mandatory maximum. Failure is kept: after the first append that
 * fails (memory, or the maximum) all others do nothing, and tc__buffer_failed says so at the end,
 * so that a chain of appends needs one check.
 *
 *	struct tc__buffer text = TC__BUFFER(TC__URL_MAX);
 *	tc__buffer_add(&text, "https://", 8);
 *	…
 *	tc__buffer_clear(&text);
 */

#include "runtime/src/base/memory.h"
#include <stdarg.h>
#include <string.h>

struct tc__buffer {
	char *data; /* NUL behind the length; NULL while nothing was added */
	size_t length, capacity, max;
	bool no_memory; /* an append failed for want of memory, */
	bool too_long;  /* or because of the maximum */
	bool secret;    /* all copies that it frees are wiped; what is taken is the taker's */
};

/* `limit`: the most bytes it may ever hold, without the NUL. */
#define TC__BUFFER(limit) ((struct tc__buffer){ .max = (limit) })

void tc__buffer_add(struct tc__buffer *buffer, const void *bytes, size_t length);
void tc__buffer_int(struct tc__buffer *buffer, int64_t value); /* decimal digits */
TC_PRINTF(2, 3) void tc__buffer_printf(struct tc__buffer *buffer, const char *format, ...);

/* Back to `length` bytes; the room stays. */
void tc__buffer_truncate(struct tc__buffer *buffer, size_t length);

static inline bool tc__buffer_failed(const struct tc__buffer *buffer)
{
	return buffer->no_memory || buffer->too_long;
}

/* tc__buffer_room where there is not room enough yet. */
char *tc__buffer_grow(struct tc__buffer *buffer, size_t length);

/* Room for `length` more bytes and a NUL to be written at data + length, whose number is then added
 * to buffer->length by hand; NULL on failure. Asked for all that is to come, it spares growing step
 * by step. */
static inline char *tc__buffer_room(struct tc__buffer *buffer, size_t length)
{
	if (length >= buffer->capacity - buffer->length || tc__buffer_failed(buffer))
		return tc__buffer_grow(buffer, length);
	return buffer->data + buffer->length;
}

static inline void tc__buffer_text(struct tc__buffer *buffer, const char *text)
{
	tc__buffer_add(buffer, text, strlen(text));
}

static inline void tc__buffer_char(struct tc__buffer *buffer, char c)
{
	char *room = tc__buffer_room(buffer, 1);

	if (!room)
		return;
	room[0] = c;
	room[1] = '\0';
	buffer->length++;
}

/* The text ("" when nothing was added), for as long as the buffer does not change. */
static inline const char *tc__buffer_get(const struct tc__buffer *buffer)
{
	return buffer->data ? buffer->data : "";
}

/* Gives the text away, for tc_release(); the buffer is empty again. NULL when an append failed or
 * memory ends. */
char *tc__buffer_take(struct tc__buffer *buffer);

/* tc__buffer_clear where there is something. */
void tc__buffer_end(struct tc__buffer *buffer);

/* Frees all; empty again, with the same maximum. */
static inline void tc__buffer_clear(struct tc__buffer *buffer)
{
	if (buffer->data || tc__buffer_failed(buffer))
		tc__buffer_end(buffer);
}

#endif
