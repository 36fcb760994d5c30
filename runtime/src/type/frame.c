/* SPDX-License-Identifier: MPL-2.0 */
/* What the decoder has open: frames, and the scratch on which lists grow. */
#include "runtime/src/type/decode.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCRATCH_MIN 4096
#define POINTER_MAX 4096

/* What lies in scratch moves with it: structs that are items of an array, and the places where the
 * pointers of arrays in them go. */
bool tc__decoder_grow(struct tc__decoder *d, size_t need)
{
	struct tc__scratch *scratch = &d->scratch;
	size_t capacity = scratch->capacity ? scratch->capacity * 2 : SCRATCH_MIN;

	while (capacity < need)
		capacity *= 2;
	char *bytes = malloc(capacity);
	if (!bytes)
		return false;
	uintptr_t from = (uintptr_t)scratch->bytes;
	for (struct tc__frame *frame = d->frames; frame <= d->top; frame++) {
		uintptr_t offset = (uintptr_t)frame->at - from;
		if (offset < scratch->used)
			frame->at = bytes + offset;
	}
	if (scratch->used)
		memcpy(bytes, scratch->bytes, scratch->used);
	if (d->arena.secret && scratch->bytes)
		sodium_memzero(scratch->bytes, scratch->capacity);
	free(scratch->bytes);
	scratch->bytes = bytes;
	scratch->capacity = capacity;
	return true;
}

static bool grow_frames(struct tc__decoder *d)
{
	size_t capacity = d->frame_capacity * 2;
	size_t top = (size_t)(d->top - d->frames);
	struct tc__frame *frames = realloc(d->frames, capacity * sizeof *frames);

	if (!frames)
		return false;
	d->frames = frames;
	d->frame_capacity = capacity;
	d->top = frames + top;
	return true;
}

bool tc__decoder_settle(struct tc__decoder *d, struct tc__place *place)
{
	if (!place->indirect)
		return true;
	char *at = tc__arena_alloc(&d->arena, place->type->size);
	if (!at)
		return false;
	*(void **)(void *)place->at = memset(at, 0, place->type->size);
	place->at = at;
	place->indirect = false;
	return true;
}

struct tc__frame *tc__decoder_open(struct tc__decoder *d, const struct tc__place *place)
{
	if (d->top + 1 == d->frames + d->frame_capacity && !grow_frames(d))
		return NULL;
	struct tc__frame *frame = ++d->top;
	*frame = (struct tc__frame){
		.type = place->type, .at = place->at, .restore = d->scratch.used
	};
	size_t padding = -d->scratch.used % TC__ALIGNMENT;
	if (padding && !tc__decoder_push(d, padding))
		return NULL;
	d->top->begin = d->scratch.used;
	return d->top;
}

void tc__decoder_close(struct tc__decoder *d)
{
	d->scratch.used = d->top->restore;
	d->top--;
}

static void add_position(
	const struct tc__decoder *d, struct tc__buffer *pointer, const struct tc__frame *frame)
{
	const struct tc_type *type = frame->type;

	if (type->kind == TC_TYPE_OBJECT && frame->field)
		tc__pointer_add(pointer, frame->field->name, frame->field->name_length);
	if (type->kind == TC_TYPE_ARRAY && frame->count)
		tc__buffer_printf(pointer, "/%lu", (unsigned long)frame->count - 1);
	if (type->kind == TC_TYPE_MAP && frame->count) {
		const char *last =
			d->scratch.bytes + frame->begin + (frame->count - 1) * type->size;
		const char *key = *(const char *const *)(const void *)last;
		tc__pointer_add(pointer, key, strlen(key));
	}
}

int tc__decoder_fail(
	struct tc__decoder *d, const char *name, size_t name_length, const char *format, ...)
{
	struct tc__buffer pointer = TC__BUFFER(POINTER_MAX);
	char text[TC__MESSAGE_MAX + 1];
	va_list arguments;

	for (const struct tc__frame *frame = d->frames + 1; frame <= d->top; frame++)
		add_position(d, &pointer, frame);
	if (name)
		tc__pointer_add(&pointer, name, name_length);
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	int rc = tc__fail_at(d->sax.err, TC_ERROR_INPUT, tc__buffer_get(&pointer), "%s", text);
	tc__buffer_clear(&pointer);
	return tc__sax_stop(&d->sax, rc);
}
