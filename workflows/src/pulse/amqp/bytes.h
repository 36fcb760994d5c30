/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_WORKFLOWS_AMQP_BYTES_H
#define TC_WORKFLOWS_AMQP_BYTES_H

/* Bytes on their way: put to the end, taken from the front. Begins as {0}. */

#include <stdbool.h>
#include <stddef.h>

struct tc__bytes {
	char *all;
	size_t begin, end; /* what is there */
	size_t capacity;
};

static inline size_t tc__bytes_length(const struct tc__bytes *bytes)
{
	return bytes->end - bytes->begin;
}

static inline char *tc__bytes_first(const struct tc__bytes *bytes)
{
	return bytes->all + bytes->begin;
}

/* Room for `size` more at the end, where they can be written; NULL without memory. */
char *tc__bytes_room(struct tc__bytes *bytes, size_t size);

bool tc__bytes_add(struct tc__bytes *bytes, const void *more, size_t size);

/* Takes from the front. What was there may be a secret when `wiped`. */
void tc__bytes_take(struct tc__bytes *bytes, size_t size, bool wiped);

/* Wiped in any case. */
void tc__bytes_free(struct tc__bytes *bytes);

#endif
