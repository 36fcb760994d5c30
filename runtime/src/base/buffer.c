/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/base/buffer.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <taskcluster/decimal.h>

#define CAPACITY_MIN 64

/* realloc would leave the old copy of a secret behind */
static char *move_secret(struct tc__buffer *buffer, size_t capacity)
{
	char *moved = tc__object_realloc(NULL, capacity);

	if (!moved || !buffer->data)
		return moved;
	memcpy(moved, buffer->data, buffer->length + 1);
	sodium_memzero(buffer->data, buffer->capacity);
	tc_release(buffer->data);
	return moved;
}

static bool grow(struct tc__buffer *buffer, size_t length)
{
	if (length > buffer->max || buffer->length > buffer->max - length) {
		buffer->too_long = true;
		return false;
	}
	size_t need = buffer->length + length + 1;
	if (need <= buffer->capacity)
		return true;
	size_t capacity = buffer->capacity + buffer->capacity / 2;
	if (capacity < CAPACITY_MIN)
		capacity = CAPACITY_MIN;
	if (capacity > buffer->max)
		capacity = buffer->max + 1;
	if (capacity < need)
		capacity = need;
	char *data = buffer->secret ? move_secret(buffer, capacity)
				    : tc__object_realloc(buffer->data, capacity);
	if (!data) {
		buffer->no_memory = true;
		return false;
	}
	buffer->data = data;
	buffer->capacity = capacity;
	return true;
}

char *tc__buffer_grow(struct tc__buffer *buffer, size_t length)
{
	if (tc__buffer_failed(buffer) || !grow(buffer, length))
		return NULL;
	return buffer->data + buffer->length;
}

void tc__buffer_add(struct tc__buffer *buffer, const void *bytes, size_t length)
{
	char *room = tc__buffer_room(buffer, length);

	if (!room)
		return;
	if (length)
		memcpy(room, bytes, length);
	room[length] = '\0';
	buffer->length += length;
}

void tc__buffer_int(struct tc__buffer *buffer, int64_t value)
{
	char digits[TC_DECIMAL_SIZE];

	tc__buffer_text(buffer, tc_decimal(digits, value));
}

void tc__buffer_printf(struct tc__buffer *buffer, const char *format, ...)
{
	va_list arguments, again;

	va_start(arguments, format);
	va_copy(again, arguments);
	int length = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	char *room = length < 0 ? NULL : tc__buffer_room(buffer, (size_t)length);
	if (length < 0)
		buffer->no_memory = true;
	if (room) {
		vsnprintf(room, (size_t)length + 1, format, again);
		buffer->length += (size_t)length;
	}
	va_end(again);
}

void tc__buffer_truncate(struct tc__buffer *buffer, size_t length)
{
	if (length >= buffer->length)
		return;
	buffer->length = length;
	buffer->data[length] = '\0';
}

char *tc__buffer_take(struct tc__buffer *buffer)
{
	if (!buffer->data)
		tc__buffer_add(buffer, "", 0);
	if (tc__buffer_failed(buffer))
		return NULL;
	char *text = buffer->data;
	*buffer = (struct tc__buffer){ .max = buffer->max, .secret = buffer->secret };
	return text;
}

void tc__buffer_end(struct tc__buffer *buffer)
{
	if (buffer->secret && buffer->data)
		sodium_memzero(buffer->data, buffer->capacity);
	tc_release(buffer->data);
	*buffer = (struct tc__buffer){ .max = buffer->max, .secret = buffer->secret };
}
