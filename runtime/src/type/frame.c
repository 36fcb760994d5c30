/* SPDX-License-Identifier: MPL-2.0 */
/* What the decoder has open: frames, and the scratch on which lists grow. */
#include "runtime/src/type/decode.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCRATCH_MIN 4096
#define POINTER_MAX 4096

void tc__decoder_drop_scratch(struct tc__decoder *d)
{
	struct tc__scratch *scratch = &d->scratch;

	if (d->arena.secret)
		sodium_memzero(scratch->bytes, scratch->capacity);
	if (scratch->bytes != d->first_scratch)
		free(scratch->bytes);
}

/* What lies in scratch moves with it: structs that are items of an array, and the places where the
 * pointers of arrays in them go. */
bool tc__decoder_grow(struct tc__decoder *d, size_t need)
{
	struct tc__scratch *scratch = &d->scratch;
	size_t capacity = SCRATCH_MIN;

	while (capacity < need || capacity <= scratch->capacity)
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
	memcpy(bytes, scratch->bytes, scratch->used);
	tc__decoder_drop_scratch(d);
	scratch->bytes = bytes;
	scratch->capacity = capacity;
	return true;
}

static bool grow_frames(struct tc__decoder *d)
{
	size_t capacity = d->frame_capacity * 2;
	size_t top = (size_t)(d->top - d->frames);
	struct tc__frame *frames = malloc(capacity * sizeof *frames);

	if (!frames)
		return false;
	memcpy(frames, d->frames, d->frame_capacity * sizeof *frames);
	if (d->frames != d->first_frames)
		free(d->frames);
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

/*
 * The fields of the object in the innermost frame
 */

/* What the bits beyond the frame's own take, so that what follows is aligned. */
static size_t more_bits(const struct tc_type *type)
{
	size_t bytes = type->count / TC__FIELD_BITS * sizeof(uint64_t);

	return (bytes + TC__ALIGNMENT - 1) / TC__ALIGNMENT * TC__ALIGNMENT;
}

/* Where the bit of a field beyond those of the frame is. */
static uint64_t *more_seen(struct tc__decoder *d, struct tc__frame *frame, size_t position)
{
	uint64_t *more = (void *)(d->scratch.bytes + frame->begin - more_bits(frame->type));

	return &more[position / TC__FIELD_BITS - 1];
}

/* Where the row of a type is noted, or would be; NULL when all places are taken. */
static struct tc__followed *find_followed(
	struct tc__followers *followers, const struct tc_type *type)
{
	size_t at = (uintptr_t)type / sizeof *type;

	for (size_t i = 0; i < TC__FOLLOWED; i++) {
		struct tc__followed *followed = &followers->types[(at + i) % TC__FOLLOWED];
		if (followed->type == type || !followed->type)
			return followed;
	}
	return NULL;
}

/* The row of an object's type; NULL when it has too many fields for one. */
static uint16_t *row_of(struct tc__followers *followers, const struct tc_type *type)
{
	struct tc__followed *followed = find_followed(followers, type);
	size_t size = (size_t)type->count + 1;

	if (followed && followed->size == size)
		return &followers->positions[followed->begin];
	if (size > TC__FOLLOWERS)
		return NULL;
	if (!followed || size > TC__FOLLOWERS - followers->used) {
		memset(followers->types, 0, sizeof followers->types);
		followers->used = 0;
		followed = find_followed(followers, type);
	}
	*followed = (struct tc__followed){ type, followers->used, size };
	followers->used += size;
	return &followers->positions[followed->begin];
}

bool tc__fields_begin(struct tc__decoder *d)
{
	const struct tc_type *type = d->top->type;

	if (type->kind != TC_TYPE_OBJECT)
		return true;
	d->top->followers = row_of(&d->learnt.followers, type);
	if (type->count <= TC__FIELD_BITS)
		return true;
	if (!tc__decoder_push(d, more_bits(type)))
		return false;
	d->top->begin = d->scratch.used;
	return true;
}

int tc__field_begin(struct tc__decoder *d, size_t position)
{
	struct tc__frame *top = d->top;
	uint64_t *bits = position < TC__FIELD_BITS ? &top->seen : more_seen(d, top, position);
	uint64_t bit = UINT64_C(1) << position % TC__FIELD_BITS;

	top->field = top->type->of.fields + position;
	top->last = (uint32_t)position + 1;
	if (*bits & bit)
		return tc__decoder_fail(d, NULL, 0, "is there twice");
	*bits |= bit;
	return 1;
}

/* Which of up to 64 fields, from `first` on, were not there. */
static uint64_t missing_from(struct tc__decoder *d, size_t first)
{
	struct tc__frame *top = d->top;
	uint64_t missing = ~(first ? *more_seen(d, top, first) : top->seen);
	size_t left = top->type->count - first;

	return left < TC__FIELD_BITS ? missing & ((UINT64_C(1) << left) - 1) : missing;
}

int tc__fields_end(struct tc__decoder *d)
{
	const struct tc_type *type = d->top->type;

	if (d->flags & TC_DECODE_LENIENT)
		return 1;
	d->top->field = NULL;
	for (size_t first = 0; first < type->count; first += TC__FIELD_BITS) {
		uint64_t missing = missing_from(d, first);
		for (; missing; missing &= missing - 1) {
			const struct tc_field *field =
				type->of.fields + first + (size_t)__builtin_ctzll(missing);
			if (field->flags & TC_REQUIRED)
				return tc__decoder_fail(d, field->name, field->name_length,
					"a required member is missing");
		}
	}
	return 1;
}

/*
 * Failing
 */

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
