/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/pulse/amqp/bytes.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* A buffer that was larger is given back once it is empty. */
#define KEPT 65536

static void move_to_front(struct tc__bytes *bytes)
{
	size_t length = tc__bytes_length(bytes);

	if (length && bytes->begin)
		memmove(bytes->all, tc__bytes_first(bytes), length);
	bytes->begin = 0;
	bytes->end = length;
}

/* Not by realloc, which would leave a copy of what may be a secret. */
static bool grow(struct tc__bytes *bytes, size_t capacity)
{
	char *all = malloc(capacity);

	if (!all)
		return false;
	if (bytes->end)
		memcpy(all, bytes->all, bytes->end);
	if (bytes->all)
		sodium_memzero(bytes->all, bytes->end);
	free(bytes->all);
	bytes->all = all;
	bytes->capacity = capacity;
	return true;
}

char *tc__bytes_room(struct tc__bytes *bytes, size_t size)
{
	if (bytes->capacity - bytes->end >= size)
		return bytes->all + bytes->end;
	move_to_front(bytes);
	size_t capacity = bytes->capacity ? bytes->capacity : 4096;
	while (capacity - bytes->end < size)
		capacity *= 2;
	if (capacity > bytes->capacity && !grow(bytes, capacity))
		return NULL;
	return bytes->all + bytes->end;
}

bool tc__bytes_add(struct tc__bytes *bytes, const void *more, size_t size)
{
	char *room = tc__bytes_room(bytes, size);

	if (!room)
		return false;
	if (size)
		memcpy(room, more, size);
	bytes->end += size;
	return true;
}

void tc__bytes_take(struct tc__bytes *bytes, size_t size, bool wiped)
{
	if (wiped)
		sodium_memzero(tc__bytes_first(bytes), size);
	bytes->begin += size;
	if (bytes->begin < bytes->end)
		return;
	bytes->begin = bytes->end = 0;
	if (bytes->capacity > KEPT)
		tc__bytes_free(bytes);
}

void tc__bytes_free(struct tc__bytes *bytes)
{
	if (bytes->all)
		sodium_memzero(bytes->all, bytes->end);
	free(bytes->all);
	*bytes = (struct tc__bytes){ 0 };
}
